"""Metered callers of two gateways, and a banker: wallets run dry and are filled again, caps are reached and raised.

Who calls what follows from the seed. Every call is bounded, and every provider in it is honest about what it reports.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from http.client import HTTPException
from random import Random

from support.callers import PATIENCE_S, Caller, Door, Heard, call, read_whole
from support.checker import Seen
from support.money_checker import Price
from support.stack import Answer, Stack, request

PRICE = Price(input=1_000, output=10_000)
POLICY = """
policies: {chain: [spend-limit, audit-logger]}
policy:
  spend-limit: {daily_limit: 100}
wallets: {max_wait_seconds: 2}
providers:
  circuit_breaker: {enabled: false}
  fallback: {enabled: true, max_fallback_attempts: 1}
  targets:
    - &openai {id: openai, provider: openai, timeout_seconds: 3,
       pricing: {input: 1.00, cache_read: 1.00, cache_write: 1.00, output: 10.00}}
    - {id: spare, provider: openai, timeout_seconds: 3,
       pricing: {input: 1.00, cache_read: 1.00, cache_write: 1.00, output: 10.00}}
""".replace("&openai ", "")
PATH = "/v1/chat/completions"
FAULTS = ("status=500", "status=503", "drop", "cut=3", "cut=0", "stall=2", "no-usage", "fail=2", "garbage")
MONEY_NANO = 4_000_000
"""What a wallet gets at a time, at most: enough for the bounds of a handful of calls."""
RICH_NANO = 50_000_000_000
KNOWN_WITHIN_S = 30.0
KNOWN_IN_A_ROW = 12


@dataclass(slots=True)
class Accounts:
    """Keys of metered callers, and the names of the wallets that run dry."""

    keys: list[str] = field(default_factory=list)
    dry: list[dict[str, str | bool]] = field(default_factory=list)
    rich: str = ""
    capped: str = ""
    limit_nano: int = 0


def open_accounts(stack: Stack, suffix: str) -> Accounts:
    """One team that is rich, two that run dry, one with a person's wallet before it, one with a hard cap."""
    accounts = Accounts()
    for name, nano in (("rich", RICH_NANO), ("dry", MONEY_NANO), ("dryer", MONEY_NANO), ("capped", RICH_NANO)):
        team = _done(stack.post("/v1/teams", {"name": f"{name} {suffix}"})).json()["id"]
        _done(_fund(stack, {"team_id": team}, nano))
        person = _done(stack.post("/v1/members", {"email": f"{name}-{suffix}@kill.example"})).json()["id"]
        if name == "rich":
            accounts.rich = team
        if name in ("dry", "dryer"):
            accounts.dry.append({"team_id": team})
        if name == "dryer":
            accounts.dry.append({"user_id": person})
            _done(_fund(stack, {"user_id": person}, MONEY_NANO))
        if name == "capped":
            accounts.capped = team
            raise_cap(stack, accounts)
        body = {"name": f"{name} {suffix}", "team": team} | ({"user": person} if name == "dryer" else {})
        accounts.keys.append(_done(stack.post("/v1/keys", body)).json()["key"])
    accounts.dry.append({"organization": True})
    _done(_fund(stack, {"organization": True}, MONEY_NANO))
    return accounts


def wait_until_known(accounts: Accounts, ports: list[int]) -> None:
    """Return once every worker behind some ports has heard of every key: until then a call with it is a 401.

    Which worker takes a connection is chance, so that each port must know each key many times in a row.
    """
    deadline = time.monotonic() + KNOWN_WITHIN_S
    for port, key in itertools.product(ports, accounts.keys):
        in_a_row = 0
        while in_a_row < KNOWN_IN_A_ROW:
            assert time.monotonic() < deadline, f"port {port} has not heard of a new key within {KNOWN_WITHIN_S} s"
            known = request("GET", f"http://127.0.0.1:{port}/v1/models", token=key).status == 200
            in_a_row = in_a_row + 1 if known else 0


def raise_cap(stack: Stack, accounts: Accounts) -> Answer:
    """Let the capped team spend a little more today."""
    accounts.limit_nano += 2 * MONEY_NANO
    body = {"scope": "team", "owner": accounts.capped, "limit": _usd(accounts.limit_nano), "period": "day"}
    return stack.post("/v1/budgets", body)


