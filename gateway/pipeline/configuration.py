"""What a gateway decides by: the policy document in force, compiled, its targets and its routing."""

from __future__ import annotations

from dataclasses import dataclass

from keeptrusts.gateway.policies.compile import CompiledDocument
from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.gateway.routing.candidates import RoutingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The policy document in force, compiled, the targets it names and its routing. Replaced whole, never changed."""

    compiled: CompiledDocument
    targets: tuple[UpstreamTarget, ...]
    rules: RoutingRules

    @classmethod
    def of(cls, compiled: CompiledDocument, targets: tuple[UpstreamTarget, ...]) -> Configuration:
        """Put together what a compiled document and its resolved targets give."""
        return cls(compiled=compiled, targets=targets, rules=RoutingRules.of(compiled.document, targets))
