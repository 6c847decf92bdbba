"""Writes Anthropic's errors as OpenAI does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.gateway.providers.translate.wire_json import error_code, text_or_none, write_json

_TYPES: Final[Mapping[str, str]] = {
    "invalid_request_error": "invalid_request_error",
    "request_too_large": "invalid_request_error",
    "not_found_error": "invalid_request_error",
    "authentication_error": "authentication_error",
    "billing_error": "insufficient_quota",
    "permission_error": "permission_error",
    "rate_limit_error": "rate_limit_error",
}
"""What is not here is the provider's own fault: server_error."""


def chat_error(document: Mapping[str, Any]) -> bytes | None:
    """Give ``{"type": "error", "error": {...}}`` as ``{"error": {...}}``, or None when it is no error."""
    error = document.get("error")
    if document.get("type") != "error" or not isinstance(error, dict):
        return None
    code = error_code(error.get("type"))
    return write_json(
        {
            "error": {
                "message": text_or_none(error.get("message")) or code,
                "type": _TYPES.get(code, "server_error"),
                "param": None,
                "code": code,
            }
        }
    )
