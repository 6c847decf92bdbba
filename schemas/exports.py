"""What can be exported: each type with the right that reading it takes, and the filters that it knows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keeptrusts.schemas.authorization import Action, Principal, Scope, scope_of
from keeptrusts.schemas.commands.documents import ExportFormat, ExportType
from keeptrusts.schemas.filters import BY_NAME, ESCALATION_STATES, OPEN_ESCALATIONS
from keeptrusts.schemas.frozen import frozen

FORMATS: Final[tuple[ExportFormat, ...]] = ("csv", "json", "ndjson")
"""The formats that this version writes."""


@frozen
class ExportKind:
    """One type of export. ``action`` is its row of the roles table; ``tags``: ``tag.<name>`` is a filter as well."""

    action: Action
    filters: tuple[str, ...]
    tags: bool = False
    states: tuple[str, ...] = ()
    """What the filter ``state`` may name."""

    def knows(self, name: str) -> bool:
        """Say whether a filter of this name can be given."""
        return name in self.filters or (self.tags and name.startswith("tag.") and len(name) > len("tag."))


EXPORTS: Final[Mapping[ExportType, ExportKind]] = MappingProxyType(
    {
        "events": ExportKind(action="events.read", filters=(*BY_NAME, "q"), tags=True),
        "usage": ExportKind(action="usage.read", filters=(*BY_NAME, "q"), tags=True),
        "cost": ExportKind(action="usage.read", filters=(*BY_NAME, "q"), tags=True),
        "escalations": ExportKind(
            action="escalations.read",
            filters=("state", "type", "team", "user", "request"),
            states=(*ESCALATION_STATES, OPEN_ESCALATIONS),
        ),
        "audit": ExportKind(action="log.read", filters=("type", "actor", "source", "subject", "request")),
    }
)
"""Each type that can be asked for."""


def export_scope(principal: Principal, type_name: ExportType) -> Scope:
    """Give how far an export of a type reaches for a principal: as far as reading the same rows one by one."""
    return scope_of(principal, EXPORTS[type_name].action)
