"""`kt policy test`: from paths to results, each policy compiled once however many files have cases of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.policy_trials.case_files import MAX_BYTES, CaseFile, read_case_file
from keeptrusts.cli.policy_trials.case_places import STDIN, case_files, policies_beside, policies_named
from keeptrusts.cli.policy_trials.case_reports import FileResult
from keeptrusts.cli.policy_trials.case_runs import CaseRunner
from keeptrusts.cli.policy_trials.documents import compiled, lint_files
from keeptrusts.cli.policy_trials.offered import OfferedTargets
from keeptrusts.schemas.policy_document.findings import Finding

STDIN_NAME = "<stdin>"
Tried = tuple[CaseRunner | None, tuple[Finding, ...]]


def results_of(paths: Sequence[str], wanted: str) -> tuple[FileResult, ...]:
    """Run the cases that paths mean whose names hold `wanted`. Raises CommandFailed for paths that mean none."""
    known: dict[tuple[str, ...], Tried] = {}
    return tuple(_file(name, wanted, known) for name in case_files(paths))


def exit_code(files: Sequence[FileResult]) -> ExitCode:
    """2 when a file could not be run, 1 when a case failed, else 0."""
    if any(file.refused for file in files):
        return ExitCode.USAGE
    return ExitCode.NO if any(file.failed for file in files) else ExitCode.OK


def _file(name: str, wanted: str, known: dict[tuple[str, ...], Tried]) -> FileResult:
    shown = STDIN_NAME if name == STDIN else name
    read = read_case_file(_bytes(name), shown)
    if not read.valid:
        return FileResult(file=shown, findings=read.findings)
    policy = policies_beside(name) if read.policy is None else policies_named(name, read.policy)
    if policy not in known:
        known[policy] = _tried(policy)
    runner, findings = known[policy]
    if runner is None:
        return FileResult(file=shown, policy=policy, findings=findings)
    return _run(read, policy, runner, wanted)


def _tried(policy: tuple[str, ...]) -> Tried:
    report = lint_files(policy)
    document = compiled(report)
    if document is None:
        return None, report.findings
    return CaseRunner(document, OfferedTargets.of(document.document, datetime.now(UTC))), report.findings


def _run(read: CaseFile, policy: tuple[str, ...], runner: CaseRunner, wanted: str) -> FileResult:
    started = time.perf_counter()
    results = tuple(runner.run([case for case in read.cases if wanted in case.name]))
    seconds = time.perf_counter() - started
    return FileResult(file=read.file, policy=policy, results=results, seconds=seconds)


def _bytes(name: str) -> bytes:
    try:
        if name == STDIN:
            return click.get_binary_stream("stdin").read(MAX_BYTES + 1)
        with open(name, "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandFailed(
            f"{name} cannot be read: {reason}. Check the path and its permissions.", ExitCode.USAGE
        ) from None
