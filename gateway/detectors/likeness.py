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
FOREIGN: Final = "#"
"""Stands before what is said in texts that nobody writes to a model: there it weighs by itself too."""
_SIGNS: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~¿¡«»、。！？：，…—"
_LINKS: Final = re.compile(r"(?:https?://|www\.)[^\s\"'<>)\]]{1,200}")
_MAILS: Final = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,64}")
_UNSPACED: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
"""Scripts that put no blanks between words: each character is a token, except in the words of classes."""


class Words:
    """Cuts texts into tokens and says what is in them. ``classes``: name -> its words, apart by blanks."""

    __slots__ = ("_classes", "_unspaced")

    def __init__(self, classes: Mapping[str, str]) -> None:
        words = [word for said in classes.values() for word in said.split()]
        unspaced = sorted({word for word in words if re.match(f"[{_UNSPACED}]{{2}}", word)}, key=lambda one: -len(one))
        self._unspaced = re.compile("|".join([*map(re.escape, unspaced), f"[{_UNSPACED}]"]))
        self._classes: dict[str, str] = {}
        for name, said in classes.items():
            for word in said.split():
                self._classes.setdefault(self.tokens(word)[0], name)

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
        found |= dict.fromkeys(name for name in map(self._classes.get, found) if name is not None)
        if foreign:
            found |= dict.fromkeys([FOREIGN + one for one in found])
            found[FOREIGN] = None
        return found

    def said(self, tokens: Sequence[str], *, foreign: bool) -> dict[str, None]:
        """Give what is said in a piece, each once: what a glance shows, and what stands beside what."""
        return self.glanced(tokens, foreign=foreign) | self.beside(tokens)

    def beside(self, tokens: Sequence[str]) -> dict[str, None]:
        """Give what stands beside what in a piece, each once."""
        known = self._classes.get
        marked = [known(token, token) for token in tokens]
        classes = [name for name in map(known, tokens) if name is not None]
        found = dict.fromkeys([f"{one} {two}" for one, two in pairwise(marked)])
        found |= dict.fromkeys([f"{one}_{two}" for one, two in zip(marked, marked[2:], strict=False)])
        found |= dict.fromkeys([f"{one}>{two}" for one, two in pairwise(classes)])
        found |= dict.fromkeys([f"{one}>>{two}" for one, two in zip(classes, classes[2:], strict=False)])
        return found

    def pieces(self, text: str, *, first: bool = True, last: bool = True) -> Iterator[Sequence[str]]:
        """Give the pieces of a normalized text, each by its tokens.

        ``first`` and ``last`` say whether the text begins and ends where the whole one does that it is a part of.
        """
        tokens = self.tokens(text)
        if len(tokens) < LEAST:
            return
        tokens = [*([BEGIN] if first else ()), *tokens, *([END] if last else ())]
        if len(tokens) <= SIZE + STEP:
            yield tokens
            return
        for begin in range(0, len(tokens) - STEP, STEP):
            yield tokens[begin : begin + SIZE]


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

    __slots__ = ("_glance", "_reading", "_words")

    def __init__(self, words: Words, glance: Weights, reading: Weights) -> None:
        self._words = words
        self._glance = Odds(glance)
        self._reading = Odds(reading)

    def of(self, piece: Sequence[str], *, foreign: bool) -> float:
        """Give the probability that a piece is like those that were learned; 0 where it does not look so."""
        glanced = self._words.glanced(piece, foreign=foreign)
        if self._glance.of(glanced) < 0.0:
            return 0.0
        return 1.0 / (1.0 + math.exp(-self._reading.of(glanced | self._words.beside(piece))))


class Odds:
    """A linear model: the log-odds of what is said."""

    __slots__ = ("_bias", "_known", "_unseen")

    def __init__(self, weights: Weights) -> None:
        self._bias = weights.bias
        self._unseen = complex(0.0, weights.unseen**2)
        self._known = {said: complex(weight * seldom, seldom**2) for said, (weight, seldom) in weights.known.items()}
        """Weight and square of each in one number, so that one look-up and one sum do for both."""

    def of(self, said: Iterable[str]) -> float:
        both = sum(map(self._known.get, said, repeat(self._unseen)), 0j)
        return self._bias + (both.real / math.sqrt(both.imag) if both.imag else 0.0)
