"""Options of the kinds around a call: reviewers, residency, disclaimers and the record itself."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from keeptrusts.schemas.policy_document.kinds.options import KindOptions, Section
from keeptrusts.schemas.policy_document.kinds.scalars import (
    Count,
    Days,
    Flag,
    Name,
    Names,
    OnReview,
    Share,
    Text,
    Whole,
)


class Disclaimer(Section):
    """One text and the topic it belongs to."""

    topic: Name = Field(description="When the text is used.")
    text: Text = Field(description="What is appended.")


class DisclaimerOptions(KindOptions):
    """Text appended once to an answer."""

    text: Text = Field(
        "This answer was produced by an AI model and may be wrong.", description="What is appended to every answer."
    )
    topics: Names = Field((), description="Topics whose answers get it; none: all answers.")
    disclaimers: tuple[Disclaimer, ...] = Field((), description="Texts by topic.")


class DataRoutingPolicyOptions(KindOptions):
    """What a target must have declared about data before calls may go there."""

    require_zero_data_retention: Flag = Field(False, description="Only targets that keep nothing.")
    require_no_training: Flag = Field(False, description="Only targets that do not train on data.")
    max_retention_days: Whole | None = Field(None, description="Only targets that keep data for at most so many days.")
    allowed_regions: Names | None = Field(None, description="Only targets in these regions; absent: all.")
    on_no_compliant_provider: Literal["block", "warn"] = Field(
        "block", description="What becomes of a call that no target may take."
    )
    log_provider_selection: Flag = Field(True, description="Record why targets were left out.")


class HumanOversightOptions(KindOptions):
    """Which calls a person decides about, and for how many seconds they wait."""

    require_review: Flag = Field(False, description="A person decides about every call; so too if nothing is said.")
    require_human_for: Names = Field(
        (),
        description="A person decides about these topics: medical, legal, financial, hiring, safety, or other words.",
    )
    action: Literal["escalate", "block"] = Field("escalate", description="Hold the call for a person, or refuse it.")
    confidence_threshold: Share | None = Field(
        None, description="How sure a topic must be, from 0 to 1: each different word of it halves the doubt."
    )
    default_assignee: Name | None = Field(
        None,
        description="Who is asked first, by e-mail: shown, and told to webhooks; others may decide as well.",
    )
    on_review: OnReview = Field(
        "hold",
        description="Hold a call, or refuse it at once, to be sent again once it is approved; answers are always held.",
    )
    timeout_seconds: Count = Field(
        3600, description="Seconds until a held call is refused, at most 7 days; an answer waits 10 minutes at most."
    )
    phase: Literal["input", "output", "both"] = Field("input", description="Hold the request, the answer, or both.")

    @property
    def asks_always(self) -> bool:
        """Whether every call is held: also where nothing is said, since to ask a person is what the kind is for."""
        said = self.model_fields_set & {"require_review", "require_human_for", "confidence_threshold"}
        return self.require_review or not said

    @property
    def asks_about_topics(self) -> bool:
        """Whether only what is about certain topics is held."""
        return bool(self.require_human_for) and not self.asks_always


class AuditLoggerOptions(KindOptions):
    """What is kept of a call beyond its decision. Records are immutable whatever is written here."""

    aliases: ClassVar[Mapping[str, str]] = {"retention": "retention_days"}
    immutable: Flag = Field(True, description="Records cannot be changed; false is read, and changes nothing.")
    retention_days: Days = Field(365, description="Days for which captured content is kept.")
    log_all_access: Flag = Field(True, description="Record every call.")
    hipaa_audit_controls: Flag = Field(False, description="Record what HIPAA's audit controls ask for.")
    capture: Literal["none", "redacted", "full"] = Field(
        "none", description="Keep texts: none, after redaction, or in full."
    )
    action: Literal["log"] = Field("log", description="Calls are recorded.")
