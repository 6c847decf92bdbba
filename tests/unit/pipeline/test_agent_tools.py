"""agent-firewall in the pipeline: whatever field gives a model a tool, and however often it was used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.gateway import FakeConnection, FakeGateway, gateway

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.events.request import RequestDecided

POLICY = """
pack: {name: agents, version: 1.0.0, enabled: true}
policies:
  chain: [agent-firewall, audit-logger]
policy:
  agent-firewall: {allowed_tools: [look_up], max_actions_per_session: 2, action: ACTION}
"""
FUNCTION = {"type": "function", "function": {"name": "look_up", "parameters": {}}}
WITH_TOOLS: dict[str, tuple[dict[str, Any], bool]] = {
    "allowed": ({"tools": [FUNCTION]}, False),
    "another function": ({"tools": [FUNCTION, {"type": "function", "function": {"name": "wire_money"}}]}, True),
    "a built-in tool": ({"tools": [{"type": "web_search"}]}, True),
    "the old form": ({"functions": [{"name": "wire_money", "parameters": {}}]}, True),
    "a server of tools among them": ({"tools": [{"type": "mcp", "server_url": "https://tools.test"}]}, True),
    "a server of tools beside them": ({"mcp_servers": [{"type": "url", "url": "https://tools.test"}]}, True),
}


async def asked(made: FakeGateway, **rest: Any) -> int:
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], **rest}).encode()
    answer = await model_call(made.services, made.call("engineering"), FakeConnection(body=body), "chat")
    return answer.status


@pytest.mark.parametrize("case", WITH_TOOLS)
async def test_no_field_gives_a_model_a_tool_that_is_not_allowed(case: str) -> None:
    rest, refused = WITH_TOOLS[case]
    made = gateway(POLICY.replace("ACTION", "block"))
    assert await asked(made, **rest) == (409 if refused else 200)
    assert len(made.provider.asked) == (0 if refused else 1)
    assert not any(b"wire_money" in encode(event) for event in made.publisher.events)


@pytest.mark.parametrize(("action", "status"), [("block", 409), ("warn", 200)])
async def test_a_session_that_goes_on_too_long_is_ended_or_marked(action: str, status: int) -> None:
    made = gateway(POLICY.replace("ACTION", action))
    turns: list[dict[str, Any]] = [{"role": "user", "content": "hi"}]
    for number in range(3):
        call = {"id": str(number), "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
        turns += [
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": str(number), "content": ""},
        ]
    assert await asked(made, messages=turns[:5]) == 200
    assert await asked(made, messages=turns) == status
    decided = [event.data for event in made.publisher.events if isinstance(event.data, RequestDecided)]
    assert [one.reason for one in decided] == [None, "too_many_actions"]


async def test_an_action_may_need_a_person() -> None:
    made = gateway(POLICY.replace("ACTION", "escalate"))
    assert await asked(made, tools=[FUNCTION]) == 200
    made.publisher.refusing = True
    assert await asked(made, tools=[{"type": "web_search"}]) == 503, "its escalation cannot be recorded"
