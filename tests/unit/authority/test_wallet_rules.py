"""Who may move money where, and who pays for a call: every wallet rule with what it accepts and refuses."""

from __future__ import annotations

import pytest
from support.ledger import GATEWAY, ORG, OWNER, USD, Ledger, completed, decided, founded, wallet

from keeptrusts.schemas.commands import people, wallets
from keeptrusts.schemas.events.gateway import ClockTicked
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.money import MAX_NANO
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.ledger import UNMETERED, VARIANCE, WORLD, Entry
from keeptrusts.stream_processors.authority.money.charging import cascade
from keeptrusts.stream_processors.authority.money.wallets import RULES

ORG_WALLET, ENG, OPS, DEV = f"organization:{ORG}", "team:team_eng", "team:team_ops", "user:mem_dev"


def fund(to: str, usd: int) -> wallets.WalletFundRequested:
    return wallets.WalletFundRequested(wallet=wallet(to), amount=usd * USD)


def allocate(to: str, usd: int, *, source: str | None = None, period: str | None = None) -> Record:
    return wallets.WalletAllocateRequested.model_validate(
        {
            "wallet": wallet(to),
            "amount": usd * USD,
            "source": None if source is None else wallet(source),
            "period": period,
        }
    )


def reclaim(of: str, usd: int) -> wallets.WalletReclaimRequested:
    return wallets.WalletReclaimRequested(wallet=wallet(of), amount=usd * USD)


def funded() -> Ledger:
    """100 USD in the organization's wallet, 10 in eng's, 2 in dev's."""
    ledger = founded()
    for intent in (fund("org", 112), allocate("eng", 12)):
        ledger.granted(intent)
    ledger.granted(allocate("dev", 2), by="mem_lead")
    return ledger


