"""The command API on a log in memory, with the real authority behind it: what tests of both sides of it build on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from keeptrusts.gateway.command_api.context import CommandContext
from keeptrusts.gateway.command_api.routes import command_routes
from keeptrusts.gateway.publishing.memory import MemoryPublisher
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.state.outcomes import OutcomeInbox
from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.commands import people
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.command import CommandRefused
from keeptrusts.schemas.events.identity import Identity, Role
from keeptrusts.schemas.events.money import Draw, Hold, LeaseRequested, TicketOpened, TicketWithdrawn
from keeptrusts.schemas.events.request import RequestDecided, ReviewRequested
from keeptrusts.schemas.ids import KEY, MEMBER, ORGANIZATION, TEAM, Ids, derived
from keeptrusts.schemas.keys import ENTROPY_BYTES, key_digest, new_key, parse_key
from keeptrusts.schemas.publishing import Ack
from keeptrusts.schemas.record import Record
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.protocol import InputRecord

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECRETS = {1: b"old secret of the tests", 2: b"new secret of the tests"}


@dataclass(slots=True)
class Person:
    """A member of a bench's organization, with the access key that was made for them."""

    member: str
    email: str
    token: str


@dataclass(slots=True)
class Bench:
    """One organization whose intents are decided at once by the real fold, unless ``authority_paused``."""

    name: str = "acme"
    seed: int = 1
    random: random.Random = field(init=False)
    now: datetime = START
    monotonic_s: float = 100.0
    ready: bool = True
    authority_paused: bool = False
    directory_paused: bool = False
    view: DirectoryView = field(default_factory=DirectoryView)
    inbox: OutcomeInbox = field(default_factory=OutcomeInbox)
    memory: MemoryPublisher = field(default_factory=lambda: MemoryPublisher(source="api/test/1"))
    beside: Bench | None = None
    """Another organization's bench, to share its log, authority and views."""
    fold: AuthorityFold = field(init=False)
    ids: Ids = field(init=False)
    org: str = field(init=False)
    appended: asyncio.Event = field(default_factory=asyncio.Event)
    _unread: list[tuple[int, Event]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.ids = Ids(now_ms=lambda: int(self.now.timestamp() * 1000), entropy=self.random.randbytes)
        self.fold = AuthorityFold(0, self.ids)
        self.org = derived(ORGANIZATION, self.name)
        if self.beside is not None:
            self.memory, self.fold = self.beside.memory, self.beside.fold
            self.view, self.inbox = self.beside.view, self.beside.inbox
        self.beat()

    @property
    def source(self) -> str:
        return self.memory.source

    async def append(self, *events: Event, deadline_s: float) -> tuple[Ack, ...]:
        """The publishing port: append, and let the authority see it."""
        acks = await self.memory.append(*events, deadline_s=deadline_s)
        self._unread += [(ack.offset, event) for ack, event in zip(acks, events, strict=True)]
        self.appended.set()
        if not self.authority_paused:
            self.decide()
        return acks

    def decide(self) -> None:
        """Let the authority decide about what it has not seen yet."""
        unread, self._unread = self._unread, []
        for offset, event in unread:
            record = InputRecord(
                partition=0, offset=offset, timestamp_ms=int(self.now.timestamp() * 1000), value=encode(event)
            )
            for output in self.fold.apply(record):
                if output.topic == topics.OUTCOMES.name:
                    self.inbox.apply(0, 0, output.value, self.monotonic_s)
                if output.topic == topics.DIRECTORY.name and not self.directory_paused:
                    self.view.apply(0, 0, output.value, self.monotonic_s)

    def beat(self) -> None:
        for output in self.fold.heartbeat(0):
            self.view.apply(0, 0, output.value, self.monotonic_s)

    def context(self, **changes: Any) -> CommandContext:
        values: dict[str, Any] = {
            "publisher": self, "directory": self.view, "outcomes": self.inbox, "key_secrets": SECRETS,
            "secret_version": 2, "ids": self.ids, "now": lambda: self.now, "monotonic_s": self._clock,
            "partitions": 1, "ready": lambda: self.ready, "outcome_timeout_s": 0.05, "view_timeout_s": 0.05,
        }  # fmt: skip
        return CommandContext(**(values | changes))

    def _clock(self) -> float:
        self.monotonic_s += 0.001  # each look at the clock takes a millisecond, so that bounded waits end
        return self.monotonic_s

    async def intend(self, data: Record, *, actor: str | None = None) -> None:
        """Append an intent of the owner's without the API."""
        event = Event(
            id=self.ids.event(), source="test", subject="x", time=self.now, org=self.org, ledger=self.org,
            actor=actor or f"member:{derived(MEMBER, self.name, 'owner')}", data=data,
        )  # fmt: skip
        await self.append(event, deadline_s=1)

    async def state(self, *facts: Record, incarnation: str = "inc-1") -> str:
        """Append facts that a gateway states; gives the id of the last one's event."""
        events = [
            Event(
                id=self.ids.event(), source=f"gateway/main/{incarnation}", subject="x", time=self.now, org=self.org,
                ledger=self.org, actor="gateway:main", data=fact,
            )
            for fact in facts
        ]  # fmt: skip
        await self.append(*events, deadline_s=1)
        return events[-1].id

    async def parked_ticket(self, ticket: str, *, team: str, user: str, need: int) -> None:
        """Let a call wait for money that no wallet has, and its caller give up waiting."""
        opened = TicketOpened(
            ticket=ticket, request=f"req_of_{ticket}", cascade=("team:nobody",), need=need, input_hash="0" * 64,
            principal=user, incarnation="inc-1", identity=Identity(org=self.org, team=team, user=user),
        )  # fmt: skip
        await self.state(opened, TicketWithdrawn(ticket=ticket, reason="waited_too_long"))

    async def held_for_person(self, escalation: str, *, team: str, user: str) -> None:
        """Let a policy hold a call for a person."""
        await self.state(
            ReviewRequested(
                escalation=escalation,
                request=f"req_of_{escalation}",
                type="human_oversight",
                severity="medium",
                policy="human-oversight",
                phase="input",
                wait_seconds=3600,
                identity=Identity(org=self.org, team=team, user=user),
            )
        )

    async def presumed_hold(self, request: str, *, wallet: str, amount: int) -> None:
        """Let a call hold money of a wallet and never end, until its hold is presumed spent."""
        await self.hold(request, wallet=wallet, amount=amount)
        self.later(16 * 60)
        await self.state(LeaseRequested(incarnation="inc-1", cascade=(), need=0, wanted=0))

    async def hold(self, request: str, *, wallet: str, amount: int) -> None:
        """Let a call hold money of a wallet."""
        asked = LeaseRequested(incarnation="inc-1", cascade=(wallet,), need=amount, wanted=amount)
        await self.state(asked)
        lease = next(reversed(self.fold.ledger(self.org).money.leases))
        hold = Hold(
            id=f"{request}/1", draws=(Draw(lease=lease, account=wallet, amount=amount),), price_version="p",
            deadline_at=self.now + timedelta(minutes=15),
        )  # fmt: skip
        await self.state(
            RequestDecided(
                request=request, identity=Identity(org=self.org), gateway="main", endpoint="/v1/chat/completions",
                verdict="allow", hold=hold,
            )
        )  # fmt: skip

    def refusal_since(self, count: int) -> CommandRefused:
        """Give the record of a refusal: the only one since the log had so many."""
        [event] = self.memory.events[count:]
        assert isinstance(event.data, CommandRefused), event.data
        assert (event.org, event.ledger, event.subject) == (self.org, self.org, event.data.request)
        return event.data

    async def found(self) -> Person:
        """Create the organization with its owner, who gets an access key."""
        owner, email = derived(MEMBER, self.name, "owner"), f"owner@{self.name}.example"
        await self.intend(
            people.OrganizationCreateRequested(
                organization=self.org, name=self.name.title(), slug=self.name, owner=owner, owner_email=email
            )
        )
        return Person(member=owner, email=email, token=await self.access_key(owner))

    async def team(self, slug: str) -> str:
        team = derived(TEAM, self.name, slug)
        await self.intend(people.TeamCreateRequested(team=team, name=slug.title(), slug=slug))
        return team

    async def person(self, name: str, *, role: Role = "member", teams: dict[str, Role] | None = None) -> Person:
        """Add a member with a role in the organization and roles in teams, who gets an access key."""
        member, email = derived(MEMBER, self.name, name), f"{name}@{self.name}.example"
        await self.intend(people.MemberAddRequested(member=member, email=email, role=role))
        for team, team_role in (teams or {}).items():
            await self.intend(people.MemberAddRequested(member=member, email=email, team=team, role=team_role))
        return Person(member=member, email=email, token=await self.access_key(member))

    async def access_key(
        self, member: str, *, version: int = 2, expires_at: datetime | None = None, name: str = "test"
    ) -> str:
        secret = new_key("access", self.random.randbytes(ENTROPY_BYTES))
        parsed = parse_key(secret)
        assert parsed is not None
        await self.intend(
            people.KeyCreateRequested(
                key=derived(KEY, secret), purpose="access", name=name, prefix=parsed.prefix, member=member,
                digest=key_digest(secret, SECRETS[version]), secret_version=version, expires_at=expires_at,
            )
        )  # fmt: skip
        return secret

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@asynccontextmanager
async def serving(context: CommandContext) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """Serve the command API on a free port of this machine."""
    app = web.Application()
    app.add_routes(command_routes(context))
    async with TestClient(TestServer(app)) as client:
        yield client


async def send(
    client: TestClient[web.Request, web.Application],
    who: Person | str | None,
    method: str,
    path: str,
    body: Any = None,
    **headers: str,
) -> tuple[int, dict[str, Any], ClientResponse]:
    """Send one request as a person (or with a token); give status, JSON and the response."""
    token = who.token if isinstance(who, Person) else who
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    given = {"data": body} if isinstance(body, (str, bytes)) else {} if body is None else {"json": body}
    response = await client.request(method, path, headers=sent, **given)
    return response.status, await response.json(content_type=None), response
