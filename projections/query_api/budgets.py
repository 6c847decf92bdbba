"""``/v1/budgets``: caps on spending, how much of the current period is used, and past periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from keeptrusts.projections.query_api.asking import MIN_POSITION, refuse_unknown, time_of
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.ledger_values import period_of_budget
from keeptrusts.projections.query_api.models import One, Page
from keeptrusts.projections.query_api.money_models import Budget, BudgetDetail, BudgetPeriod, ThresholdPassed
from keeptrusts.projections.query_api.problems import invalid_parameter, not_found
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.events.money import SOFT
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.periods import period_at
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.directory import BudgetValue, KeyValue
from keeptrusts.schemas.snapshots.ledger import BudgetPeriodOpened

SCOPES: Final = ("organization", "team", "user", "key", "project", "gateway")
SOURCES: Final = ("budget", "policy")
MAX_CAPS: Final = 1_000
MAX_PAST: Final = 100
ID: Final = Parameter(name="id", help="budget id, or the id of a policy's cap", place="path")
LIST_PARAMETERS: Final = (
    Parameter(name="scope", help="only budgets of " + ", ".join(SCOPES)),
    Parameter(name="owner", help="only budgets of this owner (id, or its name)"),
    Parameter(name="action", help="hard or soft"),
    Parameter(name="source", help="budget: set by people; policy: caps of policy files in use; default both"),
    Parameter(name="state", help="active (default), removed or all"),
    MIN_POSITION,
)
ONE_PARAMETERS: Final = (ID, MIN_POSITION)

_PERIODS: Final = """
SELECT value FROM ledger_values FINAL
WHERE org = {org:String} AND kind = 'budget_period' AND startsWith(id, {prefix:String})"""
_NEWEST: Final = " ORDER BY JSONExtractInt(value, 'ends_ms') DESC LIMIT {most:UInt32}"
_CURRENT: Final = " AND JSONExtractInt(value, 'ends_ms') > {now_ms:Int64} ORDER BY id LIMIT {most:UInt32}"
_OF_ACCOUNTS: Final = """
SELECT value FROM ledger_values FINAL
WHERE org = {org:String} AND kind = 'budget_period' AND id IN {accounts:Array(String)}"""
_AMOUNTS: Final = """
SELECT wallet, part, sum(amount) FROM ledger_postings
WHERE org = {org:String} AND wallet IN {accounts:Array(String)} AND part IN ('leased', 'spent')
GROUP BY wallet, part"""
_THRESHOLDS: Final = """
SELECT account, percent, amount, toUnixTimestamp64Micro(reached_at) FROM ledger_marks
WHERE org = {org:String} AND account IN {accounts:Array(String)} AND mark = 'threshold'
ORDER BY account, seq, n"""


@frozen
class _Cap:
    """One cap with the period that is to be shown. ``full`` names the period's accounts; limits are nano-USD."""

    id: str
    scope: str
    owner: str
    limit: int
    period: str
    full: str
    ends_ms: int
    over: int = 0
    value: BudgetValue | None = None
    action: Literal["hard", "soft"] | None = None
    """Of a policy's cap: None where it is not known to be soft."""


