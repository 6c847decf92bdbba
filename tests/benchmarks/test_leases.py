"""What admission costs, and how many requests wait for a lease while fifty wallets are in use at once.

The ledger runs beside the gateway, as it must; the writer and the API are frozen.
"""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest
from support.stack import Provider, Stack, free_offset, request, running_gateway

from benchmarks.gateway_metrics import metrics
from benchmarks.load import BODY
from benchmarks.results import record
from benchmarks.side_by_side import POLICY, free_port, frozen, fund, made_team, process
from keeptrusts.gateway.wallets.lease_book import LeaseBook
from keeptrusts.gateway.wallets.leases import Payers
from keeptrusts.schemas.snapshots.grants import LeaseGranted

ADMISSIONS, ROUNDS = 20_000, 5
ADMISSION_BAR_US = 5.0
WALLETS, RATE, SECONDS = 50, 500, 20
CONNECTIONS = 64
WAITING_BAR_PERCENT = 1.0
BOUND, COST = 40_000_000, 1_000_000
WAITS = "keeptrusts_gateway_lease_wait_seconds"


def test_admission_takes_microseconds() -> None:
    """A hold of one wallet's lease, while eight others are open; what ends it is not counted."""
    payers = Payers.of(("team:t",), ("team:t",))
    fastest = float("inf")
    for _ in range(ROUNDS):
        book = LeaseBook()
        book.granted(
            LeaseGranted(
                ledger="o", lease="1/1", incarnation="i", account="team:t", granted=10**15, expires_at_ms=15_000,
                causationid="e",
            ),
            0,
        )  # fmt: skip
        spent_ns = 0
        for number in range(ADMISSIONS):
            began_ns = time.process_time_ns()
            taken = book.admit(f"{number}/1", payers, BOUND, 1)
            spent_ns += time.process_time_ns() - began_ns
            assert taken is not None
            if number >= 8:
                book.settled(f"{number - 8}/1", COST)
        fastest = min(fastest, spent_ns / ADMISSIONS / 1e3)
    record("admission of a call with money", fastest, "us", ADMISSION_BAR_US)
    assert fastest <= ADMISSION_BAR_US


async def test_hardly_a_request_waits_for_a_lease(tmp_path_factory: pytest.TempPathFactory) -> None:
    """After each wallet's first request, which waits because nothing is lent yet, leases are there before they are
    needed."""
    directory = tmp_path_factory.mktemp("leases")
    (directory / "policy.yaml").write_text(POLICY)
    upstream_port = free_port()
    with process("upstream.py", str(upstream_port)) as upstream:
        stack = Stack(
            directory, free_offset(), Provider(f"http://127.0.0.1:{upstream_port}", directory / "no", upstream)
        )
        try:
            stack.up("--no-gateway")
            teams = [made_team(stack, f"Team {number}") for number in range(WALLETS)]
            for team, _ in teams:
                fund(stack, team)
            keys = [key for _, key in teams]
            with running_gateway(stack, "--config", "policy.yaml"):
                for key in keys:
                    while request("GET", f"{stack.gateway}/v1/models", token=key).status != 200:
                        continue
                with frozen([stack.pid("api")]):
                    await _measure(stack, keys)
        finally:
            stack.kt("down", check=False)


async def _measure(stack: Stack, keys: list[str]) -> None:
    port = 41002 + stack.offset
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)  # where the machine cannot keep up, callers queue here
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one(number: int, at: float) -> None:
            await asyncio.sleep(at - time.monotonic())  # the rate of the load is what is measured
            headers = {"Authorization": f"Bearer {keys[number % WALLETS]}"}
            url = f"{stack.gateway}/v1/chat/completions"
            async with session.post(url, data=BODY, headers=headers) as answer:
                assert answer.status == 200, await answer.text()

        async def load(seconds: int) -> None:
            start = time.monotonic() + 0.5
            await asyncio.gather(*(one(n, start + n / RATE) for n in range(RATE * seconds)))

        async with asyncio.timeout(180):
            before = metrics(port)
            for number in range(WALLETS):
                await one(number, time.monotonic())
            cold = metrics(port)
            await load(1)
            warm = metrics(port)
            began = time.monotonic()
            await load(SECONDS)
            reached, after = RATE * SECONDS / (time.monotonic() - began), metrics(port)
    first = (cold[WAITS + "_sum"] - before[WAITS + "_sum"]) / (cold[WAITS + "_count"] - before[WAITS + "_count"])
    share = (after[WAITS + "_count"] - warm[WAITS + "_count"]) / (RATE * SECONDS) * 100
    what = f"{RATE} requests/s over {WALLETS} wallets"
    record("a cold wallet's first request waits for its lease, mean", first * 1e3, "ms")
    record(f"{what}, requests that wait for a lease", share, "% of requests", WAITING_BAR_PERCENT)
    record(f"{what}, rate that was reached", reached, "requests/s")
    assert share <= WAITING_BAR_PERCENT
