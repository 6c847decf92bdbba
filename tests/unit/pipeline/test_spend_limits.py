"""Several spend limits on one call: each has its say."""

from __future__ import annotations

import json

from support.gateway import FakeConnection, gateway
from support.tiny_ledger import with_money

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.tickets import over_budget
from keeptrusts.gateway.wallets.leases import Obstacle
from keeptrusts.schemas.events.money import LeaseRequested

POLICY = """
policies:
  - {name: watch, type: spend-limit, monthly_limit: 0.003, action: warn}
  - {name: stop, type: spend-limit, monthly_limit: 0.006}
wallets: {max_wait_seconds: 0}
providers:
  targets:
    - {id: openai, provider: openai}
"""
BODY = json.dumps({"model": "gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}).encode()


async def test_one_warns_of_what_another_refuses() -> None:
    made = gateway(POLICY)
    async with with_money(made, {}) as ledger:
        answers = [
            await model_call(made.services, made.call("engineering", {}), FakeConnection(body=BODY), "chat")
            for _ in range(20)
        ]
        asked = [event.data for event in made.publisher.events if isinstance(event.data, LeaseRequested)]
        assert {(one.account, one.action, one.limit) for one in asked[0].budgets} == {
            ("cap:team:team_engineering/month:soft", "soft", 3_000_000),
            ("cap:team:team_engineering/month", "hard", 6_000_000),
        }
        decisions = [answer.headers["x-keeptrusts-decision"] for answer in answers]
        assert decisions[0] == "allow" and "warn" in decisions and decisions[-1] == "block"
        assert ledger.spent("cap:team:team_engineering/month") <= 6_000_000 and ledger.faults == []


def test_a_budget_is_named_as_it_is_shown_elsewhere() -> None:
    refused = over_budget(Obstacle(kind="budget", account="budget:bud_1", available=5_000_000, final=True))
    assert refused.message == "budget bud_1 has 0.005 USD left, which does not cover this request"
