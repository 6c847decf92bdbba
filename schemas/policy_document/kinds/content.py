"""Options of the kinds that look at text: personal data, secrets, injections, categories."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from keeptrusts.schemas.policy_document.kinds.categories import categories_named
from keeptrusts.schemas.policy_document.kinds.entities import entities_named
from keeptrusts.schemas.policy_document.kinds.options import KindOptions, Section
from keeptrusts.schemas.policy_document.kinds.scalars import (
    Count,
    Distance,
    Flag,
    Name,
    Names,
    OnReview,
    Pattern,
    Patterns,
    Share,
    Text,
)

Phase = Literal["input", "output", "both"]


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    entities_named(names)
    return names


def _known_categories(names: tuple[str, ...]) -> tuple[str, ...]:
    categories_named(names)
    return names


Entities = Annotated[Names, AfterValidator(_known)]
Categories = Annotated[Names, AfterValidator(_known_categories)]


class Redaction(Section):
    """How a finding is written over."""

    marker_format: Literal["label", "mask", "hash", "asterisks", "partial"] = Field(
        "label",
        description="What stands in place of a finding: its kind ([EMAIL]), stars for its letters and digits (mask), "
        "a keyed hash that is equal for equal values, or all but its last four characters hidden (partial).",
    )
    include_metadata: Flag = Field(True, description="Record counts by kind.")
    preserve_length: Flag = Field(False, description="Cut or fill markers to the length of what they stand for.")
    custom_markers: Mapping[Name, Name] = Field({}, description="Markers of your own, by kind.")
    reversible: Flag = Field(False, description="Put the values back where the answer repeats a placeholder.")


class PiiDetectorOptions(KindOptions):
    """Personal data; card data counts by default. `entities` are the kinds that count; if it is absent, the usual."""

    action: Literal["warn", "redact", "block"] = Field("redact", description="What becomes of a text with findings.")
    entities: Entities | None = Field(
        None,
        description="The kinds that count, or groups of them (contact, health ...). Absent: all usual ones.",
    )
    pci_mode: Flag = Field(True, description="Card numbers count, whatever entities say.")
    healthcare_mode: Flag = Field(
        False, description="Record, plan, device and account numbers of health care count too."
    )
    detect_patterns: Patterns = Field(
        (), description="Regular expressions of your own; findings are counted as CUSTOM."
    )
    redaction: Redaction = Field(Redaction(), description="How findings are written over.")
    apply_to: Phase = Field("both", description="Judge requests, answers, or both.")


class HipaaPhiDetectorOptions(KindOptions):
    """The 18 Safe Harbor identifiers."""

    mode: Literal["hipaa_18"] = Field(
        "hipaa_18", description="The list of identifiers: the 18 of the Safe Harbor method."
    )
    action: Literal["redact", "block"] = Field("redact", description="What becomes of a text with findings.")
    safe_harbor_method: Flag = Field(
        True, description="False leaves dates, ages and postal codes, as a limited data set may have them."
    )
    redaction: Redaction = Field(Redaction(), description="How findings are written over.")
    apply_to: Phase = Field("both", description="Judge requests, answers, or both.")


class DlpFilterOptions(KindOptions):
    """Secrets, terms and patterns that must not leave."""

    aliases: ClassVar[Mapping[str, str]] = {"patterns": "detect_patterns", "terms": "blocked_terms"}
    action: Literal["warn", "redact", "block", "escalate"] = Field(
        "redact", description="What becomes of a text with findings; escalate asks a person."
    )
    on_review: OnReview = Field("hold", description="With escalate: hold a call, or refuse it at once.")
    detect_patterns: Patterns = Field(
        (), description="Regular expressions of your own; findings are counted as PATTERN."
    )
    pattern: Pattern | None = Field(None, description="One more of them.")
    blocked_terms: Names = Field(
        (), description="Words and phrases, found as whole words in any case; counted as TERM."
    )
    secrets: Flag = Field(
        True, description="Look for credentials: keys, tokens and passwords of more than a hundred issuers."
    )
    fuzzy_matching: Flag = Field(False, description="Find blocked_terms with wrong letters, too.")
    max_distance: Distance = Field(1, description="The most wrong letters; never more than one of each four.")
    sensitivity_level: Literal["standard", "high", "restricted"] = Field(
        "standard",
        description="Refuse or write over whole texts that bear a marking such as STRICTLY CONFIDENTIAL (high), or a "
        "word such as confidential (restricted).",
    )
    redaction: Redaction = Field(Redaction(), description="How findings are written over.")
    apply_to: Phase = Field("both", description="Judge requests, answers, or both.")
    message: Text = Field("", description="What a refused caller is told, in place of the kinds found.")


class InjectionEncoding(Section):
    """Which disguises are undone before looking."""

    decode_base64: Flag = Field(True, description="Look into base64.")
    normalize_unicode: Flag = Field(True, description="Undo lookalike and invisible characters.")
    detect_homoglyphs: Flag = Field(True, description="Undo letters of other scripts that look alike.")


class InjectionBoundaries(Section):
    """Whether fake system or tool boundaries count as an attack."""

    enforce_delimiters: Flag = Field(True, description="Treat text that closes its own delimiter as an attack.")
    reject_fake_boundaries: Flag = Field(True, description="Treat made-up system or tool messages as an attack.")


class InjectionDetection(Section):
    """Patterns of the user, and the likeness to attacks from which text counts."""

    attack_patterns: Patterns = Field((), description="Regular expressions of your own.")
    embedding_threshold: Share | None = Field(
        None, description="The likeness to known attacks from which a text counts by it alone; 0.5 where not given."
    )


class InjectionResponse(Section):
    """What happens on detection, and what the caller is told."""

    action: Literal["block", "warn", "escalate"] = Field(
        "block", description="What becomes of a request with an attack."
    )
    message: Text = Field("", description="What a refused caller is told.")
    log_level: Literal["debug", "info", "warn", "error"] = Field(
        "warn", description="The level at which a finding is logged."
    )


class PromptInjectionOptions(KindOptions):
    """Attempts to override instructions, in user, tool and document text apart."""

    action: Literal["block", "warn", "escalate"] = Field(
        "block", description="What becomes of a request with an attack."
    )
    on_review: OnReview = Field("hold", description="With escalate: hold a call, or refuse it at once.")
    threshold: Share | None = Field(None, description="How sure the detector must be, from 0 to 1.")
    embedding_threshold: Share | None = Field(
        None, description="The likeness to known attacks from which a text counts by it alone; 0.5 where not given."
    )
    backend: Literal["local"] = Field("local", description="Where texts are judged: in the gateway.")
    attack_patterns: Patterns = Field((), description="Regular expressions of your own.")
    detection: InjectionDetection = Field(InjectionDetection(), description="The same under another name.")
    encoding: InjectionEncoding = Field(
        InjectionEncoding(), description="What is undone before looking: encodings and lookalikes."
    )
    boundaries: InjectionBoundaries = Field(InjectionBoundaries(), description="Whether made-up boundaries count.")
    response: InjectionResponse = Field(
        InjectionResponse(), description="The same as action, with what the caller is told."
    )

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = "action" in self.model_fields_set and "action" in self.response.model_fields_set
        if given and self.action != self.response.action:
            raise ValueError('"action" and "response.action" name different actions; keep one')
        return self


class ContentFilterOptions(KindOptions):
    """Categories and terms that are not wanted. Without `categories` those of the mode count, or terms alone."""

    aliases: ClassVar[Mapping[str, str]] = {"block_if": "terms", "blocked_terms": "terms"}
    action: Literal["block", "warn", "escalate"] = Field("block", description="What becomes of a text with findings.")
    on_review: OnReview = Field("hold", description="With escalate: hold a call, or refuse it at once.")
    mode: Literal["general", "critical_infrastructure", "automotive", "education", "law_enforcement"] = Field(
        "general", description="The field whose categories hold."
    )
    categories: Categories = Field((), description="Categories that are not wanted.")
    terms: Names = Field((), description="Words and phrases that are not wanted.")
    pattern: Pattern | None = Field(None, description="A regular expression of your own.")
    fuzzy_matching: Flag = Field(False, description="Find terms with wrong letters, too.")
    max_distance: Distance = Field(1, description="The most wrong letters.")
    apply_to: Phase = Field("both", description="Judge requests, answers, or both.")
    message: Text = Field("", description="What a refused caller is told.")


class ModerationSecret(Section):
    """Where the service's key is kept: an environment variable or a stored secret."""

    env: Name | None = Field(None, description="The environment variable that holds the key.")
    store: Name | None = Field(None, description="The entry of a secret store that holds it.")


class ExternalModerationOptions(KindOptions):
    """Another service's judgement, with a deadline in milliseconds."""

    provider: Literal["webhook", "openai-moderation"] = Field(
        "webhook", description="Who judges: a web hook of yours, or OpenAI's moderation."
    )
    endpoint: Name | None = Field(None, description="The address of the web hook.")
    secret_key_ref: ModerationSecret | None = Field(None, description="Where the service's key is kept.")
    categories: Names = Field((), description="Categories that count; none: all that the service names.")
    threshold: Share | None = Field(None, description="The score from which a category counts, from 0 to 1.")
    timeout_ms: Count = Field(2000, description="Milliseconds until fail_mode decides, at most a minute.")
    action: Literal["block", "warn", "escalate"] = Field(
        "block", description="What becomes of a text that the service does not like."
    )
    on_review: OnReview = Field("hold", description="With escalate: hold a call, or refuse it at once.")
    apply_to: Phase = Field("both", description="Judge requests, answers, or both.")
