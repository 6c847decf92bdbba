"""Holds: an upper bound taken from leases, and its one end (ledger rules 3, 5, 6 and 8)."""

from __future__ import annotations

import pytest
from support.ledger import USD
from support.money import CALLER, ENG, Money, claim, funded

from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.money import HOLD_MS, LEASE_MS, Draw, Hold
from keeptrusts.schemas.events.request import RequestCompleted
from keeptrusts.schemas.snapshots.grants import HoldRejected, LeaseGranted
from keeptrusts.schemas.snapshots.ledger import UNMETERED, VARIANCE, WORLD, RequestClosed
from keeptrusts.stream_processors.authority.sizes import BURIED_MS, CORRECTABLE_MS, GRACE_MS


def test_a_hold_takes_its_bound_and_its_settlement_only_what_was_used() -> None:
    money = funded(eng=10)
    lease = money.lease(4 * USD)
    assert money.decide("r1", 3 * USD, lease).outcome == "opened"
    assert money.ledger.state.money.leases[lease.lease].room == USD
    entry = money.complete("r1", 2 * USD)
    assert entry is not None and entry.outcome == "charged"
    assert money.accounts(ENG) == (6, 2, 2)
    assert money.ledger.state.money.leases[lease.lease].room == 2 * USD, "the rest is room again"
    assert money.ledger.state.money.holds == {}


REJECTED = [
    ("more than the room", "a", [(0, 5)], 0, "no_room"),
    ("of another gateway", "b", [(0, 1)], 0, "unknown_lease"),
    ("of no lease", "a", [(9, 1)], 0, "unknown_lease"),
    ("after its end", "a", [(0, 1)], LEASE_MS + 1, "lease_expired"),
    ("nothing at all", "a", [], 0, "no_draws"),
    ("twice the same lease", "a", [(0, 1), (0, 1)], 0, "unequal_draws"),
    ("different amounts", "a", [(0, 1), (1, 2)], 0, "unequal_draws"),
]


@pytest.mark.parametrize(("name", "by", "draws", "late_ms", "reason"), REJECTED, ids=[row[0] for row in REJECTED])
def test_a_hold_that_its_leases_do_not_cover_is_recorded_and_rejected(
    name: str, by: str, draws: list[tuple[int, int]], late_ms: int, reason: str
) -> None:
    money = funded(eng=10)
    cap = claim("cap:team:team_eng/month", 4)
    leases = money.ask(4 * USD, cascade=(ENG,), budgets=(cap,))
    leases += [LeaseGranted(**leases[0].model_dump(exclude={"lease"}), lease="no")] * 9
    decision = money.decision("r1", USD, leases[0])
    hold = Hold(
        id="r1/1",
        draws=tuple(Draw(lease=leases[at].lease, account=leases[at].account, amount=usd * USD) for at, usd in draws),
        price_version="p1",
        deadline_at=money.hold("r1/1", 1).deadline_at,
    )
    entry = money.tell(
        decision.model_copy(update={"hold": hold}), by=by, at_ms=leases[0].expires_at_ms - LEASE_MS + late_ms
    )
    assert (entry.outcome, entry.reason) == ("hold_rejected", reason)
    assert [(one.hold, one.incarnation, one.reason) for one in money.inbox(HoldRejected)] == [("r1/1", by, reason)]
    assert money.accounts(ENG) == (6, 4, 0)
    assert "r1" in money.ledger.state.open_requests, "the call itself is under way, and ends like every other"


def test_the_broker_time_of_the_record_decides_not_the_time_it_is_read() -> None:
    money = funded(eng=10)
    lease = money.lease(4 * USD)
    money.ledger.now_ms += LEASE_MS + GRACE_MS - 2_000
    assert money.decide("r1", USD, lease, at_ms=lease.expires_at_ms).outcome == "opened"


def test_a_hold_that_was_rejected_and_used_all_the_same_is_a_conflict_and_no_wallet_pays() -> None:
    money = funded(eng=10)
    lease = money.lease(USD)
    money.decide("r1", 2 * USD, lease)
    entry = money.complete("r1", 2 * USD)
    assert entry is not None and (entry.outcome, entry.reason) == ("conflict", "hold_rejected")
    assert money.accounts(ENG) == (9, 1, 0)
    assert (money.balances()[VARIANCE], money.balances()[WORLD]) == (2 * USD, -12 * USD)
    assert money.settle("r1/1", 2 * USD).outcome == "ignored", "once"


