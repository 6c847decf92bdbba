"""What a table shows of a row: titles, and how each value reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from keeptrusts.schemas.frozen import frozen

Row = Mapping[str, Any]

_WIDE: Final = frozenset("WF")
_COLOURS: Final = {
    "allow": "32",
    "warn": "33",
    "redact": "33",
    "escalate": "35",
    "block": "31",
    "refuse": "31",
}


@frozen
class Column:
    """One column: ``show`` turns a row into its text; ``colour`` gives an SGR code for a text, or None."""

    title: str
    show: Callable[[Row], str]
    right: bool = False
    colour: Callable[[str], str | None] = lambda text: None


def field(name: str, title: str | None = None, *, right: bool = False) -> Column:
    """Show one field as it is."""
    return Column(title=title or name.replace("_", " ").upper(), show=lambda row: text_of(row.get(name)), right=right)


def moment(name: str, title: str = "TIME (UTC)") -> Column:
    """Show an RFC 3339 time to the second."""
    return Column(title=title, show=lambda row: short_time(row.get(name)))


def decision(name: str = "decision") -> Column:
    """Show a verdict, in its colour where colours are wanted."""
    return Column(title="DECISION", show=lambda row: text_of(row.get(name)), colour=_COLOURS.get)


def milliseconds(name: str, title: str) -> Column:
    """Show a duration: milliseconds, from ten seconds on seconds."""
    return Column(title=title, show=lambda row: duration(row.get(name)), right=True)


def text_of(value: Any) -> str:
    """Give a value as people read it: nothing is ``-``, lists are joined, control characters are harmless."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(text_of(item) for item in value) or "-"
    if isinstance(value, dict):
        return printable(json.dumps(value, ensure_ascii=False)) if value else "-"
    return printable(str(value))


def short_time(value: Any) -> str:
    if not isinstance(value, str) or len(value) < 19:
        return text_of(value)
    return printable(f"{value[:10]} {value[11:19]}")


def duration(value: Any) -> str:
    if not isinstance(value, (int, float)):
        return "-"
    return f"{value / 1000:.1f}s" if value >= 10_000 else f"{value:.0f}ms"


def printable(text: str) -> str:
    """Replace what could move the cursor or hide text: values come from many hands."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "�" for character in text)


def width(text: str) -> int:
    """Give how many cells a text takes on a terminal."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in _WIDE else 1
        for character in text
    )
