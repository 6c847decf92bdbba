"""Where the parts of a checked document stand, for checks that look at several of them together."""

from collections.abc import Iterator
from typing import Protocol

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import ChainEntry, PolicyDocument
from keeptrusts.schemas.policy_document.sink import FindingSink
from keeptrusts.schemas.policy_document.source import Mark, Node, Scalar, Sequence, Table


@frozen
class PlacedEntry:
    """An entry of the chain, where its kind stands, and what is written for it, in the chain and in its block."""

    entry: ChainEntry
    mark: Mark
    written: Table

    def node(self, *path: str) -> Node | None:
        """What is written at a path of canonical names; other spellings of the first one count as well."""
        node: Node | None = self.written
        aliases = type(self.entry.options).aliases
        for depth, name in enumerate(path):
            if not isinstance(node, Table):
                return None
            spellings = [name, *(alias for alias, meant in aliases.items() if meant == name and depth == 0)]
            node = next((entry.value for key, entry in node.entries.items() if key in spellings), None)
        return node

    def mark_of(self, *path: str) -> Mark:
        """The place of the value at a path; that of the entry, where nothing is written there."""
        node = self.node(*path)
        return self.mark if node is None else node.mark


@frozen
class Places:
    """A whole document's tree, and its entries in the order printed."""

    root: Table
    entries: tuple[PlacedEntry, ...]

    def target(self, identifier: str) -> Mark:
        """The place of a target's id; that of all targets, where the id is not written."""
        return self._named(self._providers().value("targets"), "id", identifier)

    def group(self, name: str) -> Mark:
        """The place of a consumer group's name."""
        return self._named(self.groups(), "name", name)

    def groups(self) -> Node | None:
        """What stands under consumer_groups, wherever that is."""
        return self._providers().value("consumer_groups") or self.root.value("consumer_groups")

    def scalars(self) -> Iterator[tuple[str, Scalar]]:
        """Every value of the document with the key it stands under."""
        waiting: list[tuple[str, Node]] = [("", self.root)]
        while waiting:
            key, node = waiting.pop()
            if isinstance(node, Scalar):
                yield key, node
            elif isinstance(node, Sequence):
                waiting += [(key, item) for item in node.items]
            else:
                waiting += [(name, entry.value) for name, entry in node.entries.items()]

    def _providers(self) -> Table:
        providers = self.root.value("providers")
        return providers if isinstance(providers, Table) else Table(mark=self.root.mark, entries={})

    def _named(self, node: Node | None, key: str, name: str) -> Mark:
        for item in node.items if isinstance(node, Sequence) else ():
            own = item.value(key) if isinstance(item, Table) else item
            if isinstance(own, Scalar) and name in (own.text, own.text.replace(":", "-")):
                return own.mark
        return self.root.mark if node is None else node.mark


class Surroundings(Protocol):
    """What a document meets where it is to run: prices, what vendors serve, which variables are set.

    Gateways bring their own to each call; a linter may be given them, so that a document is told before.
    """

    def look(self, document: PolicyDocument, places: Places, sink: FindingSink) -> None:
        """Put what does not fit into the sink. Never raises, and never puts in an error."""
        ...
