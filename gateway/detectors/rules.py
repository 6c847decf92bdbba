"""What a detector looks for: a pattern, how sure its match is by itself, and what makes it surer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from keeptrusts.schemas.frozen import frozen

CERTAIN: Final = 100
"""A check digit or an unmistakable shape."""
LIKELY: Final = 80
PLAIN: Final = 50
"""What policies count from, unless they say otherwise."""
WEAK: Final = 20
"""Counts only with a word beside it that says what it is."""
NOTHING: Final = 0

Check = Callable[[str], bool]
"""Says whether a match, as it stands in the text, is what it looks like. Never raises."""
Inner = Callable[[str], tuple[int, int] | None]
"""Gives the part of a match that is the finding, as offsets into it, or None where there is none. Never raises."""
Seek = Callable[[str, int, int], tuple[int, int] | None]
"""Gives where a finding stands in a whole text, from where the pattern matched; None where there is none. Looks at a
bounded piece around the match, and never raises."""


@frozen
class Context:
    """Words that say what a match is, and how sure it is with one of them near: within some characters of it.

    Words are lower case, and count where they stand alone: ``ssn`` is not in ``assn``. A word may hold blanks, which
    stand for ``_`` and ``-`` and nothing too: ``phone number`` is in ``phone_number``. Scripts without blanks between
    words are searched anywhere. The score falls by one each eight characters, so that the nearest label wins.
    """

    words: tuple[str, ...]
    score: int = LIKELY
    before: int = 40
    after: int = 0


@frozen
class Rule:
    """One pattern. ``kind`` is what a finding is called in markers, events and policies, such as ``US_SSN``.

    ``pattern`` is in Hyperscan's syntax (no look-around, no back-references) over normalized text, with the word
    boundaries it needs. ``score`` is how sure a match is that passes ``check``, in percent. ``context`` raises the
    score, ``against`` are words that make it nothing, unless one of ``context`` is nearer: an order number has sixteen
    digits too. A rule whose ``score`` is NOTHING is looked at only beside a word of its context. With ``joined`` false
    a match is nothing when a letter, a digit, or ``-``, ``.``, ``/``, ``_`` followed by one touches it. ``seek`` finds
    the whole of what the pattern matched the beginning of; ``check`` and ``inner`` see what it gave. ``inner`` narrows
    the finding to a part of the match. ``whole_only`` patterns are too large for Hyperscan to say where they begin:
    it says only that they are there, and RE2 finds where. ``distance`` letters may be added, left out or other than in
    the pattern, which then has no word boundaries. ``by_re2`` patterns are those that Hyperscan does not take at all.
    ``before`` is a pattern of the signs, no letters or digits, that may stand before a match that begins with one: it
    spares asking about others, which ``seek`` would turn down. What an ``is_run`` rule seeks goes on behind its match
    as one run without blanks. ``needs_whole`` patterns may match more than a stream can hold: who looks for them judges
    answers at their end.
    """

    id: str
    kind: str
    pattern: str
    score: int = CERTAIN
    check: Check | None = None
    context: Context | None = None
    against: tuple[str, ...] = ()
    caseless: bool = False
    joined: bool = False
    inner: Inner | None = None
    seek: Seek | None = None
    whole_only: bool = False
    distance: int = 0
    by_re2: bool = False
    is_run: bool = False
    before: str = ""
    needs_whole: bool = False


@frozen
class Finding:
    """Something found: ``start`` and ``end`` are characters of the text that was looked at, ``score`` is in percent."""

    kind: str
    start: int
    end: int
    score: int
    rule: str

    @property
    def length(self) -> int:
        return self.end - self.start