def test_what_is_used_above_a_hold_goes_to_variance() -> None:
    money = funded(eng=10)
    money.decide("r1", 2 * USD, money.lease(4 * USD))
    entry = money.complete("r1", 5 * USD)
    assert entry is not None and (entry.outcome, entry.reason) == ("charged", "above_hold")
    assert money.accounts(ENG) == (6, 2, 2)
    assert money.balances()[VARIANCE] == 3 * USD


def test_each_attempt_has_its_own_hold() -> None:
    money = funded(eng=10)
    lease = money.lease(9 * USD)
    money.decide("r1", 2 * USD, lease)
    assert money.settle("r1/1", 2 * USD, basis="presumed").outcome == "settled"
    assert money.attempt("r1", 2, 3 * USD, lease).outcome == "attempted"
    money.void("r1/2")
    money.attempt("r1", 3, 4 * USD, lease)
    entry = money.complete("r1", USD, hold="r1/3")
    assert entry is not None and entry.outcome == "charged"
    assert money.accounts(ENG) == (1, 6, 3)


def test_a_voided_hold_is_room_again() -> None:
    money = funded(eng=10)
    lease = money.lease(4 * USD)
    money.decide("r1", 3 * USD, lease)
    entry = money.refuse("r1")
    assert entry is not None and entry.outcome == "closed"
    assert money.ledger.state.money.leases[lease.lease].room == 4 * USD


def test_a_hold_that_arrives_after_its_end_is_dead() -> None:
    money = funded(eng=10)
    lease = money.lease(4 * USD)
    money.void("r1/1")
    entry = money.decide("r1", USD, lease)
    assert (entry.outcome, entry.reason) == ("hold_rejected", "ended_before")


def test_the_dead_are_forgotten_when_no_lease_of_theirs_can_live() -> None:
    money = funded(eng=10)
    money.void("r1/1")
    money.ledger.now_ms += BURIED_MS + 1_000
    money.void("r2/1")
    assert list(money.ledger.state.money.buried) == ["r2/1"]


def test_a_hold_without_its_end_is_presumed_spent_and_never_handed_back() -> None:
    money = funded(eng=10)
    money.decide("r1", 3 * USD, money.lease(4 * USD))
    money.pass_time(HOLD_MS - 2_000)
    assert money.accounts(ENG) == (7, 3, 0)
    money.pass_time(2_000)
    assert money.accounts(ENG) == (7, 0, 3)


@pytest.mark.parametrize(("used", "expected", "variance"), [(1, (9, 0, 1), 0), (3, (7, 0, 3), 0), (5, (7, 0, 3), 2)])
def test_a_presumption_is_corrected_once(used: int, expected: tuple[int, int, int], variance: int) -> None:
    money = funded(eng=10)
    money.decide("r1", 3 * USD, money.lease(4 * USD))
    money.pass_time(HOLD_MS)
    entry = money.complete("r1", used * USD)
    assert entry is not None and entry.outcome == "corrected"
    assert money.accounts(ENG) == expected
    assert money.balances().get(VARIANCE, 0) == variance * USD
    assert money.settle("r1/1", 0).outcome == "ignored"
    assert money.accounts(ENG) == expected


def test_a_presumption_that_was_settled_so_may_be_corrected_and_a_void_takes_it_back() -> None:
    money = funded(eng=10)
    lease = money.lease(4 * USD)
    money.decide("r1", 3 * USD, lease)
    money.complete("r1", 3 * USD, basis="presumed")
    assert money.accounts(ENG) == (6, 1, 3)
    assert money.settle("r1/1", 3 * USD, basis="presumed").outcome == "ignored"
    assert money.void("r1/1").outcome == "corrected"
    assert money.accounts(ENG) == (9, 1, 0), "free again, and not room of the lease: its gateway would not know"
    assert money.ledger.state.money.leases[lease.lease].room == USD


def test_a_presumption_stands_after_a_day() -> None:
    money = funded(eng=10)
    money.decide("r1", 3 * USD, money.lease(4 * USD))
    money.pass_time(HOLD_MS)
    money.pass_time(CORRECTABLE_MS + 1_000)
    assert money.ledger.state.money.presumed == {}
    assert money.settle("r1/1", 0).outcome == "ignored"
    assert money.accounts(ENG) == (7, 0, 3)


