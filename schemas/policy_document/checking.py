"""Checking a part of the tree against its model, every complaint at its line and column."""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.kinds.options import Section
from keeptrusts.schemas.policy_document.sink import FindingSink, did_you_mean, quoted
from keeptrusts.schemas.policy_document.source import Mark, Node, Scalar, Sequence, Table, plain_value

S = TypeVar("S", bound=Section)

ROLLOUT_MODES = ("observe", "guide", "enforce")
MAX_COMPLAINTS = 50

_SECRET_FIELDS = frozenset({"api_key"})
_TYPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "tuple_type": "a list, such as [a, b]",
    "mapping_type": "a mapping (key: value)",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
}


def check_section(model: type[S], node: Node, sink: FindingSink, what: str) -> S | None:
    """The part as its model, or None after every reason was put into the sink."""
    if isinstance(node, Scalar) and node.plain is None:
        node = Table(mark=node.mark, entries={})
    if not isinstance(node, Table):
        sink.error(Code.WRONG_TYPE, node.mark, f"{what} needs a mapping (key: value), found {describe(node)}")
        return None
    try:
        return model.model_validate(plain_value(node))
    except ValidationError as error:
        for complaint in error.errors(include_url=False)[:MAX_COMPLAINTS]:
            _report(model, node, complaint, sink, what)
        return None


def describe(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Table):
        return "a mapping"
    if node.plain is None:
        return "nothing"
    return quoted(node.text)


def _report(model: type[Section], root: Table, complaint: ErrorDetails, sink: FindingSink, what: str) -> None:
    loc = complaint["loc"]
    place = _Place.find(model, root, loc)
    key = str(loc[-1]) if loc else what
    kind = complaint["type"]
    context: Mapping[str, Any] = complaint.get("ctx") or {}
    if kind == "extra_forbidden":
        known = place.parent.spellings() if place.parent else ()
        suggestion = did_you_mean(key, known) or f"known keys: {', '.join(known)}"
        sink.error(Code.UNKNOWN_KEY, place.key_mark, f"unknown key {quoted(key)} in {place.part or what}", suggestion)
    elif kind == "missing":
        sink.error(Code.MISSING_KEY, place.node.mark, f'{place.part or what} needs the key "{key}"')
    elif kind in ("literal_error", "enum"):
        _report_word(place, key, str(context.get("expected", "")), sink)
    elif kind in _TYPES:
        found = "a secret" if key in _SECRET_FIELDS else describe(place.node)
        message = f"{_named(loc, what)} needs {_TYPES[kind]}, found {found}"
        sink.error(
            Code.WRONG_TYPE, place.node.mark, message, "" if key in _SECRET_FIELDS else _fix_type(kind, place.node)
        )
    else:
        zero = kind == "greater_than_equal" and context.get("ge") == 1 and describe(place.node) == quoted("0")
        fix = "0 would refuse every call; leave it out for no limit" if zero else ""
        sink.error(Code.INVALID_VALUE, place.node.mark, f"{_named(loc, what)}: {_reason(complaint)}", fix)


def _report_word(place: "_Place", key: str, expected: str, sink: FindingSink) -> None:
    words = re.findall(r"'([^']*)'", expected)
    if key == "mode":
        words.extend(word for word in ROLLOUT_MODES if word not in words)
    written = place.node.text if isinstance(place.node, Scalar) else describe(place.node)
    label = place.part if key.isdigit() else "rollout mode" if key == "enforcement" else key
    if label.startswith("unknown"):
        label = f"value of {label}"
    suggestion = f"expected one of: {', '.join(words)}"
    near = did_you_mean(written, words)
    sink.error(
        Code.UNKNOWN_VALUE,
        place.node.mark,
        f"unknown {label} {quoted(written)}",
        f"{suggestion} - {near}" if near else suggestion,
    )


def _fix_type(kind: str, node: Node) -> str:
    if kind == "string_type" and isinstance(node, Scalar) and node.text:
        return f'write "{node.text}" in quotes' if len(node.text) < 60 else "write it in quotes"
    if kind == "tuple_type" and isinstance(node, Scalar) and node.text and len(node.text) < 60:
        return f"write [{node.text}]"
    return ""


def _reason(complaint: ErrorDetails) -> str:
    context: Mapping[str, Any] = complaint.get("ctx") or {}
    match complaint["type"]:
        case "value_error":
            return str(context.get("error", "not valid"))
        case "string_pattern_mismatch":
            return "only ASCII letters, digits and underscores (a stored secret also . and -)"
        case "greater_than_equal":
            return f"must be at least {context.get('ge')}"
        case "less_than_equal":
            return f"must be at most {context.get('le')}"
        case "string_too_short":
            return "must not be empty"
        case "string_too_long":
            return f"must be at most {context.get('max_length')} characters long"
        case "too_long":
            return f"must be at most {context.get('max_length')} items long"
        case other:
            return f"not valid ({other})"


def _named(loc: tuple[int | str, ...], what: str) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    return f'"{path}"' if path else what


class _Place:
    """Where a complaint points to: the node, its key's mark, and the model that holds it."""

    __slots__ = ("key_mark", "node", "parent", "part")

    def __init__(self, node: Node, key_mark: Mark, parent: type[Section] | None, part: str) -> None:
        self.node = node
        self.key_mark = key_mark
        self.parent = parent
        self.part = part

    @classmethod
    def find(cls, model: type[Section], root: Table, loc: tuple[int | str, ...]) -> "_Place":
        node: Node = root
        key_mark = root.mark
        annotation: Any = model
        parent: type[Section] | None = model
        part = ""
        for depth, step in enumerate(loc):
            section = _section_of(annotation)
            parent = section or parent
            reached = _step(node, step, section)
            if reached is None:
                break
            node, key_mark = reached
            annotation = _inner(annotation, section, step)
            if depth < len(loc) - 1:
                part = str(step) if isinstance(step, str) else part
        return cls(node, key_mark, parent, part)


def _step(node: Node, step: int | str, section: type[Section] | None) -> tuple[Node, Mark] | None:
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step], node.items[step].mark
    if not isinstance(node, Table):
        return None
    spellings = [str(step)]
    if section is not None:
        spellings += [alias for alias, name in section.aliases.items() if name == step]
    for spelling in spellings:
        entry = node.entries.get(spelling)
        if entry is not None:
            return entry.value, entry.key_mark
    return None


def _section_of(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    if get_origin(annotation) in (Union, UnionType):
        return next((found for found in map(_section_of, get_args(annotation)) if found), None)
    return None


def _inner(annotation: Any, section: type[Section] | None, step: int | str) -> Any:
    if section is not None:
        by_name = {field.alias or name: field.annotation for name, field in section.model_fields.items()}
        return by_name.get(str(step))
    arguments = get_args(annotation)
    if not arguments:
        return None
    # The item type of tuple[X, ...] stands first, the value type of Mapping[K, X] last.
    return arguments[0] if isinstance(step, int) else arguments[-1]
