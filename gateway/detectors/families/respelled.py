"""Words that were spelled so that no filter reads them: digits for letters, letters apart, backwards, thirteen "
"further."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

_GAP: Final = r"[ ._\-]"
ANCHORS: Final = (
    r"\b(?:[i1!]gn[o0]r[e3]|d[i1]sr[e3]g[a4@]rd|f[o0]rg[e3]t|[o0]v[e3]rr[i1]d[e3]|r[e3]v[e3][a4@]l"
    r"|byp[a4@][s5$][s5$])\W{1,3}\w{0,8}[0134@]",
    r"\b(?:i~g~n~o~r~e|d~i~s~r~e~g~a~r~d|f~o~r~g~e~t|r~e~v~e~a~l|i~n~s~t~r~u~c~t~i~o~n|p~r~o~m~p~t)".replace("~", _GAP),
    r"snoitcurtsni|tpmorp metsys|erongi\b|draggersid|suoiverp",
    r"\b(?:vtaber|vafgehpgvba|flfgrz cebzcg|qvfertneq)",
)
"""What of it the scan finds; English only."""
_DIGITS: Final = str.maketrans("013457@$!", "oieastasi")
_MIXED: Final = re.compile(r"[A-Za-z][013457@$!]+[A-Za-z]|\b[013457@$!][A-Za-z]")
_APART: Final = re.compile(r"(?:\b\w[ ._\-]){4,}\w\b")
_BETWEEN: Final = re.compile(r"(?<=\b\w)[ ._\-](?=\w\b)")
_BACKWARDS: Final = re.compile("snoitcurtsni|tpmorp|erongi|draggersid", re.IGNORECASE)
_FURTHER: Final = re.compile("vtaber|vafgehpgvba|flfgrz|qvfertneq", re.IGNORECASE)


def respelled(text: str) -> Iterator[str]:
    """Give what a piece of text says in each of the ways in which it may be spelled."""
    if _MIXED.search(text) is not None:
        yield text.translate(_DIGITS)
    if _APART.search(text) is not None:
        yield " ".join(_BETWEEN.sub("", part) for part in re.split(r"\s{2,}|\s/\s|\s\|\s", text))
    if _BACKWARDS.search(text) is not None:
        yield text[::-1]
    if _FURTHER.search(text) is not None:
        yield codecs.decode(text, "rot13")
