"""Sends one message to one endpoint: its own connection, no redirects, a deadline, and nothing read but the status.

The address is judged when the socket is made, after the name was resolved: no name and no spelling leads past that.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from keeptrusts.schemas.outbound import OutboundRules, host_of, may_connect, problem_of_url
from keeptrusts.stream_processors.webhooks.outbox import Attempt

TIMEOUT_S: Final = 15.0
RESOLVED_AT_ONCE: Final = 64


class Sender:
    """Posts messages under an operator's rules; ``resolver`` stands in for the system's in tests."""

    def __init__(
        self,
        rules: OutboundRules,
        *,
        timeout_s: float = TIMEOUT_S,
        resolver: Callable[[], AbstractResolver] | None = None,
        make_socket: Callable[[Any], socket.socket] | None = None,
    ) -> None:
        self._rules = rules
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        threads = ThreadPoolExecutor(RESOLVED_AT_ONCE, thread_name_prefix="webhook-names")
        self._resolver = resolver or partial(_NamesInOwnThreads, threads)
        self._make_socket = make_socket or _socket_for

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """Send and give how it ended; never raises for what an endpoint or the network does."""
        if problem_of_url(url, self._rules) is not None:
            return Attempt(error="address_not_allowed")
        refused: list[str] = []
        began = time.monotonic()
        try:
            status = await self._status(url, headers, body, refused)
        except TimeoutError:
            return Attempt(error="timeout", duration_ms=_since(began))
        except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as error:
            word = "address_not_allowed" if refused else _word_for(error)
            return Attempt(error=word, duration_ms=_since(began))
        error_word = None if 200 <= status < 300 else "redirect" if 300 <= status < 400 else "refused"
        return Attempt(status=status, error=error_word, duration_ms=_since(began))

    async def _status(self, url: str, headers: Mapping[str, str], body: bytes, refused: list[str]) -> int:
        async with aiohttp.ClientSession(
            connector=self._connector(url, refused),
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
        ) as session:
            target = URL(url, encoded=True)
            async with session.post(target, data=body, headers=headers, allow_redirects=False) as response:
                status = response.status
                response.close()  # what else it says is read by nobody
                return status

    def _connector(self, url: str, refused: list[str]) -> aiohttp.TCPConnector:
        by_name = self._rules.names(host_of(url))

        def make(address: Any) -> socket.socket:
            if not by_name and not may_connect(str(address[4][0]), self._rules):
                refused.append(str(address[4][0]))
                raise OSError("the name leads to an inner address")
            return self._make_socket(address)

        return aiohttp.TCPConnector(limit=1, force_close=True, resolver=self._resolver(), socket_factory=make)


class _NamesInOwnThreads(AbstractResolver):
    """Resolves in threads that nobody else uses.

    A name may take as long as its owner likes, and cannot be given up: in the threads of everybody, a few such names
    would keep the processors from finding their brokers.
    """

    def __init__(self, threads: Executor) -> None:
        self._threads = threads

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        asked = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, asked)
        return [
            ResolveResult(
                hostname=host, host=str(at[0]), port=int(at[1]), family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, at in found
        ]

    async def close(self) -> None:
        """Nothing to close: the threads are the sender's."""


def _socket_for(address: Any) -> socket.socket:
    return socket.socket(address[0], address[1], address[2])


def _word_for(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientSSLError):
        return "tls"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "name_not_found"
    return "connection" if isinstance(error, OSError) else "no_http"


def _since(began: float) -> int:
    return max(0, round((time.monotonic() - began) * 1000))
