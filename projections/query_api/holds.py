"""``/v1/holds``: money that is held right now, and by whom; and what counts as spent because no end is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import orjson

from keeptrusts.projections.query_api.asking import (
    CURSOR,
    LIMIT,
    MIN_POSITION,
    limit_of,
    refuse_unknown,
    time_of,
    words_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.ledger_values import team_id_of, user_id_of
from keeptrusts.projections.query_api.models import One, Page
from keeptrusts.projections.query_api.money_models import Hold, HoldDraw
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.projections.query_api.relation import micros
from keeptrusts.projections.query_api.scope import TenantScope, row_condition
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.money import format_usd

_KIND: Final = "holds"
STATES: Final = ("open", "presumed")
LIST_PARAMETERS: Final = (
    Parameter(name="state", help="open, presumed, or both (default)"),
    Parameter(name="wallet", help="only holds on this wallet's money, such as team:<id>"),
    Parameter(name="gateway", help="only holds of gateways with this name"),
    Parameter(name="owner", help="only holds of this gateway process (incarnation)"),
    Parameter(name="team", help="only calls of this team (id, slug or name)"),
    Parameter(name="user", help="only calls of this person (id or e-mail)"),
    Parameter(name="request", help="only holds of this request"),
    LIMIT,
    CURSOR,
    MIN_POSITION,
)
ONE_PARAMETERS: Final = (
    Parameter(name="request", help="request id", place="path"),
    Parameter(name="attempt", help="number of the attempt: a hold's id is <request>/<attempt>", place="path"),
    MIN_POSITION,
)
_OPEN: Final = "SELECT * FROM holds_open FINAL WHERE org = {scope_org:String} AND sign = 1"
_PRESUMED: Final = "SELECT * FROM holds_presumed FINAL WHERE org = {scope_org:String} AND sign = 1"
_HELD: Final = f"""
SELECT account, sum(amount) FROM ({_OPEN}) WHERE hold NOT IN (SELECT hold FROM ({_PRESUMED})) GROUP BY account"""
_HOLDS: Final = f"""
SELECT held.org AS org, held.hold AS hold, held.request AS request, owner, account, amount, draws, opened_at,
    presumed.charged AS charged, toUnixTimestamp64Micro(opened_at) AS opened_us,
    toUnixTimestamp64Micro(deadline_at) AS deadline_us, toUnixTimestamp64Micro(presumed.presumed_at) AS presumed_us,
    if(presumed.hold = held.hold, 'presumed', 'open') AS state
