"""Routes to aiohttp handlers: who asks, how fresh, then the answer or a problem. No question escapes as a traceback."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import orjson
from aiohttp import web

from keeptrusts.projections.query_api.asking import refuse_unknown
from keeptrusts.projections.query_api.authentication import Caller, authenticate
from keeptrusts.projections.query_api.call import MIN_POSITION_HEADER, Call, Deps, Route, read_position
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.freshness import Tip
from keeptrusts.projections.query_api.openapi import openapi_document
from keeptrusts.projections.query_api.problems import forbidden, invalid_parameter
from keeptrusts.projections.query_api.routes import ROUTES
from keeptrusts.projections.store.protocol import (
    QueryLimitError,
    StoreBrokenError,
    StoreError,
    StoreUnavailableError,
)
from keeptrusts.schemas import topics
from keeptrusts.schemas.authorization import scope_of
from keeptrusts.schemas.errors import PROBLEM_JSON, Problem, Refused, openai_body, refusal_headers
from keeptrusts.schemas.positions import Position

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOGGER: Final = logging.getLogger("keeptrusts.query_api")
_HEADERS: Final = {"Cache-Control": "no-store"}


def aiohttp_routes(deps: Deps, routes: Sequence[Route] = ROUTES) -> list[web.RouteDef]:
    """Give aiohttp's definitions of the routes, and of the document that describes them."""
    streams = _Streams(deps.settings.stream_limit)
    made = [web.route(route.method, route.path, _handler(deps, route, streams)) for route in routes]
    return [*made, web.get("/v1/openapi.json", _described(routes))]


def problem_response(problem: Problem) -> web.Response:
    """Answer with a problem."""
    return web.Response(
        body=orjson.dumps(openai_body(problem)),
        status=problem.status,
        content_type=PROBLEM_JSON,
        headers={**_HEADERS, **refusal_headers(problem)},
    )


class _Streams:
    """How many streams are open; the limit keeps polling bounded."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = 0

    def __enter__(self) -> None:
        if self._open >= self._limit:
            raise Refused(Problem(code="overloaded", message=f"{self._limit} streams are open", fix="try again later"))
        self._open += 1

    def __exit__(self, *_: object) -> None:
        self._open -= 1


def _handler(deps: Deps, route: Route, streams: _Streams) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            call = await _call(deps, route, request)
            if route.stream is not None:
                with streams:
                    return await route.stream(call, request)
            assert route.handle is not None
            answer = await route.handle(call)
            return web.Response(body=answer.model_dump_json(), content_type="application/json", headers=_HEADERS)
        except Refused as refused:
            return problem_response(refused.problem)
        except QueryLimitError as error:
            return problem_response(
                Problem(code="query_too_large", message=error.reason, fix="narrow the period or the filters")
            )
        except (StoreUnavailableError, StoreBrokenError):
            LOGGER.warning("store not available at %s", route.path)
            return problem_response(Problem(code="not_ready", message="the store does not answer", fix="try again"))
        except StoreError as error:
            LOGGER.error("store failed at %s: %s", route.path, error.reason)
            return problem_response(
                Problem(code="internal_error", message="the store failed", fix="see the service's log")
            )
        except Exception:
            LOGGER.exception("failed at %s", route.path)
            return problem_response(
                Problem(code="internal_error", message="the question failed", fix="see the service's log")
            )

    return handle


async def _call(deps: Deps, route: Route, request: web.Request) -> Call:
    now = deps.now()
    caller = await authenticate(request.headers, deps.directory, deps.secrets, now)
    _refuse_beyond_key(route, caller)
    if route.action is not None and scope_of(caller.principal, route.action).reach == "none":
        raise forbidden(f"use {route.path}", "ask an owner of the organization")
    parameters = _parameters(request)
    asked_at = deps.monotonic()
    tip, waited = await _tip(deps, route, parameters, request.headers, asked_at)
    directory: Directory = await deps.directory.of(caller.principal.org, fresh=True) if waited else caller.directory
    return Call(
        deps=deps,
        caller=caller,
        directory=directory,
        tip=tip,
        now=now,
        parameters=parameters,
        path=MappingProxyType(dict(request.match_info)),
        headers=request.headers,
        action=route.action,
    )


def _refuse_beyond_key(route: Route, caller: Caller) -> None:
    scopes = () if caller.key is None else caller.key.scopes
    if scopes and route.action is not None and route.action not in scopes:
        raise forbidden(f"use {route.path} with this key", f"use a key with the scope {route.action}")


def _parameters(request: web.Request) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in request.query.items():
        if name in found:
            raise invalid_parameter(name[:60], "is given twice", "write several values with commas")
        found[name] = value
    return MappingProxyType(found)


async def _tip(
    deps: Deps, route: Route, parameters: Mapping[str, str], headers: Mapping[str, str], asked_at: float
) -> tuple[Tip, bool]:
    """Wait for the position that was asked for, and say how far the tables are."""
    text = parameters.get("min_position") or headers.get(MIN_POSITION_HEADER)
    wanted: list[Position] = []
    if text is not None:
        wanted.append(read_position("min_position", text))
    if "as_of" in parameters:
        if "as_of" not in route.names:
            refuse_unknown({"as_of": ""}, route.names)
        wanted.append(read_position("as_of", parameters["as_of"]))
    for position in wanted:
        if not (await deps.tips.tip()).has_partition(position):
            raise invalid_parameter("as_of" if text is None else "min_position", f"there is no position {position}")
        await deps.tips.wait_for(
            route.reads or (topics.EVENTS,),
            position,
            seconds=deps.settings.position_wait_seconds,
            poll_seconds=deps.settings.position_poll_seconds,
        )
    tip = await deps.tips.tip(since=asked_at) if not wanted else await deps.tips.tip()
    return tip, bool(wanted)


def _described(routes: Sequence[Route]) -> Handler:
    body = orjson.dumps(openapi_document(routes))

    async def handle(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    return handle
