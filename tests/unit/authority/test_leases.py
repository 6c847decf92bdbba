"""Leases: who may spend how much until when (ledger rules 2 and 4)."""

from __future__ import annotations

import pytest
from support.ledger import ORG, USD
from support.money import CASCADE, DEV, ENG, ORG_WALLET, claim, funded

from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.events.money import LEASE_MS, LeaseRequested
from keeptrusts.schemas.snapshots.grants import LeaseDenied
from keeptrusts.stream_processors.authority.sizes import ASKED_LATELY_MS, GRACE_MS


def test_a_lease_is_money_set_aside_until_a_time() -> None:
    money = funded(eng=10)
    (granted,) = money.ask(2 * USD)
    assert (granted.account, granted.granted) == (ENG, 2 * USD)
    assert granted.expires_at_ms == money.ledger.now_ms + LEASE_MS
    assert money.accounts(ENG) == (8, 2, 0)
    assert money.denied() == [], "wallets that do not exist are no higher ones"


@pytest.mark.parametrize(
    ("name", "funds", "need", "payer", "denied"),
    [
        ("the user's covers", {"dev": 5, "eng": 5, "org": 5}, 5, DEV, []),
        ("then the team's", {"dev": 4, "eng": 5, "org": 5}, 5, ENG, [(DEV, "does_not_cover", 4 * USD, 0)]),
        (
            "then the organization's",
            {"dev": 4, "eng": 4, "org": 5},
            5,
            ORG_WALLET,
            [(DEV, "does_not_cover", 4 * USD, 0), (ENG, "does_not_cover", 4 * USD, 0)],
        ),
        (
            "none covers all of it",
            {"dev": 4, "eng": 4, "org": 4},
            5,
            None,
            [(one, "does_not_cover", 4 * USD, 0) for one in CASCADE],
        ),
        ("there is no wallet", {"ops": 5}, 5, None, [(None, "no_wallet", None, None)]),
    ],
)
def test_the_first_wallet_that_covers_all_of_it_pays(
    name: str, funds: dict[str, int], need: int, payer: str | None, denied: list[object]
) -> None:
    money = funded(**funds)
    granted = money.ask(need * USD)
    assert [one.account for one in granted] == ([] if payer is None else [payer])
    assert money.denied() == denied


def test_one_gateway_gets_half_of_what_is_free_and_never_less_than_it_needs() -> None:
    money = funded(eng=80)
    assert money.ask(USD, wanted=1000 * USD)[0].granted == 40 * USD
    assert money.ask(USD, wanted=1000 * USD, by="b")[0].granted == 10 * USD, "half of its half of 40"
    assert money.ask(29 * USD, wanted=1000 * USD, by="c")[0].granted == 29 * USD
    assert money.accounts(ENG) == (1, 79, 0)


def test_only_gateways_that_asked_lately_share() -> None:
    money = funded(eng=80)
    money.ask(USD, by="a")
    money.ledger.now_ms += ASKED_LATELY_MS + 1
    assert money.ask(USD, wanted=1000 * USD, by="b")[0].granted == 40 * USD


def test_what_was_neither_spent_nor_held_comes_back_when_the_grace_is_over_and_not_before() -> None:
    money = funded(eng=10)
    lease = money.lease(4 * USD)
    money.decide("r1", USD, lease)
    money.complete("r1", USD)
    money.decide("r2", USD, lease)
    held_until = lease.expires_at_ms + GRACE_MS
    money.ledger.now_ms = held_until - 1_000
    assert money.pass_time(0) is None
    assert money.accounts(ENG) == (6, 3, 1)
    assert money.pass_time(1) is not None
    assert money.accounts(ENG) == (8, 1, 1), "the open hold stays"
    money.complete("r2", USD)
    assert money.accounts(ENG) == (8, 0, 2)
    assert money.ledger.state.money.leases == {}


