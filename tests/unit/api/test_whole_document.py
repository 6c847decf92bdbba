"""The OpenAPI document of the whole API: every route of both halves, and every reference leads somewhere."""

from __future__ import annotations

import json
import re

from keeptrusts.cli.openapi import whole_document
from keeptrusts.gateway.command_api.operations import COMMAND_OPERATIONS
from keeptrusts.projections.query_api.routes import ROUTES


def test_every_route_is_described_once_with_a_name_of_its_own() -> None:
    document = whole_document()
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    commands = {(one.path, one.method) for one in COMMAND_OPERATIONS}
    queries = {(route.path, route.method) for route in ROUTES}
    assert commands | queries == described and not commands & queries
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    document = whole_document()
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references and references <= document["components"]["schemas"].keys()


def test_path_parameters_are_declared() -> None:
    for path, methods in whole_document()["paths"].items():
        for method, operation in methods.items():
            declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert declared == set(re.findall(r"\{([^}]+)\}", path)), f"{method} {path}"
