"""Calls that are refused at once because a person must decide: what the caller is told, and when the call goes on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from support.gateway import ORG, FakeConnection, FakeGateway, gateway, ok
from support.log import until
from support.tiny_ledger import with_money

from keeptrusts.gateway.pipeline import review_later
from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided, ReviewRedeemed, ReviewRequested
from keeptrusts.schemas.snapshots.grants import OPENED, TOO_MANY, ReviewAnswered

POLICY = """
pack: {name: reviewed, version: 1.0.0, enabled: true}
policies:
  chain: [human-oversight, audit-logger]
policy:
  human-oversight: {require_review: true, on_review: refuse, timeout_seconds: 600, default_assignee: lead@acme.example}
"""
TEAM = "team:team_engineering"
ESCALATION = "esc_00000000000000000000000001"


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No authority runs here: who waits to hear whether an escalation opened would wait for nothing."""
    monkeypatch.setattr(review_later, "OPENED_WITHIN_S", 0.01)


def body(text: str = "hi") -> bytes:
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}).encode()


async def chat(made: FakeGateway, text: str = "hi", escalation: str | None = None, ticket: str | None = None) -> Answer:
    sent = {"x-keeptrusts-escalation": escalation, "x-keeptrusts-ticket": ticket}
    headers = {name: value for name, value in sent.items() if value is not None}
    call = made.call("engineering", headers)
    return await model_call(made.services, call, FakeConnection(body=body(text)), "chat")


async def answered(
    made: FakeGateway, reason: str | None, text: str = "hi", ticket: str | None = None
) -> tuple[Answer, ReviewRedeemed]:
    """Come again with an escalation, and let the authority say what becomes of it."""
    calling = asyncio.create_task(chat(made, text, ESCALATION, ticket))
    await until(lambda: bool(of(made, ReviewRedeemed)) or calling.done(), what="it comes with the escalation")
    [redeemed] = of(made, ReviewRedeemed)
    for request in ("req_of_somebody_else", redeemed.request):
        made.services.reviews.take(ReviewAnswered(ledger=ORG, escalation=ESCALATION, request=request, reason=reason))
    async with asyncio.timeout(5):
        return await calling, redeemed


def of(made: FakeGateway, model: type[Any]) -> list[Any]:
    return [one.data for one in made.publisher.events if isinstance(one.data, model)]


async def test_a_call_is_refused_at_once_and_says_how_to_come_again() -> None:
    made = gateway(POLICY)
    answer = await chat(made)
    problem = json.loads(answer.body)
    [asked] = of(made, ReviewRequested)
    assert (answer.status, problem["code"], problem["escalation"]) == (409, "escalation_required", asked.escalation)
    assert f"X-Keeptrusts-Escalation: {asked.escalation}" in problem["fix"]
    assert made.provider.asked == [] and made.services.reviews.waiting == 0
    assert (asked.held, asked.phase, asked.wait_seconds, asked.assignee) == (False, "input", 600, "lead@acme.example")
    assert asked.principal and asked.input_hash and "hi" not in asked.input_hash
    [decision], [completion] = of(made, RequestDecided), of(made, RequestCompleted)
    assert (decision.verdict, decision.reason, completion.status) == ("escalate", "review_required", 409)
    assert type(made.publisher.events[0].data) is ReviewRequested, "it is recorded first"