def release(hold: str) -> wallets.HoldReleaseRequested:
    return wallets.HoldReleaseRequested(hold=hold)


def test_a_person_releases_only_what_is_presumed_and_a_later_charge_is_variance() -> None:
    money = funded(eng=10)
    money.decide("r1", 3 * USD, money.lease(4 * USD))
    assert money.ledger.refusal(release("r1/1")) == "still_open"
    money.pass_time(HOLD_MS)
    assert money.ledger.refusal(release("r1/1"), by="mem_lead") == "forbidden"
    assert money.ledger.refusal(release("r9/1")) == "not_found"
    money.intend(release("r1/1"), by="mem_admin")
    assert money.accounts(ENG) == (10, 0, 0)
    assert money.ledger.refusal(release("r1/1")) == "not_found"
    entry = money.complete("r1", 2 * USD)
    assert entry is not None and entry.reason == "hold_released"
    assert money.accounts(ENG) == (10, 0, 0)
    assert money.balances()[VARIANCE] == 2 * USD
    assert money.complete("r1", 2 * USD) is None, "once"


def test_a_release_is_not_counted_towards_budgets_any_more() -> None:
    money = funded(eng=10)
    money.intend(budget("team_eng", 5))
    money.decide("r1", 3 * USD, money.lease(4 * USD))
    money.pass_time(HOLD_MS)
    assert money.accounts("budget:b-team_eng-soft/2026-04") == (2, 0, 3)
    money.intend(release("r1/1"))
    assert money.accounts("budget:b-team_eng-soft/2026-04") == (5, 0, 0)


def test_longer_holds_are_presumed_at_their_own_time_and_do_not_delay_others() -> None:
    money = funded(eng=10)
    lease = money.lease(9 * USD)
    decision = money.decision("slow", USD, lease)
    longer = money.hold("slow/1", USD, lease, minutes=40)
    money.tell(decision.model_copy(update={"hold": longer}))
    money.decide("plain", 2 * USD, lease)
    money.pass_time(HOLD_MS)
    assert money.accounts(ENG) == (7, 1, 2)
    money.pass_time(25 * 60_000)
    assert money.accounts(ENG) == (7, 0, 3)


def test_repeats_of_the_records_of_a_call_move_nothing() -> None:
    money = funded(eng=10)
    lease = money.lease(4 * USD)
    money.decide("r1", 3 * USD, lease)
    assert money.try_to_tell(money.decision("r1", 3 * USD, lease)) is None
    money.complete("r1", USD)
    before = money.balances()
    assert money.complete("r1", USD) is None
    assert money.try_to_tell(money.decision("r1", 3 * USD, lease)) is None
    assert money.balances() == before


def test_a_completion_after_the_call_was_given_up_corrects_what_was_presumed() -> None:
    money = funded(eng=10)
    money.decide("r1", 3 * USD, money.lease(4 * USD))
    given_up = money.pass_time(HOLD_MS)
    assert given_up is not None
    assert RequestClosed(request="r1", abandoned=True) in given_up.changes
    money.complete("r1", USD)
    assert money.accounts(ENG) == (9, 0, 1)


def test_without_a_wallet_the_budgets_agree_and_the_cost_is_unmetered() -> None:
    money = funded()
    cap = claim("cap:team:team_eng/month", 5)
    money.decide("r1", 2 * USD, *money.ask(2 * USD, cascade=(), budgets=(cap,)))
    entry = money.complete("r1", USD)
    assert entry is not None and entry.outcome == "unmetered"
    assert money.balances()[UNMETERED] == USD
    assert money.accounts(f"{cap.account}/2026-04") == (3, 1, 1)


def test_an_unmetered_presumption_is_corrected_on_every_account() -> None:
    money = funded()
    cap = claim("cap:team:team_eng/month", 5)
    money.decide("r1", 2 * USD, *money.ask(2 * USD, cascade=(), budgets=(cap,)))
    money.pass_time(HOLD_MS)
    assert money.balances()[UNMETERED] == 2 * USD
    money.complete("r1", USD)
    assert money.balances()[UNMETERED] == USD
    assert money.accounts(f"{cap.account}/2026-04") == (4, 0, 1)


