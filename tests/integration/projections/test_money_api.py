"""Questions about money: balances, transactions, spend and its forecast."""

from __future__ import annotations

from datetime import UTC, datetime

from support.acme import ADMIN, BLUE, LONER, MEMBER, ORG, OWNER, RED, STRANGER, TEAM_ADMIN
from support.asking import Client, get
from support.filled_store import FilledStore
from support.request_material import Material

from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.snapshots.ledger import (
    GENESIS_HASH,
    UNMETERED,
    WORLD,
    Cause,
    Entry,
    Outcome,
    Posting,
    available,
    spent,
)

USD = 1_000_000_000
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ORG_WALLET, RED_WALLET, BLUE_WALLET, MIA_WALLET = (
    f"organization:{ORG}", f"team:{RED}", f"team:{BLUE}", f"user:{MEMBER.id}",
)  # fmt: skip


def entry(seq: int, outcome: Outcome, kind: str, *moves: tuple[str, str, int]) -> Entry:
    postings = [
        posting
        for source, destination, amount in moves
        for posting in (Posting(account=source, amount=-amount), Posting(account=destination, amount=amount))
    ]
    cause = Cause(
        partition=1, offset=seq * 10, event_id=f"event-{seq}", type=kind, actor="member:mem_olga", time=AT,
        subject="x",
    )  # fmt: skip
    return Entry(
        ledger=ORG, seq=seq, cause=cause, ledger_time_ms=1_795_000_000_000, rules_version=1, outcome=outcome,
        postings=tuple(postings), prev_hash=GENESIS_HASH, hash=f"{seq:064x}",
        request=f"req_{seq}" if outcome == "charged" else None,
    )  # fmt: skip


async def fund(filled: FilledStore) -> None:
    """Fund 100 USD, allocate 40 and 10, charge 0.000367 and 3 USD, and 1 USD without a wallet."""
    await filled.derived(
        "kt.ledger",
        ORG,
        entry(0, "accepted", "kt.wallet.fund_requested.v1", (WORLD, available(ORG_WALLET), 100 * USD)),
        entry(1, "accepted", "kt.wallet.allocate_requested.v1",
              (available(ORG_WALLET), available(RED_WALLET), 40 * USD)),
        entry(2, "accepted", "kt.wallet.allocate_requested.v1",
              (available(RED_WALLET), available(MIA_WALLET), 10 * USD)),
        entry(3, "charged", "kt.request.completed.v1", (available(RED_WALLET), spent(RED_WALLET), 367_000)),
        entry(4, "charged", "kt.request.completed.v1", (available(MIA_WALLET), spent(MIA_WALLET), 3 * USD)),
        entry(5, "unmetered", "kt.request.completed.v1", (WORLD, UNMETERED, USD)),
        position=50,
    )  # fmt: skip


async def test_balances_are_exact_and_scoped(client: Client, filled: FilledStore) -> None:
    await fund(filled)
    page = await get(client, "/v1/wallets")
    assert [(row["id"], row["available"], row["spent"], row["funded"]) for row in page["data"]] == [
        (ORG_WALLET, "60.00", "0.00", "60.00"),
        (BLUE_WALLET, "0.00", "0.00", "0.00"),
        (RED_WALLET, "29.999633", "0.000367", "30.00"),
        (MIA_WALLET, "7.00", "3.00", "10.00"),
    ]
    assert page["as_of"] == "1:50"
    balance = (await get(client, "/v1/wallets/balance"))["data"]
    assert balance | {"available": "96.999633", "spent": "3.000367", "unmetered": "1.00", "wallets": 4} == balance
    seen = {
        ADMIN: {ORG_WALLET, RED_WALLET, BLUE_WALLET, MIA_WALLET}, TEAM_ADMIN: {RED_WALLET, BLUE_WALLET, MIA_WALLET},
        MEMBER: {RED_WALLET, MIA_WALLET}, LONER: set(),
    }  # fmt: skip
    for person, wallets in seen.items():
        assert {row["id"] for row in (await get(client, "/v1/wallets", person))["data"]} == wallets, person.name
        for wallet in (ORG_WALLET, RED_WALLET, BLUE_WALLET, MIA_WALLET):
            await get(client, f"/v1/wallets/{wallet}", person, 200 if wallet in wallets else 404)
    await get(client, f"/v1/wallets/{ORG_WALLET}", STRANGER, 404)
    assert (await get(client, "/v1/wallets/red"))["data"]["owner_name"] == "red"
    assert (await get(client, f"/v1/wallets/{MEMBER.email}"))["data"]["id"] == MIA_WALLET


async def test_transactions_carry_the_balance_after_each(client: Client, filled: FilledStore) -> None:
    await fund(filled)
    page = await get(client, f"/v1/wallets/{RED_WALLET}/transactions")
    assert [
        (row["seq"], row["amount"], row["spent"], row["available_after"], row["request"], row["counterparts"])
        for row in page["data"]
    ] == [
        (3, "-0.000367", "0.000367", "29.999633", "req_3", []),
        (2, "-10.00", "0.00", "30.00", None, [MIA_WALLET]),
        (1, "40.00", "0.00", "40.00", None, [ORG_WALLET]),
    ]
    first = await get(client, f"/v1/wallets/{RED_WALLET}/transactions", limit="1")
    second = await get(client, f"/v1/wallets/{RED_WALLET}/transactions", limit="9", cursor=first["next_cursor"])
    assert first["data"] + second["data"] == page["data"]
    frozen = await get(client, f"/v1/wallets/{RED_WALLET}", as_of="1:10")
    assert frozen["data"]["available"] == "40.00"
    await get(client, f"/v1/wallets/{RED_WALLET}/transactions", TEAM_ADMIN)
    await get(client, f"/v1/wallets/{RED_WALLET}/transactions", MEMBER, 403)
    await get(client, f"/v1/wallets/{MIA_WALLET}/transactions", MEMBER)
    await get(client, f"/v1/wallets/{BLUE_WALLET}/transactions", MEMBER, 404)


async def test_spend_sums_costs_and_members_see_team_totals(client: Client, filled: FilledStore) -> None:
    material = Material()
    for user, team, cost in ((MEMBER.id, RED, 5 * USD), (TEAM_ADMIN.id, RED, 7 * USD), ("external:x", BLUE, USD)):
        request, who = material.request_id(), Identity(org=ORG, team=team, user=user)
        await filled.events(material.decided(request, who), material.completed(request, who, cost=cost))
    answer = await get(client, "/v1/spend", since="2026-11-01")
    assert [(row["team"], row["cost"]) for row in answer["data"]] == [("red", "12.00"), ("blue", "1.00")]
    assert answer["totals"]["cost"] == "13.00"
    assert set(answer["forecast"]) >= {"month", "spent", "month_end", "method"}
    own = await get(client, "/v1/spend", MEMBER, since="2026-11-01")
    assert [(row["team"], row["cost"]) for row in own["data"]] == [("red", "12.00")]
    by_user = await get(client, "/v1/spend", MEMBER, since="2026-11-01", group_by="user")
    assert [(row["user"], row["cost"]) for row in by_user["data"]] == [(MEMBER.email, "5.00")]
    by_day = await get(client, "/v1/spend", OWNER, since="2026-11-01", group_by="day,provider")
    assert by_day["data"][0] | {"day": "2026-11-20", "provider": "openai", "cost": "13.00"} == by_day["data"][0]
