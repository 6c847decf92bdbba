"""Plans of the commands about escalations."""

from __future__ import annotations

from typing import Any

from keeptrusts.gateway.command_api.plan import Asked, Plan
from keeptrusts.gateway.command_api.requests import EscalationResolveBody, NoFields
from keeptrusts.schemas.commands import documents
from keeptrusts.schemas.record import Record


def claim_escalation(asked: Asked, body: NoFields) -> Plan:
    escalation = asked.path["escalation"]
    return _unlisted(documents.EscalationClaimRequested(escalation=escalation), escalation, state="claimed")


def release_escalation(asked: Asked, body: NoFields) -> Plan:
    escalation = asked.path["escalation"]
    return _unlisted(documents.EscalationReleaseRequested(escalation=escalation), escalation, state="queued")


def resolve_escalation(asked: Asked, body: EscalationResolveBody) -> Plan:
    escalation = asked.path["escalation"]
    intent = documents.EscalationResolveRequested(escalation=escalation, resolution=body.resolution, note=body.note)
    return _unlisted(intent, escalation, state="resolved", resolution=body.resolution, note=body.note)


def _unlisted(intent: Record, escalation: str, **fields: Any) -> Plan:
    """Plan for what no directory lists: the authority alone knows whether it is there and may be decided."""
    return Plan(intent=intent, kind="escalation", resource=escalation, extra=fields, gone=True)
