"""Likeness to attacks: what a text has of those that were learned from, where it speaks of what attacks speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from keeptrusts.gateway.detectors.families.injection_words import CLASSES
from keeptrusts.gateway.detectors.families.signs import compiled, opened
from keeptrusts.gateway.detectors.likeness import Likeness, Weights, Words
from keeptrusts.gateway.detectors.normalize import normalize

ATTACK_LIKENESS: Final = "ATTACK_LIKENESS"
GLANCE: Final = Path(__file__).with_name("injection_glance.tsv")
READING: Final = Path(__file__).with_name("injection_reading.tsv")
SCALE: Final = 1_000
"""What the kept numbers are multiplied by."""
SHORT: Final = 400
"""Characters of a text that is read whole; of longer ones what is around words that nearly every attack says."""
BEFORE, BEHIND = 300, 450
"""How much is read around such a word, in bytes of UTF-8."""
_ANCHORS: Final = {
    False: ("YOU", "MODEL", "INSTRUCTIONS", "SECRET", "SYSTEM", "UNBOUND", "HARM"),
    True: ("MODEL", "PEOPLE", "INSTRUCTIONS", "OBEY", "HARM", "DROP", "SECRET"),
}
"""The classes of those words, in what users say and in what tools and documents hold."""


@cache
def likeness_words() -> Words:
    """Give the cutter of texts with the classes of attacks, made once."""
    return Words(CLASSES)


@cache
def likeness() -> Likeness:
    """Give the learned models, read once."""
    glance, reading = (read_weights(file.read_text(encoding="utf-8")) for file in (GLANCE, READING))
    return Likeness(likeness_words(), glance, reading)


def likeness_of(text: str, *, foreign: bool, json: bool, undone: bool = True, closely: bool = False) -> float | None:
    """Give how like an attack the likest piece of a text is that is read, from 0 to 1; None where nothing is read.

    ``foreign``: it is no user's, but what a tool or a document holds; ``json``: its strings begin and end as lines do;
    ``undone``: it is read without its disguises; ``closely``: all of it is read, however long and harmless it looks.
    """
    model = likeness()
    parts = blocks_of(text, foreign=foreign, json=json, undone=undone, whole=closely)
    return max((model.likest(blocks, foreign=foreign, closely=closely) for blocks in parts), default=None)


def blocks_of(
    text: str, *, foreign: bool, json: bool, undone: bool = True, whole: bool = False
) -> Iterator[Sequence[Sequence[str]]]:
    """Give what is read of a text, or all of it: parts, each in blocks of tokens, of which pieces are made."""
    data = text.encode("utf-8", "replace")
    for start, end in [(0, len(data))] if whole or len(text) <= SHORT else _parts(data, foreign=foreign):
        part = data[start:end].decode("utf-8", "ignore")
        part = opened(part) if json else part
        plain = normalize(part).text if undone else part
        if blocks := likeness_words().blocks(plain, first=start == 0, last=end == len(data)):
            yield blocks


def _parts(data: bytes, *, foreign: bool) -> Iterator[tuple[int, int]]:
    """Give what is read of a long text: around an anchor, and then around the next behind that."""
    begin = behind = 0
    while (anchor := _anchors(foreign).search(data, behind)) is not None:
        start, end = max(behind, anchor.start() - BEFORE), min(len(data), anchor.end() + BEHIND)
        if start > behind:
            if behind > begin:
                yield begin, behind
            begin = start
        behind = end
    if behind > begin:
        yield begin, behind


@cache
def _anchors(foreign: bool) -> Any:
    words = sorted({word for name in _ANCHORS[foreign] for word in CLASSES[name].split()})
    return compiled(rf"\b(?:{_either(words, ascii=True)})\b|{_either(words, ascii=False)}")


def _either(words: Iterable[str], *, ascii: bool) -> str:
    return "|".join(word for word in words if word.isascii() == ascii)


def read_weights(text: str) -> Weights:
    """Read weights as they are kept: a line with the bias and how seldom the unseen is, then one for each said."""
    first, *lines = text.splitlines()
    bias, unseen = first.split("\t")
    known = {}
    for line in lines:
        said, weight, seldom = line.split("\t")
        known[said] = (int(weight) / SCALE, int(seldom) / SCALE)
    return Weights(known=known, unseen=int(unseen) / SCALE, bias=int(bias) / SCALE)


def written_weights(weights: Weights) -> str:
    """Write weights as they are kept; ``read_weights`` gives them back, rounded."""
    lines = [f"{round(weights.bias * SCALE)}\t{round(weights.unseen * SCALE)}"]
    lines += [
        f"{said}\t{round(weight * SCALE)}\t{round(seldom * SCALE)}"
        for said, (weight, seldom) in sorted(weights.known.items())
    ]
    return "\n".join(lines) + "\n"
