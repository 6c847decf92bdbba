"""``/v1/wallets``: balances straight from the ledger's postings, what is held of them, and what recurs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from keeptrusts.projections.query_api.asking import AS_OF, MIN_POSITION, refuse_unknown, time_of
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.holds import held_by_wallet
from keeptrusts.projections.query_api.ledger_values import actor_label, allocation_of
from keeptrusts.projections.query_api.models import One, Page
from keeptrusts.projections.query_api.money_models import Balance, RecurringAllocation, Wallet
from keeptrusts.projections.query_api.problems import invalid_parameter, not_found
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.directory import WalletValue
from keeptrusts.schemas.snapshots.ledger import UNMETERED, AllocationValue

SCOPES: Final = ("organization", "team", "user")
ID: Final = Parameter(name="id", help="wallet id such as team:<id>, or a team's or member's name", place="path")
_WHOSE: Final = (
    Parameter(name="scope", help="only wallets of an organization, of teams or of users"),
    Parameter(name="team", help="only this team's wallet"),
    Parameter(name="state", help="open (default), closed or all"),
)
LIST_PARAMETERS: Final = (*_WHOSE, AS_OF, MIN_POSITION)
BALANCE_PARAMETERS: Final = (Parameter(name="wallet", help="only this wallet"), *LIST_PARAMETERS)
ONE_PARAMETERS: Final = (ID, AS_OF, MIN_POSITION)
RECURRING_PARAMETERS: Final = (Parameter(name="state", help="active (default), stopped or all"), MIN_POSITION)

_BALANCES: Final = """
SELECT wallet, part, sum(amount) FROM ledger_postings
WHERE org = {org:String} AND wallet IN {wallets:Array(String)} AND cause_offset < {next_offset:UInt64}
GROUP BY wallet, part"""
_TICKETED: Final = """
SELECT values.account, sum(held.amount) FROM (
    SELECT substring(wallet, 8) AS ticket, sum(amount) AS amount FROM ledger_postings
    WHERE org = {org:String} AND startsWith(wallet, 'ticket:') AND cause_offset < {next_offset:UInt64}
    GROUP BY ticket HAVING amount != 0
) AS held
INNER JOIN (
    SELECT id, account FROM ledger_values FINAL WHERE org = {org:String} AND kind = 'ticket' AND account != ''
) AS values ON values.id = held.ticket
GROUP BY values.account"""
_LOW: Final = """
SELECT account, minIf(percent, mark = 'threshold' AND seq > since) FROM ledger_marks
INNER JOIN (
    SELECT account, maxIf(seq, mark = 'money_in') AS since FROM ledger_marks
    WHERE org = {org:String} AND of = 'wallet' AND cause_offset < {next_offset:UInt64} GROUP BY account
) AS levels USING (account)
WHERE org = {org:String} AND of = 'wallet' AND cause_offset < {next_offset:UInt64}
GROUP BY account HAVING countIf(mark = 'threshold' AND seq > since) > 0"""
_RECURRING: Final = """
SELECT value FROM ledger_values FINAL WHERE org = {org:String} AND kind = 'allocation' ORDER BY id"""


@frozen
class Balances:
    """Nano-USD of one wallet; ``ticketed`` is set aside for approved tickets."""

    available: int = 0
    leased: int = 0
    spent: int = 0
    ticketed: int = 0

    @property
    def funded(self) -> int:
        return self.available + self.leased + self.spent + self.ticketed


@frozen
class _Money:
    """What is known of an organization's wallets at one position; ``held`` is None unless that is now."""

    balances: Mapping[str, Balances]
    unmetered: int = 0
    held: Mapping[str, int] | None = None
    low: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    recurring: Mapping[str, AllocationValue] = field(default_factory=lambda: MappingProxyType({}))


async def wallets(call: Call) -> Page[Wallet]:
    """Answer ``GET /v1/wallets``."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    as_of = call.as_of(topics.LEDGER)
    chosen = _chosen(call)
    money = await _money(call, chosen, as_of.offset)
    return Page[Wallet](
        data=[_wallet(value, money, call.directory) for value in chosen],
        as_of=str(as_of),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def balance(call: Call) -> One[Balance]:
    """Answer ``GET /v1/wallets/balance``: the sum over the wallets that the caller may see."""
    refuse_unknown(call.parameters, (item.name for item in BALANCE_PARAMETERS))
    as_of = call.as_of(topics.LEDGER)
    chosen = _chosen(call)
    if "wallet" in call.parameters:
        one = wallet_named(call, call.parameters["wallet"])
        chosen = [value for value in chosen if value.id == one.id]
    balances, unmetered = await _balances(call.deps.store, call.scope, [value.id for value in chosen], as_of.offset)
    of = [balances.get(value.id, Balances()) for value in chosen]
    data = Balance(
        available=format_usd(sum(item.available for item in of)),
        leased=format_usd(sum(item.leased for item in of)),
        ticketed=format_usd(sum(item.ticketed for item in of)),
        spent=format_usd(sum(item.spent for item in of)),
        funded=format_usd(sum(item.funded for item in of)),
        unmetered=format_usd(unmetered) if call.scope.reach == "all" else None,
        wallets=len(of),
    )
    return One[Balance](data=data, as_of=str(as_of), lag_ms=call.lag_ms(topics.LEDGER))


async def wallet(call: Call) -> One[Wallet]:
    """Answer ``GET /v1/wallets/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    value = wallet_named(call, call.path["id"])
    as_of = call.as_of(topics.LEDGER)
    money = await _money(call, [value], as_of.offset)
    data = _wallet(value, money, call.directory)
    return One[Wallet](data=data, as_of=str(as_of), lag_ms=call.lag_ms(topics.LEDGER))


