"""Reading YAML into a tree whose every key and value knows its file, line and column."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

import yaml

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.findings import Code

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 20_000

Events = Callable[[str], Iterator[yaml.Event]]
"""How a text is taken apart; raises yaml.YAMLError."""

Plain = str | int | bool | Decimal | None | list["Plain"] | dict[str, "Plain"]

_INT = re.compile(r"[-+]?(0|[1-9][0-9_]{0,18})")
_DECIMAL = re.compile(r"[-+]?([0-9][0-9_]{0,40})?\.[0-9_]{0,40}([eE][-+]?[0-9]{1,3})?")
_TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset({None, "!", f"{_CORE}str", f"{_CORE}int", f"{_CORE}float", f"{_CORE}bool", f"{_CORE}null"})
_COLLECTION_TAGS = frozenset({None, "!", f"{_CORE}map", f"{_CORE}seq"})


def plain_events(text: str) -> Iterator[yaml.Event]:
    """The events of a text by the reader that is the same on every machine, and whose complaints people know."""
    return yaml.parse(text, Loader=yaml.SafeLoader)


@frozen
class ReadingLimits:
    """How much is read, and by what; these are the limits of policy documents."""

    max_bytes: int = MAX_BYTES
    max_nodes: int = MAX_NODES
    events: Events = plain_events


POLICY_LIMITS = ReadingLimits()


@frozen
class Mark:
    """A place in a file, counted from 1; `width` is the length of what stands there on that line."""

    file: str
    line: int
    column: int
    width: int = 1


@frozen
class Scalar:
    """One value with its exact text; `plain` is what YAML 1.1 makes of unquoted text, money kept exact."""

    mark: Mark
    text: str
    plain: str | int | bool | Decimal | None


@frozen
class Sequence:
    """A list of nodes in the order written."""

    mark: Mark
    items: tuple["Node", ...]


@frozen
class Table:
    """A mapping with unique text keys in the order written."""

    mark: Mark
    entries: Mapping[str, "Entry"]

    def value(self, key: str) -> "Node | None":
        """The node under a key, or None when it is absent."""
        entry = self.entries.get(key)
        return entry.value if entry else None


@frozen
class Entry:
    """A key's place and its value."""

    key_mark: Mark
    value: "Node"


Node = Scalar | Sequence | Table


class _YamlMark(Protocol):
    """A place as PyYAML gives it, counted from 0."""

    line: int
    column: int


@frozen
class Problem:
    """Why a text could not be read, where, and what to do about it."""

    code: Code
    mark: Mark
    message: str
    suggestion: str = ""


class UnreadableSource(Exception):
    """The text is no tree at all; carries the one problem that stopped the reader."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@frozen
class SourceTree:
    """A file's tree and the problems that did not stop reading (duplicate keys)."""

    file: str
    root: Node
    problems: tuple[Problem, ...]


def decode_source(data: bytes, file: str, limits: ReadingLimits = POLICY_LIMITS) -> str:
    """Bytes of a file as text. Raises UnreadableSource when too large or not UTF-8."""
    if len(data) > limits.max_bytes:
        raise _too_large(file, limits)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        mark = Mark(file=file, line=before.count(b"\n") + 1, column=len(before[line_start:]) + 1)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8 text"
        raise UnreadableSource(
            Problem(code=Code.NOT_UTF8, mark=mark, message=message, suggestion="save the file as UTF-8")
        ) from None


def read_source(text: str, file: str, limits: ReadingLimits = POLICY_LIMITS) -> SourceTree:
    """The tree of one YAML document. Raises UnreadableSource for what is no such document."""
    if len(text) > limits.max_bytes or len(text.encode("utf-8", "surrogatepass")) > limits.max_bytes:
        raise _too_large(file, limits)
    try:
        events = list(_bounded_events(text.removeprefix("\ufeff"), file, limits))
    except yaml.YAMLError as error:
        raise UnreadableSource(_syntax_problem(error, text, file)) from None
    return _Composer(file=file, events=events, max_nodes=limits.max_nodes).compose()


def plain_value(node: Node) -> Plain:
    """The node as strings, ints, Decimals, lists and dicts."""
    if isinstance(node, Scalar):
        return node.plain
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    return {key: plain_value(entry.value) for key, entry in node.entries.items()}


