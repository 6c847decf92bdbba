"""What is decided about a call, put together from what the steps found: that it goes on, or why it is refused."""

from __future__ import annotations

from keeptrusts.gateway.pipeline.input_hash import input_hash
from keeptrusts.gateway.pipeline.record import Decided
from keeptrusts.gateway.pipeline.reserve import Asking, Funded, Unfunded
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.values import Caller, ModelCall
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity, PolicyResult
from keeptrusts.schemas.frozen import replace


def refused_call(
    configuration: Configuration,
    identity: Identity,
    problem: Problem,
    asked: ModelCall | Problem | None,
    results: tuple[PolicyResult, ...] = (),
) -> Decided:
    """Give the decision about a call that is refused; ``asked`` is what is known of it."""
    known = asked if isinstance(asked, ModelCall) else None
    return Decided(
        identity=identity,
        verdict=problem.kind.verdict,
        config_version=configuration.compiled.version,
        requested_model=known.model if known is not None else None,
        stream=known.stream if known is not None else False,
        input_bytes=len(known.body) if known is not None else 0,
        policies=results,
        policy=problem.policy,
        reason=problem.code,
        problem=problem,
    )


def decided_call(
    configuration: Configuration,
    caller: Caller,
    asked: ModelCall,
    outcome: ChainOutcome,
    money: Funded | None = None,
) -> Decided:
    """Give the decision that the chain makes about a call; ``money`` is what pays for it where it goes on."""
    held = None if money is None else money.reservation
    return Decided(
        identity=caller.identity,
        verdict=outcome.verdict,
        config_version=configuration.compiled.version,
        requested_model=asked.model,
        stream=asked.stream,
        input_bytes=len(asked.body),
        policies=outcome.results,
        policy=outcome.policy,
        reason=outcome.reason,
        problem=outcome.problem,
        route=None if money is None else money.routes.first.route,
        hold=None if held is None else held.hold,
        ticket=None if held is None else held.ticket,
    )


def unpaid_call(services: Services, configuration: Configuration, asking: Asking, money: Unfunded) -> Decided:
    """Make the decision about a call that is refused for money."""
    outcome, problem, asked = money.outcome, money.problem, asking.asked
    hashed = None
    if money.ticket is not None:
        hashed = input_hash(services.settings.oldest_secret, asking.call, asked)
    decided = refused_call(configuration, asking.caller.identity, problem, asked, outcome.results)
    return replace(
        decided,
        policy=outcome.policy if outcome.problem is not None else problem.policy,
        reason=outcome.reason if outcome.problem is not None else problem.code,
        ticket=money.ticket,
        input_hash=hashed,
        client_gone=money.client_gone,
    )
