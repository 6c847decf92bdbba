"""Runs every check, stops at the first broken one, and ends with a line a suite and a total.

`make test` calls it. Suites that need a processor run beside those that mostly wait for Kafka and ClickHouse, and short
ones after these, so that both end together; the whole stacks of the end-to-end tests and the faults come last, by
themselves. Folders that do not exist are left out. The last line is always `N passed, N failed`.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_BIN = Path(sys.executable).parent
_RESULTS = _ROOT / ".cache" / "test-results"
_COMPUTING = ("architecture", "unit", "simulation")
_BESIDE = ("contracts", "integration", "golden", "model")
_ALONE = ("e2e", "chaos")
_LINT = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("lint-imports",))
_NO_TESTS_FOUND = 5
_JAVA = "JDK_JAVA_OPTIONS"
_SHORT_LIVED_JAVA = "-XX:TieredStopAtLevel=1"
"""A dozen Kafka nodes start here and live for seconds: to optimize their code takes longer than it saves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One suite's end. `repeat` is the command that runs just it; set when it is broken."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    repeat: str = ""

    @property
    def broken(self) -> bool:
        return bool(self.repeat)


def main() -> int:
    """0 when everything passed, 1 otherwise."""
    results = [run_lint()]
    if not results[0].broken:
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(run_suites, _BESIDE, told_at_the_end=True)
            results += run_suites(_COMPUTING)
            results += waiting.result()
    if not any(result.broken for result in results):
        results += run_suites(_ALONE)
    report(results)
    return 1 if any(result.broken for result in results) else 0


def run_suites(names: Sequence[str], *, told_at_the_end: bool = False) -> list[Result]:
    """Some suites, one after the other, as far as the first broken one."""
    results: list[Result] = []
    for name in names:
        if (_ROOT / "tests" / name).is_dir():
            results.append(run_suite(name, told_at_the_end=told_at_the_end))
            if results[-1].broken:
                break
    return results


def run_lint() -> Result:
    """Each tool counts as one check."""
    started, passed = time.monotonic(), 0
    for tool, *arguments in _LINT:
        print(f"== {tool} {' '.join(arguments)}".rstrip(), flush=True)
        if subprocess.run([str(_BIN / tool), *arguments], cwd=_ROOT, check=False).returncode != 0:
            repeat = shlex.join([f".venv/bin/{tool}", *arguments])
            return Result(
                name="lint", passed=passed, failed=1, skipped=0, seconds=time.monotonic() - started, repeat=repeat
            )
        passed += 1
    return Result(name="lint", passed=passed, failed=0, skipped=0, seconds=time.monotonic() - started)


def run_suite(name: str, *, told_at_the_end: bool = False) -> Result:
    """One folder of tests. What it says is shown as it comes, or in one piece at its end."""
    started = time.monotonic()
    if not told_at_the_end:
        print(f"== tests/{name}", flush=True)
    _RESULTS.mkdir(parents=True, exist_ok=True)
    report_file = _RESULTS / f"{name}.xml"
    report_file.unlink(missing_ok=True)
    command = [str(_BIN / "pytest"), "-q", f"tests/{name}", f"--junitxml={report_file}"]
    environment = os.environ | {_JAVA: f"{_SHORT_LIVED_JAVA} {os.environ.get(_JAVA, '')}".strip()}
    where = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if told_at_the_end else {}
    ended = subprocess.run(command, cwd=_ROOT, env=environment, check=False, text=True, **where)
    if told_at_the_end:
        print(f"== tests/{name}\n{ended.stdout}", flush=True)
    code = ended.returncode
    passed, failed, skipped = _counts(report_file)
    broken = code not in {0, _NO_TESTS_FOUND}
    return Result(
        name=name,
        passed=passed,
        failed=max(failed, 1) if broken else failed,
        skipped=skipped,
        seconds=time.monotonic() - started,
        repeat=f".venv/bin/pytest tests/{name}" if broken else "",
    )


def report(results: list[Result]) -> None:
    """A line a suite, the command that repeats the broken one, and the total as the very last line."""
    print()
    for result in results:
        skipped = f", {result.skipped} skipped" if result.skipped else ""
        state = "BROKEN" if result.broken else "ok"
        print(
            f"{result.name:<14}{state:<8}{result.passed} passed, {result.failed} failed{skipped}"
            f" ({result.seconds:.0f} s)"
        )
    for result in results:
        if result.broken:
            print(f"\nRepeat just this with: {result.repeat}\n")
    print(f"{sum(one.passed for one in results)} passed, {sum(one.failed for one in results)} failed", flush=True)


def _counts(report_file: Path) -> tuple[int, int, int]:
    if not report_file.exists():
        return 0, 0, 0
    passed = failed = skipped = 0
    for suite in ElementTree.parse(report_file).getroot().iter("testsuite"):
        wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
        failed += wrong
        passed += int(suite.get("tests", 0)) - wrong - int(suite.get("skipped", 0))
    return passed, failed, skipped


if __name__ == "__main__":
    sys.exit(main())
