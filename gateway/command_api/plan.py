"""A command that is understood: the intent to append, and what its answer will show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

from keeptrusts.gateway.command_api.answers import Kind
from keeptrusts.gateway.command_api.authentication import Caller
from keeptrusts.gateway.command_api.context import CommandContext
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.record import Record


@frozen
class Plan:
    """One intent about one resource.

    ``expected`` holds the fields of the resource that follow from the intent: the answer waits until the directory
    shows them, and gives them all the same when it takes too long. ``extra`` is in the answer but in no directory.
    ``gone``: the directory does not show the resource (any more). ``secret``: a new key, to be shown once
    under ``secret_name``.
    """

    intent: Record
    kind: Kind
    resource: str
    expected: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    gone: bool = False
    secret: str | None = field(default=None, repr=False)
    secret_name: str = "key"
    prepare: Callable[[], Awaitable[Record]] | None = None
    """What must be done before the intent can be appended; gives the intent that is."""


@frozen
class Asked:
    """One request on its way to a plan: who asks, the path's references, and the sources of ids and randomness.

    ``new_id`` and ``entropy`` give the same again when a request is repeated under its Idempotency-Key.
    """

    caller: Caller
    path: Mapping[str, str]
    context: CommandContext
    new_id: Callable[[str], str]
    entropy: Callable[[int], bytes]

    @property
    def org(self) -> str:
        return self.caller.org


def unlisted(intent: Record, kind: Kind, resource: str, **fields: Any) -> Plan:
    """Plan for what no directory lists: whether it exists, and whether it may be done, the authority alone knows."""
    return Plan(intent=intent, kind=kind, resource=resource, extra=fields, gone=True)
