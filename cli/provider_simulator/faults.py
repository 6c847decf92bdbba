"""The little language in which a caller or the command line asks the simulated provider to misbehave.

`x-simulate: status=429, latency=250`, or a last message `simulate: cut=3` where a gateway lets no header through, or
`--fault cut=3`. Words, separated by commas:

- `bad-key` refuses the key in the provider's own words; not billed
- `status=N` answers with that HTTP status and is not billed; `retry-after=S` adds the header
- `latency=MS` waits before the first byte; `chunk-delay=MS` between the pieces of a stream
- `cut[=N]` closes the connection after N pieces (or half a plain body); `stall[=N]` goes silent there instead
- `fail[=N]` reports an error within a stream after N pieces, in the provider's own words
- `drop` closes the connection before any byte; `cut-bytes=N` after N bytes of the body; `drip=N`
  sends N bytes at a time
- `garbage` sends what is not JSON; `wrong-type` calls the answer text/html
- `wrong-usage` reports ten times what is billed; `no-usage` reports none; `negative-usage`, `huge-usage` and
  `double-usage` (a wrong report before the right one, on streams) report what nobody can have used
- `words=N` sets the length of the answer; `echo` answers with the last user message; `tool` calls a tool
- `cached=N`, `cache-write=N`, `reasoning=N` set the details of the usage
"""

from __future__ import annotations

from dataclasses import fields

from keeptrusts.schemas.frozen import frozen, replace

_FLAGS = {
    "bad-key", "drop", "garbage", "wrong-type", "wrong-usage", "no-usage", "negative-usage", "huge-usage",
    "double-usage", "echo", "tool",
}  # fmt: skip
IN_A_MESSAGE = "simulate:"
"""How a message begins that holds words of this language."""
_WITH_DEFAULT = {"cut": 3, "fail": 3, "stall": 3}
_MAX_NUMBER = 1_000_000


class FaultError(ValueError):
    """A word that is not part of the language; the message lists the ones that are."""


@frozen
class Behaviour:
    """How one call is answered. Times in milliseconds; None: as usual."""

    bad_key: bool = False
    status: int | None = None
    retry_after: int | None = None
    latency: int = 0
    chunk_delay: int = 0
    cut: int | None = None
    stall: int | None = None
    fail: int | None = None
    cut_bytes: int | None = None
    drip: int | None = None
    drop: bool = False
    garbage: bool = False
    wrong_type: bool = False
    wrong_usage: bool = False
    no_usage: bool = False
    negative_usage: bool = False
    huge_usage: bool = False
    double_usage: bool = False
    words: int | None = None
    echo: bool = False
    tool: bool = False
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0


def parse_behaviour(text: str, usual: Behaviour) -> Behaviour:
    """The usual behaviour changed by the words of the text. Raises FaultError."""
    changes: dict[str, int | bool] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = word.partition("=")
        field = name.strip().replace("-", "_")
        if field not in _NAMES:
            raise FaultError(f"unknown word '{name}'; known: {', '.join(sorted(_NAMES)).replace('_', '-')}")
        changes[field] = _value(name.strip(), value.strip())
    return replace(usual, **changes)  # type: ignore[arg-type]  # one union type for all fields


_NAMES = frozenset(field.name for field in fields(Behaviour))


def _value(name: str, text: str) -> int | bool:
    if name in _FLAGS:
        if text:
            raise FaultError(f"'{name}' takes no value")
        return True
    if not text and name in _WITH_DEFAULT:
        return _WITH_DEFAULT[name]
    if not text.isdecimal() or int(text) > _MAX_NUMBER:
        raise FaultError(f"'{name}' needs a whole number up to {_MAX_NUMBER}, as in {name}=3")
    number = int(text)
    if name == "drip" and number < 1:
        raise FaultError("'drip' needs at least one byte at a time")
    if name == "status" and not 400 <= number <= 599:
        raise FaultError("'status' must be an error status, 400 to 599")
    return number
