"""Reads token counts as OpenAI and Anthropic report them into one meaning: totals that include their parts.

A count that is no whole number from 0 on makes the whole report unusable (None); a part larger than its total is
taken as the total, because a bill must never hold more of a part than there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.record import trusted

NOTHING_USED: Final = Usage(input_tokens=0, output_tokens=0)
_MOST: Final = 2**63 - 1
_CHAT: Final = ("prompt_tokens", "prompt_tokens_details", "completion_tokens", "completion_tokens_details")
_RESPONSES: Final = ("input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details")


def chat_usage(reported: Any) -> Usage | None:
    """Read ``usage`` of a chat completion: prompt_tokens hold cache reads and writes, completion_tokens reasoning."""
    return _openai(reported, *_CHAT)


def responses_usage(reported: Any) -> Usage | None:
    """Read ``usage`` of a response: input_tokens hold cache reads and writes, output_tokens reasoning."""
    return _openai(reported, *_RESPONSES)


def embeddings_usage(reported: Any) -> Usage | None:
    """Read ``usage`` of embeddings: there is no output."""
    prompt = _count(_object(reported).get("prompt_tokens"))
    return None if prompt is None else Usage(input_tokens=prompt)


def anthropic_usage(reported: Any) -> Usage | None:
    """Read ``usage`` of a message: its input_tokens leave out what was read from and written to a cache."""
    usage = _object(reported)
    plain, output = _count(usage.get("input_tokens")), _count(usage.get("output_tokens"))
    if plain is None or output is None:
        return None
    read = _count(usage.get("cache_read_input_tokens")) or 0
    written = _count(usage.get("cache_creation_input_tokens")) or 0
    if plain + read + written > _MOST:
        return None
    return Usage(
        input_tokens=plain + read + written,
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=output,
        reasoning_tokens=min(_part(usage, "output_tokens_details", "thinking_tokens"), output),
    )


def _openai(reported: Any, input_name: str, input_details: str, output_name: str, output_details: str) -> Usage | None:
    usage = _object(reported)
    input_tokens, output_tokens = _count(usage.get(input_name)), _count(usage.get(output_name))
    if input_tokens is None or output_tokens is None:
        return None
    read = written = reasoning = 0
    if usage.get(input_details):
        read = min(_part(usage, input_details, "cached_tokens"), input_tokens)
        written = min(_part(usage, input_details, "cache_write_tokens"), input_tokens - read)
    if usage.get(output_details):
        reasoning = min(_part(usage, output_details, "reasoning_tokens"), output_tokens)
    return trusted(  # each count has just been looked at
        Usage,
        {
            "input_tokens": input_tokens,
            "cache_read_tokens": read,
            "cache_write_tokens": written,
            "output_tokens": output_tokens,
            "reasoning_tokens": reasoning,
            "basis": "reported",
        },
    )


def _part(usage: Mapping[str, Any], group: str, name: str) -> int:
    return _count(_object(usage.get(group)).get(name)) or 0


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST else None  # a bool is no count
