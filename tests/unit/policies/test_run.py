"""Chains: order, targeting, modes, fail modes, and what a caller is told."""

from dataclasses import replace
from itertools import count
from typing import Literal

import pytest

from keeptrusts.gateway.policies.compile import CompiledChain, CompiledDocument, CompiledPolicy, compile_document
from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts
from keeptrusts.gateway.policies.run import ChainOutcome, may_use_model, run_chain
from keeptrusts.schemas.errors import REFUSALS
from keeptrusts.schemas.events.identity import Verdict
from keeptrusts.schemas.policy_document.document import FailMode, Mode
from keeptrusts.schemas.policy_document.lint import lint_text

FACTS = RequestFacts(org="o", team_id="t", team="eng", user="u", role="member", key_id="k", requested_model="gpt-4o")
SECRET = "the prompt's text"

REFUSES = "human-oversight: {confidence_threshold: 0.5}}\n"
"""The end of a policy section: a kind that refuses every call, since it needs a judgement that there is none for."""


def compiled(text: str, workers: int = 1, worker: int = 0) -> CompiledDocument:
    report = lint_text(text, "f.yaml")
    assert report.document is not None, report.findings
    return compile_document(report.document, workers, worker)


def run(text: str, facts: RequestFacts = FACTS) -> ChainOutcome:
    return run_chain(compiled(text).chain_for(facts.team), facts, lambda: 0)


class Raising:
    """A policy that fails with the caller's text in its exception."""

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        raise RuntimeError(SECRET)


class Answering:
    """A policy that always gives the same answer."""

    def __init__(self, decision: Decision) -> None:
        self._decision = decision

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        return self._decision


def chain_of(*policies: tuple[Raising | Answering, Mode, FailMode]) -> CompiledChain:
    return CompiledChain(
        policies=tuple(
            CompiledPolicy(kind="dlp-filter", name=f"p{number}", mode=mode, fail_mode=fail_mode, policy=policy)
            for number, (policy, mode, fail_mode) in enumerate(policies)
        )
    )


def test_rbac_runs_first_wherever_it_stands() -> None:
    text = (
        "policies:\n  chain: [audit-logger, human-oversight, rbac]\npolicy: {rbac: {deny_if_missing: [team]}, "
        + REFUSES
    )
    outcome = run(text, replace(FACTS, team=None, team_id=None))
    assert [result.kind for result in outcome.results] == ["rbac"]
    assert (outcome.verdict, outcome.policy, outcome.reason) == ("block", "rbac", "team_missing")


def test_equal_entries_of_a_team_run_once_and_different_ones_both() -> None:
    text = (
        "policies:\n  chain:\n    - audit-logger\n    - rbac: {targeting: {teams: [eng]}}\n    - audit-logger\n"
        "    - rbac: {targeting: {teams: [eng, ops]}}\n    - rbac: {minimum_role: admin, targeting: {teams: [ops]}}\n"
    )
    document = compiled(text)
    assert document.chain_for("eng").kinds() == ("rbac", "audit-logger")
    assert document.chain_for("ops").kinds() == ("rbac", "rbac", "audit-logger")
    assert document.chain_for(None).kinds() == ("audit-logger",)


def test_a_pack_that_is_switched_off_runs_nothing() -> None:
    text = "pack: {name: a, version: 1.0.0, enabled: false}\npolicies: {chain: [human-oversight]}\npolicy: {" + REFUSES
    assert run(text) == ChainOutcome(verdict="allow")


@pytest.mark.parametrize(
    ("targeting", "facts", "runs"),
    [
        ("{users: [u]}", FACTS, True),
        ("{users: [u]}", replace(FACTS, user=None), False),
        ("{users: [Dev@acme.example]}", replace(FACTS, user="mem_1", user_email="dev@acme.example"), True),
        ("{users: [dev@acme.example]}", replace(FACTS, user="mem_1", user_email="Dev@Acme.example"), True),
        ("{users: [dev@acme.example]}", replace(FACTS, user="mem_1", user_email="lead@acme.example"), False),
        ("{users: [dev@acme.example]}", replace(FACTS, user="external:dev@acme.example"), False),
        ("{users: [dev@acme.example, mem_1]}", replace(FACTS, user="mem_1"), True),
        ("{roles: [member]}", FACTS, True),
        ("{roles: [owner]}", FACTS, False),
        ("{consumer_groups: [g]}", replace(FACTS, consumer_group="g"), True),
        ("{consumer_groups: [g]}", FACTS, False),
        ("{models: ['GPT-*']}", FACTS, True),
        ("{models: ['claude-*']}", FACTS, False),
        ("{models: ['claude-*']}", replace(FACTS, candidate_model="claude-x"), True),
        ("{models: ['*']}", replace(FACTS, requested_model=None), False),
        ("{gateways: [east]}", replace(FACTS, gateway="east"), True),
        ("{gateways: [east]}", FACTS, False),
        ("{teams: [eng]}", FACTS, True),
        ("{teams: [ops]}", FACTS, False),
    ],
)
def test_targeting_decides_whether_a_policy_runs(targeting: str, facts: RequestFacts, runs: bool) -> None:
    outcome = run(
        f"policies:\n  chain:\n    - human-oversight: {{confidence_threshold: 0.5, targeting: {targeting}}}\n", facts
    )
    assert bool(outcome.results) is runs
    assert outcome.verdict == ("block" if runs else "allow")


