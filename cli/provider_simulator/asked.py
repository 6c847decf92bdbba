"""One request to the simulated provider, read: its body, its model, and how it is to be answered."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from keeptrusts.cli.provider_simulator.answer import Answer, last_question
from keeptrusts.cli.provider_simulator.billing import BillingLog
from keeptrusts.cli.provider_simulator.call import Call
from keeptrusts.cli.provider_simulator.faults import IN_A_MESSAGE, Behaviour, parse_behaviour
from keeptrusts.schemas.frozen import frozen


class BadRequest(Exception):
    """A request the real provider would refuse as well; the message says why."""


@frozen
class Simulator:
    """`behaviour` holds for calls without an `x-simulate` header; `fault_every` lets it hold for every Nth only."""

    log: BillingLog
    behaviour: Behaviour
    usual: Behaviour
    fault_every: int = 1


@frozen
class Asked:
    """A request that was read. `stream` is what the path says, or else the body."""

    request: web.Request
    body: Mapping[str, Any]
    model: str
    stream: bool
    behaviour: Behaviour
    request_id: str
    log: BillingLog

    @property
    def call_id(self) -> str:
        """Letters and digits that depend only on the request's id."""
        return uuid.uuid5(uuid.NAMESPACE_OID, self.request_id).hex[:24]

    def call(self, *, input_tokens: int, answers: tuple[Answer, ...]) -> Call:
        """The call that is billed."""
        return Call(
            request=self.request,
            request_id=self.request_id,
            model=self.model,
            stream=self.stream,
            input_tokens=input_tokens,
            answers=answers,
            behaviour=self.behaviour,
        )


async def read_asked(request: web.Request, simulator: Simulator, number: int, *, stream: bool | None) -> Asked:
    """Read the `number`th request; `stream` None: the body says whether one is wanted. Raises BadRequest, FaultError.

    The model is part of the path where the wire has it there.
    """
    _refuse_our_own_keys(request)
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(body, Mapping):
        raise BadRequest("The body is not a JSON object.")
    model = request.match_info.get("model") or body.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequest("you must provide a model parameter")
    standing = simulator.behaviour if number % simulator.fault_every == 0 else simulator.usual
    standing = parse_behaviour(_told_in_message(body), standing)
    return Asked(
        request=request,
        body=body,
        model=model,
        stream=bool(body.get("stream")) if stream is None else stream,
        behaviour=parse_behaviour(request.headers.get("x-simulate", ""), standing),
        request_id=request.headers.get("x-request-id") or f"sim-{uuid.uuid4().hex}",
        log=simulator.log,
    )


def list_in(body: Mapping[str, Any], name: str) -> list[Any]:
    """A list that must be there and hold something. Raises BadRequest."""
    value = body.get(name)
    if not isinstance(value, list) or not value:
        raise BadRequest(f"'{name}' must be a list that is not empty")
    return value


def limit_in(body: Mapping[str, Any], name: str) -> int | None:
    """A whole number above 0, or None where there is none. Raises BadRequest."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadRequest(f"'{name}' must be a whole number above 0")
    return value


def object_in(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object, empty where there is none. Raises BadRequest."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadRequest(f"'{name}' must be an object")
    return value


def _told_in_message(body: Mapping[str, Any]) -> str:
    """What the last message says after `simulate:`, else nothing."""
    given = body.get("messages") or body.get("input") or body.get("contents") or []
    text = last_question(given if isinstance(given, list) else [given]).strip()
    return text.removeprefix(IN_A_MESSAGE) if text.startswith(IN_A_MESSAGE) else ""


def _refuse_our_own_keys(request: web.Request) -> None:
    """A key of Keeptrusts must never reach a provider: make such a leak loud."""
    names = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
    secret = "".join(request.headers.get(name, "") for name in names) + request.query.get("key", "")
    if "kt_gk_" in secret or "kt_ak_" in secret:
        raise BadRequest("A Keeptrusts key was sent to the provider.")
