"""The supervisor starts in order, restarts what dies, and leaves nothing behind, whatever is killed."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.freezing import freeze

from keeptrusts.cli.stack.child_process import MARKER
from keeptrusts.cli.stack.data_dir import DataDir, make_data_dir
from keeptrusts.cli.stack.lifecycle import release_default_gateway_port, stop_stack
from keeptrusts.cli.stack.lock import SupervisorLock
from keeptrusts.cli.stack.ports import Ports, first_free_offset, holders_of
from keeptrusts.cli.stack.processes import ProcessIdentity, is_running, processes_with
from keeptrusts.cli.stack.state_file import read_state
from keeptrusts.cli.stack.status import StackStatus, read_status
from keeptrusts.cli.stack.supervisor import is_supervised, lock_path

_COMMAND = (sys.executable, str(Path(__file__).with_name("stand_in_stack.py")))
_BOUND_SECONDS = 30.0
_NAMES = ("kafka", "topics", "processors", "gateway")


@pytest.fixture
def data_dir(tmp_path: Path) -> DataDir:
    return DataDir(root=tmp_path / "data")


@contextmanager
def running(data_dir: DataDir, *options: str, offset: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor in a process of its own; ended with everything it started when the block ends."""
    chosen = first_free_offset(range(1000, 1900, 7)) if offset is None else offset
    data_dir.root.mkdir(exist_ok=True)
    with open(data_dir.root / "output", "ab") as output:
        process = subprocess.Popen(
            [*_COMMAND, "--data-dir", str(data_dir.root), "--port-offset", str(chosen), *options],
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(_BOUND_SECONDS)
        stop_stack(data_dir, say=lambda _message: None)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _BOUND_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.05)


def status_when(data_dir: DataDir, condition: Callable[[StackStatus], bool], what: str) -> StackStatus:
    wait_for(lambda: condition(read_status(data_dir)), what)
    return read_status(data_dir)


def healthy(status: StackStatus) -> bool:
    return status.healthy


def process_of(status: StackStatus, name: str) -> ProcessIdentity:
    child = status.state.child(name) if status.state else None
    assert child is not None
    assert child.process is not None
    return child.process


def own_processes(data_dir: DataDir) -> tuple[ProcessIdentity, ...]:
    return processes_with(MARKER, str(data_dir.root))


def test_children_start_in_order_and_stop_without_a_trace(data_dir: DataDir) -> None:
    with running(data_dir) as supervisor:
        status = status_when(data_dir, healthy, "healthy")
        assert (data_dir.root / "order").read_text().split() == list(_NAMES)
        assert [child.phase for child in status.children] == ["ready", "done", "ready", "ready"]
        assert "kafka up" in data_dir.log_of("kafka").read_text()
        supervisor.terminate()
        assert supervisor.wait(_BOUND_SECONDS) == 0
        assert own_processes(data_dir) == ()
        stopped = read_status(data_dir)
        assert (stopped.summary, stopped.supervised) == ("stopped", False)


def test_a_child_may_start_together_with_the_next(data_dir: DataDir) -> None:
    with running(data_dir, "--two-at-once"):
        status = status_when(data_dir, healthy, "healthy")
        assert [(child.name, child.phase) for child in status.children] == [
            ("processors", "ready"),
            ("gateway", "ready"),
        ]


def test_stopping_happens_in_reverse_order(data_dir: DataDir) -> None:
    with running(data_dir) as supervisor:
        status_when(data_dir, healthy, "healthy")
        supervisor.terminate()
        supervisor.wait(_BOUND_SECONDS)
    lines = (data_dir.root / "output").read_text().splitlines()
    stops = [line.split()[0] for line in lines if line.endswith(" stopping") and not line.startswith("stack")]
    assert stops == ["gateway", "processors", "kafka"]


@pytest.mark.parametrize("name", ["kafka", "processors", "gateway"])
def test_a_killed_child_is_restarted_and_the_status_says_so(data_dir: DataDir, name: str) -> None:
    with running(data_dir):
        before = process_of(status_when(data_dir, healthy, "healthy"), name)
        os.kill(before.pid, signal.SIGKILL)
        status = status_when(data_dir, lambda now: now.healthy and process_of(now, name) != before, "restarted")
        child = status.state.child(name) if status.state else None
        assert child is not None
        assert child.restarts == 1
        if name == "processors":  # its grandchild went with the former process
            grandchildren = [one for one in own_processes(data_dir) if one.pid not in _pids(status)]
            assert len(grandchildren) == 1


def test_after_kill_9_of_the_supervisor_the_next_start_is_clean(data_dir: DataDir) -> None:
    with running(data_dir) as first:
        before = status_when(data_dir, healthy, "healthy")
        first.kill()
        first.wait(_BOUND_SECONDS)
        abandoned = read_status(data_dir)
        assert (abandoned.summary, abandoned.healthy) == ("abandoned", False)
        with running(data_dir):
            status = status_when(data_dir, healthy, "healthy again")
            for name in ("kafka", "processors", "gateway"):
                assert not is_running(process_of(before, name))
                assert is_running(process_of(status, name))
            assert len(own_processes(data_dir)) == 4  # three services and one grandchild, nothing doubled


