"""The pages about policy files say what the models and the linter say today, and their examples are true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from keeptrusts.cli.policy_reference.__main__ import pages, write
from keeptrusts.cli.policy_reference.code_examples import EXPLAINED
from keeptrusts.cli.policy_reference.codes_page import findings_of
from keeptrusts.cli.policy_reference.kind_examples import EXAMPLES, SUMMARIES
from keeptrusts.cli.policy_trials.surroundings import GatewaySurroundings
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.policy_document.findings import MEANINGS, Code
from keeptrusts.schemas.policy_document.json_schema import policy_schema
from keeptrusts.schemas.policy_document.kinds.options import Section
from keeptrusts.schemas.policy_document.kinds.registry import KINDS
from keeptrusts.schemas.policy_document.lint import lint_text
from keeptrusts.schemas.policy_document.sections import EntrySettings, TargetingSection
from tests.architecture.tracked_files import ROOT

DAY = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def surroundings() -> GatewaySurroundings:
    return GatewaySurroundings(prices=PriceTable.load(on=DAY.date()), environment={}, now=DAY)


def test_the_pages_are_what_the_models_and_the_linter_say() -> None:
    stale = [name for name, text in pages().items() if (ROOT / "docs" / name).read_text("utf-8") != text]
    assert stale == [], "run: make docs"


def test_writing_renews_what_is_stale(tmp_path: Any) -> None:
    (tmp_path / "lint.md").write_text("stale", "utf-8")
    write(tmp_path)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == pages()


@pytest.mark.parametrize("code", Code, ids=lambda code: code.value)
def test_the_example_of_a_code_shows_it(code: Code, surroundings: GatewaySurroundings) -> None:
    assert findings_of(code, surroundings) != ()
    assert MEANINGS[code] and EXPLAINED[code].advice


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_is_accepted(kind: str) -> None:
    report = lint_text(EXAMPLES[kind], "example.yaml")
    assert report.document is not None and kind in [entry.kind for entry in report.document.chain]
    doubts = [one for one in report.findings if one.severity == "warning" and one.code is not Code.NOT_ENFORCED]
    assert doubts == [] and SUMMARIES[kind]


def test_there_are_no_summaries_of_kinds_that_are_gone() -> None:
    assert set(SUMMARIES) == set(EXAMPLES) == set(KINDS)


def sections(model: type[Section]) -> Iterator[type[Section]]:
    yield model
    waiting: list[Any] = [info.annotation for info in model.model_fields.values()]
    while waiting:
        annotation = waiting.pop()
        if isinstance(annotation, type) and issubclass(annotation, Section):
            yield from sections(annotation)
        waiting += getattr(annotation, "__args__", ())


MODELS = {
    part.__name__: part
    for model in (EntrySettings, TargetingSection, *(spec.options for spec in KINDS.values()))
    for part in sections(model)
}


@pytest.mark.parametrize("name", MODELS)
def test_every_option_says_what_it_means(name: str) -> None:
    fields = MODELS[name].model_fields.items()
    assert [field for field, info in fields if not (info.description or "").endswith(".")] == []


def silent(path: str, schema: Any) -> Iterator[str]:
    """Properties below a part of a schema that do not say what they mean."""
    if isinstance(schema, list):
        for one in schema:
            yield from silent(path, one)
    if isinstance(schema, dict):
        for name, one in schema.get("properties", {}).items():
            if "description" not in one and "anyOf" not in path:
                yield f"{path}.{name}"
        for name, one in schema.items():
            yield from silent(f"{path}.{name}", one)


def test_the_schema_for_editors_says_what_everything_means() -> None:
    schema = policy_schema()
    # An entry of a chain is a mapping of one kind to its options, which are described where the kind is.
    alternatives = ("$defs.", "properties.policies", "properties.policy.")
    assert [one for one in silent("", schema) if not one.startswith(tuple(f".{name}" for name in alternatives))] == []
    assert list(silent("", schema["$defs"])) == []
