"""Plans of the commands about escalations."""

from __future__ import annotations

from typing import Final

import orjson

from keeptrusts.gateway.command_api.plan import Asked, Plan, unlisted
from keeptrusts.gateway.command_api.problems import invalid
from keeptrusts.gateway.command_api.requests import EditedText, EscalationResolveBody, NoFields
from keeptrusts.schemas.commands import documents
from keeptrusts.schemas.content_keys import ContentKeyError
from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.publishing import PublishError

_WHOLE: Final = "send the whole request, or all texts of the answer as they were shown, as it is to go on"
MOST_EDITED_BYTES: Final = 500_000
"""What one record holds of the worst text that packing makes no shorter."""


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
    shown = {"state": "resolved", "resolution": body.resolution, "note": body.note}
    if (body.edited is not None) != (body.resolution == "approved_edited"):
        raise invalid("edited", "goes with the resolution approved_edited, and only with it")
    plan = unlisted(intent, "escalation", escalation, **shown)
    return plan if body.edited is None else replace(plan, prepare=lambda: _kept(asked, intent, body.edited))


async def _kept(
    asked: Asked, intent: documents.EscalationResolveRequested, edited: EditedText | None
) -> documents.EscalationResolveRequested:
    """Keep the edited text, encrypted, and give the intent that names it. Raises Refused (422, 503)."""
    desk = asked.context.contents
    assert edited is not None, "the body was checked"
    plain = edited.content.encode()
    if len(plain) > MOST_EDITED_BYTES:
        raise invalid("edited", f"is longer than {MOST_EDITED_BYTES} bytes", "deny it, and ask for a shorter one")
    if not _is_object(plain):
        raise invalid("edited", "content must be the text of a JSON object", _WHOLE)
    try:
        if desk is None:
            raise PublishError("this process keeps no contents")
        placed = await desk.place(
            plain,
            org=asked.org,
            subject=edited.subject,
            request=edited.request,
            part="edited",
            captured="full",
            keep_days=edited.keep_days,
        )
    except (PublishError, ContentKeyError):
        problem = Problem(
            code="audit_unavailable",
            message="the edited text could not be kept, so nothing was decided",
            fix="send it again in a moment",
            retry_after_s=1,
        )
        raise Refused(problem) from None
    where = {"content_ref": placed.ref, "content_at": str(placed.content_at), "key_at": str(placed.key_at)}
    return intent.model_copy(update=where)


def _is_object(plain: bytes) -> bool:
    """Say whether a text is a JSON object that can be written again, as whoever reads it needs it to be."""
    try:
        document = orjson.loads(plain)
        orjson.dumps(document)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False
    return isinstance(document, dict)
