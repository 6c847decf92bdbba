"""Calls that are refused at once because a person must decide: approved, the same call may be sent again, once.

Who may come again with what is decided by the log: the first of several goes on, the others are told that it did.
"""

from __future__ import annotations

import asyncio
import hmac
from types import MappingProxyType
from typing import Final

from keeptrusts.gateway.pipeline.input_hash import input_hash, principal
from keeptrusts.gateway.pipeline.review import (
    LONGEST_WAIT_S,
    RefusedCall,
    Reviewed,
    details,
    not_recorded,
    recorded,
    review_requested,
)
from keeptrusts.gateway.pipeline.review_desk import REDEEMED
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import IncomingCall, ModelCall
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import ReviewRedeemed
from keeptrusts.schemas.ids import ESCALATION, has_prefix
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import TOO_MANY

ESCALATION_HEADER: Final = "x-keeptrusts-escalation"
ANSWERED_WITHIN_S: Final = 5.0
OPENED_WITHIN_S: Final = 2.0
"""How long a refusal waits to hear whether its escalation opened: later it opens as well, once the processors run."""


def comes_again(call: IncomingCall, outcome: ChainOutcome) -> bool:
    """Whether a call comes with an approval: used up once, so everything else, its money too, must be settled first."""
    wanted = outcome.escalation
    return wanted is not None and not wanted.held and ESCALATION_HEADER in call.headers


async def decided_before(
    services: Services, call: IncomingCall, identity: Identity, asked: ModelCall, outcome: ChainOutcome
) -> Reviewed:
    """See whether the call comes with an approval of its own; one that comes without is refused, and somebody asked."""
    escalation = call.headers.get(ESCALATION_HEADER)
    if escalation is None:
        return await _ask(services, call, identity, asked, outcome)
    if not has_prefix(escalation, ESCALATION):
        return Reviewed(escalation="", problem=_refused(outcome, "", "not_found"))
    return await _redeem(services, call, identity, asked, outcome, escalation)


async def _ask(
    services: Services, call: IncomingCall, identity: Identity, asked: ModelCall, outcome: ChainOutcome
) -> Reviewed:
    wanted = outcome.escalation
    assert wanted is not None, "only what a policy escalates is asked about"
    escalation = services.ids.new(ESCALATION)
    wait_s = min(wanted.wait_s, LONGEST_WAIT_S)
    refused = _refused_call(services, call, identity, asked)
    review = review_requested(call, identity, outcome, escalation, "input", wait_s, call.kept, refused)
    answer = await _answer(services, call, identity, review, OPENED_WITHIN_S)
    if type(answer) is Problem:
        return Reviewed(escalation=escalation, problem=answer)
    if answer == TOO_MANY:
        services.counters.count_review("too_many")
        return Reviewed(escalation="", problem=_too_many(outcome))
    services.counters.count_review("refused_at_once")
    return Reviewed(escalation=escalation, problem=_needed(outcome, escalation))


async def _redeem(
    services: Services,
    call: IncomingCall,
    identity: Identity,
    asked: ModelCall,
    outcome: ChainOutcome,
    escalation: str,
) -> Reviewed:
    same = _refused_call(services, call, identity, asked)
    redeemed = ReviewRedeemed(
        escalation=escalation, principal=same.principal, input_hash=same.input_hash, request=call.request
    )
    answer = await _answer(services, call, identity, redeemed, ANSWERED_WITHIN_S)
    if answer is None:
        return Reviewed(escalation=escalation, problem=_silent())
    if type(answer) is Problem:
        return Reviewed(escalation=escalation, problem=answer)
    if answer == REDEEMED:
        services.counters.count_review(REDEEMED)
        return Reviewed(escalation=escalation)
    services.counters.count_review("not_redeemed")
    return Reviewed(escalation=escalation, problem=_refused(outcome, escalation, answer))


async def _answer(
    services: Services, call: IncomingCall, identity: Identity, data: Record, within_s: float
) -> str | Problem | None:
    """Record what the authority answers, and give its answer; None when none came in time."""
    answer = services.reviews.expect_answer(call.request)
    try:
        if not await recorded(services, call, identity, data):
            return not_recorded()
        async with asyncio.timeout(within_s):
            return await answer
    except TimeoutError:
        return None
    finally:
        services.reviews.forget_answer(call.request)


def _refused_call(services: Services, call: IncomingCall, identity: Identity, asked: ModelCall) -> RefusedCall:
    """Recognize what was approved: the caller, the input, and the team whose admins decide about it.

    The same person may call for several teams, and an approval of one's admins is none of the others'.
    """
    secret = services.settings.oldest_secret
    bound = f"review\n{identity.team or ''}\n{input_hash(secret, call, asked)}"
    return RefusedCall(
        principal=principal(identity.user, identity.key_id),
        input_hash=hmac.digest(secret, bound.encode(), "sha256").hex(),
    )


def _needed(outcome: ChainOutcome, escalation: str) -> Problem:
    return Problem(
        code="escalation_required",
        message=f"this request needs a person's approval; escalation {escalation} is open for it",
        fix=(
            f"Ask an admin to decide (kt escalation resolve {escalation} --approve), then send the same request again "
            f"with the header X-Keeptrusts-Escalation: {escalation}"
        ),
        policy=outcome.policy,
        details=details(escalation),
    )


def _too_many(outcome: ChainOutcome) -> Problem:
    return Problem(
        code="escalation_required",
        message="this request needs a person's approval, and as many requests as may wait for one do so already",
        fix="Have an admin decide about those first (kt escalation list), then send the request again",
        policy=outcome.policy,
    )


_NO_ID: Final = "X-Keeptrusts-Escalation is no id of an escalation"
_LEAVE_AWAY: Final = "Leave the header away; a new escalation opens"
_WHY_NOT: Final = MappingProxyType(
    {
        "not_found": ("not_found", "is not known", "Send the id that the 409 gave"),
        "other_principal": ("permission_denied", "was opened for another caller", "Send it with that caller's key"),
        "other_input": (
            "invalid_request",
            "was opened for another request, or for another team",
            "Send the same request as before, with a key of the same team",
        ),
        "not_decided": ("escalation_required", "is not decided yet", "Ask an admin (kt escalation resolve)"),
        "denied": ("input_blocked", "was denied", "kt escalation show has the reviewer's note; ask the team's admin"),
        "already_redeemed": ("conflict", "has been used already", _LEAVE_AWAY),
        "too_late": ("conflict", "is over: nobody decided, or its approval was not used in time", _LEAVE_AWAY),
        "not_redeemable": ("conflict", "belongs to a call that was held, not refused", _LEAVE_AWAY),
    }
)


def _refused(outcome: ChainOutcome, escalation: str, reason: str) -> Problem:
    code, what, fix = _WHY_NOT.get(reason, ("conflict", f"cannot be used: {reason}", _LEAVE_AWAY))
    return Problem(
        code=code,
        message=f"escalation {escalation} {what}" if escalation else _NO_ID,
        fix=fix,
        policy=outcome.policy if code in ("escalation_required", "input_blocked") else None,
        param=ESCALATION_HEADER,
        details=details(escalation, reason=reason),
    )


def _silent() -> Problem:
    return Problem(
        code="not_ready",
        message="nobody said in time whether the request was approved, so nothing was done",
        fix="Retry in a moment; if it stays, check that the processors run (kt status)",
        retry_after_s=1,
    )
