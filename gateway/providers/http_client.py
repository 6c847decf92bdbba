"""Calls upstreams over HTTP through one connection pool.

Connections, TLS, name look-up, keep-alive and parsing are aiohttp's connector and response protocol. Only the request
is written here: an upstream gets the same few headers each time, and aiohttp's general way of building a request
(cookies, redirects, several kinds of bodies) costs as much as all the governing of a call.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

import aiohttp
import msgspec
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import RawResponseMessage
from aiohttp.streams import StreamReader
from yarl import URL

from keeptrusts.gateway.header_lines import header_lines
from keeptrusts.gateway.providers.protocol import (
    FailureKind,
    ProviderAnswer,
    ProviderFailure,
    ProviderRequest,
    ProviderStream,
)

_POOL_SIZE: Final = 2_048
_KEEP_ALIVE_S: Final = 30.0
_REMEMBERED_URLS: Final = 1_024
_MOST_ANNOUNCEMENTS: Final = 10
_EXPECTED: Final = (
    TimeoutError,
    aiohttp.ClientError,
    HttpProcessingError,
    ssl.SSLError,
    ConnectionError,
    OSError,
    asyncio.IncompleteReadError,
)
"""What an upstream or the network can make happen."""


class _Responses(ResponseHandler):
    """The answers on one connection."""

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Read on after a pause. aiohttp asks for it with every piece of a body, and would parse nothing once more."""
        if self._reading_paused:
            super().resume_reading(resume_parser)


class HttpProviderClient:
    """The provider port on aiohttp. Open it in the event loop it is used in, close it once."""

    def __init__(
        self,
        *,
        connect_timeout_s: float,
        max_answer_bytes: int,
        now_ns: Callable[[], int],
        make_socket: Callable[[Any], socket.socket] | None = None,
    ) -> None:
        """``make_socket`` makes every socket from its resolved address, or raises OSError."""
        self._max_answer_bytes = max_answer_bytes
        self._now_ns = now_ns
        self._loop = asyncio.get_running_loop()
        self._connector = aiohttp.TCPConnector(
            limit=_POOL_SIZE, keepalive_timeout=_KEEP_ALIVE_S, socket_factory=make_socket
        )
        responses = functools.partial(_Responses, loop=self._loop)
        self._connector._factory = cast("functools.partial[ResponseHandler]", responses)
        self._connect_timeout_s = connect_timeout_s
        self._timeout = aiohttp.ClientTimeout(connect=connect_timeout_s, sock_connect=connect_timeout_s)
        self._origins: dict[str, _Origin] = {}

    async def close(self) -> None:
        await self._connector.close()

    async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        """See the port."""
        started = self._now_ns()
        exchange = _Exchange(self._connector, self._origin(request.url), self._now_ns, started)
        timer = self._loop.call_later(request.timeout_s, exchange.give_up)
        try:
            await exchange.send(request, self._connecting(request.timeout_s))
            return await exchange.whole(self._max_answer_bytes)
        except _EXPECTED as error:
            return exchange.failure(error, request.timeout_s)
        finally:
            timer.cancel()
            exchange.close()

    async def open(self, request: ProviderRequest) -> ProviderStream | ProviderAnswer | ProviderFailure:
        """See the port."""
        started = self._now_ns()
        exchange = _Exchange(self._connector, self._origin(request.url), self._now_ns, started)
        stays_open = False
        try:
            async with asyncio.timeout(request.timeout_s):
                await exchange.send(request, self._connecting(request.timeout_s))
                if exchange.status != 200:
                    return await exchange.whole(self._max_answer_bytes)
                stream = _HttpStream(exchange, request.timeout_s, self._max_answer_bytes)
                await stream.first()
                stays_open = True
                return stream
        except _EXPECTED as error:
            return exchange.failure(error, request.timeout_s)
        finally:
            if not stays_open:
                exchange.close()

    def _connecting(self, timeout_s: float) -> aiohttp.ClientTimeout:
        if timeout_s >= self._connect_timeout_s:
            return self._timeout
        return aiohttp.ClientTimeout(connect=timeout_s, sock_connect=timeout_s)

    def _origin(self, url: str) -> _Origin:
        """Give what stays the same for an address; computed once for each."""
        origin = self._origins.get(url)
        if origin is None:
            if len(self._origins) >= _REMEMBERED_URLS:
                self._origins.clear()
            origin = self._origins[url] = _Origin(url, self._loop)
        return origin


class _Origin:
    """One address: how a connection to it is looked up, and the request's first lines."""

    __slots__ = ("head", "template")

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.template = ClientRequest("POST", URL(url, encoded=True), loop=loop)
        host = self.template.headers["Host"]
        self.head = f"POST {self.template.url.raw_path_qs} HTTP/1.1\r\nHost: {host}\r\n".encode()


