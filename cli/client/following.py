"""Follows the API's stream of requests for ever: every one once, in order, whatever the connection does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final

from keeptrusts.cli.client.api import ApiClient
from keeptrusts.cli.client.failures import ApiRefusal
from keeptrusts.cli.client.server_sent import Message, messages
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode

PATH: Final = "/v1/events/stream"
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 15.0
SILENCE_S: Final = 20.0
"""The server sends a bookmark each five seconds: longer silence means that the connection is dead."""
_FINAL: Final = frozenset({ExitCode.SIGN_IN, ExitCode.NOT_ALLOWED, ExitCode.NOT_FOUND, ExitCode.USAGE, ExitCode.GAP})


@dataclass(slots=True, kw_only=True)
class Following:
    """One tail: where it is (``cursor``, ``<partition>:<offset>``), and what happened on the way."""

    client: ApiClient
    query: Mapping[str, str]
    cursor: str | None
    say: Callable[[str], None]
    jitter: Callable[[], float]
    deadline_s: float | None = None
    """Monotonic time at which to end; None: never."""
    received: int = 0
    reconnects: int = 0
    _lost: bool = field(default=False)

    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Give each request once, as it becomes final; ends at the deadline only.

        Raises CommandFailed when trying again cannot help: not signed in, not allowed, wrong filters, history gone.
        """
        pause_s = FIRST_PAUSE_S
        while not self._is_over():
            before = self.cursor
            try:
                yield from self._connected()
                reason = "the server closed the stream"
            except CommandFailed as failure:
                if isinstance(failure, ApiRefusal) and failure.exit_code in _FINAL:
                    raise _explained(failure) from failure
                reason = failure.message.splitlines()[0].rstrip(".")
            except (OSError, HTTPException, ValueError) as error:
                reason = "no sign of life" if isinstance(error, TimeoutError) else type(error).__name__
            if self._is_over():
                return
            pause_s = FIRST_PAUSE_S if self.cursor != before else min(pause_s * 2, LONGEST_PAUSE_S)
            wait_s = pause_s * (0.5 + self.jitter() / 2)
            self.say(f"-- connection lost ({reason}); trying again in {wait_s:.1f} s")
            self._lost = True
            time.sleep(wait_s if self.deadline_s is None else max(0.0, min(wait_s, self._left_s())))

    def _connected(self) -> Iterator[Mapping[str, Any]]:
        query = dict(self.query) if self.cursor is None else {**self.query, "cursor": self.cursor}
        with self.client.stream(PATH, query, read_timeout_s=min(SILENCE_S, max(0.05, self._left_s()))) as response:
            if self._lost:
                self._lost = False
                self.reconnects += 1
                self.say(f"-- resumed at {self.cursor or 'now'}, 0 missed")
            for message in messages(response):
                row = self._row(message)
                if row is not None:
                    self.received += 1
                    yield row
                if self._is_over():
                    return

    def _row(self, message: Message) -> Mapping[str, Any] | None:
        """Take one message in: the cursor moves, and only with it a request is given."""
        if message.event == "notice":
            problem = json.loads(message.data)
            raise ApiRefusal(int(problem.get("status", 503)), problem)
        if message.id is None or not _is_after(message.id, self.cursor):
            return None
        self.cursor = message.id
        if message.event != "event":
            return None
        row: Mapping[str, Any] = json.loads(message.data)
        return row

    def _left_s(self) -> float:
        return SILENCE_S if self.deadline_s is None else self.deadline_s - time.monotonic()

    def _is_over(self) -> bool:
        return self.deadline_s is not None and time.monotonic() >= self.deadline_s


def _is_after(position: str, cursor: str | None) -> bool:
    if cursor is None or ":" not in cursor:
        return True
    return int(position.partition(":")[2]) > int(cursor.partition(":")[2])


def _explained(failure: ApiRefusal) -> CommandFailed:
    if failure.exit_code != ExitCode.GAP:
        return failure
    oldest = failure.problem.get("oldest_cursor")
    skipped = failure.problem.get("skipped")
    return CommandFailed(
        f"{failure.message}\n  {skipped} records of the log would be skipped; go on with: --from {oldest}",
        ExitCode.GAP,
    )
