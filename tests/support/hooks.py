"""An endpoint that takes webhooks in, and what it checks: signatures as the published form says, written on its own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from keeptrusts.schemas.snapshots.directory import WebhookValue
from keeptrusts.schemas.snapshots.documents import Escalation

ORG = "org_acme"
START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
TOLERANCE_S = 300


def hook(webhook: str = "whk_1", **more: Any) -> WebhookValue:
    fields: dict[str, Any] = {
        "id": webhook, "org": ORG, "url": "https://hooks.example.com/a", "events": ("escalation.*",),
        "created_at": START, "created_by": "mem_owner",
    }  # fmt: skip
    return WebhookValue(**(fields | more))


def escalation(number: int = 1, change: Any = "opened", **more: Any) -> Escalation:
    state = {"opened": "queued", "released": "queued", "breached": "queued"}.get(change, change)
    fields: dict[str, Any] = {
        "id": f"esc_{number}", "org": ORG, "change": change, "state": state, "type": "human_oversight",
        "severity": "medium", "request": f"req_{number}", "team": "team_red", "user": "mem_dev",
        "policy": "human-oversight", "reason": "review_required", "findings": {"EMAIL": 2}, "phase": "input",
        "opened_at": START, "due_at": START, "content_ref": "content-1",
    }  # fmt: skip
    return Escalation(**(fields | more))


def verified(secret: str, headers: Any, body: bytes, now_s: float) -> dict[str, Any]:
    """Check a message as a receiver does, and give its body; AssertionError says what is wrong."""
    sent_s = int(headers["webhook-timestamp"])
    assert abs(now_s - sent_s) <= TOLERANCE_S, "too old, or from the future"
    key = base64.b64decode(secret.split("_", 1)[1])
    text = f"{headers['webhook-id']}.{sent_s}.".encode() + body
    expected = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    versions = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
    assert any(name == "v1" and hmac.compare_digest(given, expected) for name, given in versions), "no signature fits"
    document = json.loads(body)
    assert set(document) == {"type", "timestamp", "data"}
    return dict(document)


@dataclass
class Endpoint:
    """Keeps what it gets, and answers what ``answer`` says; it waits for ``free`` where ``slow``."""

    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[str], int] = lambda path: 204
    slow: frozenset[str] = frozenset()
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def types(self, path: str) -> list[str]:
        return [json.loads(body)["type"] for where, _, body in self.got if where == path]

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.got.append((request.path, {name.lower(): value for name, value in request.headers.items()}, body))
        if request.path in self.slow:
            await self.free.wait()
        status = self.answer(request.path)
        return web.Response(status=status, text="thank you", headers={"Location": "http://127.0.0.1:1/"})


@asynccontextmanager
async def served(endpoint: Endpoint) -> AsyncIterator[str]:
    """Serve an endpoint on a free port; gives its URL without a path."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", endpoint.take)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
