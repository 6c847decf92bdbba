"""Makes the weights by which prompt-injection knows what attacks are like, out of the texts in tests/corpora/injection.

``make injection-weights`` runs it. Each file there was written apart from the others; what is measured is always of a
corpus that was not learned from. Of a long attack the piece that is likest is learned from. The attacks in usual
wordings (``support.injections``) are learned too, those of users also as what tools and documents hold; none of them
is measured.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np

from keeptrusts.gateway.detectors.families.injection_likeness import (
    GLANCE,
    READING,
    blocks_of,
    likeness_words,
    written_weights,
)
from keeptrusts.gateway.detectors.families.signs import is_json
from keeptrusts.gateway.detectors.likeness import Odds, Weights, pieces
from keeptrusts.schemas.frozen import frozen, replace
from support.injection_corpora import NEAR, UNSEEN, corpora, texts_of
from support.injections import Labelled, corpus

LEAST_TEXTS: Final = 2
"""What is said in fewer texts is not learned."""
MOST_KNOWN: Final = 24_000
STRENGTH, BENIGN_COUNTS, PASSES = 40.0, 2.0, 2
"""Inverse of the regression's regularization, how much a benign piece counts, how often attacks are placed."""
STEPS, ENOUGH, REMEMBERED = 1_000, 0.1, 12
FOLDS: Final = 8
"""Corpora are measured in so many groups, each by what was learned from all others."""
USUAL: Final = "usual"
OVERLOOKED: Final = 0.02
"""Share of the attacks that reading would find, and a glance may overlook."""
FALSE_ALARMS: Final = 0.0075
"""Share of the benign texts of an unseen corpus that may count; half of these were written to look like attacks."""

Array = Any


@frozen
class Bag:
    """A text of a corpus and the pieces that the gateway reads of it, each by its tokens."""

    corpus: str
    attack: bool
    foreign: bool
    pieces: tuple[Sequence[str], ...]


def bags_of(names: Iterable[str]) -> list[Bag]:
    """Read the texts of corpora as the gateway does."""
    return [bag_of(name, one, foreign=one.channel != "user") for name in names for one in texts_of(name)]


def usual_bags() -> list[Bag]:
    """Read the texts in usual wordings, attacks of users as foreign ones too."""
    texts = corpus()
    told = [bag_of(USUAL, one, foreign=True) for one in texts if one.attack and one.channel == "user"]
    return [*(bag_of(USUAL, one, foreign=one.channel != "user") for one in texts), *told]


def bag_of(name: str, one: Labelled, *, foreign: bool) -> Bag:
    parts = blocks_of(one.text, foreign=foreign, json=is_json(one.text, lists=foreign))
    read = tuple(piece for blocks in parts for piece in pieces(blocks))
    return Bag(corpus=name, attack=one.attack, foreign=foreign, pieces=read)


Saying = Callable[..., Iterable[str]]
"""Gives what is said in a piece, or what a glance at it shows."""


class Learned:
    """The pieces of texts as rows of a sparse matrix, and the regression over them."""

    def __init__(self, bags: Sequence[Bag], saying: Saying) -> None:
        self._rows = [
            (number, saying(piece, foreign=bag.foreign)) for number, bag in enumerate(bags) for piece in bag.pieces
        ]
        self._owner = np.array([number for number, _ in self._rows])
        self._attack = np.array([bags[number].attack for number, _ in self._rows])
        said = Counter(name for _, row in self._rows for name in row)
        self._seldom = {name: float(np.log((1 + len(self._rows)) / (1 + often)) + 1) for name, often in said.items()}
        self._unseen = float(np.log((1 + len(self._rows)) / 2) + 1)
        known = [name for name, often in said.items() if often >= LEAST_TEXTS]
        weights, bias = self._fit(known)
        if len(known) > MOST_KNOWN:
            telling = sorted(known, key=lambda name: (-abs(weights[name] * self._seldom[name]), name))
            weights, bias = self._fit(telling[:MOST_KNOWN])
        self.weights = Weights(
            known={name: (weight, self._seldom[name]) for name, weight in weights.items()},
            unseen=self._unseen,
            bias=bias,
        )

    def _fit(self, known: Iterable[str]) -> tuple[dict[str, float], float]:
        places = {name: place for place, name in enumerate(sorted(known))}
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for _, row in self._rows:
            squares = sum((self._seldom[name] if name in places else self._unseen) ** 2 for name in row)
            columns += [places[name] for name in row if name in places]
            values += [self._seldom[name] / squares**0.5 for name in row if name in places]
            ends.append(len(columns))
        matrix = Sparse(np.array(columns), np.array(values), np.array(ends), len(places))
        alone = np.bincount(self._owner)[self._owner] == 1
        learned = ~self._attack | alone
        for _ in range(PASSES):
            weights, bias = regression(matrix, self._attack, learned)
            odds = matrix.times(weights)
            likest: dict[int, int] = {}
            for row in np.nonzero(self._attack)[0]:
                owner = int(self._owner[row])
                if owner not in likest or odds[row] > odds[likest[owner]]:
                    likest[owner] = int(row)
            learned = ~self._attack
            learned[list(likest.values())] = True
        return {name: float(weights[place]) for name, place in places.items()}, bias


class Sparse:
    """A matrix of few values: its columns and values row by row, and where each row ends."""

    def __init__(self, columns: Array, values: Array, ends: Array, width: int) -> None:
        self.columns, self.values, self.width = columns, values, width
        self.rows = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        self.height = len(ends) - 1

    def times(self, vector: Array) -> Array:
        return np.bincount(self.rows, weights=self.values * vector[self.columns], minlength=self.height)

    def turned_times(self, vector: Array) -> Array:
        return np.bincount(self.columns, weights=self.values * vector[self.rows], minlength=self.width)


