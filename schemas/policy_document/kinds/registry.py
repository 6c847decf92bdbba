"""The table of policy kinds: name, options, phases and other spellings."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final, Literal

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.kinds.access import AgentFirewallOptions, ModelAccessOptions, RbacOptions
from keeptrusts.schemas.policy_document.kinds.content import (
    ContentFilterOptions,
    DlpFilterOptions,
    ExternalModerationOptions,
    HipaaPhiDetectorOptions,
    PiiDetectorOptions,
    PromptInjectionOptions,
)
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions, SpendLimitOptions
from keeptrusts.schemas.policy_document.kinds.options import KindOptions
from keeptrusts.schemas.policy_document.kinds.oversight import (
    AuditLoggerOptions,
    DataRoutingPolicyOptions,
    DisclaimerOptions,
    HumanOversightOptions,
)

Phase = Literal["input", "output", "route", "tools"]


@frozen
class KindSpec:
    """One kind: `types` are its names in the list dialect, `list_defaults` what such a name implies."""

    name: str
    options: type[KindOptions]
    phases: tuple[Phase, ...]
    types: tuple[str, ...] = ()
    list_defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _kinds(*specs: KindSpec) -> Mapping[str, KindSpec]:
    return MappingProxyType({spec.name: spec for spec in specs})


KINDS: Final[Mapping[str, KindSpec]] = _kinds(
    KindSpec(name="rbac", options=RbacOptions, phases=("input",)),
    KindSpec(
        name="model-access",
        options=ModelAccessOptions,
        phases=("input",),
        types=("allowed_models",),
    ),
    KindSpec(name="rate-limit", options=RateLimitOptions, phases=("input",), types=("rate_limit",)),
    KindSpec(name="spend-limit", options=SpendLimitOptions, phases=("input",), types=("cost_limit",)),
    KindSpec(name="pii-detector", options=PiiDetectorOptions, phases=("input", "output")),
    KindSpec(name="hipaa-phi-detector", options=HipaaPhiDetectorOptions, phases=("input", "output")),
    KindSpec(
        name="dlp-filter",
        options=DlpFilterOptions,
        phases=("input", "output"),
        types=("output_filter",),
        list_defaults={"output_filter": {"apply_to": "output"}},
    ),
    KindSpec(name="prompt-injection", options=PromptInjectionOptions, phases=("input",)),
    KindSpec(
        name="content-filter",
        options=ContentFilterOptions,
        phases=("input", "output"),
        types=("content_filter", "safety-filter", "safety_filter"),
    ),
    KindSpec(name="disclaimer", options=DisclaimerOptions, phases=("output",)),
    KindSpec(name="data-routing-policy", options=DataRoutingPolicyOptions, phases=("route",)),
    KindSpec(name="human-oversight", options=HumanOversightOptions, phases=("input", "output")),
    KindSpec(name="agent-firewall", options=AgentFirewallOptions, phases=("tools",)),
    KindSpec(
        name="audit-logger",
        options=AuditLoggerOptions,
        phases=("input", "output"),
        types=("log", "observe"),
    ),
    KindSpec(name="external-moderation", options=ExternalModerationOptions, phases=("input", "output")),
)


def kind_of_type(type_name: str) -> KindSpec | None:
    """The kind that an entry of the list dialect means, by its own name in either spelling or an older word."""
    direct = KINDS.get(type_name) or KINDS.get(type_name.replace("_", "-"))
    if direct is not None:
        return direct
    return next((spec for spec in KINDS.values() if type_name in spec.types), None)


def kind_of_chain_item(name: str) -> KindSpec | None:
    """The kind that a chain item or a key of `policy` means; safety-filter is content-filter's other name."""
    return KINDS.get("content-filter" if name == "safety-filter" else name)
