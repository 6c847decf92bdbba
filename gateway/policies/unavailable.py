"""A kind that this version cannot enforce: it refuses where it would have to act, and never pretends."""

from keeptrusts.gateway.policies.protocol import Decision, RequestFacts, blocked
from keeptrusts.schemas.policy_document.document import Mode


class Unavailable:
    """In enforce it blocks with policy_unavailable; in observe and guide it is recorded as not_evaluated."""

    __slots__ = ("_decision",)

    def __init__(self, kind: str, mode: Mode) -> None:
        self._decision = Decision(result="not_evaluated", reason="policy_unavailable")
        if mode == "enforce":
            self._decision = blocked(
                code="policy_unavailable",
                reason="policy_unavailable",
                policy=kind,
                message="this version cannot enforce the policy, so the call is refused",
                fix="Set mode: observe for this policy until it can be enforced",
            )

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """The same answer to every call."""
        return self._decision
