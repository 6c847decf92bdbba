"""What the policies share that look for something in texts: warn about it, write over it, or refuse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from keeptrusts.gateway.detectors.families.signs import TooMuchToReadError
from keeptrusts.gateway.detectors.rules import CERTAIN, Finding, Rule
from keeptrusts.gateway.detectors.scanner import TooManyMatchesError
from keeptrusts.gateway.policies.markers import Markers
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, Escalation, RequestFacts
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.texts import Edit
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.kinds.content import Phase, Redaction

Action = Literal["warn", "redact", "block", "escalate"]
_SHOWN_KINDS = 5


class TextDetector:
    """One entry's rules and what follows when they find something. ``what`` names it in reasons and messages.

    ``escalation`` is what a person is asked with the action escalate.
    """

    __slots__ = (
        "_action",
        "_escalation",
        "_ids",
        "_kind",
        "_message",
        "_reason",
        "_redaction",
        "_what",
        "phase",
        "rules",
    )

    def __init__(
        self,
        *,
        kind: str,
        what: str,
        rules: Sequence[Rule],
        action: Action,
        phase: Phase,
        redaction: Redaction,
        message: str = "",
        reason: str | None = None,
        escalation: Escalation | None = None,
    ) -> None:
        self.phase: Phase = phase
        self.rules: tuple[Rule, ...] = tuple(rules)
        self._kind = kind
        self._what = what
        self._action: Action = action
        self._escalation = escalation
        self._redaction = redaction
        self._message = message
        self._reason = what.replace(" ", "_") if reason is None else reason
        self._ids = frozenset(rule.id for rule in self.rules)

    @property
    def acts(self) -> bool:
        """Whether texts do not stay as they are when something is found in them."""
        return self._action != "warn"

    @property
    def reads_whole(self) -> bool:
        """Whether a text must be whole before it can be judged."""
        return False

    @property
    def escalates(self) -> bool:
        """Whether a person decides when something is found."""
        return self._action == "escalate"

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Allow texts in which nothing is found. Counts by kind are in the decision, never what was found."""
        review = facts.review
        try:
            found = [] if review is None else self.findings(review)
        except (TooManyMatchesError, TooMuchToReadError):
            return self._given_up(facts.phase)
        if review is None or not found:
            return ALLOW
        counts = dict(sorted(Counter(finding.kind for _, finding in found).items()))
        reason = self._reason
        if self._action == "warn":
            return Decision(result="warn", reason=reason, findings=counts)
        if self._action == "escalate":
            return Decision(result="escalate", reason=reason, findings=counts, escalation=self._escalation)
        if self._action == "block":
            return Decision(result="block", reason=reason, findings=counts, problem=self._problem(facts.phase, counts))
        reversible = self._redaction.reversible and facts.phase == "input"
        marker = review.placeholders.of if reversible else Markers(self._redaction, review.secret).of
        edits = tuple(
            Edit(
                text=number,
                start=finding.start,
                end=finding.end,
                replacement=marker(finding.kind, review.texts[number].text[finding.start : finding.end]),
            )
            for number, finding in found
        )
        return Decision(result="redact", reason=reason, findings=counts, edits=edits)

    def findings(self, review: Review) -> list[tuple[int, Finding]]:
        """Give what is found, with the numbers of the texts. Raises TooManyMatchesError, TooMuchToReadError."""
        return review.findings(self._ids)

    def _given_up(self, phase: Literal["input", "output"]) -> Decision:
        """Say that texts were not judged: what follows is the fail mode's to say."""
        where = "the request" if phase == "input" else "the answer"
        problem = Problem(
            code=f"{phase}_blocked",
            message=f"{where} holds more that looks like {self._what} than can be looked at",
            fix="Send less at once, or ask an admin",
            policy=self._kind,
        )
        return Decision(result="error", reason="too_many_matches", problem=problem)

    def _problem(self, phase: Literal["input", "output"], counts: dict[str, int]) -> Problem:
        shown = ", ".join(f"{count} {kind}" for kind, count in list(counts.items())[:_SHOWN_KINDS])
        more = "" if len(counts) <= _SHOWN_KINDS else " and more"
        where = "the request" if phase == "input" else "the answer"
        fix = "Remove it and send the request again" if phase == "input" else "Ask for an answer without it"
        return Problem(
            code=f"{phase}_blocked",
            message=self._message or f"{where} holds {self._what}: {shown}{more}",
            fix=f"{fix}, or ask an admin",
            policy=self._kind,
        )


def counted_only(kind: str) -> Finding:
    """Give a finding that is counted and never written over: what a whole text says has no place."""
    return Finding(kind=kind, start=0, end=0, score=CERTAIN, rule=kind)
