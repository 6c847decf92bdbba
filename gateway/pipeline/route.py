"""Step 3: where a call goes and what it is told there, and which routes are left if that fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.values import IncomingCall, ModelCall, Prepared, Routes
from keeptrusts.gateway.providers.addresses import provider_model
from keeptrusts.gateway.providers.translate.protocol import ClientCall, Inexpressible
from keeptrusts.gateway.providers.translate.registry import ALL_PROVIDERS, providers_of, translation_for
from keeptrusts.gateway.routing.candidates import Wish, models_served
from keeptrusts.gateway.routing.plan import plan
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.wallets.output_limits import with_limit
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.document import ConsumerGroup


def serving(
    services: Services, configuration: Configuration, asked: ModelCall, group: ConsumerGroup | None
) -> tuple[Route, ...]:
    """Give every route that serves a call, before anything forbids it; none where the call cannot be served."""
    found = services.traffic.served.look_up(_wish(asked, group), configuration.rules, services.prices, services.now())
    return () if type(found) is Problem else tuple(one.route for one in found.candidates)


def routes_of(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    asked: ModelCall,
    group: ConsumerGroup | None,
    *,
    at_cap: bool = False,
    permits: Callable[[Route], bool] | None = None,
    limit: int | None = None,
) -> Routes | Problem:
    """Plan a call and translate it for its first route; a Problem when no route can take it.

    A route whose wire cannot say what the caller asked for is passed over; when that leaves none, the field is named.
    ``limit`` is the output limit of a call that says none, where somebody pays for it.
    """
    now = services.now()
    planned = plan(
        _wish(asked, group, at_cap=at_cap, permits=permits),
        configuration.rules,
        traffic=services.traffic,
        prices=services.prices,
        now=now,
        now_ns=services.now_ns(),
    )
    if type(planned) is Problem:
        return planned
    problem: Problem | None = None
    for index, route in enumerate(planned.routes):
        prepared = prepare(route, call, asked, now, limit)
        if type(prepared) is Prepared:
            return Routes(first=prepared, fallbacks=planned.routes[index + 1 :])
        problem = problem or prepared
    assert problem is not None, "a plan has at least one route"
    return problem


def _wish(
    asked: ModelCall,
    group: ConsumerGroup | None,
    *,
    at_cap: bool = False,
    permits: Callable[[Route], bool] | None = None,
) -> Wish:
    return Wish(
        model=asked.model,
        wires=providers_of(asked.api),
        group=group,
        at_cap=at_cap,
        with_output=asked.with_output,
        permits=permits,
    )


def prepare(
    route: Route, call: IncomingCall, asked: ModelCall, now: datetime, limit: int | None = None, *, lower: bool = False
) -> Prepared | Problem:
    """Translate a call for one route; a Problem names the field that its wire cannot say.

    With a ``limit``, a call that says none is given it; with ``lower``, one that says a higher one as well.
    """
    translation = translation_for(asked.api, route.target.wire)
    assert translation is not None, "routing rules hold only wires that the API can be translated to"
    document, body = asked.document, asked.body
    if limit is not None:
        limited = with_limit(
            api=asked.api,
            vendor=route.target.vendor,
            model=route.model,
            document=document,
            body=body,
            limit=limit,
            lower=lower,
        )
        if limited is not None:
            document, body = limited.document, limited.body
    client_call = ClientCall(
        document=document,
        body=body,
        model=provider_model(route.target, route.model),
        stream=asked.stream,
        request=call.request,
        created=int(now.timestamp()),
    )
    provider_call = translation.request(client_call)
    if type(provider_call) is Inexpressible:
        return Problem(
            code="invalid_request",
            message=f"target {route.target.id!r} cannot take {provider_call.param}: {provider_call.reason}",
            fix=provider_call.fix,
            param=provider_call.param,
        )
    return Prepared(route=route, translation=translation, client_call=client_call, provider_call=provider_call)


def usable_models(services: Services, configuration: Configuration) -> tuple[tuple[str, str], ...]:
    """Give every name that some API may ask for, with the vendor that serves it first; sorted by name."""
    served = models_served(configuration.rules, ALL_PROVIDERS, services.prices)
    return tuple((name, target.vendor) for name, target in served)
