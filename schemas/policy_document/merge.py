"""Laying files over each other: mappings key by key, everything else as a whole."""

from collections.abc import Iterable
from functools import reduce

from keeptrusts.schemas.policy_document.source import Entry, Node, Table


def merge_trees(roots: Iterable[Node]) -> Node:
    """The roots merged in order, later ones on top; every node keeps the place it was written at."""
    return reduce(_over, roots)


def _over(lower: Node, upper: Node) -> Node:
    if not isinstance(lower, Table) or not isinstance(upper, Table):
        return upper
    entries = dict(lower.entries)
    for key, entry in upper.entries.items():
        below = entries.get(key)
        value = _over(below.value, entry.value) if below else entry.value
        entries[key] = Entry(key_mark=entry.key_mark, value=value)
    return Table(mark=upper.mark, entries=entries)
