"""Options of the kinds around a call: reviewers, residency, disclaimers and the record itself."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from keeptrusts.schemas.policy_document.kinds.options import KindOptions, Section
from keeptrusts.schemas.policy_document.kinds.scalars import Count, Days, Flag, Name, Names, Share, Text, Whole


class Disclaimer(Section):
    """One text and the topic it belongs to."""

    topic: Name
    text: Text


class DisclaimerOptions(KindOptions):
    """Text appended once to an answer."""

    text: Text = "This answer was produced by an AI model and may be wrong."
    topics: Names = ()
    disclaimers: tuple[Disclaimer, ...] = ()


class DataRoutingPolicyOptions(KindOptions):
    """What a target must have declared about data before calls may go there."""

    require_zero_data_retention: Flag = False
    require_no_training: Flag = False
    max_retention_days: Whole | None = None
    allowed_regions: Names | None = None
    on_no_compliant_provider: Literal["block", "warn"] = "block"
    log_provider_selection: Flag = True


class HumanOversightOptions(KindOptions):
    """Which calls a person decides about, and for how many seconds they wait."""

    require_review: Flag = False
    require_human_for: Names = ()
    action: Literal["escalate", "block"] = "escalate"
    confidence_threshold: Share | None = None
    default_assignee: Name | None = None
    timeout_seconds: Count = 3600
    phase: Literal["input", "output", "both"] = "input"


class AuditLoggerOptions(KindOptions):
    """What is kept of a call beyond its decision. Records are immutable whatever is written here."""

    aliases: ClassVar[Mapping[str, str]] = {"retention": "retention_days"}
    immutable: Flag = True
    retention_days: Days = 365
    log_all_access: Flag = True
    hipaa_audit_controls: Flag = False
    capture: Literal["none", "redacted", "full"] = "none"
    action: Literal["log"] = "log"
