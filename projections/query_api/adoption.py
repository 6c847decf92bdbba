"""``/v1/adoption``: how far governed use has come, from the adoption facts and the requests of a period."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any, Final

from keeptrusts.projections.query_api.asking import (
    AS_OF,
    MIN_POSITION,
    SINCE,
    UNTIL,
    period_of,
    refuse_unknown,
    time_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.gateways import known_gateways
from keeptrusts.projections.query_api.groups import grouped
from keeptrusts.projections.query_api.models import (
    Adoption,
    Coverage,
    FirstCallTime,
    ModelShare,
    One,
    WeekUsers,
)
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.projections.query_api.relation import micros
from keeptrusts.projections.query_api.scope import row_condition
from keeptrusts.schemas import topics
from keeptrusts.schemas.filters import Condition, Filters

PARAMETERS: Final = (
    SINCE,
    UNTIL,
    Parameter(name="team", help="only this team"),
    AS_OF,
    MIN_POSITION,
)
_COVERAGE_SECONDS: Final = 300


async def adoption(call: Call) -> One[Adoption]:
    """Answer ``GET /v1/adoption``; the period is the last 30 days unless one is asked for."""
    refuse_unknown(call.parameters, (item.name for item in PARAMETERS))
    since, until = period_of(call, since="30d")
    team = _team(call)
    conditions = (Condition(name="team", values=(team,)),) if team else ()
    filters = Filters(since=since, until=until, conditions=conditions)
    as_of = call.as_of(topics.ADOPTION)
    facts = _Facts(call, team, as_of.offset)
    users = await facts.active_users(filters)
    totals, models = await _traffic(call, filters)
    requests = totals["requests"]
    coverage = await _coverage(call)
    phase = _phase(await facts.phase(), coverage)
    known = [row for row in models if row[0]]
    data = Adoption(
        active_users_by_week=await facts.weeks(filters),
        active_users=users,
        requests_per_developer=round(requests / users, 2) if users else None,
        time_to_first_call=_time_to_first_call(call, await facts.first_calls()),
        models=[
            ModelShare(model=name, requests=count, share=round(count / requests, 4) if requests else 0.0)
            for name, count in known
        ],
        model_diversity=len(known),
        error_rate=round(totals["errors"] / requests, 4) if requests else None,
        governance_coverage=coverage,
        phase=phase[0],
        phase_since=phase[1],
    )
    return One[Adoption](data=data, as_of=str(as_of), lag_ms=call.lag_ms(topics.ADOPTION))


def _time_to_first_call(call: Call, first_calls: Mapping[str, int]) -> FirstCallTime:
    """Give the median from joining to the first call, over members who have called since they joined."""
    waited = [
        (at - micros(member.created_at)) / 1e6
        for user, at in first_calls.items()
        if (member := call.directory.members.get(user)) is not None and at >= micros(member.created_at)
    ]
    return FirstCallTime(members=len(waited), median_seconds=round(median(waited), 3) if waited else None)


def _phase(reached: tuple[str, int] | None, coverage: Coverage) -> tuple[str | None, str | None]:
    """Give the phase and since when. Scale is Expand with full coverage now, so it has no beginning of its own."""
    if reached is None:
        return None, None
    name, since_us = reached
    if name == "expand" and coverage.gateways_share == coverage.teams_share == 1:
        return "scale", None
    return name, time_of(since_us)


def _team(call: Call) -> str | None:
    text = call.parameters.get("team")
    if text is None:
        return None
    team = call.directory.team_named(text)
    if team is None or not call.scope.covers_team(team.id):
        raise not_found("team", text)
    return team.id


class _Facts:
    """Questions to ``adoption_facts`` within the caller's reach."""

    def __init__(self, call: Call, team: str | None, as_of: int) -> None:
        scope = row_condition(call.scope)
        self._store = call.deps.store
        self._org = call.org
        self._where = f"{scope.sql} AND toInt64(cause_offset) <= {{as_of:Int64}}"
        self._parameters: dict[str, Any] = {**scope.parameters, "as_of": as_of}
        if team is not None:
            self._where += " AND team = {only_team:String}"
            self._parameters["only_team"] = team

    async def active_users(self, filters: Filters) -> int:
        answer = await self._ask("uniqExact(user)", "fact = 'active_day'", filters)
        return int(answer[0][0])

    async def weeks(self, filters: Filters) -> list[WeekUsers]:
        rows = await self._ask(
            "formatDateTime(toMonday(at, 'UTC'), '%Y-%m-%d') AS week, uniqExact(user)", "fact = 'active_day'", filters,
            " GROUP BY week ORDER BY week",
        )  # fmt: skip
        return [WeekUsers(week=week, users=int(users)) for week, users in rows]

    async def first_calls(self) -> dict[str, int]:
        """Give the microseconds since 1970 of each user's first call."""
        rows = await self._ask(
            "user, toUnixTimestamp64Micro(min(at))", "fact = 'first_call'", Filters(), " GROUP BY user"
        )
        return {str(user): int(at) for user, at in rows}

    async def phase(self) -> tuple[str, int] | None:
        answer = await self._store.query(
            "SELECT phase, toUnixTimestamp64Micro(at) FROM adoption_facts WHERE org = {org:String}"
            " AND fact = 'phase_reached' AND toInt64(cause_offset) <= {as_of:Int64} ORDER BY seq DESC, n DESC LIMIT 1",
            {"org": self._org, "as_of": self._parameters["as_of"]},
        )
        return (str(answer.rows[0][0]), int(answer.rows[0][1])) if answer.rows else None

    async def _ask(self, what: str, which: str, filters: Filters, tail: str = "") -> tuple[tuple[Any, ...], ...]:
        where, parameters = f"{self._where} AND {which}", dict(self._parameters)
        if filters.since is not None:  # a day belongs to a period that touches it
            where += " AND at >= toStartOfDay(fromUnixTimestamp64Micro({since_us:Int64}, 'UTC'))"
            parameters["since_us"] = micros(filters.since)
        if filters.until is not None:
            where += " AND at < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')"
            parameters["until_us"] = micros(filters.until)
        answer = await self._store.query(f"SELECT {what} FROM adoption_facts WHERE {where}{tail}", parameters)
        return answer.rows