def regression(matrix: Sparse, attack: Array, learned: Array) -> tuple[Array, float]:
    """Give the weights and the bias of a logistic regression with squared weights held small. No chance in it."""
    sign = np.where(attack, 1.0, -1.0)
    counts = np.where(attack, 1.0, BENIGN_COUNTS) * learned

    def loss(point: Array) -> tuple[float, Array]:
        odds = sign * (matrix.times(point[:-1]) + point[-1])
        wrong = -sign * counts / (1.0 + np.exp(np.clip(odds, -500, 500)))
        slope = np.append(matrix.turned_times(wrong) + point[:-1] / STRENGTH, wrong.sum())
        return float((counts * np.logaddexp(0.0, -odds)).sum() + (point[:-1] ** 2).sum() / 2 / STRENGTH), slope

    found = lowest(loss, np.zeros(matrix.width + 1))
    return found[:-1], float(found[-1])


def lowest(function: Callable[[Array], tuple[float, Array]], point: Array) -> Array:
    """Give where a convex function, which says its value and its slope, is lowest: limited-memory BFGS."""
    value, slope = function(point)
    moves: deque[tuple[Array, Array, float]] = deque(maxlen=REMEMBERED)
    for _ in range(STEPS):
        if float(np.abs(slope).max()) < ENOUGH:
            break
        direction = -_curved(slope, moves)
        length, downhill = 1.0 if moves else 1.0 / float(np.abs(slope).sum()), float(slope @ direction)
        while (tried := function(point + length * direction))[0] > value + 1e-4 * length * downhill and length > 1e-12:
            length /= 2
        step, turn = length * direction, tried[1] - slope
        point, (value, slope) = point + step, tried
        if float(step @ turn) > 1e-12:
            moves.append((step, turn, float(step @ turn)))
    return point


def _curved(slope: Array, moves: Sequence[tuple[Array, Array, float]]) -> Array:
    """Give a slope divided by the curvature that past moves tell of (Nocedal and Wright, algorithm 7.4)."""
    found, shares = slope.copy(), []
    for step, turn, product in reversed(moves):
        share = float(step @ found) / product
        found -= share * turn
        shares.append(share)
    if moves:
        step, turn, product = moves[-1]
        found *= product / float(turn @ turn)
    for (step, turn, product), share in zip(moves, reversed(shares), strict=True):
        found += (share - float(turn @ found) / product) * step
    return found


@frozen
class Judged:
    """A text, and how like an attack its likest piece is when it is read, and at a glance (log-odds)."""

    bag: Bag
    read: float
    glanced: float


def learned_from(bags: Sequence[Bag]) -> tuple[Weights, Weights]:
    """Give the weights for a glance and for reading."""
    words = likeness_words()
    return Learned(bags, words.glanced).weights, Learned(bags, words.said).weights


def judged(bags: Iterable[Bag], glance: Weights, reading: Weights) -> list[Judged]:
    """Judge texts by the piece that is likest, whatever a glance says of it."""
    words, glancing, read = likeness_words(), Odds(glance), Odds(reading)
    rows = []
    for bag in bags:
        odds = [read.of(words.said(piece, foreign=bag.foreign)) for piece in bag.pieces]
        likest = max(odds, default=-math.inf)
        glanced = -math.inf
        if odds:
            glanced = glancing.of(words.glanced(bag.pieces[odds.index(likest)], foreign=bag.foreign))
        rows.append(Judged(bag=bag, read=likest, glanced=glanced))
    return rows


def shares(rows: Sequence[Judged], even: float) -> str:
    """Say how many attacks, and how many others, are from ``even`` on."""
    said = []
    for name, attack in (("attacks", True), ("others", False)):
        likes = [row.read for row in rows if row.bag.attack == attack]
        said.append(f"{sum(like >= even for like in likes)} of {len(likes)} {name}")
    return ", ".join(said)


def main() -> None:
    """Measure by corpus, choose from where a text counts, learn from all, and write the weights."""
    bags = [*bags_of(corpora()), *usual_bags()]
    held: list[Judged] = []
    measured = sorted(set(corpora()) - NEAR, key=lambda name: (sum(bag.corpus == name for bag in bags), name))
    for fold in range(FOLDS):
        left_out = measured[fold::FOLDS]
        learned = learned_from([bag for bag in bags if bag.corpus not in left_out])
        held += judged((bag for bag in bags if bag.corpus in left_out), *learned)
    others = sorted((row.read for row in held if not row.bag.attack), reverse=True)
    even = others[int(FALSE_ALARMS * len(others))]
    for name in measured:
        print(f"{name}: {shares([row for row in held if row.bag.corpus == name], even)}")
    found = sorted(row.glanced for row in held if row.bag.attack and row.read >= even)
    looks = found[int(OVERLOOKED * len(found))]
    spared = sum(row.glanced < looks for row in held if not row.bag.attack) / len(others)
    print(f"all: {shares(held, even)}; log-odds {even:.3f} are even; a glance spares {spared:.3f} of the others")
    glance, reading = learned_from(bags)
    GLANCE.write_text(written_weights(replace(glance, bias=glance.bias - looks)), encoding="utf-8")
    READING.write_text(written_weights(replace(reading, bias=reading.bias - even)), encoding="utf-8")
    print(f"{UNSEEN}, without a glance: {shares(judged(bags_of([UNSEEN]), glance, reading), even)}")


if __name__ == "__main__":
    main()
