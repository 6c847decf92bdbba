"""What the targets of a document have declared about data, for policies that ask where a call may go."""

from __future__ import annotations

from datetime import datetime

from keeptrusts.cli.policy_trials.surroundings import ANY_UPSTREAM
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.providers.targets import resolve_targets
from keeptrusts.gateway.providers.translate.registry import ALL_PROVIDERS
from keeptrusts.gateway.routing.candidates import RoutingRules, Wish, served
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.document import PolicyDocument

KIND = "data-routing-policy"


@frozen
class OfferedTargets:
    """The targets that a document names, whether or not their secrets are at hand here."""

    document: PolicyDocument
    rules: RoutingRules
    prices: PriceTable
    now: datetime

    @classmethod
    def of(cls, document: PolicyDocument, now: datetime) -> OfferedTargets | None:
        """None where no policy asks; finding out what serves a model takes a price list."""
        if not any(entry.kind == KIND for entry in document.chain):
            return None
        rules = RoutingRules.of(document, resolve_targets(document, {}, ANY_UPSTREAM))
        return cls(document=document, rules=rules, prices=PriceTable.load(on=now.date()), now=now)

    def facts_of(self, facts: RequestFacts) -> RequestFacts:
        """Add what the targets have declared that serve the call."""
        groups = self.document.consumer_groups
        group = next((one for one in groups if one.name == facts.consumer_group), None)
        wish = Wish(model=facts.requested_model or "", wires=ALL_PROVIDERS, group=group)
        found = served(wish, self.rules, self.prices, self.now)
        if isinstance(found, Problem):
            return facts
        return replace(facts, data_policies=tuple(one.route.target.data_policy for one in found.candidates))
