"""Runs a supervisor in this process: signals end it, state changes are shown as they happen."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from keeptrusts.cli.stack.child import Child, Say
from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.ports import Ports
from keeptrusts.cli.stack.state_file import StackState
from keeptrusts.cli.stack.supervisor import Supervisor

_COLOURS = {"ready": "green", "done": "green", "starting": "cyan", "off": "dim", "stopping": "cyan"}


async def run_supervisor(
    *, data_dir: DataDir, ports: Ports, children: tuple[Child, ...], say: Say, show_table: bool
) -> None:
    """Until SIGINT, SIGTERM or SIGHUP. Raises what `Supervisor.run` raises."""
    if not show_table:
        await _run(data_dir=data_dir, ports=ports, children=children, say=say, watch=_lines(say))
        return
    with Live(console=Console(stderr=True), auto_refresh=False, transient=False) as live:
        await _run(
            data_dir=data_dir,
            ports=ports,
            children=children,
            say=lambda message: live.console.print(message, highlight=False, markup=False),
            watch=lambda state: live.update(_table(state, ports, data_dir), refresh=True),
        )


async def _run(
    *,
    data_dir: DataDir,
    ports: Ports,
    children: tuple[Child, ...],
    say: Say,
    watch: Callable[[StackState], None],
) -> None:
    supervisor = Supervisor(data_dir=data_dir, ports=ports, children=children, say=say, watch=watch)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    await supervisor.run()


def _lines(say: Say) -> Callable[[StackState], None]:
    """One line for every change, for logs and pipes."""
    before: dict[str, str] = {}

    def show(state: StackState) -> None:
        now = {child.name: f"{child.phase} {child.reason}".rstrip() for child in state.children}
        now["stack"] = state.phase
        for name, text in now.items():
            if before.get(name, "off") != text:
                say(f"{name} {text}")
        before.update(now)

    return show


def _table(state: StackState, ports: Ports, data_dir: DataDir) -> Table:
    table = Table(title=f"{state.phase}  {data_dir.root}", title_justify="left", box=None, padding=(0, 2))
    for column in ("process", "state", "pid", "restarts", ""):
        table.add_column(column)
    for child in state.children:
        pid = str(child.process.pid) if child.process else ""
        colour = _COLOURS.get(child.phase, "red")
        table.add_row(child.name, f"[{colour}]{child.phase}[/]", pid, str(child.restarts or ""), escape(child.reason))
    if state.phase == "running":
        table.caption = f"API {ports.api_url}   gateway {ports.gateway_url}   Ctrl-C stops everything"
    return table
