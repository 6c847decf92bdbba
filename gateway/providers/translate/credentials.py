"""Tells a provider's refusal of our own account or key from one that is about what the caller asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.gateway.providers.translate.wire_json import read_error_object

_OURS: Final = frozenset({401, 402, 403})
"""A key that is wrong, an account without means, a right that is missing: none of it is the caller's."""
_GOOGLES: Final = frozenset({"API_KEY_INVALID"})
"""Google's reasons that come with status 400, on both of its wires: https://cloud.google.com/apis/design/errors."""
_AMAZONS: Final = frozenset(
    {
        "AccessDeniedException", "ExpiredTokenException", "IncompleteSignature", "InvalidClientTokenId",
        "InvalidSignatureException", "MissingAuthenticationToken", "UnrecognizedClientException",
    }
)  # fmt: skip
"""Names that some of Amazon's front ends send with status 400:
https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html."""


def refuses_our_account(status: int, body: bytes) -> bool:
    """Say whether a refusal is about the credentials or the account that the gateway calls with."""
    if status in _OURS:
        return True
    if status != 400:
        return False
    document = read_error_object(body)
    if document is None:
        return False
    error = document.get("error")
    return _says_google(error) or _says_anthropic(error) or _says_amazon(document)


def _says_google(error: Any) -> bool:
    details = error.get("details") if isinstance(error, dict) else None
    if not isinstance(details, list):
        return False
    return any(isinstance(one, dict) and one.get("reason") in _GOOGLES for one in details)


def _says_anthropic(error: Any) -> bool:
    """Anthropic words an account without means as a bad request, and tells it by its text alone."""
    message = error.get("message") if isinstance(error, dict) else None
    return isinstance(message, str) and message.startswith("Your credit balance is too low")


def _says_amazon(document: Mapping[str, Any]) -> bool:
    name = document.get("__type")
    return isinstance(name, str) and name.rpartition("#")[2] in _AMAZONS
