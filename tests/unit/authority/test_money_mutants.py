"""The tests of the money rules can fail: every rule of the ledger, taken away once, is missed by a test."""

from __future__ import annotations

from typing import Any

import pytest
from support.mutants import Mutant, check_that_it_is_caught, row

from keeptrusts.schemas.snapshots.ledger import HoldClosed, LeaseClosed, available, leased, ticketed
from keeptrusts.stream_processors.authority import money_state, state
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.money import (
    allocations,
    budgets,
    charging,
    deadlines,
    holds,
    leases,
    requests,
    tickets,
)
from tests.unit.authority import test_holds as of_holds
from tests.unit.authority import test_leases as of_leases
from tests.unit.authority import test_past_periods as of_periods
from tests.unit.authority import test_tickets as of_tickets
from tests.unit.authority import test_wallet_rules as of_wallets

REAL_REJECTION, REAL_UNREDEEMABLE = holds.rejection, tickets._unredeemable
REAL_AGREEING, REAL_BURIED = leases.agreeing, money_state.Buried


def forgive(reason: str) -> Any:
    """Accept holds that are rejected for one reason."""

    def rejection(*arguments: Any) -> str | None:
        found = REAL_REJECTION(*arguments)
        return None if found == reason else found

    return rejection


def redeem_despite(reason: str) -> Any:
    def unredeemable(*arguments: Any) -> str | None:
        found = REAL_UNREDEEMABLE(*arguments)
        return None if found == reason else found

    return unredeemable


def first_wallet_whatever_it_has(draft: Draft, asked: Any) -> str | None:
    return next((name for name in asked.cascade if draft.state.wallet(name)), None)


def close_with_its_holds(draft: Draft, lease: Any) -> None:
    draft.move(leased(lease.full), available(lease.full), lease.room + lease.held)
    draft.change(LeaseClosed(lease=lease.id))


def hand_back(draft: Draft, held: Any) -> None:
    holds._end(draft, held, "voided", 0)


def correct_without_end(draft: Draft, held: Any, end: Any) -> Any:
    charged = min(end.amount, held.amount)
    holds._give_back(draft, held, held.charged - charged)
    return "corrected", None


def void_what_is_above(draft: Draft, held: Any, how: Any, charged: int) -> Any:
    """Charge nothing at all instead of the hold."""
    for full in held.fulls:
        draft.move(leased(full), available(full), held.amount)
    draft.change(HoldClosed(hold=held.id, state="settled", charged=0))
    return "closed"


def only_the_first_in_line(draft: Draft, *, anyway: bool = False) -> None:
    waiting = draft.state.money.waiting
    first = next(iter(waiting.values()), None)
    if first is not None and draft.freed:
        tickets._fund(draft, first)


def last_come_first_served(draft: Draft, *, anyway: bool = False) -> None:
    for ticket in reversed(list(draft.state.money.waiting.values())):
        tickets._fund(draft, ticket)


def wallets_alone(draft: Draft, claims: Any, need: int, denied: Any) -> Any:
    return REAL_AGREEING(draft, (), need, denied)


def take_back_what_is_in_use(draft: Draft, ticket: Any) -> bool:
    for one in ticket.leases:
        leases.close(draft, draft.state.money.leases[one])
    return True


def park_and_keep_waiting(draft: Draft, ticket: Any, reason: str) -> None:
    draft.change(ticket.model_copy(update={"reason": reason}))


def keep_the_approved_money(draft: Draft, ticket: Any) -> None:
    draft.move(ticketed(ticket.id), "world", ticket.amount)