async def _traffic(call: Call, filters: Filters) -> tuple[dict[str, int], list[tuple[str, int]]]:
    scope = call.reach("events.aggregate")
    as_of = call.as_of().offset if "as_of" in call.parameters else call.position().offset
    totals = await grouped(
        call.deps.store, scope, filters, call.directory, as_of=as_of, keys=(), metrics=("requests", "errors"), own=False
    )
    models = await grouped(
        call.deps.store, scope, filters, call.directory, as_of=as_of, keys=("model",), metrics=("requests",), own=False
    )
    return (
        {"requests": totals[0].requests or 0, "errors": totals[0].errors or 0},
        [(str(getattr(row, "model", None) or ""), row.requests or 0) for row in models],
    )


async def _coverage(call: Call) -> Coverage:
    """Count gateways that reported lately and teams with traffic, of all; only where the caller sees all of them."""
    gateways = await known_gateways(call.deps.store, call.org, call.now)
    reporting = sum(1 for item in gateways if item.seconds_silent <= _COVERAGE_SECONDS and item.state != "stopped")
    teams = [team for team in call.directory.teams.values() if team.state == "active"]
    visible = {team.id for team in teams if call.scope.covers_team(team.id)}
    rows = await grouped(
        call.deps.store, call.reach("events.aggregate"), Filters(since=None), call.directory,
        as_of=call.position().offset, keys=("team",), metrics=("requests",), own=False,
    )  # fmt: skip
    with_traffic = visible & {str(getattr(row, "team_id", "")) for row in rows}
    return Coverage(
        gateways_reporting=reporting,
        gateways=len(gateways),
        gateways_share=round(reporting / len(gateways), 4) if gateways else None,
        teams_with_traffic=len(with_traffic),
        teams=len(visible),
        teams_share=round(len(with_traffic) / len(visible), 4) if visible else None,
    )
