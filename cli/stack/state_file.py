"""The stack's state as a file that other processes read: written whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from keeptrusts.cli.stack.processes import ProcessIdentity
from keeptrusts.schemas.frozen import frozen

Phase = Literal["starting", "running", "stopping", "stopped", "failed"]
ChildPhase = Literal["off", "starting", "ready", "silent", "backoff", "stopping", "done", "failed"]

_VERSION = 1


@frozen
class ChildState:
    """One process. `silent`: it runs and answers nothing. `off`: not wanted. `restarts` counts since the start."""

    name: str
    phase: ChildPhase = "off"
    process: ProcessIdentity | None = None
    restarts: int = 0
    reason: str = ""


@frozen
class StackState:
    """The whole stack, as its supervisor saw it last."""

    phase: Phase
    supervisor: ProcessIdentity
    port_offset: int
    children: tuple[ChildState, ...] = ()
    message: str = ""

    def child(self, name: str) -> ChildState | None:
        return next((child for child in self.children if child.name == name), None)


def write_state(path: Path, state: StackState) -> None:
    """Replace the file in one step. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps({"version": _VERSION, **asdict(state)}, indent=2), encoding="utf-8")
    os.replace(temporary, path)


def read_state(path: Path) -> StackState | None:
    """The state last written; None when there is none or it is not one of ours (an older version, a torn disk)."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _state_from(document) if document["version"] == _VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _state_from(document: dict[str, Any]) -> StackState:
    return StackState(
        phase=document["phase"],
        supervisor=_identity_from(document["supervisor"]),
        port_offset=document["port_offset"],
        children=tuple(_child_from(child) for child in document["children"]),
        message=document["message"],
    )


def _child_from(document: dict[str, Any]) -> ChildState:
    process = document["process"]
    return ChildState(
        name=document["name"],
        phase=document["phase"],
        process=None if process is None else _identity_from(process),
        restarts=document["restarts"],
        reason=document["reason"],
    )


def _identity_from(document: dict[str, Any]) -> ProcessIdentity:
    return ProcessIdentity(pid=document["pid"], started=document["started"])
