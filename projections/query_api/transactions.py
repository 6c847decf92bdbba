"""``/v1/wallets/{id}/transactions``: what moved a wallet, each with the balance after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.projections.query_api.asking import (
    AS_OF,
    CURSOR,
    LIMIT,
    MIN_POSITION,
    SINCE,
    UNTIL,
    flag_of,
    limit_of,
    period_of,
    range_between,
    refuse_unknown,
    time_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.labels import label_of
from keeptrusts.projections.query_api.models import Page
from keeptrusts.projections.query_api.money_models import Transaction
from keeptrusts.projections.query_api.problems import forbidden
from keeptrusts.projections.query_api.relation import micros
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.query_api.wallets import ID, wallet_named
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.snapshots.directory import WalletValue

_KIND: Final = "transactions"
PARAMETERS: Final = (
    ID,
    SINCE,
    UNTIL,
    Parameter(
        name="leases",
        help="true: also what gateways borrowed and returned; by default charges and moves of money alone",
        schema={"type": "boolean", "default": False},
    ),
    LIMIT,
    CURSOR,
    AS_OF,
    MIN_POSITION,
)
_CHANGES: Final = """
SELECT seq, any(cause_id) AS id, toUnixTimestamp64Micro(any(time)) AS time_us, any(cause_type) AS type,
    any(outcome) AS outcome, any(actor) AS actor, any(request) AS request,
    sumIf(amount, part = 'available') AS available_change, sumIf(amount, part = 'leased') AS leased_change,
    sumIf(amount, part = 'spent') AS spent_change
FROM ledger_postings
WHERE org = {org:String} AND wallet = {wallet:String} AND part IN ('available', 'leased', 'spent')
    AND seq >= {low:UInt64} AND seq < {high:UInt64} AND cause_offset < {next_offset:UInt64}
