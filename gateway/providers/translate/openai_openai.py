"""OpenAI's chat completions to OpenAI's chat completions: the body passes through, only the model may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from keeptrusts.schemas.events.request import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """What an answer says about itself; ``usage`` is None when the provider reported none. Holds no content."""

    usage: Usage | None
    model: str | None
    valid: bool


def request_url(base_url: str) -> str:
    """Give the address of a target's chat completions."""
    return f"{base_url}/chat/completions"


def request_headers(secret: str, request_id: str, traceparent: str | None) -> dict[str, str]:
    """Give the headers sent upstream: nothing of the caller's but the trace."""
    headers = {"Content-Type": "application/json", "Accept": "application/json", "x-request-id": request_id}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    if traceparent is not None:
        headers["traceparent"] = traceparent
    return headers


def request_body(body: bytes, document: Mapping[str, Any], model: str) -> bytes:
    """Give the body to send: as it was read, unless another model was chosen."""
    if document.get("model") == model:
        return body
    return orjson.dumps({**document, "model": model})


def read_answer(body: bytes) -> ReadAnswer:
    """Read the usage (https://platform.openai.com/docs/api-reference/chat/object) of a plain answer."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ReadAnswer(usage=None, model=None, valid=False)
    if not isinstance(document, dict):
        return ReadAnswer(usage=None, model=None, valid=False)
    model = document.get("model")
    return ReadAnswer(
        usage=_usage(document.get("usage")),
        model=model if isinstance(model, str) else None,
        valid=isinstance(document.get("choices"), list),
    )


def _usage(reported: Any) -> Usage | None:
    if not isinstance(reported, dict):
        return None
    input_tokens = _count(reported.get("prompt_tokens"))
    output_tokens = _count(reported.get("completion_tokens"))
    if input_tokens is None or output_tokens is None:
        return None
    return Usage(
        input_tokens=input_tokens,
        cache_read_tokens=_detail(reported, "prompt_tokens_details", "cached_tokens"),
        output_tokens=output_tokens,
        reasoning_tokens=_detail(reported, "completion_tokens_details", "reasoning_tokens"),
        basis="reported",
    )


def _detail(reported: Mapping[str, Any], group: str, name: str) -> int:
    details = reported.get(group)
    return (_count(details.get(name)) or 0) if isinstance(details, dict) else 0


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return value
