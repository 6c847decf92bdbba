"""A bare proxy and a governed gateway before one upstream: what is measured against each other in one run.

What only follows the log (processors, writer, ClickHouse) is frozen during the rounds: it is no part of a request, runs
elsewhere in production, and on two cores would take its caches away from the gateway, but not from the proxy.

Money needs the ledger, which the processors keep: a lease lasts 15 s, and nobody grants another while they are frozen.
So before each round they go on, catch up (``Bench.top_up``), and grant leases with room for a whole round.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from support.freezing import freeze, thaw
from support.stack import Provider, Stack, free_offset, request, running_gateway

HERE = Path(__file__).parent
FOLLOWERS = ("processors", "api")
WEALTH_USD: Final = "1000000.00"
TRIES: Final = 10
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
    """A bare proxy and a governed gateway before one upstream, and what only follows the log.

    ``key`` is that of a team without a wallet, ``paying_key`` that of one whose wallet pays each call.
    """

    proxy_pid: int
    proxy_port: int
    gateway_pid: int
    gateway_port: int
    key: str
    paying_key: str
    followers: list[int]
    top_up: Callable[[], None]
    """Gives the paying team more money; returns once the ledger has read everything that came before."""


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


def made_team(stack: Stack, name: str) -> tuple[str, str]:
    """Make a team; gives its id and a gateway key of it."""
    team = stack.post("/v1/teams", {"name": name}).json()["id"]
    return team, stack.post("/v1/keys", {"team": team, "name": name}).json()["key"]


def fund(stack: Stack, team: str) -> None:
    """Give a team more money than a run spends; returns once the ledger has done so."""
    for _ in range(TRIES):  # 202: the ledger has not come to it within the API's patience
        allocated = stack.post("/v1/wallets/allocate", {"team_id": team, "amount": WEALTH_USD, "currency": "USD"})
        if allocated.status != 202:
            break
    assert allocated.status in (200, 201), allocated.body


@contextmanager
def side_by_side(directory: Path) -> Iterator[Bench]:
    """Start everything once for all rounds."""
    (directory / "policy.yaml").write_text(POLICY)
    upstream_port, proxy_port = free_port(), free_port()
    with process("upstream.py", str(upstream_port)) as upstream:
        url = f"http://127.0.0.1:{upstream_port}"
        stack = Stack(directory, free_offset(), Provider(url, directory / "none", upstream))
        try:
            stack.up("--no-gateway")
            _, key = made_team(stack, "Bench")
            payer, paying_key = made_team(stack, "Paying")
            fund(stack, payer)
            with (
                process("bare_proxy.py", str(proxy_port), url) as proxy,
                running_gateway(stack, "--config", "policy.yaml") as gateway,
            ):
                for token in (key, paying_key):
                    while request("GET", f"{stack.gateway}/v1/models", token=token).status != 200:
                        continue
                followers = [stack.pid(name) for name in FOLLOWERS]
                port = 41002 + stack.offset
                yield Bench(
                    proxy.pid, proxy_port, gateway.pid, port, key, paying_key, followers, lambda: fund(stack, payer)
                )
        finally:
            stack.kt("down", check=False)
