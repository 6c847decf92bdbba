"""The budget race: a thousand calls at once through two gateways of two workers each, against money for a hundred.

Where a call costs what it may cost at most, exactly a hundred are answered and the wallet is at zero. Where it costs
a third of that, calls that the money can still pay wait and are served as holds settle, and never one more.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import pytest
from support.ports import free_port
from support.stack import Stack, listening_gateway

from keeptrusts.schemas.money import parse_usd

CALLS = 1_000
PAYABLE = 100
TOKENS = 40
NANO_A_TOKEN = 10_000
COST = TOKENS * NANO_A_TOKEN
"""Input is free here, so that a call's cost is its output, of which the simulated provider makes as much as asked."""
POLICY = """
policies: {chain: [audit-logger]}
wallets: {max_wait_seconds: %d}
providers:
  targets:
    - {id: openai, pricing: {input: 0, cache_read: 0, cache_write: 0, output: 10.00}}
"""
ANSWERED_BY_S = 60
AT_REST_BY_S = 30


@dataclass(slots=True)
class Race:
    """What a thousand callers saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    tickets: list[str] = field(default_factory=list)
    untold: list[Any] = field(default_factory=list)


@pytest.fixture(scope="module")
def gateways(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    """Two gateways of two workers each. What can be paid is paid within two seconds; the rest waits for nothing."""
    directory = tmp_path_factory.mktemp("race")
    policy = directory / "policy.yaml"
    policy.write_text(POLICY % 10)
    ports = [free_port(10), free_port(10)]
    own = ("--no-stack", "--config", str(policy), "--workers", "2")
    with (
        listening_gateway(stack, *own, "--port", str(ports[0]), "--name", "race-a", cwd=directory, timeout_s=60),
        listening_gateway(stack, *own, "--port", str(ports[1]), "--name", "race-b", cwd=directory, timeout_s=60),
    ):
        yield ports


def team_with(stack: Stack, name: str, nano: int) -> tuple[str, str]:
    """Make a team with so much money; gives its id and a gateway key of it."""
    team = stack.post("/v1/teams", {"name": name}).json()["id"]
    amount = f"{nano // 10**9}.{nano % 10**9:09d}"
    allocated = stack.post("/v1/wallets/allocate", {"team_id": team, "amount": amount, "currency": "USD"})
    assert allocated.status in (200, 201, 202), allocated.body
    key = stack.post("/v1/keys", {"name": name, "team": team})
    assert key.status in (200, 201, 202), key.body
    return team, key.json()["key"]


async def race(ports: list[int], key: str, *, limit: int, stream: bool) -> Race:
    seen = Race()
    body = {
        "model": "gpt-4o",
        "max_tokens": limit,
        "stream": stream,
        "messages": [{"role": "user", "content": f"simulate: words={TOKENS}"}],
    } | ({"stream_options": {"include_usage": True}} if stream else {})
    timeout = aiohttp.ClientTimeout(total=ANSWERED_BY_S)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:

        async def one(number: int) -> None:
            url = f"http://127.0.0.1:{ports[number % 2]}/v1/chat/completions"
            async with session.post(url, json=body, headers={"Authorization": f"Bearer {key}"}) as answer:
                content = await answer.read()
            seen.statuses[answer.status] += 1
            if answer.status == 200:
                assert not stream or b"[DONE]" in content
            elif answer.status == 402:
                document = orjson.loads(content)
                assert answer.headers["x-should-retry"] == "false"
                seen.tickets.append(answer.headers["x-keeptrusts-ticket"])
                assert seen.tickets[-1] in document["detail"]
            else:
                seen.untold.append(content)

        await asyncio.gather(*(one(number) for number in range(CALLS)))
    return seen


def at_rest(stack: Stack, team: str) -> tuple[int, int]:
    """Give what the wallet has available and has spent, in nano-USD, once no lease holds any of it."""
    deadline = time.monotonic() + AT_REST_BY_S
    while True:
        wallet = stack.get(f"/v1/wallets/team:{team}").json()["data"]
        if parse_usd(wallet["leased"]) == 0:
            return parse_usd(wallet["available"]), parse_usd(wallet["spent"])
        assert time.monotonic() < deadline, f"leases still hold money: {wallet}"
        time.sleep(0.2)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streaming"])
def test_exactly_as_many_as_the_money_pays_are_answered(stack: Stack, gateways: list[int], stream: bool) -> None:
    team, key = team_with(stack, f"Race exact {stream}", PAYABLE * COST)
    seen = asyncio.run(race(gateways, key, limit=TOKENS, stream=stream))
    assert seen.statuses == {200: PAYABLE, 402: CALLS - PAYABLE}, (seen.statuses, seen.untold[:3])
    assert len(set(seen.tickets)) == CALLS - PAYABLE
    assert at_rest(stack, team) == (0, PAYABLE * COST)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streaming"])
def test_no_payable_call_is_refused_while_money_may_come_back(stack: Stack, gateways: list[int], stream: bool) -> None:
    team, key = team_with(stack, f"Race third {stream}", PAYABLE * COST)
    seen = asyncio.run(race(gateways, key, limit=3 * TOKENS, stream=stream))
    assert set(seen.statuses) == {200, 402}, (seen.statuses, seen.untold[:3])
    assert len(set(seen.tickets)) == seen.statuses[402]
    left, spent = at_rest(stack, team)
    assert (left, spent) == (PAYABLE * COST - seen.statuses[200] * COST, seen.statuses[200] * COST)
    assert 0 <= left < 3 * COST, "less than one call's upper bound is left over"
