"""A call from its recorded decision on: record decision, invoke, settle, inspect, record completion, answer."""

from __future__ import annotations

from functools import partial

import orjson

from keeptrusts.gateway.pipeline import answer as answers
from keeptrusts.gateway.pipeline.appending import append, append_completion, append_decision
from keeptrusts.gateway.pipeline.capture import Keeper
from keeptrusts.gateway.pipeline.connection import CallerConnection, CallerGoneError
from keeptrusts.gateway.pipeline.held_stream import held_stream
from keeptrusts.gateway.pipeline.inspect import Inspected, inspect, refused, writable
from keeptrusts.gateway.pipeline.invoke import invoke
from keeptrusts.gateway.pipeline.judged_by_others import Others
from keeptrusts.gateway.pipeline.judging import whose
from keeptrusts.gateway.pipeline.record import (
    Decided,
    attempt_event,
    completion_event,
    decision_event,
    refusal_completion,
)
from keeptrusts.gateway.pipeline.refusing import unrecorded
from keeptrusts.gateway.pipeline.reserve import Funded
from keeptrusts.gateway.pipeline.restoring import restored, restoring_stream
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.settle import count_invocation, settle
from keeptrusts.gateway.pipeline.spending import Spending
from keeptrusts.gateway.pipeline.stream import pass_stream
from keeptrusts.gateway.pipeline.stream_texts import StreamTexts
from keeptrusts.gateway.pipeline.values import (
    Admission,
    Answer,
    IncomingCall,
    Invocation,
    ModelCall,
    OpenedStream,
    Prepared,
    Settlement,
)
from keeptrusts.gateway.policies.texts import texts_of_answer, with_texts
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.publishing import Ack


async def dispatch(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    admission: Admission,
    decided: Decided,
    money: Funded,
    connection: CallerConnection,
    keeper: Keeper | None,
) -> tuple[Answer, Usage | None]:
    """Record the decision, call the provider, record the completion, answer; gives the answer and what was used."""
    asked, asked_ns = admission.asked, services.now_ns()
    ack = await append_decision(services, call, decided, decision_event(services, call, decided))
    acked_ns = services.now_ns()
    services.counters.took("decide_ack", acked_ns - asked_ns)
    if call.span is not None:
        call.span.stage("decide", call.started_ns, acked_ns)
    if type(ack) is Problem:
        return unrecorded(services, call, ack), None
    if services.shares is not None:
        services.shares.heard(ack)
    held, identity, spending = money.reservation, decided.identity, None
    if held is not None:
        spending = Spending(services, call, identity, asked, held.payers, configuration.compiled.document.wallets, held)
        if not spending.may_dispatch(ack, asked_ns) and not await spending.hold_again(held.quote.prepared):
            return await _held_too_late(services, call, decided, spending), None
    again = partial(_record_attempt, services, call, identity, spending)
    result = await invoke(services, configuration, call, asked, money.routes, again)
    if type(result) is OpenedStream:
        others = _others(services, configuration, call, identity, admission, connection, keeper)
        return await _stream(others, decided, result, ack, spending)
    settlement = _settled(services, result, asked, spending)
    count_invocation(services.counters, call.span, result, settlement)
    if keeper is not None or admission.chain.output or admission.placeholders:
        result = writable(result)
    kept = None if keeper is None else await keeper.answer(admission, result)
    if type(kept) is Problem:
        result, kept = refused(result, kept), None
    inspected = await inspect(services, admission, result)
    if admission.chain.external or inspected.outcome.escalation is not None:
        others = _others(services, configuration, call, identity, admission, connection, keeper)
        inspected = await _judged_by_others(others, inspected)
    inspected = restored(admission, inspected) if admission.placeholders else inspected
    result, ended = inspected.invocation, decided.after(inspected.outcome)
    gone = connection.is_gone()
    completion = completion_event(services, call, ended, result, settlement, client_gone=gone, kept=kept)
    completed = await append_completion(services, call, completion, spending)
    if type(completed) is Problem:
        return unrecorded(services, call, completed), result.usage
    shown = None if spending is None else spending.shown
    return answers.provided(call, result, settlement, ended.verdict, completed, shown), result.usage


async def _record_attempt(
    services: Services,
    call: IncomingCall,
    identity: Identity,
    spending: Spending | None,
    failed: Invocation,
    following: Prepared,
    number: int,
    cause: str,
) -> Prepared | None:
    """Record one more attempt, with what pays for it; None where it must not be made."""
    if spending is not None:
        return await spending.attempt_again(failed, following, cause)
    recorded = await append(services, attempt_event(services, call, identity, following.route, number, cause))
    return None if type(recorded) is Problem else following


