"""Whatever text or bytes the linter is given, it answers with findings and never raises."""

from datetime import UTC, date, datetime
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from keeptrusts.cli.policy_trials.surroundings import GatewaySurroundings
from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.policy_document.findings import LintReport
from keeptrusts.schemas.policy_document.kinds.registry import KINDS
from keeptrusts.schemas.policy_document.lint import lint_bytes, lint_text
from keeptrusts.schemas.policy_document.render import LintedFile, as_github, as_json, as_sarif, as_text

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


def check(report: LintReport, *, compiling: bool = True) -> None:
    assert (report.document is None) == (report.count("error") > 0)
    for finding in report.findings:
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.message
    linted = (LintedFile(file="f.yaml", report=report),)
    assert as_text(linted)
    assert as_github(linted)
    assert as_json(linted, strict=True)["files"]
    assert as_sarif(linted, "1")["runs"]
    if compiling and report.document is not None:
        assert compile_document(report.document).chain_for("engineering").kinds() is not None


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_bytes_give_findings(data: bytes) -> None:
    check(lint_bytes(data, "f.yaml"))


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_text_gives_findings(text: str) -> None:
    check(lint_text(text, "f.yaml"))


@settings(max_examples=150)
@given(st.text(alphabet="ab:- \n\t[]{}&*!|>'\"%@`#?,<1.~", max_size=60))
def test_yaml_looking_text_gives_findings(text: str) -> None:
    check(lint_text(text, "f.yaml"))


@settings(max_examples=150)
@given(st.one_of(TREES, DOCUMENTS))
def test_any_tree_gives_findings(tree: object) -> None:
    check(lint_text(yaml.safe_dump(tree, allow_unicode=True), "f.yaml"))


@settings(max_examples=150)
@given(CHAINS, BLOCKS)
def test_any_chain_gives_findings(chain: object, blocks: object) -> None:
    check(lint_text(yaml.safe_dump({"policies": {"chain": chain}, "policy": blocks}), "f.yaml"))


SEEDS = [
    path.read_text("utf-8")
    for folder in ("seeds", "lint")
    for path in sorted((Path(__file__).parents[2] / "golden" / folder).glob("*.yaml"))
]
SURROUNDINGS = GatewaySurroundings(
    prices=PriceTable.load(on=date(2026, 11, 1)), environment={}, now=datetime(2026, 11, 1, tzinfo=UTC)
)
PIECES = st.one_of(
    st.sampled_from(
        [*WORDS, "escalate", "[]", "{}", "[*]", "'*'", ": ", "\n", "\n  ", "- ", "#", "&a ", "*a", "0", "'\\ud800'"]
    ),
    st.text(max_size=3),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A configuration that people write, with a few places written over, left out or doubled."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        instead = draw(st.one_of(PIECES, st.just(text[start:end] * 2)))
        text = text[:start] + instead + text[end:]
    return text


@settings(max_examples=300)
@given(mutated())
def test_a_mutated_configuration_gives_findings(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    check(lint_bytes(data, "f.yaml", known_teams=frozenset({"legal"}), surroundings=SURROUNDINGS), compiling=False)


@settings(max_examples=150)
@given(CHAINS, BLOCKS, TREES)
def test_any_document_meets_its_surroundings(chain: object, blocks: object, targets: object) -> None:
    document = {"policies": {"chain": chain}, "policy": blocks, "providers": {"targets": targets}}
    data = yaml.safe_dump(document).encode()
    check(lint_bytes(data, "f.yaml", surroundings=SURROUNDINGS), compiling=False)
