"""The configuration in force: replaced whole while calls go on, which keep the one they began with.

What cannot be loaded changes nothing; that it was tried and why it failed is kept, so that operators see it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from keeptrusts.gateway.pipeline.configuration import Configuration
from keeptrusts.gateway.routing.traffic import Traffic


@dataclass(slots=True, kw_only=True)
class Reloads:
    """How reloads went. ``problem`` is why the last one was refused; None once a later one was not."""

    applied: int = 0
    unchanged: int = 0
    refused: int = 0
    problem: str | None = None
    in_force_since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class ConfigurationInForce:
    """Holds the configuration of one worker. Only one task changes it; everybody else calls it for the current one."""

    current: Configuration
    traffic: Traffic
    reloads: Reloads = field(default_factory=Reloads)

    def __call__(self) -> Configuration:
        """Give the configuration that a call beginning now is decided by."""
        return self.current

    def take_over(self, configuration: Configuration, now: datetime) -> bool:
        """Put a configuration in force; False when it is the one in force already. What was seen of targets stays."""
        self.reloads.problem = None
        same_targets = configuration.targets == self.current.targets
        if configuration.compiled.version == self.current.compiled.version and same_targets:
            self.reloads.unchanged += 1
            return False
        self.current = configuration
        self.traffic.reconfigure(configuration.compiled.document, [target.id for target in configuration.targets])
        self.reloads.applied += 1
        self.reloads.in_force_since = now
        return True

    def refuse(self, problem: str) -> None:
        """Note that what was to be loaded cannot be; the configuration in force stays."""
        self.reloads.refused += 1
        self.reloads.problem = problem
