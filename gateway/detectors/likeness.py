"""How alike a text is to texts that were learned from: a linear model over words, neighbours and classes of words.

A token is a word or a sign, of a word its first letters. What a piece says is told by its tokens, by the classes of its
words (words that mean about the same are one class, in whatever language), by each two neighbours and each two with one
between, classes standing for their words, and by each two and three classes in a row whatever stands between them, so
that "forget at once all your dear old rules" has something of "ignore your rules". What is seldom weighs more (inverse
document frequency), a piece counts by what share of it is telling and not by its length (vectors of length one, where
what was never seen counts as the most seldom), and the weights are those of a logistic regression. Nothing here knows
what the texts are about; ``tests/support/likeness_training.py`` makes the weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, repeat
from typing import Final

from keeptrusts.schemas.frozen import frozen

LETTERS: Final = 6
"""Letters of a word that count: what comes behind is mostly its ending."""
SIZE, STEP = 60, 30
"""Tokens of a piece, and how far the next one begins behind it; a single one may be as long as both."""
LEAST: Final = 3
"""Tokens from which a text says enough to be judged by."""
BEGIN, END, LINE, LINK, MAIL = "<s>", "</s>", "<n>", "<link>", "<mail>"
FOREIGN: Final = "F:"
"""Stands before what is said in texts that nobody writes to a model: there it weighs by itself too."""
_SIGNS: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~¿¡«»、。！？：，…—"
_LINKS: Final = re.compile(r"(?:https?://|www\.)[^\s\"'<>)\]]{1,200}")
_MAILS: Final = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,64}")
_UNSPACED: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
"""Scripts that put no blanks between words: each character is a token, except in the words of classes."""


class Words:
    """Cuts texts into tokens and says what is in them. ``classes``: name -> its words, apart by blanks."""

    __slots__ = ("_unspaced", "classes")

    def __init__(self, classes: Mapping[str, str]) -> None:
        words = [word for said in classes.values() for word in said.split()]
        unspaced = sorted({word for word in words if re.match(f"[{_UNSPACED}]{{2}}", word)}, key=lambda one: -len(one))
        self._unspaced = re.compile("|".join([*map(re.escape, unspaced), f"[{_UNSPACED}]"]))
        self.classes: dict[str, str] = {}
        for name, said in classes.items():
            for word in said.split():
                self.classes.setdefault(self.tokens(word)[0], name)

    def tokens(self, text: str) -> list[str]:
        """Give the tokens of a normalized text."""
        text = text.lower()
        if "://" in text or "www." in text:
            text = _LINKS.sub(" \ue000 ", text)
        if "@" in text:
            text = _MAILS.sub(" \ue001 ", text)
        for sign in _SIGNS:
            if sign in text:
                text = text.replace(sign, f" {sign} ")
        text = text.replace("\n", f" {LINE} ").replace("_", " ").replace("\ue000", LINK).replace("\ue001", MAIL)
        if not text.isascii():
            text = self._unspaced.sub(r" \g<0> ", text)
        return ["0" if word.isdigit() else word[:LETTERS] for word in text.split()]

    def glanced(self, tokens: Sequence[str], *, foreign: bool) -> dict[str, None]:
        """Give what a glance at a piece shows: its tokens and the classes of its words, each once."""
        found = dict.fromkeys(tokens)
        found |= dict.fromkeys(name for name in map(self.classes.get, found) if name is not None)
        if foreign:
            found |= dict.fromkeys([FOREIGN + one for one in found])
            found[FOREIGN] = None
        return found

    def said(self, tokens: Sequence[str], *, foreign: bool) -> dict[str, None]:
        """Give what is said in a piece, each once: what a glance shows, and what stands beside what."""
        return self.glanced(tokens, foreign=foreign) | self.beside(tokens)

    def beside(self, tokens: Sequence[str]) -> dict[str, None]:
        """Give what stands beside what in a piece, each once."""
        known = self.classes.get
        marked = [known(token, token) for token in tokens]
        classes = [name for name in map(known, tokens) if name is not None]
        found = dict.fromkeys([f"{one} {two}" for one, two in pairwise(marked)])
        found |= dict.fromkeys([f"{one}_{two}" for one, two in zip(marked, marked[2:], strict=False)])
        found |= dict.fromkeys([f"{one}>{two}" for one, two in pairwise(classes)])
        found |= dict.fromkeys([f"{one}>>{two}" for one, two in zip(classes, classes[2:], strict=False)])
        return found

    def blocks(self, text: str, *, first: bool = True, last: bool = True) -> list[Sequence[str]]:
        """Give the tokens of a normalized text in blocks of ``STEP``; a short text is one block, and may be longer.

        ``first`` and ``last`` say whether the text begins and ends where the whole one does that it is a part of.
        """
        tokens = self.tokens(text)
        if len(tokens) < LEAST:
            return []
        tokens = [*([BEGIN] if first else ()), *tokens, *([END] if last else ())]
        if len(tokens) <= SIZE + STEP:
            return [tokens]
        return [tokens[begin : begin + STEP] for begin in range(0, len(tokens), STEP)]


def pieces(blocks: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Give the pieces that are judged: each two blocks that stand beside each other, or the only one."""
    return [[*one, *two] for one, two in pairwise(blocks)] if len(blocks) > 1 else list(blocks)


