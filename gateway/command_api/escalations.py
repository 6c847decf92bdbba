"""Plans of the commands about escalations."""

from __future__ import annotations

from keeptrusts.gateway.command_api.plan import Asked, Plan, unlisted
from keeptrusts.gateway.command_api.requests import EscalationResolveBody, NoFields
from keeptrusts.schemas.commands import documents


def claim_escalation(asked: Asked, body: NoFields) -> Plan:
    escalation = asked.path["escalation"]
    return unlisted(
        documents.EscalationClaimRequested(escalation=escalation), "escalation", escalation, state="claimed"
    )


def release_escalation(asked: Asked, body: NoFields) -> Plan:
    escalation = asked.path["escalation"]
    return unlisted(
        documents.EscalationReleaseRequested(escalation=escalation), "escalation", escalation, state="queued"
    )


def resolve_escalation(asked: Asked, body: EscalationResolveBody) -> Plan:
    escalation = asked.path["escalation"]
    intent = documents.EscalationResolveRequested(escalation=escalation, resolution=body.resolution, note=body.note)
    return unlisted(intent, "escalation", escalation, state="resolved", resolution=body.resolution, note=body.note)