def test_a_call_whose_end_does_not_name_its_hold_is_not_charged_twice() -> None:
    money = funded(eng=10)
    money.decide("r1", 3 * USD, money.lease(4 * USD))
    silent = RequestCompleted(
        request="r1", identity=CALLER, status=200, cost=USD, cost_state="priced", latency_us=1, verdict="allow"
    )
    entry = money.try_to_tell(silent)
    assert entry is not None and entry.outcome == "closed"
    money.pass_time(HOLD_MS)
    assert money.accounts(ENG) == (7, 0, 3)


def budget(owner: str, usd: int, *, action: str = "soft", scope: str = "team") -> wallets.BudgetSetRequested:
    return wallets.BudgetSetRequested.model_validate(
        {"budget": f"b-{owner}-{action}", "scope": scope, "owner": owner, "limit": usd * USD, "period": "month",
         "action": action, "thresholds_percent": (50, 100)}
    )  # fmt: skip


def reached(money: Money) -> list[tuple[str, int]]:
    entry = money.ledger.entries[-1]
    return [(change.account, change.percent) for change in entry.changes if change.kind == "threshold_reached"]


def test_soft_budgets_count_calls_without_a_lease_and_say_when_a_threshold_is_reached() -> None:
    money = funded(eng=10)
    for owner, scope in (("team_eng", "team"), ("mem_dev", "user"), ("team_ops", "team"), ("churn", "project")):
        money.intend(budget(owner, 2, scope=scope))
    lease = money.lease(8 * USD)
    money.decide("r1", 3 * USD, lease)
    money.complete("r1", USD)
    counted = [f"budget:b-{owner}-soft/2026-04" for owner in ("team_eng", "mem_dev", "churn")]
    assert reached(money) == [(one, 50) for one in counted]
    money.decide("r2", 3 * USD, lease)
    money.complete("r2", 3 * USD)
    assert reached(money) == [*((one, 100) for one in counted)]
    assert [money.accounts(one) for one in counted] == [(0, 0, 4)] * 3, "counted beyond the limit as well"
    money.decide("r3", USD, lease)
    money.complete("r3", USD)
    assert reached(money) == []


def test_a_budget_counts_a_call_once_although_its_first_hold_was_rejected() -> None:
    money = funded(eng=100)
    money.intend(budget("team_eng", 50, action="hard"))
    leases = money.ask(5 * USD, cascade=(ENG,), budgets=(claim("budget:b-team_eng-hard", 50),))
    assert money.decide("r1", 6 * USD, *leases).outcome == "hold_rejected"
    money.attempt("r1", 2, 3 * USD, *leases)
    money.complete("r1", 2 * USD, hold="r1/2")
    assert money.accounts("budget:b-team_eng-hard/2026-04") == (45, 3, 2)


def test_a_hard_budget_is_counted_by_its_lease_and_not_twice() -> None:
    money = funded(eng=10)
    money.intend(budget("team_eng", 5, action="hard"))
    account = "budget:b-team_eng-hard"
    money.decide("r1", 3 * USD, *money.ask(3 * USD, cascade=(ENG,), budgets=(claim(account, 1),)))
    money.complete("r1", 2 * USD)
    assert money.accounts(f"{account}/2026-04") == (2, 1, 2), "the ledger's own limit counts, not the claim's"


def test_a_call_that_did_not_know_of_a_hard_budget_yet_is_counted_all_the_same() -> None:
    money = funded(eng=10)
    money.intend(budget("team_eng", 5, action="hard"))
    money.decide("r1", 3 * USD, money.lease(4 * USD))
    money.complete("r1", 2 * USD)
    assert money.accounts("budget:b-team_eng-hard/2026-04") == (3, 0, 2)


def test_what_was_counted_beyond_a_limit_is_not_free_once_the_limit_is_raised() -> None:
    money = funded(eng=100)
    soft = budget("team_eng", 2)
    money.intend(soft)
    money.decide("r1", 5 * USD, money.lease(5 * USD))
    money.complete("r1", 5 * USD)
    money.intend(soft.model_copy(update={"action": "hard", "limit": 4 * USD}))
    account = f"budget:{soft.budget}"
    assert money.ask(USD, cascade=(ENG,), budgets=(claim(account, 4),)) == []
    assert money.accounts(f"{account}/2026-04") == (0, 0, 5)
    money.intend(soft.model_copy(update={"action": "hard", "limit": 7 * USD}))
    assert len(money.ask(2 * USD, cascade=(ENG,), budgets=(claim(account, 7),))) == 2
    assert money.accounts(f"{account}/2026-04") == (0, 2, 5)


