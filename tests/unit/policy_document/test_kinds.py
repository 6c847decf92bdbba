"""Options of every kind: defaults, both dialects, modes, targeting, and what an entry says besides."""

import pytest

from keeptrusts.schemas.policy_document.document import ChainEntry, Targeting
from keeptrusts.schemas.policy_document.fingerprint import fingerprint
from keeptrusts.schemas.policy_document.kinds.access import ModelAccessOptions, ModelRules
from keeptrusts.schemas.policy_document.kinds.content import ContentFilterOptions, DlpFilterOptions
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions, RateTier, SpendLimitOptions
from keeptrusts.schemas.policy_document.kinds.options import KindOptions
from keeptrusts.schemas.policy_document.kinds.oversight import AuditLoggerOptions
from keeptrusts.schemas.policy_document.kinds.registry import KINDS, kind_of_type
from keeptrusts.schemas.policy_document.lint import lint_text


def entry(text: str) -> ChainEntry:
    report = lint_text(text, "f.yaml")
    assert report.document is not None, report.findings
    assert len(report.document.chain) == 1
    return report.document.chain[0]


KIND_NAMES = [
    "rbac", "model-access", "rate-limit", "spend-limit", "pii-detector", "hipaa-phi-detector", "dlp-filter",
    "prompt-injection", "content-filter", "disclaimer", "data-routing-policy", "human-oversight", "agent-firewall",
    "audit-logger", "external-moderation",
]  # fmt: skip


