"""Cursors: where a list goes on, and the frozen question it belongs to."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from keeptrusts.projections.query_api.problems import invalid_parameter
from keeptrusts.schemas.frozen import frozen


@frozen
class Cursor:
    """Behind the row with ``key``; ``as_of`` and the period keep all pages of a list parts of one answer.

    Times are microseconds since 1970. A cursor only says where to go on: it gives no access to anything.
    """

    kind: str
    key: tuple[int | str, ...]
    as_of: int
    since_us: int | None = None
    until_us: int | None = None


def encode_cursor(cursor: Cursor) -> str:
    document = [cursor.kind, list(cursor.key), cursor.as_of, cursor.since_us, cursor.until_us]
    return base64.urlsafe_b64encode(orjson.dumps(document)).decode().rstrip("=")


def decode_cursor(text: str, kind: str, shape: tuple[type, ...]) -> Cursor:
    """Read a cursor of a kind whose key has this shape; raises Refused (400)."""
    refused = invalid_parameter("cursor", "is not one of this list", "use next_cursor of the page before, unchanged")
    try:
        document: Any = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, orjson.JSONDecodeError, ValueError):
        raise refused from None
    if not isinstance(document, list) or len(document) != 5 or document[0] != kind:
        raise refused
    _, key, as_of, since_us, until_us = document
    if not isinstance(key, list) or [type(part) for part in key] != list(shape) or type(as_of) is not int:
        raise refused
    if any(value is not None and type(value) is not int for value in (since_us, until_us)):
        raise refused
    return Cursor(kind=kind, key=tuple(key), as_of=as_of, since_us=since_us, until_us=until_us)
