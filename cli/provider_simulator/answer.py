"""Decides what the simulated provider says and what that costs: the same question always gets the same answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from keeptrusts.cli.provider_simulator.faults import Behaviour
from keeptrusts.schemas.frozen import frozen

_TEXT = (
    "The ledger agrees with every entry that was written before it and nothing is missing from the record "
    "because each call is counted once and each answer is paid from a wallet that the team can see"
)
_SHORTEST, _SPREAD = 12, 29
_CHARACTERS_A_TOKEN = 4
_TOKENS_A_MESSAGE = 4
_WRONG_USAGE_FACTOR = 10
_HUGE_USAGE_FACTOR = 10**16


@frozen
class Billed:
    """Tokens of one call: input includes cache reads and writes, output includes reasoning."""

    input_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0

    def times(self, factor: int) -> Billed:
        return Billed(
            input_tokens=self.input_tokens * factor,
            cache_read_tokens=self.cache_read_tokens * factor,
            cache_write_tokens=self.cache_write_tokens * factor,
            output_tokens=self.output_tokens * factor,
            reasoning_tokens=self.reasoning_tokens * factor,
        )

    def reported(self, behaviour: Behaviour) -> Billed | None:
        """What the answer claims, which a fault may make differ from what is billed."""
        if behaviour.no_usage:
            return None
        if behaviour.negative_usage:
            return self.times(-1)
        if behaviour.huge_usage:
            return self.times(_HUGE_USAGE_FACTOR)
        return self.times(_WRONG_USAGE_FACTOR) if behaviour.wrong_usage else self


@frozen
class Answer:
    """One choice, in pieces of one word each; `tool` is a call `(name, arguments as JSON)` instead of text."""

    pieces: tuple[str, ...]
    truncated: bool = False
    tool: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def answer_to(
    *, model: str, question: str, choice: int, limit: int | None, behaviour: Behaviour, tool: tuple[str, str] | None
) -> Answer:
    """The answer to a question: at most `limit` words when there is a limit."""
    if tool is not None:
        return Answer(pieces=(), tool=tool)
    words = question.split() or ["(nothing)"] if behaviour.echo else _words(model, question, choice, behaviour.words)
    kept = words if limit is None else words[:limit]
    pieces = tuple(word if index == 0 else f" {word}" for index, word in enumerate(kept))
    return Answer(pieces=pieces, truncated=len(kept) < len(words))


def output_tokens(answers: Sequence[Answer], behaviour: Behaviour, pieces_sent: int | None = None) -> int:
    """One token a word and one for every four characters of a tool call; reasoning comes on top."""
    tools = sum(count_tokens(answer.tool[0] + answer.tool[1]) for answer in answers if answer.tool)
    words = sum(len(answer.pieces) for answer in answers)
    sent = words if pieces_sent is None else min(words, pieces_sent)
    return sent + tools + behaviour.reasoning


def bill(*, input_tokens: int, produced: int, behaviour: Behaviour) -> Billed:
    """What a call costs: cache parts never exceed the input they are part of."""
    read = min(behaviour.cached, input_tokens)
    return Billed(
        input_tokens=input_tokens,
        cache_read_tokens=read,
        cache_write_tokens=min(behaviour.cache_write, input_tokens - read),
        output_tokens=produced,
        reasoning_tokens=min(behaviour.reasoning, produced),
    )


def count_tokens(text: str) -> int:
    """Four characters a token, at least one: close enough for a bill nobody pays."""
    return max(1, -(-len(text) // _CHARACTERS_A_TOKEN))


def input_tokens_of(messages: Sequence[Any]) -> int:
    """Tokens of a conversation, or of a plain list of texts."""
    return sum(_TOKENS_A_MESSAGE + count_tokens(text_of(message)) for message in messages)


def last_question(messages: Sequence[Any]) -> str:
    """The text of the last message of the user; all of it when roles are not given."""
    for message in reversed(messages):
        if not isinstance(message, Mapping) or message.get("role", "user") == "user":
            return text_of(message)
    return ""


def text_of(value: Any) -> str:
    """The text inside a message, a content part, a list of parts, or a plain string."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        found = (value.get(name) for name in ("content", "text", "input_text", "parts"))
        return text_of(next(filter(None, found), ""))
    if isinstance(value, Sequence):
        return " ".join(text_of(part) for part in value)
    return ""


def arguments_for(schema: Any) -> str:
    """A JSON object that fills the required properties of a tool's schema with simple values."""
    if not isinstance(schema, Mapping):
        return "{}"
    samples = {"string": "sample", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    properties = schema.get("properties") or {}
    required = schema.get("required") or []
    return json.dumps({name: samples.get((properties.get(name) or {}).get("type", ""), "sample") for name in required})


def fragments(text: str, size: int = 5) -> list[str]:
    """A text in the short pieces in which arguments of tools are streamed."""
    return [text[index : index + size] for index in range(0, len(text), size)]


def digest(*parts: str) -> int:
    """A number that depends only on the parts."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big")


def _words(model: str, question: str, choice: int, wanted: int | None) -> list[str]:
    seed = digest(model, question, str(choice))
    length = wanted if wanted is not None else _SHORTEST + seed % _SPREAD
    words = _TEXT.split()
    return [words[(seed + index) % len(words)] for index in range(length)]
