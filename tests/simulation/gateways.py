"""Gateways of the simulation: the real pipeline, lease desk and policies on a simulated log, provider and clock."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from keeptrusts.gateway.pipeline.bad_keys import BadKeyMeter
from keeptrusts.gateway.pipeline.caller_book import CallerBook
from keeptrusts.gateway.pipeline.late_records import LateRecords
from keeptrusts.gateway.pipeline.lease_desk import LeaseDesk
from keeptrusts.gateway.pipeline.own_events import OwnEvents
from keeptrusts.gateway.pipeline.services import Configuration, Counters, Services
from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure, ProviderRequest, ProviderStream
from keeptrusts.gateway.providers.targets import resolve_targets
from keeptrusts.gateway.routing.traffic import Traffic
from keeptrusts.gateway.settings import GatewaySettings
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.state.grants import GrantsInbox
from keeptrusts.gateway.wallets.prices import PriceTable, cost_nano
from keeptrusts.schemas import topics
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.policy_document.lint import lint_text
from keeptrusts.stream_processors.runtime.protocol import OutputRecord
from tests.simulation.log import START_MS, Broker, SimulatedPublisher, Weather

POLICY = """
policies:
  chain: [audit-logger, {spend-limit: {monthly_limit: 0.05, per: user}}]
wallets: {max_wait_seconds: %d}
providers:
  targets:
    - {id: openai, provider: openai}
    - {id: second, provider: openai}
  circuit_breaker: {enabled: false}
