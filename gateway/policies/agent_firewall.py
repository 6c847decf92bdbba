"""agent-firewall: which tools an agent may have, how often it uses them, how many actions a session may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from keeptrusts.gateway.policies.globs import AllowDeny
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, Escalation, RequestFacts
from keeptrusts.gateway.policies.rate_counters import Counter, Counters
from keeptrusts.gateway.policies.rate_limit import MAX_CALLERS, WorkerShare
from keeptrusts.gateway.policies.rate_windows import SECOND_NS
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.kinds.access import AgentFirewallOptions

KIND: Final = "agent-firewall"
EVERY_ROLE: Final = "*"
EVERY_TOOL: Final = "default"


class AgentFirewall:
    """The compiled rules: names first, then the session's length, then how often each tool was used lately."""

    __slots__ = ("_action", "_counters", "_escalation", "_lists", "_most", "_per_minute", "_roles", "_share")

    def __init__(self, options: AgentFirewallOptions, share: WorkerShare, before: AgentFirewall | None = None) -> None:
        """Counts begin empty, except those of ``before``, which this one takes the place of."""
        self._lists = AllowDeny.of(options.allowed_tools, options.blocked_tools)
        self._roles = {role: AllowDeny.of(rules.allowed, rules.denied) for role, rules in options.tools.roles.items()}
        self._most = options.max_actions_per_session
        self._per_minute: Mapping[str, int] = options.rate_limits
        self._share = share
        self._action = options.action
        self._escalation = Escalation(type="tool_use", severity="high", held=options.on_review == "hold")
        self._counters: Counters = Counters(MAX_CALLERS) if before is None else before._counters

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Block, warn or escalate with tool_not_allowed or too_many_actions, block or warn with tool_rate, or count."""
        refusal = self._by_name(facts) or self._by_length(facts)
        if refusal is not None:
            return refusal
        return self._by_rate(facts, now_ns) or ALLOW

    def _by_name(self, facts: RequestFacts) -> Decision | None:
        role = self._roles.get(facts.role or "") or self._roles.get(EVERY_ROLE)
        offered = [(f"tools[{index}]", name) for index, name in enumerate(facts.tools)]
        used = [("a tool used in this conversation", name) for name in facts.actions.fresh if name]
        denied = next(
            (
                what
                for what, name in (*offered, *used)
                if not (self._lists.permits(name) and (role is None or role.permits(name)))
            ),
            None,
        )
        if denied is None:
            return None
        return self._refused(
            "tool_not_allowed", f"{denied} is not allowed for this agent", "Leave it away, or ask an admin to allow it"
        )

    def _by_length(self, facts: RequestFacts) -> Decision | None:
        done = facts.actions.count
        if self._most is None or done <= self._most:
            return None
        message = f"this session has taken {done} actions, and {self._most} are allowed"
        return self._refused("too_many_actions", message, "Begin a new conversation, or ask an admin")

    def _by_rate(self, facts: RequestFacts, now_ns: int) -> Decision | None:
        """Look whether every fresh action fits its tool's minute, and count them all if so."""
        if not self._per_minute or not facts.actions.fresh:
            return None
        counted: dict[str, tuple[Counter, int]] = {}
        for name in facts.actions.fresh:
            limit = self._per_minute.get(name, self._per_minute.get(EVERY_TOOL))
            if limit is None:
                continue
            counter, count = counted.get(name) or (self._counters.of((facts.org, facts.key_id, name), now_ns), 0)
            share = self._share.of(limit) or 1
            wait = counter.requests.wait_ns(min(count + 1, share), share, now_ns)
            if wait:
                return self._too_often(wait)
            counted[name] = counter, count + 1
        for counter, count in counted.values():
            counter.requests.add(count, now_ns)
        return None

    def _too_often(self, wait_ns: int) -> Decision:
        seconds = -(-wait_ns // SECOND_NS)
        if self._action == "warn":
            return Decision(result="warn", reason="tool_rate")
        problem = Problem(
            code="rate_limited",
            message="a tool was used more often in a minute than is allowed",
            fix=f"Retry after {seconds} s",
            policy=KIND,
            retry_after_s=seconds,
        )
        return Decision(result="block", reason="tool_rate", problem=problem)

    def _refused(self, reason: str, message: str, fix: str) -> Decision:
        if self._action == "warn":
            return Decision(result="warn", reason=reason)
        if self._action == "escalate":
            return Decision(result="escalate", reason=reason, escalation=self._escalation)
        problem = Problem(code="input_blocked", message=message, fix=fix, policy=KIND, param="tools")
        return Decision(result="block", reason=reason, problem=problem)
