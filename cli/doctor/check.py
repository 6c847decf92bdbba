"""One check and its result; a failure always says how to mend it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Literal

from keeptrusts.schemas.frozen import frozen

Result = Literal["ok", "warning", "failed"]


@frozen
class Finding:
    """What a check found: ``fix`` is a command or an action, given whenever the result is not ok."""

    check: str
    result: Result
    message: str
    fix: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@frozen
class Check:
    """A named check. It may raise anything: that is a failed check, whose fix is ``fix``."""

    name: str
    run: Callable[[], Awaitable[Finding]]
    fix: str


def ok(check: str, message: str, **details: object) -> Finding:
    return Finding(check=check, result="ok", message=message, details=details)


def warning(check: str, message: str, fix: str, **details: object) -> Finding:
    return Finding(check=check, result="warning", message=message, fix=fix, details=details)


def failed(check: str, message: str, fix: str, **details: object) -> Finding:
    return Finding(check=check, result="failed", message=message, fix=fix, details=details)
