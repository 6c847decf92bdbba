"""How each provider words a refusal: status, body and headers, also for a key that it does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.cli.provider_simulator import anthropic_wire, openai_wire
from keeptrusts.schemas.frozen import frozen

_GOOGLES: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
        500: "INTERNAL",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }
)
"""https://ai.google.dev/gemini-api/docs/troubleshooting"""
_AMAZONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: "ValidationException",
        403: "AccessDeniedException",
        404: "ResourceNotFoundException",
        408: "ModelTimeoutException",
        424: "ModelErrorException",
        429: "ThrottlingException",
        500: "InternalServerException",
        503: "ServiceUnavailableException",
    }
)
"""https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors"""
_ANTHROPICS: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        500: "api_error",
        529: "overloaded_error",
    }
)
"""https://docs.claude.com/en/api/errors"""


FAILED: Final = "Simulated failure within a stream."


@frozen
class Refusal:
    """One answer that is no success; `body` is JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@frozen
class Wire:
    """One provider's way to refuse: `words` puts a status and a text, `wrong_key` is for a key it does not know."""

    words: Callable[[int, str], Refusal]
    wrong_key: Callable[[], Refusal]


def _openai(status: int, text: str) -> Refusal:
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status, "invalid_request_error")
    return Refusal(status=status, body=openai_wire.error(text, kind="server_error" if status >= 500 else kind))


def _openais_wrong_key() -> Refusal:
    text = "Incorrect API key provided: sk-simul****ated."
    return Refusal(status=401, body=openai_wire.error(text, code="invalid_api_key"))


def _azure(status: int, text: str) -> Refusal:
    return Refusal(status=status, body={"error": {"code": str(status), "message": text}})


def _azures_wrong_key() -> Refusal:
    return _azure(401, "Access denied due to invalid subscription key or wrong API endpoint.")


def _anthropic(status: int, text: str) -> Refusal:
    kind = _ANTHROPICS.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return Refusal(status=status, body=anthropic_wire.error(text, kind=kind))


def _anthropics_wrong_key() -> Refusal:
    return _anthropic(401, "invalid x-api-key")


def _gemini(status: int, text: str) -> Refusal:
    said = {"code": status, "message": text, "status": _GOOGLES.get(status, "UNKNOWN")}
    return Refusal(status=status, body={"error": said})


def _geminis_wrong_key() -> Refusal:
    """Google says 400 for a key that is wrong or has run out; only the details tell it from a bad request."""
    text = "API key not valid. Please pass a valid API key."
    reason = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
    said = {"code": 400, "message": text, "status": "INVALID_ARGUMENT", "details": [reason]}
    return Refusal(status=400, body={"error": said})


def _listed(refusal: Refusal) -> Refusal:
    """Google's OpenAI-compatible address puts its own error into a list."""
    return Refusal(status=refusal.status, body=[refusal.body])


def _bedrock(status: int, text: str, name: str | None = None) -> Refusal:
    """The name of the error is in a header alone."""
    named = name or _AMAZONS.get(status, "InternalServerException" if status >= 500 else "ValidationException")
    headers = {"x-amzn-ErrorType": f"{named}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
    return Refusal(status=status, body={"message": text}, headers=headers)


def _bedrocks_wrong_key() -> Refusal:
    return _bedrock(403, "The security token included in the request is invalid.", "UnrecognizedClientException")


OPENAI: Final = Wire(words=_openai, wrong_key=_openais_wrong_key)
AZURE: Final = Wire(words=_azure, wrong_key=_azures_wrong_key)
ANTHROPIC: Final = Wire(words=_anthropic, wrong_key=_anthropics_wrong_key)
GEMINI: Final = Wire(words=_gemini, wrong_key=_geminis_wrong_key)
GEMINI_COMPATIBLE: Final = Wire(
    words=lambda status, text: _listed(_gemini(status, text)), wrong_key=lambda: _listed(_geminis_wrong_key())
)
BEDROCK: Final = Wire(words=_bedrock, wrong_key=_bedrocks_wrong_key)
