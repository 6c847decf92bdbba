"""The page of the linter's codes: meaning, advice, an example, and what the linter says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from keeptrusts.cli.policy_reference.code_examples import EXPLAINED, KNOWN_TEAMS
from keeptrusts.cli.policy_trials.surroundings import GatewaySurroundings
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.policy_document.findings import MEANINGS, Code, Finding
from keeptrusts.schemas.policy_document.lint import lint_bytes
from keeptrusts.schemas.policy_document.render import finding_text

_FILE: Final = "policy.yaml"
_DAY: Final = datetime(2026, 11, 1, tzinfo=UTC)
_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})
_TOP: Final = """\
# What kt policy lint says

Every finding has a code that stays the same, a place, and mostly a suggestion. Errors keep a file from being loaded
(exit code 2); warnings are about files that load and hardly do what is meant (exit code 0, with `--strict` 2); notes
are worth knowing. `--format json` and `--format sarif` are for scripts and code review tools, `--format github` shows
findings at the lines of a change. The linter needs no network; with `--teams` it asks the API which teams there are.
This page is made of the linter's own answers: `make docs` writes it again.
"""


def codes_page() -> str:
    """The whole page as Markdown."""
    surroundings = GatewaySurroundings(prices=PriceTable.load(on=_DAY.date()), environment=_NO_VARIABLES, now=_DAY)
    found = {code: findings_of(code, surroundings) for code in Code}
    rows = [
        f"| [{code.value}](#{code.value.lower()}) | {_severities(found[code])} | {MEANINGS[code]} |" for code in Code
    ]
    parts = [_TOP, "| Code | | |\n|---|---|---|", *rows, ""]
    return "\n".join([*parts, *(_section(code, found[code]) for code in Code)])


def findings_of(code: Code, surroundings: GatewaySurroundings) -> tuple[Finding, ...]:
    """What the linter says with this code of the code's example."""
    data = EXPLAINED[code].example.encode("latin-1")
    report = lint_bytes(data, _FILE, known_teams=KNOWN_TEAMS, surroundings=surroundings)
    return tuple(finding for finding in report.findings if finding.code is code)


def _section(code: Code, found: tuple[Finding, ...]) -> str:
    said = "\n".join(finding_text(finding) for finding in found)
    explained = EXPLAINED[code]
    return (
        f"## {code.value}\n\n{MEANINGS[code]} {explained.advice}\n\n"
        f"```yaml\n{explained.example}```\n\n```text\n{said}\n```\n"
    )


def _severities(found: tuple[Finding, ...]) -> str:
    words = {"error": "error", "warning": "warning", "info": "note"}
    return " or ".join(dict.fromkeys(words[finding.severity] for finding in found))
