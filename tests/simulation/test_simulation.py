"""Whatever a seed brings, nothing is overspent, nothing is charged twice, and no payable call is refused for good.

`make test` runs a fixed hundred seeds, `make chaos` as many as fit into its time. A failing seed is run again exactly
by `simulate(seed)`: all chance and all time come from it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keeptrusts.gateway.pipeline.spending import Spending
from keeptrusts.gateway.wallets.lease_book import LeaseBook
from keeptrusts.schemas.publishing import Ack
from keeptrusts.stream_processors.authority.money import holds
from tests.simulation.run import Simulation, simulate
from tests.simulation.virtual_time import run_in_virtual_time

SEEDS = range(100)
CHAOS_SECONDS = int(os.environ.get("CHAOS_SECONDS", "0"))
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of lost records are thousands of warnings."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_a_hundred_seeds_keep_every_promise() -> None:
    statuses: Counter[int] = Counter()
    outcomes: Counter[str] = Counter()
    tickets: Counter[str] = Counter()
    for seed in SEEDS:
        seen = simulate(seed)
        assert seen.violations == [], f"seed {seed}"
        statuses += seen.statuses
        outcomes += seen.outcomes
        tickets += seen.tickets
    print(f"\n{dict(sorted(statuses.items()))}\n{dict(sorted(outcomes.items()))}\n{dict(sorted(tickets.items()))}")
    # The hundred are no idle walk: calls are answered, refused, held again, presumed, parked, funded and approved.
    assert statuses[200] > 1_000 and statuses[402] > 50 and statuses[429] > 10
    assert min(outcomes[one] for one in ("settled", "voided", "attempted", "hold_rejected", "returned")) > 0
    assert min(tickets[one] for one in ("funded", "parked", "cancelled", "approved", "denied")) > 0


@pytest.mark.skipif(not CHAOS_SECONDS, reason="make chaos runs as many seeds as fit into its time")
def test_as_many_seeds_as_there_is_time_for() -> None:
    until, seed = time.monotonic() + CHAOS_SECONDS, int(os.environ.get("CHAOS_SEED", "1000"))
    done = 0
    while time.monotonic() < until:
        assert simulate(seed).violations == [], f"seed {seed}"
        seed, done = seed + 1, done + 1
    print(f"\n{done} seeds kept every promise, the last was {seed - 1}")


def test_a_seed_gives_the_same_run_in_every_process() -> None:
    """Also where texts have other hashes: nothing depends on the order of a set."""
    script = (
        "import hashlib, logging; logging.disable(logging.CRITICAL)\n"
        "from tests.simulation.run import Simulation\n"
        "from tests.simulation.virtual_time import run_in_virtual_time\n"
        "made = Simulation(7); run_in_virtual_time(made.run())\n"
        "print(hashlib.sha256(b''.join(made.ledger.entries)).hexdigest())"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), *sys.path])
    printed = set()
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        printed.add(done.stdout)
    assert len(printed) == 1


def no_fence(self: Spending, ack: Ack, asked_ns: int) -> bool:
    return True


def take_without_noting(self: LeaseBook, *arguments: Any) -> Any:
    taken = REAL_ADMIT(self, *arguments)
    for lease in () if taken is None else taken.leases:
        lease.used -= taken.amount
    return taken


def hand_back(draft: Any, held: Any) -> None:
    holds._end(draft, held, "voided", 0)


REAL_ADMIT = LeaseBook.admit
MUTANTS: list[tuple[str, Any, str, Callable[..., Any]]] = [
    ("a gateway dispatches although its lease has ended", Spending, "may_dispatch", no_fence),
    ("a lease book does not note what it takes", LeaseBook, "admit", take_without_noting),
    ("a hold without end is handed back", holds, "presume", hand_back),
]


@pytest.mark.parametrize(("name", "where", "attribute", "broken"), MUTANTS, ids=[mutant[0] for mutant in MUTANTS])
def test_a_broken_rule_is_seen_within_a_few_seeds(
    name: str, where: Any, attribute: str, broken: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, attribute, broken)
    assert any(simulate(seed).violations for seed in range(10))


def test_a_ledger_that_is_killed_again_and_again_goes_on_where_it_was() -> None:
    made = Simulation(3)
    run_in_virtual_time(made.run())
    assert made.ledger.kills > 0 and made.seen.violations == []
