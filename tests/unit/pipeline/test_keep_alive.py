"""A silent stream: its caller hears a comment line now and then, and nothing once it has ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from support.gateway import FakeConnection, gateway
from support.streams import CHAT

from keeptrusts.gateway.pipeline.keep_alive import COMMENT, KeepAlive
from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.gateway.providers.protocol import ProviderFailure, ProviderStream

POLICY = """
pack: {name: quiet, version: 1.0.0, enabled: true}
providers: {targets: [{id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}]}
policies: {chain: [audit-logger]}
"""
DEADLINE_S = 10.0
SOON_S = 0.005


@dataclass(slots=True)
class Listener(FakeConnection):
    """A caller that says when it was told that the stream is alive."""

    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, data: bytes) -> None:
        await FakeConnection.send(self, data)
        if data == COMMENT:
            self.told.set()


@dataclass(slots=True)
class Silent:
    """A stream that goes on only once its caller was told that it is alive."""

    pieces: list[bytes]
    told: asyncio.Event
    status: int = 200
    content_type: str = "text/event-stream"
    elapsed_us: int = 7_000

    async def read(self) -> bytes | ProviderFailure | None:
        if len(self.pieces) == 3:
            async with asyncio.timeout(DEADLINE_S):
                await self.told.wait()
        return self.pieces.pop(0) if self.pieces else None

    def close(self) -> None:
        pass


async def test_a_caller_of_a_silent_stream_is_told_that_it_is_alive_and_hears_all_of_it() -> None:
    made = gateway(POLICY)
    services = replace(made.services, settings=replace(made.services.settings, keep_alive_s=SOON_S))
    connection = Listener(body=CHAT.body)
    silent: ProviderStream = Silent(list(CHAT.pieces), connection.told)

    class Provider:
        async def open(self, _request: object) -> ProviderStream:
            return silent

    plain = made.call("engineering")
    call = IncomingCall(
        request=plain.request, endpoint=CHAT.endpoint, headers=plain.headers, started_ns=plain.started_ns
    )
    await model_call(replace(services, provider=Provider()), call, connection, "chat")  # type: ignore[arg-type]  # it only opens
    heard = b"".join(connection.sent)
    assert COMMENT in heard and heard.replace(COMMENT, b"") == b"".join(CHAT.pieces[:3])
    assert connection.last is not None and CHAT.end in connection.last


async def test_nothing_is_said_while_pieces_come_or_after_it_is_stopped() -> None:
    connection = Listener()
    keeping = KeepAlive(connection, every_s=3_600)
    keeping.sent()
    await keeping.stop()
    assert connection.sent == []


async def test_a_caller_that_is_gone_is_told_nothing_and_nothing_breaks() -> None:
    asked = asyncio.Event()

    class Gone(Listener):
        async def send(self, data: bytes) -> None:
            asked.set()
            await Listener.send(self, data)

    connection = Gone(gone=True)
    keeping = KeepAlive(connection, every_s=SOON_S)
    async with asyncio.timeout(DEADLINE_S):
        await asked.wait()
    await keeping.stop()
    assert connection.sent == []
