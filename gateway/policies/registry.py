"""From a chain entry to its compiled policy; kinds without one here fail closed."""

from keeptrusts.gateway.policies.agent_firewall import AgentFirewall
from keeptrusts.gateway.policies.audit_logger import AuditLogger
from keeptrusts.gateway.policies.content_filter import content_filter
from keeptrusts.gateway.policies.data_routing_policy import DataRoutingPolicy
from keeptrusts.gateway.policies.disclaimer import Disclaimer
from keeptrusts.gateway.policies.dlp_filter import dlp_filter
from keeptrusts.gateway.policies.external_moderation import ExternalModeration
from keeptrusts.gateway.policies.hipaa_phi_detector import hipaa_phi_detector
from keeptrusts.gateway.policies.human_oversight import human_oversight
from keeptrusts.gateway.policies.model_access import ModelAccess
from keeptrusts.gateway.policies.pii_detector import pii_detector
from keeptrusts.gateway.policies.prompt_injection import prompt_injection
from keeptrusts.gateway.policies.protocol import Policy
from keeptrusts.gateway.policies.rate_limit import RateLimit, WorkerShare
from keeptrusts.gateway.policies.rbac import Rbac
from keeptrusts.gateway.policies.shares import Sharing
from keeptrusts.gateway.policies.spend_limit import SpendLimit
from keeptrusts.gateway.policies.unavailable import Unavailable
from keeptrusts.schemas.policy_document.document import ChainEntry
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
from keeptrusts.schemas.policy_document.kinds.oversight import (
    AuditLoggerOptions,
    DataRoutingPolicyOptions,
    DisclaimerOptions,
    HumanOversightOptions,
)
from keeptrusts.schemas.policy_document.not_yet import refused_option


def build_policy(
    entry: ChainEntry, share: WorkerShare, before: Policy | None = None, sharing: Sharing | None = None
) -> Policy:
    """The policy of an entry. What counts goes on with the counts of `before`, whose place it takes.

    With `sharing`, rate limits are those of all gateways together.
    """
    match entry.options:
        case RbacOptions() as options:
            return Rbac(options)
        case ModelAccessOptions() as options:
            return ModelAccess(options)
        case RateLimitOptions() as options:
            return RateLimit(options, share, before if isinstance(before, RateLimit) else None, sharing)
        case SpendLimitOptions() as options:
            return SpendLimit(options, entry.mode)
        case AuditLoggerOptions() as options:
            return AuditLogger(options)
        case AgentFirewallOptions() as options:
            return AgentFirewall(options, share, before if isinstance(before, AgentFirewall) else None)
        case DataRoutingPolicyOptions() as options:
            return DataRoutingPolicy(options)
        case PiiDetectorOptions() as options:
            return pii_detector(options)
        case HipaaPhiDetectorOptions() as options:
            return hipaa_phi_detector(options)
        case DlpFilterOptions() as options:
            return dlp_filter(options)
        case DisclaimerOptions() as options:
            return Disclaimer(options)
        case HumanOversightOptions() as options if refused_option(options) is None:
            return human_oversight(options)
        case ExternalModerationOptions() as options:
            return ExternalModeration(options)
        case PromptInjectionOptions() as options:
            return prompt_injection(options)
        case ContentFilterOptions() as options:
            return content_filter(options)
        case _:
            return Unavailable(entry.kind, entry.mode)
