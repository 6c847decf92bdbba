"""What is running, as seen from outside: the state file, corrected by what is really alive."""

from __future__ import annotations

from typing import Any

from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.ports import Ports
from keeptrusts.cli.stack.processes import is_running
from keeptrusts.cli.stack.state_file import ChildState, StackState, read_state
from keeptrusts.cli.stack.supervisor import is_supervised
from keeptrusts.schemas.frozen import frozen, replace

_SERVICES = ("kafka", "processors", "api", "gateway")


@frozen
class StackStatus:
    """`state` is None when no stack ever ran here. `supervised`: its supervisor lives."""

    data_dir: DataDir
    state: StackState | None
    supervised: bool

    @property
    def running(self) -> bool:
        """Everything that is wanted has started and is supervised."""
        return self.supervised and self.state is not None and self.state.phase == "running"

    @property
    def healthy(self) -> bool:
        """Running, and every child has answered since its start and lives (or is done, or switched off)."""
        return self.running and all(child.phase in {"ready", "done", "off"} for child in self.children)

    @property
    def children(self) -> tuple[ChildState, ...]:
        return self.state.children if self.state else ()

    @property
    def ports(self) -> Ports:
        return Ports(offset=self.state.port_offset if self.state else 0)

    @property
    def summary(self) -> str:
        """One word for people: running, starting, stopped, failed, abandoned ..."""
        if self.state is None:
            return "not started"
        if self.supervised:
            return self.state.phase
        if any(child.process for child in self.children):
            return "abandoned"  # the supervisor was killed, its children live on
        return "failed" if self.state.phase == "failed" else "stopped"


def read_status(data_dir: DataDir) -> StackStatus:
    """The status now. Reads files and /proc only; asks no service."""
    state = read_state(data_dir.state_file)
    supervised = is_supervised(data_dir)
    if state is not None and supervised and not is_running(state.supervisor):
        # The supervisor that lives has not written yet: what the file says is of one that is dead.
        state = replace(state, phase="starting", children=())
    if state is not None:
        state = replace(state, children=tuple(_corrected(child, supervised) for child in state.children))
    return StackStatus(data_dir=data_dir, state=state, supervised=supervised)


def connection_document(status: StackStatus) -> dict[str, Any]:
    """What scripts need: `{api_url, gateway_url, kafka, data_dir, pids}`; a pid is null when it does not run."""
    pids = {child.name: child.process.pid if child.process else None for child in status.children}
    return {
        "api_url": status.ports.api_url,
        "gateway_url": status.ports.gateway_url,
        "kafka": status.ports.bootstrap,
        "data_dir": str(status.data_dir.root),
        "pids": {name: pids.get(name) for name in _SERVICES},
    }


def _corrected(child: ChildState, supervised: bool) -> ChildState:
    if child.process is None or is_running(child.process):
        return child
    if supervised:
        return replace(child, process=None, phase="backoff", reason="has just ended")
    return replace(child, process=None, phase="off", reason="")
