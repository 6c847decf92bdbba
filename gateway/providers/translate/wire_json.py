"""Reads a provider's JSON: objects only, and no error ever quotes what was read."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

from keeptrusts.gateway.providers.translate.protocol import ClientCall, ReadAnswer

UNREADABLE: Final = ReadAnswer(body=b"", usage=None, model=None, valid=False)
"""An answer that is none."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def read_object(data: bytes) -> dict[str, Any] | None:
    """Give the JSON object that ``data`` is, or None."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def read_error_object(data: bytes) -> dict[str, Any] | None:
    """Give the JSON object of an error's body, or None; Google's address for OpenAI's wire puts it into a list."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else None


def read_event(data: bytes) -> dict[str, Any]:
    """Give the JSON object of a stream's event; raises ValueError otherwise."""
    value = read_object(data)
    if value is None:
        raise ValueError("an event of the stream is no JSON object")
    return value


def event_name(event_type: str | None, kind: str) -> str:
    """Give the name of an event, by what its data says where it is not named itself; raises ValueError for no name."""
    if event_type is None and _CODE.fullmatch(kind) is None:
        raise ValueError("an event of the stream has no usable name")
    return event_type or kind


def write_json(value: Any) -> bytes:
    """Write JSON; raises ValueError for what was read from texts within JSON and is nested too deeply to be written."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise ValueError("nested too deeply") from None


def text_or_none(value: Any) -> str | None:
    """Give a text that is not empty, or None."""
    return value if isinstance(value, str) and value else None


def error_code(*candidates: Any) -> str:
    """Give the first candidate that looks like a code; words that a provider wrote for people never pass."""
    for candidate in candidates:
        if isinstance(candidate, str) and _CODE.fullmatch(candidate):
            return candidate
    return "provider_error"


def body_for_model(call: ClientCall) -> bytes:
    """Give the caller's body with the model that was routed to; the same bytes where it is the one asked for."""
    if call.document.get("model") == call.model:
        return call.body
    return write_json({**call.document, "model": call.model})
