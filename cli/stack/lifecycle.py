"""Starts a stack in the background, ends it, and lets another gateway have its default gateway's port."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterable

from keeptrusts.cli.stack.child import Say
from keeptrusts.cli.stack.control import Request, ask
from keeptrusts.cli.stack.data_dir import DataDir, make_data_dir
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.kafka.jars import ensure_jars
from keeptrusts.cli.stack.kafka.toolchain import find_java
from keeptrusts.cli.stack.options import StackOptions
from keeptrusts.cli.stack.ports import is_free
from keeptrusts.cli.stack.processes import is_running, send
from keeptrusts.cli.stack.state_file import StackState, read_state, write_state
from keeptrusts.cli.stack.status import StackStatus, read_status
from keeptrusts.cli.stack.supervisor import end_leftovers, is_supervised

GATEWAY = "gateway"

# -P: a file in the working directory must not stand in for a library.
_SUPERVISOR_COMMAND = (sys.executable, "-P", "-m", "keeptrusts.cli.main", "up", "--supervise")
_START_SECONDS = 300.0
_STOP_SECONDS = 90.0
_FIRST_STATE_SECONDS = 2.0
_POLL_SECONDS = 0.1


def ensure_stack(data_dir: DataDir, *, without: Iterable[str] = (), say: Say, port_offset: int = 0) -> bool:
    """Have a stack running: True when this call started it (in the background), False when it ran already.

    `without`: names of children that need not run; only the gateway can be left out. Raises StackError.
    """
    left_out = set(without)
    if left_out - {GATEWAY}:
        raise ValueError(f"a stack cannot run without {sorted(left_out - {GATEWAY})}")
    options = StackOptions(data_dir=data_dir, port_offset=port_offset, gateway=GATEWAY not in left_out)
    return start_detached(options, say=say)


def start_detached(
    options: StackOptions, *, say: Say, supervisor_command: tuple[str, ...] = _SUPERVISOR_COMMAND
) -> bool:
    """Start the stack in a process of its own and wait until everything answers.

    True when this call started it; False when it ran already, in which case a gateway that is wanted and
    missing is started. Raises StackError with the reason when it does not start.
    """
    prepare(options, say=say)
    if is_supervised(options.data_dir):
        _wait_until_running(options.data_dir, None, say)
        _require_same_ports(options)
        if options.gateway:
            _start_missing_gateway(options.data_dir, say)
        return False
    supervisor = _spawn_supervisor(options, supervisor_command)
    _wait_until_running(options.data_dir, supervisor, say)
    return True


def port_offset_of(data_dir: DataDir, asked: int | None) -> int:
    """Give the offset that was asked for, else the running stack's, else 0."""
    if asked is not None:
        return asked
    now = read_status(data_dir)
    return now.ports.offset if now.supervised else 0


def prepare(options: StackOptions, *, say: Say) -> None:
    """What can fail before anything is started: the data directory, Java, the jars."""
    make_data_dir(options.data_dir)
    if is_supervised(options.data_dir):
        return
    find_java()
    ensure_jars(say)


def stop_stack(data_dir: DataDir, *, say: Say) -> bool:
    """Stop the stack and whatever a killed supervisor left; False when nothing was running."""
    was_running = False
    if is_supervised(data_dir):
        was_running = True
        _end_supervisor(data_dir, _state_of_the_living(data_dir), say)
    if not is_supervised(data_dir):
        was_running = end_leftovers(data_dir, say) > 0 or was_running
        _record_stopped(data_dir)
    return was_running


def release_default_gateway_port(data_dir: DataDir) -> bool:
    """Let the stack's default gateway end and stay ended; False when none was running."""
    status = read_status(data_dir)
    gateway = status.state.child(GATEWAY) if status.state else None
    if not status.supervised or gateway is None or gateway.phase == "off":
        return False
    ask(
        data_dir.run,
        Request(action="stop_child", child=GATEWAY),
        supervised=lambda: is_supervised(data_dir),
    )
    return True


