"""The most tokens that a call's answer may have: read from the caller's wire, set where it is missing, lowered.

A limit is written into the caller's call before it is translated, so that every provider's wire gets it in its own
field. It is never raised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import orjson

from keeptrusts.gateway.wallets.input_size import Unbounded
from keeptrusts.schemas.frozen import frozen

LEAST_RESPONSE: Final = 16
"""OpenAI's responses take no lower limit (https://platform.openai.com/docs/api-reference/responses/create)."""

_LIMITS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "chat": ("max_completion_tokens", "max_tokens"),
        "messages": ("max_tokens",),
        "responses": ("max_output_tokens",),
    }
)
"""Every name that an API has for the limit; the first is the one that is set. APIs without output are not here."""

_NEW_NAME: Final = frozenset({"openai", "azure", "anthropic", "google", "bedrock", "groq", "xai"})
"""Vendors whose chat takes ``max_completion_tokens``. All the others take ``max_tokens``, and some know no other."""
_NEW_NAME_ONLY: Final = ("gpt-5", "o1", "o3", "o4")
"""Models that refuse the older name, whoever sells them."""


@frozen
class LimitedCall:
    """A call whose output has a limit: its document, and the same document written."""

    document: Mapping[str, Any]
    body: bytes


def output_limit(api: str, document: Mapping[str, Any]) -> int | None:
    """Give the limit of one answer, in tokens; None where there is none.

    A call that says two different limits gets the larger one. Raises Unbounded for what is no positive whole number.
    """
    found: int | None = None
    for name in _LIMITS.get(api, ()):
        value = document.get(name)
        if value is None:
            continue
        if type(value) is not int or value < 1:
            raise Unbounded(name, "must be a positive whole number", f'Send "{name}": 1024, for example')
        found = value if found is None or value > found else found
    return found


def has_limit(api: str, document: Mapping[str, Any]) -> bool:
    """Say whether a call says a limit, be it a possible one or not."""
    for name in _LIMITS.get(api, ()):  # noqa: SIM110 - a generator takes longer than all of the looking
        if document.get(name) is not None:
            return True
    return False


def least_limit(api: str, document: Mapping[str, Any]) -> int:
    """Give the lowest limit that a provider takes for this call: thinking needs its budget and room for an answer."""
    thinking = document.get("thinking")
    budget = thinking.get("budget_tokens") if isinstance(thinking, dict) else None
    if type(budget) is int:
        return budget + 1
    return LEAST_RESPONSE if api == "responses" else 1


def with_limit(
    *, api: str, vendor: str, model: str, document: Mapping[str, Any], body: bytes, limit: int, lower: bool = True
) -> LimitedCall | None:
    """Limit a call's output where the caller gave no limit, or, with ``lower``, a higher one.

    None when nothing is to be changed. ``body`` must be ``document`` written as compact JSON; other fields stay.
    """
    names = _LIMITS.get(api)
    if names is None:
        return None
    if has_limit(api, document):
        if not lower:
            return None
        return _lowered(document, names, limit)
    name = names[0] if vendor in _NEW_NAME or _takes_new_name_only(model) else names[-1]
    limited = {**document, name: limit}
    if name in document or len(body) < 3:
        return _rewritten(limited)
    # The field goes before the closing brace, which saves writing a long call anew.
    return LimitedCall(document=limited, body=b"".join((memoryview(body)[:-1], b',"%b":%d}' % (name.encode(), limit))))


def _lowered(document: Mapping[str, Any], names: Sequence[str], limit: int) -> LimitedCall | None:
    lower = {name: limit for name in names if type(document.get(name)) is int and document[name] > limit}
    return _rewritten({**document, **lower}) if lower else None


def _takes_new_name_only(model: str) -> bool:
    return model.lower().rpartition("/")[2].startswith(_NEW_NAME_ONLY)


def _rewritten(document: Mapping[str, Any]) -> LimitedCall:
    return LimitedCall(document=document, body=orjson.dumps(document))