def _others(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    identity: Identity,
    admission: Admission,
    connection: CallerConnection,
    keeper: Keeper | None,
) -> Others:
    return Others(
        services=services,
        configuration=configuration,
        call=call,
        identity=identity,
        admission=admission,
        connection=connection,
        keeper=keeper,
    )


async def _judged_by_others(others: Others, inspected: Inspected) -> Inspected:
    """Show an answer, as it would be sent, to services and people; one that they refuse is replaced by the refusal."""
    invocation = inspected.invocation
    if invocation.problem is not None or invocation.status != 200:
        return inspected
    document = orjson.loads(invocation.body)
    texts = texts_of_answer(document)
    shown = await others.judged(inspected.outcome, texts)
    if shown.outcome.problem is not None:
        invocation = refused(invocation, shown.outcome.problem)
    elif shown.texts is not None:
        body = orjson.dumps(with_texts(document, texts, shown.texts))
        invocation = replace(invocation, body=body, output_bytes=len(body))
    return Inspected(invocation=invocation, outcome=shown.outcome)


async def _stream(
    others: Others, decided: Decided, opened: OpenedStream, decision: Ack, spending: Spending | None
) -> tuple[Answer, Usage | None]:
    """Pass a stream on, record its completion, and only then end it."""
    services, call, admission, connection = others.services, others.call, others.admission, others.connection
    asked, model = admission.asked, opened.prepared.route.model
    services.counters.streams_open += 1
    try:
        shown = None if spending is None else spending.shown
        await connection.begin(answers.stream_headers(call, model, decided.verdict, decision, shown))
        held, restoring = held_stream(services, admission), restoring_stream(services, admission)
        judge_further = others.judged if admission.chain.holds_answers else None
        gathered = None if others.keeper is None else StreamTexts()
        turn = whose(others.identity)
        streamed = await pass_stream(services, call, opened, connection, turn, held, judge_further, restoring, gathered)
    finally:
        services.counters.streams_open -= 1
    invocation, decided = streamed.invocation, decided.after(streamed.outcome)
    settlement = _settled(services, invocation, asked, spending)
    count_invocation(services.counters, call.span, invocation, settlement)
    gone = streamed.client_gone
    kept = None if others.keeper is None or gathered is None else await others.keeper.stream(gathered)
    if type(kept) is Problem:
        streamed, invocation, kept = replace(streamed, tail=b""), replace(invocation, problem=kept), None
    completion = completion_event(services, call, decided, invocation, settlement, client_gone=gone, kept=kept)
    completed = await append_completion(services, call, completion, spending)
    if type(completed) is Problem:
        services.counters.count_unrecorded(completed.code)
        last = answers.error_frame(call, asked, completed)
    elif streamed.tail:
        last = answers.stream_end(streamed.tail, settlement, completed)
    else:
        last = answers.error_frame(call, asked, invocation.problem or _broken_off())
    try:
        await connection.end(last)
    except CallerGoneError:
        connection.break_off()
    return Answer(status=200, body=b"", headers={}, verdict=decided.verdict), invocation.usage


async def _held_too_late(services: Services, call: IncomingCall, decided: Decided, spending: Spending) -> Answer:
    """Refuse a call whose hold never was in the log in time, however often it was renewed; the hold is voided."""
    problem = Problem(
        code="audit_unavailable",
        message="the log confirmed the request's money too late, several times over",
        fix="Retry in a moment; if it stays, check the broker's clock and load (kt status)",
        retry_after_s=1,
    )
    void = spending.void()
    refused = replace(decided, verdict="refuse", reason=problem.code, policy=None)
    completion = refusal_completion(services, call, refused, problem, void)
    completed = await append_completion(services, call, completion, spending)
    if type(completed) is Problem:
        return unrecorded(services, call, completed)
    return answers.refusal(call, problem, "refuse", completed)


def _broken_off() -> Problem:
    return Problem(code="upstream_error", message="the stream broke off", fix="Retry")


def _settled(services: Services, invocation: Invocation, asked: ModelCall, spending: Spending | None) -> Settlement:
    if spending is not None:
        return spending.settle(invocation)
    return settle(invocation, asked, services.prices, services.now())
