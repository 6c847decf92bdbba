"""Policies that are aimed at people name them as everybody does, by e-mail."""

from __future__ import annotations

import json

import pytest
from support.gateway import FakeConnection, gateway

from keeptrusts.gateway.pipeline.run import model_call

POLICY = """
policies:
  chain:
    - model-access: {denied_models: [gpt-4o], targeting: {users: [Ana@acme.example, "external:zed"]}}
    - audit-logger
providers: {targets: [{id: openai, provider: openai}]}
"""
BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}).encode()


@pytest.mark.parametrize(
    ("user", "key", "status"),
    [
        ("ana@acme.example", "engineering", 403),
        ("mem_ana", "engineering", 403),
        ("zed", "engineering", 403),
        ("ana@acme.example", "support", 200),  # no member there, so nobody who is known
        ("bob", "engineering", 200),
    ],
)
async def test_a_policy_applies_to_the_people_that_it_names(user: str, key: str, status: int) -> None:
    made = gateway(POLICY)
    answer = await model_call(made.services, made.call(key, {"x-user-id": user}), FakeConnection(body=BODY), "chat")
    assert answer.status == status
