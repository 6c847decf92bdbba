"""pii-detector: personal data of a request and its answer."""

from __future__ import annotations

from keeptrusts.gateway.detectors.families.personal import rules_of_kinds
from keeptrusts.gateway.policies.own_patterns import rules_of_patterns
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.schemas.policy_document.kinds.content import PiiDetectorOptions
from keeptrusts.schemas.policy_document.kinds.entities import (
    CONTACT,
    HEALTH,
    NATIONAL,
    PAYMENT,
    PERSONAL,
    entities_named,
)

KIND = "pii-detector"


def pii_detector(options: PiiDetectorOptions) -> TextDetector:
    """Compile the options: the kinds they name, card data unless it is switched off, and patterns of their own."""
    kinds = wanted(options)
    own = rules_of_patterns(options.detect_patterns, "CUSTOM")
    return TextDetector(
        kind=KIND,
        what="personal data",
        rules=(*rules_of_kinds(kinds), *own),
        action=options.action,
        phase=options.apply_to,
        redaction=options.redaction,
    )


def wanted(options: PiiDetectorOptions) -> frozenset[str]:
    """Give the kinds that count."""
    usual = PAYMENT | NATIONAL | CONTACT | PERSONAL
    kinds = usual if options.entities is None else entities_named(options.entities)
    if options.healthcare_mode:
        kinds |= HEALTH
    if options.pci_mode:
        return kinds | {"CREDIT_CARD"}
    return kinds if options.entities is not None else kinds - {"CREDIT_CARD"}
