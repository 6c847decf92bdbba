"""dlp-filter: credentials, terms and patterns that must not leave."""

from __future__ import annotations

from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.policies.own_patterns import rules_of_patterns, rules_of_terms
from keeptrusts.gateway.policies.protocol import Escalation
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.schemas.policy_document.kinds.content import DlpFilterOptions

KIND = "dlp-filter"


def dlp_filter(options: DlpFilterOptions) -> TextDetector:
    """Compile the options: the credentials of the public rule sets, and what the file names itself."""
    patterns = (*options.detect_patterns, *((options.pattern,) if options.pattern is not None else ()))
    return TextDetector(
        kind=KIND,
        what="confidential data",
        rules=(
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