MUTANTS = [
    Mutant(
        name="rule 2: a wallet that does not cover is drawn on",
        module=leases,
        attribute="wallet_that_covers",
        broken=first_wallet_whatever_it_has,
        caught_by=of_leases.test_the_first_wallet_that_covers_all_of_it_pays,
        arguments=(
            "",
            {"dev": 4, "eng": 5, "org": 5},
            5,
            "team:team_eng",
            [("user:mem_dev", "does_not_cover", 4 * 10**9, 0)],
        ),
    ),
    Mutant(
        name="rule 2: one gateway may take all there is",
        module=leases,
        attribute="_share",
        broken=lambda state, source, incarnation, *, need, wanted: min(wanted, state.free_money(source.full)),
        caught_by=of_leases.test_one_gateway_gets_half_of_what_is_free_and_never_less_than_it_needs,
    ),
    Mutant(
        name="rule 2: under pressure leases are as large as ever",
        module=leases,
        attribute="_share",
        broken=lambda state, source, incarnation, *, need, wanted: max(
            need, min(wanted, state.free_money(source.full) // 2)
        ),
        caught_by=of_tickets.test_a_lease_under_pressure_is_no_larger_than_needed,
    ),
    Mutant(
        name="rule 2: budgets are not asked",
        module=leases,
        attribute="agreeing",
        broken=wallets_alone,
        caught_by=of_leases.test_every_budget_must_agree_or_nothing_is_granted,
    ),
    Mutant(
        name="rule 2: a lease outlives its budget's period",
        module=budgets,
        attribute="ends_ms",
        broken=lambda state, full: 2**60,
        caught_by=of_leases.test_a_lease_on_a_budget_never_outlives_its_period,
    ),
    Mutant(
        name="rule 3: room is not looked at",
        module=holds,
        attribute="rejection",
        broken=forgive("no_room"),
        caught_by=of_holds.test_a_hold_that_its_leases_do_not_cover_is_recorded_and_rejected,
        arguments=("", *row(of_holds.REJECTED, "more than the room")),
    ),
    Mutant(
        name="rule 3: the lease may belong to another",
        module=holds,
        attribute="rejection",
        broken=lambda state, hold, owner, at_ms: REAL_REJECTION(
            state, hold, state.money.leases[hold.draws[0].lease].incarnation, at_ms
        ),
        caught_by=of_holds.test_a_hold_that_its_leases_do_not_cover_is_recorded_and_rejected,
        arguments=("", *row(of_holds.REJECTED, "of another gateway")),
    ),
    Mutant(
        name="rule 3: the lease may have ended",
        module=holds,
        attribute="rejection",
        broken=forgive("lease_expired"),
        caught_by=of_holds.test_a_hold_that_its_leases_do_not_cover_is_recorded_and_rejected,
        arguments=("", *row(of_holds.REJECTED, "after its end")),
    ),
    Mutant(
        name="rule 3: draws may differ",
        module=holds,
        attribute="rejection",
        broken=forgive("unequal_draws"),
        caught_by=of_holds.test_a_hold_that_its_leases_do_not_cover_is_recorded_and_rejected,
        arguments=("", *row(of_holds.REJECTED, "different amounts")),
    ),
    Mutant(
        name="rule 3: what is spent without cover is nobody's",
        module=holds,
        attribute="reject",
        broken=lambda draft, hold, reason: None,
        caught_by=of_holds.test_a_hold_that_was_rejected_and_used_all_the_same_is_a_conflict_and_no_wallet_pays,
    ),
    Mutant(
        name="rule 4: leases are taken back without grace",
        module=deadlines,
        attribute="GRACE_MS",
        broken=0,
        also=(money_state,),
        caught_by=of_leases.test_what_was_neither_spent_nor_held_comes_back_when_the_grace_is_over_and_not_before,
    ),
    Mutant(
        name="rule 4: leases are never taken back",
        module=deadlines,
        attribute="before",
        broken=lambda draft: None,
        caught_by=of_leases.test_what_was_neither_spent_nor_held_comes_back_when_the_grace_is_over_and_not_before,
    ),
    Mutant(
        name="rule 4: a lease takes its open holds with it",
        module=leases,
        attribute="close",
        broken=close_with_its_holds,
        caught_by=of_leases.test_what_was_neither_spent_nor_held_comes_back_when_the_grace_is_over_and_not_before,
    ),
    Mutant(
        name="rule 5: a hold without end is handed back",
        module=holds,
        attribute="presume",
        broken=hand_back,
        caught_by=of_holds.test_a_hold_without_its_end_is_presumed_spent_and_never_handed_back,
    ),
    Mutant(
        name="rule 5: a presumption is corrected again and again",
        module=holds,
        attribute="_correct",
        broken=correct_without_end,
        caught_by=of_holds.test_a_presumption_is_corrected_once,
        arguments=(1, (9, 0, 1), 0),
    ),
    Mutant(
        name="rule 5: a released hold is forgotten",
        module=money_state,
        attribute="Buried",
        broken=lambda until_ms, reason: REAL_BURIED(until_ms, "early"),
        caught_by=of_holds.test_a_person_releases_only_what_is_presumed_and_a_later_charge_is_variance,
    ),
    Mutant(
        name="rule 6: an end that comes first leaves nothing behind",
        module=holds,
        attribute="bury",
        broken=lambda draft, identifier: None,
        caught_by=of_holds.test_a_hold_that_arrives_after_its_end_is_dead,
    ),
    Mutant(
        name="rule 6: the dead are kept for ever",
        module=money_state,
        attribute="MOST_FORGOTTEN",
        broken=0,
        caught_by=of_holds.test_the_dead_are_forgotten_when_no_lease_of_theirs_can_live,
    ),
    Mutant(
        name="rule 6: ends come twice",
        module=requests,
        attribute="ends",
        broken=lambda state, data: True,
        caught_by=of_holds.test_repeats_of_the_records_of_a_call_move_nothing,
    ),
    Mutant(
        name="rule 8: what is above a hold is not said",
        module=holds,
        attribute="_end",
        broken=void_what_is_above,
        caught_by=of_holds.test_what_is_used_above_a_hold_goes_to_variance,
    ),
    Mutant(
        name="rule 8: a budget's limit is the gateway's word",
        module=budgets,
        attribute="DIRECTORY_PREFIX",
        broken="cap:",
        caught_by=of_holds.test_a_hard_budget_is_counted_by_its_lease_and_not_twice,
    ),
    Mutant(
        name="budgets: calls without a lease are not counted",
        module=budgets,
        attribute="counting",
        broken=lambda *_: (),
        caught_by=of_holds.test_soft_budgets_count_calls_without_a_lease_and_say_when_a_threshold_is_reached,
    ),
    Mutant(
        name="budgets: a call with a lease is counted once more",
        module=budgets,
        attribute="counting",
        broken=lambda state, identity, gateway, drawn: tuple(state.money.budgets),
        caught_by=of_holds.test_a_hard_budget_is_counted_by_its_lease_and_not_twice,
    ),
    Mutant(
        name="budgets: soft ones refuse",
        module=leases,
        attribute="is_hard",
        broken=lambda state, claim: True,
        caught_by=of_leases.test_a_soft_budget_agrees_and_says_that_it_is_used_up,
    ),
    Mutant(
        name="thresholds: low balances are not told",
        module=charging,
        attribute="LOW_BALANCES_PERCENT",
        broken=(),
        caught_by=of_holds.test_low_balances_are_said_once_each_time_money_has_come_in,
    ),
    Mutant(
        name="tickets: who needs too much stops the next",
        module=tickets,
        attribute="fund_waiting",
        broken=only_the_first_in_line,
        caught_by=of_tickets.test_first_come_first_served_and_who_needs_too_much_does_not_stop_the_next,
    ),
    Mutant(
        name="tickets: last come, first served",
        module=tickets,
        attribute="fund_waiting",
        broken=last_come_first_served,
        caught_by=of_tickets.test_first_come_first_served_and_who_needs_too_much_does_not_stop_the_next,
    ),
    Mutant(
        name="tickets: parked ones are funded by themselves",
        module=tickets,
        attribute="_park",
        broken=park_and_keep_waiting,
        caught_by=of_tickets.test_a_withdrawn_ticket_parks_and_is_never_funded_by_itself,
    ),
    Mutant(
        name="tickets: a grant that lost keeps its money",
        module=tickets,
        attribute="_give_leases_back",
        broken=lambda draft, ticket: True,
        caught_by=of_tickets.test_of_a_grant_and_a_withdrawal_the_first_in_the_log_wins,
    ),
    Mutant(
        name="tickets: a withdrawal takes back what is in use",
        module=tickets,
        attribute="_give_leases_back",
        broken=take_back_what_is_in_use,
        caught_by=of_tickets.test_a_withdrawal_after_the_money_was_used_changes_nothing,
    ),
    Mutant(
        name="tickets: anybody redeems",
        module=tickets,
        attribute="_unredeemable",
        broken=redeem_despite("other_principal"),
        caught_by=of_tickets.test_what_cannot_be_redeemed_moves_nothing,
        arguments=("", *row(of_tickets.REDEEMED_WRONG, "by somebody else")),
    ),
    Mutant(
        name="tickets: for any input",
        module=tickets,
        attribute="_unredeemable",
        broken=redeem_despite("other_input"),
        caught_by=of_tickets.test_what_cannot_be_redeemed_moves_nothing,
        arguments=("", *row(of_tickets.REDEEMED_WRONG, "with another input")),
    ),
    Mutant(
        name="tickets: for any amount",
        module=tickets,
        attribute="_unredeemable",
        broken=redeem_despite("too_small"),
        caught_by=of_tickets.test_what_cannot_be_redeemed_moves_nothing,
        arguments=("", *row(of_tickets.REDEEMED_WRONG, "for more than was approved")),
    ),
    Mutant(
        name="tickets: what was approved and not used is lost",
        module=tickets,
        attribute="_give_money_back",
        broken=keep_the_approved_money,
        caught_by=of_tickets.test_an_approval_that_is_not_used_ends_at_its_deadline_and_gives_the_money_back,
    ),
    Mutant(
        name="tickets: a dead gateway's ticket waits for ever",
        module=tickets,
        attribute="expire",
        broken=lambda draft, ticket: None,
        caught_by=of_tickets.test_the_ledger_withdraws_for_a_gateway_that_died,
    ),
    Mutant(
        name="tickets: any wallet pays for a lead",
        module=tickets,
        attribute="_may_spend",
        broken=lambda *_: True,
        caught_by=of_tickets.test_what_cannot_be_decided_moves_nothing,
        arguments=("", *row(of_tickets.DECIDED_WRONG, "from another team's wallet")),
    ),
    Mutant(
        name="allocations: a month without money is made up from nothing",
        module=allocations,
        attribute="_obstacle",
        broken=lambda draft, allocation: None,
        caught_by=of_wallets.test_a_month_whose_source_does_not_cover_it_moves_nothing_says_so_and_goes_on_the_next,
    ),
    Mutant(
        name="budgets: a period goes with its last moment, although holds of it are open",
        module=money_state,
        attribute="PERIOD_KEPT_MS",
        broken=0,
        caught_by=of_periods.test_the_longest_hold_can_be_corrected_to_its_last_moment_although_its_period_is_long_over,
    ),
    Mutant(
        name="budgets: what a past period has spent is left behind",
        module=state,
        attribute="spent",
        broken=lambda full: f"{full}/nothing",
        caught_by=of_periods.test_a_period_is_kept_for_a_while_and_then_leaves_no_account,
    ),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_rule_taken_away_is_missed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    check_that_it_is_caught(mutant, monkeypatch)