async def recurring(call: Call) -> Page[RecurringAllocation]:
    """Answer ``GET /v1/wallets/recurring``: allocations that move money each month."""
    refuse_unknown(call.parameters, (item.name for item in RECURRING_PARAMETERS))
    state = call.parameters.get("state", "active")
    if state not in ("active", "stopped", "all"):
        raise invalid_parameter("state", f"{state[:40]!r} is not known", "use active, stopped or all")
    seen = {value.id for value in call.directory.wallets.values() if _seen(call, value)}
    found = await _recurring(call.deps.store, call.scope)
    return Page[RecurringAllocation](
        data=[
            _allocation(value, call.directory)
            for value in found.values()
            if value.id in seen and state in ("all", value.state)
        ],
        as_of=str(call.position(topics.LEDGER)),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


def wallet_named(call: Call, text: str) -> WalletValue:
    """Find a wallet by id, by its owner's id, or by the name of a team or the e-mail of a member.

    Raises Refused (404), alike for what the caller may not see.
    """
    directory = call.directory
    kind, colon, owner = text.partition(":")
    candidates = [text, f"organization:{text}", f"team:{text}", f"user:{text}"]
    if text == "organization":
        candidates.append(f"organization:{call.org}")
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


async def _money(call: Call, chosen: list[WalletValue], as_of: int) -> _Money:
    store, scope = call.deps.store, call.scope
    ids = [value.id for value in chosen]
    balances, unmetered = await _balances(store, scope, ids, as_of)
    low = await store.query(_LOW, {"org": scope.org, "next_offset": max(as_of, -1) + 1})
    return _Money(
        balances=balances,
        unmetered=unmetered,
        held=None if "as_of" in call.parameters else await held_by_wallet(store, scope),
        low={account: int(percent) for account, percent in low.rows},
        recurring=await _recurring(store, scope),
    )


async def _balances(store: Store, scope: TenantScope, ids: list[str], as_of: int) -> tuple[dict[str, Balances], int]:
    """Give nano-USD by wallet, and what was spent without a wallet."""
    place = {"org": scope.org, "next_offset": max(as_of, -1) + 1}
    answer = await store.query(_BALANCES, {**place, "wallets": [*ids, UNMETERED]})
    parts: dict[str, dict[str, int]] = {name: {} for name in ids}
    unmetered = 0
    for name, part, amount in answer.rows:
        if name == UNMETERED:
            unmetered = int(amount)
        elif part in ("available", "leased", "spent"):
            parts[name][part] = int(amount)
    ticketed = await store.query(_TICKETED, place)
    for name, amount in ticketed.rows:
        if name in parts:
            parts[name]["ticketed"] = int(amount)
    return {name: Balances(**values) for name, values in parts.items()}, unmetered


async def _recurring(store: Store, scope: TenantScope) -> dict[str, AllocationValue]:
    answer = await store.query(_RECURRING, {"org": scope.org})
    return {value.id: value for value in (allocation_of(text) for (text,) in answer.rows)}


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
    return value.scope == "user" and call.leads(value.owner)


def _chosen(call: Call) -> list[WalletValue]:
    state = call.parameters.get("state", "open")
    if state not in ("open", "closed", "all"):
        raise invalid_parameter("state", f"{state[:40]!r} is not known", "use open, closed or all")
    found: Iterable[WalletValue] = (
        value
        for value in call.directory.wallets.values()
        if _seen(call, value) and (state == "all" or (value.closed_at is not None) == (state == "closed"))
    )
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


def _wallet(value: WalletValue, money: _Money, directory: Directory) -> Wallet:
    of, allocation = money.balances.get(value.id, Balances()), money.recurring.get(value.id)
    active = allocation if allocation is not None and allocation.state == "active" else None
    return Wallet(
        id=value.id,
        scope=value.scope,
        owner=value.owner,
        owner_name=directory.owner_label(value.scope, value.owner),
        state="open" if value.closed_at is None else "closed",
        available=format_usd(of.available),
        leased=format_usd(of.leased),
        held=None if money.held is None else format_usd(money.held.get(value.id, 0)),
        ticketed=format_usd(of.ticketed),
        spent=format_usd(of.spent),
        funded=format_usd(of.funded),
        low_balance_percent=money.low.get(value.id),
        recurring=None if active is None else _allocation(active, directory),
        created_at=format_time(value.created_at),
        closed_at=None if value.closed_at is None else format_time(value.closed_at),
    )


def _allocation(value: AllocationValue, directory: Directory) -> RecurringAllocation:
    wallet = directory.wallets.get(value.id)
    return RecurringAllocation(
        wallet=value.id,
        owner_name=None if wallet is None else directory.owner_label(wallet.scope, wallet.owner),
        source=value.source,
        amount=format_usd(value.amount),
        period=value.period,
        next_at=time_of(value.next_ms * 1000),
        state=value.state,
        asked_by=actor_label(value.asked_by, directory) or "",
        skipped=value.skipped,
    )
