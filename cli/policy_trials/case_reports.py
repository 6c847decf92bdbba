"""Results of cases as text for people, JSON for scripts and JUnit XML for build servers."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.etree import ElementTree

from keeptrusts.cli.policy_trials.case_runs import CallResult, CaseResult, Difference
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.findings import Finding
from keeptrusts.schemas.policy_document.render import finding_json, finding_text

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONG: Final = 60


@frozen
class FileResult:
    """How the cases of one file went, or the findings for which none was run. `policy` are its policy files."""

    file: str
    policy: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    results: tuple[CaseResult, ...] = ()
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        """Number of cases that failed."""
        return sum(1 for result in self.results if not result.passed)

    @property
    def refused(self) -> bool:
        """Whether no case was run for an error."""
        return any(finding.severity == "error" for finding in self.findings)


def as_text(files: Sequence[FileResult], *, every: bool) -> str:
    """Failed cases, with `every` also those that passed, and one line that sums up."""
    lines: list[str] = []
    for file in files:
        if file.refused:
            lines += [finding_text(finding) for finding in file.findings if finding.severity == "error"]
        else:
            lines += [f"{file.file}  {len(file.results)} cases of {', '.join(file.policy)}"]
            lines += [line for result in file.results for line in _case_lines(result, every=every)]
    return "\n".join([*lines, _summary(files)])


def as_json(files: Sequence[FileResult]) -> dict[str, Any]:
    """`{passed, failed, files: [{file, policy, findings, cases: [{name, line, passed, calls}]}]}`."""
    return {
        "passed": sum(len(file.results) - file.failed for file in files),
        "failed": sum(file.failed for file in files),
        "files": [
            {
                "file": file.file,
                "policy": list(file.policy),
                "findings": [finding_json(finding) for finding in file.findings],
                "cases": [_case_json(result) for result in file.results],
            }
            for file in files
        ],
    }


def as_junit(files: Sequence[FileResult]) -> str:
    """A JUnit report: a suite a file, an error where a file could not be run."""
    root = ElementTree.Element("testsuites", name="kt policy test")
    for file in files:
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_xml(file.file),
            tests=str(max(len(file.results), int(file.refused))),
            failures=str(file.failed),
            errors=str(int(file.refused)),
            time=f"{file.seconds:.3f}",
        )
        if file.refused:
            case = ElementTree.SubElement(suite, "testcase", name="the file can be run", classname=_xml(file.file))
            errors = [finding_text(finding) for finding in file.findings if finding.severity == "error"]
            ElementTree.SubElement(case, "error", message="the file has errors").text = _xml("\n".join(errors))
        for result in file.results:
            _junit_case(suite, file.file, result)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _junit_case(suite: ElementTree.Element, file: str, result: CaseResult) -> None:
    case = ElementTree.SubElement(suite, "testcase", name=_xml(result.name), classname=_xml(file))
    case.set("file", _xml(file))
    case.set("line", str(result.mark.line))
    if not result.passed:
        lines = list(_case_lines(result, every=False))
        fields = dict.fromkeys(one.field for call in result.calls for one in call.differences)
        message = f"otherwise than expected: {', '.join(fields)}"
        ElementTree.SubElement(case, "failure", message=message).text = _xml("\n".join(lines))


def _case_lines(result: CaseResult, *, every: bool) -> Iterator[str]:
    if result.passed:
        if every:
            yield f"  ok    {result.name}"
        return
    yield f"  FAIL  {result.name}  {result.mark.file}:{result.mark.line}"
    for call in result.calls:
        if call.differences:
            if len(result.calls) > 1:
                yield f"        call {call.number} of {len(result.calls)}, line {call.mark.line}"
            yield from _call_lines(call)


def _call_lines(call: CallResult) -> Iterator[str]:
    widest = max(len(one.field) for one in call.differences)
    for one in call.differences:
        yield from _difference_lines(one, widest)


def _difference_lines(one: Difference, widest: int) -> Iterator[str]:
    expected, got = _shown(one.expected), _shown(one.got)
    label = f"        {one.field.ljust(widest)}  "
    if len(expected) <= _LONG and len(got) <= _LONG and "\n" not in expected + got:
        yield f"{label}expected {expected}, got {got}"
        return
    yield f"{label}- expected, + got"
    for line in difflib.ndiff(expected.splitlines(), got.splitlines()):
        yield f"          {line.rstrip()}"


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _summary(files: Sequence[FileResult]) -> str:
    failed = sum(file.failed for file in files)
    passed = sum(len(file.results) for file in files) - failed
    refused = sum(1 for file in files if file.refused)
    seconds = sum(file.seconds for file in files)
    said = f"{passed} passed, {failed} failed"
    if refused:
        said += f", {refused} {'file' if refused == 1 else 'files'} not run"
    return f"{said} in {seconds:.2f} s"


def _case_json(result: CaseResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "line": result.mark.line,
        "passed": result.passed,
        "calls": [
            {
                "line": call.mark.line,
                "got": call.got,
                "differences": [
                    {"field": one.field, "expected": one.expected, "got": one.got} for one in call.differences
                ],
            }
            for call in result.calls
        ],
    }


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)
