"""dlp-filter: credentials, terms and patterns that must not leave."""

from __future__ import annotations

from keeptrusts.gateway.detectors.families.markings import KIND as MARKING
from keeptrusts.gateway.detectors.families.markings import marking_rules
from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.gateway.policies.own_patterns import rules_of_patterns, rules_of_terms
from keeptrusts.gateway.policies.protocol import Escalation
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.policy_document.kinds.content import DlpFilterOptions

KIND = "dlp-filter"


class MarkedTextFilter(TextDetector):
    """A filter that knows the markings of documents: a text that bears one is a finding as a whole.

    To write over the marking alone would send what it forbids to send, and without the warning.
    """

    __slots__ = ()

    @property
    def reads_whole(self) -> bool:
        """Whether a text must be whole before it can be judged: a marking may stand at its end."""
        return True

    def findings(self, review: Review) -> list[tuple[int, Finding]]:
        """Give what is found; of a text with a marking nothing but that. Raises TooManyMatchesError."""
        found = super().findings(review)
        marked = {number: finding for number, finding in found if finding.kind == MARKING}
        whole = [(number, replace(one, start=0, end=len(review.texts[number].text))) for number, one in marked.items()]
        return [*whole, *((number, one) for number, one in found if number not in marked)]


def dlp_filter(options: DlpFilterOptions) -> TextDetector:
    """Compile the options: the credentials of the public rule sets, markings, and what the file names itself."""
    level = options.sensitivity_level
    patterns = (*options.detect_patterns, *((options.pattern,) if options.pattern is not None else ()))
    made = TextDetector if level == "standard" else MarkedTextFilter
    return made(
        kind=KIND,
        what="confidential data",
        rules=(
            *(() if level == "standard" else marking_rules(level)),
            *(secret_rules() if options.secrets else ()),
            *rules_of_patterns(patterns, "PATTERN"),
            *rules_of_terms(
                options.blocked_terms, "TERM", distance=options.max_distance if options.fuzzy_matching else 0
            ),
        ),
        action=options.action,
        phase=options.apply_to,
        redaction=options.redaction,
        message=options.message,
        escalation=Escalation(type="data_exfiltration", severity="high", held=options.on_review == "hold"),
    )