GROUP BY seq
HAVING time_us >= {since_us:Int64} AND time_us < {until_us:Int64}"""
_NEWEST: Final = """
SELECT max(seq) + 1 FROM ledger_postings
WHERE org = {org:String} AND wallet = {wallet:String} AND cause_offset < {next_offset:UInt64}"""
_FIRST_STRETCH: Final = 20_000
_GROWTH: Final = 8
"""How many entries are looked at first for a page, and by how much more each time that they do not fill it."""
_MONEY_MOVED: Final = " AND (spent_change != 0 OR available_change + leased_change + spent_change != 0)"
_AFTER: Final = """
SELECT at, sum(available) OVER (ORDER BY at), sum(leased) OVER (ORDER BY at) FROM (
    SELECT greatest(toInt64(seq), {first:Int64}) AS at, sumIf(amount, part = 'available') AS available,
        sumIf(amount, part = 'leased') AS leased
    FROM ledger_postings
    WHERE org = {org:String} AND wallet = {wallet:String} AND part IN ('available', 'leased')
        AND toInt64(seq) <= {last:Int64}
    GROUP BY at
)"""
_COUNTERPARTS: Final = """
SELECT seq, groupUniqArray(wallet) FROM (
    SELECT seq, wallet FROM ledger_postings
    WHERE org = {org:String} AND has({seqs:Array(UInt64)}, seq) AND wallet != {wallet:String} AND part != 'spent'
        AND NOT (startsWith(wallet, 'budget:') OR startsWith(wallet, 'cap:') OR wallet = 'limits')
    GROUP BY seq, wallet HAVING sum(amount) != 0
) GROUP BY seq"""
"""Other accounts whose unspent money an entry changed; leases that ended with it move none."""


async def transactions(call: Call) -> Page[Transaction]:
    """Answer ``GET /v1/wallets/{id}/transactions``, newest first."""
    refuse_unknown(call.parameters, (item.name for item in PARAMETERS))
    value = wallet_named(call, call.path["id"])
    if not _may_read(call, value):
        raise forbidden("read this wallet's transactions", "ask an admin of the team; its balance is open to you")
    as_of = call.as_of(topics.LEDGER)
    since, until = period_of(call)
    offset, before = as_of.offset, 2**63 - 1
    if "cursor" in call.parameters:
        cursor = decode_cursor(call.parameters["cursor"], _KIND, (int,))
        offset, before = cursor.as_of, int(cursor.key[0])
    limit = limit_of(call)
    parameters = {
        "org": call.org, "wallet": value.id, "next_offset": max(offset, -1) + 1,
        "since_us": micros(since) if since else -(2**62), "until_us": micros(until) if until else 2**62,
    }  # fmt: skip
    shown = "" if flag_of(call, "leases") else _MONEY_MOVED
    records = await _newest_first(call.deps.store, _CHANGES + shown, parameters, before, limit + 1)
    seqs = [int(item["seq"]) for item in records[:limit]]
    after = await _after(call.deps.store, call.scope, value.id, seqs)
    counterparts = await _counterparts(call.deps.store, call.scope, value.id, seqs)
    next_cursor = None
    if len(records) > limit:
        next_cursor = encode_cursor(Cursor(kind=_KIND, key=(seqs[-1],), as_of=offset))
    return Page[Transaction](
        data=[
            _transaction(record, after[record["seq"]], counterparts.get(record["seq"], []))
            for record in records[:limit]
        ],
        next_cursor=next_cursor,
        as_of=f"{as_of.partition}:{offset}",
        range=range_between(since, until),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def _newest_first(
    store: Store, question: str, parameters: Mapping[str, Any], before: int, most: int
) -> list[Mapping[str, Any]]:
    """Give the newest entries below ``before``, looking back only as far as it takes to fill a page."""
    newest = int((await store.query(_NEWEST, parameters)).value())
    high, stretch = max(0, min(before, newest)), _FIRST_STRETCH
    found: list[Mapping[str, Any]] = []
    while high > 0 and len(found) < most:
        low = max(0, high - stretch)
        answer = await store.query(
            f"{question} ORDER BY seq DESC LIMIT {most - len(found)}", {**parameters, "low": low, "high": high}
        )
        found += answer.records()
        high, stretch = low, stretch * _GROWTH
    return found


async def _after(store: Store, scope: TenantScope, wallet: str, seqs: list[int]) -> dict[int, tuple[int, int]]:
    """Give (available, leased) after each of these entries (newest first); those between them count as well."""
    if not seqs:
        return {}
    answer = await store.query(_AFTER, {"org": scope.org, "wallet": wallet, "first": seqs[-1], "last": seqs[0]})
    known = {int(seq): (int(available), int(leased)) for seq, available, leased in answer.rows}
    found, amounts = {}, (0, 0)
    for seq in sorted({*known, *seqs}):  # an entry may have touched only what is spent
        amounts = known.get(seq, amounts)
        found[seq] = amounts
    return found


async def _counterparts(store: Store, scope: TenantScope, wallet_id: str, seqs: list[int]) -> dict[int, list[str]]:
    if not seqs:
        return {}
    answer = await store.query(_COUNTERPARTS, {"org": scope.org, "seqs": seqs, "wallet": wallet_id})
    return {seq: sorted(names) for seq, names in answer.rows}


def _may_read(call: Call, value: WalletValue) -> bool:
    """Say whether single charges may be seen: they show what other people did."""
    if value.scope == "team" and call.scope.reach != "all":
        return call.caller.principal.teams.get(value.owner) in ("admin", "owner")
    return True


def _transaction(record: Mapping[str, Any], after: tuple[int, int], counterparts: list[str]) -> Transaction:
    available, leased, spent = (int(record[name]) for name in ("available_change", "leased_change", "spent_change"))
    others = counterparts if spent == 0 and available + leased != 0 else []
    return Transaction(
        id=record["id"],
        seq=record["seq"],
        time=time_of(record["time_us"]),
        type=record["type"],
        outcome=record["outcome"],
        label=label_of(
            record["outcome"], record["type"], unspent=available + leased, leased=leased, spent=spent,
            counterparts=others,
        ),
        actor=record["actor"],
        request=record["request"] or None,
        amount=format_usd(available + leased),
        available=format_usd(available),
        leased=format_usd(leased),
        spent=format_usd(spent),
        balance_after=format_usd(sum(after)),
        available_after=format_usd(after[0]),
        counterparts=others,
    )  # fmt: skip
