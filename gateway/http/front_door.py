"""The listening socket: connections that bound how long a request's head may take, and never repeat what they read.

aiohttp answers and logs a request that it cannot parse with the bytes it stumbled over, which may hold a key or a
prompt; and it gives a connection as long for half a head as for silence. Both are settled here, for every port.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import socket
import ssl
import sys
import termios
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final
from weakref import WeakSet

import orjson
from aiohttp import ClientPayloadError, StreamReader, web
from aiohttp.http import RawRequestMessage, StreamWriter
from aiohttp.web_protocol import ERROR

from keeptrusts.gateway.http.answers import WholeAnswer
from keeptrusts.gateway.http.exchange import Exchange, Plane
from keeptrusts.gateway.http.listen_queue import accept_waiting
from keeptrusts.schemas.errors import PROBLEM_JSON, Problem, openai_body
from keeptrusts.schemas.frozen import frozen

logger = logging.getLogger(__name__)

HEADER_TIMEOUT_S: Final = 5.0
IDLE_TIMEOUT_S: Final = 75.0
BACKLOG: Final = 1024
LINGER_S: Final = 10.0
LET_GO_S: Final = 1.0
QUIET_S: Final = 2.0
CANCEL_S: Final = 1.0
"""How long a call that is cut has to clean up."""
_DRAIN_POLL_S: Final = 0.02
_INT_BYTES: Final = 4

_MALFORMED: Final = Problem(
    code="malformed_http",
    message="this is no valid HTTP request, or its request line or a header is too long",
    fix="Check the client; request line and each header are at most 8190 bytes",
)
_FAILED: Final = Problem(
    code="internal_error", message="an error of ours stopped this request", fix="Tell the platform team; see its log"
)


Served = web.Application | Callable[[web.BaseRequest], Awaitable[web.StreamResponse]] | Plane
"""What a port can serve: an application, one function, or a plane, which costs least."""


class FrontDoor(web.RequestHandler):
    """One connection. Half a head is given ``header_timeout_s``, then the connection is closed without an answer."""

    __slots__ = (
        "__weakref__",
        "_deadline",
        "_deaf",
        "_draining",
        "_full_requests",
        "_header_timeout_s",
        "_plane",
        "_tell_gone",
    )

    def __init__(
        self,
        manager: web.Server,
        *,
        loop: asyncio.AbstractEventLoop,
        header_timeout_s: float,
        idle_timeout_s: float,
        draining: asyncio.Event,
        plane: Plane | None = None,
    ) -> None:
        super().__init__(manager, loop=loop, keepalive_timeout=idle_timeout_s, access_log=None)  # type: ignore[arg-type]  # aiohttp takes None for no access log, and its annotation forgets it
        self._header_timeout_s = header_timeout_s
        self._deadline: asyncio.TimerHandle | None = None
        self._tell_gone: Callable[[], None] | None = None
        self._deaf = False
        self._draining = draining
        self._plane = plane
        self._full_requests = manager.request_factory  # aiohttp forgets it with the connection

    @property
    def draining(self) -> bool:
        """Whether the next answer is this connection's last."""
        return self._draining.is_set()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; while draining its head says that the connection closes behind it."""
        if self._draining.is_set() and not resp.prepared and not self._messages:
            resp.force_close()
        return await super().finish_response(request, resp, start_time)

    def quiet_since(self) -> float | None:
        """Give the loop's time since which nothing is under way here; None while something is."""
        waiter = self._waiter
        idle = waiter is not None and not waiter.done() and not self._messages and self._deadline is None
        return self._next_keepalive_close_time - self._keepalive_timeout if idle else None

    @property
    def is_beginning(self) -> bool:
        """Whether it is accepted and not served yet: it has no transport before it has shaken hands about TLS."""
        return self.transport is None and self._manager is not None

    def when_gone(self, tell: Callable[[], None] | None) -> None:
        """Call ``tell`` when the connection is lost; None forgets it."""
        self._tell_gone = tell

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        super().data_received(data)
        if self._messages and self._deadline is None:
            return
        if not self._inside_head():
            self._forget_deadline()
        elif self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(self._header_timeout_s, self._close_late)

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Read on after a pause. aiohttp asks for it with every piece of a body, and would parse nothing once more."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._forget_deadline()
        tell, self._tell_gone = self._tell_gone, None
        if tell is not None:
            tell()
        super().connection_lost(exc)

    async def start(self) -> None:
        """Answer the connection's requests, one after the other, in this one task.

        aiohttp's own loop makes a further task of each request, which is a twentieth of what a governed call costs.
        """
        loop = self._loop
        while not self._force_close:
            message, payload = await self._next_message()
            if self._request_handler is None:
                break  # lost meanwhile
            valid = isinstance(message, RawRequestMessage)
            try:
                if self._plane is not None and valid:
                    exchange = Exchange(self, payload, message.method, message.path, message.headers, message)
                    response, gone = await self._answer(self._plane, exchange)
                else:
                    handler = self._request_handler if valid else self._make_error_handler(message)
                    request = self.full_request(message if valid else ERROR, payload)
                    response, gone = await self._handle_request(request, None, handler)
            except ConnectionError:
                break
            if gone:
                break
            if not valid:
                await self._let_go()
                break
            if not payload.is_eof() and not await self._read_rest(payload):
                break
            if not response.keep_alive or self._close or self._force_close:
                break
            self._keepalive = True
            self._next_keepalive_close_time = loop.time() + self._keepalive_timeout
            if self._keepalive_handle is None:
                self._keepalive_handle = loop.call_at(self._next_keepalive_close_time, self._process_keepalive)
        self._task_handler = None
        if self.transport is not None:
            self.transport.close()

    def full_request(self, message: RawRequestMessage, payload: StreamReader) -> web.BaseRequest:
        """Make aiohttp's form of a request, also when the connection is lost meanwhile."""
        task = asyncio.current_task()
        assert task is not None, "a connection is served in a task"
        return self._full_requests(message, payload, self, StreamWriter(self, self._loop), task)

    async def _answer(self, plane: Plane, exchange: Exchange) -> tuple[web.StreamResponse, bool]:
        """Have an exchange answered; gives the answer, and whether the caller is gone.

        This is what aiohttp's server does around a handler, for answers that are sent in one piece.
        """
        self._request_in_progress = True
        self._current_request = exchange  # type: ignore[assignment]  # aiohttp only calls its `_cancel`
        try:
            try:
                response = await plane.answer(exchange)
            except Exception as error:  # noqa: BLE001 - logged, and answered with 500 in our own words
                response = self.handle_error(exchange.full(), 500, error)
            finally:
                self._current_request = None
            if not isinstance(response, WholeAnswer) or self._upgraded:
                return await self.finish_response(exchange.full(), response, None)
            if self._draining.is_set() and not self._messages:
                response.force_close()
            response.send(exchange)
            return response, False
        finally:
            self._request_in_progress = False
            if self._handler_waiter is not None:
                self._handler_waiter.set_result(None)

    async def _let_go(self) -> None:
        """Say that nothing more is coming and drop what still arrives, for a while.

        To close at once, with bytes unread, would reset the connection, and the answer would be lost on its way.
        """
        self._deaf = True
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        gone = self._loop.create_future()
        self.when_gone(lambda: None if gone.done() else gone.set_result(None))
        if transport.can_write_eof():
            transport.write_eof()
        await asyncio.wait([gone], timeout=LET_GO_S)

    async def _next_message(self) -> tuple[Any, StreamReader]:
        if not self._messages:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        message, payload = self._messages.popleft()
        if self._parser is not None:
            self._parser.message_consumed()
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()
        return message, payload

    async def _read_rest(self, payload: StreamReader) -> bool:
        """Read what a caller still sends after the answer, so that the answer is not lost with a reset; for a while."""
        try:
            async with asyncio.timeout(LINGER_S):
                while not payload.is_eof():
                    await payload.readany()
        except (TimeoutError, web.HTTPException, ClientPayloadError):
            return False
        return True

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer in our own words only. Raises ConnectionError once part of an answer is out."""
        if status < 500:
            logger.warning("a request that is no valid HTTP was refused (%s)", type(exc).__name__)
        else:
            self.log_exception("a request failed", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer is out already")
        problem = _MALFORMED if status < 500 else _FAILED
        response = web.Response(status=problem.status, body=orjson.dumps(openai_body(problem)))
        response.content_type = PROBLEM_JSON
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log where an exception came from and its type, never its message: that may quote what was read."""
        error = kw.get("exc_info")
        places = traceback.extract_tb(error.__traceback__) if isinstance(error, BaseException) else []
        where = " < ".join(f"{place.name} ({place.filename}:{place.lineno})" for place in reversed(places))
        logger.error("%s: %s at %s", args[0] if args else "error", type(error).__name__, where or "an unknown place")

    def _inside_head(self) -> bool:
        """Say whether bytes came that complete no head: none ever did here, or the connection waits for the next."""
        waiter = self._waiter
        idle = waiter is not None and not waiter.done()
        return not self._messages and (idle or self._request_count == 0)

    def _close_late(self) -> None:
        self._deadline = None
        if self._inside_head():
            self.force_close()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _no_successor() -> bool:
    return False


