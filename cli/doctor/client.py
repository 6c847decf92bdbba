"""How checks talk to gateway and API: one answer, read whole, within the check's own time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

import aiohttp
import orjson

from keeptrusts.schemas.frozen import frozen


@frozen
class Answer:
    """Status, headers (lower case) and decoded body; ``document`` is empty when the body is no JSON object."""

    status: int
    headers: Mapping[str, str]
    document: Mapping[str, Any]


@frozen
class Client:
    """One session for all checks."""

    session: aiohttp.ClientSession
    api_url: str
    gateway_url: str
    token: str | None = field(repr=False)
    gateway_key: str | None = field(repr=False)

    async def api(self, path: str) -> Answer:
        """GET a path of the API with the access key."""
        return await self._get(self.api_url + path, self.token)

    async def gateway(self, path: str) -> Answer:
        """GET a path of the gateway with the gateway key."""
        return await self._get(self.gateway_url + path, self.gateway_key)

    async def _get(self, url: str, key: str | None) -> Answer:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with self.session.get(url, headers=headers, allow_redirects=False) as response:
            body = await response.read()
            try:
                document = orjson.loads(body)
            except orjson.JSONDecodeError:
                document = {}
            return Answer(
                status=response.status,
                headers={name.lower(): value for name, value in response.headers.items()},
                document=document if isinstance(document, dict) else {},
            )
