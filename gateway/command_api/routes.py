"""The command API's routes: authenticate, read, plan, append, wait, answer. Mounted beside the query API."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson
from aiohttp import web
from pydantic import ValidationError

from keeptrusts.gateway.command_api.answers import OutcomeAnswer
from keeptrusts.gateway.command_api.authentication import Caller, authenticate
from keeptrusts.gateway.command_api.body import Body, read_body
from keeptrusts.gateway.command_api.context import CommandContext
from keeptrusts.gateway.command_api.idempotency import Identity, fresh, idempotency_key, repeatable
from keeptrusts.gateway.command_api.operations import COMMAND_OPERATIONS, OPERATIONS, OUTCOME_PATH, Operation
from keeptrusts.gateway.command_api.plan import Asked, Plan
from keeptrusts.gateway.command_api.problems import forbidden, in_flight, invalid_body, not_found
from keeptrusts.gateway.command_api.refusals import record_refusal
from keeptrusts.gateway.command_api.submission import (
    Answered,
    PendingIntents,
    refuse_other_input,
    replay,
    submit,
)
from keeptrusts.schemas.authorization import scope_of
from keeptrusts.schemas.errors import PROBLEM_JSON, Problem, Refused, openai_body, refusal_headers
from keeptrusts.schemas.ids import REQUEST

__all__ = ["COMMAND_OPERATIONS", "CommandContext", "command_routes"]

logger = logging.getLogger(__name__)

POSITION_HEADER: Final = "x-keeptrusts-position"
REQUEST_ID_HEADER: Final = "x-request-id"
REPLAYED_HEADER: Final = "idempotency-replayed"
_SEED_BYTES: Final = 32

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Answer = Callable[[web.Request, str], Awaitable[web.Response]]
"""Answers a request that got this request id."""


def command_routes(context: CommandContext) -> list[web.RouteDef]:
    """Give the routes of all commands and of their outcomes; they answer every refusal as problem+json themselves."""
    api = _CommandApi(context)
    routes = [
        web.route(operation.method, operation.path, _guarded(api.handler(operation), context))
        for operation in OPERATIONS
    ]
    return [*routes, web.get(OUTCOME_PATH, _guarded(api.outcome, context), allow_head=False)]


class _CommandApi:
    """The handlers, and what they share: which Idempotency-Keys are being worked on, which intents are pending."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self._seed = context.ids.entropy(_SEED_BYTES)
        self._in_flight: set[str] = set()
        self._pending = PendingIntents()

    def handler(self, operation: Operation) -> _Answer:
        async def handle(request: web.Request, request_id: str) -> web.Response:
            caller = authenticate(request.headers, self._context)
            try:
                return await self._command(operation, request, caller)
            except Refused as refused:
                await record_refusal(refused, operation, caller, request_id, self._context)
                raise

        return handle

    async def outcome(self, request: web.Request, _request_id: str) -> web.Response:
        """Answer what became of an intent of the caller's organization."""
        caller = authenticate(request.headers, self._context)
        event_id = request.match_info["event_id"]
        found = self._context.outcomes.known(event_id)
        if found is not None and found.ledger == caller.org:
            known = found.model_dump(include=set(OutcomeAnswer.model_fields))
            return _json(OutcomeAnswer.model_validate(known).model_dump(), status=200)
        if self._pending.holds(event_id, caller.org):
            pending = OutcomeAnswer(event_id=event_id, outcome="pending")
            return _json(pending.model_dump(), status=200, headers={"Retry-After": "1"})
        raise not_found("outcome", event_id)

    async def _command(self, operation: Operation, request: web.Request, caller: Caller) -> web.Response:
        if scope_of(caller.principal, operation.action).reach == "none":
            raise forbidden(operation.what)
        _refuse_query(request)
        body = await read_body(request, timeout_s=self._context.body_timeout_s)
        identity = self._identity(request, caller, body)
        if identity.event_id in self._in_flight:
            raise in_flight()
        self._in_flight.add(identity.event_id)
        try:
            answered = await self._answer(operation, request.match_info, caller, body, identity)
        finally:
            self._in_flight.discard(identity.event_id)
        return self._response(operation, answered, caller)

    async def _answer(
        self, operation: Operation, path: Mapping[str, str], caller: Caller, body: Body, identity: Identity
    ) -> Answered:
        context = self._context
        asked = Asked(caller=caller, path=dict(path), context=context, new_id=identity.new_id, entropy=identity.entropy)
        earlier = context.outcomes.known(identity.event_id) if identity.repeatable else None
        if earlier is None:
            return await submit(_planned(operation, asked, body), caller, identity, context)
        refuse_other_input(earlier, identity)
        return replay(_still_planned(operation, asked, body), caller.org, earlier, context)

    def _identity(self, request: web.Request, caller: Caller, body: Body) -> Identity:
        key = idempotency_key(request.headers)
        if key is None:
            return fresh(self._context.ids)
        return repeatable(
            org=caller.org,
            member=caller.member.id,
            key=key,
            input_hash=body.input_hash(request.method, request.path),
            seed=self._seed,
        )

    def _response(self, operation: Operation, answered: Answered, caller: Caller) -> web.Response:
        headers = {POSITION_HEADER: answered.position}
        if answered.replayed:
            headers[REPLAYED_HEADER] = "true"
        if answered.pending_event_id is None:
            return _json(answered.document, status=operation.status, headers=headers)
        self._pending.add(answered.pending_event_id, caller.org)
        headers["Location"] = f"/v1/outcomes/{answered.pending_event_id}"
        return _json(answered.document, status=202, headers=headers)


def _planned(operation: Operation, asked: Asked, body: Body) -> Plan:
    try:
        fields = operation.body.model_validate(dict(body.fields))
    except ValidationError as error:
        raise invalid_body(error, operation.body) from None
    return operation.plan(asked, fields)


def _still_planned(operation: Operation, asked: Asked, body: Body) -> Plan | None:
    """Give the plan of a repeated request; None when what it names is gone since."""
    try:
        return _planned(operation, asked, body)
    except Refused:
        return None


def _refuse_query(request: web.Request) -> None:
    name = next(iter(request.query), None)
    if name is not None:
        raise Refused(
            Problem(
                code="invalid_parameter",
                message=f"{name[:100]}: commands take no query parameters",
                fix="send it as a field of the JSON body",
                param=name[:100],
            )
        )


def _guarded(handler: _Answer, context: CommandContext) -> Handler:
    """Give every answer a request id, and answer refusals and failures as problem+json."""

    async def handle(request: web.Request) -> web.StreamResponse:
        request_id = context.ids.new(REQUEST)
        try:
            response = await handler(request, request_id)
        except Refused as refused:
            response = _problem(refused.problem, request_id)
        except web.HTTPException:
            raise
        except Exception:
            logger.exception("%s %s failed (request %s)", request.method, request.match_info.route, request_id)
            response = _problem(Problem(code="internal_error", message="the command failed"), request_id)
        response.headers[REQUEST_ID_HEADER] = request_id
        return response

    return handle


def _problem(problem: Problem, request_id: str) -> web.Response:
    shown = Problem(
        code=problem.code,
        message=problem.message,
        fix=problem.fix,
        param=problem.param,
        request_id=request_id,
        retry_after_s=problem.retry_after_s,
        details=problem.details,
    )
    return web.Response(
        body=orjson.dumps(openai_body(shown)),
        status=shown.status,
        headers=refusal_headers(shown),
        content_type=PROBLEM_JSON,
    )


def _json(document: Mapping[str, Any], *, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        body=orjson.dumps(dict(document)), status=status, headers=headers, content_type="application/json"
    )
