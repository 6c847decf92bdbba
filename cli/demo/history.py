"""Thirty days of synthetic calls: pure, the same for the same seed, with business time in the past."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from keeptrusts.cli.demo.cast import REFUSED_MODEL, TEAMS, CastTeam
from keeptrusts.gateway.wallets.prices import PriceTable, cost_nano
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.identity import Identity, PolicyResult
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided, Usage
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import REQUEST, derived, uuid7

DAYS: Final = 30
CALLS: Final = 3_000
SOURCE: Final = "demo/history"
_PROVIDER: Final = "openai"
_REFUSED_SHARE: Final = 0.03
_FAILED_SHARE: Final = 0.02
# How busy each hour of a working day is, UTC; weekends see a sixth of it.
_HOURS: Final = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 18, 12, 16, 20, 18, 14, 9, 5, 3, 2, 2, 1, 1)


@frozen
class Actors:
    """The ids of what the demo created: teams and keys by slug, members by e-mail."""

    org: str
    teams: Mapping[str, str]
    keys: Mapping[str, str]
    members: Mapping[str, str]


def history(actors: Actors, *, until: datetime, prices: PriceTable, seed: int = 1) -> Iterator[tuple[Event, Event]]:
    """Yield decided and completed of every call, oldest first. Ids follow from the seed and the call's number."""
    generator = random.Random(seed)
    moments = sorted(_moment(generator, until) for _ in range(CALLS))
    for number, at in enumerate(moments):
        yield _call(generator, actors, at, number, prices)


def request_id(actors: Actors, number: int) -> str:
    """Give the request id of the call with this number."""
    return derived(REQUEST, actors.org, "history", str(number))


def _moment(generator: random.Random, until: datetime) -> datetime:
    day = generator.randrange(1, DAYS + 1)
    at = (until - timedelta(days=day)).replace(minute=0, second=0, microsecond=0)
    if at.weekday() >= 5 and generator.random() > 1 / 6:
        at -= timedelta(days=at.weekday() - 4)
    hour = generator.choices(range(24), _HOURS)[0]
    return at.replace(hour=hour) + timedelta(seconds=generator.randrange(3600), milliseconds=generator.randrange(1000))


def _call(
    generator: random.Random, actors: Actors, at: datetime, number: int, prices: PriceTable
) -> tuple[Event, Event]:
    team = generator.choices(TEAMS, (6, 3, 1))[0]
    request = request_id(actors, number)
    identity = _identity(generator, actors, team)
    refused = generator.random() < _REFUSED_SHARE
    model = REFUSED_MODEL if refused else generator.choices(*zip(*team.models, strict=True))[0]
    decided = RequestDecided(
        request=request,
        identity=identity,
        gateway="default",
        endpoint="/v1/chat/completions",
        requested_model=model,
        input_bytes=generator.randrange(200, 9_000),
        verdict="block" if refused else "allow",
        reason="model_not_allowed" if refused else None,
        policy="model-access" if refused else None,
        policies=_results(refused),
        target=None if refused else "openai",
        provider=None if refused else _PROVIDER,
        model=None if refused else model,
    )
    completed = _refusal(decided, generator) if refused else _answer(decided, generator, prices)
    latency = timedelta(microseconds=completed.latency_us)
    return (
        _event(generator, actors, decided, at, request),
        _event(generator, actors, completed, at + latency, request),
    )


def _identity(generator: random.Random, actors: Actors, team: CastTeam) -> Identity:
    person = generator.choice(team.people)
    return Identity(
        org=actors.org,
        team=actors.teams[team.slug],
        user=actors.members[person],
        role="member",
        key_id=actors.keys[team.slug],
        project=generator.choice(("search", "assistant", None)),
    )


def _answer(decided: RequestDecided, generator: random.Random, prices: PriceTable) -> RequestCompleted:
    failed = generator.random() < _FAILED_SHARE
    usage = Usage(
        input_tokens=decided.input_bytes // 4,
        cache_read_tokens=decided.input_bytes // 4 // generator.choice((2, 4, 1_000_000)),
        output_tokens=generator.randrange(20, 1_200),
    )
    row = prices.lookup(_PROVIDER, decided.model or "")
    cost = None if failed or row is None else cost_nano(row, usage)
    return RequestCompleted(
        request=decided.request,
        identity=decided.identity,
        status=502 if failed else 200,
        provider_status=500 if failed else 200,
        attempts=1,
        usage=None if failed else usage,
        cost=cost,
        cost_state="unpriced" if cost is None else "priced",
        price_version=None if row is None else row.version,
        target=decided.target,
        provider=decided.provider,
        model=decided.model,
        latency_us=200_000 + 9_000 * usage.output_tokens // 10 + generator.randrange(400_000),
        provider_us=190_000 + 9_000 * usage.output_tokens // 10,
        verdict=decided.verdict,
        error="upstream_error" if failed else None,
    )


def _refusal(decided: RequestDecided, generator: random.Random) -> RequestCompleted:
    return RequestCompleted(
        request=decided.request,
        identity=decided.identity,
        status=403,
        cost_state="none",
        latency_us=generator.randrange(2_000, 6_000),
        verdict=decided.verdict,
        reason=decided.reason,
        policy=decided.policy,
        error="model_not_allowed",
    )


def _results(refused: bool) -> tuple[PolicyResult, ...]:
    passed = PolicyResult(kind="rbac", mode="enforce", result="allow", us=4)
    if refused:
        return (
            passed,
            PolicyResult(kind="model-access", mode="enforce", result="block", reason="model_not_allowed", us=3),
        )
    others = ("model-access", "rate-limit", "audit-logger")
    return (passed, *(PolicyResult(kind=kind, mode="enforce", result="allow", us=2) for kind in others))


def _event(
    generator: random.Random, actors: Actors, data: RequestDecided | RequestCompleted, at: datetime, request: str
) -> Event:
    return Event(
        id=uuid7(int(at.timestamp() * 1000), generator.randbytes(10)),
        source=SOURCE,
        subject=request,
        time=at,
        org=actors.org,
        ledger=actors.org,
        actor=f"key:{data.identity.key_id}",
        data=data,
        correlationid=request,
        synthetic=True,
    )
