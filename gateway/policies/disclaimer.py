"""disclaimer: a text that is appended to answers, to all of them or to those about a topic."""

from __future__ import annotations

from collections import Counter
from typing import Final

from keeptrusts.gateway.detectors.scanner import TooManyMatchesError
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.gateway.policies.topics import ENOUGH, kind_of_topic, least_words, rules_of_topic, topic_named
from keeptrusts.schemas.policy_document.kinds.content import Redaction
from keeptrusts.schemas.policy_document.kinds.oversight import DisclaimerOptions

KIND: Final = "disclaimer"


class Disclaimer(TextDetector):
    """The compiled texts. What is found decides only which of them are appended; answers stay as they are."""

    __slots__ = ("_always", "_by_topic")

    def __init__(self, options: DisclaimerOptions) -> None:
        by_topic: list[tuple[str, str]] = [(topic_named(one.topic), one.text) for one in options.disclaimers]
        by_topic += [(topic_named(topic), options.text) for topic in options.topics]
        topics = tuple(dict.fromkeys(topic for topic, _ in by_topic))
        super().__init__(
            kind=KIND,
            what="topics",
            rules=[rule for topic in topics for rule in rules_of_topic(topic)],
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
                counts = Counter(dict.fromkeys((kind_of_topic(topic) for topic, _ in self._by_topic), ENOUGH))
            found = {topic for topic, _ in self._by_topic if counts[kind_of_topic(topic)] >= least_words(topic)}
        texts = (*self._always, *(text for topic, text in self._by_topic if topic in found))
        if not texts:
            return ALLOW
        counted = {kind_of_topic(topic): 1 for topic in sorted(found)}
        return Decision(result="allow", reason=KIND, findings=counted, appended=tuple(dict.fromkeys(texts)))
