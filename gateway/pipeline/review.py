"""Calls and answers that a policy holds for a person: an escalation is recorded, and nothing goes on undecided.

The authority decides every race: what it says arrives by the inbox. Only when that stays silent for longer than the
escalation may wait does the gateway give up by itself, and the call is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from keeptrusts.gateway.pipeline.connection import CallerConnection
from keeptrusts.gateway.pipeline.record import money_event
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import IncomingCall, KeptContent
from keeptrusts.gateway.policies.protocol import Escalation
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import ReviewRequested
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import ESCALATION
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import ReviewDecided

LATE_S: Final = 15.0
"""So much longer than the escalation itself a call waits: the authority's word about its end needs a moment."""
LONGEST_WAIT_S: Final = 7 * 24 * 3600
LONGEST_ANSWER_WAIT_S: Final = 600
"""An answer waits no longer than this, nor than its call may last: its money is held for a quarter of an hour."""

Phase = Literal["input", "output"]


@frozen
class Reviewed:
    """What a person said. ``problem`` is what the caller is told if the call does not go on."""

    escalation: str
    problem: Problem | None = None
    client_gone: bool = False
    edited: ReviewDecided | None = None
    """Where the text is that was approved in the place of the held one."""


@frozen
class RefusedCall:
    """Who may come again with what, once a person has approved it."""

    principal: str
    input_hash: str


async def wait_for_person(
    services: Services,
    call: IncomingCall,
    identity: Identity,
    outcome: ChainOutcome,
    phase: Phase,
    connection: CallerConnection,
    kept: KeptContent | None = None,
) -> Reviewed:
    """Open an escalation and wait for its decision, with nothing sent, until the time is over or the caller leaves.

    ``kept`` names the texts that are to be decided about, where they are kept.
    """
    asked = outcome.escalation
    assert asked is not None, "only what a policy escalates is held"
    if services.reviews.stopped and phase == "input":
        return Reviewed(escalation="", problem=_stopping())
    escalation = services.ids.new(ESCALATION)
    wait_s = _wait_s(services, call, asked, phase)
    result = services.reviews.expect(escalation)
    try:
        review = review_requested(call, identity, outcome, escalation, phase, wait_s, kept)
        if not await recorded(services, call, identity, review):
            return Reviewed(escalation=escalation, problem=not_recorded())
        services.counters.count_review("opened")
        tell = _tell_gone(result)
        connection.when_gone(tell)
        if connection.is_gone():  # who left while it was being recorded is not told of any more
            tell()
        try:
            async with asyncio.timeout(wait_s + LATE_S):
                resolution = await result
        except TimeoutError:
            resolution = "expired"
        finally:
            connection.when_gone(None)
        edited = services.reviews.edited(escalation)
    finally:
        services.reviews.forget(escalation)
    services.counters.count_review(resolution)
    if resolution == "approved":
        return Reviewed(escalation=escalation)
    if edited is not None and edited.content_ref is not None:
        return Reviewed(escalation=escalation, edited=edited)
    if resolution == "denied":
        return Reviewed(escalation=escalation, problem=_denied(outcome, escalation, phase))
    if resolution == "stopped" and phase == "input":
        return Reviewed(escalation=escalation, problem=_stopping())
    problem = _undecided(outcome, escalation, phase)
    return Reviewed(escalation=escalation, problem=problem, client_gone=resolution == "gone")


def left_s(services: Services, call: IncomingCall) -> float:
    """Give the seconds that a call may still last, without those for which it was held; less than 0 once it is over."""
    latest_ns = call.started_ns + call.held_ns + int(services.settings.longest_stream_s * 1e9)
    return (latest_ns - services.now_ns()) / 1e9


def _wait_s(services: Services, call: IncomingCall, asked: Escalation, phase: Phase) -> int:
    """Give how long a person has, in whole seconds: always at least one."""
    if phase == "input":
        return min(asked.wait_s, LONGEST_WAIT_S)
    return max(1, min(asked.wait_s, LONGEST_ANSWER_WAIT_S, int(left_s(services, call))))


async def recorded(services: Services, call: IncomingCall, identity: Identity, data: Record) -> bool:
    """Record what a call has to do with an escalation; says whether the log has it."""
    event = money_event(services, call, identity, data)
    try:
        acks = await services.publisher.append(event, deadline_s=services.settings.ack_timeout_s)
    except PublishError:
        return False
    services.desk.heard(identity.org, acks[-1])
    return True


def review_requested(
    call: IncomingCall,
    identity: Identity,
    outcome: ChainOutcome,
    escalation: str,
    phase: Phase,
    wait_s: int,
    kept: KeptContent | None,
    refused: RefusedCall | None = None,
) -> ReviewRequested:
    """Build the event that opens an escalation; ``refused`` tells a call that was refused at once from a held one."""
    asked = outcome.escalation
    assert asked is not None, "only what a policy escalates is asked about"
    decided = next((one for one in outcome.results if one.kind == outcome.policy and one.result == "escalate"), None)
    return ReviewRequested(
        escalation=escalation,
        request=call.request,
        type=asked.type,
        severity=asked.severity,
        policy=outcome.policy or "",
        phase=phase,
        findings={} if decided is None else dict(decided.findings),
        due_seconds=min(asked.due_s, wait_s),
        wait_seconds=wait_s,
        identity=identity,
        reason=outcome.reason,
        assignee=asked.assignee,
        content_ref=None if kept is None else kept.ref,
        held=None if refused is None else False,
        principal=None if refused is None else refused.principal,
        input_hash=None if refused is None else refused.input_hash,
    )


def _tell_gone(result: asyncio.Future[str]) -> Callable[[], None]:
    return lambda: None if result.done() else result.set_result("gone")


def details(escalation: str, **more: str) -> Mapping[str, str]:
    """Give what a problem names beside its message."""
    return MappingProxyType({"escalation": escalation, **more})


def _denied(outcome: ChainOutcome, escalation: str, phase: Phase) -> Problem:
    return Problem(
        code=f"{phase}_blocked",
        message=f"a reviewer has denied {_what(phase)} (escalation {escalation})",
        fix=f"kt escalation show {escalation} has the reviewer's note; ask the team's admin",
        policy=outcome.policy,
        details=details(escalation),
    )


def _undecided(outcome: ChainOutcome, escalation: str, phase: Phase) -> Problem:
    return Problem(
        code="escalation_required",
        message=f"{_what(phase)} needs a person's approval, and nobody has decided in time (escalation {escalation})",
        fix="Ask an admin to watch for escalations (kt escalation list), then send the request again",
        policy=outcome.policy,
        details=details(escalation),
    )


def _what(phase: Phase) -> str:
    return "this request" if phase == "input" else "this answer"


def _stopping() -> Problem:
    """Say that nobody can wait here any more; of an answer, which has been paid, this must not be said."""
    return Problem(
        code="not_ready",
        message="this request needs a person's approval, and the gateway that held it is being stopped",
        fix="Send it again in a moment",
        retry_after_s=1,
    )


def not_recorded() -> Problem:
    """Say that the log did not take what had to be in it first."""
    return Problem(
        code="audit_unavailable",
        message="the escalation could not be recorded, so nothing was done",
        fix="Retry in a moment",
        retry_after_s=1,
    )
