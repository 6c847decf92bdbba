"""What `kt` returns to the shell, and the error that carries such a code to the end of the program."""

from __future__ import annotations

from enum import IntEnum

import click


class ExitCode(IntEnum):
    """Documented and stable: scripts depend on them."""

    OK = 0
    NO = 1  # the answer is no: unhealthy, not equal, nothing running
    USAGE = 2  # wrong arguments, or lint errors in a document
    NOT_FOUND = 3
    SIGN_IN = 4  # no credentials, or ones that are not valid
    NOT_ALLOWED = 5
    LIMIT = 8  # a rate, a budget or a wallet is exhausted
    UNAVAILABLE = 9  # server or network
    GAP = 10  # history that was asked for is gone


class CommandFailed(click.ClickException):
    """Ends a command with a message on stderr and one of the documented codes."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = int(code)
