"""Makes one JSON Schema (draft 2020-12) a record type from the models; gives bytes and writes nothing."""

from __future__ import annotations

from typing import Any, Final

import orjson

from keeptrusts.schemas.codec import TYPES
from keeptrusts.schemas.envelope import SPEC_VERSION
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import TYPED, VALUES

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
VALUE_PREFIX: Final = "value."
"""Values of compacted topics have no type but a kind; their files are named ``value.<kind>``."""

_TEXT: Final[dict[str, Any]] = {"type": "string", "minLength": 1}
_REQUIRED: Final = ("specversion", "id", "source", "type", "subject", "time", "org", "ledger", "actor", "data")


def generate() -> dict[str, bytes]:
    """Give every schema as file name -> UTF-8 JSON; the same models always give the same bytes.

    Events are described whole, envelope and ``data``. Fields that are not named are allowed: types only ever grow.
    """
    schemas = {name: _event(name, model) for name, model in TYPES.items()}
    schemas |= {name: _derived(name, model, "type") for name, model in TYPED.items()}
    schemas |= {f"{VALUE_PREFIX}{kind}": _derived(kind, model, "kind") for kind, model in VALUES.items()}
    return {f"{name}.json": _file(schema) for name, schema in sorted(schemas.items())}


def _event(name: str, model: type[Record]) -> dict[str, Any]:
    data = _plain(model)
    definitions = data.pop("$defs", {})
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "title": name,
        "type": "object",
        "required": list(_REQUIRED),
        "properties": {
            "specversion": {"const": SPEC_VERSION},
            "id": _TEXT | {"description": "UUIDv7, chosen by the producer"},
            "source": _TEXT | {"description": "who appended it: gateway/<name>/<incarnation>, api/..., processor/..."},
            "type": {"const": name},
            "subject": _TEXT,
            "time": _TEXT | {"format": "date-time", "description": "business time, UTC"},
            "datacontenttype": {"const": "application/json"},
            "org": _TEXT,
            "ledger": _TEXT | {"description": "the Kafka key; equals org"},
            "partitionkey": _TEXT | {"description": "equals ledger"},
            "actor": _TEXT | {"description": "<kind>:<id>"},
            "sequence": {"type": "integer", "minimum": 0, "description": "counts from 0 per source and partition"},
            "correlationid": {"type": "string", "description": "the request it belongs to"},
            "causationid": {"type": "string", "description": "the event it follows from"},
            "traceparent": {"type": "string", "description": "W3C trace context"},
            "synthetic": {"type": "boolean", "description": "made up for a demonstration"},
            "data": data,
        },
    }
    return schema | ({"$defs": definitions} if definitions else {})


def _derived(name: str, model: type[Record], discriminator: str) -> dict[str, Any]:
    schema = _plain(model)
    required = [discriminator, *schema.get("required", [])]
    return {"$schema": DIALECT} | schema | {"title": name, "required": required}


def _plain(model: type[Record]) -> dict[str, Any]:
    schema: dict[str, Any] = _tidy(model.model_json_schema(mode="validation"))
    return schema


def _tidy(node: Any) -> Any:
    """Drop what says nothing here: titles made from names, and number bounds on amounts, which are strings in JSON."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    dropped = {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"} if node.get("type") == "string" else set()
    if isinstance(node.get("title"), str):
        dropped = dropped | {"title"}
    return {key: _tidy(value) for key, value in node.items() if key not in dropped}


def _file(schema: dict[str, Any]) -> bytes:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