def test_returned_money_is_free_at_once_and_cannot_be_more_than_the_room() -> None:
    money = funded(eng=10)
    lease = money.lease(4 * USD)
    money.decide("r1", USD, lease)
    assert money.give_back(lease, USD).outcome == "returned"
    assert money.accounts(ENG) == (7, 3, 0)
    money.give_back(lease, 50 * USD)
    assert money.accounts(ENG) == (9, 1, 0)
    assert money.give_back(lease, USD, by="b").outcome == "ignored", "it belongs to another"
    money.refuse("r1")
    money.give_back(lease, USD)
    assert money.accounts(ENG) == (10, 0, 0)
    assert money.give_back(lease, USD).outcome == "ignored", "it has ended"


def test_every_budget_must_agree_or_nothing_is_granted() -> None:
    money = funded(eng=10)
    cap, tight = claim("cap:team:team_eng/month", 5), claim("cap:user:mem_dev/day", 1, period="day")
    assert [one.account for one in money.ask(USD, budgets=(cap, tight))] == [ENG, cap.account, tight.account]
    assert money.ask(USD, budgets=(cap, tight)) == []
    assert money.denied() == [(tight.account, "does_not_cover", 0, USD)]
    assert money.accounts(ENG) == (9, 1, 0)
    assert money.accounts(f"{cap.account}/2026-04") == (4, 1, 0)


def test_budgets_alone_are_asked_with_an_empty_cascade() -> None:
    money = funded()
    cap = claim("cap:team:team_eng/month", 5)
    (granted,) = money.ask(USD, cascade=(), budgets=(cap,))
    assert granted.account == cap.account


def test_a_budget_that_is_not_in_force_is_said_to_be_unknown() -> None:
    money = funded(eng=10)
    assert money.ask(USD, budgets=(claim("budget:gone", 5),)) == []
    assert money.denied() == [("budget:gone", "unknown_budget", None, None)]


def test_a_soft_budget_agrees_and_says_that_it_is_used_up() -> None:
    money = funded(eng=10)
    soft = claim("cap:team:team_eng/month", 2, action="soft")
    assert [one.over_limit for one in money.ask(2 * USD, budgets=(soft,))] == [None, None]
    assert [one.over_limit for one in money.ask(USD, budgets=(soft,))] == [None, True]
    assert money.accounts(f"{soft.account}/2026-04") == (0, 3, 0)


def test_a_lease_on_a_budget_never_outlives_its_period() -> None:
    money = funded(eng=10)
    cap = claim("cap:team:team_eng/day", 5, period="day")
    midnight_ms = 1775088000000
    money.ledger.now_ms = midnight_ms - 5_000
    leases = money.ask(USD, budgets=(cap,))
    assert [one.expires_at_ms for one in leases] == [midnight_ms - 4_000 + LEASE_MS, midnight_ms - 1]
    money.ledger.now_ms = midnight_ms
    money.ask(5 * USD, budgets=(cap,))
    assert money.accounts(f"{cap.account}/2026-04-02") == (0, 5, 0), "a new day, a new account"


def test_a_limit_that_is_lowered_is_followed_as_money_comes_back() -> None:
    money = funded(eng=100)
    account = "cap:team:team_eng/month"
    lease = money.ask(4 * USD, cascade=(), budgets=(claim(account, 10),))[0]
    money.ask(2 * USD, by="b", cascade=(), budgets=(claim(account, 3),))
    assert money.denied() == [(account, "does_not_cover", 0, 4 * USD)]
    money.give_back(lease, 4 * USD)
    money.ask(2 * USD, by="b", cascade=(), budgets=(claim(account, 3),))
    assert money.accounts(f"{account}/2026-04") == (1, 2, 0)


def test_closed_wallets_are_passed_over() -> None:
    money = funded(dev=1, eng=5)
    reclaimed = wallets.WalletReclaimRequested(wallet=wallets.WalletRef(scope="user", owner="mem_dev"), amount=USD)
    money.intend(reclaimed)
    money.intend(wallets.WalletCloseRequested(wallet=wallets.WalletRef(scope="user", owner="mem_dev")))
    assert [one.account for one in money.ask(USD)] == [ENG]
    assert money.inbox(LeaseDenied) == []


def test_a_foreign_organization_has_no_wallet_here() -> None:
    money = funded(eng=5)
    asked = LeaseRequested(incarnation="a", cascade=("organization:org_other",), need=1, wanted=1)
    assert money.tell(asked).outcome == "denied"
    assert money.ledger.state.ledger == ORG
