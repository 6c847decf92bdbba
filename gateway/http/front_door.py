"""The listening socket: connections that bound how long a request's head may take, and never repeat what they read.

aiohttp answers and logs a request that it cannot parse with the bytes it stumbled over, which may hold a key or a
prompt; and it gives a connection as long for half a head as for silence. Both are settled here, for every port.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson
from aiohttp import ClientPayloadError, StreamReader, web
from aiohttp.http import RawRequestMessage, StreamWriter
from aiohttp.web_protocol import ERROR

from keeptrusts.schemas.errors import PROBLEM_JSON, Problem, openai_body

logger = logging.getLogger(__name__)

HEADER_TIMEOUT_S: Final = 5.0
IDLE_TIMEOUT_S: Final = 75.0
BACKLOG: Final = 1024
LINGER_S: Final = 10.0
LET_GO_S: Final = 1.0

_MALFORMED: Final = Problem(
    code="malformed_http",
    message="this is no valid HTTP request, or its request line or a header is too long",
    fix="Check the client; request line and each header are at most 8190 bytes",
)
_FAILED: Final = Problem(
    code="internal_error", message="an error of ours stopped this request", fix="Tell the platform team; see its log"
)


class FrontDoor(web.RequestHandler):
    """One connection. Half a head is given ``header_timeout_s``, then the connection is closed without an answer."""

    __slots__ = ("_deadline", "_deaf", "_header_timeout_s", "_tell_gone")

    def __init__(
        self, manager: web.Server, *, loop: asyncio.AbstractEventLoop, header_timeout_s: float, idle_timeout_s: float
    ) -> None:
        super().__init__(manager, loop=loop, keepalive_timeout=idle_timeout_s, access_log=None)  # type: ignore[arg-type]  # aiohttp takes None for no access log, and its annotation forgets it
        self._header_timeout_s = header_timeout_s
        self._deadline: asyncio.TimerHandle | None = None
        self._tell_gone: Callable[[], None] | None = None
        self._deaf = False

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
        loop, task = self._loop, asyncio.current_task()
        assert task is not None, "a connection is served in a task"
        while not self._force_close:
            message, payload = await self._next_message()
            if isinstance(message, RawRequestMessage):
                handler, head = self._request_handler, message
            else:
                handler, head = self._make_error_handler(message), ERROR
            if self._request_factory is None or handler is None:
                break  # lost meanwhile
            request = self._request_factory(head, payload, self, StreamWriter(self, loop), task)
            try:
                response, gone = await self._handle_request(request, None, handler)
            except ConnectionError:
                break
            if gone:
                break
            if head is ERROR:
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


@asynccontextmanager
async def listening(
    served: web.Application | Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    host: str,
    port: int,
    *,
    drain_s: float,
    header_timeout_s: float = HEADER_TIMEOUT_S,
    idle_timeout_s: float = IDLE_TIMEOUT_S,
) -> AsyncIterator[tuple[str, int]]:
    """Serve an application, or one function, while the body runs; gives the address. Raises OSError for a busy port.

    At the end no connection is taken any more, and calls under way have ``drain_s`` seconds to end.
    """
    runner: web.BaseRunner
    if isinstance(served, web.Application):
        runner = web.AppRunner(served, handle_signals=False, shutdown_timeout=drain_s)
    else:
        runner = web.ServerRunner(web.Server(served), handle_signals=False, shutdown_timeout=drain_s)
    await runner.setup()
    loop = asyncio.get_running_loop()
    manager = runner.server
    assert manager is not None, "a runner that is set up has a server"
    try:
        server = await loop.create_server(
            lambda: FrontDoor(manager, loop=loop, header_timeout_s=header_timeout_s, idle_timeout_s=idle_timeout_s),
            host,
            port,
            backlog=BACKLOG,
        )
        try:
            address: tuple[str, int] = server.sockets[0].getsockname()[:2]
            yield address
        finally:
            server.close()
    finally:
        await runner.cleanup()