async def budgets(call: Call) -> Page[Budget]:
    """Answer ``GET /v1/budgets``: those that the caller may see, with the period that is current now."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    chosen = await _chosen(call)
    keys = await _keys(call, chosen)
    caps = [cap for cap in chosen if _visible(call, cap, keys)]
    spent = await _Spent.of(call.deps.store, call.scope, [cap.full for cap in caps])
    return Page[Budget](
        data=[Budget(**_fields(cap, spent, call.directory, keys)) for cap in caps],
        as_of=str(call.position(topics.LEDGER)),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def budget(call: Call) -> One[BudgetDetail]:
    """Answer ``GET /v1/budgets/{id}``, with past periods."""
    refuse_unknown(call.parameters, ())
    cap, periods = await _one(call, call.path["id"])
    keys = await _keys(call, [] if cap is None else [cap])
    if cap is None or not _visible(call, cap, keys):
        raise not_found("budget", call.path["id"])
    past = [item for item in periods if item.full != cap.full]
    spent = await _Spent.of(call.deps.store, call.scope, [cap.full, *(item.full for item in past)])
    data = BudgetDetail(
        **_fields(cap, spent, call.directory, keys),
        past=[spent.period(full=item.full, limit=item.limit, ends_ms=item.ends_ms, over=item.over) for item in past],
    )
    return One[BudgetDetail](data=data, as_of=str(call.position(topics.LEDGER)), lag_ms=call.lag_ms(topics.LEDGER))


class _Spent:
    """What was spent and lent of some periods, and the thresholds that they reached."""

    def __init__(self, amounts: Mapping[tuple[str, str], int], thresholds: Mapping[str, list[ThresholdPassed]]) -> None:
        self._amounts = amounts
        self._thresholds = thresholds

    @classmethod
    async def of(cls, store: Store, scope: TenantScope, accounts: Sequence[str]) -> _Spent:
        if not accounts:
            return cls({}, {})
        values = {"org": scope.org, "accounts": list(accounts)}
        amounts = await store.query(_AMOUNTS, values)
        thresholds: dict[str, list[ThresholdPassed]] = {}
        for account, percent, amount, reached_us in (await store.query(_THRESHOLDS, values)).rows:
            passed = ThresholdPassed(percent=percent, amount=format_usd(int(amount)), reached_at=time_of(reached_us))
            thresholds.setdefault(account, []).append(passed)
        return cls({(name, part): int(amount) for name, part, amount in amounts.rows}, thresholds)

    def period(self, *, full: str, limit: int, ends_ms: int, over: int) -> BudgetPeriod:
        spent, leased = self._amounts.get((full, "spent"), 0), self._amounts.get((full, "leased"), 0)
        return BudgetPeriod(
            name=full.rpartition("/")[2],
            limit=format_usd(limit),
            spent=format_usd(spent),
            leased=format_usd(leased),
            remaining=format_usd(max(0, limit - spent - leased)),
            percent=percent_of(spent, limit),
            over=format_usd(over),
            ends_at=time_of(ends_ms * 1000),
            thresholds_reached=self._thresholds.get(full, []),
        )


def percent_of(spent: int, limit: int) -> float:
    """Give the share of a limit in percent, rounded down to hundredths; 100 of a limit of nothing."""
    return 100.0 if limit <= 0 else spent * 10_000 // limit / 100


async def _chosen(call: Call) -> list[_Cap]:
    scope = _choice(call, "scope", SCOPES)
    action = _choice(call, "action", ("hard", "soft"))
    source = _choice(call, "source", SOURCES)
    state = _choice(call, "state", ("active", "removed", "all")) or "active"
    found: list[_Cap] = []
    if source in (None, "budget"):
        values = [value for value in call.directory.budgets.values() if state in ("all", value.state)]
        found += await _with_periods(call, sorted(values, key=lambda value: (SCOPES.index(value.scope), value.id)))
    if source in (None, "policy") and state != "removed":
        now_ms = _now_ms(call)
        answer = await call.deps.store.query(
            _PERIODS + _CURRENT, {"org": call.org, "prefix": "cap:", "now_ms": now_ms, "most": MAX_CAPS}
        )
        found += [cap for (text,) in answer.rows if (cap := _policy_cap(period_of_budget(text))) is not None]
    owner = _owner_id(call)
    return [
        cap
        for cap in found
        if scope in (None, cap.scope)
        and owner in (None, cap.owner)
        and action in (None, cap.action if cap.value is None else cap.value.action)
    ]


async def _one(call: Call, name: str) -> tuple[_Cap | None, list[BudgetPeriodOpened]]:
    """Give a cap by id with its current period, and all its periods, the newest first."""
    value = call.directory.budgets.get(name)
    account = f"budget:{value.id}" if value is not None else name
    if value is None and not name.startswith("cap:"):
        return None, []
    answer = await call.deps.store.query(
        _PERIODS + _NEWEST, {"org": call.org, "prefix": f"{account}/", "most": MAX_PAST}
    )
    periods = [period_of_budget(text) for (text,) in answer.rows]
    if value is not None:
        return (await _with_periods(call, [value]))[0], periods
    return (_policy_cap(periods[0]) if periods else None), periods


async def _with_periods(call: Call, values: Sequence[BudgetValue]) -> list[_Cap]:
    """Give budgets with their current period, which has no account before its first use."""
    now_ms = _now_ms(call)
    named = []
    for value in values:
        name, ends_ms = period_at(now_ms, value.period, value.time_zone)
        named.append((value, f"budget:{value.id}/{name}", ends_ms))
    answer = await call.deps.store.query(_OF_ACCOUNTS, {"org": call.org, "accounts": [full for _, full, _ in named]})
    opened = {period.full: period for period in (period_of_budget(text) for (text,) in answer.rows)}
    return [
        _Cap(
            id=value.id, scope=value.scope, owner=value.owner, limit=value.limit, period=value.period, full=full,
            ends_ms=ends_ms, over=opened[full].over if full in opened else 0, value=value,
        )
        for value, full, ends_ms in named
    ]  # fmt: skip


def _policy_cap(period: BudgetPeriodOpened) -> _Cap | None:
    """Read ``cap:<scope>:<owner>/<period>`` or the same with ``:soft``; None for names that are not of this form."""
    name, _, length = period.account.removesuffix(SOFT).rpartition("/")
    parts = name.split(":", 2)
    if len(parts) != 3 or parts[0] != "cap":
        return None
    return _Cap(
        id=period.account, scope=parts[1], owner=parts[2], limit=period.limit, period=length, full=period.full,
        ends_ms=period.ends_ms, over=period.over, action="soft" if period.account.endswith(SOFT) else None,
    )  # fmt: skip


def _visible(call: Call, cap: _Cap, keys: Mapping[str, KeyValue]) -> bool:
    """Say whether a cap is within reach: a team's for its members, one's own, and those of people one leads."""
    scope = call.scope
    if scope.reach == "all":
        return True
    match cap.scope:
        case "team":
            return scope.covers_team(cap.owner)
        case "user":
            return cap.owner == scope.member or call.leads(cap.owner)
        case "key":
            key = keys.get(cap.owner)
            return key is not None and (scope.covers_team(key.team) or scope.member in (key.member, key.user))
        case _:
            return False


async def _keys(call: Call, caps: Sequence[_Cap]) -> dict[str, KeyValue]:
    """Give the organization's keys by id where a cap belongs to one: there may be very many of them."""
    if all(cap.scope != "key" for cap in caps):
        return {}
    return {key.id: key for key in await call.deps.directory.keys_of(call.org)}


