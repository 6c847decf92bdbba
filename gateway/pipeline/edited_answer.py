"""A held answer that a reviewer has approved after editing it: other texts, as many as there were, in their places."""

from __future__ import annotations

from typing import Any

import orjson

from keeptrusts.gateway.pipeline.edited_call import ASK_THE_REVIEWER, edited_text
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.snapshots.grants import ReviewDecided


async def edited_texts(
    services: Services, call: IncomingCall, identity: Identity, texts: tuple[Text, ...], decided: ReviewDecided
) -> tuple[Text, ...] | Problem:
    """Give the texts of an answer as they were edited; a Problem when they cannot be had, or do not fit."""
    plain = await edited_text(services.content, call, identity, decided)
    return plain if type(plain) is Problem else read_texts(texts, plain)


def read_texts(texts: tuple[Text, ...], written: bytes) -> tuple[Text, ...] | Problem:
    """Read what a reviewer was shown and has edited: ``{"texts": [{"text": ...}, ...]}``, in the same order."""
    document = orjson.loads(written)
    given = document.get("texts") if isinstance(document, dict) else None
    if not isinstance(given, list) or len(given) != len(texts):
        return _not_valid(f"it must hold texts, a list of {len(texts)} like the one that was shown")
    read: list[Text] = []
    for number, (text, one) in enumerate(zip(texts, given, strict=True)):
        said = _said(text, one.get("text") if isinstance(one, dict) else None)
        if said is None:
            return _not_valid(f"texts[{number}].text must be {'JSON' if text.json else 'a text'}")
        read.append(replace(text, text=said))
    return tuple(read)


def _said(text: Text, given: Any) -> str | None:
    """Give a text as it stands in its place; what is JSON there may be given as a value too."""
    if not text.json:
        return given if isinstance(given, str) else None
    if not isinstance(given, str):
        return None if given is None else orjson.dumps(given).decode()
    try:
        orjson.loads(given)
    except orjson.JSONDecodeError:
        return None
    return given


def _not_valid(why: str) -> Problem:
    return Problem(
        code="output_blocked",
        message=f"a reviewer has approved this answer as edited, and the edited text is not valid: {why}",
        fix=ASK_THE_REVIEWER,
    )
