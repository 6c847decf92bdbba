"""How answers are written: a whole one in a single write, a stream piece by piece, each within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import HttpVersion11

from keeptrusts.gateway.header_lines import header_lines
from keeptrusts.gateway.http.exchange import Exchange
from keeptrusts.gateway.pipeline.connection import CallerGoneError

_PHRASES: Final = MappingProxyType({status.value: status.phrase for status in HTTPStatus})
_BODILESS: Final = frozenset({204, 304})
_NOT_FOR_HEADERS: Final = str.maketrans(dict.fromkeys((*range(32), 127), "?"))


class WholeAnswer(web.StreamResponse):
    """A status, headers and a body, sent together. aiohttp's own way of the same takes four times as long."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        # The base class would build headers, cookies and a state that nothing of a whole answer needs.
        self._status = status
        self._lines = headers
        self._whole = body

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send everything. Raises ConnectionError when the caller is gone."""
        self.send(request)
        return None

    def send(self, request: web.BaseRequest | Exchange) -> None:
        """Send everything, once. Raises ConnectionError when the caller is gone."""
        if self._eof_sent:
            return
        self._eof_sent = True
        if self._keep_alive is None:
            self._keep_alive = request.keep_alive
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the caller is gone")
        transport.write(self._bytes(request))

    def _bytes(self, request: web.BaseRequest | Exchange) -> bytes:
        version, status, body = request.version, self._status, self._whole
        text = header_lines(self._lines)
        if text is None:
            lines = (f"{name}: {value}".translate(_NOT_FOR_HEADERS) for name, value in self._lines.items())
            text = "".join(f"{line}\r\n" for line in lines)
        if self._keep_alive is not (version >= HttpVersion11):
            text += f"Connection: {'keep-alive' if self._keep_alive else 'close'}\r\n"
        if status in _BODILESS:
            body = b""
        else:
            text += f"Content-Length: {len(body)}\r\n"
            if request.method == "HEAD":
                body = b""
        head = f"HTTP/{version.major}.{version.minor} {status} {_PHRASES.get(status, '')}\r\n"
        return f"{head}{text}Date: {rfc822_formatted_time()}\r\n\r\n".encode() + body


class EventStream(web.StreamResponse):
    """A stream of server-sent events: its head goes out with the first piece."""

    _send_headers_immediately = False

    def __init__(self, request: web.BaseRequest, headers: Mapping[str, str], *, write_timeout_s: float) -> None:
        super().__init__(status=200, headers=headers)
        self._request = request
        self._write_timeout_s = write_timeout_s
        if request.version >= (1, 1):
            self.enable_chunked_encoding()
        else:
            self.force_close()

    async def send(self, data: bytes) -> None:
        """Send a piece; raises CallerGoneError when nobody takes it, or not fast enough."""
        await self._bounded(self.write, data)

    async def end(self, data: bytes) -> None:
        """Send the last piece and the end of the body."""
        await self._bounded(self.write_eof, data)

    def break_off(self) -> None:
        """Close the connection without an end, so that nobody takes what was sent for the whole."""
        self.force_close()
        if self._request.transport is not None:
            self._request.transport.close()

    async def _bounded(self, write: Callable[[bytes], object], data: bytes) -> None:
        transport = self._request.transport
        if transport is None:
            raise CallerGoneError("the caller is gone")
        try:
            if transport.get_write_buffer_size() == 0:
                await write(data)  # type: ignore[misc]  # both are coroutine functions
                return
            async with asyncio.timeout(self._write_timeout_s):
                await write(data)  # type: ignore[misc]  # as above
        except (ConnectionError, TimeoutError) as error:
            raise CallerGoneError("the caller is gone, or reads too slowly") from error