def _spawn_supervisor(options: StackOptions, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    log = options.data_dir.log_of("supervisor")
    with open(log, "wb") as output:
        return subprocess.Popen(
            (*command, *options.arguments()),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_running(data_dir: DataDir, supervisor: subprocess.Popen[bytes] | None, say: Say) -> None:
    """Follow the start, telling every child that answers. `supervisor` is None when somebody else started it."""
    before = None if supervisor is None else supervisor.pid
    deadline = time.monotonic() + _START_SECONDS
    told: set[str] = set()
    while True:
        state = read_state(data_dir.state_file)
        if state is not None and before in {None, state.supervisor.pid} and is_running(state.supervisor):
            _tell_progress(state, told, say)
            if state.phase == "running" and is_supervised(data_dir):
                return
        if (supervisor is None and not is_supervised(data_dir)) or (supervisor and supervisor.poll() is not None):
            raise _start_failure(data_dir)
        if time.monotonic() > deadline:
            raise StackError(
                f"The stack did not start within {_START_SECONDS:.0f} s.",
                fix=f"see `kt status` and the logs in {data_dir.logs}",
            )
        time.sleep(_POLL_SECONDS)


def _tell_progress(state: StackState, told: set[str], say: Say) -> None:
    for child in state.children:
        if child.phase in {"ready", "done"} and child.name not in told:
            told.add(child.name)
            say(f"{child.name} {child.phase}")


def _start_failure(data_dir: DataDir) -> StackError:
    state = read_state(data_dir.state_file)
    if state is not None and state.phase == "failed" and state.message:
        reason, _, fix = state.message.partition("\n  fix: ")
        return StackError(reason, fix=fix or f"see {data_dir.logs}")
    log = data_dir.log_of("supervisor")
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] if log.exists() else []
    return StackError(
        "The stack's supervisor ended while starting." + "".join(f"\n    {line}" for line in lines),
        fix=f"see {log}",
    )


def _require_same_ports(options: StackOptions) -> None:
    state = read_state(options.data_dir.state_file)
    if state is None or state.port_offset == options.port_offset:
        return
    raise StackError(
        f"The stack in {options.data_dir.root} already runs with port offset {state.port_offset}, "
        f"not {options.port_offset}.",
        fix="leave --port-offset away, end it with `kt down`, or choose another --data-dir",
    )


def _start_missing_gateway(data_dir: DataDir, say: Say) -> None:
    status = read_status(data_dir)
    gateway = status.state.child(GATEWAY) if status.state else None
    if gateway is None or gateway.phase not in {"off", "failed"}:
        return
    if not is_free(status.ports.gateway):
        say(f"A gateway of yours answers on port {status.ports.gateway}; the default one stays off.")
        return
    ask(data_dir.run, Request(action="start_child", child=GATEWAY), supervised=lambda: is_supervised(data_dir))


def _state_of_the_living(data_dir: DataDir) -> StackState | None:
    """What the supervisor that lives wrote; one that has just taken the lock gets a moment to write."""
    deadline = time.monotonic() + _FIRST_STATE_SECONDS
    while True:
        state = read_state(data_dir.state_file)
        if (state is not None and is_running(state.supervisor)) or time.monotonic() > deadline:
            return state
        time.sleep(_POLL_SECONDS)


def _end_supervisor(data_dir: DataDir, state: StackState | None, say: Say) -> None:
    if state is None:
        raise StackError(
            f"A process holds the stack in {data_dir.root}, but its state file cannot be read.",
            fix=f"end the process that holds {data_dir.run}/supervisor.lock (see `fuser`)",
        )
    say("Stopping ...")
    send(state.supervisor, signal.SIGCONT)
    send(state.supervisor, signal.SIGTERM)
    if _supervisor_gone_within(data_dir, _STOP_SECONDS):
        return
    say(f"The supervisor did not stop within {_STOP_SECONDS:.0f} s; killing it.")
    send(state.supervisor, signal.SIGKILL)
    if not _supervisor_gone_within(data_dir, _STOP_SECONDS):
        raise StackError(f"The supervisor (pid {state.supervisor.pid}) cannot be ended.", fix="look at it with `ps`")


def _supervisor_gone_within(data_dir: DataDir, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_supervised(data_dir):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _record_stopped(data_dir: DataDir) -> None:
    status: StackStatus = read_status(data_dir)
    if status.state is None or status.state.phase == "stopped":
        return
    write_state(
        data_dir.state_file,
        StackState(
            phase="stopped",
            supervisor=status.state.supervisor,
            port_offset=status.state.port_offset,
            children=status.children,
        ),
    )
