"""Everything that handles money is killed and frozen while wallets run dry; afterwards each nano-dollar is asked for.

Short within `make test`; `make chaos` goes on for CHAOS_SECONDS, with pauses longer than a lease lives. The seed is
printed; CHAOS_SEED repeats the same callers and the same order of faults.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.checker import Evidence, Logged, as_table, check
from support.killing import Killer, OwnGateway
from support.left_behind import read_log, read_rows
from support.money_checker import MoneyEvidence, as_money_table, check_money
from support.money_left_behind import read_balances, read_entries, read_holds
from support.spenders import POLICY, PRICE, Spenders, open_accounts, wait_until_known
from support.stack import Stack

from keeptrusts.schemas.money import parse_usd

SHORT_S = 20.0
SECONDS = float(os.environ.get("CHAOS_SECONDS", SHORT_S))
LONG = SECONDS > SHORT_S
CALLERS = 16 if LONG else 8
FROZEN_S = 22.0 if LONG else 2.0
"""In the long form longer than TTL + GRACE."""
REST_S = 60.0
STARTED_S = 120.0

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(slots=True)
class Beginning:
    """What was there before: other calls of the same stack are another test's."""

    billed: int
    names: frozenset[str]
    requests: set[str] = field(default_factory=set)


@pytest.fixture
def gateways(stack: Stack, tmp_path: Path) -> Iterator[list[OwnGateway]]:
    """Two gateways of two workers each."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    own = [OwnGateway(stack, f"kill-{name}", policy) for name in "ab"]
    try:
        for gateway in own:
            gateway.start()
        deadline = time.monotonic() + STARTED_S
        while not all(gateway.ready() for gateway in own):
            assert time.monotonic() < deadline, "\n".join(one.account() for one in own)
            time.sleep(0.1)
        yield own
    finally:
        for gateway in own:
            gateway.stop()


async def test_no_nano_dollar_is_lost_doubled_or_overspent_whatever_is_killed(
    stack: Stack, gateways: list[OwnGateway]
) -> None:
    seed = int(os.environ.get("CHAOS_SEED", random.randrange(1_000_000)))
    print(f"\nCHAOS_SEED={seed} CHAOS_SECONDS={SECONDS:g}")
    rng = random.Random(seed)
    beginning = Beginning(billed=len(stack.provider.bill()), names=frozenset(one.name for one in gateways))
    accounts = await asyncio.to_thread(open_accounts, stack, str(seed))
    ports = [one.port for one in gateways]
    await asyncio.to_thread(wait_until_known, accounts, ports)
    spenders = Spenders(stack, accounts, ports, callers=CALLERS, seed=seed)
    killer = Killer(stack, gateways, rng, spenders.answered, FROZEN_S)
    until = time.monotonic() + SECONDS
    try:
        await killer.recovered()
        while True:
            for faults in killer.long_round() if LONG else killer.short_round():
                started = time.monotonic()
                await asyncio.gather(*(fault() for fault in faults))
                took, names = time.monotonic() - started, " and ".join(fault.__name__ for fault in faults)
                print(f"{names}: {took:.1f} s, answered again {await killer.recovered():.1f} s later")
            if not LONG or time.monotonic() > until:
                break
    finally:
        await spenders.stop()
    await asyncio.gather(*(asyncio.to_thread(gateway.stop) for gateway in gateways))
    print(f"{killer.count} kills and pauses, {spenders.redeemed} tickets redeemed")
    await audit(stack, beginning, spenders, killer)


async def audit(stack: Stack, beginning: Beginning, spenders: Spenders, killer: Killer) -> None:
    evidence = await at_rest(stack, beginning, spenders, killer)
    last = (await read_log(stack))[0][-1].position
    rows = await asyncio.to_thread(read_rows, stack, last)
    mine = {record.event.data.request for record in evidence.log if hasattr(record.event.data, "request")}
    rows = [row for row in rows if row["request_id"] in mine]
    evidence = MoneyEvidence(
        seen=evidence.seen, bill=evidence.bill, price=PRICE, log=evidence.log, entries=evidence.entries,
        kills=evidence.kills, outages=evidence.outages, last_words=evidence.last_words,
        shown=await asyncio.to_thread(read_balances, stack, last),
        shown_holds=await asyncio.to_thread(read_holds, stack, last),
        shown_costs={row["request_id"]: None if row["cost"] is None else parse_usd(row["cost"]) for row in rows},
    )  # fmt: skip
    findings = check_money(evidence)
    print(as_money_table(evidence, findings))
    dead = frozenset(f"gateway/{name}/{one}" for name in beginning.names for one in evidence.dead)
    calls = Evidence(seen=evidence.seen, bill=evidence.bill, log=evidence.log, rows=rows, killed=dead)
    called = check(calls)
    print(as_table(calls, called))
    assert findings == []
    assert called == []


async def at_rest(stack: Stack, beginning: Beginning, spenders: Spenders, killer: Killer) -> MoneyEvidence:
    """Everything but the projection, once no lease holds money, or when it should have been so long ago."""
    deadline = time.monotonic() + REST_S
    while True:
        log, latest = await read_log(stack)
        own = [record for record in log if is_of(beginning, record)]
        evidence = MoneyEvidence(
            seen=spenders.seen, bill=stack.provider.bill()[beginning.billed :], price=PRICE, log=own,
            entries=await read_entries(stack), kills=killer.kills, outages=killer.outages, last_words=latest,
        )  # fmt: skip
        if all(lease.closed_ms is not None for lease in evidence.books.leases.values()):
            return evidence
        if time.monotonic() > deadline:
            return evidence  # the audit names them
        await asyncio.sleep(0.5)


def is_of(beginning: Beginning, record: Logged) -> bool:
    """Say whether a record is of this test's gateways, or of the ledger about one of their calls."""
    kind, _, rest = record.event.source.partition("/")
    return kind == "gateway" and rest.partition("/")[0] in beginning.names