@frozen
class Weights:
    """What was learned. ``known``: what may be said -> its weight, and how seldom it is (inverse document frequency).

    ``unseen`` is how seldom everything else is, ``bias`` the log-odds of a piece that says nothing known.
    """

    known: Mapping[str, tuple[float, float]]
    unseen: float
    bias: float


class Likeness:
    """Two learned models: pieces that do not even look like those that were learned are not read."""

    __slots__ = ("_glances", "_reading", "_words")

    def __init__(self, words: Words, glance: Weights, reading: Weights) -> None:
        self._words = words
        self._glances = {foreign: Glance(words, glance, foreign=foreign) for foreign in (False, True)}
        self._reading = Odds(reading)

    def likest(self, blocks: Sequence[Sequence[str]], *, foreign: bool, closely: bool = False) -> float:
        """Give the probability that the likest piece is like those that were learned; 0 where none looks so.

        ``closely``: every piece is read, whatever a glance shows.
        """
        passed = dict.fromkeys(map(tuple, pieces(blocks))) if closely else self._glances[foreign].passed(blocks)
        odds = [self._reading.of(self._words.said(piece, foreign=foreign)) for piece in passed]
        return 1.0 / (1.0 + math.exp(-max(odds))) if odds else 0.0


class Glance:
    """What is seen of pieces without reading them. Pieces that overlap share what is seen of a block."""

    __slots__ = ("_always", "_classes", "_odds", "_unseen", "_weighed")

    def __init__(self, words: Words, weights: Weights, *, foreign: bool) -> None:
        odds = Odds(weights)
        names = {name.removeprefix(FOREIGN) for name in weights.known} if foreign else weights.known
        self._odds = odds
        self._classes = words.classes
        self._weighed: dict[str | None, complex] = {None: 0j}
        self._weighed |= {name: odds.sum(_marked(name, foreign=foreign)) for name in names if name}
        self._unseen = odds.sum(_marked("\0", foreign=foreign))
        self._always = odds.sum([FOREIGN] if foreign else ())

    def passed(self, blocks: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
        """Give the pieces that look like those that were learned, equal ones once."""
        if len(blocks) == 1:
            if self._looks(self._seen_of(blocks[0])):
                yield blocks[0]
            return
        numbers: dict[tuple[str, ...], int] = {}
        order = [numbers.setdefault(tuple(block), len(numbers)) for block in blocks]
        different = list(numbers)
        seen = [self._seen_of(block) for block in different]
        for one, two in dict.fromkeys(pairwise(order)):
            if self._looks(seen[one] | seen[two]):
                yield different[one] + different[two]

    def _looks(self, seen: Mapping[str | None, complex]) -> bool:
        return self._odds.at(sum(seen.values(), self._always)) >= 0.0

    def _seen_of(self, block: Sequence[str]) -> dict[str | None, complex]:
        """Give what a glance shows of a block, each once, with its weights: tokens and classes of words."""
        found = dict.fromkeys(block)
        names: list[str | None] = [*found, *dict.fromkeys(map(self._classes.get, found))]
        return dict(zip(names, map(self._weighed.get, names, repeat(self._unseen)), strict=True))


def _marked(name: str, *, foreign: bool) -> tuple[str, ...]:
    return (name, FOREIGN + name) if foreign else (name,)


class Odds:
    """A linear model: the log-odds of what is said."""

    __slots__ = ("_bias", "_known", "_unseen")

    def __init__(self, weights: Weights) -> None:
        self._bias = weights.bias
        self._unseen = complex(0.0, weights.unseen**2)
        self._known = {said: complex(weight * seldom, seldom**2) for said, (weight, seldom) in weights.known.items()}
        """Weight and square of each in one number, so that one look-up and one sum do for both."""

    def of(self, said: Iterable[str]) -> float:
        """Give the log-odds of a piece by what is said in it."""
        return self.at(self.sum(said))

    def sum(self, said: Iterable[str]) -> complex:
        """Add up weights (real) and squares (imaginary) of what is said."""
        return sum(map(self._known.get, said, repeat(self._unseen)), 0j)

    def at(self, both: complex) -> float:
        """Give the log-odds of a piece of which weights and squares are added up."""
        return self._bias + (both.real / math.sqrt(both.imag) if both.imag else 0.0)
