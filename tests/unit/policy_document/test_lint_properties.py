"""Whatever text or bytes the linter is given, it answers with findings and never raises."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.schemas.policy_document.findings import LintReport
from keeptrusts.schemas.policy_document.kinds.registry import KINDS
from keeptrusts.schemas.policy_document.lint import lint_bytes, lint_text
from keeptrusts.schemas.policy_document.render import LintedFile, as_json, as_sarif, as_text

WORDS = [
    "pack", "policies", "policy", "chain", "providers", "targets", "consumer_groups", "gateway", "targeting", "scope",
    "team", "teams", "id", "provider", "model", "models", "name", "type", "mode", "enforcement", "enabled", "routing",
    "secret_key_ref", "env", "action", "block", "openai", "rpm", "global", "roles", "*", "log", "rate_limit", "<<",
    "api_key", "pricing", "version", "1.0", "true", "fallback", "config", "description", *KINDS,
]  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(WORDS), st.text(max_size=8), st.dates()
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), inner, max_size=5),
    ),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(st.sampled_from([*WORDS[:8], "consumer_groups"]), TREES, min_size=1, max_size=4)
CHAINS = st.lists(
    st.one_of(st.sampled_from(sorted(KINDS)), st.dictionaries(st.sampled_from(sorted(KINDS)), TREES, max_size=2)),
    max_size=4,
)
BLOCKS = st.dictionaries(st.sampled_from(sorted(KINDS)), TREES, max_size=3)


def check(report: LintReport) -> None:
    assert (report.document is None) == (report.count("error") > 0)
    for finding in report.findings:
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.message
    linted = (LintedFile(file="f.yaml", report=report),)
    assert as_text(linted)
    assert as_json(linted, strict=True)["files"]
    assert as_sarif(linted, "1")["runs"]
    if report.document is not None:
        assert compile_document(report.document).chain_for("engineering").kinds() is not None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_give_findings(data: bytes) -> None:
    check(lint_bytes(data, "f.yaml"))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_text_gives_findings(text: str) -> None:
    check(lint_text(text, "f.yaml"))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:- \n\t[]{}&*!|>'\"%@`#?,<1.~", max_size=60))
def test_yaml_looking_text_gives_findings(text: str) -> None:
    check(lint_text(text, "f.yaml"))


@settings(max_examples=150, deadline=None)
@given(st.one_of(TREES, DOCUMENTS))
def test_any_tree_gives_findings(tree: object) -> None:
    check(lint_text(yaml.safe_dump(tree, allow_unicode=True), "f.yaml"))


@settings(max_examples=150, deadline=None)
@given(CHAINS, BLOCKS)
def test_any_chain_gives_findings(chain: object, blocks: object) -> None:
    check(lint_text(yaml.safe_dump({"policies": {"chain": chain}, "policy": blocks}), "f.yaml"))
