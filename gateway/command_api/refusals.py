"""Records what the API itself refuses, before the caller is told: who tried which command, never with which values."""

from __future__ import annotations

from http import HTTPStatus

from keeptrusts.gateway.command_api.authentication import Caller
from keeptrusts.gateway.command_api.context import CommandContext
from keeptrusts.gateway.command_api.operations import Operation
from keeptrusts.gateway.command_api.problems import NothingToRecord, nothing_recorded
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.events.command import CommandRefused
from keeptrusts.schemas.publishing import PublishError


async def record_refusal(
    refused: Refused, operation: Operation, caller: Caller, request_id: str, context: CommandContext
) -> None:
    """Append the refusal and wait until it is acknowledged; one that the log need not be told of is left alone.

    So is a failure of ours (5xx), which says nothing about what was asked. Raises Refused (503) when the log is not
    known to have the refusal: then the caller gets that instead.
    """
    if isinstance(refused, NothingToRecord) or refused.problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    event = Event(
        id=context.ids.event(),
        source=context.publisher.source,
        subject=request_id,
        time=context.now(),
        org=caller.org,
        ledger=caller.org,
        actor=caller.actor,
        data=_fact(refused.problem, operation, request_id),
        correlationid=request_id,
    )
    try:
        await context.publisher.append(event, deadline_s=context.append_timeout_s)
    except PublishError as error:
        raise nothing_recorded(error) from error


def _fact(problem: Problem, operation: Operation, request_id: str) -> CommandRefused:
    return CommandRefused(
        request=request_id,
        method=operation.method,
        route=operation.path,
        status=problem.status,
        code=problem.code,
        param=_declared(problem.param, operation),
    )


def _declared(param: str | None, operation: Operation) -> str | None:
    """Give the declared field that a problem names, without places in it (``thresholds_percent.0``); else None."""
    field = "" if param is None else param.partition(".")[0]
    return field if field in operation.body.model_fields else None
