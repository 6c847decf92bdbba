"""The OpenAPI 3.1 document, made from routes and the models of their answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from keeptrusts.projections.query_api.call import Parameter, Route

STORED: Final = Path(__file__).with_name("openapi.json")
_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457 problem details with an OpenAI error object beside them",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "fix": {"type": "string"},
        "field": {"type": "string"},
        "error": {"type": "object"},
    },
    "required": ["type", "title", "status", "detail", "code", "error"],
}
_STATUSES: Final = {
    "400": "A parameter is not valid",
    "401": "No valid access key",
    "403": "Not allowed",
    "404": "Not found, or not within reach",
    "422": "The question is above its limits",
    "503": "Not ready: the position asked for is not visible yet, or the store is away",
}


def openapi_document(routes: Sequence[Route], *, version: str = "1") -> dict[str, Any]:
    """Describe routes as an OpenAPI 3.1 document; equal routes give equal documents."""
    answers = sorted({route.answer for route in routes}, key=_name)
    refs, definitions = models_json_schema([(answer, "serialization") for answer in answers], ref_template=_REF)
    schemas = dict(definitions.get("$defs", {}))
    schemas["Problem"] = _PROBLEM
    paths: dict[str, Any] = {}
    for route in routes:
        answer = refs[(route.answer, "serialization")]
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, answer)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Keeptrusts API",
            "version": version,
            "summary": "What the log says: requests, usage, money, people",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:8080"}],
        "security": [{"accessKey": []}, {"apiKey": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "accessKey": {"type": "http", "scheme": "bearer", "description": "an access key, kt_ak_..."},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
        },
    }


def stored_bytes(document: dict[str, Any]) -> bytes:
    """Give the bytes that are kept in the repository."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _operation(route: Route, answer: dict[str, Any]) -> dict[str, Any]:
    media = route.media or ("text/event-stream" if route.stream is not None else "application/json")
    shown = answer if route.media is None else {"type": "string", "format": "binary"}
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.path.split("/")[2]],
        "responses": {
            "200": {"description": "The answer", "content": {media: {"schema": shown}}},
            **{status: _problem(text) for status, text in _STATUSES.items()},
        },
    }
    parameters = [*_path_parameters(route), *(_parameter(item) for item in route.parameters if item.place == "query")]
    if parameters:
        operation["parameters"] = parameters
    if route.action is not None:
        operation["x-keeptrusts-action"] = route.action
    return operation


def _path_parameters(route: Route) -> Iterable[dict[str, Any]]:
    described = {item.name: item for item in route.parameters if item.place == "path"}
    for name in re.findall(r"\{(\w+)\}", route.path):
        yield _parameter(described.get(name, Parameter(name=name, help="id", place="path")))


def _parameter(item: Parameter) -> dict[str, Any]:
    return {
        "name": item.name,
        "in": item.place,
        "description": item.help,
        "required": item.place == "path",
        "schema": dict(item.schema),
    }


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model="Problem")}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}


def _name(model: type[BaseModel]) -> str:
    return model.__name__
