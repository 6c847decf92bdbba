"""All patterns of a chain as one Hyperscan database: compiled, or taken from where an earlier one was kept.

Compiling takes seconds for some hundred patterns, loading what was compiled before a few milliseconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, Protocol

import hyperscan
import orjson

from keeptrusts.gateway.detectors.rules import Rule

_Extended = tuple[int, int, int, int, int, int]
Matched = Callable[[int, int, int, int, object], bool | None]
"""Is told of a match: the number of its pattern, its start and end, and two things that say nothing here."""


class BadPatternError(ValueError):
    """A pattern that cannot be scanned for. ``rule`` is its rule's id; ``reason`` is the engine's."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class Keeper(Protocol):
    """Keeps compiled databases from one start to the next. Neither call raises: what cannot be kept is made again.

    Equal keepers keep in the same place, and are hashable.
    """

    def __hash__(self) -> int: ...

    def find(self, key: str) -> bytes | None:
        """Give what was kept under a key."""
        ...

    def keep(self, key: str, data: bytes) -> None:
        """Keep bytes under a key, which is a hash of all that they depend on."""
        ...


class Database:
    """Compiled patterns, which several threads may scan for at the same time.

    A scan needs a scratch of its own. The database has one; who comes while it is in use makes another.
    """

    __slots__ = ("_free", "_made")

    def __init__(self, made: Any) -> None:
        self._made = made
        self._free = [True]

    def scan(self, data: bytes, matched: Matched) -> None:
        """Report every match until it is told to stop. Raises hyperscan.ScanTerminated then."""
        free = self._free
        try:
            free.pop()  # one step, whatever other threads do
        except IndexError:
            self._made.scan(data, match_event_handler=matched, scratch=hyperscan.Scratch(self._made))
            return
        try:
            self._made.scan(data, match_event_handler=matched)
        finally:
            free.append(True)


def database(rules: Sequence[Rule], keeper: Keeper | None = None) -> Database | None:
    """Give the database of these rules, but for those left to RE2; matches have their places in the sequence.

    None where there is nothing to scan for. Raises BadPatternError.
    """
    ids = [number for number, rule in enumerate(rules) if not rule.by_re2]
    if not ids:
        return None
    expressions = [rules[number].pattern.encode() for number in ids]
    flags = [_flags(rules[number]) for number in ids]
    extended = [_extended(rules[number].distance) for number in ids]
    key = _key(ids, expressions, flags, extended)
    kept = None if keeper is None else _loaded(keeper.find(key))
    if kept is not None:
        return Database(kept)
    made = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        made.compile(
            expressions=expressions,
            ids=ids,
            elements=len(expressions),
            flags=flags,
            ext=extended,
        )
    except hyperscan.error:
        raise _culprit([rules[number] for number in ids]) from None
    if keeper is not None:
        keeper.keep(key, hyperscan.dumpb(made))
    return Database(made)


def _key(ids: Sequence[int], expressions: Sequence[bytes], flags: Sequence[int], extended: Sequence[_Extended]) -> str:
    """Name a database by all that it is made of, the engine's version too."""
    parts = [version("hyperscan"), list(ids), [one.decode() for one in expressions], list(flags), list(extended)]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def _loaded(data: bytes | None) -> Any:
    """Give the database that bytes hold; None for bytes of another processor's, another version's, or damaged ones."""
    if data is None:
        return None
    try:
        loaded = hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
        loaded.scratch = hyperscan.Scratch(loaded)
    except (hyperscan.error, ValueError):
        return None
    return loaded


def _flags(rule: Rule) -> int:
    flags = hyperscan.HS_FLAG_SINGLEMATCH if rule.whole_only else hyperscan.HS_FLAG_SOM_LEFTMOST
    return int(flags | hyperscan.HS_FLAG_CASELESS) if rule.caseless else int(flags)


def _extended(letters: int) -> _Extended:
    """Give Hyperscan's extended parameters: flags, least and most offset, least length, edit and Hamming distance."""
    return (hyperscan.HS_EXT_FLAG_EDIT_DISTANCE if letters else 0, 0, 0, 0, letters, 0)


def _culprit(rules: Sequence[Rule]) -> BadPatternError:
    """Find which of the rules does not compile, for Hyperscan does not say."""
    for rule in rules:
        reason = refused(rule)
        if reason is not None:
            return BadPatternError(rule.id, reason)
    return BadPatternError(rules[0].id, "these patterns are too large together")


def refused(rule: Rule) -> str | None:
    """Say why Hyperscan does not take a rule's pattern; None where it does."""
    try:
        hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(
            expressions=[rule.pattern.encode()],
            ids=[0],
            elements=1,
            flags=[_flags(rule)],
            ext=[_extended(rule.distance)],
        )
    except hyperscan.error as error:
        return str(error)
    return None
