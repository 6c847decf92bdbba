"""Starting in the background returns when everything answers, can be repeated, and tells why it failed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.lifecycle import (
    ensure_stack,
    port_offset_of,
    release_default_gateway_port,
    start_detached,
    stop_stack,
)
from keeptrusts.cli.stack.options import StackOptions
from keeptrusts.cli.stack.ports import first_free_offset
from keeptrusts.cli.stack.processes import is_running
from keeptrusts.cli.stack.status import connection_document, read_status

_COMMAND = (sys.executable, str(Path(__file__).with_name("stand_in_stack.py")))


@pytest.fixture
def options(tmp_path: Path) -> Iterator[StackOptions]:
    """Options of a stack of stand-ins; ended with the test."""
    data_dir = DataDir(root=tmp_path / "data")
    yield StackOptions(data_dir=data_dir, port_offset=first_free_offset(range(1001, 1900, 7)))
    stop_stack(data_dir, say=lambda _message: None)


def start(options: StackOptions, *extra: str) -> tuple[bool, list[str]]:
    said: list[str] = []
    return start_detached(options, say=said.append, supervisor_command=(*_COMMAND, *extra)), said


def test_a_start_in_the_background_tells_its_progress_and_returns_when_all_answer(options: StackOptions) -> None:
    started, said = start(options)
    assert started is True
    assert said == ["kafka ready", "topics done", "processors ready", "gateway ready"]
    status = read_status(options.data_dir)
    assert status.healthy
    document = connection_document(status)
    assert set(document) == {"api_url", "gateway_url", "kafka", "data_dir", "pids"}
    assert set(document["pids"]) == {"kafka", "processors", "api", "gateway"}
    assert document["gateway_url"] == f"http://127.0.0.1:{41002 + options.port_offset}"
    assert document["data_dir"] == str(options.data_dir.root)


def test_a_second_start_changes_nothing(options: StackOptions) -> None:
    start(options)
    before = read_status(options.data_dir).state
    started, _ = start(options)
    assert started is False
    assert read_status(options.data_dir).state == before


def test_an_ensured_stack_that_runs_is_left_alone(options: StackOptions) -> None:
    start(options)
    said: list[str] = []
    ensured = ensure_stack(options.data_dir, without=("gateway",), say=said.append, port_offset=options.port_offset)
    assert ensured is False
    with pytest.raises(ValueError, match="cannot run without"):
        ensure_stack(options.data_dir, without=("kafka",), say=said.append)


def test_a_gateway_that_is_missing_is_started_by_the_next_start(options: StackOptions) -> None:
    _, said = start(replace(options, gateway=False))
    assert "gateway ready" not in said
    assert release_default_gateway_port(options.data_dir) is False
    assert start(options)[0] is False
    state = read_status(options.data_dir).state
    gateway = state.child("gateway") if state else None
    assert gateway is not None
    assert gateway.phase == "ready"
    assert release_default_gateway_port(options.data_dir) is True
    start(options)
    state = read_status(options.data_dir).state
    again = state.child("gateway") if state else None
    assert again is not None
    assert again.process is not None
    assert is_running(again.process)


def test_without_an_offset_the_running_stacks_is_meant(options: StackOptions) -> None:
    assert port_offset_of(options.data_dir, None) == 0
    start(options)
    assert port_offset_of(options.data_dir, None) == options.port_offset
    assert port_offset_of(options.data_dir, 7) == 7


def test_other_ports_than_the_running_ones_are_refused(options: StackOptions) -> None:
    start(options)
    with pytest.raises(StackError, match=f"already runs with port offset {options.port_offset}"):
        start(replace(options, port_offset=options.port_offset + 1))


def test_a_failed_start_tells_which_process_and_its_last_lines_and_leaves_nothing(options: StackOptions) -> None:
    with pytest.raises(StackError) as error:
        start(options, "--broken", "kafka")
    assert "kafka did not start: ended with code 3" in error.value.reason
    assert "the reason" in error.value.reason
    assert error.value.fix.endswith("kafka.log")
    status = read_status(options.data_dir)
    assert (status.summary, status.supervised) == ("failed", False)
    assert all(child.process is None for child in status.children)
    assert start(options)[0] is True


def test_a_stop_can_be_repeated(options: StackOptions) -> None:
    start(options)
    assert stop_stack(options.data_dir, say=lambda _message: None) is True
    assert read_status(options.data_dir).summary == "stopped"
    assert stop_stack(options.data_dir, say=lambda _message: None) is False
