"""Lint reports as text for people, JSON for scripts, SARIF and annotations for code review tools."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.findings import MEANINGS, Code, Finding, LintReport

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
CODES_PAGE = "docs/lint.md"


@frozen
class LintedFile:
    """A file's name as given, and its report."""

    file: str
    report: LintReport


def as_text(files: Sequence[LintedFile]) -> str:
    """Findings like a compiler prints them, and one summary line."""
    parts = [finding_text(finding) for linted in files for finding in linted.report.findings]
    return "\n".join([*parts, _summary(files)])


def as_json(files: Sequence[LintedFile], *, strict: bool) -> dict[str, Any]:
    """`{valid, errors, warnings, infos, files: [{file, valid, pack, chain, findings}]}`."""
    return {
        "valid": all(linted.report.exit_code(strict=strict) == 0 for linted in files),
        "errors": _total(files, "error"),
        "warnings": _total(files, "warning"),
        "infos": _total(files, "info"),
        "files": [_file_json(linted, strict=strict) for linted in files],
    }


def as_github(files: Sequence[LintedFile]) -> str:
    """Workflow commands that GitHub shows at the lines of a change; the summary is an ordinary line."""
    lines = [_annotation(finding) for linted in files for finding in linted.report.findings]
    return "\n".join([*lines, _summary(files)])


def as_sarif(files: Sequence[LintedFile], version: str) -> dict[str, Any]:
    """A SARIF 2.1.0 log with one run; `version` is the linter's."""
    rules = [
        {
            "id": code.value,
            "name": code.name.replace("_", " ").title().replace(" ", ""),
            "shortDescription": {"text": MEANINGS[code]},
            "help": {"text": f"{MEANINGS[code]} See {page_of(code)}."},
        }
        for code in Code
    ]
    driver = {"name": "kt policy lint", "version": version, "rules": rules}
    results = [_sarif_result(finding) for linted in files for finding in linted.report.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def finding_text(finding: Finding) -> str:
    """A finding as a compiler prints it: place, code and message, and below them the line with a suggestion."""
    place = f"{finding.file}:{finding.line}:{finding.column}"
    lines = [f"{place}  {finding.severity}  {finding.code.value}  {finding.message}"]
    if finding.excerpt:
        number = f"{finding.line:>5}"
        at = finding.column - finding.excerpt_from
        indent = " " * at
        carets = "^" * max(1, min(finding.width, len(finding.excerpt) - at))
        lines.append(f"{number} | {finding.excerpt.replace(chr(9), ' ')}")
        lines.append(f"{' ' * len(number)} | {indent}{carets} {finding.suggestion}".rstrip())
    elif finding.suggestion:
        lines.append(f"        {finding.suggestion}")
    return "\n".join(lines)


def page_of(code: Code) -> str:
    """Where a code is documented: a page of the documentation and its heading."""
    return f"{CODES_PAGE}#{code.value.lower()}"


def _annotation(finding: Finding) -> str:
    text = f"{finding.message}. {finding.suggestion}" if finding.suggestion else finding.message
    place = f"file={_property(finding.file)},line={finding.line},col={finding.column}"
    title = f"{finding.code.value}, see {page_of(finding.code)}"
    return f"::{_GITHUB_LEVELS[finding.severity]} {place},title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summary(files: Sequence[LintedFile]) -> str:
    errors, warnings, infos = (_total(files, severity) for severity in ("error", "warning", "info"))
    if not errors and not warnings:
        clean = f"OK: {_counted(len(files), 'file')} without errors or warnings"
        return clean + (f", {_counted(infos, 'note')}" if infos else "")
    counts = [_counted(errors, "error"), _counted(warnings, "warning"), _counted(infos, "note")]
    return f"{', '.join(counts)} in {_counted(len(files), 'file')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _total(files: Sequence[LintedFile], severity: str) -> int:
    return sum(1 for linted in files for finding in linted.report.findings if finding.severity == severity)


def _file_json(linted: LintedFile, *, strict: bool) -> dict[str, Any]:
    document = linted.report.document
    pack = document.pack if document else None
    return {
        "file": linted.file,
        "valid": linted.report.exit_code(strict=strict) == 0,
        "pack": {"name": pack.name, "version": pack.version, "enabled": pack.enabled} if pack else None,
        "chain": [entry.kind for entry in document.chain] if document else [],
        "findings": [finding_json(finding) for finding in linted.report.findings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding's fields, but for its width."""
    return {
        "code": finding.code.value,
        "severity": finding.severity,
        "message": finding.message,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "excerpt": finding.excerpt,
        "excerpt_from": finding.excerpt_from,
        "suggestion": finding.suggestion,
        "page": page_of(finding.code),
    }


def _sarif_result(finding: Finding) -> dict[str, Any]:
    text = f"{finding.message}. {finding.suggestion}" if finding.suggestion else finding.message
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endColumn": finding.column + finding.width,
    }
    uri = quote(finding.file.replace("\\", "/"), safe="/")
    location = {"artifactLocation": {"uri": uri}, "region": region}
    return {
        "ruleId": finding.code.value,
        "ruleIndex": list(Code).index(finding.code),
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
    }
