"""The tests of the authority can fail: each of these broken rules is caught by the test that is named for it."""

from __future__ import annotations

from typing import Any

import pytest
from support.mutants import Mutant, check_that_it_is_caught, row

from keeptrusts.schemas.authorization import Principal, Scope
from keeptrusts.schemas.snapshots.ledger import Posting, available, spent
from keeptrusts.stream_processors.authority import directory, state
from keeptrusts.stream_processors.authority.money import charging, deadlines, requests, wallets
from keeptrusts.stream_processors.authority.state import LedgerState
from tests.unit.authority import test_directory_rules as people_tests
from tests.unit.authority import test_fold as fold_tests
from tests.unit.authority import test_wallet_rules as money_tests


def charge_the_last_that_covers(ledger: LedgerState, payers: tuple[str, ...], cost: int) -> charging.Charge:
    return REAL_CHARGE(ledger, tuple(reversed(payers)), cost)


def charge_the_first_whether_it_covers_or_not(
    ledger: LedgerState, payers: tuple[str, ...], cost: int
) -> charging.Charge:
    if not payers:
        return REAL_CHARGE(ledger, payers, cost)
    postings = (Posting(account=available(payers[0]), amount=-cost), Posting(account=spent(payers[0]), amount=cost))
    return charging.Charge(outcome="charged", postings=postings)


def lose_a_nano(source: str, destination: str, amount: int) -> tuple[Posting, ...]:
    return Posting(account=source, amount=-amount), Posting(account=destination, amount=amount - 1)


def everybody_reaches_all(principal: Principal, action: str) -> Scope:
    return Scope(org=principal.org, reach="all", member=principal.member)


def open_whatever_was_decided(ledger: LedgerState, data: Any) -> bool:
    ledger.closed_requests.clear()
    return REAL_OPENS(ledger, data)


REAL_CHARGE, REAL_OPENS = charging.charge, requests.opens

MUTANTS = [
    Mutant(
        name="the last covering wallet pays",
        module=charging,
        attribute="charge",
        broken=charge_the_last_that_covers,
        caught_by=money_tests.test_who_pays_for_a_call,
        arguments=row(money_tests.CHARGES, "the user's wallet first"),
    ),
    Mutant(
        name="the first wallet pays although it does not cover",
        module=charging,
        attribute="charge",
        broken=charge_the_first_whether_it_covers_or_not,
        caught_by=money_tests.test_who_pays_for_a_call,
        arguments=row(money_tests.CHARGES, "then the team's"),
    ),
    Mutant(
        name="a nano-dollar disappears",
        module=wallets,
        attribute="moved",
        broken=lose_a_nano,
        caught_by=money_tests.test_what_moves_where,
        arguments=row(money_tests.ACCEPTED, "owner funds the organization"),
    ),
    Mutant(
        name="postings are not added up",
        module=state,
        attribute="check_sum",
        broken=lambda _: None,
        caught_by=fold_tests.test_an_entry_that_cannot_follow_is_refused_loudly,
        arguments=({"postings": "one side"}, "do not add up"),
    ),
    Mutant(
        name="the actor's right to create is not checked",
        module=directory,
        attribute="scope_of",
        broken=everybody_reaches_all,
        caught_by=people_tests.test_what_a_rule_refuses,
        arguments=row(people_tests.REFUSED, "member creates a team"),
    ),
    Mutant(
        name="the actor's right to money is not checked",
        module=wallets,
        attribute="scope_of",
        broken=everybody_reaches_all,
        caught_by=money_tests.test_what_does_not_move,
        arguments=row(money_tests.REFUSED, "admin funds"),
    ),
    Mutant(
        name="anybody grants any role",
        module=directory,
        attribute="may_grant",
        broken=lambda *_: True,
        caught_by=people_tests.test_what_a_rule_refuses,
        arguments=row(people_tests.REFUSED, "admin makes himself an owner"),
    ),
    Mutant(
        name="the last owner may go",
        module=directory,
        attribute="_is_last_owner",
        broken=lambda *_: False,
        caught_by=people_tests.test_the_last_owner_who_can_act_stays,
        arguments=(people_tests.REMOVE(member=people_tests.OWNER), "none"),
    ),
    Mutant(
        name="a call is charged again when its records come again",
        module=requests,
        attribute="opens",
        broken=open_whatever_was_decided,
        caught_by=fold_tests.test_repeats_of_an_ended_call_change_nothing,
        arguments=(("decided", "completed"),),
    ),
    Mutant(
        name="repeated intents are carried out again",
        module=state,
        attribute="_remember_intent",
        broken=lambda *_: None,
        caught_by=fold_tests.test_a_repeated_intent_changes_nothing_for_24_hours_of_ledger_time,
    ),
    Mutant(
        name="nothing is ever given up",
        module=deadlines,
        attribute="abandoned",
        broken=lambda *_: (),
        caught_by=fold_tests.test_a_call_is_given_up_15_minutes_of_ledger_time_after_its_decision_and_not_before,
    ),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_rule_is_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    check_that_it_is_caught(mutant, monkeypatch)
