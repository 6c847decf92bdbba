"""Calls upstreams over HTTP through one connection pool."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import aiohttp

from keeptrusts.gateway.providers.protocol import FailureKind, ProviderAnswer, ProviderFailure, ProviderRequest

_POOL_SIZE = 512
_KEEP_ALIVE_S = 30.0
_CHUNK_BYTES = 64 * 1024


class HttpProviderClient:
    """The provider port on aiohttp. Open it in the event loop it is used in, close it once."""

    def __init__(self, *, connect_timeout_s: float, max_answer_bytes: int, now_ns: Callable[[], int]) -> None:
        self._max_answer_bytes = max_answer_bytes
        self._connect_timeout_s = connect_timeout_s
        self._now_ns = now_ns
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_POOL_SIZE, keepalive_timeout=_KEEP_ALIVE_S),
            auto_decompress=True,
            cookie_jar=aiohttp.DummyCookieJar(),
            raise_for_status=False,
        )

    async def close(self) -> None:
        await self._session.close()

    async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        """See the port."""
        started = self._now_ns()
        timeout = aiohttp.ClientTimeout(total=request.timeout_s, sock_connect=self._connect_timeout_s)
        try:
            async with self._session.post(
                request.url, data=request.body, headers=request.headers, timeout=timeout, allow_redirects=False
            ) as response:
                body = await self._read(response)
                if body is None:
                    return self._failure("too_large", "the provider's answer is too large", True, started)
                return ProviderAnswer(
                    status=response.status,
                    content_type=response.content_type,
                    body=body,
                    retry_after=response.headers.get("Retry-After"),
                    elapsed_us=self._elapsed_us(started),
                )
        except aiohttp.ClientConnectorError:
            return self._failure("connection", "the provider cannot be reached", False, started)
        except aiohttp.ConnectionTimeoutError:
            return self._failure("timeout", "the provider did not accept a connection in time", False, started)
        except TimeoutError:
            return self._failure(
                "timeout", f"the provider did not answer within {request.timeout_s:g} s", True, started
            )
        except (aiohttp.ClientError, ssl.SSLError, ConnectionError, asyncio.IncompleteReadError):
            return self._failure("connection", "the connection to the provider broke", True, started)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | None:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            size += len(chunk)
            if size > self._max_answer_bytes:
                return None
            chunks.append(chunk)
        return b"".join(chunks)

    def _failure(self, kind: FailureKind, reason: str, billed: bool, started: int) -> ProviderFailure:
        return ProviderFailure(kind=kind, reason=reason, billed=billed, elapsed_us=self._elapsed_us(started))

    def _elapsed_us(self, started: int) -> int:
        return max(0, (self._now_ns() - started) // 1_000)
