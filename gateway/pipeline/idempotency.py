"""Idempotency-Key on calls for models: claimed in the log before anything else, so that only one call has it."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.gateway.pipeline.input_hash import input_hash
from keeptrusts.gateway.pipeline.record import money_event
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Caller, IncomingCall, ModelCall
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.money import IdempotencyClaimed
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.snapshots.grants import IdempotencyRefused

HEADER: Final = "idempotency-key"
LONGEST: Final = 255
VERDICT_WITHIN_S: Final = 5.0


async def claim(services: Services, call: IncomingCall, caller: Caller, asked: ModelCall, key: str) -> Problem | None:
    """Claim a key for this call; a Problem when another call has it, or nobody can say. The refusal releases it."""
    if not key or len(key) > LONGEST or not key.isprintable():
        return Problem(
            code="invalid_request",
            message=f"Idempotency-Key has 1 to {LONGEST} characters, all of them printable",
            fix="Send a UUID, for example",
            param="Idempotency-Key",
        )
    event = money_event(
        services,
        call,
        caller.identity,
        IdempotencyClaimed(
            key=key, input_hash=input_hash(services.settings.oldest_secret, call, asked), request=call.request
        ),
    )
    verdict = services.desk.expect_verdict(call.request)
    try:
        await services.publisher.append(event, deadline_s=services.settings.ack_timeout_s)
        async with asyncio.timeout(VERDICT_WITHIN_S):
            answer = await verdict
    except PublishError:
        return _nobody_knows("the key could not be recorded")
    except TimeoutError:
        return _nobody_knows("the ledger did not say in time whether the key is free")
    finally:
        services.desk.forget_verdict(call.request)
    return _refusal(answer) if isinstance(answer, IdempotencyRefused) else None


def _refusal(refused: IdempotencyRefused) -> Problem:
    first = refused.first_request or "unknown"
    match refused.reason:
        case "other_input":
            return Problem(
                code="idempotency_mismatch",
                message=f"the key was used for another request ({first})",
                fix="Use a new key for a new request",
                param="Idempotency-Key",
            )
        case "in_flight":
            return Problem(
                code="idempotency_in_flight",
                message=f"the request with this key is under way ({first})",
                fix="Wait for it, or retry in a moment",
                param="Idempotency-Key",
                retry_after_s=1,
            )
        case "already_completed":
            return Problem(
                code="idempotency_completed",
                message=f"the request with this key was answered already ({first})",
                fix="Use the answer you have, or a new key",
                param="Idempotency-Key",
                details=_of_first(refused),
            )
        case "over_cap":
            return Problem(
                code="idempotency_over_cap",
                message="the organization has used too many keys within a day",
                fix="Leave the header away, or retry when older keys have expired",
                param="Idempotency-Key",
            )


def _of_first(refused: IdempotencyRefused) -> MappingProxyType[str, Any]:
    """Tell what the first request used and cost; its answer is not kept."""
    usage = {"input_tokens": refused.input_tokens, "output_tokens": refused.output_tokens}
    known: dict[str, Any] = {
        "first_request": refused.first_request,
        "cost": None if refused.cost is None else format_usd(refused.cost),
        "usage": {name: count for name, count in usage.items() if count is not None} or None,
    }
    return MappingProxyType({name: value for name, value in known.items() if value is not None})


def _nobody_knows(why: str) -> Problem:
    return Problem(code="not_ready", message=why, fix="Retry in a moment with the same key", retry_after_s=1)