class Spenders:
    """Callers, one call after another each, and the banker, until they are told to stop."""

    def __init__(self, stack: Stack, accounts: Accounts, ports: list[int], *, callers: int, seed: int) -> None:
        self.seen: list[Seen] = []
        self.redeemed = 0
        self._stack = stack
        self._accounts = accounts
        self._ports = ports
        self._stopping = asyncio.Event()
        self._tasks = [asyncio.create_task(self._spend(Random(seed * 1_000 + n), n)) for n in range(callers)]
        self._tasks.append(asyncio.create_task(self._bank(Random(seed * 1_000 + 999))))

    def answered(self) -> int:
        """How many calls have been answered whole with 200 so far."""
        return sum(seen.status == 200 and seen.whole for seen in self.seen)

    async def stop(self) -> None:
        """Let every caller end its call."""
        self._stopping.set()
        async with asyncio.timeout(PATIENCE_S * 2):
            await asyncio.gather(*self._tasks)

    async def _spend(self, rng: Random, number: int) -> None:
        keys = self._accounts.keys
        while not self._stopping.is_set():
            key = keys[number % len(keys)] if rng.random() < 0.8 else rng.choice(keys)
            door = Door(host="127.0.0.1", port=rng.choice(self._ports), key=key)
            body, stream, leaves = _asked(rng)
            heard = await _heard(door, body, rng, leaves=leaves)
            self.seen.append(heard.seen(streamed=stream))
            ticket = heard.headers.get("x-keeptrusts-ticket")
            if heard.status == 402 and ticket is not None and rng.random() < 0.3:
                await self._redeem(door, body, rng, ticket)
            if heard.status != 200:
                await self._pause(0.1 * rng.random())

    async def _redeem(self, door: Door, body: bytes, rng: Random, ticket: str) -> None:
        """Have the ticket approved from a wallet that has money, and send the same again with it."""
        path, body_of_approval = f"/v1/tickets/{ticket}/approve", {"wallet": f"team:{self._accounts.rich}"}
        approved = await asyncio.to_thread(_tried, lambda: self._stack.post(path, body_of_approval))
        if approved is None or approved.status >= 300:
            return
        again = replace(door, headers=(("X-Keeptrusts-Ticket", ticket),))
        heard = await _heard(again, body, rng, leaves=False)
        self.redeemed += heard.status == 200
        self.seen.append(heard.seen(streamed=b'"stream": true' in body))

    async def _bank(self, rng: Random) -> None:
        """Fill a wallet that runs dry or raise the cap every few moments; an API that is away is asked later."""
        while not self._stopping.is_set():
            await self._pause(0.5 + rng.random())
            if rng.random() < 0.3:
                await asyncio.to_thread(_tried, lambda: raise_cap(self._stack, self._accounts))
                continue
            await asyncio.to_thread(_tried, partial(self._fill_one, rng))

    def _fill_one(self, rng: Random) -> Answer:
        return _fund(self._stack, rng.choice(self._accounts.dry), rng.randrange(MONEY_NANO // 10, MONEY_NANO))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass


def _asked(rng: Random) -> tuple[bytes, bool, bool]:
    """One call: its body, whether it streams, and whether its caller leaves early."""
    kind = rng.random()
    stream, leaves = rng.random() < 0.5, False
    words = rng.randrange(5, 40)
    text = f"simulate: words={words}"
    if kind < 0.2:
        text = f"simulate: {rng.choice(FAULTS)}, words={words}"
    elif kind < 0.35:
        stream, leaves = True, True
        text = f"simulate: words=40, chunk-delay={rng.choice((2, 10))}"
    elif kind < 0.5:
        text = f"simulate: words={words}, latency={rng.randrange(50, 500)}"
    document = {"model": "gpt-4o", "max_tokens": 40, "messages": [{"role": "user", "content": text}]}
    return json.dumps(document | ({"stream": True} if stream else {})).encode(), stream, leaves


async def _heard(door: Door, body: bytes, rng: Random, *, leaves: bool) -> Heard:
    stays = rng.randrange(25)

    async def leave(caller: Caller, data: bytes) -> None:
        caller.writer.write(data)
        await caller.writer.drain()
        if stays == 0:
            return
        await caller.read_head()
        for _ in range(stays):
            if not await caller.read_chunk():
                return

    return await call(door, PATH, body, leave if leaves else read_whole)


def _fund(stack: Stack, where: dict[str, str | bool], nano: int) -> Answer:
    return stack.post("/v1/wallets/fund", where | {"amount": _usd(nano), "currency": "USD"})


def _done(answer: Answer) -> Answer:
    assert answer.status in (200, 201, 202), answer.body
    return answer


def _tried(ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except (OSError, HTTPException):
        return None  # the API was killed meanwhile; whether it was done, the ledger knows


def _usd(nano: int) -> str:
    return f"{nano // 10**9}.{nano % 10**9:09d}"
