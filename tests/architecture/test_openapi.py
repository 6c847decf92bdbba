"""The stored OpenAPI document is what the routes say, and every route is in the roles table and in the document."""

from __future__ import annotations

import orjson

from keeptrusts.projections.query_api.openapi import STORED, openapi_document, stored_bytes
from keeptrusts.projections.query_api.routes import ROUTES
from keeptrusts.schemas.authorization import ROLES_TABLE

OPEN_TO_ALL = {"/v1/me", "/v1/admin/rebuild"}
"""Routes without a row of the roles table: one's own record, and one that asks for the owner itself."""


def test_the_stored_document_is_fresh() -> None:
    assert STORED.read_bytes() == stored_bytes(openapi_document(ROUTES)), (
        "stale: python -c 'from keeptrusts.projections.query_api import openapi as o, routes as r; "
        "o.STORED.write_bytes(o.stored_bytes(o.openapi_document(r.ROUTES)))'"
    )


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = orjson.loads(STORED.read_bytes())
    references: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str):
                references.add(reference)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(document)
    assert references
    assert {name.removeprefix("#/components/schemas/") for name in references} <= set(document["components"]["schemas"])


def test_every_route_has_its_row_of_the_roles_table_and_one_way_to_answer() -> None:
    for route in ROUTES:
        assert (route.action in ROLES_TABLE) != (route.path in OPEN_TO_ALL), route.path
        assert (route.handle is None) != (route.stream is None), route.path
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert len({route.operation for route in ROUTES}) == len(ROUTES)
