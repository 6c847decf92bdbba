"""disclaimer: a text that is appended to answers, to all of them or to those about a topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keeptrusts.gateway.detectors.rules import Rule
from keeptrusts.gateway.detectors.scanner import TooManyMatchesError
from keeptrusts.gateway.policies.own_patterns import rules_of_terms
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.schemas.policy_document.kinds.content import Redaction
from keeptrusts.schemas.policy_document.kinds.oversight import DisclaimerOptions

KIND: Final = "disclaimer"
ENOUGH: Final = 2
"""So many words of a known topic make an answer one about it: one alone is said in passing."""
TOPICS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "medical": (
            "diagnosis", "symptom", "symptoms", "dosage", "dose", "medication", "medications", "medicine",
            "prescription", "treatment", "therapy", "disease", "infection", "doctor", "physician", "patient",
            "blood pressure", "antibiotic", "antibiotics", "ibuprofen", "paracetamol", "side effects", "surgery",
            "vaccine", "chronic", "clinical",
        ),
        "legal": (
            "contract", "lawsuit", "liability", "liable", "attorney", "lawyer", "court", "statute", "plaintiff",
            "defendant", "litigation", "jurisdiction", "clause", "legal advice", "copyright", "trademark",
            "negligence", "damages", "breach", "tenant", "landlord", "custody", "divorce", "gdpr", "regulation",
            "compliance",
        ),
        "financial": (
            "invest", "investing", "investment", "investments", "stock", "stocks", "bond", "bonds", "portfolio",
            "dividend", "mortgage", "interest rate", "interest rates", "retirement", "pension", "loan", "tax",
            "taxes", "crypto", "bitcoin", "etf", "index fund", "mutual fund", "returns", "shares", "hedge",
            "asset allocation",
        ),
    }
)  # fmt: skip
"""Topics that are known by name, and the words that tell them. Another name is a word itself."""


class Disclaimer(TextDetector):
    """The compiled texts. What is found decides only which of them are appended; answers stay as they are."""

    __slots__ = ("_always", "_by_topic")

    def __init__(self, options: DisclaimerOptions) -> None:
        by_topic: list[tuple[str, str]] = [(one.topic.casefold(), one.text) for one in options.disclaimers]
        by_topic += [(topic.casefold(), options.text) for topic in options.topics]
        topics = tuple(dict.fromkeys(topic for topic, _ in by_topic))
        super().__init__(
            kind=KIND,
            what="topics",
            rules=[rule for topic in topics for rule in _rules(topic)],
            action="warn",
            phase="output",
            redaction=Redaction(),
        )
        self._by_topic = tuple(by_topic)
        said = not by_topic or (not options.topics and "text" in options.model_fields_set)
        self._always = (options.text,) if said and options.text else ()

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Allow, with the texts that belong to the answer; an answer that cannot be looked at gets all of them."""
        found: set[str] = set()
        if facts.review is not None:
            try:
                counts = Counter(finding.kind for _, finding in self.findings(facts.review))
            except TooManyMatchesError:
                counts = Counter(dict.fromkeys((_kind(topic) for topic, _ in self._by_topic), ENOUGH))
            found = {topic for topic, _ in self._by_topic if counts[_kind(topic)] >= _least(topic)}
        texts = (*self._always, *(text for topic, text in self._by_topic if topic in found))
        if not texts:
            return ALLOW
        counted = {_kind(topic): 1 for topic in sorted(found)}
        return Decision(result="allow", reason=KIND, findings=counted, appended=tuple(dict.fromkeys(texts)))


def _rules(topic: str) -> tuple[Rule, ...]:
    return rules_of_terms(TOPICS.get(topic, (topic,)), _kind(topic))


def _kind(topic: str) -> str:
    return "TOPIC_" + "_".join(topic.upper().split())


def _least(topic: str) -> int:
    return ENOUGH if topic in TOPICS else 1
