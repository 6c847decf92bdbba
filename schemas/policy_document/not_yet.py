"""What this version reads and checks but does not do: options it refuses, and options without an effect."""

from collections.abc import Callable
from typing import Any, Final, Literal

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.kinds.content import (
    DlpFilterOptions,
    HipaaPhiDetectorOptions,
    PiiDetectorOptions,
    PromptInjectionOptions,
)
from keeptrusts.schemas.policy_document.kinds.options import KindOptions
from keeptrusts.schemas.policy_document.kinds.oversight import AuditLoggerOptions, HumanOversightOptions


@frozen
class WithoutEffect:
    """An option, by its path, of some kinds; it is told of when written with such a value.

    A warning where somebody may rely on it, else a note.
    """

    kinds: tuple[type[KindOptions], ...]
    path: tuple[str, ...]
    words: str
    severity: Literal["warning", "info"]
    when: Callable[[Any], bool] = bool


_DETECTORS: Final = (DlpFilterOptions, HipaaPhiDetectorOptions, PiiDetectorOptions)

WITHOUT_EFFECT: Final = (
    WithoutEffect(
        kinds=_DETECTORS,
        path=("redaction", "include_metadata"),
        words="has no effect in this version: counts by kind are always recorded, and nothing else is",
        severity="info",
        when=lambda value: True,
    ),
    WithoutEffect(
        kinds=(PromptInjectionOptions,),
        path=("response", "log_level"),
        words="has no effect in this version: what is found is recorded, and nothing is logged",
        severity="info",
        when=lambda value: True,
    ),
    WithoutEffect(
        kinds=(AuditLoggerOptions,),
        path=("hipaa_audit_controls",),
        words="has no effect in this version: every call is recorded in the same way",
        severity="info",
    ),
    WithoutEffect(
        kinds=(AuditLoggerOptions,),
        path=("log_all_access",),
        words="has no effect in this version: every call is recorded",
        severity="info",
        when=lambda value: value is False,
    ),
)


def refused_option(options: KindOptions) -> str | None:
    """Give the option that this version cannot carry out, so that such an entry refuses in enforce; None mostly."""
    if not isinstance(options, HumanOversightOptions):
        return None
    return None if options.confidence_threshold is None or options.require_human_for else "confidence_threshold"
