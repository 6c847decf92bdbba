"""What a governed request costs against a bare proxy: CPU of the process, interleaved rounds of one run, medians.

Governed: key, rbac, model access, rate limit, audit; both events acknowledged by Kafka. The same upstream for both.
What only follows the log (processors, writer, ClickHouse) is frozen during the rounds: it is no part of a request, runs
elsewhere in production, and on two cores would take its caches away from the gateway, but not from the proxy.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from support.freezing import freeze, thaw
from support.stack import Provider, Stack, free_offset, request, running_gateway

from benchmarks.load import Measured, measure
from benchmarks.results import record

HERE = Path(__file__).parent
ROUNDS = 7
REQUESTS = 2_000
FOLLOWERS = ("processors", "api")
BARS = {8: 2.0, 64: 1.6}
POLICY = """
pack: {name: bench, version: 1.0.0, enabled: true}
providers:
  targets:
    - {id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}
policies:
  chain: [rbac, model-access, rate-limit, audit-logger]
policy:
  rbac: {require_auth: true, deny_if_missing: [team, role], minimum_role: member}
  model-access: {allowed_models: [gpt-*]}
  rate-limit: {requests_per_minute: 10000000}
  audit-logger: {retention_days: 365}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(script: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, str(HERE / script), *arguments], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        yield child
    finally:
        child.kill()
        child.wait()


class Bench(NamedTuple):
    """A bare proxy and a governed gateway before one upstream, and what only follows the log."""

    proxy_pid: int
    proxy_port: int
    gateway_pid: int
    gateway_port: int
    key: str
    followers: list[int]


@contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    """Keep processes still, for less than the minute after which a gateway misses its directory."""
    try:
        for pid in pids:
            freeze(pid)
        yield
    finally:
        for pid in pids:
            thaw(pid)


def cpu_seconds(pid: int) -> float:
    """Give the time all threads of a process have spent on a processor, user and system, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Start everything once for all rounds."""
    directory = tmp_path_factory.mktemp("bench")
    (directory / "policy.yaml").write_text(POLICY)
    upstream_port, proxy_port = free_port(), free_port()
    with process("upstream.py", str(upstream_port)) as upstream:
        url = f"http://127.0.0.1:{upstream_port}"
        stack = Stack(directory, free_offset(), Provider(url, directory / "none", upstream))
        try:
            stack.up("--no-gateway")
            team = stack.post("/v1/teams", {"name": "Bench"}).json()["id"]
            key = stack.post("/v1/keys", {"team": team, "name": "bench"}).json()["key"]
            with (
                process("bare_proxy.py", str(proxy_port), url) as proxy,
                running_gateway(stack, "--config", "policy.yaml") as gateway,
            ):
                while request("GET", f"{stack.gateway}/v1/models", token=key).status != 200:
                    continue
                followers = [stack.pid(name) for name in FOLLOWERS]
                yield Bench(proxy.pid, proxy_port, gateway.pid, 41002 + stack.offset, key, followers)
        finally:
            stack.kt("down", check=False)


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
    added = [
        statistics.median(
            g.percentile(share) - b.percentile(share) for (_, b), (_, g) in zip(bare, governed, strict=True)
        )
        for share in (0.5, 0.99)
    ]
    print(
        f"\n{connections} connections: bare {bare_us:.0f} us CPU a request, governed {governed_us:.0f} us, "
        f"ratio {ratio:.2f} (bar {BARS[connections]}); added latency p50 {added[0] * 1e3:.1f} ms, "
        f"p99 {added[1] * 1e3:.1f} ms"
    )
    name = f"governed request at {connections} connections"
    record(f"{name}, CPU against a bare proxy", ratio, "times", BARS[connections])
    record(f"{name}, CPU", governed_us, "us")
    record(f"{name}, added p50", added[0] * 1e3, "ms")
    record(f"{name}, added p99", added[1] * 1e3, "ms")
    assert ratio <= BARS[connections]
