"""How a call ends that is refused: with both its events in the log, or with a 503 that the log did not take."""

from __future__ import annotations

from keeptrusts.gateway.pipeline import answer as answers
from keeptrusts.gateway.pipeline.appending import append
from keeptrusts.gateway.pipeline.record import Decided, decision_event, refusal_completion
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Answer, IncomingCall
from keeptrusts.schemas.errors import Problem


async def refuse(services: Services, call: IncomingCall, decided: Decided, problem: Problem) -> Answer:
    """Record a refusal, decision and completion together, and only then answer it."""
    decision = decision_event(services, call, decided)
    acks = await append(services, decision, refusal_completion(services, call, decided, problem))
    if call.span is not None:
        call.span.stage("decide", call.started_ns, services.now_ns())
    if type(acks) is Problem:
        return unrecorded(services, call, acks)
    return answers.refusal(call, problem, decided.verdict, acks[-1])


def unrecorded(services: Services, call: IncomingCall, problem: Problem) -> Answer:
    """Answer a 503 that the log cannot or need not take; it is counted and reported instead."""
    services.counters.count_unrecorded(problem.code)
    return answers.refusal(call, problem, "refuse", None)
