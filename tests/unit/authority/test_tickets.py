"""Tickets: waiting for money, paid for by a person, used once. The log's order decides every race."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.ledger import START, START_MS, USD, wallet
from support.money import CALLER, CASCADE, DEV, ENG, OPS, Money, claim, funded

from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.money import FOR_GOOD, LEASE_MS, LeaseReturned, TicketWithdrawn
from keeptrusts.schemas.snapshots.grants import TicketDenied, TicketFunded, TicketWaiting, WalletPressed
from keeptrusts.schemas.snapshots.ledger import TicketValue, ticketed
from keeptrusts.stream_processors.authority.sizes import GRACE_MS, TICKET_MS


def state_of(money: Money, ticket: str) -> str:
    found = money.ledger.state.money.tickets.get(ticket)
    return found.state if found is not None else money.ledger.state.money.ended_tickets[ticket]


def pressed(money: Money) -> dict[str, bool]:
    return {one.wallet: one.pressed for one in money.inbox(WalletPressed)}


def funded_tickets(money: Money) -> list[str]:
    return [one.ticket for one in money.inbox(TicketFunded)]


def approve(ticket: str, of: str = "eng", **rest: Any) -> wallets.TicketApproveRequested:
    return wallets.TicketApproveRequested(ticket=ticket, wallet=wallet(of), **rest)


def deny(ticket: str) -> wallets.TicketDenyRequested:
    return wallets.TicketDenyRequested(ticket=ticket, reason="too dear")


def cancel(ticket: str) -> wallets.TicketCancelRequested:
    return wallets.TicketCancelRequested(ticket=ticket)


def parked(money: Money, ticket: str = "t1", need: int = 2, **rest: Any) -> Money:
    money.wait(ticket, need * USD, **rest)
    money.withdraw(ticket)
    return money


def test_a_ticket_waits_until_money_is_freed_and_is_funded_with_exactly_what_it_needs() -> None:
    money = funded(eng=3)
    lease = money.lease(3 * USD, by="b")
    assert money.wait("t1", 2 * USD) == []
    assert [one.ticket for one in money.inbox(TicketWaiting)] == ["t1"]
    assert pressed(money) == dict.fromkeys(CASCADE, True)
    money.give_back(lease, USD, by="b")
    assert funded_tickets(money) == []
    money.give_back(lease, 2 * USD, by="b")
    (grant,) = money.inbox(TicketFunded)
    assert (grant.account, grant.granted, grant.incarnation, grant.leases) == (ENG, 2 * USD, "a", 1)
    assert pressed(money) == dict.fromkeys(CASCADE, False)
    assert money.accounts(ENG) == (1, 2, 0)
    money.decide("r-t1", 2 * USD, grant)
    money.complete("r-t1", 2 * USD)
    assert money.accounts(ENG) == (1, 0, 2)


def test_a_ticket_whose_money_is_there_is_funded_at_once() -> None:
    money = funded(eng=3)
    assert [one.granted for one in money.wait("t1", 2 * USD)] == [2 * USD]


@pytest.mark.parametrize(
    "frees",
    [
        lambda money, lease: money.give_back(lease, 3 * USD, by="b"),
        lambda money, lease: money.pass_time(LEASE_MS + GRACE_MS),
        lambda money, lease: money.fund("eng", 3),
        lambda money, lease: money.intend(wallets.WalletAllocateRequested(wallet=wallet("dev"), amount=3 * USD)),
    ],
    ids=["returned", "expired", "funded", "allocated to the user"],
)
def test_whatever_frees_enough_funds_it(frees: Any) -> None:
    money = funded(eng=3)
    money.intend(wallets.WalletFundRequested(wallet=wallet("org"), amount=3 * USD))
    lease = money.lease(3 * USD, by="b")
    money.wait("t1", 3 * USD, cascade=(DEV, ENG), seconds=600)
    frees(money, lease)
    assert funded_tickets(money) == ["t1"]


def test_what_a_settlement_leaves_of_an_ended_lease_funds_a_ticket() -> None:
    money = funded(eng=3)
    money.decide("r1", 3 * USD, money.lease(3 * USD))
    money.pass_time(LEASE_MS + GRACE_MS)
    money.wait("t1", 2 * USD)
    money.complete("r1", USD)
    assert funded_tickets(money) == ["t1"]


def test_first_come_first_served_and_who_needs_too_much_does_not_stop_the_next() -> None:
    money = funded()
    money.fund("eng", 1)
    money.lease(USD, by="b")
    for ticket, need in (("t1", 2), ("t2", 9), ("t3", 2), ("t4", 2)):
        money.wait(ticket, need * USD, seconds=600)
    money.fund("eng", 5)
    assert funded_tickets(money) == ["t1", "t3"]
    money.fund("eng", 8)
    assert funded_tickets(money) == ["t2"]
    money.fund("eng", 2)
    assert funded_tickets(money) == ["t4"]


def test_a_budget_must_agree_to_a_ticket_too() -> None:
    money = funded(eng=9)
    cap = claim("cap:team:team_eng/month", 3)
    lease = money.ask(2 * USD, cascade=(), budgets=(cap,), by="b")[0]
    assert money.wait("t1", 2 * USD, budgets=(cap,)) == []
    assert cap.account in pressed(money)
    money.give_back(lease, 2 * USD, by="b")
    assert [(one.account, one.leases) for one in money.inbox(TicketFunded)] == [(ENG, 2), (cap.account, 2)]


def test_an_event_that_is_in_the_log_twice_funds_two_tickets_with_two_leases() -> None:
    """A withdrawal whose acknowledgement was lost is appended again, with the same id."""
    money = funded()
    money.fund("eng", 1)
    lease = money.lease(USD, by="b")
    for ticket in ("t1", "t2", "t3"):
        money.wait(ticket, USD, seconds=600)
    withdrawal = money.ledger.event(TicketWithdrawn(ticket="t1", reason="unfunded"), source="gateway/default/a")
    money.give_back(lease, USD, by="b")
    assert funded_tickets(money) == ["t1"]
    money.ledger.append(withdrawal)
    money.fund("eng", 1)
    money.ledger.append(withdrawal)
    assert len(money.ledger.state.money.leases) == 2
    assert money.accounts(ENG) == (0, 2, 0)


def test_pressure_ends_with_the_last_ticket_that_waits() -> None:
    money = funded()
    money.wait("t1", USD)
    money.wait("t2", USD, cascade=(ENG,))
    assert pressed(money) == {}
    money.withdraw("t1")
    assert pressed(money) == {one: False for one in CASCADE if one != ENG}
    money.withdraw("t2")
    assert pressed(money) == {ENG: False}


def test_a_lease_under_pressure_is_no_larger_than_needed() -> None:
    money = funded(eng=50)
    money.wait("t1", 60 * USD)
    assert money.ask(USD, wanted=20 * USD, by="b")[0].granted == USD


def test_a_withdrawn_ticket_parks_and_is_never_funded_by_itself() -> None:
    money = parked(funded())
    assert state_of(money, "t1") == "parked"
    money.fund("eng", 5)
    assert funded_tickets(money) == []


def test_the_ledger_withdraws_for_a_gateway_that_died() -> None:
    money = funded()
    money.wait("t1", USD, seconds=30)
    money.pass_time(30_000 + GRACE_MS + 1_000)
    assert state_of(money, "t1") == "parked"


def test_of_a_grant_and_a_withdrawal_the_first_in_the_log_wins() -> None:
    money = funded()
    money.wait("t1", 2 * USD)
    money.fund("eng", 5)
    assert funded_tickets(money) == ["t1"]
    assert money.withdraw("t1").outcome == "parked"
    assert money.accounts(ENG) == (5, 0, 0), "a grant that nobody uses comes back at once"
    assert state_of(money, "t1") == "parked"


def test_a_grant_that_nobody_uses_parks_its_ticket_so_that_a_person_can_still_pay() -> None:
    money = funded(eng=5)
    money.wait("t1", 2 * USD)
    money.pass_time(LEASE_MS + GRACE_MS)
    assert state_of(money, "t1") == "parked" and money.accounts(ENG) == (5, 0, 0)
    money.intend(approve("t1"))


def test_a_grant_that_was_used_ends_its_ticket() -> None:
    money = funded(eng=5)
    (grant,) = money.wait("t1", 2 * USD)
    money.decide("r-t1", 2 * USD, grant)
    money.pass_time(LEASE_MS + GRACE_MS)
    assert state_of(money, "t1") == "redeemed" and money.accounts(ENG) == (3, 2, 0)


@pytest.mark.parametrize("basis", ["reported", "presumed"])
def test_a_grant_that_was_spent_ends_its_ticket_although_the_rest_came_back_at_once(basis: Any) -> None:
    money = funded(eng=5)
    (grant,) = money.wait("t1", 2 * USD)
    money.decide("r-t1", 2 * USD, grant)
    money.complete("r-t1", USD, basis=basis)
    assert state_of(money, "t1") == "redeemed"
    money.tell(LeaseReturned(incarnation="a", lease=grant.lease or "", amount=USD))
    money.pass_time(LEASE_MS + GRACE_MS)
    assert state_of(money, "t1") == "redeemed" and money.accounts(ENG) == (4, 0, 1)


def test_a_grant_whose_hold_was_never_sent_parks_its_ticket() -> None:
    money = funded(eng=5)
    (grant,) = money.wait("t1", 2 * USD)
    money.decide("r-t1", 2 * USD, grant)
    money.refuse("r-t1")
    money.tell(LeaseReturned(incarnation="a", lease=grant.lease or "", amount=2 * USD))
    money.pass_time(LEASE_MS + GRACE_MS)
    assert state_of(money, "t1") == "parked" and money.accounts(ENG) == (5, 0, 0)


def test_a_withdrawal_that_comes_before_its_opening_leaves_nobody_waiting() -> None:
    money = funded(eng=5)
    money.tell(TicketWithdrawn(ticket="t1", reason="ack_unknown"))
    assert money.wait("t1", USD) == []
    assert money.ledger.state.money.tickets == {} and money.accounts(ENG) == (5, 0, 0)


def test_a_withdrawal_after_the_money_was_used_changes_nothing() -> None:
    money = funded(eng=5)
    (grant,) = money.wait("t1", 2 * USD)
    money.decide("r-t1", 2 * USD, grant)
    assert money.withdraw("t1").outcome == "ignored"
    assert money.accounts(ENG) == (3, 2, 0)


@pytest.mark.parametrize("reason", sorted(FOR_GOOD))
def test_a_ticket_that_was_offered_to_no_one_is_not_kept(reason: str) -> None:
    money = funded()
    money.wait("t1", USD)
    money.withdraw("t1", reason=reason)
    assert state_of(money, "t1") == "cancelled"
    assert money.ledger.refusal(approve("t1")) == "already_decided"


def test_approved_from_a_named_wallet_and_redeemed_once_by_any_gateway() -> None:
    money = parked(funded(ops=5))
    money.intend(approve("t1", "ops"), by="mem_admin")
    assert money.accounts(OPS) == (3, 0, 0) and money.balances()[ticketed("t1")] == 2 * USD
    (grant,) = money.redeem("t1", by="b")
    assert (grant.account, grant.granted, grant.incarnation) == (OPS, 2 * USD, "b")
    assert money.accounts(OPS) == (3, 2, 0) and ticketed("t1") not in money.balances()
    assert money.redeem("t1", by="c") == []
    assert [(one.reason, one.incarnation) for one in money.inbox(TicketDenied)] == [("already_redeemed", "c")]
    money.decide("again", 2 * USD, grant, by="b")
    money.complete("again", USD, by="b")
    money.pass_time(LEASE_MS + GRACE_MS)
    assert money.accounts(OPS) == (4, 0, 1)


def test_a_call_that_needs_less_by_now_leaves_the_rest_with_the_wallet() -> None:
    money = parked(funded(eng=1, ops=5))
    money.intend(approve("t1", "ops"))
    (grant,) = money.redeem("t1", need=USD)
    assert grant.granted == USD and money.accounts(OPS) == (4, 1, 0)


REDEEMED_WRONG = [
    ("by somebody else", {"principal": "mem_other"}, "other_principal"),
    ("with another input", {"input_hash": "h2"}, "other_input"),
    ("for more than was approved", {"need": 3 * USD}, "too_small"),
]


@pytest.mark.parametrize(("name", "how", "reason"), REDEEMED_WRONG, ids=[row[0] for row in REDEEMED_WRONG])
def test_what_cannot_be_redeemed_moves_nothing(name: str, how: dict[str, Any], reason: str) -> None:
    money = parked(funded(ops=5))
    money.intend(approve("t1", "ops"))
    before = money.balances()
    assert money.redeem("t1", **how) == []
    assert [one.reason for one in money.inbox(TicketDenied)] == [reason]
    assert money.balances() == before
    assert money.redeem("t1") != [], "it can still be used rightly"


def test_only_an_approved_ticket_is_redeemed() -> None:
    money = parked(funded(ops=5))
    money.redeem("t1")
    assert [one.reason for one in money.inbox(TicketDenied)] == ["not_approved"]
    money.redeem("t9")
    assert [one.reason for one in money.inbox(TicketDenied)] == ["not_found"]


def test_an_approval_that_is_not_used_ends_at_its_deadline_and_gives_the_money_back() -> None:
    money = parked(funded(ops=5))
    deadline_at = START + timedelta(milliseconds=money.ledger.now_ms - START_MS, hours=1)
    money.intend(approve("t1", "ops", deadline_at=deadline_at))
    money.pass_time(3_600_000)
    assert state_of(money, "t1") == "expired" and money.accounts(OPS) == (5, 0, 0)
    money.redeem("t1")
    assert [one.reason for one in money.inbox(TicketDenied)] == ["expired"]


def test_a_parked_ticket_ends_after_a_day() -> None:
    money = parked(funded(ops=5))
    money.pass_time(TICKET_MS)
    assert state_of(money, "t1") == "expired"
    assert money.ledger.refusal(approve("t1", "ops")) == "already_decided"


def test_a_waiting_ticket_that_is_approved_goes_on_at_once() -> None:
    money = funded(ops=5)
    money.wait("t1", 2 * USD)
    money.intend(approve("t1", "ops"))
    (grant,) = money.inbox(TicketFunded)
    assert (grant.account, grant.incarnation) == (OPS, "a")
    assert money.accounts(OPS) == (3, 2, 0)


def test_a_denied_ticket_is_told_to_who_waits_and_gives_back_what_was_approved() -> None:
    money = funded(ops=5)
    money.wait("t1", 2 * USD)
    money.intend(deny("t1"))
    assert [(one.ticket, one.reason, one.incarnation) for one in money.inbox(TicketDenied)] == [("t1", "denied", "a")]
    assert [one.note for one in money.inbox(TicketDenied)] == ["too dear"], "the caller is told why"
    parked(money, "t2")
    money.intend(approve("t2", "ops"))
    money.intend(deny("t2"))
    assert money.accounts(OPS) == (5, 0, 0)
    money.redeem("t2")
    assert [one.reason for one in money.inbox(TicketDenied)] == ["denied"]


def test_its_own_user_cancels_a_ticket() -> None:
    money = parked(funded(ops=5))
    assert money.ledger.refusal(cancel("t1"), by="mem_op") == "not_found"
    money.intend(cancel("t1"), by="mem_dev")
    assert state_of(money, "t1") == "cancelled"


DECIDED_WRONG = [
    ("by a member", approve("t1", "ops"), "mem_dev", "not_found"),
    ("by a lead of another team", deny("foreign"), "mem_lead", "not_found"),
    ("from another team's wallet", approve("t1", "ops"), "mem_lead", "forbidden"),
    ("from no wallet", approve("t1", "eng"), "mem_owner", "not_found"),
    ("from a wallet with too little", approve("t1", "org"), "mem_owner", "insufficient_funds"),
    ("of no ticket", approve("t9", "ops"), "mem_owner", "not_found"),
    ("until yesterday", approve("t1", "ops", deadline_at=START - timedelta(days=1)), "mem_owner", "invalid_deadline"),
    ("for a year", approve("t1", "ops", deadline_at=START + timedelta(days=365)), "mem_owner", "invalid_deadline"),
    ("twice", approve("t2", "ops"), "mem_owner", "already_decided"),
]


@pytest.mark.parametrize(("name", "intent", "by", "reason"), DECIDED_WRONG, ids=[row[0] for row in DECIDED_WRONG])
def test_what_cannot_be_decided_moves_nothing(name: str, intent: Any, by: str, reason: str) -> None:
    money = parked(funded(ops=5, org=1), "t1", cascade=CASCADE)
    money = parked(money, "foreign", identity=Identity(org="org_acme", team="team_ops"))
    parked(money, "t2")
    money.intend(approve("t2", "ops"))
    before = money.balances()
    assert money.ledger.refusal(intent, by=by) == reason
    assert money.balances() == before


def test_a_lead_approves_from_the_own_teams_wallet() -> None:
    money = parked(funded(ops=5))
    money.fund("eng", 5)
    money.intend(approve("t1", "eng"), by="mem_lead")
    assert money.accounts(ENG) == (3, 0, 0)


def test_the_ticket_says_for_whom_and_what_it_is() -> None:
    money = funded()
    money.wait("t1", 2 * USD)
    value = money.ledger.state.money.tickets["t1"]
    assert isinstance(value, TicketValue)
    assert (value.team, value.user, value.model, value.need) == (CALLER.team, CALLER.user, "gpt-4o", 2 * USD)


def test_a_repeat_of_its_opening_changes_nothing() -> None:
    money = funded()
    money.wait("t1", USD)
    money.fund("eng", 5)
    assert money.wait("t1", USD) == []
    assert money.accounts(ENG) == (4, 1, 0)
