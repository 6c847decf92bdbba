"""What a governed request costs against a bare proxy: CPU of the process, interleaved rounds of one run, medians.

Governed: key, rbac, model access, rate limit, audit; both events acknowledged by Kafka. With money: a wallet pays as
well, so that the decision carries a hold on a lease and the completion its settlement. The same upstream for all.
"""

from __future__ import annotations

import asyncio
import statistics

import pytest

from benchmarks.gateway_metrics import metrics
from benchmarks.load import Measured, RefusedError, measure
from benchmarks.processes import cpu_seconds
from benchmarks.results import record
from benchmarks.side_by_side import Bench, frozen

ROUNDS = 15
REQUESTS = 1_000
TRIES = 5
BARS = {8: 2.0, 64: 1.6}
ADDED_MS_BARS = {8: {"p50": 5.0, "p99": 20.0}}
WARM_UP, MOST_WARM_UPS = 250, 80
COST_NANO, HOLD_NANO = 1_100_000, 43_000_000
"""What one call to the upstream costs, and a little more than what is held for it."""

Run = tuple[float, Measured]
"""CPU of a request in microseconds, and what its callers saw."""


@pytest.mark.parametrize("connections", sorted(BARS))
def test_cpu_and_latency_of_a_governed_request(bench: Bench, connections: int) -> None:
    def run(pid: int, port: int, key: str, requests: int = REQUESTS) -> Run:
        before = cpu_seconds(pid)
        measured = asyncio.run(measure(port, connections=connections, requests=requests, key=key))
        return (cpu_seconds(pid) - before) / requests * 1e6, measured

    def governed(key: str, requests: int = REQUESTS) -> Run:
        return run(bench.gateway_pid, bench.gateway_port, key, requests)

    def fill_leases() -> None:
        """Send calls until a lease has come whose room lasts for a round: such a one has most of its life left."""
        needed = (REQUESTS + WARM_UP) * COST_NANO + connections * HOLD_NANO
        bench.top_up()
        room, grown = lease_metric(bench, "room_nano_usd"), False
        for _ in range(MOST_WARM_UPS):
            governed(bench.paying_key, WARM_UP)
            before, room = room, lease_metric(bench, "room_nano_usd")
            grown = grown or room > before
            if grown and room >= needed:
                return
        raise AssertionError("the gateway never had leases for a whole round")

    def rounds(first: int) -> tuple[Run, Run, Run]:
        """Measure bare, plain and with money in one frozen stretch, in which nobody had to wait for a lease.

        Each is the first in its turn: what still works for the log after the stretch's beginning slows the first down.
        """
        measured = [
            lambda: run(bench.proxy_pid, bench.proxy_port, bench.key),
            lambda: governed(bench.key),
            lambda: governed(bench.paying_key),
        ]
        for _ in range(TRIES):
            fill_leases()
            with frozen(bench.followers):
                waited = lease_metric(bench, "wait_seconds_count")
                try:
                    governed(bench.paying_key, WARM_UP)
                    runs = {turn % 3: measured[turn % 3]() for turn in range(first, first + 3)}
                except RefusedError:
                    if lease_metric(bench, "wait_seconds_count") == waited:
                        raise
                    continue  # nobody grants leases while the ledger is frozen
                if lease_metric(bench, "wait_seconds_count") == waited:
                    return runs[0], runs[1], runs[2]
        raise AssertionError(f"in {TRIES} rounds in a row somebody waited for a lease")

    bare, plain, money = (list(one) for one in zip(*map(rounds, range(ROUNDS)), strict=True))
    record(
        f"bare proxy at {connections} connections, CPU of a request", statistics.median(cpu for cpu, _ in bare), "us"
    )
    kept = [
        _compared(f"governed request at {connections} connections", connections, bare, plain),
        _compared(f"governed request with money at {connections} connections", connections, bare, money),
    ]
    assert all(kept)


def lease_metric(bench: Bench, name: str) -> float:
    return metrics(bench.gateway_port)[f"keeptrusts_gateway_lease_{name}"]


def _compared(what: str, connections: int, bare: list[Run], governed: list[Run]) -> bool:
    """Record what was added to the proxy's figures; says whether every bar is kept."""
    ratio = statistics.median(after / before for (before, _), (after, _) in zip(bare, governed, strict=True))
    record(f"{what}, CPU against a bare proxy", ratio, "times", BARS[connections])
    record(f"{what}, CPU", statistics.median(cpu for cpu, _ in governed), "us")
    bars = ADDED_MS_BARS.get(connections, {})
    kept = ratio <= BARS[connections]
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        added = [g.percentile(share) - b.percentile(share) for (_, b), (_, g) in zip(bare, governed, strict=True)]
        milliseconds = statistics.median(added) * 1e3
        record(f"{what}, added {name}", milliseconds, "ms", bars.get(name))
        kept = kept and milliseconds <= bars.get(name, milliseconds)
    return kept
