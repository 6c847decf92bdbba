"""Appends a call's events, and says what follows for its money when the log does not take them in time."""

from __future__ import annotations

from functools import partial

from keeptrusts.gateway.pipeline.record import Decided, refusal_completion
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.spending import Spending
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.money import VoidHold
from keeptrusts.schemas.publishing import Ack, AckUnknownError, PublishError


async def append(services: Services, *events: Event) -> tuple[Ack, ...] | Problem:
    """Append events; a Problem when the log did not acknowledge them."""
    try:
        return await services.publisher.append(*events, deadline_s=services.settings.ack_timeout_s)
    except PublishError:
        return audit_unavailable()


async def append_decision(services: Services, call: IncomingCall, decided: Decided, event: Event) -> Ack | Problem:
    """Append the decision of a call that is to be dispatched; a Problem when the log did not acknowledge it.

    After an unknown acknowledgement the call is closed, and its hold voided, as soon as the log takes that; the hold's
    room is free once it has. What was never sent holds nothing.
    """
    try:
        acks = await services.publisher.append(event, deadline_s=services.settings.ack_timeout_s)
    except AckUnknownError:
        problem, hold = audit_unavailable(), decided.hold
        void = None if hold is None else VoidHold(hold=hold.id, reason="ack_unknown")
        closing = refusal_completion(services, call, decided, problem, void)
        services.late_records.append(closing, acked=partial(_free, services, decided))
        return problem
    except PublishError:
        _free(services, decided)
        return audit_unavailable()
    return acks[0]


def _free(services: Services, decided: Decided) -> None:
    if decided.hold is not None:
        services.desk.voided(decided.identity.org, decided.hold.id)


async def append_completion(
    services: Services, call: IncomingCall, completion: Event, spending: Spending | None
) -> Ack | Problem:
    """Append a completion; one that the log does not take in time follows later, because the call was made."""
    asked_ns = services.now_ns()
    try:
        acks = await services.publisher.append(completion, deadline_s=services.settings.ack_timeout_s)
    except PublishError:  # also when it may have arrived: its id counts once
        services.late_records.append(completion, acked=None if spending is None else spending.completed)
        return audit_unavailable()
    finally:
        acked_ns = services.now_ns()
        services.counters.took("complete_ack", acked_ns - asked_ns)
        if call.span is not None:
            call.span.stage("record", asked_ns, acked_ns)
    if spending is not None:
        spending.completed()
    return acks[0]


def audit_unavailable() -> Problem:
    """Say that the log did not take what must be in it."""
    return Problem(
        code="audit_unavailable",
        message="the decision could not be recorded, so nothing was done",
        fix="Retry in a moment",
        retry_after_s=1,
    )