def _bounded_events(text: str, file: str, limits: ReadingLimits) -> Iterator[yaml.Event]:
    # Events instead of yaml.compose: its recursion could be driven to a crash by nesting alone.
    depth = 0
    for count, event in enumerate(limits.events(text)):
        if count > limits.max_nodes:
            raise _too_many(_mark(event.start_mark, None, file), limits.max_nodes)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            mark = _mark(event.start_mark, None, file)
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise UnreadableSource(Problem(code=Code.TOO_LARGE, mark=mark, message=message))
        yield event


@dataclass(slots=True)
class _Composer:
    """Builds the tree from events; an alias shares its node, and expanded nodes are counted."""

    file: str
    events: list[yaml.Event]
    max_nodes: int
    index: int = 0
    expanded: int = 0
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def compose(self) -> SourceTree:
        starts = [event for event in self.events if isinstance(event, yaml.DocumentStartEvent)]
        if not starts:
            raise UnreadableSource(_empty(self.file))
        if len(starts) > 1:
            mark = _mark(starts[1].start_mark, None, self.file)
            message = "a second document starts here; a policy file holds one"
            raise UnreadableSource(
                Problem(code=Code.UNSUPPORTED_YAML, mark=mark, message=message, suggestion='remove the "---" line')
            )
        self.index = self.events.index(starts[0]) + 1
        root = self.node()
        if isinstance(root, Scalar) and root.plain is None:
            raise UnreadableSource(_empty(self.file))
        return SourceTree(file=self.file, root=root, problems=tuple(self.problems))

    def node(self) -> Node:
        event = self.take()
        before = self.expanded
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        self.count(event)
        built: Node
        if isinstance(event, yaml.ScalarEvent):
            built = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            built = self.sequence(event)
        else:
            built = self.table(event)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self.anchors[anchor] = (built, self.expanded - before)
        return built

    def take(self) -> yaml.Event:
        event = self.events[self.index]
        self.index += 1
        return event

    def count(self, event: yaml.Event, nodes: int = 1) -> None:
        self.expanded += nodes
        if self.expanded > self.max_nodes:
            raise _too_many(self.mark(event), self.max_nodes)

    def alias(self, event: yaml.AliasEvent) -> Node:
        known = self.anchors.get(str(event.anchor))
        if known is None:
            message = f'alias "*{event.anchor}" stands before its anchor, or has none'
            raise UnreadableSource(Problem(code=Code.SYNTAX, mark=self.mark(event), message=message))
        node, size = known
        self.count(event, size)
        return node

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        self.check_tag(event, event.tag, _SCALAR_TAGS)
        text = self.whole_characters(str(event.value), event)
        is_text = event.tag in ("!", f"{_CORE}str") or not event.implicit[0]
        if event.tag in (f"{_CORE}int", f"{_CORE}float", f"{_CORE}bool", f"{_CORE}null"):
            is_text = False
        return Scalar(mark=self.mark(event), text=text, plain=text if is_text else _resolve(text))

    def whole_characters(self, text: str, event: yaml.Event) -> str:
        """JSON writes a character beyond U+FFFF as two escapes, of which YAML makes two halves of a character."""
        if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            message = "half of a surrogate pair is no character"
            raise UnreadableSource(Problem(code=Code.SYNTAX, mark=self.mark(event), message=message)) from None

    def sequence(self, event: yaml.Event) -> Sequence:
        self.check_tag(event, getattr(event, "tag", None), _COLLECTION_TAGS)
        items: list[Node] = []
        while not isinstance(self.events[self.index], yaml.SequenceEndEvent):
            items.append(self.node())
        self.take()
        return Sequence(mark=self.mark(event), items=tuple(items))

    def table(self, event: yaml.Event) -> Table:
        self.check_tag(event, getattr(event, "tag", None), _COLLECTION_TAGS)
        entries: dict[str, Entry] = {}
        merged: list[Table] = []
        while not isinstance(self.events[self.index], yaml.MappingEndEvent):
            key_event = self.events[self.index]
            key = self.node()
            value = self.node()
            if not isinstance(key, Scalar):
                message = "a key must be plain text, not a list or a mapping"
                raise UnreadableSource(Problem(code=Code.UNSUPPORTED_YAML, mark=self.mark(key_event), message=message))
            if key.text == "<<":
                merged.extend(self.merge_sources(value))
                continue
            self.insert(entries, key, value)
        self.take()
        for table in merged:
            for name, entry in table.entries.items():
                entries.setdefault(name, entry)
        return Table(mark=self.mark(event), entries=entries)

    def insert(self, entries: dict[str, Entry], key: Scalar, value: Node) -> None:
        first = entries.get(key.text)
        if first is None:
            entries[key.text] = Entry(key_mark=key.mark, value=value)
            return
        message = f'key "{shorten(key.text)}" is written twice; the first is in line {first.key_mark.line}'
        self.problems.append(
            Problem(code=Code.DUPLICATE_KEY, mark=key.mark, message=message, suggestion="keep one of them")
        )

    def merge_sources(self, value: Node) -> list[Table]:
        tables = value.items if isinstance(value, Sequence) else (value,)
        found = [table for table in tables if isinstance(table, Table)]
        if len(found) != len(tables):
            message = '"<<" takes a mapping or a list of mappings'
            raise UnreadableSource(Problem(code=Code.UNSUPPORTED_YAML, mark=value.mark, message=message))
        return found

    def check_tag(self, event: yaml.Event, tag: str | None, accepted: frozenset[str | None]) -> None:
        if tag in accepted:
            return
        message = f'YAML tag "{shorten(str(tag))}" is not used in policy documents'
        raise UnreadableSource(
            Problem(code=Code.UNSUPPORTED_YAML, mark=self.mark(event), message=message, suggestion="remove the tag")
        )

    def mark(self, event: yaml.Event) -> Mark:
        end = event.end_mark if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent) else None
        return _mark(event.start_mark, end, self.file)


