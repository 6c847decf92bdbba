"""Shows one call and one refusal end to end: the call, the answer, the row, the time of each hop, the balance."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

from keeptrusts.cli.client.api import ApiClient, path_of
from keeptrusts.cli.demo.cast import REFUSED_MODEL
from keeptrusts.cli.demo.seed import DemoState
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.schemas.frozen import frozen

CALL_TIMEOUT_S: Final = 30.0
KEY_KNOWN_S: Final = 10.0
_SHOWN: Final = (
    "request_id",
    "team",
    "user",
    "model",
    "provider",
    "decision",
    "policy",
    "status",
    "cost",
    "latency_ms",
)

Say = Callable[[str], None]


@frozen
class Called:
    """A gateway's answer, and how long it took in milliseconds."""

    status: int
    headers: Mapping[str, str]
    document: dict[str, Any]
    elapsed_ms: float


def show(state: DemoState, client: ApiClient, gateway_url: str, say: Say) -> None:
    """Make the two calls and tell their story. Raises CommandFailed when a part does not answer."""
    key, team = state.keys["engineering"], state.teams["engineering"]
    _wait_until_key_is_known(gateway_url, key)
    before = _balance(client, team)
    say("")
    say("1. A call that is allowed")
    allowed = call(gateway_url, key, "gpt-4o", "Hello")
    _tell(allowed, "gpt-4o", client, say)
    say(f"   answer    {allowed.document['choices'][0]['message']['content']!r}")
    _wait_for_charge(client, allowed)
    say(f"   wallet    engineering: {before} USD before, {_balance(client, team)} USD after")
    say("")
    say("2. A call that is refused")
    refused = call(gateway_url, key, REFUSED_MODEL, "Hello")
    _tell(refused, REFUSED_MODEL, client, say)
    say(f"   message   {refused.document['error']['message']}")


def call(gateway_url: str, key: str, model: str, text: str, headers: Mapping[str, str] | None = None) -> Called:
    """POST one chat completion and read the answer, whatever its status."""
    parts = urlsplit(gateway_url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=CALL_TIMEOUT_S)
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": text}]})
    started = time.monotonic()
    try:
        sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **(headers or {})}
        connection.request("POST", "/v1/chat/completions", body=body, headers=sent)
        response = connection.getresponse()
        raw = response.read()
    finally:
        connection.close()
    return Called(
        status=response.status,
        headers={name.lower(): value for name, value in response.getheaders()},
        document=json.loads(raw),
        elapsed_ms=(time.monotonic() - started) * 1000,
    )


def _tell(called: Called, model: str, client: ApiClient, say: Say) -> None:
    request, position = called.headers["x-request-id"], called.headers["x-keeptrusts-position"]
    started = time.monotonic()
    row = client.get(path_of("v1", "events", request), {"min_position": position}).document["data"]
    seen_ms = called.elapsed_ms + (time.monotonic() - started) * 1000
    say(f'   call      POST /v1/chat/completions {{"model": "{model}", ...}}')
    say(f"   status    {called.status}, decision {called.headers['x-keeptrusts-decision']}, request {request}")
    provider = f", of which provider {row['provider_ms']} ms" if row.get("provider_ms") is not None else ""
    took = f"{called.elapsed_ms:.1f} ms{provider}"
    say(f"   gateway   recorded at position {position} before it answered, in {took}")
    say(f"   visible   in the query API {seen_ms:.0f} ms after the call began")
    say("   event     " + json.dumps({name: row.get(name) for name in _SHOWN}))


def _wait_for_charge(client: ApiClient, called: Called) -> None:
    client.get("/v1/wallets/balance", {"min_position": called.headers["x-keeptrusts-position"]})


def _balance(client: ApiClient, team: str) -> str:
    wallet: dict[str, str] = client.get(path_of("v1", "wallets", f"team:{team}")).document["data"]
    return wallet["available"]


def _wait_until_key_is_known(gateway_url: str, key: str) -> None:
    """A key made a moment ago works once the gateway has heard of it, which takes well under a second.

    Raises CommandFailed when it still does not after a while.
    """
    parts = urlsplit(gateway_url)
    deadline = time.monotonic() + KEY_KNOWN_S
    while time.monotonic() < deadline:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=CALL_TIMEOUT_S)
        try:
            connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"})
            if connection.getresponse().status == 200:
                return
        finally:
            connection.close()
        time.sleep(0.05)
    raise CommandFailed(f"the gateway at {gateway_url} does not accept the demo's key", ExitCode.UNAVAILABLE)
