"""Asks the query API in a test and checks the status."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from support.acme import OWNER, Person

Client = TestClient[web.Request, web.Application]


async def get(client: Client, path: str, person: Person = OWNER, expected: int = 200, /, **parameters: str) -> Any:
    """Ask as a person and give the JSON; an unexpected status shows the body."""
    response = await client.get(path, params=parameters, headers=person.headers)
    body = await response.json(content_type=None)
    assert response.status == expected, body
    return body
