"""data-routing-policy in the pipeline: choice and fallbacks stay among the targets that comply."""

from __future__ import annotations

import json

import pytest
from support.gateway import FakeConnection, FakeGateway, gateway

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.providers.protocol import ProviderFailure
from keeptrusts.schemas.events.request import RequestDecided

POLICY = """
pack: {name: residency, version: 1.0.0, enabled: true}
providers:
  routing: {strategy: ordered}
  fallback: {enabled: true, max_fallback_attempts: 2}
  targets:
    - {id: anywhere, provider: openai, base_url: "https://anywhere.test", secret_key_ref: {env: OPENAI_API_KEY}}
    - id: kept-out
      provider: openai
      base_url: https://kept-out.test
      secret_key_ref: {env: OPENAI_API_KEY}
      data_policy: {zero_data_retention: false, region: us-east-1}
    - id: first
      provider: openai
      base_url: https://first.test
      secret_key_ref: {env: OPENAI_API_KEY}
      zdr: true
    - id: second
      provider: openai
      base_url: https://second.test
      secret_key_ref: {env: OPENAI_API_KEY}
      data_policy: {zero_data_retention: true}
policies:
  chain: [data-routing-policy, audit-logger]
policy:
  data-routing-policy: {require_zero_data_retention: true, MORE}
"""
BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}).encode()


def made_for(more: str = "mode: enforce") -> FakeGateway:
    return gateway(POLICY.replace("MORE", more))


async def chat(made: FakeGateway) -> Answer:
    return await model_call(made.services, made.call("engineering"), FakeConnection(body=BODY), "chat")


def hosts(made: FakeGateway) -> list[str]:
    return [request.url.split("/")[2] for request in made.provider.asked]


def decision(made: FakeGateway) -> RequestDecided:
    return next(one.data for one in made.publisher.events if isinstance(one.data, RequestDecided))


async def test_only_targets_that_comply_are_chosen_and_fallen_back_to() -> None:
    made = made_for()
    made.provider.result = ProviderFailure(kind="connection", reason="down", billed=False, elapsed_us=1)
    answer = await chat(made)
    assert answer.status == 502
    assert list(dict.fromkeys(hosts(made))) == ["first.test", "second.test"], "nobody else is asked, however it fails"
    [result] = [one for one in decision(made).policies if one.kind == "data-routing-policy"]
    assert (result.result, result.findings) == ("allow", {"target_excluded": 2})


async def test_without_a_target_that_complies_nobody_is_asked() -> None:
    made = made_for("allowed_regions: [eu-*]")
    answer = await chat(made)
    problem = json.loads(answer.body)
    assert answer.status == 409 and problem["code"] == "input_blocked" and made.provider.asked == []
    assert "zero data retention, an allowed region" in problem["detail"]
    recorded = decision(made)
    assert (recorded.verdict, recorded.policy, recorded.reason) == (
        "block", "data-routing-policy", "no_compliant_provider",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ("mode: observe", "allow"),
        ("mode: guide, allowed_regions: [eu-*]", "warn"),
        ("on_no_compliant_provider: warn, allowed_regions: [eu-*]", "warn"),
    ],
)
async def test_what_only_watches_or_warns_lets_calls_go_anywhere(more: str, verdict: str) -> None:
    made = made_for(more)
    assert (await chat(made)).status == 200
    assert hosts(made) == ["anywhere.test"]
    assert decision(made).verdict == verdict
