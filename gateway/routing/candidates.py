"""Which routes a call may take at all: aliases, consumer groups, what targets serve, prices. Nothing is chosen here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from math import lcm
from types import MappingProxyType
from typing import Final

from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.gateway.routing.priced import Expected, expected_pico, priced
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.wallets.prices import PriceRow, PriceTable
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import (
    AUTO_MODEL,
    ConsumerGroup,
    ModelAlias,
    PolicyDocument,
    Routing,
    Strategy,
    UnknownPrice,
)

_REMEMBERED: Final = 2_048


@frozen
class RoutingRules:
    """What routing reads of a configuration; made once when a document is loaded."""

    targets: tuple[UpstreamTarget, ...]
    routing: Routing = field(default_factory=Routing)
    aliases: Mapping[str, ModelAlias] = field(default_factory=lambda: MappingProxyType({}))
    unknown_price: UnknownPrice = "allow"

    @classmethod
    def of(cls, document: PolicyDocument, targets: tuple[UpstreamTarget, ...]) -> RoutingRules:
        """Take what routing needs from a document and its resolved targets."""
        return cls(
            targets=targets,
            routing=document.routing,
            aliases=MappingProxyType({alias.name: alias for alias in document.aliases}),
            unknown_price=document.gateway.unknown_price,
        )


@frozen
class Wish:
    """What one call asks for.

    ``wires`` are the provider wires that the API it came in by is translated to. ``at_cap``: its budget is reached, so
    that only cheaper budget fallbacks may be chosen. ``permits`` keeps routes that policies forbid from being chosen or
    fallen back to. ``with_output`` is False for embeddings.
    """

    model: str
    wires: frozenset[str]
    group: ConsumerGroup | None = None
    at_cap: bool = False
    expected: Expected = Expected()
    with_output: bool = True
    permits: Callable[[Route], bool] | None = None


@frozen
class Candidate:
    """A route that may be chosen, its weight among the others, and its prices in force, None where not known.

    ``slot`` names the route in rotations and latencies.
    """

    route: Route
    slot: str
    weight: int
    row: PriceRow | None


@frozen
class Served:
    """Every route that serves a wish, in the order written; ``pool`` names the rotation they share."""

    candidates: tuple[Candidate, ...]
    pool: str


@frozen
class _Entry:
    """A model to look for: anywhere, at one vendor, or at one target."""

    model: str
    vendor: str | None = None
    target: str | None = None
    weight: int = 1


class ServedBook:
    """Remembers what serves which wish: that only changes with the configuration, and with prices at midnight UTC."""

    __slots__ = ("_day", "_found", "_prices", "_rules")

    def __init__(self) -> None:
        self._found: dict[tuple[str, frozenset[str], str | None, bool], Served | Problem] = {}
        self._rules: RoutingRules | None = None
        self._prices: PriceTable | None = None
        self._day: date | None = None

    def look_up(self, wish: Wish, rules: RoutingRules, prices: PriceTable, now: datetime) -> Served | Problem:
        """Give what `served` gives."""
        day = now.date()
        if rules is not self._rules or prices is not self._prices or day != self._day:
            self._rules, self._prices, self._day = rules, prices, day
            self._found.clear()
        key = (wish.model, wish.wires, None if wish.group is None else wish.group.name, wish.with_output)
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()  # names come from callers: remember a bounded number of them
            found = self._found[key] = served(wish, rules, prices, now)
        return found


def served(wish: Wish, rules: RoutingRules, prices: PriceTable, now: datetime) -> Served | Problem:
    """Give every route that may be taken, before budget, policies and breakers, or why there is none."""
    if not rules.targets:
        return Problem(
            code="no_provider",
            message="no provider is configured",
            fix="Set OPENAI_API_KEY, or name targets under providers in the policy file, and restart the gateway",
        )
    wanted = _wanted(wish, rules)
    if type(wanted) is Problem:
        return wanted
    found = _narrowed(wish, wanted, rules, prices, now)
    if type(found) is Problem:
        return found
    # Calls of a group share its rotation, other calls that of the routes they may take.
    pool = f"group {wish.group.name}" if wish.group is not None else "\r".join(one.slot for one in found)
    return Served(candidates=found, pool=pool)


def within_budget(
    wish: Wish, rules: RoutingRules, prices: PriceTable, now: datetime, usual: Served
) -> Served | Problem:
    """Of the budget fallbacks, those that are known to cost less than the cheapest usual route."""
    group = wish.group
    names = (group.budget_fallbacks if group is not None else ()) or rules.routing.budget_fallbacks
    limit = min((cost for one in usual.candidates if (cost := pico_of(one, wish)) is not None), default=None)
    entries = [_resolved(name, rules.aliases) for name in names]
    found = _narrowed(wish, entries, rules, prices, now) if entries else ()
    cheaper = tuple(
        one
        for one in (() if type(found) is Problem else found)
        if (cost := pico_of(one, wish)) is not None and (limit is None or cost < limit)
    )
    if cheaper:
        return Served(candidates=cheaper, pool=usual.pool)
    return Problem(
        code="budget_exceeded",
        message="the budget is reached and no cheaper model is configured",
        fix="Wait for the next period, or ask an admin for budget or for budget_fallbacks",
    )


def pico_of(candidate: Candidate, wish: Wish) -> int | None:
    """Give what the wished call costs there, in pico-USD; None where that is not known."""
    row = candidate.row
    return None if row is None else expected_pico(row, wish.expected, with_output=wish.with_output)


def strategy_of(wish: Wish, rules: RoutingRules) -> Strategy:
    """Give the group's strategy, else the document's. Budget fallbacks are tried as written."""
    if wish.at_cap:
        return "ordered"
    own = wish.group.routing if wish.group is not None else None
    return own or rules.routing.strategy


def serves(target: UpstreamTarget, model: str, prices: PriceTable) -> bool:
    """Say whether a target serves a model: by its own list, else by its vendor's prefixes and the price catalogue."""
    if target.models:
        return model in target.models
    name = model.lower()
    if target.model_prefixes and name.startswith(target.model_prefixes):
        return True
    if any(part in name for part in target.foreign_models):
        return False
    return prices.lookup(target.vendor, model) is not None