@frozen
class Listening:
    """Where and how a port is served: on a socket made here, or on ``inherited``, which other processes may share.

    At the end everybody who waits in the socket's queue is accepted, and who joins it within ``handshake_s``; unless
    ``has_successor()``, asked then, says that another process goes on serving this very socket: they wait for it.
    From then on no connection is taken and calls under way have ``drain_s`` to end. A connection on which
    nothing happens is closed once it was quiet for ``quiet_s``: a caller that is about to use it again is told in
    its next answer that it was the last, instead of finding it closed.
    """

    host: str
    port: int
    drain_s: float
    quiet_s: float = QUIET_S
    header_timeout_s: float = HEADER_TIMEOUT_S
    idle_timeout_s: float = IDLE_TIMEOUT_S
    handshake_s: float = 0.0
    inherited: socket.socket | None = None
    has_successor: Callable[[], bool] = _no_successor
    tls: ssl.SSLContext | None = None


@asynccontextmanager
async def listening(
    served: Served,
    host: str,
    port: int,
    *,
    drain_s: float,
    header_timeout_s: float = HEADER_TIMEOUT_S,
    idle_timeout_s: float = IDLE_TIMEOUT_S,
) -> AsyncIterator[tuple[str, int]]:
    """Serve while the body runs; gives the address. Raises OSError for a busy port."""
    place = Listening(
        host=host, port=port, drain_s=drain_s, header_timeout_s=header_timeout_s, idle_timeout_s=idle_timeout_s
    )
    async with listening_at(served, place) as address:
        yield address


