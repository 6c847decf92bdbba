"""human-oversight: a person decides before a call goes out, or before its answer does."""

from __future__ import annotations

from typing import Final, Literal

from keeptrusts.gateway.policies.protocol import ALLOW, Decision, Escalation, RequestFacts
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.kinds.oversight import HumanOversightOptions

KIND: Final = "human-oversight"
_BEFORE_STREAMS: Final = "stream_needs_review"


class HumanOversight:
    """The compiled rule. Who holds answers looks at calls too: a stream's answer cannot be held."""

    __slots__ = ("_blocks", "_escalation", "_held", "_needed", "phase")

    def __init__(self, options: HumanOversightOptions) -> None:
        self.phase: Literal["input", "both"] = "input" if options.phase == "input" else "both"
        self._held = options.phase
        self._needed = options.asks_always
        self._blocks = options.action == "block"
        self._escalation = Escalation(type="human_oversight", severity="medium", wait_s=options.timeout_seconds)

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Escalate with review_required; refuse streams whose answers would be held."""
        if not self._needed:
            return ALLOW
        if facts.phase == "input" and self._held == "output" and not facts.stream:
            return ALLOW
        if self._blocks:
            message = "calls like this one need a person, and none may be asked"
            return _refused("review_required", facts.phase, message, "Ask an admin")
        if facts.stream and self._held != "input":
            message = "the answer to this call needs a person's approval, which a stream cannot wait for"
            return _refused(_BEFORE_STREAMS, facts.phase, message, "Send the request without stream")
        return Decision(result="escalate", reason="review_required", escalation=self._escalation)


def _refused(reason: str, phase: str, message: str, fix: str) -> Decision:
    problem = Problem(code=f"{phase}_blocked", message=message, fix=fix, policy=KIND)
    return Decision(result="block", reason=reason, problem=problem)