def test_a_state_file_of_a_dead_supervisor_is_not_taken_for_the_living_one(data_dir: DataDir) -> None:
    with running(data_dir) as supervisor:
        status_when(data_dir, healthy, "healthy")
        supervisor.kill()
        supervisor.wait(_BOUND_SECONDS)
        successor = SupervisorLock(lock_path(data_dir))
        assert successor.acquire()
        try:  # the successor lives and has written nothing; what its predecessor started lives on
            status = read_status(data_dir)
            assert (status.summary, status.healthy, status.children) == ("starting", False, ())
        finally:
            successor.release()


def test_a_look_at_the_lock_does_not_keep_a_supervisor_from_starting(data_dir: DataDir) -> None:
    make_data_dir(data_dir)
    lock = SupervisorLock(lock_path(data_dir))
    looking = os.open(lock_path(data_dir), os.O_RDWR | os.O_CREAT)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert not is_supervised(data_dir)  # two who look do not see each other
    end_of_look = threading.Timer(0.05, os.close, (looking,))
    end_of_look.start()
    try:
        assert lock.acquire()
        assert is_supervised(data_dir)
    finally:
        end_of_look.join()
        lock.release()


def test_down_ends_what_a_killed_supervisor_left(data_dir: DataDir) -> None:
    with running(data_dir) as supervisor:
        status_when(data_dir, healthy, "healthy")
        supervisor.kill()
        supervisor.wait(_BOUND_SECONDS)
        said: list[str] = []
        assert stop_stack(data_dir, say=said.append) is True
        assert own_processes(data_dir) == ()
        assert said == ["Ending 4 processes of an earlier stack whose supervisor was killed ..."]
        assert stop_stack(data_dir, say=said.append) is False


def test_down_ends_a_running_stack_also_when_the_supervisor_is_frozen(data_dir: DataDir) -> None:
    with running(data_dir) as supervisor:
        status_when(data_dir, healthy, "healthy")
        freeze(supervisor.pid)
        assert stop_stack(data_dir, say=lambda _message: None) is True
        assert own_processes(data_dir) == ()


def test_a_second_supervisor_of_the_same_directory_is_refused(data_dir: DataDir) -> None:
    with running(data_dir):
        status_when(data_dir, healthy, "healthy")
        second = subprocess.run(
            [*_COMMAND, "--data-dir", str(data_dir.root), "--port-offset", "1899"],
            capture_output=True,
            text=True,
            timeout=_BOUND_SECONDS,
            check=False,
        )
        assert second.returncode != 0
        assert "already running" in second.stderr
        assert read_status(data_dir).healthy


def test_the_default_gateway_is_released_and_not_restarted(data_dir: DataDir) -> None:
    with running(data_dir):
        gateway = process_of(status_when(data_dir, healthy, "healthy"), "gateway")
        assert release_default_gateway_port(data_dir) is True
        assert not is_running(gateway)
        status = read_status(data_dir)
        assert status.healthy
        child = status.state.child("gateway") if status.state else None
        assert child is not None
        assert (child.phase, child.process) == ("off", None)
        assert release_default_gateway_port(data_dir) is False


def test_nothing_is_released_where_nothing_runs(data_dir: DataDir) -> None:
    assert release_default_gateway_port(data_dir) is False


def test_a_busy_port_is_an_error_that_names_the_process(data_dir: DataDir) -> None:
    offset = first_free_offset(range(1300, 1900, 7))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", Ports(offset=offset).kafka))
        holder.listen()
        assert holders_of(Ports(offset=offset).kafka) == (os.getpid(),)
        with running(data_dir, offset=offset) as supervisor:
            assert supervisor.wait(_BOUND_SECONDS) != 0
    output = (data_dir.root / "output").read_text()
    assert f"Port {Ports(offset=offset).kafka} for Kafka is held by" in output
    assert f"(pid {os.getpid()})" in output


def test_a_state_file_of_somebody_elses_pid_harms_nobody(data_dir: DataDir) -> None:
    with running(data_dir) as supervisor:
        status_when(data_dir, healthy, "healthy")
        supervisor.terminate()
        supervisor.wait(_BOUND_SECONDS)
    bystander = subprocess.Popen(["sleep", "600"])
    try:
        state = read_state(data_dir.state_file)
        assert state is not None
        text = data_dir.state_file.read_text()
        forged = text.replace('"process": null', f'"process": {{"pid": {bystander.pid}, "started": "1"}}')
        data_dir.state_file.write_text(forged)
        with running(data_dir):
            status_when(data_dir, healthy, "healthy")
            assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def _pids(status: StackStatus) -> set[int]:
    return {child.process.pid for child in status.children if child.process}
