"""``/v1/wallets``: balances and transactions, straight from the ledger's postings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keeptrusts.projections.query_api.asking import (
    AS_OF,
    CURSOR,
    LIMIT,
    MIN_POSITION,
    SINCE,
    UNTIL,
    limit_of,
    period_of,
    range_between,
    refuse_unknown,
    time_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.models import Balance, One, Page, Transaction, Wallet
from keeptrusts.projections.query_api.problems import forbidden, invalid_parameter, not_found
from keeptrusts.projections.query_api.relation import micros
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.directory import WalletValue
from keeptrusts.schemas.snapshots.ledger import UNMETERED

_KIND: Final = "transactions"
SCOPES: Final = ("organization", "team", "user")
ID: Final = Parameter(name="id", help="wallet id such as team:<id>, or a team's or member's name", place="path")
LIST_PARAMETERS: Final = (
    Parameter(name="scope", help="only wallets of an organization, of teams or of users"),
    Parameter(name="team", help="only this team's wallet"),
    AS_OF,
    MIN_POSITION,
)
BALANCE_PARAMETERS: Final = (Parameter(name="wallet", help="only this wallet"), *LIST_PARAMETERS)
ONE_PARAMETERS: Final = (ID, AS_OF, MIN_POSITION)
TRANSACTION_PARAMETERS: Final = (ID, SINCE, UNTIL, LIMIT, CURSOR, AS_OF, MIN_POSITION)

_BALANCES: Final = """
SELECT wallet, part, sum(amount) FROM ledger_postings
WHERE org = {org:String} AND toInt64(cause_offset) <= {as_of:Int64}
GROUP BY wallet, part"""
_TRANSACTIONS: Final = """
SELECT seq, any(cause_id) AS id, toUnixTimestamp64Micro(any(time)) AS time_us, any(cause_type) AS type,
    any(outcome) AS outcome, any(actor) AS actor, any(request) AS request,
    sumIf(amount, part = 'available') AS available_change, sumIf(amount, part = 'leased') AS leased_change,
    sumIf(amount, part = 'spent') AS spent_change,
    sum(available_change) OVER (ORDER BY seq) AS available_after
FROM ledger_postings
WHERE org = {org:String} AND wallet = {wallet:String} AND toInt64(cause_offset) <= {as_of:Int64}
GROUP BY seq"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Nano-USD of one wallet."""

    available: int = 0
    leased: int = 0
    spent: int = 0

    @property
    def funded(self) -> int:
        return self.available + self.leased + self.spent


async def wallets(call: Call) -> Page[Wallet]:
    """Answer ``GET /v1/wallets``."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    as_of = call.as_of(topics.LEDGER)
    balances, _ = await _balances(call.deps.store, call.scope, as_of.offset)
    return Page[Wallet](
        data=[_wallet(value, balances.get(value.id, Balances()), call.directory) for value in _chosen(call)],
        as_of=str(as_of),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def balance(call: Call) -> One[Balance]:
    """Answer ``GET /v1/wallets/balance``: the sum over the wallets that the caller may see."""
    refuse_unknown(call.parameters, (item.name for item in BALANCE_PARAMETERS))
    as_of = call.as_of(topics.LEDGER)
    found, unmetered = await _balances(call.deps.store, call.scope, as_of.offset)
    chosen = _chosen(call)
    if "wallet" in call.parameters:
        one = _named(call, call.parameters["wallet"])
        chosen = [value for value in chosen if value.id == one.id]
    of = [found.get(value.id, Balances()) for value in chosen]
    data = Balance(
        available=format_usd(sum(item.available for item in of)),
        leased=format_usd(sum(item.leased for item in of)),
        spent=format_usd(sum(item.spent for item in of)),
        funded=format_usd(sum(item.funded for item in of)),
        unmetered=format_usd(unmetered) if call.scope.reach == "all" else None,
        wallets=len(of),
    )
    return One[Balance](data=data, as_of=str(as_of), lag_ms=call.lag_ms(topics.LEDGER))


async def wallet(call: Call) -> One[Wallet]:
    """Answer ``GET /v1/wallets/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    value = _named(call, call.path["id"])
    as_of = call.as_of(topics.LEDGER)
    balances, _ = await _balances(call.deps.store, call.scope, as_of.offset)
    data = _wallet(value, balances.get(value.id, Balances()), call.directory)
    return One[Wallet](data=data, as_of=str(as_of), lag_ms=call.lag_ms(topics.LEDGER))


