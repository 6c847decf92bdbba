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
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.document import ConsumerGroup


def routes_of(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    asked: ModelCall,
    group: ConsumerGroup | None,
    *,
    at_cap: bool = False,
    permits: Callable[[Route], bool] | None = None,
) -> Routes | Problem:
    """Plan a call and translate it for its first route; a Problem when no route can take it.

    A route whose wire cannot say what the caller asked for is passed over; when that leaves none, the field is named.
    """
    now = services.now()
    planned = plan(
        Wish(
            model=asked.model,
            wires=providers_of(asked.api),
            group=group,
            at_cap=at_cap,
            with_output=asked.with_output,
            permits=permits,
        ),
        configuration.rules,
        traffic=services.traffic,
        prices=services.prices,
        now=now,
        now_ns=services.now_ns(),
    )
    if isinstance(planned, Problem):
        return planned
    problem: Problem | None = None
    for index, route in enumerate(planned.routes):
        prepared = prepare(route, call, asked, now)
        if isinstance(prepared, Prepared):
            return Routes(first=prepared, fallbacks=planned.routes[index + 1 :])
        problem = problem or prepared
    assert problem is not None, "a plan has at least one route"
    return problem


def prepare(route: Route, call: IncomingCall, asked: ModelCall, now: datetime) -> Prepared | Problem:
    """Translate a call for one route; a Problem names the field that its wire cannot say."""
    translation = translation_for(asked.api, route.target.wire)
    assert translation is not None, "routing rules hold only wires that the API can be translated to"
    client_call = ClientCall(
        document=asked.document,
        body=asked.body,
        model=provider_model(route.target, route.model),
        stream=asked.stream,
        request=call.request,
        created=int(now.timestamp()),
    )
    provider_call = translation.request(client_call)
    if isinstance(provider_call, Inexpressible):
        return Problem(
            code="invalid_request",
            message=f"target {route.target.id!r} cannot take {provider_call.param}: {provider_call.reason}",
            fix=provider_call.fix,
            param=provider_call.param,
        )
    return Prepared(
        route=route, translation=translation, client_call=client_call, provider_call=provider_call, prepared_at=now
    )


def usable_models(services: Services, configuration: Configuration) -> tuple[tuple[str, str], ...]:
    """Give every name that some API may ask for, with the vendor that serves it first; sorted by name."""
    served = models_served(configuration.rules, ALL_PROVIDERS, services.prices)
    return tuple((name, target.vendor) for name, target in served)
