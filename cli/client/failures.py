"""What a refusal of the API means for the shell: the sentence to show, and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode

_CODES: Final[Mapping[int, ExitCode]] = MappingProxyType(
    {
        400: ExitCode.USAGE,
        401: ExitCode.SIGN_IN,
        402: ExitCode.LIMIT,
        403: ExitCode.NOT_ALLOWED,
        404: ExitCode.NOT_FOUND,
        405: ExitCode.USAGE,
        408: ExitCode.UNAVAILABLE,
        409: ExitCode.NO,
        410: ExitCode.GAP,
        413: ExitCode.USAGE,
        415: ExitCode.USAGE,
        422: ExitCode.USAGE,
        429: ExitCode.LIMIT,
    }
)
_LIMITS: Final = frozenset({"insufficient_funds", "limit_reached"})


class ApiRefusal(CommandFailed):
    """The API said no: its status, its problem document, and the exit code that follows from them."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(_sentence(status, problem), _exit_code(status, problem))
        self.status = status
        self.problem = problem


def unreachable(url: str, reason: str) -> CommandFailed:
    """Give the failure of an API that does not answer."""
    return CommandFailed(
        f"{url} does not answer ({reason}).\n  fix: `kt status` shows whether the stack runs, `kt up` starts it",
        ExitCode.UNAVAILABLE,
    )


def _exit_code(status: int, problem: Mapping[str, Any]) -> ExitCode:
    if problem.get("reason") in _LIMITS:
        return ExitCode.LIMIT
    return _CODES.get(status, ExitCode.UNAVAILABLE if status >= 500 else ExitCode.NO)


def _sentence(status: int, problem: Mapping[str, Any]) -> str:
    detail = problem.get("detail") or problem.get("title")
    if isinstance(detail, str):
        return _printable(detail)
    return f"the API answered {status} without saying why; is this address a Keeptrusts API?"


def _printable(text: str) -> str:
    """Leave away what could move a terminal's cursor: the text came over the network."""
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)
