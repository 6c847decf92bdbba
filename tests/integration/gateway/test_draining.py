"""A port that stops: what is under way ends, each last answer says so, and nobody who is connected goes unanswered."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvloop
from aiohttp import web
from support.gateway import gateway

from keeptrusts.cli.gateway_service.spec import TlsFiles
from keeptrusts.cli.gateway_service.tls import ServerTls
from keeptrusts.cli.gateway_service.workers import bound
from keeptrusts.gateway.http.answers import EventStream, WholeAnswer
from keeptrusts.gateway.http.data_plane import DataPlane
from keeptrusts.gateway.http.front_door import Listening, listening_at
from keeptrusts.gateway.http.metrics import GatewayMetrics

NewLoop = Callable[[], asyncio.AbstractEventLoop]
LOOPS = [pytest.param(uvloop.new_event_loop, id="uvloop"), pytest.param(asyncio.new_event_loop, id="asyncio")]
PATIENCE_S = 10.0
GET = b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n"
CERTIFICATES = Path(__file__).resolve().parents[2] / "support" / "certificates"
OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"


@dataclass(slots=True)
class Served:
    """A port whose answers the test holds back."""

    places: AsyncExitStack
    port: int = 0
    calls: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Task[None] | None = None

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.calls += 1
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
async def served(
    *,
    drain_s: float = 5.0,
    quiet_s: float = 0.3,
    handshake_s: float = 0.0,
    inherited: socket.socket | None = None,
    has_successor: bool = False,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Served]:
    async with AsyncExitStack() as places:
        made = Served(places)
        place = Listening(
            host="127.0.0.1",
            port=0,
            drain_s=drain_s,
            quiet_s=quiet_s,
            handshake_s=handshake_s,
            inherited=inherited,
            has_successor=lambda: has_successor,
            tls=tls,
        )
        _, made.port = await places.enter_async_context(listening_at(made.answer, place))
        yield made
        made.go_on.set()
        if made.stopping is not None:
            await made.stopping


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def refused(port: int) -> bool:
    try:
        async with asyncio.timeout(0.05):  # who asks while nobody new is let in is not answered at once
            _, writer = await connect(port)
    except ConnectionRefusedError:
        return True
    except TimeoutError:
        return False
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


async def answer_of(connection: socket.socket, request: bytes = b"", *, tls: ssl.SSLContext | None = None) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(sock=connection, ssl=tls, server_hostname=tls and "")
        writer.write(request)
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("loop_factory", LOOPS)
@pytest.mark.parametrize("is_inherited", [False, True], ids=["own socket", "inherited socket"])
def test_whoever_had_connected_before_the_stop_is_answered(loop_factory: NewLoop, is_inherited: bool) -> None:
    """They wait in the kernel's queue, where closing the socket would cut them off: the server has seen none yet."""

    async def stop_with_waiting(count: int) -> list[bytes]:
        inherited = bound("127.0.0.1", 0, 1)[0] if is_inherited else None
        async with served(quiet_s=2.0, inherited=inherited) as made:
            made.go_on.set()
            connections = [socket.create_connection(("127.0.0.1", made.port)) for _ in range(count)]
            for one in connections[1::2]:
                one.send(GET)
            made.stop()
            await until_refused(made.port)
            for one in connections[::2]:
                one.send(GET)
            return list(await asyncio.gather(*(answer_of(one) for one in connections)))

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        answers = [answer for count in (1, 500) for answer in runner.run(stop_with_waiting(count))]
    assert len(answers) == 501
    assert all(answer.startswith(b"HTTP/1.1 200") and b"\r\nConnection: close\r\n" in answer for answer in answers)


async def test_who_asks_to_connect_while_the_port_closes_is_refused_and_never_cut_off() -> None:
    """The kernel drops the question once nobody new is let in, while a handshake may still end; then nobody listens."""
    async with served(handshake_s=0.3) as made:
        made.go_on.set()
        (earlier, writer), loop = await connect(made.port), asyncio.get_running_loop()
        made.stop()
        began, later = loop.time(), asyncio.create_task(connect(made.port))
        writer.write(GET)
        async with asyncio.timeout(PATIENCE_S):
            assert (await earlier.read()).endswith(b"ok")
            with pytest.raises(ConnectionRefusedError):
                await later
        assert loop.time() - began > 0.3, "it has not been connected meanwhile, nor refused while handshakes could end"


async def test_what_waits_in_a_socket_that_others_keep_is_left_to_them() -> None:
    (listener,) = bound("127.0.0.1", 0, 1)
    async with served(inherited=listener.dup(), has_successor=True) as made:
        waiting = [socket.create_connection(("127.0.0.1", made.port)) for _ in range(50)]
        await made.stop()
    late = socket.create_connection(listener.getsockname())
    async with served(inherited=listener) as successor:
        successor.go_on.set()
        for one in (*waiting, late):
            one.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answers = await asyncio.gather(*(answer_of(one) for one in (*waiting, late)))
    assert all(answer.endswith(b"ok") for answer in answers)


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


@pytest.fixture
def certified(tmp_path: Path) -> ssl.SSLContext:
    """What a port that serves https is given."""
    files = TlsFiles(certificate=tmp_path / "tls.crt", key=tmp_path / "tls.key")
    shutil.copyfile(CERTIFICATES / "one.pem", files.certificate)
    shutil.copyfile(CERTIFICATES / "one.key", files.key)
    return ServerTls(files).context


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """What a caller is given that takes any certificate."""
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_whoever_is_still_to_shake_hands_about_tls_is_answered(
    loop_factory: NewLoop, certified: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """The stop ends after them, although a connection is no server's before its hands are shaken."""

    async def stop_with_waiting() -> list[bytes]:
        async with served(quiet_s=PATIENCE_S, drain_s=PATIENCE_S, tls=certified) as made:
            made.go_on.set()
            connections = [socket.create_connection(("127.0.0.1", made.port)) for _ in range(20)]
            stopping = made.stop()
            await until_refused(made.port)
            answers = [asyncio.create_task(answer_of(one, GET, tls=trusting)) for one in connections]
            await stopping
            assert made.calls == 20
            return [await one for one in answers]

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        answers = runner.run(stop_with_waiting())
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 200"] * 20


async def test_https_is_served_on_the_same_terms(certified: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    services = gateway(OPEN).services
    place = Listening(host="127.0.0.1", port=0, drain_s=0.2, tls=certified)
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
