"""A gateway's services with fakes at the edges: a memory log, a provider under control, a directory of our own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from keeptrusts.gateway.pipeline.bad_keys import BadKeyMeter
from keeptrusts.gateway.pipeline.caller_book import CallerBook
from keeptrusts.gateway.pipeline.connection import CallerGoneError
from keeptrusts.gateway.pipeline.content_desk import ContentDesk
from keeptrusts.gateway.pipeline.late_records import LateRecords
from keeptrusts.gateway.pipeline.lease_desk import LeaseDesk
from keeptrusts.gateway.pipeline.own_events import OwnEvents
from keeptrusts.gateway.pipeline.services import Configuration, Counters, Services
from keeptrusts.gateway.pipeline.values import Answer, IncomingCall
from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure, ProviderRequest, ProviderStream
from keeptrusts.gateway.providers.targets import resolve_targets
from keeptrusts.gateway.publishing.memory import MemoryPublisher
from keeptrusts.gateway.routing.traffic import Traffic
from keeptrusts.gateway.settings import GatewaySettings
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.keys import key_digest, new_key, parse_key
from keeptrusts.schemas.policy_document.lint import lint_text
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import encode_derived
from keeptrusts.schemas.snapshots.directory import Heartbeat, KeyValue, MemberValue, OrganizationValue, TeamValue
from support.contents import MemoryContentLog

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SECRET = b"s" * 32
ORG = "org_test"
PROVIDED = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "total_tokens": 110,
        "prompt_tokens_details": {"cached_tokens": 40},
        "completion_tokens_details": {"reasoning_tokens": 2},
    },
}


def ok(document: object = PROVIDED, *, status: int = 200, retry_after: str | None = None) -> ProviderAnswer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return ProviderAnswer(
        status=status, content_type="application/json", body=body, retry_after=retry_after, elapsed_us=5_000
    )


@dataclass(slots=True)
class FakeStream:
    """Pieces in order; ends after the last."""

    pieces: list[bytes | ProviderFailure]
    status: int = 200
    content_type: str = "text/event-stream"
    elapsed_us: int = 7_000
    closed: bool = False

    async def read(self) -> bytes | ProviderFailure | None:
        return self.pieces.pop(0) if self.pieces else None

    def close(self) -> None:
        self.closed = True


@dataclass(slots=True)
class FakeConnection:
    """A caller that sends a body and keeps what it gets; it leaves after ``stays`` pieces, if that is set."""

    body: bytes | Problem = b""
    gone: bool = False
    stays: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    last: bytes | None = None
    broken_off: bool = False
    tell: Callable[[], None] | None = None
    recorded_at_end: int | None = None
    publisher: MemoryPublisher | None = None

    async def read_body(self) -> bytes | Problem:
        return self.body

    def is_gone(self) -> bool:
        return self.gone

    def when_gone(self, tell: Callable[[], None] | None) -> None:
        self.tell = tell

    async def begin(self, headers: Mapping[str, str]) -> None:
        self.headers = headers

    async def send(self, data: bytes) -> None:
        if self.stays is not None and len(self.sent) >= self.stays:
            self.gone = True
        if self.gone:
            raise CallerGoneError("left")
        self.sent.append(data)

    async def end(self, data: bytes) -> None:
        if self.gone:
            raise CallerGoneError("left")
        self.last = data
        if self.publisher is not None:
            self.recorded_at_end = len(self.publisher.events)

    def break_off(self) -> None:
        self.broken_off = True


@dataclass(slots=True)
class FakeProvider:
    """Answers what it is told, and keeps what was asked and how long the log was at that moment."""

    publisher: MemoryPublisher
    result: ProviderAnswer | ProviderFailure = field(default_factory=ok)
    then: list[ProviderAnswer | ProviderFailure] = field(default_factory=list)
    """What the next calls get, one each, before ``result``."""
    pieces: list[bytes | ProviderFailure] | None = None
    """What streams are made of."""
    stream_type: str = "text/event-stream"
    stream: FakeStream | None = None
    asked: list[ProviderRequest] = field(default_factory=list)
    recorded_before: list[int] = field(default_factory=list)

    async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        self.asked.append(request)
        self.recorded_before.append(len(self.publisher.events))
        return self.then.pop(0) if self.then else self.result

    async def open(self, request: ProviderRequest) -> ProviderStream | ProviderAnswer | ProviderFailure:
        self.asked.append(request)
        self.recorded_before.append(len(self.publisher.events))
        opened: ProviderStream | ProviderAnswer | ProviderFailure = self.then.pop(0) if self.then else self.result
        if self.pieces is not None and isinstance(opened, ProviderAnswer) and opened.status == 200:
            self.stream = FakeStream(list(self.pieces), content_type=self.stream_type)
            return self.stream
        return opened


@dataclass(slots=True)
class FakeGateway:
    """Services, their fakes, and a key for each kind of caller."""

    services: Services
    publisher: MemoryPublisher
    provider: FakeProvider
    directory: DirectoryView
    clock: Clock
    contents: MemoryContentLog
    keys: dict[str, str] = field(default_factory=dict)

    def call(self, key: str | None, headers: Mapping[str, str] | None = None) -> IncomingCall:
        sent = {} if key is None else {"authorization": f"Bearer {self.keys.get(key, key)}"}
        return IncomingCall(
            request=self.services.ids.new("req"),
            endpoint="/v1/chat/completions",
            headers={**sent, **(headers or {})},
            started_ns=self.clock.ns,
        )

    def apply(self, value: Record, received_s: float = 0.0) -> None:
        """Let the directory hear of a value."""
        self.directory.apply(0, 0, encode_derived(value), received_s)


@dataclass(slots=True)
class Clock:
    """A clock the test moves."""

    at: datetime = NOW
    ns: int = 1_000_000_000
    random: Random = field(default_factory=lambda: Random(1))

    def entropy(self, count: int) -> bytes:
        return self.random.randbytes(count)


def gateway(policy: str, *, environment: Mapping[str, str] | None = None) -> FakeGateway:
    """A gateway on a policy text, with teams engineering and support, one member, and keys by name."""
    report = lint_text(policy, "policy.yaml")
    assert report.document is not None, report.findings
    document = report.document
    clock = Clock()
    publisher = MemoryPublisher(source="gateway/test/1", partitions=1, now_ms=lambda: clock.ns // 1_000_000)
    provider = FakeProvider(publisher)
    directory = DirectoryView()
    targets = resolve_targets(document, {"OPENAI_API_KEY": "sk-real"} if environment is None else environment)
    configuration = Configuration.of(compile_document(document), targets)
    traffic = Traffic(chance=Random(2), now_ns=clock.ns)
    traffic.reconfigure(document, [target.id for target in targets])
    counters = Counters()
    contents = MemoryContentLog()
    ids = Ids(now_ms=lambda: int(clock.at.timestamp() * 1000), entropy=clock.entropy)
    services = Services(
        settings=GatewaySettings(
            name="test", incarnation="1", org=ORG, bootstrap="", partitions=1, key_secrets={1: SECRET}
        ),
        configuration=lambda: configuration,
        directory=directory,
        callers=CallerBook(b"salt"),
        publisher=publisher,
        provider=provider,
        judges=provider,
        prices=PriceTable.load(on=NOW.date()),
        traffic=traffic,
        ids=ids,
        now=lambda: clock.at,
        now_ns=lambda: clock.ns,
        counters=counters,
        bad_keys=BadKeyMeter(per_second=3),
        late_records=LateRecords(publisher, most=10, deadline_s=5),
        desk=LeaseDesk(
            events=OwnEvents(publisher=publisher, ids=ids, gateway="test", now=lambda: clock.at),
            now_ns=lambda: clock.ns,
            counters=counters.money,
        ),
        caught_up=lambda: True,
        content=ContentDesk(
            log=contents,
            ids=ids,
            secrets={1: SECRET},
            erasures=directory.erasures,
            now=lambda: clock.at,
            entropy=clock.entropy,
            ack_timeout_s=5,
        ),
    )
    made = FakeGateway(services, publisher, provider, directory, clock, contents)
    _people(made)
    return made


def key_value(made: FakeGateway, name: str, **fields: object) -> KeyValue:
    """Make a key of a name and remember its text."""
    text = new_key("gateway", made.clock.entropy(40))
    parsed = parse_key(text)
    assert parsed is not None
    made.keys[name] = text
    return KeyValue.model_validate(
        {
            "id": f"key_{name}",
            "org": ORG,
            "purpose": "gateway",
            "name": name,
            "prefix": parsed.prefix,
            "digest": key_digest(text, SECRET),
            "created_at": NOW,
            "created_by": "mem_owner",
            **fields,
        }
    )


def _people(made: FakeGateway) -> None:
    made.apply(OrganizationValue(id=ORG, org=ORG, name="Acme", slug="acme", wallet_mode="auto", created_at=NOW))
    for slug in ("engineering", "support"):
        made.apply(TeamValue(id=f"team_{slug}", org=ORG, name=slug.title(), slug=slug, created_at=NOW))
    made.apply(
        MemberValue(
            id="mem_ana",
            org=ORG,
            email="ana@acme.example",
            role="member",
            teams={"team_engineering": "member"},
            created_at=NOW,
        )
    )
    made.apply(key_value(made, "engineering", team="team_engineering", role="member"))
    made.apply(key_value(made, "support", team="team_support", role="member"))
    made.apply(key_value(made, "organization"))
    made.apply(Heartbeat(id="0", org="_platform", partition=0, input_offset=0), received_s=made.clock.ns / 1e9)


def problem(answer: Answer) -> dict[str, object]:
    """The refusal's document."""
    document = json.loads(answer.body)
    assert isinstance(document, dict)
    return document


__all__ = ["NOW", "ORG", "PROVIDED", "FakeConnection", "FakeGateway", "gateway", "key_value", "ok", "problem"]
