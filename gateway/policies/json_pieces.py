"""Writing over parts of JSON that comes in pieces, so that it stays JSON however it was cut.

A part of a string is written over within it, by whole escapes. A number or a word that is touched is replaced whole, by
a string. Signs between them stay: an edit that goes across several strings and numbers is made in each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

Place = tuple[int, int, str]
"""Where a piece is written over, and with what."""

MOST_OF_A_WORD: Final = 64
"""Characters of a number that are held until it ends; in longer ones digits become 0."""
_SIGNS: Final = frozenset(" \t\r\n{}[]:,")
_ESCAPE_LENGTH: Final = 6


class JsonPieces:
    """One JSON text being written. What is no JSON is treated as if it were, and everything touched is written over."""

    __slots__ = ("_escape", "_in_string", "_marked", "_new", "_passed", "_word")

    def __init__(self) -> None:
        self._in_string = False
        self._word = ""
        self._passed = False  # the beginning of a word was too long to be held
        self._escape = ""
        self._new: str | None = None  # what the word or the escape that is held is written over with
        self._marked: Place | None = None  # what was last written into the string

    def write(self, piece: str, places: Sequence[Place]) -> str:
        """Take a piece and where it is written over, in order and apart; give what is sure of the text so far."""
        out: list[str] = []
        following = iter(places)
        place = next(following, None)
        for at, char in enumerate(piece):
            while place is not None and place[1] <= at:
                place = next(following, None)
            covering = place if place is not None and place[0] <= at else None
            if self._in_string:
                self._within(char, covering, out)
            else:
                self._between(char, covering, out)
        return "".join(out)

    def end(self) -> str:
        """Give what was held."""
        out: list[str] = []
        self._end_word(out)
        if self._escape:
            self._end_escape(out)
        return "".join(out)

    def _between(self, char: str, covering: Place | None, out: list[str]) -> None:
        if char == '"' or char in _SIGNS:
            self._end_word(out)
            out.append(char)
            self._in_string, self._marked = char == '"', None
            return
        if self._passed:
            out.append("0" if covering is not None else char)
            return
        self._word += char
        if covering is not None and self._new is None:
            self._new = covering[2]
        if len(self._word) > MOST_OF_A_WORD and self._new is None:
            out.append(self._word)
            self._word, self._passed = "", True

    def _end_word(self, out: list[str]) -> None:
        if self._word:
            out.append(self._word if self._new is None else f'"{_escaped(self._new)}"')
        self._word, self._new, self._passed = "", None, False

    def _within(self, char: str, covering: Place | None, out: list[str]) -> None:
        if not self._escape:
            if char == '"':
                out.append(char)
                self._in_string = False
                return
            if char != "\\":
                self._put(char, covering, out)
                return
        self._escape += char
        if covering is not None:
            self._new = covering[2]
            self._put(char, covering, out)
        if len(self._escape) == _ESCAPE_LENGTH or (len(self._escape) > 1 and self._escape[1] != "u"):
            self._end_escape(out)

    def _end_escape(self, out: list[str]) -> None:
        if self._new is None:
            out.append(self._escape)
        self._escape, self._new = "", None

    def _put(self, char: str, covering: Place | None, out: list[str]) -> None:
        if covering is None:
            out.append(char)
        elif covering is not self._marked:
            out.append(_escaped(covering[2]))
            self._marked = covering


def _escaped(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]
