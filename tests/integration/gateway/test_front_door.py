"""The listening socket: what no parser understands is never repeated, and half a head is not waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from support.gateway import FakeGateway, FakeProvider, gateway

from keeptrusts.gateway.http.data_plane import DataPlane
from keeptrusts.gateway.http.front_door import listening
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure, ProviderRequest, ProviderStream
from keeptrusts.schemas.events.request import RequestCompleted

OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"
KEY = b"kt_gk_verysecretverysecretverysecretvery"
PROMPT = b"xyzzy-never-repeat-this"
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\n"
HEADER_TIMEOUT_S = 0.2
PATIENCE_S = 10.0

MALFORMED = {
    "a header without a colon": HEAD + b"Authorization Bearer " + KEY + b"\r\n\r\n",
    "a control character in a header": HEAD + b"Authorization: Bearer " + KEY + b"\x00\r\n\r\n",
    "a header that is too long": HEAD + b"Authorization: Bearer " + KEY + b"A" * 9_000 + b"\r\n\r\n",
    "a request line that is too long": b"GET /v1/models?key=" + KEY + b"A" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\nX: " + KEY + b"\r\n\r\nhello",
    "a length and chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks without a size": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + PROMPT + b"\r\n0\r\n\r\n",
    "a body behind which no request follows": HEAD + b"Content-Length: 0\r\n\r\n" + PROMPT + b"\r\n\r\n",
}


@asynccontextmanager
async def served(made: FakeGateway | None = None) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    services = (made or gateway(OPEN)).services
    app = DataPlane(services, GatewayMetrics(services))
    async with listening(app, "127.0.0.1", 0, drain_s=1.0, header_timeout_s=HEADER_TIMEOUT_S) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            yield reader, writer
        finally:
            writer.close()


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_cannot_be_parsed_is_neither_echoed_nor_logged(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with served() as (reader, writer):
        writer.write(sent)
        async with asyncio.timeout(PATIENCE_S):
            answered = await reader.read()
    assert answered.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert b"malformed_http" in answered
    for shown in (answered, caplog.text.encode()):
        assert KEY not in shown and PROMPT not in shown


async def test_half_a_head_is_closed_at_the_header_deadline() -> None:
    async with served() as (reader, writer):
        writer.write(HEAD)
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""


async def test_a_second_half_head_on_a_kept_connection_is_closed_too() -> None:
    async with served() as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n")
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
            writer.write(HEAD)
            assert await reader.read() == b""


async def test_a_slow_body_is_not_held_to_the_deadline_of_the_head() -> None:
    made = gateway(OPEN)
    key = made.keys["engineering"].encode()
    async with served(made) as (reader, writer):
        writer.write(HEAD + b"Authorization: Bearer " + key + b"\r\nContent-Length: 2\r\n\r\n{")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), HEADER_TIMEOUT_S * 3)
        writer.write(b"}")
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.readline()).startswith(b"HTTP/1.1 422")


async def test_an_idle_connection_outlives_the_deadline_of_a_head() -> None:
    async with served() as (reader, writer):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), HEADER_TIMEOUT_S * 3)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n")
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")


class SlowProvider:
    """Answers once it is told to; notes when it was asked."""

    def __init__(self, answers: FakeProvider) -> None:
        self._answers = answers
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        self.asked.set()
        await self.may_answer.wait()
        return await self._answers.call(request)

    async def open(self, request: ProviderRequest) -> ProviderStream | ProviderAnswer | ProviderFailure:
        self.asked.set()
        await self.may_answer.wait()
        return await self._answers.open(request)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_caller_who_leaves_while_the_provider_works_leaves_one_completion(stream: bool) -> None:
    made = gateway(OPEN)
    made.provider.pieces = [b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\n', b"data: [DONE]\n\n"]
    slow = SlowProvider(made.provider)
    made = replace(made, services=replace(made.services, provider=slow))
    body = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "stream": %b}' % (
        b"true" if stream else b"false"
    )
    async with served(made) as (_, writer), asyncio.timeout(PATIENCE_S):
        key = made.keys["engineering"].encode()
        writer.write(HEAD + b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (key, len(body), body))
        await slow.asked.wait()
        writer.close()
        await writer.wait_closed()
        reader, other = await asyncio.open_connection(*writer.get_extra_info("peername"))
        other.write(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n")
        await reader.readline()  # whoever is answered came after the one who left
        slow.may_answer.set()
        other.close()
    # The end of the server waited for the call.
    ends = [event.data for event in made.publisher.events if isinstance(event.data, RequestCompleted)]
    assert [end.client_gone for end in ends] == [True]
