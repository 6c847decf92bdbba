"""Asks a running supervisor for something, and is asked: small files in a folder that it watches.

Files rather than a socket: a data directory may lie deeper than a socket's address can name, and a file left by
somebody who died is harmless.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from keeptrusts.cli.stack.failure import StackError
from keeptrusts.schemas.frozen import frozen

Action = Literal["start_child", "stop_child"]

_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 60.0
_KEPT_ANSWERS_SECONDS = 120.0


@frozen
class Request:
    """What is asked: start or stop the child of this name."""

    action: Action
    child: str


def ask(run: Path, request: Request, *, supervised: Callable[[], bool]) -> None:
    """Wait until the supervisor has done it. Raises StackError when it refuses, is gone, or takes over a minute."""
    name = f"{uuid.uuid4().hex}.json"
    answer = run / "answers" / name
    _write(run / "requests" / name, {"action": request.action, "child": request.child})
    deadline = time.monotonic() + _ANSWER_SECONDS
    while not answer.exists():
        if not supervised():
            raise StackError("The stack's supervisor is gone.", fix="start it again with `kt up`")
        if time.monotonic() > deadline:
            raise StackError(
                f"The stack's supervisor did not answer within {_ANSWER_SECONDS:.0f} s.",
                fix="restart the stack with `kt down` and `kt up`",
            )
        time.sleep(_POLL_SECONDS)
    document = json.loads(answer.read_text(encoding="utf-8"))
    answer.unlink(missing_ok=True)
    if document["error"]:
        raise StackError(document["error"], fix=document["fix"])


async def serve(run: Path, handle: Callable[[Request], Awaitable[None]], until: asyncio.Event) -> None:
    """Answer requests, one after another, until the event is set. The handler raises StackError to refuse.

    What was asked before this call is answered too: whoever supervises calls `clear` first of all, while nobody
    can know of it yet, and may be asked as soon as its state can be read.
    """
    while not until.is_set():
        for path in sorted((run / "requests").glob("*.json")):
            await _answer(run, path, handle)
        try:
            await asyncio.wait_for(until.wait(), _POLL_SECONDS)
        except TimeoutError:
            continue


def clear(run: Path) -> None:
    """Forget what was asked of an earlier supervisor."""
    for folder in (run / "requests", run / "answers"):
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*"):
            path.unlink(missing_ok=True)


async def _answer(run: Path, path: Path, handle: Callable[[Request], Awaitable[None]]) -> None:
    request = _take(path)
    answer = {"error": "", "fix": ""}
    try:
        await handle(request)
    except StackError as error:
        answer = {"error": error.reason, "fix": error.fix}
    _forget_old_answers(run / "answers")
    _write(run / "answers" / path.name, answer)


def _take(path: Path) -> Request:
    """Only `ask` writes these files, whole, into a folder nobody else can write: they are well formed."""
    document = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    return Request(action=document["action"], child=document["child"])


def _forget_old_answers(folder: Path) -> None:
    oldest = time.time() - _KEPT_ANSWERS_SECONDS
    for path in folder.glob("*.json"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _write(path: Path, document: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.part")
    temporary.write_text(json.dumps(document), encoding="utf-8")
    os.replace(temporary, path)