"""
SECRET = b"s" * 32


@dataclass(slots=True)
class SimulatedProvider:
    """Answers, fails, hangs or breaks off; ``bill`` has what it wants for each request, in nano-USD."""

    chance: Random
    prices: PriceTable
    bill: dict[str, int] = field(default_factory=dict)

    async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        return await self._answer(request)

    async def open(self, request: ProviderRequest) -> ProviderStream | ProviderAnswer | ProviderFailure:
        answer = await self._answer(request)
        if isinstance(answer, ProviderFailure) or answer.status != 200:
            return answer
        whole = self.chance.random() < 0.85
        return _Stream(_pieces(json.loads(answer.body), whole=whole), self.chance)

    async def _answer(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        asked = json.loads(request.body)
        identifier, chance = request.headers["x-request-id"], self.chance
        fate = chance.random()
        if fate < 0.04:
            await asyncio.sleep(chance.uniform(0, 2))
            return ProviderFailure(kind="connection", reason="refused", billed=False, elapsed_us=1)
        usage = self._usage(asked, len(request.body))
        row = self.prices.lookup("openai", asked["model"])
        assert row is not None
        cost = cost_nano(row, usage)
        assert cost is not None
        slow = chance.uniform(8, 25) if chance.random() < 0.03 else chance.uniform(0.01, 1.5)
        if fate < 0.08:
            await asyncio.sleep(slow)
            return ProviderAnswer(
                status=429, content_type="application/json", body=b'{"error":{"message":"slow down"}}',
                retry_after=None, elapsed_us=1,
            )  # fmt: skip
        self.bill[identifier] = self.bill.get(identifier, 0) + cost
        await asyncio.sleep(slow)
        if fate < 0.14:
            return ProviderFailure(kind="cut", reason="broke off", billed=True, elapsed_us=1)
        document = _document(asked["model"], None if fate < 0.17 else usage)
        body = json.dumps(document).encode()
        return ProviderAnswer(status=200, content_type="application/json", body=body, retry_after=None, elapsed_us=1)

    def _usage(self, asked: dict[str, Any], size: int) -> Usage:
        limit = asked.get("max_completion_tokens") or asked["max_tokens"]
        # Some calls cost all that they may, most of them a part.
        full = self.chance.random() < 0.2
        tokens_out = limit if full else self.chance.randint(0, limit)
        return Usage(input_tokens=size if full else self.chance.randint(1, size), output_tokens=tokens_out)


@dataclass(slots=True)
class _Stream:
    pieces: list[bytes | ProviderFailure]
    chance: Random
    status: int = 200
    content_type: str = "text/event-stream"
    elapsed_us: int = 1
    closed: bool = False

    async def read(self) -> bytes | ProviderFailure | None:
        await asyncio.sleep(self.chance.uniform(0, 0.2))
        return self.pieces.pop(0) if self.pieces and not self.closed else None

    def close(self) -> None:
        self.closed = True


def _document(model: str, usage: Usage | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": "c", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    }  # fmt: skip
    if usage is not None:
        document["usage"] = {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
        }
    return document


def _pieces(document: dict[str, Any], *, whole: bool) -> list[bytes | ProviderFailure]:
    def chunk(**fields: Any) -> bytes:
        head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": document["model"]}
        return b"data: " + json.dumps(head | fields).encode() + b"\n\n"

    pieces: list[bytes | ProviderFailure] = [
        chunk(choices=[{"index": 0, "delta": {"role": "assistant", "content": "H"}, "finish_reason": None}]),
        chunk(choices=[{"index": 0, "delta": {"content": "i"}, "finish_reason": None}]),
    ]
    if not whole:
        return [*pieces, ProviderFailure(kind="cut", reason="broke off", billed=True, elapsed_us=1)]
    pieces.append(chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    if "usage" in document:
        pieces.append(chunk(choices=[], usage=document["usage"]))
    return [*pieces, b"data: [DONE]\n\n"]


class SimulatedGateway:
    """One worker. ``kill`` ends it without a word; it begins again with nothing."""

    def __init__(
        self, name: str, org: str, broker: Broker, provider: SimulatedProvider, seed: int, wait_s: int
    ) -> None:
        self.name, self._org, self._broker, self._provider = name, org, broker, provider
        self._seed, self._wait_s = seed, wait_s
        self._chance = Random(f"{seed}/{name}")
        self.weather = Weather()
        self.publisher = SimulatedPublisher(name, broker, self._chance, self.weather)
        self.directory = DirectoryView()
        self.calls: set[asyncio.Task[None]] = set()
        self.clock_skew = timedelta()
        self._desk_task: asyncio.Task[None] | None = None
        self._grants: list[OutputRecord] = []
        self.services = self._make()

    def start(self) -> None:
        self._desk_task = asyncio.create_task(self.services.desk.run())

    def kill(self) -> None:
        """kill -9: calls, leases and what waited to be sent are gone; another process starts."""
        for task in self.calls:
            task.cancel()
        self.calls.clear()
        self.stop()
        self.publisher.renew()
        self.services = self._make()
        self.start()

    def stop(self) -> None:
        if self._desk_task is not None:
            self._desk_task.cancel()
        for task in self.services.late_records._tasks:  # it has no way to be killed, which is the point
            task.cancel()

    def read(self, output: OutputRecord) -> None:
        """Take in what the ledger writes: the directory, and the inbox. A paused gateway reads when it wakes up."""
        loop = asyncio.get_running_loop()
        if self.publisher.paused_until_s > loop.time():
            loop.call_at(self.publisher.paused_until_s, self.read, output)
            return
        if output.topic == topics.DIRECTORY.name:
            self.directory.apply(0, 0, output.value, loop.time())
        elif output.topic == topics.GRANTS.name:
            self._inbox.apply(0, 0, output.value, loop.time())

    def _now(self) -> datetime:
        at = datetime.fromtimestamp(START_MS / 1000, UTC)
        return at + timedelta(seconds=asyncio.get_event_loop().time()) + self.clock_skew

    def _make(self) -> Services:
        report = lint_text(POLICY % self._wait_s, "policy.yaml")
        assert report.document is not None, report.findings
        targets = resolve_targets(report.document, {"OPENAI_API_KEY": "sk"})
        configuration = Configuration.of(compile_document(report.document), targets)
        counters, now_ns = Counters(), _now_ns
        traffic = Traffic(chance=Random(self._seed), now_ns=0)
        traffic.reconfigure(report.document, [target.id for target in targets])
        ids = Ids(now_ms=self._broker.now_ms, entropy=self._chance.randbytes)
        events = OwnEvents(publisher=self.publisher, ids=ids, gateway=self.name, now=self._now)
        desk = LeaseDesk(events=events, now_ns=now_ns, counters=counters.money)
        self._inbox = GrantsInbox(incarnation=lambda: desk.incarnation, anyone_waits=desk.anyone_waits, tell=desk.tell)
        settings = GatewaySettings(
            name=self.name, incarnation="-", org=self._org, bootstrap="", partitions=1, key_secrets={1: SECRET}
        )
        return Services(
            settings=settings, configuration=partial(_same, configuration), directory=self.directory,
            callers=CallerBook(b"salt"), publisher=self.publisher, provider=self._provider,
            judges=self._provider,
            prices=self._provider.prices, traffic=traffic, ids=ids, now=self._now, now_ns=now_ns, counters=counters,
            bad_keys=BadKeyMeter(per_second=3), desk=desk, caught_up=lambda: True,
            late_records=LateRecords(self.publisher, most=1_000, deadline_s=600),
        )  # fmt: skip


def _same(configuration: Configuration) -> Configuration:
    return configuration


def _now_ns() -> int:
    return round(asyncio.get_event_loop().time() * 1e9) + 1_000_000_000