@asynccontextmanager
async def listening_at(served: Served, place: Listening) -> AsyncIterator[tuple[str, int]]:
    """Serve while the body runs; gives the address. Raises OSError for a busy port."""
    runner: web.BaseRunner
    plane = served if isinstance(served, Plane) else None
    if isinstance(served, web.Application):
        runner = web.AppRunner(served, handle_signals=False, shutdown_timeout=CANCEL_S)
    else:
        handler = _never if isinstance(served, Plane) else served
        runner = web.ServerRunner(web.Server(handler), handle_signals=False, shutdown_timeout=CANCEL_S)
    await runner.setup()
    loop = asyncio.get_running_loop()
    manager = runner.server
    assert manager is not None, "a runner that is set up has a server"

    draining = asyncio.Event()
    doors: WeakSet[FrontDoor] = WeakSet()

    def door() -> FrontDoor:
        made = FrontDoor(
            manager,
            loop=loop,
            header_timeout_s=place.header_timeout_s,
            idle_timeout_s=place.idle_timeout_s,
            draining=draining,
            plane=plane,
        )
        doors.add(made)
        return made

    try:
        if place.inherited is not None:
            server = await loop.create_server(door, sock=place.inherited, ssl=place.tls, backlog=BACKLOG)
        else:
            server = await loop.create_server(door, place.host, place.port, ssl=place.tls, backlog=BACKLOG)
        try:
            address: tuple[str, int] = server.sockets[0].getsockname()[:2]
            yield address
        finally:
            draining.set()
            if not place.has_successor():
                await accept_waiting(server.sockets, place.handshake_s)
            server.close()
            await _drain(doors, place)
    finally:
        await runner.cleanup()


async def _never(request: web.BaseRequest) -> web.StreamResponse:
    raise AssertionError("a plane answers exchanges")


def _has_unread(door: FrontDoor) -> bool:
    """Say whether the kernel holds bytes of a connection that the loop has not read yet: a request, most likely."""
    connection = None if door.transport is None else door.transport.get_extra_info("socket")
    if connection is None:
        return False
    try:
        count = fcntl.ioctl(connection.fileno(), termios.FIONREAD, bytes(_INT_BYTES))
    except OSError:
        return False  # it is closed already
    return int.from_bytes(count, sys.byteorder) > 0


async def _drain(doors: WeakSet[FrontDoor], place: Listening) -> None:
    """Wait until every connection has had its last answer and is closed, within the time.

    One that has not shaken hands about TLS is waited for as long as one on which nothing happens.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    while (now := loop.time()) < began + place.drain_s:
        served = [door for door in doors if door.transport is not None]
        waits_for_others = now < began + place.quiet_s and any(door.is_beginning for door in doors)
        if not served and not waits_for_others:
            return
        for door in served:
            since = door.quiet_since()
            if since is not None and since <= now - place.quiet_s and not _has_unread(door):
                door.force_close()
        await asyncio.sleep(_DRAIN_POLL_S)
    cut = sum(door.transport is not None for door in doors)
    logger.warning("%d connections are cut: they did not end within %g s", cut, place.drain_s)