WARN = Decision(result="warn", reason="seen", findings={"email": 2})
BLOCK = Decision(result="block", reason="found")


@pytest.mark.parametrize(
    ("decision", "mode", "verdict"),
    [
        (BLOCK, "observe", "allow"),
        (BLOCK, "guide", "warn"),
        (BLOCK, "enforce", "block"),
        (WARN, "observe", "allow"),
        (WARN, "guide", "warn"),
        (WARN, "enforce", "warn"),
        (Decision(result="redact"), "enforce", "redact"),
        (Decision(result="escalate"), "enforce", "escalate"),
        (Decision(result="not_evaluated"), "guide", "allow"),
        (ALLOW, "enforce", "allow"),
    ],
)
def test_the_mode_decides_what_an_answer_does(decision: Decision, mode: Mode, verdict: Verdict) -> None:
    outcome = run_chain(chain_of((Answering(decision), mode, "block")), FACTS, lambda: 0)
    assert outcome.verdict == verdict
    assert (outcome.problem is not None) is (verdict == "block")
    (result,) = outcome.results
    assert (result.result, result.mode, result.findings) == (decision.result, mode, dict(decision.findings))


def test_the_first_block_ends_the_chain_and_the_strictest_verdict_wins() -> None:
    allow, warn, block = Answering(ALLOW), Answering(WARN), Answering(BLOCK)
    outcome = run_chain(
        chain_of((warn, "enforce", "block"), (allow, "enforce", "block"), (block, "enforce", "block"),
                 (allow, "enforce", "block")), FACTS, lambda: 0
    )  # fmt: skip
    assert [result.name for result in outcome.results] == ["p0", "p1", "p2"]
    assert (outcome.verdict, outcome.reason) == ("block", "found")


@pytest.mark.parametrize(
    ("mode", "fail_mode", "verdict"),
    [
        ("enforce", "block", "block"),
        ("enforce", "allow", "allow"),
        ("guide", "block", "warn"),
        ("observe", "block", "allow"),
    ],
)
def test_a_policy_that_raises_follows_its_fail_mode(mode: Mode, fail_mode: FailMode, verdict: Verdict) -> None:
    outcome = run_chain(chain_of((Raising(), mode, fail_mode)), FACTS, lambda: 0)
    assert outcome.verdict == verdict
    assert [(result.result, result.reason) for result in outcome.results] == [("error", "policy_error")]


def test_the_text_of_an_exception_is_carried_nowhere() -> None:
    outcome = run_chain(chain_of((Raising(), "enforce", "block")), FACTS, lambda: 0)
    assert SECRET not in repr(outcome)
    assert outcome.problem is not None
    assert outcome.problem.code == "input_blocked"


def test_microseconds_come_from_the_clock_that_is_passed_in() -> None:
    ticks = count(start=0, step=7_000)
    outcome = run_chain(
        chain_of((Answering(ALLOW), "enforce", "block"), (Answering(ALLOW), "enforce", "block")),
        FACTS,
        lambda: next(ticks),
    )
    assert [result.us for result in outcome.results] == [7, 7]


@pytest.mark.parametrize("mode", ["observe", "guide"])
def test_a_kind_that_cannot_be_enforced_lets_calls_pass_outside_enforce(mode: str) -> None:
    outcome = run(f"policies:\n  chain:\n    - human-oversight: {{confidence_threshold: 0.5, mode: {mode}}}\n")
    assert outcome.verdict == "allow"
    assert [result.result for result in outcome.results] == ["not_evaluated"]


def test_a_block_gives_back_what_earlier_policies_lent() -> None:
    text = (
        "policies:\n  chain: [rate-limit, human-oversight]\npolicy: {rate-limit: {max_parallel_requests: 1}, " + REFUSES
    )
    chain = compiled(text).chain_for("eng")
    outcomes = [run_chain(chain, FACTS, lambda: 0) for _ in range(3)]
    assert [outcome.policy for outcome in outcomes] == ["human-oversight"] * 3


def test_an_allowed_call_gives_its_permits_back_when_it_is_over() -> None:
    text = "policies:\n  chain: [rate-limit]\npolicy: {rate-limit: {max_parallel_requests: 1}}\n"
    chain = compiled(text).chain_for("eng")
    first = run_chain(chain, FACTS, lambda: 0)
    assert run_chain(chain, FACTS, lambda: 0).verdict == "block"
    first.finish(tokens=5, now_ns=0)
    assert run_chain(chain, FACTS, lambda: 0).verdict == "allow"


def test_teams_share_the_counters_of_one_entry() -> None:
    text = "policies:\n  chain:\n    - rate-limit: {global: {rpm: 1}}\n    - rbac: {targeting: {teams: [eng]}}\n"
    document = compiled(text)
    assert run_chain(document.chain_for("eng"), FACTS, lambda: 0).verdict == "allow"
    assert run_chain(document.chain_for("ops"), FACTS, lambda: 0).verdict == "block"


