"""Callers that send or read too slowly, or too much: each wait and each buffer of a connection ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from support.gateway import FakeGateway, gateway
from support.streams import chat_chunk

from keeptrusts.gateway.http.data_plane import DataPlane
from keeptrusts.gateway.http.front_door import listening
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided

OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"
PATIENCE_S = 20.0
LIMIT = 10 * 1024 * 1024
PIECE = chat_chunk("x" * 64 * 1024)
MORE_THAN_BUFFERS_HOLD = 400
"""Pieces of 64 KiB: 25 MiB, far above what the sockets of both sides take in."""


@asynccontextmanager
async def served(
    made: FakeGateway, **settings: float
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    services = replace(made.services, settings=replace(made.services.settings, **settings))  # type: ignore[arg-type]  # seconds, by name
    app = DataPlane(services, GatewayMetrics(services))
    async with listening(app, "127.0.0.1", 0, drain_s=1.0) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            yield reader, writer
        finally:
            writer.close()


def head(made: FakeGateway, *lines: str) -> bytes:
    key = made.keys["engineering"]
    first = ("POST /v1/chat/completions HTTP/1.1", "Host: gateway", f"Authorization: Bearer {key}")
    return "\r\n".join((*first, *lines, "", "")).encode()


def recorded(made: FakeGateway) -> list[tuple[str, int | str]]:
    """The calls' decisions and completions, by verdict and status."""
    told: list[tuple[str, int | str]] = []
    for event in made.publisher.events:
        if isinstance(event.data, RequestDecided):
            told.append(("decided", event.data.verdict))
        if isinstance(event.data, RequestCompleted):
            told.append(("completed", event.data.status))
    return told


async def test_a_body_that_does_not_arrive_in_time_is_refused_and_recorded_once() -> None:
    made = gateway(OPEN)
    async with served(made, body_timeout_s=0.2) as (reader, writer):
        writer.write(head(made, "Content-Length: 1000") + b'{"model": "gpt')
        async with asyncio.timeout(PATIENCE_S):
            answered = await reader.readuntil(b"request_timeout")
    assert answered.startswith(b"HTTP/1.1 408")
    assert recorded(made) == [("decided", "refuse"), ("completed", 408)]
    assert made.provider.asked == []


async def test_a_caller_that_stops_reading_a_stream_is_given_up_and_the_provider_stopped() -> None:
    made = gateway(OPEN)
    made.provider.pieces = [PIECE] * MORE_THAN_BUFFERS_HOLD
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "stream": True}).encode()
    async with served(made, write_timeout_s=0.2) as (reader, writer):
        writer.write(head(made, f"Content-Length: {len(body)}") + body)
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # asyncio's own transport has it
            while len(recorded(made)) < 2:  # noqa: ASYNC110 - the log in memory tells nobody
                await asyncio.sleep(0.02)
    [completion] = [event.data for event in made.publisher.events if isinstance(event.data, RequestCompleted)]
    assert completion.client_gone
    assert made.provider.stream is not None and made.provider.stream.closed and made.provider.stream.pieces


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize(("over", "status"), [(0, b"200"), (1, b"413")], ids=["at the limit", "one byte above"])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
async def test_a_body_of_10_mib_is_served_and_one_byte_more_is_refused(
    over: int, status: bytes, declared: bool
) -> None:
    made = gateway(OPEN)
    frame = b'{"model":"gpt-4o","messages":[{"role":"user","content":"%b"}]}'
    body = frame % (b"x" * (LIMIT + over - len(frame) + 2))
    assert len(body) == LIMIT + over
    async with served(made) as (reader, writer):
        framing = f"Content-Length: {len(body)}" if declared else "Transfer-Encoding: chunked"
        writer.write(head(made, framing) + (body if declared else chunked(body)))
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.readline()).startswith(b"HTTP/1.1 " + status)
    assert len(made.provider.asked) == (1 if status == b"200" else 0)
    if made.provider.asked:
        assert len(made.provider.asked[0].body) == LIMIT
    assert recorded(made)[-1] == ("completed", int(status))
