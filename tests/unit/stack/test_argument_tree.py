"""The argument tree imports a command only when it is called, and helps with misspelled names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from keeptrusts.cli.argument_tree import LazyCommand, LazyGroup
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.main import main

KT = (sys.executable, "-m", "keeptrusts.cli.main")


def test_documented_exit_codes() -> None:
    expected = {"OK": 0, "NO": 1, "USAGE": 2, "NOT_FOUND": 3, "SIGN_IN": 4, "NOT_ALLOWED": 5}
    expected |= {"LIMIT": 8, "UNAVAILABLE": 9, "GAP": 10}
    assert {code.name: code.value for code in ExitCode} == expected
    assert CommandFailed("text", ExitCode.GAP).exit_code == 10


@pytest.mark.parametrize(("typed", "suggestion"), [("statsu", "status"), ("event", "events"), ("polcy", "policy")])
def test_a_misspelled_command_gets_a_suggestion(typed: str, suggestion: str) -> None:
    result = CliRunner().invoke(main, [typed])
    assert result.exit_code == ExitCode.USAGE
    assert f"No such command '{typed}'" in result.output
    assert suggestion in result.output


def test_the_overview_imports_no_command() -> None:
    before = set(sys.modules)
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "Start Kafka and the services" in result.output
    assert not {name for name in set(sys.modules) - before if name.startswith("keeptrusts.cli.commands.")}


def test_an_alias_runs_the_command_it_stands_for() -> None:
    commands = {"halt": LazyCommand(target="keeptrusts.cli.commands.stack:down", help="Stop.")}
    group = LazyGroup(name="kt", commands=commands, aliases={"stop": "halt"})
    result = CliRunner().invoke(group, ["stop", "--help"])
    assert result.exit_code == 0
    assert "in reverse order" in result.output


def test_a_command_of_another_version_says_so() -> None:
    commands = {"later": LazyCommand(target="keeptrusts.cli.commands.not_there:later", help="Later.")}
    result = CliRunner().invoke(LazyGroup(name="kt", commands=commands, aliases={}), ["later"])
    assert result.exit_code == ExitCode.NO
    assert "not part of this version" in result.output


def test_a_stack_error_ends_with_its_fix_and_the_unavailable_code() -> None:
    result = CliRunner().invoke(main, ["up", "--detach", "--data-dir", "/proc/nowhere"])
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "fix: make it writable" in result.output


@pytest.mark.parametrize("arguments", [("--help",), ("price", "show", "gpt-4o"), ("policy", "schema")])
def test_output_that_cannot_be_written_is_an_error_and_no_traceback(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*KT, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (
        ExitCode.UNAVAILABLE,
        "Error: the output cannot be written: No space left on device\n",
    )


def test_whoever_has_closed_the_output_gets_none() -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *KT, "price", "show", "gpt-4o"],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
