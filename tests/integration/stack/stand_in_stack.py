"""Runs a supervisor over three small shell processes, so that a test can kill any of them from outside.

Takes the options of `kt up` that matter here. Prints what the supervisor says.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path

from keeptrusts.cli.stack.child import Child, fixed
from keeptrusts.cli.stack.children import stack_children
from keeptrusts.cli.stack.data_dir import DataDir, make_data_dir
from keeptrusts.cli.stack.foreground import run_supervisor
from keeptrusts.cli.stack.options import StackOptions
from keeptrusts.cli.stack.ports import Ports
from keeptrusts.cli.stack.readiness import always_ready, file_ready

_SERVICE = 'echo "$0 up"; : > "$KEEPTRUSTS_READY_FILE"; echo "$0" >> "$KEEPTRUSTS_SUPERVISED_BY/order"; exec sleep 600'


def only_kafka(data_dir: DataDir, port_offset: int) -> tuple[Child, ...]:
    """The first child of the shipped stack: a real Kafka node."""
    options = StackOptions(data_dir=data_dir, port_offset=port_offset)
    return stack_children(options, lambda _data_dir, _environment: None)[:1]


def stand_in_children(data_dir: DataDir, *, gateway: bool, broken: str) -> tuple[Child, ...]:
    """A service, a one-shot, a service with a grandchild, and a gateway that can be released."""
    return (
        _service(data_dir, "kafka", "echo the reason; exit 3" if broken == "kafka" else _SERVICE),
        Child(
            name="topics",
            command=fixed("sh", "-c", 'echo topics >> "$KEEPTRUSTS_SUPERVISED_BY/order"'),
            ready=always_ready(),
            one_shot=True,
        ),
        _service(data_dir, "processors", "sleep 600 & " + _SERVICE),
        _service(data_dir, "gateway", _SERVICE, enabled=gateway),
    )


def two_at_once(data_dir: DataDir) -> tuple[Child, ...]:
    """A service that answers only once the next one runs, and that one."""
    mark = '"$KEEPTRUSTS_SUPERVISED_BY/mark"'
    until_marked = f"while [ ! -e {mark} ]; do sleep 0.05; done; "
    return (
        replace(_service(data_dir, "processors", until_marked + _SERVICE), with_next=True),
        _service(data_dir, "gateway", f": > {mark}; " + _SERVICE),
    )


def _service(data_dir: DataDir, name: str, script: str, *, enabled: bool = True) -> Child:
    return Child(
        name=name,
        command=fixed("sh", "-c", script, name),
        ready=file_ready(data_dir.ready_file_of(name)),
        start_seconds=20.0,
        enabled=enabled,
        stop_seconds=5.0,
    )


def _say(message: str) -> None:
    print(message, flush=True)


def main() -> None:
    """Supervise until a signal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--port-offset", type=int, required=True)
    parser.add_argument("--no-gateway", action="store_true")
    parser.add_argument("--broken", default="")
    parser.add_argument("--only-kafka", action="store_true")
    parser.add_argument("--two-at-once", action="store_true")
    asked = parser.parse_args()
    directory = DataDir(root=asked.data_dir)
    make_data_dir(directory)
    children = stand_in_children(directory, gateway=not asked.no_gateway, broken=asked.broken)
    if asked.only_kafka:
        children = only_kafka(directory, asked.port_offset)
    if asked.two_at_once:
        children = two_at_once(directory)
    asyncio.run(
        run_supervisor(
            data_dir=directory,
            ports=Ports(offset=asked.port_offset),
            children=children,
            say=_say,
            show_table=False,
        )
    )


if __name__ == "__main__":
    main()
