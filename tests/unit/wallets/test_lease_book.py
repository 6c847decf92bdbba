"""The lease book: room is taken in one step or not at all, and freed by acknowledgements only."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from keeptrusts.gateway.wallets.lease_book import LeaseBook
from keeptrusts.gateway.wallets.leases import FORGET_MS, FRESH_MS, MARGIN_MS, Payers, Return
from keeptrusts.schemas.events.money import LEASE_MS, BudgetClaim
from keeptrusts.schemas.snapshots.grants import (
    HoldRejected,
    LeaseDenied,
    LeaseGranted,
    TicketFunded,
    WalletPressed,
)

USER, TEAM, ORGANIZATION = "user:u", "team:t", "organization:o"
CASCADE = (USER, TEAM, ORGANIZATION)
BUDGET = BudgetClaim(account="budget:b", limit=10**9, period="month")
TEAM_ONLY = Payers.of(CASCADE, (TEAM,))


def grant(
    book: LeaseBook, account: str, amount: int, *, name: str = "l", ends_ms: int = LEASE_MS, now_ms: int = 0
) -> None:
    book.granted(
        LeaseGranted(
            ledger="o", lease=f"{account}/{name}", incarnation="i", account=account, granted=amount,
            expires_at_ms=ends_ms, causationid="e",
        ),
        now_ms,
    )  # fmt: skip


def deny(
    book: LeaseBook, account: str | None, available: int, *, leased: int = 0, reason: str = "does_not_cover"
) -> None:
    book.denied(
        LeaseDenied(
            ledger="o",
            incarnation="i",
            account=account,
            reason=reason,
            causationid="e",
            available=available,
            leased=leased,
        ),
        TEAM_ONLY,
        0,
    )


def press(book: LeaseBook, account: str, *, pressed: bool = True) -> None:
    book.pressed(WalletPressed(ledger="o", wallet=account, pressed=pressed), 0)


def test_a_hold_takes_room_from_every_account_or_from_none() -> None:
    book = LeaseBook()
    payers = Payers.of(CASCADE, (TEAM,), [BUDGET])
    grant(book, TEAM, 100)
    assert book.admit("a", payers, 60, 0) is None and book.room(TEAM) == 100
    grant(book, BUDGET.account, 50)
    assert book.admit("a", payers, 60, 0) is None and book.room(TEAM) == 100
    taken = book.admit("b", payers, 50, 0)
    assert taken is not None and [lease.name for lease in taken.leases] == [TEAM, BUDGET.account]
    assert (book.room(TEAM), book.room(BUDGET.account), book.held) == (50, 0, 50)


ENDS = [("settled below", 10, 90), ("settled at", 40, 60), ("settled above", 99, 60), ("voided", None, 100)]


@pytest.mark.parametrize(("what", "amount", "room"), ENDS, ids=[case[0] for case in ENDS])
def test_the_end_of_a_hold_frees_what_it_did_not_spend_and_only_once(what: str, amount: int | None, room: int) -> None:
    book = LeaseBook()
    grant(book, TEAM, 100)
    assert book.admit("a", TEAM_ONLY, 40, 0) is not None and book.room(TEAM) == 60
    for _ in range(2):
        book.voided("a") if amount is None else book.settled("a", amount)
        assert (book.room(TEAM), book.held, book.open_holds) == (room, 0, 0)


def test_the_lease_that_ends_soonest_is_taken_but_none_about_to_end() -> None:
    book = LeaseBook()
    for name, ends_ms in (("late", 15_000), ("soon", 9_000), ("ending", MARGIN_MS - 1)):
        book.heard_time(0, 0, 0)
        grant(book, TEAM, 100, name=name, ends_ms=ends_ms)
    names = [taken.leases[0].id for hold in "abc" if (taken := book.admit(hold, TEAM_ONLY, 60, 0)) is not None]
    assert names == [f"{TEAM}/soon", f"{TEAM}/late"]


def test_leases_end_in_the_brokers_time_which_acknowledgements_tell() -> None:
    book = LeaseBook()
    book.heard_time(1_000_000, 1, 500)
    grant(book, TEAM, 100, ends_ms=1_000_000 + LEASE_MS, now_ms=500)
    assert book.admit("a", TEAM_ONLY, 10, 500 + LEASE_MS - MARGIN_MS) is not None
    assert book.admit("b", TEAM_ONLY, 10, 501 + LEASE_MS - MARGIN_MS) is None


def test_a_lower_wallet_pays_only_while_every_higher_one_is_freshly_told_not_to_cover() -> None:
    book = LeaseBook()
    payers = Payers.of(CASCADE, (USER, TEAM))
    grant(book, TEAM, 100)
    assert book.admit("a", payers, 40, 0) is None
    deny(book, USER, 39)
    assert book.admit("a", payers, 39, 0) is None  # the higher one covers this
    assert book.admit("a", payers, 40, FRESH_MS) is not None
    assert book.admit("b", payers, 40, FRESH_MS + 1) is None
    grant(book, USER, 50)
    taken = book.admit("c", payers, 40, FRESH_MS)
    assert taken is not None and taken.leases[0].name == USER


OBSTACLES = [
    ("nothing is told", [], None),
    ("the wallet may get something back", [(TEAM, 5, 95)], ("wallet", TEAM, False)),
    ("the wallet can get nothing back", [(TEAM, 5, 4)], ("wallet", TEAM, True)),
    ("the wallet covers", [(TEAM, 10, 0)], None),
    ("a budget that may get something back", [(BUDGET.account, 5, 95)], ("budget", BUDGET.account, False)),
    ("a wallet before such a budget", [(BUDGET.account, 5, 95), (TEAM, 5, 95)], ("wallet", TEAM, False)),
    ("a used up budget before a wallet", [(TEAM, 5, 95), (BUDGET.account, 5, 0)], ("budget", BUDGET.account, True)),
]


@pytest.mark.parametrize(("what", "told", "expected"), OBSTACLES, ids=[case[0] for case in OBSTACLES])
def test_what_stands_in_the_way_is_what_was_freshly_told(
    what: str, told: list[tuple[str, int, int]], expected: tuple[str, str, bool] | None
) -> None:
    book = LeaseBook()
    payers = Payers.of(CASCADE, (TEAM,), [BUDGET])
    for account, available, leased in told:
        deny(book, account, available, leased=leased)
    found = book.obstacle(payers, 10, FRESH_MS)
    assert (None if found is None else (found.kind, found.account, found.final)) == expected
    assert book.obstacle(payers, 10, FRESH_MS + 1) is None


def test_no_wallet_of_the_cascade_means_that_none_covers() -> None:
    book = LeaseBook()
    deny(book, None, 0, reason="no_wallet")
    found = book.obstacle(TEAM_ONLY, 1, 0)
    assert found is not None and (found.kind, found.final) == ("wallet", True)


def test_a_budget_that_is_not_in_force_is_left_out_for_a_while() -> None:
    book = LeaseBook()
    payers = Payers.of(CASCADE, (TEAM,), [BUDGET])
    grant(book, TEAM, 100)
    deny(book, BUDGET.account, 0, reason="unknown_budget")
    taken = book.admit("a", payers, 10, FRESH_MS)
    assert taken is not None and [lease.name for lease in taken.leases] == [TEAM]
    assert book.ask(payers, 10, FRESH_MS).payers.budgets == ()
    assert book.admit("b", payers, 10, FRESH_MS + 1) is None
    assert book.ask(payers, 10, FRESH_MS + 1).payers.budgets == (BUDGET,)


def test_leases_are_asked_for_before_they_are_used_up_and_one_at_a_time() -> None:
    book = LeaseBook()
    grant(book, TEAM, 100)
    assert book.admit("a", TEAM_ONLY, 40, 0) is not None and book.asks(0) == []
    assert book.admit("b", TEAM_ONLY, 10, 0) is not None
    [ask] = book.asks(0)
    assert (ask.need, ask.payers) == (10, TEAM_ONLY) and ask.wanted >= 75
    assert book.admit("c", TEAM_ONLY, 10, 0) is not None and book.asks(0) == []
    book.answered(TEAM_ONLY)
    assert book.admit("d", TEAM_ONLY, 10, 0) is not None and len(book.asks(0)) == 1


def test_nothing_is_asked_for_ahead_where_it_would_be_denied_or_have_to_go_back() -> None:
    for pressed in (False, True):
        book = LeaseBook()
        grant(book, TEAM, 100)
        assert book.admit("a", TEAM_ONLY, 80, 0) is not None
        press(book, TEAM) if pressed else deny(book, TEAM, 0)
        assert book.asks(0) == []


def test_while_an_account_is_pressed_idle_room_goes_back_once_also_after_each_settlement() -> None:
    book = LeaseBook()
    grant(book, TEAM, 100)
    assert book.admit("a", TEAM_ONLY, 40, 0) is not None
    press(book, TEAM)
    [first] = book.returns(0)
    assert first.amount == 60 and book.returns(0) == [] and book.room(TEAM) == 0
    book.returned(first)
    assert first.lease.granted == 40 and book.room(TEAM) == 0
    book.settled("a", 15)
    [second] = book.returns(0)
    assert second.amount == 25
    book.kept(second)
    assert book.room(TEAM) == 25
    press(book, TEAM, pressed=False)
    assert book.returns(0) == []


def test_a_rejected_hold_and_a_time_that_went_back_drop_the_leases_concerned() -> None:
    book = LeaseBook()
    grant(book, TEAM, 100)
    grant(book, USER, 100)
    assert book.admit("a", TEAM_ONLY, 10, 0) is not None
    book.hold_rejected(HoldRejected(ledger="o", incarnation="i", hold="a", reason="no_room"))
    assert (book.room(TEAM), book.room(USER)) == (0, 100)
    book.heard_time(100, 1, 0)
    book.heard_time(99, 0, 0)  # an older record that is heard of later
    assert book.regressions == 0 and book.room(USER) == 100
    book.heard_time(99, 2, 0)
    assert book.regressions == 1 and book.room(USER) == 0


def test_a_tickets_leases_belong_to_its_call_alone_and_what_is_left_goes_back() -> None:
    book = LeaseBook()
    part = TicketFunded(ledger="o", ticket="t", lease="x", granted=50, expires_at_ms=LEASE_MS, account=TEAM, leases=1)
    book.funded(part, 0)
    assert book.admit("other", TEAM_ONLY, 10, 0) is None
    assert book.admit("own", TEAM_ONLY, 50, 0, "t") is not None
    book.settled("own", 20)
    [back] = book.ticket_over("t")
    assert back.amount == 30 and book.ticket_over("t") == ()


def test_a_tickets_leases_may_be_of_budgets_alone() -> None:
    book = LeaseBook()
    book.funded(
        TicketFunded(
            ledger="o", ticket="t", lease="x", granted=50, expires_at_ms=LEASE_MS, account=BUDGET.account, leases=1
        ),
        0,
    )
    taken = book.admit("own", Payers.of((), (), [BUDGET]), 50, 0, "t")
    assert taken is not None and taken.leases[0].ticket == "t"


def test_what_is_no_longer_used_is_forgotten() -> None:
    book = LeaseBook()
    grant(book, TEAM, 100)
    assert book.admit("a", TEAM_ONLY, 100, 0) is not None
    book.settled("a", 1)
    book.asks(0)
    book.answered(TEAM_ONLY)
    book.tidy(FORGET_MS + LEASE_MS)
    assert (book.leases, book._accounts, book._uses) == ((), {}, {})


class BookMachine(RuleBasedStateMachine):
    """Any order of grants, holds, ends, returns and losses: no lease is drawn beyond what was granted."""

    def __init__(self) -> None:
        super().__init__()
        self.book = LeaseBook()
        self.book.heard_time(0, 0, 0)  # both clocks begin at 0
        self.now_ms = 0
        self.count = 0
        self.holds: dict[str, tuple[tuple[str, ...], int]] = {}
        self.spent: dict[str, int] = {}
        self.granted: dict[str, int] = {}
        self.back: list[Return] = []

    @rule(
        account=st.sampled_from((USER, TEAM, BUDGET.account)), amount=st.integers(0, 100), life=st.integers(0, LEASE_MS)
    )
    def grants(self, account: str, amount: int, life: int) -> None:
        self.count += 1
        self.granted[f"{account}/{self.count}"] = amount
        grant(self.book, account, amount, name=str(self.count), ends_ms=self.now_ms + life, now_ms=self.now_ms)

    @rule(
        bound=st.integers(1, 60),
        payers=st.sampled_from((TEAM_ONLY, Payers.of(CASCADE, (USER, TEAM)), Payers.of(CASCADE, (TEAM,), [BUDGET]))),
    )
    def admits(self, bound: int, payers: Payers) -> None:
        self.count += 1
        hold = f"h{self.count}"
        taken = self.book.admit(hold, payers, bound, self.now_ms)
        if taken is None:
            return
        assert len(taken.leases) == bool(payers.wallets) + len(payers.names)
        assert taken.expires_at_ms == min(lease.expires_at_ms for lease in taken.leases) >= self.now_ms + MARGIN_MS
        self.holds[hold] = (tuple(lease.id for lease in taken.leases), bound)

    @rule(which=st.integers(0, 50), amount=st.integers(0, 80), void=st.booleans())
    def ends(self, which: int, amount: int, void: bool) -> None:
        if not self.holds:
            return
        hold = list(self.holds)[which % len(self.holds)]
        leases, bound = self.holds.pop(hold)
        if void:
            self.book.voided(hold)
            return
        self.book.settled(hold, amount)
        for lease in leases:
            self.spent[lease] = self.spent.get(lease, 0) + min(amount, bound)

    @rule(account=st.sampled_from((USER, TEAM, BUDGET.account)), pressed=st.booleans())
    def presses(self, account: str, pressed: bool) -> None:
        press(self.book, account, pressed=pressed)
        self.back += self.book.returns(self.now_ms)

    @rule(arrived=st.booleans())
    def hears_of_a_return(self, arrived: bool) -> None:
        if self.back:
            one = self.back.pop()
            self.book.returned(one) if arrived else self.book.kept(one)
            if arrived:
                self.granted[one.lease.id] -= one.amount

    @rule(account=st.sampled_from((USER, TEAM)), available=st.integers(0, 100))
    def is_denied(self, account: str, available: int) -> None:
        deny(self.book, account, available)

    @rule(passed=st.integers(0, 4_000))
    def time_passes(self, passed: int) -> None:
        self.now_ms += passed
        self.book.tidy(self.now_ms)

    @invariant()
    def no_lease_is_drawn_beyond_what_was_granted(self) -> None:
        on_their_way = {id(one.lease): 0 for one in self.back}
        for one in self.back:
            on_their_way[id(one.lease)] += one.amount
        for lease in self.book.leases:
            held = sum(bound for leases, bound in self.holds.values() if lease.id in leases)
            assert lease.granted == self.granted[lease.id]
            assert lease.used == held + self.spent.get(lease.id, 0) + on_their_way.get(id(lease), 0)
            assert 0 <= lease.used <= lease.granted

    @invariant()
    def what_is_held_is_the_sum_of_open_holds(self) -> None:
        assert self.book.held == sum(bound for _, bound in self.holds.values())
        assert self.book.open_holds == len(self.holds)


TestBookMachine = BookMachine.TestCase
TestBookMachine.settings = settings(max_examples=60, stateful_step_count=40)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 60)), max_size=40), st.integers(50, 400))
@settings(max_examples=50)
def test_however_holds_end_no_more_is_spent_than_was_granted(calls: list[tuple[int, int]], money: int) -> None:
    book, spent = LeaseBook(), 0
    grant(book, TEAM, money)
    for number, (bound, cost) in enumerate(calls):
        if book.admit(str(number), TEAM_ONLY, bound, 0) is not None:
            book.settled(str(number), cost)
            spent += min(bound, cost)
    assert spent <= money and book.room(TEAM) == money - spent
