"""A held call that a reviewer has approved after editing it: exactly the text that was decided on is read."""

from __future__ import annotations

from typing import Final

import orjson

from keeptrusts.gateway.pipeline.content_desk import ContentDesk, subject_of
from keeptrusts.gateway.pipeline.read_call import read_call
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import IncomingCall, ModelCall
from keeptrusts.schemas.content_keys import ContentKeyError
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.sealed_content import SealError
from keeptrusts.schemas.snapshots.grants import ReviewDecided

ASK_THE_REVIEWER: Final = "Ask the reviewer; the escalation says who it was"


async def edited_call(
    services: Services, call: IncomingCall, identity: Identity, asked: ModelCall, decided: ReviewDecided
) -> ModelCall | Problem:
    """Give the call as it was edited; a Problem when its text cannot be had, or is no call of this API.

    Whether the caller waits for a stream was settled before and stays.
    """
    plain = await edited_text(services.content, call, identity, decided)
    if type(plain) is Problem:
        return plain
    edited = read_call(asked.api, plain)
    if type(edited) is Problem:
        return _as_told(edited, f"the edited request is not valid: {edited.message}")
    if edited.stream == asked.stream:
        return edited
    document = {**edited.document, "stream": asked.stream}
    return replace(edited, document=document, body=orjson.dumps(document), stream=asked.stream)


def _as_told(problem: Problem, message: str) -> Problem:
    return Problem(code=problem.code, message=message, fix=ASK_THE_REVIEWER)


async def edited_text(
    desk: ContentDesk | None, call: IncomingCall, identity: Identity, decided: ReviewDecided
) -> bytes | Problem:
    """Give what a reviewer has written, if it is of this very call."""
    try:
        if desk is None or None in (decided.content_ref, decided.content_at, decided.key_at):
            raise PublishError("no edited text was named")
        return await desk.open(
            ref=decided.content_ref or "",
            content_at=decided.content_at or "",
            key_at=decided.key_at or "",
            org=identity.org,
            subject=subject_of(identity),
            request=call.request,
        )
    except (PublishError, ContentKeyError, SealError, ValueError):
        return Problem(
            code="audit_unavailable",
            message="it was approved as edited, and the edited text cannot be read",
            fix="Send the request again; if it stays, tell an admin the request id",
            retry_after_s=1,
        )