def test_every_promised_kind_is_known() -> None:
    assert sorted(KINDS) == sorted(KIND_NAMES)
    assert {name for name, spec in KINDS.items() if spec.enforced} == {
        "rbac", "model-access", "rate-limit", "spend-limit", "audit-logger", "pii-detector", "hipaa-phi-detector",
        "dlp-filter", "data-routing-policy", "agent-firewall", "human-oversight", "external-moderation",
        "prompt-injection", "content-filter",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_kind_alone_in_the_chain_runs_with_its_defaults(kind: str) -> None:
    read = entry(f"policies:\n  chain: [{kind}]\n")
    assert read == ChainEntry(kind=kind, name=kind, options=KINDS[kind].options())


@pytest.mark.parametrize("kind", KIND_NAMES)
@pytest.mark.parametrize("mode", ["observe", "guide", "enforce"])
@pytest.mark.parametrize("spelling", ["mode", "enforcement"])
def test_every_kind_takes_every_rollout_mode_in_both_spellings(kind: str, mode: str, spelling: str) -> None:
    assert entry(f"policies:\n  chain: [{kind}]\npolicy:\n  {kind}: {{{spelling}: {mode}}}\n").mode == mode


def test_a_kinds_own_mode_and_the_rollout_mode_stand_side_by_side() -> None:
    block = "{mode: hipaa_18, enforcement: observe}"
    read = entry(f"policies:\n  chain: [hipaa-phi-detector]\npolicy:\n  hipaa-phi-detector: {block}\n")
    assert (read.mode, read.options.model_dump()["mode"]) == ("observe", "hipaa_18")


LIST_FORMS: list[tuple[str, str, KindOptions]] = [
    ("{type: log}", "audit-logger", AuditLoggerOptions()),
    ("{type: observe, action: log}", "audit-logger", AuditLoggerOptions()),
    ("{type: rate_limit, max_requests_per_minute: 60}", "rate-limit", RateLimitOptions(requests_per_minute=60)),
    ("{type: rate-limit, rpm: 60}", "rate-limit", RateLimitOptions(requests_per_minute=60)),
    ("{type: cost_limit, daily_limit: '0.10', action: warn}", "spend-limit",
     SpendLimitOptions.model_construct(daily_limit=100_000_000, action="warn")),
    ("{type: output_filter, pattern: 'a+', action: block, message: stop}", "dlp-filter",
     DlpFilterOptions(apply_to="output", pattern="a+", action="block", message="stop")),
    ("{type: content_filter, action: flag, config: {categories: [hate]}}", "content-filter",
     ContentFilterOptions(action="warn", categories=("hate",))),
    ("{type: safety-filter, mode: education, block_if: [x]}", "content-filter",
     ContentFilterOptions(mode="education", terms=("x",))),
    ("{type: allowed_models, models: [gpt-4o]}", "model-access", ModelAccessOptions(allowed_models=("gpt-4o",))),
    ("{type: allowed_models, allowed_models: all}", "model-access", ModelAccessOptions(allowed_models=("*",))),
]  # fmt: skip


@pytest.mark.parametrize(("form", "kind", "options"), LIST_FORMS, ids=[form[0] for form in LIST_FORMS])
def test_a_list_entry_becomes_a_chain_entry(form: str, kind: str, options: KindOptions) -> None:
    read = entry(f"policies:\n  - {form}\n")
    assert (read.kind, read.options) == (kind, options)


def test_every_older_type_is_known() -> None:
    for spec in KINDS.values():
        for word in (*spec.types, spec.name, spec.name.replace("-", "_")):
            assert kind_of_type(word) is spec


def test_tiers_of_a_rate_limit_are_read() -> None:
    block = "{per_key: {rpm: 1}, user: {tpm: 2}, global: {max_parallel_requests: 3}}"
    read = entry(f"policies:\n  chain: [rate-limit]\npolicy:\n  rate-limit: {block}\n")
    assert isinstance(read.options, RateLimitOptions)
    assert read.options.per_key == RateTier(requests_per_minute=1)
    assert read.options.per_user == RateTier(tokens_per_minute=2)
    assert read.options.global_ == RateTier(max_parallel_requests=3)


def test_model_lists_by_team_are_read() -> None:
    block = "{denied_models: ['*-preview'], teams: {research: {allow: all}, support: {models: [gpt-4o-mini]}}}"
    read = entry(f"policies:\n  chain: [model-access]\npolicy:\n  model-access: {block}\n")
    assert isinstance(read.options, ModelAccessOptions)
    assert read.options.teams == {
        "research": ModelRules(allowed_models=("*",)),
        "support": ModelRules(allowed_models=("gpt-4o-mini",)),
    }


@pytest.mark.parametrize(
    ("text", "nano"),
    [("1000", 10**12), ("1000.00", 10**12), ("0.1", 10**8), ("'0.000000001'", 1), ("500", 5 * 10**11)],
)
def test_money_is_read_exactly(text: str, nano: int) -> None:
    read = entry(f"policies:\n  - {{type: cost_limit, monthly_limit: {text}}}\n")
    assert read.options.model_dump()["monthly_limit"] == nano


SCOPES = [
    ("scope: team, teams: [a, b, a]", Targeting(scope="team", names=("a", "b"))),
    ("teams: [a]", Targeting(scope="team", names=("a",))),
    ("scope: user, users: [u]", Targeting(scope="user", names=("u",))),
    ("scope: role, roles: [admin]", Targeting(scope="role", names=("admin",))),
    ("scope: consumer_group, consumer_groups: [g]", Targeting(scope="consumer_group", names=("g",))),
    ("scope: model, models: ['gpt-*']", Targeting(scope="model", names=("gpt-*",))),
    ("scope: gateway, gateways: [east]", Targeting(scope="gateway", names=("east",))),
    ("teams: [42]", Targeting(scope="team", names=("42",))),
]


@pytest.mark.parametrize(("text", "targeting"), SCOPES)
def test_targeting_is_read(text: str, targeting: Targeting) -> None:
    assert entry(f"policies:\n  chain:\n    - rbac: {{targeting: {{{text}}}}}\n").targeting == targeting


def test_a_chain_item_overrides_the_block_key_by_key() -> None:
    text = (
        "policies:\n  chain:\n    - rate-limit: {rpm: 5, mode: guide, name: slow, fail_mode: allow}\n"
        "policy:\n  rate-limit: {requests_per_minute: 60, tokens_per_minute: 7, mode: observe}\n"
    )
    read = entry(text)
    assert read.options == RateLimitOptions(requests_per_minute=5, tokens_per_minute=7)
    assert (read.name, read.mode, read.fail_mode) == ("slow", "guide", "allow")


def test_a_policy_that_is_switched_off_is_left_out() -> None:
    report = lint_text("policies:\n  - {type: log, enabled: false}\n  - {type: rate_limit, rpm: 1}\n", "f.yaml")
    assert report.document is not None
    assert [one.kind for one in report.document.chain] == ["rate-limit"]


def test_the_fingerprint_follows_the_meaning_not_the_text() -> None:
    def of(text: str) -> str:
        report = lint_text(text, "f.yaml")
        assert report.document is not None
        return fingerprint(report.document)

    base = of("policies:\n  - {type: log}\n")
    assert base == of("# a comment\npolicies: [{type: log}]\n")
    assert base != of("policies:\n  - {type: log, retention_days: 30}\n")
    target = "providers:\n  targets: [{id: openai, api_key: %s}]\n"
    assert of(target % "one") == of(target % "two")