def _resolve(text: str) -> str | int | bool | Decimal | None:
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INT.fullmatch(text):
        return int(text.replace("_", ""))
    digits = text.replace("_", "")
    if _DECIMAL.fullmatch(text) and any(char.isdigit() for char in digits.partition("e")[0]):
        return Decimal(digits)
    return text


def _mark(start: _YamlMark | None, end: _YamlMark | None, file: str) -> Mark:
    if start is None:
        return Mark(file=file, line=1, column=1)
    width = end.column - start.column if end is not None and end.line == start.line else 1
    return Mark(file=file, line=start.line + 1, column=start.column + 1, width=max(width, 1))


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        column = len(before) - (before.rfind("\n") + 1) + 1
        mark = Mark(file=file, line=before.count("\n") + 1, column=column)
        number = error.character if isinstance(error.character, int) else ord(error.character)
        message = f"character U+{number:04X} is not allowed in YAML"
        return Problem(code=Code.SYNTAX, mark=mark, message=message, suggestion="remove the character")
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = _mark(error.problem_mark, None, file)
        lines = text.splitlines()
        line = lines[mark.line - 1] if mark.line <= len(lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in str(error.problem):
            message = "a tab is used for indentation; YAML allows only spaces"
            return Problem(code=Code.SYNTAX, mark=mark, message=message, suggestion="indent with spaces")
        detail = ": ".join(part for part in (error.context, error.problem) if part)
        return Problem(code=Code.SYNTAX, mark=mark, message=f"not valid YAML: {detail}")
    mark = Mark(file=file, line=1, column=1)
    return Problem(code=Code.SYNTAX, mark=mark, message="not valid YAML")


def _empty(file: str) -> Problem:
    mark = Mark(file=file, line=1, column=1)
    message = "the file is empty"
    suggestion = 'start with "policies:" (see kt policy schema)'
    return Problem(code=Code.EMPTY, mark=mark, message=message, suggestion=suggestion)


def _too_large(file: str, limits: ReadingLimits) -> UnreadableSource:
    mark = Mark(file=file, line=1, column=1)
    message = f"the file is larger than {limits.max_bytes} bytes"
    return UnreadableSource(Problem(code=Code.TOO_LARGE, mark=mark, message=message, suggestion="split it"))


def _too_many(mark: Mark, max_nodes: int) -> UnreadableSource:
    message = f"more than {max_nodes} values (aliases counted as often as they are used)"
    return UnreadableSource(Problem(code=Code.TOO_LARGE, mark=mark, message=message))


def shorten(text: str, limit: int = 40) -> str:
    """Text for a message: one line, at most `limit` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."