def moved(entry: Entry) -> dict[str, int]:
    """Whole dollars by account."""
    return {posting.account: posting.amount // USD for posting in entry.postings}


ACCEPTED = [
    ("owner funds the organization", OWNER, fund("org", 5), {WORLD: -5, f"{ORG_WALLET}/available": 5}),
    ("owner funds a team", OWNER, fund("ops", 5), {WORLD: -5, f"{OPS}/available": 5}),
    ("owner allocates to a team", OWNER, allocate("ops", 5), {f"{ORG_WALLET}/available": -5, f"{OPS}/available": 5}),
    (
        "admin allocates to a team",
        "mem_admin",
        allocate("ops", 100),
        {f"{ORG_WALLET}/available": -100, f"{OPS}/available": 100},
    ),
    (
        "owner allocates to a member",
        OWNER,
        allocate("op", 5),
        {f"{ORG_WALLET}/available": -5, "user:mem_op/available": 5},
    ),
    (
        "owner names the source",
        OWNER,
        allocate("ops", 5, source="eng"),
        {f"{ENG}/available": -5, f"{OPS}/available": 5},
    ),
    (
        "lead allocates inside the team",
        "mem_lead",
        allocate("dev2", 5),
        {f"{ENG}/available": -5, "user:mem_dev2/available": 5},
    ),
    (
        "lead names the own team",
        "mem_lead",
        allocate("dev", 5, source="eng"),
        {f"{ENG}/available": -5, f"{DEV}/available": 5},
    ),
    (
        "owner reclaims to the organization",
        OWNER,
        reclaim("eng", 10),
        {f"{ENG}/available": -10, f"{ORG_WALLET}/available": 10},
    ),
    (
        "admin reclaims to the organization",
        "mem_admin",
        reclaim("dev", 1),
        {f"{DEV}/available": -1, f"{ORG_WALLET}/available": 1},
    ),
    ("owner takes money out", OWNER, reclaim("org", 100), {f"{ORG_WALLET}/available": -100, WORLD: 100}),
    ("owner sets the mode", OWNER, wallets.WalletModeSetRequested(mode="enforce"), {}),
    (
        "owner lets an allocation recur",
        OWNER,
        allocate("ops", 5, period="month"),
        {f"{ORG_WALLET}/available": -5, f"{OPS}/available": 5},
    ),
]

REFUSED = [
    ("admin funds", "mem_admin", fund("org", 5), "forbidden"),
    ("lead funds the team", "mem_lead", fund("eng", 5), "forbidden"),
    (
        "funding another organization",
        OWNER,
        wallets.WalletFundRequested(wallet=wallets.WalletRef(scope="organization", owner="org_x"), amount=1),
        "not_found",
    ),
    ("funding no team", OWNER, fund("none", 5), "not_found"),
    ("funding an archived team", OWNER, fund("old", 5), "not_found"),
    ("funding nobody", OWNER, fund("nobody", 5), "not_found"),
    ("funding a removed member", OWNER, fund("gone", 5), "not_found"),
    (
        "more than a wallet holds",
        OWNER,
        wallets.WalletFundRequested(wallet=wallet("org"), amount=MAX_NANO),
        "limit_reached",
    ),
    (
        "more than an organization brings in",
        OWNER,
        wallets.WalletFundRequested(wallet=wallet("ops"), amount=MAX_NANO),
        "limit_reached",
    ),
    ("allocating to no team", OWNER, allocate("none", 5), "not_found"),
    ("allocating more than there is", OWNER, allocate("ops", 101), "insufficient_funds"),
    ("admin allocates more than there is", "mem_admin", allocate("ops", 101), "insufficient_funds"),
    ("allocating from no wallet", OWNER, allocate("eng", 5, source="ops"), "not_found"),
    ("allocating to itself", OWNER, allocate("eng", 5, source="eng"), "same_wallet"),
    ("admin brings money in by allocating", "mem_admin", allocate("org", 5), "forbidden"),
    ("nothing recurs there", OWNER, wallets.WalletStopRecurringRequested(wallet=wallet("eng")), "not_found"),
    ("closing a wallet with money", OWNER, wallets.WalletCloseRequested(wallet=wallet("eng")), "not_empty"),
    ("closing no wallet", OWNER, wallets.WalletCloseRequested(wallet=wallet("ops")), "not_found"),
    ("lead closes a wallet", "mem_lead", wallets.WalletCloseRequested(wallet=wallet("dev")), "forbidden"),
    ("lead allocates to the own team", "mem_lead", allocate("eng", 5), "forbidden"),
    ("lead allocates to another team's member", "mem_lead", allocate("op", 5), "forbidden"),
    ("lead draws on the organization", "mem_lead", allocate("dev", 5, source="org"), "forbidden"),
    ("lead draws on another team", "mem_lead", allocate("dev", 5, source="ops"), "forbidden"),
    ("lead spends more than the team has", "mem_lead", allocate("dev", 11), "insufficient_funds"),
    ("member allocates", "mem_dev", allocate("dev", 1), "forbidden"),
    ("member draws on the team", "mem_dev", allocate("dev", 1, source="eng"), "forbidden"),
    ("reclaiming from no wallet", OWNER, reclaim("ops", 1), "not_found"),
    ("reclaiming more than there is", OWNER, reclaim("eng", 11), "insufficient_funds"),
    ("admin takes money out", "mem_admin", reclaim("org", 1), "forbidden"),
    ("lead reclaims", "mem_lead", reclaim("dev", 1), "forbidden"),
    ("admin sets the mode", "mem_admin", wallets.WalletModeSetRequested(mode="observe"), "forbidden"),
]


@pytest.mark.parametrize(
    ("actor", "intent", "expected"), [row[1:] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED]
)
def test_what_moves_where(actor: str, intent: Record, expected: dict[str, int]) -> None:
    assert moved(funded().granted(intent, by=actor)) == expected


@pytest.mark.parametrize(("actor", "intent", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_does_not_move(actor: str, intent: Record, reason: str) -> None:
    assert funded().refusal(intent, by=actor) == reason


def test_every_rule_is_refused_at_least_once() -> None:
    assert {type(row[2]) for row in REFUSED} == set(RULES)


def test_a_wallet_that_holds_nothing_is_closed_and_opened_again_by_money() -> None:
    ledger = funded()
    ledger.granted(reclaim("eng", 10), by="mem_admin")
    ledger.granted(wallets.WalletCloseRequested(wallet=wallet("eng")))
    assert cascade(ledger.state, Identity(org=ORG, team="team_eng")) == (ORG_WALLET,)
    assert ledger.refusal(reclaim("eng", 1)) == "not_found"
    assert ledger.refusal(allocate("ops", 1, source="eng")) == "not_found"
    reopened = ledger.granted(allocate("eng", 1))
    assert [change.kind for change in reopened.changes] == ["wallet"]
    assert cascade(ledger.state, Identity(org=ORG, team="team_eng")) == (ENG, ORG_WALLET)


def test_an_allocation_recurs_each_month_until_it_is_stopped() -> None:
    ledger = funded()
    ledger.granted(allocate("ops", 5, period="month"))
    month_ms = 31 * 24 * 3600 * 1000
    for expected in (10, 15):
        ledger.now_ms += month_ms
        entry = ledger.append(ledger.event(ClockTicked(deadline="due"), actor="processor:authority"))
        assert entry is not None and moved(entry) == {f"{ORG_WALLET}/available": -5, f"{OPS}/available": 5}
        assert ledger.available(OPS) == expected * USD
    ledger.granted(wallets.WalletStopRecurringRequested(wallet=wallet("ops")))
    ledger.now_ms += month_ms
    assert ledger.append(ledger.event(ClockTicked(deadline="due"), actor="processor:authority")) is None


def test_a_month_whose_source_does_not_cover_it_moves_nothing_says_so_and_goes_on_the_next() -> None:
    ledger = funded()
    ledger.granted(allocate("ops", 50, period="month"))
    ledger.granted(reclaim("org", 50))
    month_ms = 31 * 24 * 3600 * 1000
    ledger.now_ms += month_ms
    entry = ledger.append(ledger.event(ClockTicked(deadline="due"), actor="processor:authority"))
    assert entry is not None and moved(entry) == {}
    assert [getattr(change, "skipped", None) for change in entry.changes] == [
        "organization:org_acme has only 0.00 USD available"
    ]
    ledger.granted(fund("org", 100))
    ledger.now_ms += month_ms
    entry = ledger.append(ledger.event(ClockTicked(deadline="due"), actor="processor:authority"))
    assert entry is not None and moved(entry) == {f"{ORG_WALLET}/available": -50, f"{OPS}/available": 50}


def a_month_later(ledger: Ledger) -> Entry:
    ledger.now_ms += 31 * 24 * 3600 * 1000
    entry = ledger.append(ledger.event(ClockTicked(deadline="due"), actor="processor:authority"))
    assert entry is not None
    return entry


def test_what_recurs_comes_from_outside_only_until_the_organization_has_a_wallet() -> None:
    ledger = founded()
    ledger.granted(allocate("eng", 5, period="month"), by="mem_admin")
    assert moved(a_month_later(ledger)) == {WORLD: -5, f"{ENG}/available": 5}
    ledger.granted(fund("org", 7))
    assert moved(a_month_later(ledger)) == {f"{ORG_WALLET}/available": -5, f"{ENG}/available": 5}
    entry = a_month_later(ledger)
    assert moved(entry) == {}
    assert [getattr(change, "skipped", None) for change in entry.changes] == [
        "organization:org_acme has only 2.00 USD available"
    ]


def test_what_an_owner_brings_into_the_organization_each_month_goes_on_coming_from_outside() -> None:
    ledger = founded()
    ledger.granted(allocate("org", 5, period="month"))
    assert moved(a_month_later(ledger)) == {WORLD: -5, f"{ORG_WALLET}/available": 5}


@pytest.mark.parametrize(
    ("to", "leaves"),
    [
        ("ops", people.TeamChangeRequested(team="team_ops", archived=True)),
        ("op", people.MemberRemoveRequested(member="mem_op")),
    ],
)
def test_nothing_recurs_for_a_team_or_a_person_who_is_not_there_any_more(to: str, leaves: Record) -> None:
    ledger = funded()
    ledger.granted(allocate(to, 5, period="month"))
    ledger.granted(leaves)
    entry = a_month_later(ledger)
    assert moved(entry) == {}
    assert "not there any more" in str([getattr(change, "skipped", None) for change in entry.changes])


def test_a_month_that_would_be_more_than_a_wallet_or_an_organization_can_hold_moves_nothing() -> None:
    ledger = founded()
    ledger.granted(wallets.WalletAllocateRequested(wallet=wallet("eng"), amount=MAX_NANO - 5, period="month"))
    ledger.granted(wallets.WalletAllocateRequested(wallet=wallet("ops"), amount=5, period="month"))
    entry = a_month_later(ledger)
    assert moved(entry) == {}
    assert {str(getattr(change, "skipped", None)).partition(" holds ")[0] for change in entry.changes} == {
        "a wallet",
        "an organization brings in at most 9223372036.854775807 USD",
    }


def test_the_first_money_of_a_wallet_opens_it_and_later_money_does_not() -> None:
    ledger = founded()
    assert [change.kind for change in ledger.granted(fund("eng", 1)).changes] == ["wallet"]
    assert ledger.granted(fund("eng", 1)).changes == ()


@pytest.mark.parametrize("actor", [OWNER, "mem_admin"])
def test_in_an_organization_that_was_never_funded_an_allocation_brings_money_in_and_says_so(actor: str) -> None:
    entry = founded().granted(allocate("eng", 5), by=actor)
    assert moved(entry) == {WORLD: -5, f"{ENG}/available": 5}
    assert entry.message is not None and "from outside" in entry.message


def test_only_an_owner_takes_money_out_where_the_organization_has_no_wallet() -> None:
    ledger = founded()
    ledger.granted(fund("eng", 5))
    assert ledger.refusal(reclaim("eng", 1), by="mem_admin") == "forbidden"
    assert moved(ledger.granted(reclaim("eng", 1))) == {f"{ENG}/available": -1, WORLD: 1}


# who pays: (mode, wallets and their dollars, cost in dollars) -> outcome and postings in dollars
CHARGES = [
    ("no wallet at all: unmetered", "auto", {}, 3, "unmetered", {WORLD: -3, UNMETERED: 3}),
    ("no wallet, observed: unmetered", "observe", {}, 3, "unmetered", {WORLD: -3, UNMETERED: 3}),
    ("no wallet, enforced: unfunded", "enforce", {}, 3, "unfunded", {WORLD: -3, VARIANCE: 3}),
    (
        "the user's wallet first",
        "auto",
        {"dev": 5, "eng": 9, "org": 9},
        3,
        "charged",
        {f"{DEV}/available": -3, f"{DEV}/spent": 3},
    ),
    ("exactly all of it", "auto", {"dev": 3}, 3, "charged", {f"{DEV}/available": -3, f"{DEV}/spent": 3}),
    (
        "then the team's",
        "auto",
        {"dev": 2, "eng": 9, "org": 9},
        3,
        "charged",
        {f"{ENG}/available": -3, f"{ENG}/spent": 3},
    ),
    (
        "then the organization's",
        "auto",
        {"dev": 1, "eng": 2, "org": 9},
        3,
        "charged",
        {f"{ORG_WALLET}/available": -3, f"{ORG_WALLET}/spent": 3},
    ),
    (
        "a wallet that is missing is skipped",
        "auto",
        {"org": 9},
        3,
        "charged",
        {f"{ORG_WALLET}/available": -3, f"{ORG_WALLET}/spent": 3},
    ),
    (
        "none covers it: the first with money pays what it has",
        "auto",
        {"dev": 1, "eng": 2, "org": 2},
        4,
        "unfunded",
        {f"{DEV}/available": -1, f"{DEV}/spent": 1, WORLD: -3, VARIANCE: 3},
    ),
    (
        "observed wallets pay as well",
        "observe",
        {"eng": 2},
        5,
        "unfunded",
        {f"{ENG}/available": -2, f"{ENG}/spent": 2, WORLD: -3, VARIANCE: 3},
    ),
    ("another team's wallet never pays", "auto", {"ops": 9}, 3, "unmetered", {WORLD: -3, UNMETERED: 3}),
    ("a call that cost nothing", "auto", {"dev": 5}, 0, "closed", {}),
]


@pytest.mark.parametrize(
    ("mode", "money", "cost", "outcome", "postings"), [row[1:] for row in CHARGES], ids=[row[0] for row in CHARGES]
)
def test_who_pays_for_a_call(
    mode: str, money: dict[str, int], cost: int, outcome: str, postings: dict[str, int]
) -> None:
    ledger = founded()
    for name, usd in money.items():
        ledger.granted(fund(name, usd))
    ledger.granted(wallets.WalletModeSetRequested.model_validate({"mode": mode}))
    ledger.append(ledger.event(decided("r1"), actor=GATEWAY))
    entry = ledger.append(ledger.event(completed("r1", cost * USD), actor=GATEWAY))
    assert entry is not None
    assert (entry.outcome, moved(entry)) == (outcome, postings)


def test_an_emptied_wallet_is_passed_over_for_the_first_with_money() -> None:
    ledger = founded()
    ledger.granted(fund("dev", 1))
    ledger.granted(fund("eng", 2))
    ledger.granted(reclaim("dev", 1))
    ledger.append(ledger.event(decided("r1"), actor=GATEWAY))
    entry = ledger.append(ledger.event(completed("r1", 5 * USD), actor=GATEWAY))
    assert entry is not None and entry.outcome == "unfunded"
    assert moved(entry) == {f"{ENG}/available": -2, f"{ENG}/spent": 2, WORLD: -3, VARIANCE: 3}


def test_the_wallets_that_existed_at_the_decision_pay() -> None:
    ledger = founded()
    ledger.append(ledger.event(decided("r1"), actor=GATEWAY))
    ledger.granted(fund("dev", 5))
    entry = ledger.append(ledger.event(completed("r1", USD), actor=GATEWAY))
    assert entry is not None and entry.outcome == "unmetered"


@pytest.mark.parametrize(
    ("user", "team", "expected"),
    [
        ("mem_dev", "team_eng", (DEV, ENG, ORG_WALLET)),
        (None, "team_eng", (ENG, ORG_WALLET)),
        ("external:u1", "team_eng", (ENG, ORG_WALLET)),
        ("mem_dev", "team_ops", (DEV, ORG_WALLET)),
        (None, None, (ORG_WALLET,)),
    ],
)
def test_the_cascade_is_user_then_team_then_organization(
    user: str | None, team: str | None, expected: tuple[str, ...]
) -> None:
    assert cascade(funded().state, Identity(org=ORG, user=user, team=team)) == expected