def routes_of(name: str, rules: RoutingRules, prices: PriceTable) -> tuple[Route, ...]:
    """Give every route of a name or alias without a group, also those that cannot be taken now; for showing prices."""
    entry = _resolved(name, rules.aliases)
    return tuple(Route(target=one, model=entry.model) for one in rules.targets if _fits(one, entry, prices))


def models_served(
    rules: RoutingRules, wires: frozenset[str], prices: PriceTable
) -> tuple[tuple[str, UpstreamTarget], ...]:
    """Give every name that a call may ask for, aliases too, with the first target that serves it; sorted by name.

    ``wires`` are those that can be translated to at all.
    """
    found: dict[str, UpstreamTarget] = {}
    usable = [one for one in rules.targets if one.unavailable is None and one.wire in wires]
    for alias in rules.aliases.values():
        target = next((one for one in usable if _fits(one, _entry_of(alias), prices)), None)
        if target is not None:
            found[alias.name] = target
    for target in usable:
        for name in target.models or prices.models_of(target.vendor):
            if name not in rules.aliases and serves(target, name, prices):
                found.setdefault(name, target)
    return tuple(sorted(found.items()))


def _wanted(wish: Wish, rules: RoutingRules) -> list[_Entry] | Problem:
    """Give what to look for, in order of preference."""
    asked = _resolved(wish.model, rules.aliases)
    group = wish.group
    if group is None:
        if wish.model == AUTO_MODEL:
            return Problem(
                code="model_not_found",
                message="model auto needs a consumer group to choose",
                fix="Name a model, or send X-Keeptrusts-Consumer-Group",
                param="model",
            )
        return [asked]
    entries = [_Entry(model=one.model, vendor=one.vendor, target=None, weight=one.weight) for one in group.models]
    named = [
        _Entry(model=one.model, vendor=one.vendor, target=asked.target, weight=one.weight)
        for one in entries
        if one.model == asked.model
    ]
    if named:
        return named
    if group.strict and wish.model != AUTO_MODEL:
        allowed = ", ".join(one.model for one in entries)
        return Problem(
            code="model_not_allowed",
            message=f"consumer group {group.name!r} allows only {allowed}",
            fix="Ask for one of these models, or for auto",
            param="model",
        )
    return entries


