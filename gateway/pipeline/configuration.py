"""What a gateway decides by: the policy document in force, compiled, its targets and its routing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from keeptrusts.gateway.policies.compile import CompiledDocument
from keeptrusts.gateway.providers.moderators import Moderator
from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.gateway.routing.candidates import RoutingRules
from keeptrusts.schemas.frozen import frozen


@frozen
class Configuration:
    """The policy document in force, compiled, the targets it names and its routing. Replaced whole, never changed."""

    compiled: CompiledDocument
    targets: tuple[UpstreamTarget, ...]
    rules: RoutingRules
    moderators: Mapping[str, Moderator] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        compiled: CompiledDocument,
        targets: tuple[UpstreamTarget, ...],
        moderators: Mapping[str, Moderator] = MappingProxyType({}),
    ) -> Configuration:
        """Put together what a compiled document, its resolved targets and its moderation services give."""
        rules = RoutingRules.of(compiled.document, targets)
        return cls(compiled=compiled, targets=targets, rules=rules, moderators=moderators)
