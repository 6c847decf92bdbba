"""Says which part of a JSON Schema Gemini cannot take; what it takes is given on as it came.

The keywords are those of https://ai.google.dev/gemini-api/docs/structured-output (JSON Schema support) and of the
Schema object that it turns them into (https://ai.google.dev/api/caching#Schema).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.gateway.providers.translate.chat_turns import Unsayable

_TAKEN: Final = frozenset(
    {
        "$anchor", "$defs", "$id", "$ref", "additionalProperties", "anyOf", "default", "definitions", "deprecated",
        "description", "enum", "example", "examples", "format", "items", "maxItems", "maxLength", "maxProperties",
        "maximum", "minItems", "minLength", "minProperties", "minimum", "nullable", "oneOf", "pattern", "prefixItems",
        "properties", "propertyOrdering", "readOnly", "required", "title", "type", "writeOnly",
    }
)  # fmt: skip
_REMARKS: Final = frozenset({"$schema", "$comment"})
"""Keywords that describe the schema itself; they constrain nothing and are left out."""
_OF_NAMES: Final = frozenset({"properties", "$defs", "definitions"})
_OF_MANY: Final = frozenset({"anyOf", "oneOf", "prefixItems"})
_OF_ONE: Final = frozenset({"items", "additionalProperties"})
_DEPTH: Final = 64


def gemini_schema(schema: Mapping[str, Any], path: str, depth: int = 0) -> dict[str, Any]:
    """Give the schema for Gemini; raises Unsayable with the path of the first keyword that it cannot take."""
    if depth > _DEPTH:
        raise Unsayable(path, f"is nested more than {_DEPTH} levels deep", "Use $ref")
    written: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _REMARKS:
            continue
        here = f"{path}.{keyword}"
        if keyword == "const":
            # One allowed value is a list of allowed values with one member.
            written["enum"] = [value]
        elif keyword in _TAKEN:
            written[keyword] = _inner(keyword, value, here, depth + 1)
        else:
            raise Unsayable(here, "is a JSON Schema keyword that Gemini does not know", "Say it in the description")
    return written


def _inner(keyword: str, value: Any, path: str, depth: int) -> Any:
    if keyword in _OF_NAMES and isinstance(value, dict):
        return {name: _one(inner, f"{path}.{name}", depth) for name, inner in value.items()}
    if keyword in _OF_MANY and isinstance(value, list):
        return [_one(inner, f"{path}[{index}]", depth) for index, inner in enumerate(value)]
    if keyword in _OF_ONE:
        return _one(value, path, depth)
    return value


def _one(schema: Any, path: str, depth: int) -> Any:
    return gemini_schema(schema, path, depth) if isinstance(schema, dict) else schema