def test_a_presumption_beyond_a_limit_that_is_corrected_leaves_no_more_than_the_limit_gives() -> None:
    money = funded(eng=100)
    money.intend(budget("team_eng", 4, action="hard"))
    account = "budget:b-team_eng-hard"
    money.decide("r1", 6 * USD, money.lease(6 * USD))
    money.complete("r1", 6 * USD, basis="presumed")
    money.settle("r1/1", 3 * USD)
    assert money.ask(2 * USD, cascade=(ENG,), budgets=(claim(account, 4),)) == []
    assert len(money.ask(USD, cascade=(ENG,), budgets=(claim(account, 4),))) == 2
    assert money.accounts(f"{account}/2026-04") == (0, 1, 3)


def test_a_soft_cap_is_over_its_limit_only_as_long_as_calls_hold_or_have_spent_more() -> None:
    money = funded(eng=100)
    cap = claim("cap:team:team_eng/month:soft", 4, action="soft")
    leases = money.ask(6 * USD, cascade=(ENG,), budgets=(cap,))
    assert [one.over_limit for one in leases] == [None, True]
    money.decide("r1", 6 * USD, *leases)
    money.complete("r1", USD)
    for lease in leases:
        money.give_back(lease, 5 * USD)
    assert [one.over_limit for one in money.ask(3 * USD, cascade=(ENG,), budgets=(cap,))] == [None, None]
    assert [one.over_limit for one in money.ask(USD, cascade=(ENG,), budgets=(cap,))] == [None, True]


def test_low_balances_are_said_once_each_time_money_has_come_in() -> None:
    money = funded(eng=10)
    said = []
    for number in range(9):
        money.decide(f"r{number}", USD, money.lease(USD))
        money.complete(f"r{number}", USD)
        said += reached(money)
    assert said == [(ENG, 20), (ENG, 10)]
    money.fund("eng", 4)
    money.decide("r10", 5 * USD, money.lease(5 * USD))
    money.complete("r10", 5 * USD)
    assert reached(money) == [(ENG, 0)]


BUDGET_REFUSED = [
    ("of a team that is not his", budget("team_ops", 5), "mem_lead", "forbidden"),
    ("of an organization by a lead", budget("org_acme", 5, scope="organization"), "mem_lead", "forbidden"),
    ("by a member", budget("team_eng", 5), "mem_dev", "forbidden"),
    ("of nobody", budget("team_none", 5), "mem_owner", "not_found"),
    ("of another organization", budget("org_x", 5, scope="organization"), "mem_owner", "not_found"),
    ("of no key", budget("key_none", 5, scope="key"), "mem_owner", "not_found"),
    (
        "in no time zone",
        budget("team_eng", 5).model_copy(update={"time_zone": "Mars/Base"}),
        "mem_owner",
        "invalid_time_zone",
    ),
    ("removing none", wallets.BudgetRemoveRequested(budget="b"), "mem_owner", "not_found"),
]


@pytest.mark.parametrize(("name", "intent", "by", "reason"), BUDGET_REFUSED, ids=[row[0] for row in BUDGET_REFUSED])
def test_what_budgets_are_refused(name: str, intent: object, by: str, reason: str) -> None:
    assert funded(eng=10).ledger.refusal(intent, by=by) == reason  # type: ignore[arg-type]  # rows of a table


def test_a_budget_that_was_removed_counts_nothing_more() -> None:
    money = funded(eng=10)
    money.intend(budget("team_eng", 5), by="mem_lead")
    money.intend(wallets.BudgetRemoveRequested(budget="b-team_eng-soft"), by="mem_lead")
    money.decide("r1", USD, money.lease(USD))
    money.complete("r1", USD)
    assert "budget:b-team_eng-soft/2026-04/spent" not in money.balances()


def test_the_identity_of_a_caller_without_a_team_counts_only_what_is_his() -> None:
    money = funded(org=10)
    money.intend(budget("team_eng", 5))
    decision = money.decision("r1", USD).model_copy(update={"identity": Identity(org="org_acme")})
    money.tell(decision)
    assert money.ledger.state.open_requests["r1"].budgets is None
