"""Reads a request's headers and body within bounds; what cannot be read becomes a problem."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Final

from aiohttp import web
from multidict import CIMultiDictProxy

from keeptrusts.gateway.http.exchange import Exchange
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.ids import REQUEST

_TRACEPARENT: Final = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")


def incoming_call(services: Services, request: Exchange, endpoint: str) -> IncomingCall:
    """Give the call as it came in, under a request id of our own."""
    headers = _by_name(request.headers)
    traceparent = headers.get("traceparent")
    parent = traceparent if traceparent is not None and _TRACEPARENT.match(traceparent) else None
    request_id, started_ns, span = services.ids.new(REQUEST), services.now_ns(), None
    if services.tracing is not None:
        span = services.tracing.begin(request=request_id, endpoint=endpoint, traceparent=parent, started_ns=started_ns)
        parent = span.traceparent
    return IncomingCall(
        request=request_id,
        endpoint=endpoint,
        headers=headers,
        started_ns=started_ns,
        traceparent=parent,
        span=span,
    )


def _by_name(headers: CIMultiDictProxy[str]) -> Mapping[str, str]:
    """Give headers by their lower-case names: a plain dictionary, which is asked in a tenth of the time.

    Where a name comes twice they stay as they came: which of two values counts is for those who ask.
    """
    plain = {name.lower(): value for name, value in headers.items()}
    return plain if len(plain) == len(headers) else headers


async def read_body(request: Exchange, *, most_bytes: int, timeout_s: float) -> bytes | Problem:
    """Read the whole body; a Problem when it is encoded, too large or too slow."""
    encoding = request.headers.get("Content-Encoding")
    if encoding is not None and encoding.strip().lower() not in ("", "identity"):
        return Problem(
            code="unsupported_encoding",
            message=f"Content-Encoding {encoding[:40]!r} is not accepted on requests",
            fix="Send the body as it is",
        )
    if (request.content_length or 0) > most_bytes:
        return _too_large(most_bytes)
    content = request.content
    if content.is_eof() and content.exception() is None:  # it came with the head: nothing to wait for
        body = content.read_nowait()
        return body if len(body) <= most_bytes else _too_large(most_bytes)
    return await _read_pieces(request, most_bytes, timeout_s)


async def _read_pieces(request: Exchange, most_bytes: int, timeout_s: float) -> bytes | Problem:
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > most_bytes:
                    return _too_large(most_bytes)
                chunks.append(chunk)
    except TimeoutError:
        return Problem(
            code="request_timeout", message=f"the body did not arrive within {timeout_s:g} s", fix="Send it faster"
        )
    except web.HTTPException:
        return Problem(code="invalid_request", message="the body's framing is broken", fix="Check the client")
    return b"".join(chunks)


def _too_large(most_bytes: int) -> Problem:
    return Problem(
        code="request_too_large",
        message=f"the body is larger than {most_bytes} bytes",
        fix="Send less, or ask the platform team to raise the limit",
    )
