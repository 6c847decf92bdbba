"""Words that were spelled so that no filter reads them: digits for letters, letters apart, backwards, in pieces."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

_GAP: Final = r"[ ._\-]"
_SLIPPED: Final = ("ignore", "disregard", "forget", "previous", "instruction", "prompt")


def _slips(*words: str) -> list[str]:
    """Give words with two of their inner letters in the wrong order, or one of them twice."""
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for word in words for at in range(1, len(word) - 2)}
    doubled = {word[: at + 1] + word[at:] for word in words for at in range(1, len(word) - 1)}
    return sorted((swapped | doubled) - set(words))


ANCHORS: Final = (
    r"\b(?:[i1!]gn[o0]r[e3]|d[i1]sr[e3]g[a4@]rd|f[o0]rg[e3]t|[o0]v[e3]rr[i1]d[e3]|r[e3]v[e3][a4@]l"
    r"|byp[a4@][s5$][s5$])\W{1,3}\w{0,8}[0134@]",
    r"\b(?:i~g~n~o~r~e|d~i~s~r~e~g~a~r~d|f~o~r~g~e~t|r~e~v~e~a~l|i~n~s~t~r~u~c~t~i~o~n"
    r"|p~r~o~m~p~t)".replace("~", _GAP),
    r"snoitcurtsni|tpmorp metsys|erongi\b|draggersid|suoiverp",
    r"\b(?:vtaber|vafgehpgvba|flfgrz cebzcg|qvfertneq)",
    rf"\b(?:{'|'.join(_slips(*_SLIPPED))})",
    r"[\"'](?: ?[,;]\s?| and |\n)\$?\w{1,3}\s?=\s?[\"']"
    r"|[\"'][\w ]{1,14}[\"'] (?:\+ )?[\"'][\w ]{1,14}[\"']",
)
"""What of it the scan finds; English only."""
_DIGITS: Final = str.maketrans("013457@$!", "oieastasi")
_MIXED: Final = re.compile(r"[A-Za-z][013457@$!]+[A-Za-z]|\b[013457@$!][A-Za-z]")
_APART: Final = re.compile(r"(?:\b\w[ ._\-]){4,}\w\b")
_BETWEEN: Final = re.compile(r"(?<=\b\w)[ ._\-](?=\w\b)")
_JOINED: Final = re.compile(r"(?<=\b\w)[._\-](?=\w\b)")
_BACKWARDS: Final = re.compile("snoitcurtsni|tpmorp|erongi|draggersid", re.IGNORECASE)
_FURTHER: Final = re.compile("vtaber|vafgehpgvba|flfgrz|qvfertneq", re.IGNORECASE)
_PLAIN: Final = (
    "ignore",
    "disregard",
    "forget",
    "override",
    "bypass",
    "previous",
    "prior",
    "above",
    "instructions",
    "instruction",
    "guidelines",
    "directives",
    "rules",
    "prompt",
    "system",
    "reveal",
    "print",
    "show",
    "your",
    "everything",
    "restrictions",
)
_PIECE: Final = re.compile(r"[\"']([^\"'\n]{1,60})[\"']")
_LEAST_PIECES: Final = 2
_LEAST_GARBLED: Final = 4
_TRIPLE: Final = re.compile(r"(\w)\1{2,}")
_WORD: Final = re.compile(r"[A-Za-z]{4,14}")


def _key(word: str) -> str:
    """Give what is left of a word when its inner letters are in any order and as often as somebody likes."""
    return word[0] + "".join(sorted(set(word[1:-1]))) + word[-1]


_BY_KEY: Final = {_key(word): word for word in _PLAIN if len(word) >= _LEAST_GARBLED}


def _mended(word: str) -> str:
    """Give the word that was meant, if a word has the letters of a plain one, the first and the last in place."""
    small = word.lower()
    return word if small in _PLAIN else _BY_KEY.get(_key(_doubled(small)), _TRIPLE.sub(r"\1\1", word))


def _doubled(word: str) -> str:
    """Give a word without its last letter twice."""
    return word[:-1] if len(word) > _LEAST_GARBLED and word[-1] == word[-2] else word


def respelled(text: str) -> Iterator[str]:
    """Give what a piece of text says in each of the ways in which it may be spelled."""
    if _MIXED.search(text) is not None:
        yield text.translate(_DIGITS)
    if _APART.search(text) is not None:
        yield " ".join(_BETWEEN.sub("", part) for part in re.split(r"\s{2,}|\s/\s|\s\|\s", text))
        if _JOINED.search(text) is not None:
            yield _JOINED.sub("", text)
    mended = _WORD.sub(lambda match: _mended(match[0]), text)
    if mended != text:
        yield mended
    if _BACKWARDS.search(text) is not None:
        yield text[::-1]
    if _FURTHER.search(text) is not None:
        yield codecs.decode(text, "rot13")
    pieces = _PIECE.findall(text)
    if len(pieces) >= _LEAST_PIECES:
        yield "".join(pieces)
