"""Questions about tickets, holds, budgets and allocations, on entries as the authority writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from support.acme import BLUE, LONER, MEMBER, ORG, OWNER, RED, STRANGER, TEAM_ADMIN
from support.asking import Client, get
from support.filled_store import FilledStore
from support.ledger_entries import AT, AT_MS, USD, Entries, hold, ticket
from support.request_material import Material

from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.periods import period_at
from keeptrusts.schemas.snapshots.directory import BudgetValue, WalletValue
from keeptrusts.schemas.snapshots.ledger import (
    LIMITS,
    WORLD,
    AllocationValue,
    BudgetPeriodOpened,
    HoldClosed,
    HoldOpened,
    RequestOpened,
    ThresholdReached,
    available,
    leased,
    spent,
    ticketed,
)

ORG_WALLET, RED_WALLET, BLUE_WALLET, MIA_WALLET = (
    f"organization:{ORG}", f"team:{RED}", f"team:{BLUE}", f"user:{MEMBER.id}",
)  # fmt: skip


async def test_tickets_are_listed_as_they_are_now_and_within_reach(client: Client, filled: FilledStore) -> None:
    entries = Entries()
    of_mia, of_blue = {"team": RED, "user": MEMBER.id}, {"team": BLUE, "user": "external:x"}
    approved = ticket(
        1, "approved", **of_mia, wallet=ORG_WALLET, amount=USD // 4, decided_by=f"member:{OWNER.id}", reason="board"
    )
    await filled.derived(
        "kt.ledger", ORG,
        entries.entry("waiting", "kt.ticket.opened.v1", changes=(ticket(1, "waiting", **of_mia),)),
        entries.entry("parked", "kt.ticket.withdrawn.v1", changes=(ticket(1, "parked", **of_mia),)),
        entries.entry("waiting", "kt.ticket.opened.v1", changes=(ticket(2, "waiting", **of_blue),)),
        entries.entry("accepted", "kt.wallet.fund_requested.v1", (WORLD, available(ORG_WALLET), USD)),
    )  # fmt: skip
    await filled.derived(
        "kt.ledger", ORG,
        entries.entry(
            "accepted", "kt.ticket.approve_requested.v1",
            (available(ORG_WALLET), ticketed(approved.id), USD // 4), changes=(approved,),
        ),
    )  # fmt: skip
    page = await get(client, "/v1/tickets")
    assert [(row["id"][-1], row["state"], row["team"], row["need"]) for row in page["data"]] == [
        ("2", "waiting", "blue", "0.25"), ("1", "approved", "red", "0.25"),
    ]  # fmt: skip
    shown = (await get(client, f"/v1/tickets/{approved.id}"))["data"]
    assert shown | {
        "user": MEMBER.email, "wallet": ORG_WALLET, "amount": "0.25", "decided_by": OWNER.email, "reason": "board",
        "model": "gpt-4o", "until_at": "2026-11-21T09:00:00.000000Z",
    } == shown  # fmt: skip
    for query, found in (
        ({"state": "waiting"}, "2"), ({"state": "approved,denied"}, "1"), ({"team": "red"}, "1"),
        ({"user": MEMBER.email}, "1"), ({"user": "external:x"}, "2"), ({"request": "req_2"}, "2"),
        ({"limit": "1"}, "2"),
    ):  # fmt: skip
        assert [row["id"][-1] for row in (await get(client, "/v1/tickets", **query))["data"]] == [found], query
    first = await get(client, "/v1/tickets", limit="1")
    second = await get(client, "/v1/tickets", limit="1", cursor=first["next_cursor"])
    assert first["data"] + second["data"] == page["data"] and second["next_cursor"] is None
    for person, seen in ((TEAM_ADMIN, ["2", "1"]), (MEMBER, ["1"]), (LONER, []), (STRANGER, [])):
        assert [row["id"][-1] for row in (await get(client, "/v1/tickets", person))["data"]] == seen, person.name
        await get(client, f"/v1/tickets/{approved.id}", person, 200 if "1" in seen else 404)
    await get(client, "/v1/tickets", OWNER, 400, state="lost")
    await get(client, "/v1/tickets", MEMBER, 404, team="blue")
    wallet = (await get(client, f"/v1/wallets/{ORG_WALLET}"))["data"]
    assert wallet | {"available": "0.75", "ticketed": "0.25", "funded": "1.00"} == wallet
    moves = (await get(client, f"/v1/wallets/{ORG_WALLET}/transactions"))["data"]
    assert [(row["label"], row["amount"], row["available_after"]) for row in moves] == [
        ("set aside for a ticket", "-0.25", "0.75"), ("funded", "1.00", "1.00"),
    ]  # fmt: skip


async def test_holds_are_those_that_are_open_or_presumed(client: Client, filled: FilledStore) -> None:
    entries, material = Entries(), Material()
    kept, lost, done, retried = (material.request_id() for _ in range(4))
    who = Identity(org=ORG, team=RED, user=MEMBER.id)
    other = Identity(org=ORG, team=BLUE, user="external:x")
    for request in (kept, done, lost):
        await filled.events(material.decided(request, who))
    await filled.events(material.decided(retried, other))
    await filled.events(material.completed(done, who), material.completed(lost, who))

    await filled.derived(
        "kt.ledger", ORG,
        entries.opened(kept, hold(kept, 1, RED_WALLET, USD)),
        entries.opened(lost, hold(lost, 1, RED_WALLET, 2 * USD)),
        entries.opened(done, hold(done, 1, RED_WALLET, 4 * USD)),
        entries.opened(retried, hold(retried, 1, ORG_WALLET, USD // 2)),
        entries.entry("opened", "kt.request.decided.v1", changes=(RequestOpened(request="req_free", opened_ms=AT_MS),)),
    )  # fmt: skip
    again = HoldOpened(
        request=retried, hold=hold(retried, 2, ORG_WALLET, USD // 4), owner="inc-2", deadline_ms=AT_MS + 1_000_000
    )
    await filled.derived(
        "kt.ledger", ORG,
        entries.entry("charged", "kt.request.completed.v1", changes=(HoldClosed(hold=f"{done}/1", state="settled"),)),
        entries.entry("voided", "kt.hold.voided.v1", changes=(HoldClosed(hold=f"{retried}/1", state="voided"),)),
        entries.entry("attempted", "kt.request.attempted.v1", changes=(again,)),
        entries.entry("ticked", "kt.clock.ticked.v1",
                      changes=(HoldClosed(hold=f"{lost}/1", state="presumed", charged=2 * USD),)),
    )  # fmt: skip
    rows = (await get(client, "/v1/holds"))["data"]
    assert [(row["id"], row["state"], row["amount"], row["charged"], row["wallet"], row["owner"]) for row in rows] == [
        (f"{kept}/1", "open", "1.00", None, RED_WALLET, "inc-1"),
        (f"{lost}/1", "presumed", "2.00", "2.00", RED_WALLET, "inc-1"),
        (f"{retried}/2", "open", "0.25", None, ORG_WALLET, "inc-2"),
    ]
    assert [row["release"] for row in rows] == [None, f"POST /v1/holds/{lost}/1/release", None]
    assert [(row["team"], row["user"], row["request"]) for row in rows] == [
        ("red", MEMBER.email, kept), ("red", MEMBER.email, lost), ("blue", "external:x", retried),
    ]  # fmt: skip
    assert rows[0]["gateway"] and rows[0]["draws"] == [
        {"lease": "e/1", "account": RED_WALLET, "amount": "1.00"},
        {"lease": "e/2", "account": "budget:bud_1", "amount": "1.00"},
    ]
    assert rows[0]["age_seconds"] > 0 and rows[0]["deadline_at"] == "2026-11-20T09:15:00.000000Z"
    for query, found in (
        ({"state": "presumed"}, [lost]), ({"state": "open"}, [kept, retried]), ({"team": "blue"}, [retried]),
        ({"user": MEMBER.email}, [kept, lost]), ({"wallet": ORG_WALLET}, [retried]), ({"owner": "inc-2"}, [retried]),
        ({"request": lost}, [lost]), ({"gateway": "nowhere"}, []),
    ):  # fmt: skip
        assert [row["request"] for row in (await get(client, "/v1/holds", **query))["data"]] == found, query
    first = await get(client, "/v1/holds", limit="2")
    second = await get(client, "/v1/holds", limit="2", cursor=first["next_cursor"])
    assert [row["id"] for row in first["data"] + second["data"]] == [row["id"] for row in rows]
    assert (await get(client, f"/v1/holds/{lost}/1"))["data"]["state"] == "presumed"
    await get(client, f"/v1/holds/{done}/1", OWNER, 404)
    for person, seen in ((TEAM_ADMIN, 3), (MEMBER, 2), (LONER, 0), (STRANGER, 0)):
        assert len((await get(client, "/v1/holds", person))["data"]) == seen, person.name
        await get(client, f"/v1/holds/{kept}/1", person, 200 if seen else 404)
    wallets = {row["id"]: row for row in (await get(client, "/v1/wallets"))["data"]}
    assert (wallets[RED_WALLET]["held"], wallets[ORG_WALLET]["held"]) == ("1.00", "0.25")
    assert (await get(client, f"/v1/wallets/{RED_WALLET}", as_of="1:10"))["data"]["held"] is None
    await filled.derived(
        "kt.ledger", ORG,
        entries.entry("accepted", "kt.hold.release_requested.v1",
                      changes=(HoldClosed(hold=f"{lost}/1", state="released"),)),
    )  # fmt: skip
    assert [row["request"] for row in (await get(client, "/v1/holds"))["data"]] == [kept, retried]


async def test_budgets_show_what_is_used_of_their_period(client: Client, filled: FilledStore) -> None:
    entries = Entries()
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    (month, ends_ms), (day, day_ends_ms) = period_at(now_ms, "month", "Europe/Berlin"), period_at(now_ms, "day")
    team = BudgetValue(
        id="bud_1", org=ORG, scope="team", owner=RED, limit=3 * USD, period="month", time_zone="Europe/Berlin",
        action="hard", thresholds_percent=(50, 80, 100), created_at=AT,
    )  # fmt: skip
    unused = team.model_copy(update={"id": "bud_2", "scope": "gateway", "owner": "main", "action": "soft"})
    gone = team.model_copy(update={"id": "bud_3", "scope": "user", "owner": MEMBER.id, "state": "removed"})
    keyed = team.model_copy(update={"id": "bud_4", "scope": "key", "owner": "key_gateway", "time_zone": "UTC"})
    await filled.derived("kt.directory", ORG, team, unused, gone, keyed)
    full, past, cap = f"budget:bud_1/{month}", "budget:bud_1/2026-01", f"cap:user:{MEMBER.id}/day/{day}"

    def period(account: str, name: str, limit: int, ends: int) -> BudgetPeriodOpened:
        return BudgetPeriodOpened(account=account, full=name, limit=limit, ends_ms=ends)

    def reached(percent: int, amount: int) -> ThresholdReached:
        return ThresholdReached(account=full, of="budget", percent=percent, amount=amount, limit=3 * USD)

    await filled.derived(
        "kt.ledger", ORG,
        entries.entry("charged", "kt.request.completed.v1", (LIMITS, available(past), USD),
                      (available(past), spent(past), USD), changes=(period("budget:bud_1", past, USD, AT_MS),)),
        entries.entry("granted", "kt.lease.requested.v1", (LIMITS, available(full), 2 * USD),
                      (available(full), leased(full), 2 * USD),
                      changes=(period("budget:bud_1", full, 2 * USD, ends_ms),)),
        entries.entry("charged", "kt.request.completed.v1", (leased(full), spent(full), USD + 5 * 10**8),
                      changes=(reached(50, USD + 5 * 10**8),)),
        entries.entry("accepted", "kt.budget.set_requested.v1", (LIMITS, available(full), USD),
                      changes=(period("budget:bud_1", full, 3 * USD, ends_ms),)),
        entries.entry("granted", "kt.lease.requested.v1", (LIMITS, available(cap), USD),
                      (available(cap), leased(cap), USD // 10),
                      changes=(period(f"cap:user:{MEMBER.id}/day", cap, USD, day_ends_ms),)),
    )  # fmt: skip
    rows = {row["id"]: row for row in (await get(client, "/v1/budgets"))["data"]}
    assert list(rows) == ["bud_1", "bud_4", "bud_2", f"cap:user:{MEMBER.id}/day"]
    shown = rows["bud_1"]
    assert shown | {
        "source": "budget", "scope": "team", "owner_name": "red", "limit": "3.00", "time_zone": "Europe/Berlin",
        "action": "hard", "thresholds_percent": [50, 80, 100],
    } == shown  # fmt: skip
    current = shown["current"]
    assert current | {
        "name": month, "limit": "3.00", "spent": "1.50", "leased": "0.50", "remaining": "1.00", "percent": 50.0,
    } == current  # fmt: skip
    assert [(item["percent"], item["amount"]) for item in current["thresholds_reached"]] == [(50, "1.50")]
    assert (rows["bud_2"]["current"]["spent"], rows["bud_2"]["current"]["percent"]) == ("0.00", 0.0)
    assert rows["bud_4"]["owner_name"] == "red's gateway"
    of_policy = rows[f"cap:user:{MEMBER.id}/day"]
    assert (of_policy["source"], of_policy["owner_name"], of_policy["period"]) == ("policy", MEMBER.email, "day")
    assert (of_policy["current"]["leased"], of_policy["current"]["name"]) == ("0.10", day)
    for query, found in (
        ({"scope": "team"}, ["bud_1"]), ({"owner": "red"}, ["bud_1"]), ({"action": "soft"}, ["bud_2"]),
        ({"source": "policy"}, [f"cap:user:{MEMBER.id}/day"]), ({"state": "removed"}, ["bud_3"]),
        ({"owner": MEMBER.email, "source": "budget", "state": "all"}, ["bud_3"]),
    ):  # fmt: skip
        assert [row["id"] for row in (await get(client, "/v1/budgets", **query))["data"]] == found, query
    detail = (await get(client, "/v1/budgets/bud_1"))["data"]
    assert [(item["name"], item["limit"], item["spent"], item["percent"]) for item in detail["past"]] == [
        ("2026-01", "1.00", "1.00", 100.0)
    ]
    capped = (await get(client, f"/v1/budgets/cap:user:{MEMBER.id}%2Fday"))["data"]
    assert capped["current"]["name"] == day and capped["past"] == []
    for person, seen in ((TEAM_ADMIN, 3), (MEMBER, 3), (LONER, 0), (STRANGER, 0)):
        assert len((await get(client, "/v1/budgets", person))["data"]) == seen, person.name
        await get(client, "/v1/budgets/bud_1", person, 200 if seen else 404)
        await get(client, "/v1/budgets/bud_2", person, 404)
    await get(client, "/v1/budgets", OWNER, 400, scope="planet")


async def test_wallets_say_what_recurs_what_is_low_and_what_is_closed(client: Client, filled: FilledStore) -> None:
    entries = Entries()
    closed = WalletValue(id=BLUE_WALLET, org=ORG, scope="team", owner=BLUE, created_at=AT, closed_at=AT)
    await filled.derived("kt.directory", ORG, closed)
    monthly = AllocationValue(
        id=RED_WALLET, org=ORG, source=ORG_WALLET, amount=200 * USD, next_ms=AT_MS, asked_by=f"member:{OWNER.id}",
        skipped="insufficient_funds",
    )  # fmt: skip
    stopped = monthly.model_copy(update={"id": MIA_WALLET, "state": "stopped"})

    def low(wallet: str, percent: int) -> ThresholdReached:
        return ThresholdReached(account=wallet, of="wallet", percent=percent, amount=USD, limit=10 * USD)

    await filled.derived(
        "kt.ledger", ORG,
        entries.entry("accepted", "kt.wallet.fund_requested.v1", (WORLD, available(RED_WALLET), 10 * USD)),
        entries.entry("accepted", "kt.wallet.allocate_requested.v1", (WORLD, available(MIA_WALLET), 10 * USD),
                      changes=(monthly, stopped)),
        entries.entry("granted", "kt.lease.requested.v1", (available(RED_WALLET), leased(RED_WALLET), 9 * USD)),
        entries.entry("charged", "kt.request.completed.v1", (leased(RED_WALLET), spent(RED_WALLET), 8 * USD),
                      changes=(low(RED_WALLET, 20), low(MIA_WALLET, 20))),
        entries.entry("charged", "kt.request.completed.v1", changes=(low(RED_WALLET, 10),)),
        entries.entry("returned", "kt.lease.returned.v1", (leased(RED_WALLET), available(RED_WALLET), USD)),
        entries.entry("accepted", "kt.wallet.fund_requested.v1", (WORLD, available(MIA_WALLET), USD)),
    )  # fmt: skip
    rows = {row["id"]: row for row in (await get(client, "/v1/wallets"))["data"]}
    assert set(rows) == {ORG_WALLET, RED_WALLET, MIA_WALLET}
    assert (rows[RED_WALLET]["low_balance_percent"], rows[MIA_WALLET]["low_balance_percent"]) == (10, None)
    assert (await get(client, f"/v1/wallets/{RED_WALLET}", as_of="1:30"))["data"]["low_balance_percent"] == 20
    assert rows[RED_WALLET]["recurring"] | {
        "amount": "200.00", "source": ORG_WALLET, "asked_by": OWNER.email, "skipped": "insufficient_funds",
        "next_at": "2026-11-20T09:00:00.000000Z", "owner_name": "red",
    } == rows[RED_WALLET]["recurring"]  # fmt: skip
    assert rows[MIA_WALLET]["recurring"] is None
    assert [row["id"] for row in (await get(client, "/v1/wallets", state="closed"))["data"]] == [BLUE_WALLET]
    assert (await get(client, "/v1/wallets/blue"))["data"]["state"] == "closed"
    for query, found in (({}, [RED_WALLET]), ({"state": "all"}, [RED_WALLET, MIA_WALLET])):
        listed = (await get(client, "/v1/wallets/recurring", **query))["data"]
        assert [row["wallet"] for row in listed] == found
    assert (await get(client, "/v1/wallets/recurring", LONER))["data"] == []
    path = f"/v1/wallets/{RED_WALLET}/transactions"
    assert [(row["label"], row["amount"], row["spent"], row["balance_after"]) for row in
            (await get(client, path))["data"]] == [
        ("call charged", "-8.00", "8.00", "2.00"), ("funded", "10.00", "0.00", "10.00"),
    ]  # fmt: skip
    everything = (await get(client, path, leases="true"))["data"]
    assert [(row["label"], row["amount"], row["leased"], row["available_after"]) for row in everything] == [
        ("returned by a gateway", "0.00", "-1.00", "2.00"), ("call charged", "-8.00", "-8.00", "1.00"),
        ("lent to a gateway", "0.00", "9.00", "1.00"), ("funded", "10.00", "0.00", "10.00"),
    ]  # fmt: skip