def _fields(cap: _Cap, spent: _Spent, directory: Directory, keys: Mapping[str, KeyValue]) -> dict[str, Any]:
    value = cap.value
    return {
        "id": cap.id,
        "source": "policy" if value is None else "budget",
        "scope": cap.scope,
        "owner": cap.owner,
        "owner_name": _owner_name(cap, directory, keys),
        "limit": format_usd(cap.limit),
        "period": cap.period,
        "time_zone": None if value is None else value.time_zone,
        "action": cap.action if value is None else value.action,
        "thresholds_percent": [] if value is None else list(value.thresholds_percent),
        "state": "active" if value is None else value.state,
        "created_at": None if value is None else format_time(value.created_at),
        "current": spent.period(full=cap.full, limit=cap.limit, ends_ms=cap.ends_ms, over=cap.over),
    }


def _owner_name(cap: _Cap, directory: Directory, keys: Mapping[str, KeyValue]) -> str | None:
    match cap.scope:
        case "organization" | "team" | "user":
            return directory.owner_label(cap.scope, cap.owner)
        case "key":
            return keys[cap.owner].name if cap.owner in keys else None
        case _:
            return cap.owner


def _owner_id(call: Call) -> str | None:
    text = call.parameters.get("owner")
    if text is None:
        return None
    team, member = call.directory.team_named(text), call.directory.member_named(text)
    return team.id if team is not None else member.id if member is not None else text


def _choice(call: Call, name: str, allowed: tuple[str, ...]) -> str | None:
    text = call.parameters.get(name)
    if text is not None and text not in allowed:
        raise invalid_parameter(name, f"{text[:40]!r} is not known", "use " + ", ".join(allowed))
    return text


def _now_ms(call: Call) -> int:
    return int(call.now.timestamp() * 1000)
