"""spend-limit: caps of what an organization, team, user or key may spend, kept by the ledger as budgets.

The policy itself allows every call, for what a call may cost is not known before its route is. What it asks for are
claims: budgets that must agree to the lease that pays.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.money import SOFT, BudgetClaim
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.policy_document.document import Mode
from keeptrusts.schemas.policy_document.kinds.limits import SpendLimitOptions

KIND: Final = "spend-limit"
NOBODY: Final = "-"
"""The owner where a call lacks the attribute: such calls share one cap, so leaving it out is no way around it."""


class SpendLimit:
    """The compiled caps. They refuse in enforce with `action: block` only; else the ledger just marks what is over."""

    __slots__ = ("_mode", "_options")

    def __init__(self, options: SpendLimitOptions, mode: Mode) -> None:
        self._options = options
        self._mode = mode

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Allows: whether the caps agree is only known once there is a bound."""
        return ALLOW

    def claims(self, facts: RequestFacts, config_version: str) -> tuple[BudgetClaim, ...]:
        """The budgets that must agree to a call of this caller, one for each period with a cap."""
        options = self._options
        hard = options.action == "block" and self._mode == "enforce"
        found: list[BudgetClaim] = []
        periods: tuple[tuple[Literal["month", "day"], int | None], ...] = (
            ("month", options.monthly_limit),
            ("day", options.daily_limit),
        )
        for period, limit in periods:
            if limit is not None:
                found.append(
                    BudgetClaim(
                        account=f"cap:{options.per}:{self._owner(facts)}/{period}{'' if hard else SOFT}",
                        limit=limit,
                        period=period,
                        time_zone=options.time_zone,
                        config_version=config_version,
                        action="hard" if hard else "soft",
                    )
                )
        return tuple(found)

    def over_request_limit(self, bound: int) -> Decision | None:
        """What is said about a call that may cost `bound` nano-USD; None within the cap of a single request."""
        limit = self._options.per_request_limit
        if limit is None or bound <= limit:
            return None
        problem = Problem(
            code="budget_exceeded",
            message=f"the request may cost up to {format_usd(bound)} USD, and one may cost {format_usd(limit)} USD",
            fix="Send less, set a lower max_tokens, or ask for a cheaper model",
            policy=KIND,
        )
        return Decision(result=self._options.action, reason="per_request_limit", problem=problem)

    def reached(self, account: str, facts: RequestFacts) -> Decision | None:
        """What is said once the cap kept under this account is used up; None for an account of another policy."""
        claim = next((one for one in self.claims(facts, "") if one.account == account), None)
        if claim is None:
            return None
        what = {"month": "monthly", "day": "daily", "week": "weekly"}[claim.period]
        problem = Problem(
            code="budget_exceeded",
            message=f"the {what} limit of {format_usd(claim.limit)} USD for this {self._options.per} is reached",
            fix=f"Wait for the next {claim.period}, or ask an admin to raise the limit",
            policy=KIND,
        )
        return Decision(result=self._options.action, reason=f"{what}_limit", problem=problem)

    def _owner(self, facts: RequestFacts) -> str:
        owners: Mapping[str, str | None] = {
            "organization": facts.org,
            "team": facts.team_id or facts.team,
            "user": facts.user,
            "key": facts.key_id,
        }
        return owners[self._options.per] or NOBODY


def smallest(claims: Iterable[BudgetClaim]) -> tuple[BudgetClaim, ...]:
    """One claim an account: of several the one with the smallest limit."""
    found: dict[str, BudgetClaim] = {}
    for claim in claims:
        other = found.get(claim.account)
        if other is None or claim.limit < other.limit:
            found[claim.account] = claim
    return tuple(found.values())
