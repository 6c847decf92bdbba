"""What a governed request costs against a bare proxy: CPU of the process, interleaved rounds of one run, medians.

Governed: key, rbac, model access, rate limit, audit; both events acknowledged by Kafka. The same upstream for both.
"""

from __future__ import annotations

import asyncio
import statistics

import pytest

from benchmarks.load import Measured, measure
from benchmarks.processes import cpu_seconds
from benchmarks.results import record
from benchmarks.side_by_side import Bench, frozen

ROUNDS = 7
REQUESTS = 2_000
BARS = {8: 2.0, 64: 1.6}
ADDED_MS_BARS = {8: {"p50": 5.0, "p99": 20.0}}


@pytest.mark.parametrize("connections", sorted(BARS))
def test_cpu_and_latency_of_a_governed_request(bench: Bench, connections: int) -> None:
    def run(pid: int, port: int, requests: int) -> tuple[float, Measured]:
        before = cpu_seconds(pid)
        measured = asyncio.run(measure(port, connections=connections, requests=requests, key=bench.key))
        return (cpu_seconds(pid) - before) / requests * 1e6, measured

    bare, governed = [], []
    with frozen(bench.followers):
        for pid, port in ((bench.proxy_pid, bench.proxy_port), (bench.gateway_pid, bench.gateway_port)):
            run(pid, port, 500)
        for _ in range(ROUNDS):
            bare.append(run(bench.proxy_pid, bench.proxy_port, REQUESTS))
            governed.append(run(bench.gateway_pid, bench.gateway_port, REQUESTS))
    bare_us = statistics.median(cpu for cpu, _ in bare)
    governed_us = statistics.median(cpu for cpu, _ in governed)
    ratio = statistics.median(after / before for (before, _), (after, _) in zip(bare, governed, strict=True))
    added = {
        name: statistics.median(
            g.percentile(share) - b.percentile(share) for (_, b), (_, g) in zip(bare, governed, strict=True)
        )
        * 1e3
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }
    what = f"governed request at {connections} connections"
    record(f"{what}, CPU against a bare proxy", ratio, "times", BARS[connections])
    record(f"{what}, CPU", governed_us, "us")
    record(f"bare proxy at {connections} connections, CPU of a request", bare_us, "us")
    bars = ADDED_MS_BARS.get(connections, {})
    for percentile, milliseconds in added.items():
        record(f"{what}, added {percentile}", milliseconds, "ms", bars.get(percentile))
    assert ratio <= BARS[connections]
    assert all(added[percentile] <= bar for percentile, bar in bars.items()), added
