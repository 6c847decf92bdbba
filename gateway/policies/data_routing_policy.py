"""data-routing-policy: calls go only to targets that have declared to treat data as it demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from keeptrusts.gateway.policies.globs import Globs
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.document import DataPolicy
from keeptrusts.schemas.policy_document.kinds.oversight import DataRoutingPolicyOptions

KIND: Final = "data-routing-policy"
EXCLUDED: Final = "target_excluded"
"""The finding that counts targets which would serve the call but may not."""

Complies = Callable[[DataPolicy], bool]


class DataRoutingPolicy:
    """The compiled demands. What a target has not declared it does not keep; nothing is guessed from its address."""

    __slots__ = ("_most_days", "_names_excluded", "_refuses", "_regions", "_wants_no_training", "_wants_none_kept")

    def __init__(self, options: DataRoutingPolicyOptions) -> None:
        self._wants_none_kept = options.require_zero_data_retention
        self._wants_no_training = options.require_no_training
        self._most_days = options.max_retention_days
        regions = options.allowed_regions
        self._regions = None if regions is None else Globs.of(regions)
        self._refuses = options.on_no_compliant_provider == "block"
        self._names_excluded = options.log_provider_selection

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Block or warn with no_compliant_provider when no target that serves the call complies."""
        offered = facts.data_policies
        excluded = sum(not self.complies(declared) for declared in offered)
        if not excluded:
            return ALLOW
        findings = {EXCLUDED: excluded}
        if excluded < len(offered):
            return Decision(result="allow", findings=findings) if self._names_excluded else ALLOW
        if not self._refuses:
            return Decision(result="warn", reason="no_compliant_provider", findings=findings)
        problem = Problem(
            code="input_blocked",
            message=f"no target that serves this model has declared {self._demands()}",
            fix="Choose another model, or ask an admin to declare data_policy at a target that keeps it",
            policy=KIND,
            param="model",
        )
        return Decision(result="block", reason="no_compliant_provider", findings=findings, problem=problem)

    def filter(self, facts: RequestFacts) -> Complies | None:
        """Give what a target must satisfy for this call; None where it may go anywhere, because none would do."""
        if self._refuses or any(self.complies(declared) for declared in facts.data_policies):
            return self.complies
        return None

    def complies(self, declared: DataPolicy) -> bool:
        """Say whether a target's declaration keeps every demand. Zero retention is a retention of 0 days."""
        keeps_none = declared.zero_data_retention is True
        if self._wants_none_kept and not keeps_none:
            return False
        if self._wants_no_training and declared.training_opt_out is not True:
            return False
        if self._most_days is not None:
            days = 0 if keeps_none else declared.retention_days
            if days is None or days > self._most_days:
                return False
        if self._regions is None:
            return True
        return declared.region is not None and self._regions.matches(declared.region)

    def _demands(self) -> str:
        demands = [
            text
            for text, wanted in (
                ("zero data retention", self._wants_none_kept),
                ("no training", self._wants_no_training),
                (f"at most {self._most_days} days of retention", self._most_days is not None),
                ("an allowed region", self._regions is not None),
            )
            if wanted
        ]
        return ", ".join(demands)
