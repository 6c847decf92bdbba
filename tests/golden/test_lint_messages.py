"""The linter's text output, file by file: what people read must change on purpose only.

Every `lint/NAME.txt` is what `kt policy lint --file NAME.yaml` prints for `lint/NAME.yaml`.
"""

from pathlib import Path

import pytest

from keeptrusts.schemas.policy_document.lint import lint_bytes
from keeptrusts.schemas.policy_document.render import LintedFile, as_text

LINT = Path(__file__).parent / "lint"
FILES = sorted(LINT.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_linter_prints_the_golden_text(path: Path) -> None:
    report = lint_bytes(path.read_bytes(), path.name)
    golden = path.with_suffix(".txt").read_text("utf-8")
    assert as_text((LintedFile(file=path.name, report=report),)) + "\n" == golden


def test_every_golden_text_has_its_file() -> None:
    assert {path.stem for path in FILES} == {path.stem for path in LINT.glob("*.txt")}
