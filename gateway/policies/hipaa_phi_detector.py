"""hipaa-phi-detector: the 18 identifiers of the Safe Harbor method, 45 CFR 164.514(b)(2)."""

from __future__ import annotations

from keeptrusts.gateway.detectors.families.personal import rules_of_kinds
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.schemas.policy_document.kinds.content import HipaaPhiDetectorOptions
from keeptrusts.schemas.policy_document.kinds.entities import ENTITIES

KIND = "hipaa-phi-detector"
_LIMITED_DATA_SET = frozenset({"DATE", "AGE", "POSTAL_CODE"})
"""What 45 CFR 164.514(e) lets stay where the Safe Harbor method is not asked for."""


def hipaa_phi_detector(options: HipaaPhiDetectorOptions) -> TextDetector:
    """Compile the options: every kind that is one of the 18 identifiers or any other unique number."""
    kinds = ENTITIES if options.safe_harbor_method else ENTITIES - _LIMITED_DATA_SET
    return TextDetector(
        kind=KIND,
        what="health information",
        rules=rules_of_kinds(kinds),
        action=options.action,
        phase=options.apply_to,
        redaction=options.redaction,
    )
