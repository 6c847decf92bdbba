"""The page of policy kinds: phases, options with type, default and meaning, and an example of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from keeptrusts.cli.policy_reference.kind_examples import EXAMPLES, SUMMARIES
from keeptrusts.schemas.policy_document.kinds.options import Section
from keeptrusts.schemas.policy_document.kinds.registry import KINDS, KindSpec
from keeptrusts.schemas.policy_document.not_yet import WITHOUT_EFFECT
from keeptrusts.schemas.policy_document.sections import EntrySettings, TargetingSection

_TOP: Final = """\
# Policy kinds

Every kind that a policy file may name, with all its options. This page is made of the models that read the files:
`make docs` writes it again. `kt policy schema` prints the same as a JSON Schema for editors,
[policy-tests.md](policy-tests.md) says how to try a file out, [lint.md](lint.md) explains what the linter says, and
[detectors.md](detectors.md) what is found in texts.

```yaml
policies:
  chain:                                  # runs in this order, rbac first; a kind may stand in it more than once
    - rbac
    - pii-detector: {mode: observe}       # options of one entry
    - dlp-filter: {targeting: {scope: team, teams: [legal]}}
policy:                                   # options of all entries of a kind
  rbac: {deny_if_missing: [team]}
```

The other form, `policies: [{name: ..., type: ..., ...}]`, takes the same options beside `type`.
"""
_PHASES: Final = {
    "input": "requests",
    "output": "answers",
    "route": "the choice of a target",
    "tools": "calls of tools",
}
_PLAIN: Final = {
    "boolean": "true, false",
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "null": "none",
}


def kinds_page() -> str:
    """The whole page as Markdown."""
    parts = [_TOP, _overview(), _settings()]
    parts += [_kind(spec) for spec in KINDS.values()]
    return "\n".join(parts)


def _overview() -> str:
    rows = [
        f"| [{spec.name}](#{spec.name}) | {_judged(spec)} | {'yes' if spec.enforced else 'not yet'} | {_types(spec)} |"
        for spec in KINDS.values()
    ]
    head = "| Kind | Judges | Enforced | `type` in the list form |\n|---|---|---|---|"
    after = (
        "A kind that is not enforced yet is read and checked. In `enforce` it refuses the calls it applies to (409\n"
        "`policy_unavailable`), in `observe` and `guide` it is recorded as `not_evaluated`.\n"
    )
    return "\n".join([head, *rows, "", after])


def _settings() -> str:
    lines = ["## Every entry", "", *_table(_rows(EntrySettings, leave_out=frozenset({"targeting"})))]
    lines += [
        f"| `targeting.{name}` | {kind} | {default} | {meaning} |"
        for name, kind, default, meaning in _rows(TargetingSection)
    ]
    return "\n".join([*lines, ""])


def _kind(spec: KindSpec) -> str:
    state = "" if spec.enforced else " Not enforced by this version yet."
    lines = [f"## {spec.name}", "", f"{SUMMARIES[spec.name]} Judges {_judged(spec)}.{state}", ""]
    lines += ["```yaml", EXAMPLES[spec.name].strip("\n"), "```", ""]
    lines += _table(_rows(spec.options))
    spellings = ", ".join(f"`{alias}` for `{name}`" for alias, name in sorted(spec.options.aliases.items()))
    if spellings:
        lines += ["", f"Other spellings: {spellings}."]
    return "\n".join([*lines, ""])


def _table(rows: Iterator[tuple[str, str, str, str]]) -> list[str]:
    lines = ["| Option | Type | Default | Meaning |", "|---|---|---|---|"]
    return lines + [f"| `{name}` | {kind} | {default} | {meaning} |" for name, kind, default, meaning in rows]


def _rows(
    model: type[Section],
    prefix: str = "",
    leave_out: frozenset[str] = frozenset(),
    seen: dict[str, str] | None = None,
    root: type[Section] | None = None,
) -> Iterator[tuple[str, str, str, str]]:
    """Name, type, default and meaning of every option; parts are taken apart where they first stand."""
    seen = {} if seen is None else seen
    schema = model.model_json_schema()
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    for name, info in model.model_fields.items():
        if name in leave_out:
            continue
        written = info.alias or name
        path = f"{prefix}{written}"
        words = _meaning(root or model, path, info.description or "")
        part = _part_of(model, name)
        if part is None:
            yield path, _type(schema["properties"][written], definitions), _default(info.default), words
        elif part.__name__ in seen:
            yield path, f"as `{seen[part.__name__]}`", "", words
        else:
            kind, below = _form(schema["properties"][written])
            seen[part.__name__] = path
            yield path, kind, "", words
            yield from _rows(part, f"{path}{below}.", frozenset(), seen, root or model)


def _part_of(model: type[Section], name: str) -> type[Section] | None:
    """The section that a field holds, alone, in a list, or by name."""
    waiting: list[Any] = [model.model_fields[name].annotation]
    while waiting:
        annotation = waiting.pop()
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return annotation if issubclass(annotation, Section) else None
        waiting += getattr(annotation, "__args__", ())
    return None


def _form(schema: Mapping[str, Any]) -> tuple[str, str]:
    """How a field holds a section, and how its parts are called."""
    if isinstance(schema.get("additionalProperties"), dict):
        return "mapping by name", ".NAME"
    return ("list of mappings", "[]") if schema.get("type") == "array" else ("mapping", "")


def _meaning(root: type[Section], path: str, words: str) -> str:
    for known in WITHOUT_EFFECT:
        if root in known.kinds and ".".join(known.path) == path:
            return f"{words} *No effect in this version.*"
    return words


def _type(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _type(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in schema:
        kinds = [_type(one, definitions) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type")
    if isinstance(kind, list):
        return "US dollars" if "US dollars" in schema.get("description", "") else "text"
    if kind == "array":
        return f"list of {_type(schema.get('items', {}), definitions)}"
    if kind == "object":
        return "mapping by name"
    return _PLAIN.get(str(kind), "any") + _range(schema)


def _range(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None:
        return ""
    return f" from {least}" if most is None or most >= 10**9 else f" from {least} to {most}"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "needed"
    if value is None or value in ((), {}, ""):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"`{json.dumps(list(value))}`"
    return f"`{value}`"


def _judged(spec: KindSpec) -> str:
    return " and ".join(_PHASES[phase] for phase in spec.phases)


def _types(spec: KindSpec) -> str:
    return ", ".join(f"`{name}`" for name in (spec.name, *spec.types))
