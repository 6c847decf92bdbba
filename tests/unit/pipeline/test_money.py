"""A call's money: held before it is dispatched, charged once, free only when the log has the end; and who must wait."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from support.gateway import NOW, ORG, PROVIDED, FakeConnection, FakeGateway, gateway, ok, problem
from support.streams import STREAMS
from support.tiny_ledger import with_money

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure
from keeptrusts.schemas.events import money
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided
from keeptrusts.schemas.publishing import Ack, AckUnknownError
from keeptrusts.schemas.snapshots.directory import BudgetValue, OrganizationValue

TARGET = "providers:\n  targets:\n    - {id: openai, provider: openai}\n"
OPEN = "policies:\n  chain: [audit-logger]\nwallets: {max_wait_seconds: 0}\n" + TARGET
WAITING = OPEN.replace("max_wait_seconds: 0", "max_wait_seconds: 20")
TWO = OPEN + "    - {id: second, provider: openai}\n"
BODY = json.dumps({"model": "gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}).encode()
COST = 60 * 2_500 + 40 * 1_250 + 10 * 10_000
TEAM = "team:team_engineering"
PLENTY = 10**12


async def chat(
    made: FakeGateway, body: bytes = BODY, connection: FakeConnection | None = None, **headers: str
) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = connection or FakeConnection(body=body)
    return await model_call(made.services, made.call("engineering", sent), connection, "chat")


def of(made: FakeGateway, kind: type[Any]) -> list[Any]:
    return [event.data for event in made.publisher.events if isinstance(event.data, kind)]


async def settle_down(made: FakeGateway) -> None:
    """Let everything that is on its way arrive."""
    for _ in range(20):
        await asyncio.sleep(0)
    await made.services.late_records.drain(5)


async def bound_of_a_call() -> int:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        await chat(made)
        return next(iter(ledger.holds.values())).amount


async def test_the_hold_is_in_the_decision_before_dispatch_and_its_settlement_in_the_completion() -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        answer = await chat(made)
        [decision], [completion] = of(made, RequestDecided), of(made, RequestCompleted)
        assert answer.status == 200 and decision.hold.id == f"{decision.request}/1"
        assert [draw.account for draw in decision.hold.draws] == [TEAM]
        assert made.provider.recorded_before == [2]  # the request for a lease, the decision
        assert completion.settle == money.Settle(hold=decision.hold.id, amount=COST, basis="reported")
        assert (completion.cost, completion.cost_state, completion.void) == (COST, "priced", None)
        assert ledger.spent(TEAM) == COST and ledger.faults == []


async def test_a_caller_without_wallets_is_not_metered_and_asks_for_nothing() -> None:
    made = gateway(OPEN)
    async with with_money(made, {"team:team_support": PLENTY}) as ledger:
        answer = await chat(made)
    assert answer.status == 200 and "x-keeptrusts-wallet-remaining" not in answer.headers
    [decision] = of(made, RequestDecided)
    assert decision.hold is None and of(made, money.LeaseRequested) == [] and ledger.holds == {}


@pytest.mark.parametrize(("mode", "wallets", "status"), [("observe", {TEAM: 0}, 200), ("enforce", {}, 402)])
async def test_the_wallet_mode_decides_who_is_metered(mode: Any, wallets: dict[str, int], status: int) -> None:
    made = gateway(OPEN)
    made.apply(OrganizationValue(id=ORG, org=ORG, name="Acme", slug="acme", wallet_mode=mode, created_at=NOW))
    async with with_money(made, wallets):
        assert (await chat(made)).status == status


async def test_calls_after_the_first_take_the_room_that_is_there_without_waiting() -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        ledger.generous = True
        for _ in range(5):
            assert (await chat(made)).status == 200
        assert made.services.counters.money.waits.counts[0] + sum(made.services.counters.money.waits.counts[1:]) == 1
        assert len(ledger.leases) <= 2 and ledger.spent(TEAM) == 5 * COST


async def test_room_is_free_once_the_settlement_is_acknowledged_and_not_before() -> None:
    bound = await bound_of_a_call()
    made = gateway(OPEN)
    async with with_money(made, {TEAM: bound}) as ledger:
        append = made.publisher.append
        lost: list[Any] = []

        async def completion_is_lost_once(*events: Any, deadline_s: float) -> tuple[Ack, ...]:
            if isinstance(events[0].data, RequestCompleted) and not lost:
                lost.append(made.services.desk.figures())
                raise AckUnknownError("no acknowledgement")
            return await append(*events, deadline_s=deadline_s)

        object.__setattr__(made.publisher, "append", completion_is_lost_once)
        answer = await chat(made)
        assert answer.status == 503 and made.services.desk.figures()[2:] == (bound, 1)
        await made.services.late_records.drain(5)
        assert made.services.desk.figures()[1:] == (bound - COST, 0, 0)
        assert ledger.spent(TEAM) == COST and ledger.faults == []


async def test_after_an_unknown_acknowledgement_nothing_is_dispatched_and_the_hold_is_voided() -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        append = made.publisher.append

        async def decision_is_not_heard_of(*events: Any, deadline_s: float) -> tuple[Ack, ...]:
            acks = await append(*events, deadline_s=deadline_s)
            if isinstance(events[0].data, RequestDecided):
                raise AckUnknownError("no acknowledgement")
            return acks

        object.__setattr__(made.publisher, "append", decision_is_not_heard_of)
        answer = await chat(made)
        assert answer.status == 503 and made.provider.asked == []
        await settle_down(made)
        [completion] = of(made, RequestCompleted)
        assert completion.void.reason == "ack_unknown" and completion.settle is None
        assert [hold.state for hold in ledger.holds.values()] == ["void"]
        assert made.services.desk.figures()[2:] == (0, 0)


LATE = [
    ("of a clock that is not the broker's", lambda ack, expires: ack.__class__(
        partition=0, offset=ack.offset, timestamp_ms=ack.timestamp_ms, timestamp_type=0)),
    ("after the lease has ended", lambda ack, expires: ack.__class__(
        partition=0, offset=ack.offset, timestamp_ms=expires + 1, timestamp_type=1)),
    ("without an offset", lambda ack, expires: ack.__class__(
        partition=0, offset=-1, timestamp_ms=ack.timestamp_ms, timestamp_type=1)),
]  # fmt: skip


@pytest.mark.parametrize("times", [1, 9], ids=["once", "always"])
@pytest.mark.parametrize(("what", "change"), LATE, ids=[case[0] for case in LATE])
async def test_a_hold_is_dispatched_on_only_behind_the_fence(what: str, change: Any, times: int) -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        append = made.publisher.append
        changed: list[str] = []

        async def wrong_for_some(*events: Any, deadline_s: float) -> tuple[Ack, ...]:
            acks = await append(*events, deadline_s=deadline_s)
            hold = getattr(events[-1].data, "hold", None)
            if isinstance(hold, money.Hold) and len(changed) < times:
                changed.append(hold.id)
                expires = ledger.leases[hold.draws[0].lease].expires_at_ms
                return (*acks[:-1], change(acks[-1], expires))
            return acks

        object.__setattr__(made.publisher, "append", wrong_for_some)
        answer = await chat(made)
        await settle_down(made)
        states = [hold.state for hold in ledger.holds.values()]
        if times == 1:
            assert answer.status == 200 and states == ["void", "settled"]
            [attempt] = of(made, RequestAttempted)
            assert (attempt.cause, attempt.hold.id[-2:]) == ("lease_ended", "/2")
        else:
            assert answer.status == 503 and made.provider.asked == [] and states == ["void"] * 4
        assert ledger.faults == [] and made.services.desk.figures()[2:] == (0, 0)


async def test_dispatch_more_than_five_seconds_after_the_hold_was_sent_is_refused_by_the_fence() -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        append = made.publisher.append

        async def slowly(*events: Any, deadline_s: float) -> tuple[Ack, ...]:
            acks = await append(*events, deadline_s=deadline_s)
            if isinstance(events[0].data, RequestDecided):
                made.clock.ns += 5_100_000_000
            return acks

        object.__setattr__(made.publisher, "append", slowly)
        assert (await chat(made)).status == 200
        await settle_down(made)
        assert [hold.state for hold in ledger.holds.values()] == ["void", "settled"]


ENDS: list[tuple[str, ProviderAnswer | ProviderFailure, str, str]] = [
    ("no usage", ok({**PROVIDED, "usage": None}), "settled", "presumed"),
    ("server error", ok(b"{}", status=500), "settled", "presumed"),
    ("timeout", ProviderFailure(kind="timeout", reason="r", billed=True, elapsed_us=1), "settled", "presumed"),
    ("unreachable", ProviderFailure(kind="connection", reason="r", billed=False, elapsed_us=1), "void", "none"),
    ("bad request", ok({"error": {"message": "m"}}, status=400), "void", "none"),
]


@pytest.mark.parametrize(("what", "end", "state", "cost_state"), ENDS, ids=[case[0] for case in ENDS])
async def test_what_the_provider_may_have_billed_is_charged_and_nothing_else(
    what: str, end: ProviderAnswer | ProviderFailure, state: str, cost_state: str
) -> None:
    made = gateway(OPEN)
    made.provider.result = end
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        await chat(made)
        holds, [completion] = list(ledger.holds.values()), of(made, RequestCompleted)
        assert ({hold.state for hold in holds}, completion.cost_state) == ({state}, cost_state)
        assert [hold.charged for hold in holds] == [hold.amount if state == "settled" else 0 for hold in holds]
        assert completion.cost == (ledger.spent(TEAM) or None) and len(holds) == len(made.provider.asked)


async def test_usage_above_the_hold_charges_the_hold_and_is_counted() -> None:
    made = gateway(OPEN)
    made.provider.result = ok({**PROVIDED, "usage": {"prompt_tokens": 9_000_000, "completion_tokens": 1}})
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        await chat(made)
        [hold], [completion] = ledger.holds.values(), of(made, RequestCompleted)
        assert hold.charged == hold.amount == completion.cost
        assert completion.settle.amount > hold.amount and made.services.counters.money.variances == 1


async def test_every_attempt_has_its_own_hold_and_ends_the_one_before() -> None:
    made = gateway(TWO, environment={"OPENAI_API_KEY": "sk"})
    made.provider.then = [ok({"error": {"message": "m"}}, status=429), ok(b"{}", status=503)]
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        answer = await chat(made)
        first, second = list(ledger.holds.values())[:2]
        assert answer.status in (200, 502) and (first.state, first.charged) == ("void", 0)
        assert (second.state, second.charged) == ("settled", second.amount)
        completion = of(made, RequestCompleted)[0]
        assert completion.cost == ledger.spent(TEAM) and completion.cost_state == "presumed"
        kinds = [type(event.data).__name__ for event in made.publisher.events]
        assert kinds.index("HoldVoided") + 1 == kinds.index("RequestAttempted")
        assert ledger.faults == []


async def test_a_further_attempt_may_use_what_the_one_before_gives_back() -> None:
    bound = await bound_of_a_call()
    made = gateway(TWO, environment={"OPENAI_API_KEY": "sk"})
    made.provider.then = [ok({"error": {"message": "m"}}, status=429)]
    async with with_money(made, {TEAM: bound}) as ledger:
        assert (await chat(made)).status == 200
        assert [hold.state for hold in ledger.holds.values()] == ["void", "settled"] and ledger.faults == []


async def test_a_caller_who_leaves_a_stream_is_charged_the_hold() -> None:
    case = STREAMS[0]
    made = gateway(OPEN)
    made.provider.pieces = list(case.pieces)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        body = json.dumps({**json.loads(case.body), "max_tokens": 100}).encode()
        await chat(made, connection=FakeConnection(body=body, stays=1))
        [hold], [completion] = ledger.holds.values(), of(made, RequestCompleted)
        assert (hold.state, hold.charged, completion.cost_state) == ("settled", hold.amount, "presumed")


async def test_without_money_the_caller_gets_402_with_a_ticket_that_is_recorded() -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: 5}) as ledger:
        answer = await chat(made)
        document = problem(answer)
        [opened], [decision] = of(made, money.TicketOpened), of(made, RequestDecided)
        assert (answer.status, document["code"]) == (402, "insufficient_funds")
        assert answer.headers["x-keeptrusts-ticket"] == document["ticket"] == opened.ticket == decision.ticket
        assert answer.headers["x-should-retry"] == "false" and opened.ticket in str(document["detail"])
        assert decision.hold is None and decision.input_hash == opened.input_hash
        kinds = [type(event.data).__name__ for event in made.publisher.events]
        assert kinds[-4:] == ["TicketOpened", "TicketWithdrawn", "RequestDecided", "RequestCompleted"]
        assert made.provider.asked == [] and list(ledger.parked) == [opened.ticket]


async def test_a_waiting_call_goes_on_as_soon_as_money_comes() -> None:
    made = gateway(WAITING)
    async with with_money(made, {TEAM: 0}) as ledger:
        under_way = asyncio.create_task(chat(made))
        await until(lambda: bool(ledger.waiting))
        made.clock.ns += 15 * 10**9
        ledger.fund(TEAM, PLENTY)
        answer = await under_way
        [decision] = of(made, RequestDecided)
        assert answer.status == 200 and decision.ticket is not None and ledger.spent(TEAM) == COST
        assert made.provider.asked[0].timeout_s == made.services.settings.provider_timeout_s, "waiting is not counted"
        await settle_down(made)
        await until(lambda: made.services.desk.figures()[0] == 0)
        assert ledger.available[TEAM] == PLENTY - COST and ledger.faults == []


async def test_a_caller_who_leaves_while_waiting_withdraws_the_ticket() -> None:
    made = gateway(WAITING)
    connection = FakeConnection(body=BODY)
    async with with_money(made, {TEAM: 0}) as ledger:
        under_way = asyncio.create_task(chat(made, connection=connection))
        await until(lambda: bool(ledger.waiting) and connection.tell is not None)
        assert connection.tell is not None
        connection.tell()
        await under_way
        assert of(made, money.TicketWithdrawn)[0].reason == "caller_gone"
        assert of(made, RequestCompleted)[0].client_gone


async def test_nobody_is_refused_while_money_that_is_held_may_come_back() -> None:
    """Ten calls at once, money for the bounds of two and the costs of ten: all are answered, none is overspent."""
    bound = await bound_of_a_call()
    made = gateway(WAITING)
    money_for = 10 * COST + 2 * bound
    async with with_money(made, {TEAM: money_for}) as ledger:
        answers = await asyncio.gather(*[chat(made) for _ in range(10)])
        assert [answer.status for answer in answers] == [200] * 10
        assert ledger.spent(TEAM) == 10 * COST and ledger.faults == []


async def test_a_ticket_is_redeemed_once_by_its_caller_with_its_input() -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: 5}) as ledger:
        ticket = (await chat(made)).headers["x-keeptrusts-ticket"]
        early = await chat(made, x_keeptrusts_ticket=ticket)
        assert (early.status, problem(early)["code"]) == (402, "insufficient_funds")
        ledger.approved[ticket] = ledger.parked[ticket]
        answer = await chat(made, x_keeptrusts_ticket=ticket)
        assert answer.status == 200 and of(made, RequestDecided)[-1].ticket == ticket
        assert ledger.spent(f"ticket:{ticket}") == COST and ledger.faults == []
        again = await chat(made, x_keeptrusts_ticket=ticket)
        assert (again.status, problem(again)["code"]) == (409, "conflict") and "used already" in again.body.decode()
        assert of(made, RequestDecided)[-1].verdict == "refuse" and of(made, RequestCompleted)[-1].status == 409
        assert ledger.spent(f"ticket:{ticket}") == COST and len(made.provider.asked) == 1
        assert problem(await chat(made, x_keeptrusts_ticket="tkt_1"))["code"] == "not_found"


@pytest.mark.parametrize(
    ("headers", "body", "status", "verdict"),
    [({"x_user_id": "eve"}, BODY, 403, "block"), ({}, BODY.replace(b"Hi", b"Ho"), 422, "refuse")],
    ids=["another caller", "another input"],
)
async def test_a_ticket_is_nobody_elses(headers: dict[str, str], body: bytes, status: int, verdict: str) -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: 5}) as ledger:
        ticket = (await chat(made)).headers["x-keeptrusts-ticket"]
        ledger.approved[ticket] = ledger.parked[ticket]
        before = dict(ledger.available)
        answer = await chat(made, body, x_keeptrusts_ticket=ticket, **headers)
        assert answer.status == status and made.provider.asked == [] and ledger.available == before
        decision, completion = of(made, RequestDecided)[-1], of(made, RequestCompleted)[-1]
        assert (decision.verdict, decision.hold, completion.status) == (verdict, None, status)


CAPPED = OPEN.replace("[audit-logger]", "[spend-limit]") + "policy:\n  spend-limit: {monthly_limit: 0.002}\n"


async def test_a_spend_limit_refuses_with_429_without_retry_after_once_it_is_reached() -> None:
    made = gateway(CAPPED)
    async with with_money(made, {}) as ledger:
        assert (await chat(made)).status == 200
        [claim] = of(made, money.LeaseRequested)[0].budgets
        assert (claim.account, claim.limit, claim.period) == ("cap:team:team_engineering/month", 2_000_000, "month")
        statuses = [(await chat(made)).status for _ in range(4)]
        answer = await chat(made)
        assert (answer.status, problem(answer)["code"], problem(answer)["policy"]) == (
            429, "budget_exceeded", "spend-limit",
        )  # fmt: skip
        assert "Retry-After" not in answer.headers and answer.headers["x-should-retry"] == "false"
        assert [(one.kind, one.result) for one in of(made, RequestDecided)[-1].policies] == [("spend-limit", "block")]
        assert statuses[-1] == 429 and ledger.spent(claim.account) <= 2_000_000 and ledger.faults == []


async def test_nobody_is_refused_at_a_cap_while_what_is_held_under_it_may_come_back() -> None:
    bound = await bound_of_a_call()
    cap = 10 * COST + 2 * bound
    made = gateway(CAPPED.replace("0.002", f"{cap / 1e9:.9f}").replace("max_wait_seconds: 0", "max_wait_seconds: 20"))
    async with with_money(made, {}) as ledger:
        answers = await asyncio.gather(*[chat(made) for _ in range(10)])
        assert [answer.status for answer in answers] == [200] * 10
        assert ledger.spent("cap:team:team_engineering/month") == 10 * COST and ledger.faults == []


async def test_at_a_hard_cap_a_cheaper_model_is_tried_before_anybody_is_refused() -> None:
    made = gateway(CAPPED.replace("targets:", "routing: {budget_fallbacks: [gpt-4o-mini]}\n  targets:"))
    async with with_money(made, {}) as ledger:
        models = [(await chat(made)).headers.get("x-keeptrusts-model") for _ in range(8)]
    assert models[0] == "gpt-4o" and "gpt-4o-mini" in models and ledger.faults == []


async def test_a_request_that_may_cost_more_than_one_may_is_refused_or_warned_about() -> None:
    policy = (
        OPEN.replace("[audit-logger]", "[spend-limit]") + "policy:\n  spend-limit: {per_request_limit: 0.0001ACT}\n"
    )
    blocking, warning = gateway(policy.replace("ACT", "")), gateway(policy.replace("ACT", ", action: warn"))
    refused, warned = await chat(blocking), await chat(warning)
    assert (refused.status, problem(refused)["code"]) == (429, "budget_exceeded")
    assert (warned.status, warned.headers["x-keeptrusts-decision"]) == (200, "warn")


async def test_a_hard_budget_of_the_directory_must_agree_beside_the_wallet() -> None:
    bound = await bound_of_a_call()
    made = gateway(OPEN)
    made.apply(
        BudgetValue(
            id="bud_1", org=ORG, scope="organization", owner=ORG, limit=bound, period="month", time_zone="UTC",
            action="hard", thresholds_percent=(80,), created_at=NOW,
        )
    )  # fmt: skip
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        assert [(await chat(made)).status for _ in range(2)] == [200, 429]
        assert [draw.account for draw in of(made, RequestDecided)[0].hold.draws] == [TEAM, "budget:bud_1"]
        assert ledger.spent("budget:bud_1") == ledger.spent(TEAM) == COST


async def test_the_answer_says_what_the_wallet_has_left_as_far_as_is_known() -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        answer = await chat(made)
        [lease] = ledger.leases.values()
        assert 0 < lease.room < PLENTY
        assert answer.headers["x-keeptrusts-wallet-remaining"] == f"{(PLENTY - COST) / 1e9:.9f}".rstrip("0")
        assert answer.headers["x-keeptrusts-cost"] == "0.0003"


async def test_output_is_limited_to_what_is_covered_where_the_document_says_so() -> None:
    bound = await bound_of_a_call()
    made = gateway(OPEN.replace("max_wait_seconds: 0", "max_wait_seconds: 0, shrink_to_fit: true"))
    async with with_money(made, {TEAM: bound - 50 * 10_000}) as ledger:
        answer = await chat(made)
        assert answer.status == 200 and answer.headers["x-keeptrusts-max-output-tokens"] == "50"
        assert json.loads(made.provider.asked[0].body)["max_tokens"] == 50 and ledger.faults == []


async def test_a_call_whose_cost_has_no_bound_is_refused_where_a_wallet_pays() -> None:
    made = gateway(OPEN)
    body = json.dumps({**json.loads(BODY), "web_search_options": {}}).encode()
    async with with_money(made, {TEAM: PLENTY}):
        answer = await chat(made, body)
    assert (answer.status, problem(answer)["code"]) == (422, "cost_unbounded")


async def test_a_ledger_that_says_nothing_means_503_and_no_dispatch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keeptrusts.gateway.pipeline.reserve.LEASE_WITHIN_S", 0.05)
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        ledger.mute = True
        answer = await chat(made)
    assert (answer.status, problem(answer)["code"]) == (503, "not_ready") and made.provider.asked == []


async def test_a_new_publisher_incarnation_owns_no_leases() -> None:
    made = gateway(OPEN)
    async with with_money(made, {TEAM: PLENTY}) as ledger:
        ledger.generous = True
        await chat(made)
        made.publisher._source = "gateway/test/2"
        assert made.services.desk.figures()[0] == 1
        made.services.desk.tick()
        assert made.services.desk.figures()[0] == 0


REFUSALS = [("other_input", 422), ("in_flight", 409), ("already_completed", 409), ("over_cap", 429)]


async def test_an_idempotency_key_is_claimed_before_anything_else() -> None:
    made = gateway(OPEN)
    async with with_money(made, {}) as ledger:
        assert (await chat(made, idempotency_key="k")).status == 200
        [claimed] = of(made, money.IdempotencyClaimed)
        assert isinstance(made.publisher.events[0].data, money.IdempotencyClaimed)
        assert ledger.keys["k"][1] == claimed.request == of(made, RequestDecided)[0].request


@pytest.mark.parametrize(("reason", "status"), REFUSALS)
async def test_a_key_that_another_call_has_is_refused_by_its_reason(reason: str, status: int) -> None:
    made = gateway(OPEN)
    async with with_money(made, {}) as ledger:
        await chat(made, idempotency_key="k")
        hashed, first, _ = ledger.keys["k"]
        ledger.keys["k"] = ("other" if reason == "other_input" else hashed, first, reason)
        answer = await chat(made, idempotency_key="k")
    assert answer.status == status and len(made.provider.asked) == 1
    assert ("x-should-retry" in answer.headers) == (reason != "in_flight")
    assert ("Retry-After" in answer.headers) == (reason == "in_flight")
    if reason == "already_completed":
        assert problem(answer)["first_request"] == first and problem(answer)["cost"] == "0.000000007"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_key_that_is_none_is_refused(key: str) -> None:
    made = gateway(OPEN)
    assert (await chat(made, idempotency_key=key)).status == 422


async def until(condition: Any) -> None:
    """Wait for a condition, within a bound."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a condition of plain values tells nobody
            await asyncio.sleep(0.001)