async def transactions(call: Call) -> Page[Transaction]:
    """Answer ``GET /v1/wallets/{id}/transactions``, newest first, each with the balance after it."""
    refuse_unknown(call.parameters, (item.name for item in TRANSACTION_PARAMETERS))
    value = _named(call, call.path["id"])
    if not _may_read_transactions(call, value):
        raise forbidden("read this wallet's transactions", "ask an admin of the team; its balance is open to you")
    as_of = call.as_of(topics.LEDGER)
    since, until = period_of(call)
    offset, before = as_of.offset, 2**63 - 1
    if "cursor" in call.parameters:
        cursor = decode_cursor(call.parameters["cursor"], _KIND, (int,))
        offset, before = cursor.as_of, int(cursor.key[0])
    limit = limit_of(call)
    parameters = {
        "org": call.org, "wallet": value.id, "as_of": offset, "before": before,
        "since_us": micros(since) if since else -(2**62), "until_us": micros(until) if until else 2**62,
    }  # fmt: skip
    answer = await call.deps.store.query(
        f"SELECT * FROM ({_TRANSACTIONS}) WHERE toInt64(seq) < {{before:Int64}} AND time_us >= {{since_us:Int64}}"
        f" AND time_us < {{until_us:Int64}} ORDER BY seq DESC LIMIT {limit + 1}",
        parameters,
    )
    records = list(answer.records())
    counterparts = await _counterparts(call.deps.store, call.scope, value.id, [item["seq"] for item in records[:limit]])
    next_cursor = None
    if len(records) > limit:
        next_cursor = encode_cursor(Cursor(kind=_KIND, key=(records[limit - 1]["seq"],), as_of=offset))
    return Page[Transaction](
        data=[_transaction(record, counterparts.get(record["seq"], [])) for record in records[:limit]],
        next_cursor=next_cursor,
        as_of=f"{as_of.partition}:{offset}",
        range=range_between(since, until),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def _balances(store: Store, scope: TenantScope, as_of: int) -> tuple[dict[str, Balances], int]:
    """Give nano-USD by wallet, and what was spent without a wallet."""
    answer = await store.query(_BALANCES, {"org": scope.org, "as_of": as_of})
    parts: dict[str, dict[str, int]] = {}
    unmetered = 0
    for name, part, amount in answer.rows:
        if name == UNMETERED:
            unmetered = int(amount)
        elif part in ("available", "leased", "spent"):
            parts.setdefault(name, {})[part] = int(amount)
    return {name: Balances(**values) for name, values in parts.items()}, unmetered


async def _counterparts(store: Store, scope: TenantScope, wallet_id: str, seqs: list[int]) -> dict[int, list[str]]:
    if not seqs:
        return {}
    answer = await store.query(
        "SELECT seq, groupUniqArray(wallet) FROM ledger_postings"
        " WHERE org = {org:String} AND has({seqs:Array(UInt64)}, seq) AND wallet != {wallet:String} GROUP BY seq",
        {"org": scope.org, "seqs": seqs, "wallet": wallet_id},
    )
    return {seq: sorted(names) for seq, names in answer.rows}


def _visible(scope: TenantScope, value: WalletValue) -> bool:
    """Say whether a wallet is within reach: one's own always is, a team's for its members."""
    match value.scope:
        case "organization":
            return scope.reach == "all"
        case "team":
            return scope.covers_team(value.owner)
        case "user":
            return scope.reach == "all" or value.owner == scope.member


def _seen(call: Call, value: WalletValue) -> bool:
    """Say whether the caller may see a wallet; a team's admin also sees those of its members."""
    if _visible(call.scope, value):
        return True
    if value.scope != "user":
        return False
    member = call.directory.members.get(value.owner)
    led = {team for team, role in call.caller.principal.teams.items() if role in ("admin", "owner")}
    return member is not None and bool(led & set(member.teams))


def _may_read_transactions(call: Call, value: WalletValue) -> bool:
    """Say whether single charges may be seen: they show what other people did."""
    if value.scope == "team" and call.scope.reach != "all":
        return call.caller.principal.teams.get(value.owner) in ("admin", "owner")
    return True


def _chosen(call: Call) -> list[WalletValue]:
    found: Iterable[WalletValue] = (value for value in call.directory.wallets.values() if _seen(call, value))
    kind = call.parameters.get("scope")
    if kind is not None:
        if kind not in SCOPES:
            raise invalid_parameter("scope", f"{kind[:40]!r} is not known", "use " + ", ".join(SCOPES))
        found = (value for value in found if value.scope == kind)
    if "team" in call.parameters:
        team = call.directory.team_named(call.parameters["team"])
        if team is None or not call.scope.covers_team(team.id):
            raise not_found("team", call.parameters["team"])
        found = (value for value in found if value.scope == "team" and value.owner == team.id)
    return sorted(found, key=lambda value: (SCOPES.index(value.scope), value.owner))


def _named(call: Call, text: str) -> WalletValue:
    """Find a wallet by id, by its owner's id, or by the name of a team or the e-mail of a member."""
    directory = call.directory
    kind, colon, owner = text.partition(":")
    candidates = [text, f"organization:{text}", f"team:{text}", f"user:{text}"]
    names = [(kind, owner)] if colon else [("team", text), ("user", text)]
    for scope, name in names:
        if scope == "team" and (team := directory.team_named(name)) is not None:
            candidates.append(f"team:{team.id}")
        if scope == "user" and (member := directory.member_named(name)) is not None:
            candidates.append(f"user:{member.id}")
    found = next((directory.wallets[name] for name in candidates if name in directory.wallets), None)
    if found is None or not _seen(call, found):
        raise not_found("wallet", text)
    return found


def _wallet(value: WalletValue, of: Balances, directory: Directory) -> Wallet:
    return Wallet(
        id=value.id,
        scope=value.scope,
        owner=value.owner,
        owner_name=_owner_name(value, directory),
        available=format_usd(of.available),
        leased=format_usd(of.leased),
        spent=format_usd(of.spent),
        funded=format_usd(of.funded),
        created_at=format_time(value.created_at),
    )


def _owner_name(value: WalletValue, directory: Directory) -> str | None:
    match value.scope:
        case "organization":
            return directory.organization.name if directory.organization else None
        case "team":
            return directory.team_label(value.owner)
        case "user":
            return directory.user_label(value.owner)


def _transaction(record: Mapping[str, Any], counterparts: list[str]) -> Transaction:
    return Transaction(
        id=record["id"],
        seq=record["seq"],
        time=time_of(record["time_us"]),
        type=record["type"],
        outcome=record["outcome"],
        actor=record["actor"],
        request=record["request"] or None,
        amount=format_usd(int(record["available_change"])),
        leased=format_usd(int(record["leased_change"])),
        spent=format_usd(int(record["spent_change"])),
        available_after=format_usd(int(record["available_after"])),
        counterparts=counterparts,
    )