FROM ({_OPEN}) AS held LEFT JOIN ({_PRESUMED}) AS presumed ON presumed.hold = held.hold
WHERE %(chosen)s ORDER BY opened_us, hold%(limit)s"""
# A call's request is among those in flight, or among those that ended since: its identity is in neither the hold's
# record nor the entry's. ``time`` is the gateway's clock, so a little is allowed on both sides.
_WITH_CALLERS: Final = """
SELECT holds.*, team, user, gateway, model FROM (%(holds)s) AS holds
LEFT JOIN (
    SELECT request, any(team) AS team, any(user) AS user, any(gateway) AS gateway, any(model) AS model FROM (
        SELECT request, team, user, gateway, model FROM requests_open FINAL
        WHERE org = {scope_org:String} AND request IN (SELECT request FROM (%(holds)s))
        UNION ALL
        SELECT request, team, user, gateway, model FROM requests
        WHERE org = {scope_org:String} AND request IN (SELECT request FROM (%(holds)s))
            AND time >= (SELECT min(opened_at) FROM (%(holds)s)) - INTERVAL 10 MINUTE
            AND time <= (SELECT max(opened_at) FROM (%(holds)s)) + INTERVAL 10 MINUTE
    ) GROUP BY request
) AS callers ON callers.request = holds.request
WHERE %(within)s ORDER BY opened_us, hold LIMIT %(most)d"""
_OF_HOLDS: Final = (("wallet", "account"), ("owner", "owner"), ("request", "request"))
_OF_CALLERS: Final = ("gateway", "team", "user")


async def holds(call: Call) -> Page[Hold]:
    """Answer ``GET /v1/holds``, the oldest first."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    chosen, values = _chosen(call)
    callers: dict[str, str] = {name: call.parameters[name] for name in _OF_CALLERS if name in call.parameters}
    if "team" in callers:
        callers["team"] = team_id_of(call, callers["team"])
    if "user" in callers:
        callers["user"] = user_id_of(call, callers["user"])
    limit = limit_of(call)
    found = await _rows(call.deps.store, call.scope, chosen, values, callers=callers, limit=limit + 1)
    as_of = call.position(topics.LEDGER)
    next_cursor = None
    if len(found) > limit:
        last = found[limit - 1]
        next_cursor = encode_cursor(Cursor(kind=_KIND, key=(last["opened_us"], last["hold"]), as_of=as_of.offset))
    return Page[Hold](
        data=[_hold(row, call) for row in found[:limit]],
        next_cursor=next_cursor,
        as_of=str(as_of),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def hold(call: Call) -> One[Hold]:
    """Answer ``GET /v1/holds/{request}/{attempt}``."""
    refuse_unknown(call.parameters, ())
    name = f"{call.path['request']}/{call.path['attempt']}"
    found = await _rows(call.deps.store, call.scope, ["hold = {hold:String}"], {"hold": name}, limit=1)
    if not found:
        raise not_found("open hold", name)
    return One[Hold](
        data=_hold(found[0], call), as_of=str(call.position(topics.LEDGER)), lag_ms=call.lag_ms(topics.LEDGER)
    )


async def held_by_wallet(store: Store, scope: TenantScope) -> dict[str, int]:
    """Give nano-USD that calls under way hold, by wallet."""
    answer = await store.query(_HELD, {"scope_org": scope.org})
    return {account: int(amount) for account, amount in answer.rows}


def _chosen(call: Call) -> tuple[list[str], dict[str, Any]]:
    """Give the conditions on holds themselves, and the values that they name."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, column in _OF_HOLDS:
        if name in call.parameters:
            conditions.append(f"{column} = {{{name}:String}}")
            values[name] = call.parameters[name]
    states = words_of(call, "state", STATES)
    if states:
        conditions.append("has({states:Array(String)}, state)")
        values["states"] = list(states)
    if "cursor" in call.parameters:
        cursor = decode_cursor(call.parameters["cursor"], _KIND, (int, str))
        conditions.append("(opened_us, hold) > ({after_us:Int64}, {after:String})")
        values["after_us"], values["after"] = cursor.key
    return conditions, values


async def _rows(
    store: Store,
    scope: TenantScope,
    chosen: Sequence[str],
    values: Mapping[str, Any],
    *,
    callers: Mapping[str, str] = MappingProxyType({}),
    limit: int,
) -> list[Mapping[str, Any]]:
    """Read holds with their callers. Where callers do not decide which are given, only those given are looked up."""
    within = row_condition(scope)
    narrow = scope.reach == "all" and not callers
    inner = _HOLDS % {"chosen": " AND ".join(("1", *chosen)), "limit": f" LIMIT {int(limit)}" if narrow else ""}
    outer = [within.sql, *(f"{name} = {{{name}:String}}" for name in callers)]
    answer = await store.query(
        _WITH_CALLERS % {"holds": inner, "within": " AND ".join(outer), "most": int(limit)},
        {**within.parameters, **values, **callers},
    )
    return list(answer.records())


def _hold(row: Mapping[str, Any], call: Call) -> Hold:
    presumed = row["state"] == "presumed"
    team, user, directory = row["team"] or None, row["user"] or None, call.directory
    return Hold(
        id=row["hold"],
        request=row["request"],
        state=row["state"],
        gateway=row["gateway"] or None,
        owner=row["owner"],
        team=directory.team_label(team) if team else None,
        team_id=team,
        user=directory.user_label(user) if user else None,
        user_id=user,
        model=row["model"] or None,
        wallet=row["account"] or None,
        amount=format_usd(row["amount"]),
        charged=format_usd(row["charged"]) if presumed else None,
        draws=[HoldDraw.model_validate(draw) for draw in orjson.loads(row["draws"])],
        opened_at=time_of(row["opened_us"]),
        age_seconds=round(max(0, micros(call.now) - row["opened_us"]) / 1_000_000, 3),
        deadline_at=time_of(row["deadline_us"]),
        presumed_at=time_of(row["presumed_us"]) if presumed else None,
        release=f"POST /v1/holds/{row['hold']}/release" if presumed else None,
    )