class _Exchange(msgspec.Struct, eq=False):
    """One request and its answer on one connection."""

    _connector: aiohttp.TCPConnector
    _origin: _Origin
    _now_ns: Callable[[], int]
    _started: int
    _connection: Connection | None = None
    _payload: StreamReader | None = None
    _retry_after: str | None = None
    _late: bool = False
    status: int = 0
    content_type: str = ""

    @property
    def elapsed_us(self) -> int:
        return max(0, (self._now_ns() - self._started) // 1_000)

    async def send(self, request: ProviderRequest, timeout: aiohttp.ClientTimeout) -> None:
        """Connect, send, and wait for the head of the answer."""
        sent = b"%b%bContent-Length: %d\r\n\r\n%b" % (
            self._origin.head,
            _header_lines(request.headers),
            len(request.body),
            request.body,
        )
        self._connection = await self._connector.connect(self._origin.template, [], timeout)
        if self._late:
            raise TimeoutError
        protocol = self._connection.protocol
        if protocol is None or protocol.transport is None:
            raise aiohttp.ClientConnectionError("closed as soon as it was made")
        protocol.set_response_params(read_until_eof=True, auto_decompress=True)
        protocol.transport.write(sent)
        message = await self._final_head(protocol)
        self.status = message.code
        self.content_type = message.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self._retry_after = message.headers.get("Retry-After")
        if message.should_close:
            protocol.force_close()

    def give_up(self) -> None:
        """End the exchange because its time is over: whoever waits for the answer is woken with an error."""
        self._late = True
        if self._connection is not None and self._connection.protocol is not None:
            error = TimeoutError()
            self._connection.protocol.set_exception(error)
            if self._payload is not None:
                self._payload.set_exception(error)

    async def _final_head(self, protocol: ResponseHandler) -> RawResponseMessage:
        """Give the head of the answer itself: those below 200 only announce it."""
        for _ in range(_MOST_ANNOUNCEMENTS):
            message, self._payload = await protocol.read()
            if message.code >= 200:
                return message
        raise aiohttp.ClientPayloadError("nothing but announcements")

    def read(self) -> Awaitable[bytes]:
        """Give what has arrived, or wait for it; empty at the end. Raises what _EXPECTED names."""
        assert self._payload is not None, "the head comes first"
        return self._payload.readany()

    async def whole(self, most_bytes: int) -> ProviderAnswer | ProviderFailure:
        """Read the whole body, within a size."""
        chunks: list[bytes] = []
        size = 0
        while chunk := await self.read():
            size += len(chunk)
            if size > most_bytes:
                return self._failed("too_large", "the provider's answer is too large", billed=True)
            chunks.append(chunk)
        return ProviderAnswer(
            status=self.status,
            content_type=self.content_type,
            body=chunks[0] if len(chunks) == 1 else b"".join(chunks),
            retry_after=self._retry_after,
            elapsed_us=self.elapsed_us,
        )

    def failure(self, error: BaseException, timeout_s: float) -> ProviderFailure:
        """Say what an error means. An upstream that was never reached cannot have worked on the call."""
        if self._connection is None:
            if isinstance(error, TimeoutError):
                reason = "the provider did not accept a connection in time"
                return self._failed("timeout", reason, billed=False)
            return self._failed("connection", "the provider cannot be reached", billed=False)
        if self._late or isinstance(error, TimeoutError):
            return self._failed("timeout", f"the provider did not answer within {round(timeout_s, 1):g} s", billed=True)
        if isinstance(error, HttpProcessingError):
            return self._failed("garbage", "the provider's answer is no HTTP", billed=True)
        return self._failed("cut", "the connection to the provider broke", billed=True)

    def too_large(self) -> ProviderFailure:
        """Say that an answer is larger than allowed."""
        return self._failed("too_large", "the provider's answer is too large", billed=True)

    def close(self) -> None:
        """Give the connection back to the pool if request and answer are at their end; else close it.

        A connection on which an answer is still due must not be used again: the next call would get it.
        """
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(aiohttp.ClientConnectionError("closed by us"))  # wakes who still reads
        transport = connection.transport
        unsent = transport is not None and transport.get_write_buffer_size() > 0
        if self._payload is None or unsent:
            connection.close()
        else:
            connection.release()

    def _failed(self, kind: FailureKind, reason: str, *, billed: bool) -> ProviderFailure:
        return ProviderFailure(kind=kind, reason=reason, billed=billed, elapsed_us=self.elapsed_us)


class _HttpStream:
    """A streamed answer: see the port."""

    def __init__(self, exchange: _Exchange, silence_s: float, most_bytes: int) -> None:
        self.status = exchange.status
        self.content_type = exchange.content_type
        self._exchange = exchange
        self._silence_s = silence_s
        self._left = most_bytes
        self._first = b""

    @property
    def elapsed_us(self) -> int:
        return self._exchange.elapsed_us

    async def first(self) -> None:
        """Wait for the first piece. Raises what _EXPECTED names, and ClientPayloadError when there is none."""
        self._first = await self._exchange.read()
        if not self._first:
            raise aiohttp.ClientPayloadError("an empty stream")

    async def read(self) -> bytes | ProviderFailure | None:
        piece, self._first = self._first, b""
        if not piece:
            try:
                async with asyncio.timeout(self._silence_s):
                    piece = await self._exchange.read()
            except _EXPECTED as error:
                return self._exchange.failure(error, self._silence_s)
        self._left -= len(piece)
        if self._left < 0:
            return self._exchange.too_large()
        return piece or None

    def close(self) -> None:
        self._exchange.close()


def _header_lines(headers: Mapping[str, str]) -> bytes:
    """Write headers. Raises ValueError for one that would end its line: a secret with a line break, for example."""
    text = header_lines(headers)
    if text is None:
        raise ValueError("a header sent to a provider holds a line break")
    return text.encode("utf-8", "surrogateescape")  # a caller's header goes on as the bytes it came as
