"""One question on its way: who asks, with which parameters, against which tables; and the table of routes' shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

from aiohttp import web
from pydantic import BaseModel

from keeptrusts.projections.query_api.authentication import Caller
from keeptrusts.projections.query_api.directory_view import Directory, DirectoryView
from keeptrusts.projections.query_api.freshness import Tip, TipView
from keeptrusts.projections.query_api.models import Rebuilt
from keeptrusts.projections.query_api.problems import invalid_parameter
from keeptrusts.projections.query_api.scope import TenantScope, tenant_scope
from keeptrusts.projections.settings import QuerySettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.authorization import Action, scope_of
from keeptrusts.schemas.filters import MAX_LIMIT
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.positions import Position, parse_position
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.documents import Export

MIN_POSITION_HEADER: Final = "X-Keeptrusts-Min-Position"
READ_PARAMETERS: Final = ("min_position",)


class Rebuilder(Protocol):
    """Makes a table again from the log, beside the old one, while reads go on."""

    async def rebuild(self, table: str) -> Rebuilt:
        """Raises UnknownTableError for a table that is not made from the log."""
        ...


class Recorder(Protocol):
    """Appends a fact to the log, for what must be recorded before it is answered."""

    async def record(self, *, org: str, actor: str, subject: str, fact: Record) -> None:
        """Return once the log has the fact. Raises PublishError when it is not known to."""
        ...


class ExportPaths(Protocol):
    """Where the files of exports are."""

    def path(self, export: Export, sha256: str) -> Path: ...


@frozen
class Deps:
    """What every question may use."""

    store: Store
    directory: DirectoryView
    tips: TipView
    secrets: Mapping[int, bytes]
    settings: QuerySettings
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    rebuilder: Rebuilder | None = None
    recorder: Recorder | None = None
    exports: ExportPaths | None = None
    erasures: Callable[[str, str], int] = lambda org, subject: 0
    """How often a data subject was erased, as far as this process has heard: tables may be behind the log."""


@frozen
class Call:
    """One authenticated question. ``tip`` is how far the tables were when it was taken up."""

    deps: Deps
    caller: Caller
    directory: Directory
    tip: Tip
    now: datetime
    parameters: Mapping[str, str]
    path: Mapping[str, str]
    headers: Mapping[str, str]
    action: Action | None
    most_rows: int = MAX_LIMIT
    """The largest ``limit`` that may be asked for."""

    @property
    def org(self) -> str:
        return self.caller.principal.org

    @property
    def scope(self) -> TenantScope:
        """Give the caller's reach for this route's own action."""
        assert self.action is not None
        return self.reach(self.action)

    def reach(self, action: Action) -> TenantScope:
        """Give the caller's reach for an action."""
        return tenant_scope(scope_of(self.caller.principal, action))

    def leads(self, person: str) -> bool:
        """Say whether the caller is an admin of one of a member's teams."""
        member = self.directory.members.get(person)
        led = {team for team, role in self.caller.principal.teams.items() if role in ("admin", "owner")}
        return member is not None and bool(led & set(member.teams))

    def position(self, topic: topics.Topic = topics.EVENTS) -> Position:
        """Give the organization's position in what was written of a topic."""
        return self.tip.position(topic, self.org)

    def as_of(self, topic: topics.Topic = topics.EVENTS) -> Position:
        """Give the position to answer at: the frozen one that was asked for, else the newest."""
        text = self.parameters.get("as_of")
        if text is None:
            return self.position(topic)
        asked = read_position("as_of", text)
        newest = self.position(topic)
        if asked.partition != newest.partition:
            raise invalid_parameter("as_of", f"{text!r} is not a position of this organization")
        return asked

    def lag_ms(self, topic: topics.Topic = topics.EVENTS) -> int | None:
        return self.tip.lag_ms(topic, self.org, int(self.now.timestamp() * 1000))


@frozen
class Parameter:
    """A parameter of a route as OpenAPI describes it."""

    name: str
    help: str
    schema: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({"type": "string"}))
    place: Literal["query", "path"] = "query"


@frozen
class Route:
    """One route. ``action`` is its row of the roles table (None: any member); ``reads`` are the topics it answers from.

    Exactly one of ``handle`` and ``stream`` is given. ``media``: what a stream is, unless server-sent events.
    """

    method: Literal["GET", "POST"]
    path: str
    operation: str
    summary: str
    action: Action | None
    answer: type[BaseModel]
    reads: tuple[topics.Topic, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    handle: Callable[[Call], Awaitable[BaseModel]] | None = None
    stream: Callable[[Call, web.Request], Awaitable[web.StreamResponse]] | None = None
    media: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Give the query parameters that the route knows, apart from filters."""
        return tuple(item.name for item in self.parameters if item.place == "query")


def read_position(name: str, text: str) -> Position:
    """Read a position token; raises Refused (400)."""
    try:
        return parse_position(text)
    except ValueError as error:
        raise invalid_parameter(name, str(error)) from None