@pytest.mark.parametrize("reason", [OPENED, TOO_MANY])
async def test_an_id_is_given_only_where_the_authority_did_not_refuse_to_open_it(
    monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    monkeypatch.setattr(review_later, "OPENED_WITHIN_S", 30.0)
    made = gateway(POLICY)
    calling = asyncio.create_task(chat(made))
    await until(lambda: bool(of(made, ReviewRequested)) or calling.done(), what="somebody is asked")
    [asked] = of(made, ReviewRequested)
    made.services.reviews.take(
        ReviewAnswered(ledger=ORG, escalation=asked.escalation, request=asked.request, reason=reason)
    )
    async with asyncio.timeout(5):
        answer = await calling
    problem = json.loads(answer.body)
    assert (answer.status, problem["code"]) == (409, "escalation_required")
    assert (problem.get("escalation") == asked.escalation) == (asked.escalation in str(problem)) == (reason == OPENED)
    counted = "refused_at_once" if reason == OPENED else "too_many"
    assert made.services.counters.reviews == {counted: 1} and made.provider.asked == []
    assert asked.escalation in problem["fix"] or "kt escalation list" in problem["fix"]


async def test_an_approved_call_that_comes_again_goes_out_with_what_it_was_approved_for() -> None:
    made = gateway(POLICY)
    await chat(made)
    [asked] = of(made, ReviewRequested)
    made.provider.then = [ok({"choices": [], "model": "gpt-4o"})]
    answer, redeemed = await answered(made, None)
    assert answer.status == 200 and answer.headers["x-keeptrusts-decision"] == "escalate"
    assert (redeemed.escalation, redeemed.principal, redeemed.input_hash) == (
        ESCALATION, asked.principal, asked.input_hash,
    )  # fmt: skip
    assert len(of(made, ReviewRequested)) == 1, "nobody is asked again"
    assert made.services.counters.reviews == {"refused_at_once": 1, "redeemed": 1}
    other = (await answered(gateway(POLICY), "other_input", "something else"))[1]
    assert other.input_hash != asked.input_hash


async def test_an_approval_is_not_used_up_by_a_call_that_nobody_pays_for() -> None:
    made = gateway(POLICY + "wallets: {max_wait_seconds: 0}\n")
    async with with_money(made, {TEAM: 0}) as ledger:
        refused = await chat(made, escalation=ESCALATION)
        assert refused.status == 402 and of(made, ReviewRedeemed) == []
        ticket = refused.headers["x-keeptrusts-ticket"]
        ledger.approved[ticket] = ledger.parked[ticket]
        answer, _ = await answered(made, None, ticket=ticket)
        assert answer.status == 200 and ledger.spent(f"ticket:{ticket}") > 0 and ledger.faults == []


async def test_the_money_of_a_call_whose_approval_does_not_count_is_free_at_once() -> None:
    made = gateway(POLICY + "wallets: {max_wait_seconds: 0}\n")
    async with with_money(made, {TEAM: 10**12}) as ledger:
        answer, _ = await answered(made, "already_redeemed")
        assert answer.status == 409 and made.provider.asked == []
        assert made.services.desk.figures()[2:] == (0, 0) and ledger.spent(TEAM) == 0 and ledger.faults == []


async def test_an_approval_by_one_team_s_admins_is_none_for_the_same_call_of_the_same_person_for_another_team() -> None:
    made = gateway(POLICY)
    for key in ("engineering", "support", "engineering"):
        call = made.call(key, {"x-user-id": "bob"})
        await model_call(made.services, call, FakeConnection(body=body()), "chat")
    first, other, again = of(made, ReviewRequested)
    assert first.principal == other.principal == "external:bob"
    assert first.input_hash == again.input_hash != other.input_hash


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        ("not_found", 404, "not_found"),
        ("other_principal", 403, "permission_denied"),
        ("other_input", 422, "invalid_request"),
        ("not_decided", 409, "escalation_required"),
        ("denied", 409, "input_blocked"),
        ("already_redeemed", 409, "conflict"),
        ("too_late", 409, "conflict"),
        ("not_redeemable", 409, "conflict"),
        ("something new", 409, "conflict"),
    ],
)
async def test_a_call_that_may_not_go_on_is_told_why_and_reaches_nobody(reason: str, status: int, code: str) -> None:
    made = gateway(POLICY)
    answer, _ = await answered(made, reason)
    problem = json.loads(answer.body)
    assert (answer.status, problem["code"]) == (status, code)
    assert problem["escalation"] == ESCALATION and problem["reason"] == reason and problem["fix"]
    assert made.provider.asked == []
    [decision] = of(made, RequestDecided)
    assert decision.reason == {"denied": "review_denied", "not_decided": "review_required"}.get(reason, code)


@pytest.mark.parametrize("given", ["", "esc_1", "tkt_00000000000000000000000001", "esc_" + "x" * 300, "esc_'; --"])
async def test_what_is_no_id_is_refused_without_asking_anybody(given: str) -> None:
    made = gateway(POLICY)
    answer = await chat(made, escalation=given)
    assert answer.status == 404 and not of(made, ReviewRedeemed) and not of(made, ReviewRequested)


async def test_silence_of_the_authority_refuses_and_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_later, "ANSWERED_WITHIN_S", 0.01)
    made = gateway(POLICY)
    answer = await chat(made, escalation=ESCALATION)
    assert answer.status == 503 and made.provider.asked == []
    assert not made.services.reviews.anyone_waits()


@pytest.mark.parametrize("escalation", [None, ESCALATION], ids=["first", "again"])
async def test_what_is_not_recorded_is_neither_asked_nor_used(escalation: str | None) -> None:
    made = gateway(POLICY)
    made.publisher.refusing = True
    answer = await chat(made, escalation=escalation)
    assert (answer.status, json.loads(answer.body)["code"]) == (503, "audit_unavailable")


async def test_a_stop_of_the_gateway_does_not_use_up_an_approval_unanswered() -> None:
    made = gateway(POLICY)
    calling = asyncio.create_task(chat(made, escalation=ESCALATION))
    await until(lambda: bool(of(made, ReviewRedeemed)) or calling.done(), what="it comes with the escalation")
    made.services.reviews.stop()
    [redeemed] = of(made, ReviewRedeemed)
    async with asyncio.timeout(5):
        made.services.reviews.take(ReviewAnswered(ledger=ORG, escalation=ESCALATION, request=redeemed.request))
        assert (await calling).status == 200


@pytest.mark.parametrize(
    ("kind", "options", "asked_for"),
    [
        ("dlp-filter", "secrets: false, blocked_terms: [zebra-4711], action: escalate", "data_exfiltration"),
        ("content-filter", "categories: [], terms: [zebra-4711], action: escalate", "unwanted_content"),
        ("prompt-injection", "attack_patterns: [zebra-4711], action: escalate", "prompt_injection"),
    ],
)
async def test_other_policies_refuse_at_once_as_well(kind: str, options: str, asked_for: str) -> None:
    chain = f"pack: {{name: p, version: 1.0.0, enabled: true}}\npolicies: {{chain: [{kind}, audit-logger]}}\n"
    made = gateway(f"{chain}policy: {{{kind}: {{{options}, on_review: refuse}}}}\n")
    answer = await chat(made, "about zebra-4711")
    [asked] = of(made, ReviewRequested)
    assert (answer.status, asked.type, asked.held, asked.phase) == (409, asked_for, False, "input")
    assert "zebra" not in asked.model_dump_json() and made.provider.asked == []