def _resolved(name: str, aliases: Mapping[str, ModelAlias]) -> _Entry:
    alias = aliases.get(name)
    return _Entry(model=name) if alias is None else _entry_of(alias)


def _entry_of(alias: ModelAlias) -> _Entry:
    return _Entry(model=alias.model, target=alias.target)


def _fits(target: UpstreamTarget, entry: _Entry, prices: PriceTable) -> bool:
    if entry.target is not None and target.id != entry.target:
        return False
    if entry.vendor is not None and target.vendor != entry.vendor:
        return False
    # An alias that names its target is the operator's word that the model is served there.
    named_there = entry.target is not None and not target.models
    return named_there or serves(target, entry.model, prices)


def _narrowed(
    wish: Wish, wanted: Sequence[_Entry], rules: RoutingRules, prices: PriceTable, now: datetime
) -> tuple[Candidate, ...] | Problem:
    """Narrow all routes down, one reason after the other, so that an empty rest names its reason."""
    pairs = [
        (entry, Route(target=target, model=entry.model))
        for entry in wanted
        for target in rules.targets
        if _fits(target, entry, prices)
    ]
    if not pairs:
        return _nobody_serves(wish.model)
    available = [pair for pair in pairs if pair[1].target.unavailable is None]
    if not available:
        return _all_unavailable(wish.model, [route for _, route in pairs])
    spoken = [pair for pair in available if pair[1].target.wire in wish.wires]
    if not spoken:
        return _other_wires([route for _, route in available], wish.wires)
    rows = [priced(route, prices, now, with_output=wish.with_output) for _, route in spoken]
    kept = [(pair, row) for pair, row in zip(spoken, rows, strict=True) if row or rules.unknown_price == "allow"]
    if not kept:
        return _no_price(wish.model)
    weights = _weights([pair for pair, _ in kept])
    return tuple(
        Candidate(route=route, slot=route.slot, weight=weight, row=row)
        for ((_, route), row), weight in zip(kept, weights, strict=True)
    )


def _weights(pairs: Sequence[tuple[_Entry, Route]]) -> list[int]:
    """Split each entry's weight among the targets that serve it, by their own weights; exact in integers."""
    sums: dict[int, int] = {}
    for entry, route in pairs:
        sums[id(entry)] = sums.get(id(entry), 0) + route.target.weight
    scale = lcm(*(total for total in sums.values() if total))
    return [
        entry.weight * route.target.weight * (scale // sums[id(entry)] if sums[id(entry)] else 0)
        for entry, route in pairs
    ]


def _nobody_serves(model: str) -> Problem:
    return Problem(
        code="model_not_found",
        message=f"no configured target serves {model!r}",
        fix="GET /v1/models lists what you may use",
        param="model",
    )


def _no_price(model: str) -> Problem:
    return Problem(
        code="cost_unbounded",
        message=f"no price is known for {model!r}, and unknown prices are refused here",
        fix="Ask for another model, or ask an admin to add pricing to the target",
        param="model",
    )


def _all_unavailable(model: str, routes: Iterable[Route]) -> Problem:
    reasons = "; ".join(dict.fromkeys(one.target.unavailable or "" for one in routes))
    return Problem(
        code="no_provider",
        message=f"every target that serves {model!r} is unavailable",
        fix=f"{reasons}; set it and restart the gateway",
    )


def _other_wires(routes: Sequence[Route], spoken: frozenset[str]) -> Problem:
    found = ", ".join(dict.fromkeys(f"{one.target.id!r} ({one.target.wire})" for one in routes))
    return Problem(
        code="wire_not_supported",
        message=f"{routes[0].model!r} is served by {found}, whose wire this API cannot be translated to",
        fix=f"Ask for a model of a target that speaks one of: {', '.join(sorted(spoken))}; or use another API",
        param="model",
    )
