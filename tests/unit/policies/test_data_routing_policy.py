"""data-routing-policy: a target keeps a demand only if its operator has declared so."""

from __future__ import annotations

import pytest

from keeptrusts.gateway.policies.data_routing_policy import DataRoutingPolicy
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.schemas.policy_document.document import DataPolicy
from keeptrusts.schemas.policy_document.kinds.oversight import DataRoutingPolicyOptions

UNDECLARED = DataPolicy()
KEEPS_NOTHING = DataPolicy(zero_data_retention=True, training_opt_out=True, region="eu-west-1")
KEEPS_A_MONTH = DataPolicy(zero_data_retention=False, training_opt_out=True, retention_days=30, region="us-east-1")


def policy(**options: object) -> DataRoutingPolicy:
    return DataRoutingPolicy(DataRoutingPolicyOptions.model_validate(options))


def facts(*declared: DataPolicy) -> RequestFacts:
    return RequestFacts(org="o", data_policies=declared)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (True, True, True)),
        ({"require_zero_data_retention": True}, (False, True, False)),
        ({"require_no_training": True}, (False, True, True)),
        ({"max_retention_days": 30}, (False, True, True)),
        ({"max_retention_days": 29}, (False, True, False)),
        ({"max_retention_days": 0}, (False, True, False)),
        ({"allowed_regions": ["eu-west-1"]}, (False, True, False)),
        ({"allowed_regions": ["EU-*", "us-*"]}, (False, True, True)),
        ({"require_no_training": True, "allowed_regions": ["us-east-1"]}, (False, False, True)),
    ],
)
def test_what_is_not_declared_is_not_kept(options: dict[str, object], expected: tuple[bool, ...]) -> None:
    made = policy(**options)
    assert tuple(made.complies(one) for one in (UNDECLARED, KEEPS_NOTHING, KEEPS_A_MONTH)) == expected


def test_a_call_that_no_target_may_take_is_refused_and_told_what_was_demanded() -> None:
    decision = policy(require_zero_data_retention=True, max_retention_days=7).evaluate(facts(UNDECLARED), 0)
    assert (decision.result, decision.reason) == ("block", "no_compliant_provider")
    assert decision.problem is not None and decision.problem.code == "input_blocked"
    assert "zero data retention, at most 7 days of retention" in decision.problem.message
    assert decision.findings == {"target_excluded": 1}


def test_targets_that_are_passed_over_are_counted_unless_nobody_wants_to_know() -> None:
    offered = facts(UNDECLARED, KEEPS_NOTHING, KEEPS_A_MONTH)
    counted = policy(require_zero_data_retention=True).evaluate(offered, 0)
    quiet = policy(require_zero_data_retention=True, log_provider_selection=False).evaluate(offered, 0)
    assert (counted.result, counted.findings, quiet.result, quiet.findings) == (
        "allow",
        {"target_excluded": 2},
        "allow",
        {},
    )


def test_where_a_warning_is_enough_the_call_may_go_anywhere_once_nobody_complies() -> None:
    made = policy(require_zero_data_retention=True, on_no_compliant_provider="warn")
    assert made.evaluate(facts(UNDECLARED), 0).result == "warn"
    assert made.filter(facts(UNDECLARED)) is None
    chosen = made.filter(facts(UNDECLARED, KEEPS_NOTHING))
    assert chosen is not None and not chosen(UNDECLARED) and chosen(KEEPS_NOTHING)


def test_a_call_that_nobody_serves_is_no_matter_of_data() -> None:
    assert policy(require_zero_data_retention=True).evaluate(facts(), 0).result == "allow"
