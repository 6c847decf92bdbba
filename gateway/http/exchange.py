"""One request on a connection as the data plane sees it: what the parser found, without aiohttp's request around it.

aiohttp's own is made only for what needs it, such as a stream: to make it and carry it through its server for every
call costs as much as finding out who calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

import msgspec
from aiohttp import StreamReader, web
from aiohttp.helpers import set_exception
from aiohttp.http import HttpVersion, RawRequestMessage
from multidict import CIMultiDictProxy


class Door(Protocol):
    """The connection that a request came over."""

    @property
    def transport(self) -> asyncio.Transport | None: ...

    @property
    def draining(self) -> bool: ...

    def when_gone(self, tell: Callable[[], None] | None) -> None: ...

    def full_request(self, message: RawRequestMessage, payload: StreamReader) -> web.BaseRequest: ...


class Exchange(msgspec.Struct, eq=False):
    """A request and where its answer goes."""

    door: Door
    content: StreamReader
    method: str
    raw_path: str
    headers: CIMultiDictProxy[str]
    _message: RawRequestMessage
    _full: web.BaseRequest | None = None

    @property
    def path(self) -> str:
        """The path, decoded; of an address with a host, what follows it."""
        return self._message.url.path

    @property
    def version(self) -> HttpVersion:
        return self._message.version

    @property
    def keep_alive(self) -> bool:
        """Whether the caller wants to use the connection again."""
        return not self._message.should_close

    @property
    def content_length(self) -> int | None:
        """How long the body is, where the head says so."""
        text = self.headers.get("Content-Length")
        return None if text is None else int(text)

    @property
    def transport(self) -> asyncio.Transport | None:
        return self.door.transport

    def full(self) -> web.BaseRequest:
        """Give aiohttp's form of the request; the same each time. Also when the connection is lost meanwhile."""
        if self._full is None:
            self._full = self.door.full_request(self._message, self.content)
        return self._full

    def _cancel(self, error: BaseException) -> None:
        """Wake whoever reads the body: the connection is lost. The name is what aiohttp's server calls."""
        set_exception(self.content, error)


@runtime_checkable
class Plane(Protocol):
    """Answers exchanges. Never raises for what callers send; ConnectionError when a caller is gone."""

    def answer(self, exchange: Exchange) -> Awaitable[web.StreamResponse]: ...
