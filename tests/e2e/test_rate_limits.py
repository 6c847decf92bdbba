"""Two gateways of two workers each have one limit together, through real processes, the real log and the ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.ports import free_port
from support.sdk import wait_until_known
from support.stack import Stack, listening_gateway, request

LIMIT = 60
POLICY = f"policies:\n  chain: [rate-limit, audit-logger]\npolicy:\n  rate-limit: {{requests_per_minute: {LIMIT}}}\n"
BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
CALLS = 300
ASKED = 12


@pytest.fixture(scope="module")
def ports(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of two gateways on one policy file."""
    directory = tmp_path_factory.mktemp("rates")
    policy = directory / "policy.yaml"
    policy.write_text(POLICY)
    with ExitStack() as running, ThreadPoolExecutor(2) as both:  # to start takes longer than all else
        north, south = both.map(lambda name: _gateway(running, stack, policy, name), ("north", "south"))
        ports = (north, south)
        asyncio.run(_calls(_key(stack, "rates-first", ports), ports, ASKED))  # a worker's first call takes longest
        yield ports


def _gateway(running: ExitStack, stack: Stack, policy: Path, name: str) -> int:
    port = free_port(10)
    own = ("--no-stack", "--port", str(port), "--config", str(policy), "--name", name, "--workers", "2")
    running.enter_context(listening_gateway(stack, *own, cwd=policy.parent, timeout_s=60))
    return port


def _key(stack: Stack, name: str, ports: tuple[int, ...]) -> str:
    """A key of its own for each test, whose minute is empty; every worker has heard of it."""
    team = stack.post("/v1/teams", {"name": name, "slug": name})
    assert team.status == 201, team.body
    key: str = stack.post("/v1/keys", {"team": team.json()["id"], "name": name}).json()["key"]
    for port in ports:
        for _ in range(ASKED):  # connections of their own: some of them reach each worker
            wait_until_known(f"http://127.0.0.1:{port}", key)
    return key


async def _calls(key: str, ports: tuple[int, ...], count: int) -> Counter[int]:
    """Make calls at once, spread evenly; gives how often each status came."""
    headers = {"Authorization": f"Bearer {key}"}
    connector = aiohttp.TCPConnector(limit=0, force_close=True)  # connections of their own reach all workers
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as session:

        async def call(port: int) -> int:
            url = f"http://127.0.0.1:{port}/v1/chat/completions"
            async with session.post(url, json=BODY, headers=headers) as answer:
                await answer.read()
                return answer.status

        return Counter(await asyncio.gather(*(call(ports[number % len(ports)]) for number in range(count))))


@pytest.mark.parametrize("gateways", [2, 1])
def test_calls_at_once_get_the_limit_and_no_more_over_all_gateways_and_workers(
    stack: Stack, ports: tuple[int, int], gateways: int
) -> None:
    key = _key(stack, f"rates-{gateways}", ports)
    seen = asyncio.run(_calls(key, ports[:gateways], CALLS))
    static = sum(_static(port) for port in ports)
    assert (seen, static) == ({200: LIMIT, 429: CALLS - LIMIT}, 0)


def _static(port: int) -> float:
    """How many calls were let through without the ledger's word, which takes two seconds of silence."""
    page = request("GET", f"http://127.0.0.1:{port}/metrics").body.decode()
    samples = (sample for family in text_string_to_metric_families(page) for sample in family.samples)
    return sum(sample.value for sample in samples if sample.name == "keeptrusts_gateway_rate_static_total")
