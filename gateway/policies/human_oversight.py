"""human-oversight: a person decides before a call goes out, or before its answer does: always, or about topics."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from math import ceil, log2
from typing import Final, Literal

from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, Escalation, RequestFacts
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.text_detector import TextDetector, counted_only
from keeptrusts.gateway.policies.texts import Channel
from keeptrusts.gateway.policies.topics import ENOUGH, kind_of_topic, least_words, rules_of_topic, topic_named
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.kinds.content import Redaction
from keeptrusts.schemas.policy_document.kinds.oversight import HumanOversightOptions

KIND: Final = "human-oversight"
REASON: Final = "review_required"
MOST_WORDS: Final = 8
_UNJUDGED: Final[frozenset[Channel]] = frozenset({"system"})
"""An application that says what its model is for asks nothing yet."""


class HumanOversight:
    """The compiled rule. ``phase`` says what is held: calls, answers or both."""

    __slots__ = ("_blocks", "_escalation", "_needed", "phase")

    def __init__(self, options: HumanOversightOptions) -> None:
        self.phase: Literal["input", "output", "both"] = options.phase
        self._needed = options.asks_always
        self._blocks = options.action == "block"
        self._escalation = _escalation(options)

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Escalate with review_required, or refuse with it."""
        if not self._needed:
            return ALLOW
        if self._blocks:
            message = "calls like this one need a person, and none may be asked"
            problem = Problem(code=f"{facts.phase}_blocked", message=message, fix="Ask an admin", policy=KIND)
            return Decision(result="block", reason=REASON, problem=problem)
        return Decision(result="escalate", reason=REASON, escalation=self._escalation)


class TopicOversight(TextDetector):
    """The compiled rule of an entry that names topics: calls, or answers, in which enough of their words are said."""

    __slots__ = ("_least",)

    def __init__(self, options: HumanOversightOptions) -> None:
        topics = tuple(dict.fromkeys(topic_named(name) for name in options.require_human_for))
        super().__init__(
            kind=KIND,
            what="topics that a person decides about",
            rules=[rule for topic in topics for rule in rules_of_topic(topic)],
            action=options.action,
            phase=options.phase,
            redaction=Redaction(),
            message="this is about topics that need a person, and none may be asked",
            reason=REASON,
            escalation=_escalation(options),
        )
        enough = enough_words(options.confidence_threshold)
        self._least = {kind_of_topic(topic): least_words(topic, enough) for topic in topics}

    @property
    def reads_whole(self) -> bool:
        """Whether a text must be whole before it can be judged: its words are counted."""
        return True

    def findings(self, review: Review) -> list[tuple[int, Finding]]:
        """Give one finding for each topic of which enough different words are said. Raises TooManyMatchesError."""
        said: dict[str, set[str]] = defaultdict(set)
        first: dict[str, int] = {}
        for number, finding in super().findings(review):
            text = review.texts[number]
            if text.channel not in _UNJUDGED:
                first.setdefault(finding.kind, number)
                said[finding.kind].add(" ".join(text.text[finding.start : finding.end].casefold().split()))
        return [(number, counted_only(kind)) for kind, number in first.items() if len(said[kind]) >= self._least[kind]]


def enough_words(threshold: Decimal | None) -> int:
    """Give how many different words of a known topic make a text one about it, from the confidence that is asked for.

    One word says nothing yet, and each further one halves the doubt: two stand for 0.5, three for 0.75.
    """
    if threshold is None:
        return ENOUGH
    return MOST_WORDS if threshold >= 1 else min(MOST_WORDS, 1 + ceil(-log2(1 - threshold)))


def human_oversight(options: HumanOversightOptions) -> HumanOversight | TopicOversight:
    """Compile the options: an entry that has every call held needs to know no topics."""
    return TopicOversight(options) if options.asks_about_topics else HumanOversight(options)


def _escalation(options: HumanOversightOptions) -> Escalation:
    return Escalation(
        type="human_oversight",
        severity="medium",
        wait_s=options.timeout_seconds,
        held=options.on_review == "hold",
        assignee=options.default_assignee,
    )
