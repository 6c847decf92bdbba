"""What tests of routing build on: targets, rules and a price table of a fixed day."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

from keeptrusts.gateway.providers.targets import UpstreamTarget, resolve_targets
from keeptrusts.gateway.routing.candidates import RoutingRules, Wish
from keeptrusts.gateway.routing.plan import Plan, plan
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.routing.traffic import Traffic
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.document import ConsumerGroup, PolicyDocument
from keeptrusts.schemas.policy_document.lint import lint_text

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
S = 1_000_000_000
Permits = Callable[[Route], bool] | None
SECRETS: Mapping[str, str] = {"OPENAI_API_KEY": "a", "ANTHROPIC_API_KEY": "b", "AZURE_OPENAI_API_KEY": "c"}


@cache
def prices() -> PriceTable:
    return PriceTable.load(on=NOW.date())


def read(text: str) -> PolicyDocument:
    report = lint_text(text, "f.yaml")
    assert report.document is not None, report.findings
    return report.document


def target(name: str, *models: str, weight: int = 1, vendor: str = "openai") -> UpstreamTarget:
    return UpstreamTarget(
        id=name, vendor=vendor, wire="openai", base_url="http://127.0.0.1:1", secret="s", models=models, weight=weight
    )


class Router:
    """A document with everything that planning needs, a seeded random source and a clock that tests move."""

    def __init__(
        self,
        text: str,
        *,
        seed: int = 1,
        wires: frozenset[str] = frozenset({"openai", "anthropic"}),
        environment: Mapping[str, str] = SECRETS,
    ) -> None:
        self.document = read(text)
        self.targets = resolve_targets(self.document, environment)
        self.rules = RoutingRules.of(self.document, self.targets)
        self.wires = wires
        self.traffic = Traffic(chance=random.Random(seed), now_ns=0)
        self.traffic.reconfigure(self.document, [one.id for one in self.targets])
        self.now_ns = 0

    def group(self, name: str) -> ConsumerGroup:
        return next(group for group in self.document.consumer_groups if group.name == name)

    def ask(
        self, model: str, group: str | None = None, *, at_cap: bool = False, permits: Permits = None
    ) -> Plan | Problem:
        found = None if group is None else self.group(group)
        wish = Wish(model=model, wires=self.wires, group=found, at_cap=at_cap, permits=permits)
        return plan(wish, self.rules, traffic=self.traffic, prices=prices(), now=NOW, now_ns=self.now_ns)

    def plan(self, model: str, group: str | None = None, *, at_cap: bool = False) -> Plan:
        found = self.ask(model, group, at_cap=at_cap)
        assert isinstance(found, Plan), found
        return found

    def names(self, model: str, group: str | None = None, *, at_cap: bool = False) -> list[str]:
        """The routes of a plan as target/model."""
        return [f"{one.target.id}/{one.model}" for one in self.plan(model, group, at_cap=at_cap).routes]