PER_KEY = "policies:\n  chain: [rate-limit]\npolicy:\n  rate-limit: {{requests_per_minute: {}}}\n"
TARGETED = """
policies:
  chain:
    - rate-limit: {{targeting: {{scope: team, teams: [{}]}}}}
policy:
  rate-limit: {{requests_per_minute: 2}}
"""
RELOADS: list[tuple[str, str, str, list[str]]] = [
    ("nothing changed", PER_KEY.format(2), PER_KEY.format(2), ["block"]),
    ("a higher number", PER_KEY.format(2), PER_KEY.format(3), ["allow", "block"]),
    ("a lower number", PER_KEY.format(3), PER_KEY.format(1), ["block"]),
    ("another mode", PER_KEY.format("2, mode: observe"), PER_KEY.format(2), ["block"]),
    ("a further tier", PER_KEY.format(2), PER_KEY.format("3, per_team: {requests_per_minute: 9}"), ["allow", "block"]),
    ("another tier", PER_KEY.format(2), PER_KEY.format("2, per: team"), ["allow", "allow", "block"]),
    ("a further team", TARGETED.format("eng"), TARGETED.format("eng, ops"), ["block"]),
    ("everybody", TARGETED.format("eng"), PER_KEY.format(2), ["block"]),
    ("another team's entry", TARGETED.format("ops, eng"), TARGETED.format("ops"), ["allow", "allow", "allow"]),
    ("off and on again", PER_KEY.format(2), "policies:\n  chain: [audit-logger]\n", ["allow", "allow", "allow"]),
]


@pytest.mark.parametrize(("what", "old", "new", "then"), RELOADS, ids=[case[0] for case in RELOADS])
def test_counts_of_a_limit_go_on_over_a_reload_wherever_they_mean_the_same(
    what: str, old: str, new: str, then: list[str]
) -> None:
    before = compiled(old)
    for _ in range(2):
        outcome = run_chain(before.chain_for(FACTS.team), FACTS, lambda: 0)
        assert outcome.verdict == "allow"
        outcome.finish(tokens=0, now_ns=0)
    report = lint_text(new, "f.yaml")
    assert report.document is not None, report.findings
    after = compile_document(report.document, before=before)
    assert [run_chain(after.chain_for(FACTS.team), FACTS, lambda: 0).verdict for _ in then] == then


def test_each_worker_enforces_its_share() -> None:
    text = "policies:\n  - {type: rate_limit, rpm: 3}\n"
    allowed = 0
    for worker in range(2):
        chain = compiled(text, workers=2, worker=worker).chain_for("eng")
        allowed += sum(run_chain(chain, FACTS, lambda: 0).verdict == "allow" for _ in range(5))
    assert allowed == 3


@pytest.mark.parametrize(("workers", "worker"), [(1, 1), (2, -1), (0, 0)])
def test_a_worker_that_does_not_exist_is_an_error(workers: int, worker: int) -> None:
    with pytest.raises(ValueError, match="not one of"):
        compiled("policies: [{type: log}]\n", workers, worker)


def test_models_can_be_listed_as_the_chain_would_allow_them() -> None:
    text = (
        "policies:\n  chain:\n    - rbac\n    - model-access\n    - model-access: {mode: guide, denied_models: ['*']}\n"
        "policy:\n  rbac: {roles: {member: {denied_models: [o3]}}}\n  model-access: {allowed_models: ['gpt-*', o3]}\n"
    )
    chain = compiled(text).chain_for("eng")
    assert [model for model in ("gpt-4o", "o3", "claude-x") if may_use_model(chain, FACTS, model)] == ["gpt-4o"]


def test_the_audit_options_of_a_chain_are_at_hand() -> None:
    audit = compiled("policies:\n  - {type: log, retention_days: 30}\n").chain_for(None).audit
    assert audit is not None
    assert audit.retention_days == 30


def test_the_headers_that_rbac_asks_for_are_known_in_advance() -> None:
    text = "policy: {rbac: {deny_if_missing: [role, X-User-ID, Team]}}\npolicies: {chain: [rbac]}\n"
    assert compiled(text).header_names == frozenset({"x-user-id"})


@pytest.mark.parametrize("code", ["permission_denied", "model_not_allowed", "policy_unavailable", "rate_limited"])
def test_codes_of_policies_are_refusals_with_a_status(code: str) -> None:
    assert REFUSALS[code].verdict == "block"


@pytest.mark.parametrize("policy", [Raising(), Answering(Decision(result="block"))])
@pytest.mark.parametrize("phase", ["input", "output"])
def test_what_is_refused_without_words_of_its_own_is_the_request_or_the_answer(
    policy: Raising | Answering, phase: Literal["input", "output"]
) -> None:
    chain = chain_of((policy, "enforce", "block"))
    chain = replace(chain, output=chain.policies)
    outcome = run_chain(chain, replace(FACTS, phase=phase), lambda: 0)
    assert outcome.problem is not None and outcome.problem.code == f"{phase}_blocked"
