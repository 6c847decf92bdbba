"""What the ledger keeps of budgets whose period is over: all of it while something can still move, then nothing."""

from __future__ import annotations

from support.ledger import USD
from support.money import ENG, Money, claim, funded

from keeptrusts.schemas.events.money import LeaseRequested
from keeptrusts.schemas.snapshots.grants import LeaseGranted
from keeptrusts.schemas.snapshots.ledger import LIMITS
from keeptrusts.stream_processors.authority.sizes import CORRECTABLE_MS, GRACE_MS, LONGEST_HOLD_MS, PERIOD_KEPT_MS

CAP = "cap:team:team_eng/day"
DAY_MS = 24 * 3600 * 1000
MOMENT_MS = 10_000
"""More than the few seconds that the next records take."""


def leases(money: Money, usd: int) -> list[LeaseGranted]:
    return money.ask(usd * USD, cascade=(ENG,), budgets=(claim(CAP, 5, period="day"),))


def of_caps(money: Money) -> dict[str, int]:
    return {name.removeprefix(CAP): usd for name, usd in money.balances().items() if name.startswith(CAP)}


def pass_time_until(money: Money, at_ms: int) -> None:
    money.pass_time(at_ms - money.ledger.now_ms)


def only_period_ends_ms(money: Money) -> int:
    [period] = money.ledger.state.money.periods.values()
    return period.ends_ms


def test_a_period_is_kept_for_a_while_and_then_leaves_no_account() -> None:
    money = funded(eng=10)
    money.decide("r1", 3 * USD, *leases(money, 3))
    money.complete("r1", 2 * USD)
    spent = money.accounts(ENG)[2]
    over_ms = only_period_ends_ms(money) + PERIOD_KEPT_MS
    pass_time_until(money, over_ms - MOMENT_MS)
    assert of_caps(money) == {"/2026-04-01/available": 3 * USD, "/2026-04-01/spent": 2 * USD}
    assert money.balances()[LIMITS] == -5 * USD
    pass_time_until(money, over_ms + MOMENT_MS)
    entry = money.ledger.entries[-1]
    assert ([change.kind for change in entry.changes], entry.postings) == (["budget_period_closed"], ())
    assert (of_caps(money), money.ledger.state.money.periods) == ({}, {})
    assert LIMITS not in money.balances() and sum(money.balances().values()) == 0
    assert money.accounts(ENG)[2] == spent


def test_the_longest_hold_can_be_corrected_to_its_last_moment_although_its_period_is_long_over() -> None:
    money = funded(eng=10)
    leases(money, 1)
    ends_ms = only_period_ends_ms(money)
    pass_time_until(money, ends_ms - MOMENT_MS)
    decision = money.decision("r1", 3 * USD, *leases(money, 3))
    assert decision.hold is not None
    hold = decision.hold.model_copy(
        update={"deadline_at": money.hold("r1/1", 1, minutes=LONGEST_HOLD_MS // 60_000).deadline_at}
    )
    money.tell(decision.model_copy(update={"hold": hold}))
    pass_time_until(money, ends_ms + LONGEST_HOLD_MS)
    assert "r1/1" in money.ledger.state.money.presumed
    pass_time_until(money, ends_ms + LONGEST_HOLD_MS + CORRECTABLE_MS - MOMENT_MS)
    assert money.settle("r1/1", 2 * USD).outcome == "corrected"
    assert of_caps(money) == {"/2026-04-01/available": 3 * USD, "/2026-04-01/spent": 2 * USD}
    assert PERIOD_KEPT_MS > LONGEST_HOLD_MS + CORRECTABLE_MS + GRACE_MS


def test_a_cap_a_day_takes_no_more_memory_after_a_year_than_after_a_week() -> None:
    money, most = funded(eng=1000), 0
    for day in range(365):
        money.decide(f"r{day}", USD, *leases(money, 1))
        money.complete(f"r{day}", USD)
        money.pass_time(DAY_MS)
        state = money.ledger.state
        if day == 7:
            most = len(state.accounts)
        assert day <= 7 or (len(state.accounts), len(state.money.periods)) == (most, 2)
        assert len(state.money.timers) <= 5


def test_a_late_record_of_a_past_period_opens_it_again_for_a_moment_only() -> None:
    money = funded(eng=10)
    leases(money, 1)
    ends_ms = only_period_ends_ms(money)
    pass_time_until(money, ends_ms + PERIOD_KEPT_MS + MOMENT_MS)
    asked = LeaseRequested(incarnation="a", cascade=(ENG,), budgets=(claim(CAP, 5, period="day"),), need=1, wanted=1)
    money.tell(asked, at_ms=ends_ms - MOMENT_MS)
    assert only_period_ends_ms(money) == ends_ms
    money.pass_time(MOMENT_MS)
    assert (of_caps(money), money.ledger.state.money.periods) == ({}, {})
