"""What a document meets where it runs: models that targets serve, prices, and variables that hold secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Final

from keeptrusts.gateway.policies.data_routing_policy import DataRoutingPolicy
from keeptrusts.gateway.policies.globs import Globs
from keeptrusts.gateway.providers.targets import UpstreamTarget, resolve_targets
from keeptrusts.gateway.providers.translate.registry import ALL_PROVIDERS
from keeptrusts.gateway.routing.candidates import RoutingRules, models_served, routes_of, serves
from keeptrusts.gateway.routing.priced import priced
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import AUTO_MODEL, PolicyDocument, Target
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.kinds.access import ModelAccessOptions, RbacOptions
from keeptrusts.schemas.policy_document.kinds.oversight import DataRoutingPolicyOptions
from keeptrusts.schemas.policy_document.placed import PlacedEntry, Places
from keeptrusts.schemas.policy_document.sink import FindingSink, did_you_mean, quoted
from keeptrusts.schemas.policy_document.source import Mark, Node, Scalar
from keeptrusts.schemas.policy_document.source import Sequence as ListNode

ANY_UPSTREAM: Final = "http://127.0.0.1"
"""Stands for every address, so that what is served is known without any secret."""
_NAMES_SHOWN: Final = 8


@frozen
class _Wanted:
    """A model that the document names, and where; `vendor` None: of any."""

    model: str
    mark: Mark
    what: str
    vendor: str | None = None


@frozen
class GatewaySurroundings:
    """This machine's: prices of the day of `now`, and the variables of its environment."""

    prices: PriceTable
    environment: Mapping[str, str] = field(repr=False)
    now: datetime

    def look(self, document: PolicyDocument, places: Places, sink: FindingSink) -> None:
        """Put into the sink what targets do not serve, what has no price, and which secrets are not there."""
        if not document.targets:
            return
        rules = RoutingRules.of(document, resolve_targets(document, self.environment, ANY_UPSTREAM))
        for wanted in _wanted(document, places):
            self._check_served(wanted, rules, sink)
        for target in rules.targets:
            self._check_prices(target, document, places, sink)
        for one in places.entries:
            _check_data(one, rules.targets, sink)
        resolved = resolve_targets(document, self.environment)
        for declared, found in zip(document.targets, resolved, strict=True):
            _check_secret(declared, found, places, sink)

    def _check_served(self, wanted: _Wanted, rules: RoutingRules, sink: FindingSink) -> None:
        name = wanted.model
        if name == AUTO_MODEL or self._is_served(wanted, rules):
            return
        known = [served for served, _ in models_served(rules, ALL_PROVIDERS, self.prices)]
        targets = ", ".join(target.id for target in rules.targets[:_NAMES_SHOWN])
        vendor = "" if wanted.vendor is None else f" of {wanted.vendor}"
        message = f"no target{vendor} serves {quoted(name)}, which {wanted.what}"
        fix = did_you_mean(name, known) or f"add it to a target's models (targets: {targets}), or take it out"
        sink.warning(Code.UNSERVED_MODEL, wanted.mark, message, fix)

    def _is_served(self, wanted: _Wanted, rules: RoutingRules) -> bool:
        name = wanted.model
        if wanted.vendor is not None:
            return any(one.vendor == wanted.vendor and serves(one, name, self.prices) for one in rules.targets)
        if "*" not in name:
            return bool(routes_of(name, rules, self.prices))
        globs = Globs.of([name])
        if any(globs.matches(served) for served, _ in models_served(rules, ALL_PROVIDERS, self.prices)):
            return True
        # A vendor's new models are served by their prefix before any list has them.
        begins = name.split("*")[0].lower()
        prefixes = [prefix for one in rules.targets if not one.models for prefix in one.model_prefixes]
        return any(prefix.startswith(begins) or begins.startswith(prefix) for prefix in prefixes)

    def _check_prices(
        self, target: UpstreamTarget, document: PolicyDocument, places: Places, sink: FindingSink
    ) -> None:
        unpriced = [
            model
            for model in target.models
            if priced(Route(target=target, model=model), self.prices, self.now, with_output=False) is None
        ]
        if not unpriced:
            return
        shown = ", ".join(unpriced[:_NAMES_SHOWN]) + (" and more" if len(unpriced) > _NAMES_SHOWN else "")
        message = f"no price is known for {shown} at target {quoted(target.id)}: "
        if document.gateway.unknown_price == "refuse":
            message += "calls for it are refused (gateway.unknown_price)"
        else:
            message += "calls for it have no cost, and no budget counts them"
        fix = "add pricing: {input_per_million: ..., output_per_million: ...} to the target"
        sink.warning(Code.NO_PRICE, places.target(target.id), message, fix)


