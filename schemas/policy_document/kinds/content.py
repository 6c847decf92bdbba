"""Options of the kinds that look at text: personal data, secrets, injections, categories."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, model_validator

from keeptrusts.schemas.policy_document.kinds.categories import categories_named
from keeptrusts.schemas.policy_document.kinds.entities import entities_named
from keeptrusts.schemas.policy_document.kinds.options import KindOptions, Section
from keeptrusts.schemas.policy_document.kinds.scalars import (
    Count,
    Distance,
    Flag,
    Name,
    Names,
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

    marker_format: Literal["label", "mask", "hash", "asterisks", "partial"] = "label"
    include_metadata: Flag = True
    preserve_length: Flag = False
    custom_markers: Mapping[Name, Name] = {}
    reversible: Flag = False


class PiiDetectorOptions(KindOptions):
    """Personal data; card data counts by default. `entities` are the kinds that count; if it is absent, the usual."""

    action: Literal["warn", "redact", "block"] = "redact"
    entities: Entities | None = None
    pci_mode: Flag = True
    healthcare_mode: Flag = False
    detect_patterns: Patterns = ()
    redaction: Redaction = Redaction()
    apply_to: Phase = "both"


class HipaaPhiDetectorOptions(KindOptions):
    """The 18 Safe Harbor identifiers."""

    mode: Literal["hipaa_18"] = "hipaa_18"
    action: Literal["redact", "block"] = "redact"
    safe_harbor_method: Flag = True
    redaction: Redaction = Redaction()
    apply_to: Phase = "both"


class DlpFilterOptions(KindOptions):
    """Secrets, terms and patterns that must not leave."""

    aliases: ClassVar[Mapping[str, str]] = {"patterns": "detect_patterns", "terms": "blocked_terms"}
    action: Literal["warn", "redact", "block", "escalate"] = "redact"
    detect_patterns: Patterns = ()
    pattern: Pattern | None = None
    blocked_terms: Names = ()
    secrets: Flag = True
    fuzzy_matching: Flag = False
    max_distance: Distance = 1
    sensitivity_level: Literal["standard", "high", "restricted"] = "standard"
    redaction: Redaction = Redaction()
    apply_to: Phase = "both"
    message: Text = ""


class InjectionEncoding(Section):
    """Which disguises are undone before looking."""

    decode_base64: Flag = True
    normalize_unicode: Flag = True
    detect_homoglyphs: Flag = True


class InjectionBoundaries(Section):
    """Whether fake system or tool boundaries count as an attack."""

    enforce_delimiters: Flag = True
    reject_fake_boundaries: Flag = True


class InjectionDetection(Section):
    """Patterns of the user, and the similarity from which text counts."""

    attack_patterns: Patterns = ()
    embedding_threshold: Share | None = None


class InjectionResponse(Section):
    """What happens on detection, and what the caller is told."""

    action: Literal["block", "warn", "escalate"] = "block"
    message: Text = ""
    log_level: Literal["debug", "info", "warn", "error"] = "warn"


class PromptInjectionOptions(KindOptions):
    """Attempts to override instructions, in user, tool and document text apart."""

    action: Literal["block", "warn", "escalate"] = "block"
    threshold: Share | None = None
    embedding_threshold: Share | None = None
    backend: Literal["local"] = "local"
    attack_patterns: Patterns = ()
    detection: InjectionDetection = InjectionDetection()
    encoding: InjectionEncoding = InjectionEncoding()
    boundaries: InjectionBoundaries = InjectionBoundaries()
    response: InjectionResponse = InjectionResponse()

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = "action" in self.model_fields_set and "action" in self.response.model_fields_set
        if given and self.action != self.response.action:
            raise ValueError('"action" and "response.action" name different actions; keep one')
        return self


class ContentFilterOptions(KindOptions):
    """Categories and terms that are not wanted. Without `categories` those of the mode count, or terms alone."""

    aliases: ClassVar[Mapping[str, str]] = {"block_if": "terms", "blocked_terms": "terms"}
    action: Literal["block", "warn", "escalate"] = "block"
    mode: Literal["general", "critical_infrastructure", "automotive", "education", "law_enforcement"] = "general"
    categories: Categories = ()
    terms: Names = ()
    pattern: Pattern | None = None
    fuzzy_matching: Flag = False
    max_distance: Distance = 1
    apply_to: Phase = "both"
    message: Text = ""


class ModerationSecret(Section):
    """Where the service's key is kept: an environment variable or a stored secret."""

    env: Name | None = None
    store: Name | None = None


class ExternalModerationOptions(KindOptions):
    """Another service's judgement, with a deadline in milliseconds."""

    provider: Literal["webhook", "openai-moderation"] = "webhook"
    endpoint: Name | None = None
    secret_key_ref: ModerationSecret | None = None
    categories: Names = ()
    threshold: Share | None = None
    timeout_ms: Count = 2000
    action: Literal["block", "warn", "escalate"] = "block"
    apply_to: Phase = "both"
