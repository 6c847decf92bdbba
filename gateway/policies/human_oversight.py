"""human-oversight: a person decides before a call goes out, or before its answer does."""

from __future__ import annotations

from typing import Final, Literal

from keeptrusts.gateway.policies.protocol import ALLOW, Decision, Escalation, RequestFacts
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.kinds.oversight import HumanOversightOptions

KIND: Final = "human-oversight"


class HumanOversight:
    """The compiled rule. ``phase`` says what is held: calls, answers or both."""

    __slots__ = ("_blocks", "_escalation", "_needed", "phase")

    def __init__(self, options: HumanOversightOptions) -> None:
        self.phase: Literal["input", "output", "both"] = options.phase
        self._needed = options.asks_always
        self._blocks = options.action == "block"
        self._escalation = Escalation(
            type="human_oversight",
            severity="medium",
            wait_s=options.timeout_seconds,
            held=options.on_review == "hold",
            assignee=options.default_assignee,
        )

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Escalate with review_required, or refuse with it."""
        if not self._needed:
            return ALLOW
        if self._blocks:
            message = "calls like this one need a person, and none may be asked"
            problem = Problem(code=f"{facts.phase}_blocked", message=message, fix="Ask an admin", policy=KIND)
            return Decision(result="block", reason="review_required", problem=problem)
        return Decision(result="escalate", reason="review_required", escalation=self._escalation)