def _check_data(one: PlacedEntry, targets: Sequence[UpstreamTarget], sink: FindingSink) -> None:
    options = one.entry.options
    if not isinstance(options, DataRoutingPolicyOptions):
        return
    policy = DataRoutingPolicy(options)
    if not any(policy.complies(target.data_policy) for target in targets):
        message = "no target has declared in its data_policy what is demanded here"
        fix = "declare it at the targets that keep it; what is not declared counts as not kept"
        sink.warning(Code.NO_COMPLIANT_TARGET, one.mark, message, fix)


def _check_secret(declared: Target, found: UpstreamTarget, places: Places, sink: FindingSink) -> None:
    mark = places.target(declared.id)
    if declared.secret.store is not None:
        message = f"target {quoted(declared.id)} is unavailable: this version cannot read secret stores"
        sink.warning(Code.NO_SECRET, mark, message, "use secret_key_ref: {env: NAME}")
    elif found.unavailable is not None and found.unavailable.startswith("environment variable"):
        message = f"target {quoted(declared.id)} would be unavailable here: {found.unavailable}"
        sink.info(Code.NO_SECRET, mark, message, "set it where the gateway runs")


def _wanted(document: PolicyDocument, places: Places) -> Iterator[_Wanted]:
    for one in places.entries:
        yield from _wanted_by_entry(one)
    node = places.groups()
    for group in document.consumer_groups:
        items = node.items if isinstance(node, ListNode) else ()
        own = next((item for item in items if places.group(group.name) in _marks(item)), node)
        for choice in group.models:
            mark = _place(own, choice.model) or places.group(group.name)
            what = f"consumer group {group.name} chooses"
            yield _Wanted(model=choice.model, mark=mark, what=what, vendor=choice.vendor)
        for name in group.budget_fallbacks:
            mark = _place(own, name) or places.group(group.name)
            yield _Wanted(model=name, mark=mark, what="budget_fallbacks name")
    for name in document.routing.budget_fallbacks:
        providers = places.root.value("providers")
        yield _Wanted(model=name, mark=_place(providers, name) or places.root.mark, what="budget_fallbacks name")


def _wanted_by_entry(one: PlacedEntry) -> Iterator[_Wanted]:
    options, targeting = one.entry.options, one.entry.targeting
    lists: list[tuple[str, Sequence[str]]] = []
    if isinstance(options, ModelAccessOptions):
        lists.append(("model-access allows", options.allowed_models or ()))
        lists += [(f"model-access allows team {team}", own.allowed_models or ()) for team, own in options.teams.items()]
    if isinstance(options, RbacOptions):
        lists += [(f"rbac allows role {role}", own.allowed_models or ()) for role, own in options.roles.items()]
    if targeting is not None and targeting.scope == "model":
        lists.append((f"{one.entry.kind} is aimed at", targeting.names))
    for what, names in lists:
        for name in names:
            if name != "*":
                yield _Wanted(model=name, mark=_place(one.written, name) or one.mark, what=what)


def _place(node: Node | None, text: str) -> Mark | None:
    """Where a value stands below a node; "openai:chat:gpt-4o" is a place of gpt-4o."""
    return next((one.mark for one in _scalars(node) if one.text == text or one.text.endswith(f":{text}")), None)


def _marks(node: Node) -> set[Mark]:
    return {one.mark for one in _scalars(node)}


def _scalars(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _scalars(item)
    elif node is not None:
        for entry in node.entries.values():
            yield from _scalars(entry.value)
