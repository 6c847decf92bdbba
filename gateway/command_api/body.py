"""Reads a JSON object exactly: numbers never become floats, no key counts twice, size and time are bounded."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from aiohttp import web

from keeptrusts.gateway.command_api.context import MAX_BODY_BYTES
from keeptrusts.gateway.command_api.problems import invalid
from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.frozen import frozen

MAX_NUMBER_LENGTH: Final = 40
MAX_EXPONENT: Final = 30
_CONTENT: Final = frozenset({"edited"})
"""Fields that hold content: nothing that is derived from them may be recorded, not even a hash."""


@frozen
class Body:
    """The fields that were sent (numbers as int or Decimal), and their canonical text for comparing requests.

    Fields that hold content are not compared.
    """

    fields: Mapping[str, Any]
    canonical: str

    def input_hash(self, method: str, path: str) -> str:
        """Give the SHA-256 that two requests share only when they ask for the same."""
        return hashlib.sha256(f"{method} {path}\n{self.canonical}".encode()).hexdigest()


async def read_body(request: web.Request, *, timeout_s: float) -> Body:
    """Read and parse the body; an empty one has no fields. Raises Refused (400, 408, 413, 415, 422)."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(Problem(code="unsupported_encoding", message="send the body without Content-Encoding"))
    try:
        async with asyncio.timeout(timeout_s):
            raw = await _read_bounded(request)
    except TimeoutError:
        raise Refused(
            Problem(code="request_timeout", message=f"the body did not arrive within {timeout_s:g} s")
        ) from None
    except ConnectionError:
        raise Refused(Problem(code="malformed_http", message="the connection ended before the body did")) from None
    return parse_body(raw)


def parse_body(raw: bytes) -> Body:
    """Parse a JSON object; raises Refused (422) with what is wrong and where."""
    if not raw.strip():
        return Body(fields={}, canonical="{}")
    try:
        document = json.loads(
            raw.decode(),
            object_pairs_hook=_unique,
            parse_float=_exact,
            parse_int=_whole,
            parse_constant=_no_number,
        )
        if not isinstance(document, dict):
            raise invalid(None, "the body must be a JSON object", 'such as {"name": "Engineering"}')
        compared = {name: value for name, value in document.items() if name not in _CONTENT}
        canonical = json.dumps(compared, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
        canonical.encode()
    except UnicodeDecodeError:
        raise invalid(None, "the body is not UTF-8") from None
    except UnicodeEncodeError:
        raise invalid(None, "the body holds half of a surrogate pair", "send well-formed Unicode") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise invalid(None, f"the body is not JSON ({error.msg} at {where})") from None
    except RecursionError:
        raise invalid(None, "the body is nested too deeply") from None
    return Body(fields=document, canonical=canonical)


async def _read_bounded(request: web.Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.content.iter_chunked(64 * 1024):
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise Refused(
                Problem(code="request_too_large", message=f"the body is above the limit of {MAX_BODY_BYTES} bytes")
            )
        parts.append(part)
    return b"".join(parts)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise invalid(_tellable(name), "is given twice", "send it once")
        fields[name] = value
    return fields


def _tellable(name: str) -> str:
    """Give the beginning of a name as an answer can carry it: half of a surrogate pair has no UTF-8."""
    return name[:100].encode(errors="replace").decode()


def _exact(literal: str) -> Decimal:
    try:
        number = Decimal(literal)
    except InvalidOperation:
        raise invalid(None, "a number is out of range") from None
    if len(literal) > MAX_NUMBER_LENGTH or abs(number.adjusted()) > MAX_EXPONENT:
        raise invalid(None, "a number is out of range", f"numbers have at most {MAX_NUMBER_LENGTH} characters")
    return number


def _whole(literal: str) -> int:
    if len(literal) > MAX_NUMBER_LENGTH:
        raise invalid(None, "a number is out of range", f"numbers have at most {MAX_NUMBER_LENGTH} characters")
    return int(literal)


def _no_number(literal: str) -> NoReturn:
    raise invalid(None, f"{literal} is no JSON number")
