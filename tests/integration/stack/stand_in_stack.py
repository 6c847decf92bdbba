"""Runs a supervisor over three small shell processes, so that a test can kill any of them from outside.

Arguments: data directory, port offset. Prints what the supervisor says.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from keeptrusts.cli.stack.child import Child, fixed
from keeptrusts.cli.stack.data_dir import DataDir, make_data_dir
from keeptrusts.cli.stack.foreground import run_supervisor
from keeptrusts.cli.stack.ports import Ports
from keeptrusts.cli.stack.readiness import always_ready, file_ready

_SERVICE = 'echo "$0 up"; : > "$KEEPTRUSTS_READY_FILE"; echo "$0" >> "$KEEPTRUSTS_SUPERVISED_BY/order"; exec sleep 600'


def stand_in_children(data_dir: DataDir) -> tuple[Child, ...]:
    """A service, a one-shot, a service with a grandchild, and a gateway that can be released."""
    return (
        _service(data_dir, "kafka", _SERVICE),
        Child(
            name="topics",
            command=fixed("sh", "-c", 'echo topics >> "$KEEPTRUSTS_SUPERVISED_BY/order"'),
            ready=always_ready(),
            one_shot=True,
        ),
        _service(data_dir, "processors", "sleep 600 & " + _SERVICE),
        _service(data_dir, "gateway", _SERVICE),
    )


def _service(data_dir: DataDir, name: str, script: str) -> Child:
    return Child(
        name=name,
        command=fixed("sh", "-c", script, name),
        ready=file_ready(data_dir.ready_file_of(name)),
        start_seconds=20.0,
        stop_seconds=5.0,
    )


def _say(message: str) -> None:
    print(message, flush=True)


if __name__ == "__main__":
    directory = DataDir(root=Path(sys.argv[1]))
    make_data_dir(directory)
    asyncio.run(
        run_supervisor(
            data_dir=directory,
            ports=Ports(offset=int(sys.argv[2])),
            children=stand_in_children(directory),
            say=_say,
            show_table=False,
        )
    )
