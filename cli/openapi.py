"""The OpenAPI document of the whole API: the query API's routes and the command API's, which share one port."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from keeptrusts.gateway.command_api.operations import COMMAND_OPERATIONS, OperationDescription
from keeptrusts.projections.query_api.openapi import openapi_document
from keeptrusts.projections.query_api.routes import ROUTES

_REF: Final = "#/components/schemas/{model}"
_PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")
_PROBLEM: Final[dict[str, Any]] = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
}


def whole_document() -> dict[str, Any]:
    """Give the OpenAPI 3.1 document of every route on the API's port; ValueError when two models share a name."""
    document = openapi_document(ROUTES)
    models = [(one.response, "serialization") for one in COMMAND_OPERATIONS]
    models += [(one.request, "validation") for one in COMMAND_OPERATIONS if one.request is not None]
    refs, definitions = models_json_schema(sorted(set(models), key=str), ref_template=_REF)  # type: ignore[arg-type] # the modes are literals
    schemas = document["components"]["schemas"]
    for name, schema in definitions.get("$defs", {}).items():
        if schemas.get(name, schema) != schema:
            raise ValueError(f"two different models are named {name}")
        schemas[name] = schema
    for one in COMMAND_OPERATIONS:
        document["paths"].setdefault(one.path, {})[one.method.lower()] = _operation(one, refs)
    return document


def _operation(one: OperationDescription, refs: Any) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(one.status): {
            "description": "Done",
            "content": {"application/json": {"schema": refs[one.response, "serialization"]}},
        },
        "default": {"description": "Refused, with reason and fix", "content": _PROBLEM},
    }
    if one.may_be_pending:
        answers["202"] = {"description": "Recorded, not decided yet: ask the URL in Location"}
    operation: dict[str, Any] = {
        "operationId": _name(one),
        "summary": one.summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _PARAMETER.findall(one.path)
        ],
        "responses": answers,
    }
    if one.request is not None:
        body = {"application/json": {"schema": refs[one.request, "validation"]}}
        operation["requestBody"] = {"required": True, "content": body}
        operation["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "Repeating a request with the same key does it only once",
                "schema": {"type": "string", "maxLength": 200},
            }
        )
    return operation


def _name(one: OperationDescription) -> str:
    words = [word for word in re.split(r"[^a-z]+", f"{one.method} {one.path}".lower()) if word and word != "v"]
    return words[0] + "".join(word.title() for word in words[1:])
