"""Which wallets and budgets must agree to a call: read from directory and policies, remembered until either changes."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.policies.compile import CompiledChain
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.spend_limit import SpendLimit, smallest
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.wallets.leases import Payers
from keeptrusts.schemas.commands.wallets import BudgetScope
from keeptrusts.schemas.events.money import BudgetClaim

MOST: Final = 10_000
_Key = tuple[str, str | None, str | None, str | None, str | None, str, tuple[int, ...]]


class PayerBook:
    """One a gateway worker. What it remembers counts only for the directory's present wallets, budgets and modes."""

    __slots__ = ("_found", "_version")

    def __init__(self) -> None:
        self._found: dict[_Key, Payers | None] = {}
        self._version = -1

    def payers(
        self, directory: DirectoryView, facts: RequestFacts, chain: CompiledChain, config_version: str
    ) -> Payers | None:
        """Give the accounts that must agree to a call, or None where it needs no lease at all."""
        if directory.money_version != self._version or len(self._found) >= MOST:
            self._found.clear()
            self._version = directory.money_version
        applying = applying_limits(chain, facts) if chain.spending else ()
        version = config_version if applying else ""
        key = (facts.org, facts.team_id, facts.user, facts.key_id, facts.project, version, applying)
        if key in self._found:
            return self._found[key]
        found = self._found[key] = payers_of(directory, facts, _limits(chain, applying), config_version)
        return found


def _limits(chain: CompiledChain, applying: tuple[int, ...]) -> list[SpendLimit]:
    return [chain.spending[index][1] for index in applying]


def applying_limits(chain: CompiledChain, facts: RequestFacts) -> tuple[int, ...]:
    """Say which of a chain's spend-limits apply to a call."""
    return tuple(
        index
        for index, (compiled, _) in enumerate(chain.spending)
        if compiled.applies is None or compiled.applies(facts)
    )


def payers_of(
    directory: DirectoryView, facts: RequestFacts, limits: list[SpendLimit], config_version: str
) -> Payers | None:
    """Derive the accounts: wallets by the organization's mode, hard budgets of the directory, caps of policies.

    In mode auto a caller none of whose wallets exists takes no wallet's lease; in enforce every wallet is asked then,
    so that the ledger's word counts. Observe never takes one.
    """
    organization = directory.organization(facts.org)
    mode = "auto" if organization is None else organization.wallet_mode
    cascade = _cascade(facts) if mode != "observe" else ()
    wallets = tuple(name for name in cascade if directory.has_wallet(facts.org, name))
    if not wallets:
        cascade = wallets = cascade if mode == "enforce" else ()
    claims = _budgets(directory, facts)
    for limit in limits:
        claims += limit.claims(facts, config_version)
    if not wallets and not claims:
        return None
    return Payers.of(cascade, wallets, smallest(claims))


def _cascade(facts: RequestFacts) -> tuple[str, ...]:
    owners = (("user", facts.user), ("team", facts.team_id), ("organization", facts.org))
    return tuple(f"{scope}:{owner}" for scope, owner in owners if owner is not None)


def _budgets(directory: DirectoryView, facts: RequestFacts) -> list[BudgetClaim]:
    owners: tuple[tuple[BudgetScope, str | None], ...] = (
        ("organization", facts.org),
        ("team", facts.team_id),
        ("user", facts.user),
        ("key", facts.key_id),
        ("project", facts.project),
        ("gateway", facts.gateway),
    )
    return [
        BudgetClaim(account=f"budget:{budget.id}", limit=budget.limit, period=budget.period, time_zone=budget.time_zone)
        for scope, owner in owners
        if owner is not None
        for budget in directory.budgets(facts.org, scope, owner)
        if budget.action == "hard"
    ]
