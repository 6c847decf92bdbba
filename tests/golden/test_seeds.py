"""Every configuration printed in the guides lints without errors, compiles, and means what the guides say."""

from pathlib import Path

import pytest

from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.schemas.policy_document.document import PolicyDocument
from keeptrusts.schemas.policy_document.kinds.content import HipaaPhiDetectorOptions, PiiDetectorOptions
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions, SpendLimitOptions
from keeptrusts.schemas.policy_document.kinds.oversight import AuditLoggerOptions, HumanOversightOptions
from keeptrusts.schemas.policy_document.lint import lint_bytes

SEEDS = Path(__file__).parent / "seeds"
FILES = sorted(SEEDS.glob("*.yaml"))


def load(name: str) -> PolicyDocument:
    report = lint_bytes((SEEDS / name).read_bytes(), name)
    assert report.document is not None, report.findings
    return report.document


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_printed_configuration_has_no_errors_and_compiles(path: Path) -> None:
    report = lint_bytes(path.read_bytes(), path.name)
    assert [finding for finding in report.findings if finding.severity == "error"] == []
    assert report.exit_code() == 0
    assert report.document is not None
    assert compile_document(report.document).version == compile_document(report.document).version


def test_all_printed_configurations_are_here() -> None:
    assert len(FILES) == 9


@pytest.mark.parametrize(
    ("team", "kinds"),
    [
        ("engineering", ("rbac", "audit-logger")),
        ("support", ("rbac", "audit-logger", "pii-detector")),
        ("legal", ("audit-logger", "pii-detector", "hipaa-phi-detector", "human-oversight")),
        ("finance", ("audit-logger",)),
        (None, ("audit-logger",)),
    ],
)
def test_the_targeting_example_gives_each_team_its_chain(team: str | None, kinds: tuple[str, ...]) -> None:
    assert compile_document(load("team-targeting.yaml")).chain_for(team).kinds() == kinds


def test_the_targeting_example_as_printed_reads_the_same_for_two_teams() -> None:
    compiled = compile_document(load("team-targeting-as-printed.yaml"))
    assert compiled.chain_for("engineering").kinds() == ("rbac", "audit-logger")
    assert compiled.chain_for("support").kinds() == ("rbac", "audit-logger", "pii-detector")


def test_options_of_the_targeting_example_are_read() -> None:
    options = {entry.kind: entry.options for entry in load("team-targeting.yaml").chain}
    assert options["pii-detector"] == PiiDetectorOptions(action="redact")
    assert options["hipaa-phi-detector"] == HipaaPhiDetectorOptions(mode="hipaa_18", action="redact")
    assert options["human-oversight"] == HumanOversightOptions(require_review=True)


def test_the_hipaa_mode_is_no_rollout_mode() -> None:
    modes = {entry.kind: entry.mode for entry in load("team-targeting.yaml").chain}
    assert modes["hipaa-phi-detector"] == "enforce"


def test_the_budget_is_read_exactly() -> None:
    (entry,) = load("vp-team-budget.yaml").chain
    assert isinstance(entry.options, SpendLimitOptions)
    assert (entry.kind, entry.name) == ("spend-limit", "team-budget")
    assert entry.options.monthly_limit == 1000 * 1_000_000_000
    assert entry.options.action == "block"


def test_the_list_form_becomes_a_chain() -> None:
    document = load("vp-velocity-providers.yaml")
    assert [(entry.kind, entry.name) for entry in document.chain] == [
        ("rate-limit", "rate-limit"),
        ("audit-logger", "log-all"),
    ]
    assert document.chain[0].options == RateLimitOptions(requests_per_minute=60)
    assert [(target.id, target.vendor, target.secret.env) for target in document.targets] == [
        ("openai", "openai", "OPENAI_API_KEY"),
        ("anthropic", "anthropic", "ANTHROPIC_API_KEY"),
    ]


def test_an_observe_only_file_holds_only_the_audit_logger() -> None:
    document = load("cto-observe-only.yaml")
    assert [(entry.kind, entry.name) for entry in document.chain] == [("audit-logger", "observe-all")]
    assert document.chain[0].description == "Log all LLM interactions without blocking"
    assert not document.has_providers


def test_three_vendors_are_read_and_azure_lacks_its_endpoint() -> None:
    report = lint_bytes((SEEDS / "cto-multi-provider.yaml").read_bytes(), "cto.yaml")
    assert report.document is not None
    assert [target.vendor for target in report.document.targets] == ["openai", "anthropic", "azure"]
    assert [(finding.code, finding.line) for finding in report.findings] == [("KT126", 15)]
    assert report.document.chain[0].options == AuditLoggerOptions(
        immutable=True, retention_days=365, log_all_access=True
    )


def test_targets_with_models_are_read() -> None:
    targets = load("team-multi-team-governance.yaml").targets
    assert [(target.id, target.vendor, target.models) for target in targets] == [
        ("openai-gpt4o", "openai", ("gpt-4o",)),
        ("openai-gpt4o-mini", "openai", ("gpt-4o-mini",)),
    ]


def test_consumer_groups_are_read_with_their_routing() -> None:
    report = lint_bytes((SEEDS / "team-consumer-groups.yaml").read_bytes(), "groups.yaml")
    assert report.document is not None
    groups = report.document.consumer_groups
    assert [(group.name, group.routing, len(group.models)) for group in groups] == [
        ("internal-tools", "lowest_latency", 1),
        ("customer-facing", "cost_optimized", 2),
    ]
    assert report.findings == ()
