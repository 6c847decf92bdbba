"""A port that stops: what is under way ends, each last answer says so, and nobody who is connected goes unanswered."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from support.gateway import gateway

from keeptrusts.cli.gateway_service.spec import TlsFiles
from keeptrusts.cli.gateway_service.tls import ServerTls
from keeptrusts.cli.gateway_service.workers import bound
from keeptrusts.gateway.http.answers import EventStream, WholeAnswer
from keeptrusts.gateway.http.data_plane import DataPlane
from keeptrusts.gateway.http.front_door import Listening, listening_at
from keeptrusts.gateway.http.metrics import GatewayMetrics

PATIENCE_S = 10.0
GET = b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n"
CERTIFICATES = Path(__file__).resolve().parents[2] / "support" / "certificates"
OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"


@dataclass(slots=True)
class Served:
    """A port whose answers the test holds back."""

    places: AsyncExitStack
    port: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Task[None] | None = None

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.began.set()
        if request.path == "/stream":
            stream = EventStream(request, {"Content-Type": "text/event-stream"}, write_timeout_s=5)
            await stream.prepare(request)
            await stream.send(b"data: 1\n\n")
            await self.go_on.wait()
            await stream.end(b"data: 2\n\n")
            return stream
        await self.go_on.wait()
        return WholeAnswer(200, {}, b"ok")

    def stop(self) -> asyncio.Task[None]:
        """Begin to stop; the task ends when every connection has."""
        self.stopping = asyncio.create_task(self.places.aclose())
        return self.stopping


@asynccontextmanager
async def served(*, drain_s: float = 5.0, quiet_s: float = 0.3) -> AsyncIterator[Served]:
    async with AsyncExitStack() as places:
        made = Served(places)
        place = Listening(host="127.0.0.1", port=0, drain_s=drain_s, quiet_s=quiet_s)
        _, made.port = await places.enter_async_context(listening_at(made.answer, place))
        yield made
        made.go_on.set()
        if made.stopping is not None:
            await made.stopping


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def refused(port: int) -> bool:
    try:
        _, writer = await connect(port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


async def until_refused(port: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await refused(port):  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.005)


async def test_a_call_under_way_is_answered_and_told_that_it_was_the_last() -> None:
    async with served() as made:
        reader, writer = await connect(made.port)
        writer.write(GET)
        await made.began.wait()
        made.stop()
        await until_refused(made.port)
        made.go_on.set()
        async with asyncio.timeout(PATIENCE_S):
            answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200") and b"\r\nConnection: close\r\n" in answer and answer.endswith(b"ok")


async def test_a_stream_under_way_ends_whole() -> None:
    async with served() as made:
        reader, writer = await connect(made.port)
        writer.write(b"GET /stream HTTP/1.1\r\nHost: gateway\r\n\r\n")
        await reader.readuntil(b"data: 1\n\n")
        made.stop()
        await until_refused(made.port)
        made.go_on.set()
        async with asyncio.timeout(PATIENCE_S):
            rest = await reader.read()
    assert b"data: 2\n\n" in rest and rest.endswith(b"0\r\n\r\n")


async def test_who_sends_again_soon_gets_an_answer_and_who_stays_quiet_is_closed() -> None:
    async with served(quiet_s=1.0) as made:
        made.go_on.set()
        (reader, writer), (quiet, _) = await connect(made.port), await connect(made.port)
        writer.write(GET)
        assert b"Connection" not in await reader.readuntil(b"ok")
        made.stop()
        await until_refused(made.port)
        writer.write(GET)
        async with asyncio.timeout(PATIENCE_S):
            assert b"Connection: close" in await reader.read()
            assert await quiet.read() == b""


async def test_a_call_that_does_not_end_in_time_is_cut() -> None:
    async with served(drain_s=0.2) as made:
        reader, writer = await connect(made.port)
        writer.write(GET)
        await made.began.wait()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.shield(made.stop())
            assert await reader.read() == b""


async def test_whoever_had_connected_before_the_stop_is_answered() -> None:
    async with served(quiet_s=2.0) as made:
        made.go_on.set()
        connections = [await connect(made.port) for _ in range(500)]
        made.stop()
        for _, writer in connections:
            writer.write(GET)
        async with asyncio.timeout(PATIENCE_S):
            answers = [await reader.read() for reader, _ in connections]
        for _, writer in connections:
            writer.close()
    assert all(answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"ok") for answer in answers)


async def test_connections_that_wait_for_a_dead_worker_are_taken_by_its_successor() -> None:
    """The socket stays open while nobody serves it, as it does when a worker is killed."""
    (listener,) = bound("127.0.0.1", 0, 1)
    listener.listen(1024)
    port = listener.getsockname()[1]
    made = Served(AsyncExitStack())
    made.go_on.set()
    connections = [await connect(port) for _ in range(300)]
    for _, writer in connections:
        writer.write(GET)
    place = Listening(host="127.0.0.1", port=port, drain_s=2.0, inherited=listener.dup())
    async with asyncio.timeout(PATIENCE_S), listening_at(made.answer, place):
        answers = [await reader.readuntil(b"ok") for reader, _ in connections]
        for _, writer in connections:
            writer.close()
    listener.close()
    assert len(answers) == 300


def test_workers_share_one_port_and_a_port_of_somebody_else_is_an_error() -> None:
    first, second = bound("127.0.0.1", 0, 1), socket.socket()
    port = first[0].getsockname()[1]
    others = bound("127.0.0.1", port, 2)
    assert {one.getsockname()[1] for one in others} == {port}
    second.bind(("127.0.0.1", 0))
    second.listen()
    with pytest.raises(OSError, match="in use"):
        bound("127.0.0.1", second.getsockname()[1], 2)
    for one in (*first, *others, second):
        one.close()


async def test_https_is_served_on_the_same_terms(tmp_path: Path) -> None:
    files = TlsFiles(certificate=tmp_path / "tls.crt", key=tmp_path / "tls.key")
    shutil.copyfile(CERTIFICATES / "one.pem", files.certificate)
    shutil.copyfile(CERTIFICATES / "one.key", files.key)
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    services = gateway(OPEN).services
    place = Listening(host="127.0.0.1", port=0, drain_s=1.0, tls=ServerTls(files).context)
    async with listening_at(DataPlane(services, GatewayMetrics(services)), place) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
        plain, raw = await connect(port)
        raw.write(GET)
        async with asyncio.timeout(PATIENCE_S):
            assert b"200" not in await plain.read()
        raw.close()
