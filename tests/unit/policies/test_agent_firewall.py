"""agent-firewall: what an agent did is read from its conversation, in every API's words."""

from __future__ import annotations

from typing import Any

import pytest

from keeptrusts.gateway.policies.actions import Actions, actions_of
from keeptrusts.gateway.policies.agent_firewall import AgentFirewall
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.rate_limit import WorkerShare
from keeptrusts.gateway.policies.rate_windows import MINUTE_NS, SECOND_NS
from keeptrusts.schemas.policy_document.kinds.access import AgentFirewallOptions


def chat_call(*calls: tuple[str, str]) -> dict[str, Any]:
    called = [{"id": call, "type": "function", "function": {"name": name, "arguments": "{}"}} for call, name in calls]
    return {"role": "assistant", "content": None, "tool_calls": called}


def chat_result(call: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call, "content": "done"}


def use(call: str, name: str, kind: str = "tool_use") -> dict[str, Any]:
    return {"type": kind, "id": call, "name": name, "input": {}}


def result(call: str) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call, "content": "done"}


def done(count: int, *fresh: str) -> Actions:
    return Actions(count=count, fresh=fresh)


USER = {"role": "user", "content": "go on"}
CONVERSATIONS: dict[str, tuple[dict[str, Any], Actions]] = {
    "nothing yet": ({"messages": [USER]}, done(0)),
    "chat, two at once": (
        {"messages": [USER, chat_call(("1", "read"), ("2", "send")), chat_result("1"), chat_result("2")]},
        done(2, "read", "send"),
    ),
    "chat, the second turn's are fresh": (
        {"messages": [USER, chat_call(("1", "read")), chat_result("1"), chat_call(("2", "send")), chat_result("2")]},
        done(2, "send"),
    ),
    "chat, the agent has spoken since": (
        {"messages": [chat_call(("1", "read")), chat_result("1"), {"role": "assistant", "content": "ok"}, USER]},
        done(1),
    ),
    "chat, the old form": (
        {"messages": [{"role": "assistant", "function_call": {"name": "read", "arguments": "{}"}},
                      {"role": "function", "name": "read", "content": "done"}]},
        done(1, "read"),
    ),
    "messages": (
        {"messages": [USER, {"role": "assistant", "content": [{"type": "text", "text": "…"}, use("1", "read")]},
                      {"role": "user", "content": [result("1"), {"type": "text", "text": "and?"}]}]},
        done(1, "read"),
    ),
    "messages, at the provider": (
        {"messages": [{"role": "assistant", "content": [use("1", "web_search", "server_tool_use"),
                       {"type": "web_search_tool_result", "tool_use_id": "1", "content": []}]}, USER]},
        done(1, "web_search"),
    ),
    "responses": (
        {"input": [{"role": "user", "content": "go"}, {"type": "reasoning", "summary": []},
                   {"type": "function_call", "call_id": "1", "name": "read", "arguments": "{}"},
                   {"type": "function_call_output", "call_id": "1", "output": "done"}]},
        done(1, "read"),
    ),
    "responses, the call is kept at the provider": (
        {"input": [{"type": "function_call_output", "call_id": "1", "output": "done"}], "previous_response_id": "r"},
        done(1, ""),
    ),
    "responses, a built-in tool": ({"input": [{"type": "web_search_call", "id": "1"}]}, done(1)),
    "a text": ({"input": "go"}, done(0)),
    "garbage": (
        {"messages": [3, {"role": "assistant", "tool_calls": [None, {"function": 7}], "content": [4]}]},
        done(1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_actions_are_read_from_every_apis_conversation(conversation: str) -> None:
    document, expected = CONVERSATIONS[conversation]
    assert actions_of(document) == expected


def firewall(share: WorkerShare | None = None, **options: object) -> AgentFirewall:
    return AgentFirewall(AgentFirewallOptions.model_validate(options), share or WorkerShare())


def facts(*tools: str, role: Any = "member", used: tuple[str, ...] = (), count: int | None = None) -> RequestFacts:
    actions = done(len(used) if count is None else count, *used)
    return RequestFacts(org="o", key_id="k", role=role, tools=tools, actions=actions)


@pytest.mark.parametrize(
    ("options", "asked", "refused"),
    [
        ({}, facts("anything"), False),
        ({"allowed_tools": ["read_*"]}, facts("read_file"), False),
        ({"allowed_tools": ["read_*"]}, facts("read_file", "send_mail"), True),
        ({"allowed_tools": []}, facts(), False),
        ({"allowed_tools": []}, facts("read_file"), True),
        ({"blocked_tools": ["send_mail"]}, facts("send_mail"), True),
        ({"denied_tools": ["send_*"]}, facts("send_mail"), True),
        ({"allowed_tools": ["*"], "blocked_tools": ["send_mail"]}, facts("send_mail"), True),
        ({"blocked_tools": ["send_mail"]}, facts(used=("send_mail",)), True),
        ({"tools": {"roles": {"member": {"allowed": ["read"]}}}}, facts("read"), False),
        ({"tools": {"roles": {"member": {"allowed": ["read"]}}}}, facts("send"), True),
        ({"tools": {"roles": {"member": {"allowed": ["read"]}}}}, facts("send", role="admin"), False),
        ({"tools": {"roles": {"*": {"denied": ["send"]}}}}, facts("send", role=None), True),
        ({"blocked_tools": ["send"], "tools": {"roles": {"member": {"allowed": ["send"]}}}}, facts("send"), True),
    ],
)
def test_tools_by_name_and_role(options: dict[str, object], asked: RequestFacts, refused: bool) -> None:
    decision = firewall(**options).evaluate(asked, 0)
    assert decision.result == ("block" if refused else "allow")
    if refused:
        assert decision.problem is not None
        assert (decision.reason, decision.problem.code) == ("tool_not_allowed", "input_blocked")
        assert not any(name in decision.problem.message for name in asked.tools), "names are the caller's content"


def test_a_session_may_take_so_many_actions_and_no_more() -> None:
    made = firewall(max_actions_per_session=3)
    assert made.evaluate(facts(count=3), 0).result == "allow"
    refused = made.evaluate(facts(count=4), 0)
    assert refused.reason == "too_many_actions" and refused.problem is not None
    assert "4 actions, and 3 are allowed" in refused.problem.message


def test_each_tool_has_its_own_minute_and_waits_for_as_long_as_it_must() -> None:
    made = firewall(rate_limits={"send": 2, "default": 3})
    assert [made.evaluate(facts(used=("send",)), 0).result for _ in range(2)] == ["allow"] * 2
    refused = made.evaluate(facts(used=("send",)), 20 * SECOND_NS)
    assert refused.reason == "tool_rate" and refused.problem is not None
    assert (refused.problem.code, refused.problem.retry_after_s) == ("rate_limited", 40)
    assert made.evaluate(facts(used=("read", "read", "read")), 20 * SECOND_NS).result == "allow"
    assert made.evaluate(facts(used=("read",)), 20 * SECOND_NS).result == "block"
    assert made.evaluate(facts(used=("send",)), MINUTE_NS).result == "allow"


def test_a_refused_request_counts_for_nothing_and_shares_add_up() -> None:
    made = firewall(WorkerShare(workers=2, worker=1), rate_limits={"default": 5})
    assert made.evaluate(facts(used=("a", "b")), 0).result == "allow"
    assert made.evaluate(facts(used=("a", "b", "b")), 0).result == "block", "b has two a minute in this worker"
    assert made.evaluate(facts(used=("a",)), 0).result == "allow", "what was refused is not counted"


def test_counts_go_on_when_the_rule_is_replaced_and_a_warning_lets_all_pass() -> None:
    before = firewall(rate_limits={"default": 1})
    before.evaluate(facts(used=("a",)), 0)
    options = AgentFirewallOptions.model_validate({"rate_limits": {"default": 1}, "action": "warn"})
    after = AgentFirewall(options, WorkerShare(), before)
    assert (after.evaluate(facts(used=("a",)), 0).result, after.evaluate(facts(used=("b",)), 0).result) == (
        "warn",
        "allow",
    )
