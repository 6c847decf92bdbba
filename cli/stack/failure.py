"""The one error of the stack: what went wrong on this machine, and what to do about it."""

from __future__ import annotations


class StackError(Exception):
    """Something on this machine keeps the stack from starting, stopping or answering.

    `reason` says what is the case, `fix` what the reader can do (a command where there is one).
    """

    def __init__(self, reason: str, *, fix: str) -> None:
        super().__init__(f"{reason}\n  fix: {fix}")
        self.reason = reason
        self.fix = fix
