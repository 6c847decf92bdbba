"""The simulated provider's bill: one NDJSON line a billed call, on disk before the call ends. No content, ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO, Literal

from keeptrusts.cli.provider_simulator.answer import Billed

Ended = Literal["complete", "client_gone", "cut"]


class BillingLog:
    """Writes lines `{time, request_id, path, model, stream, status, usage, ended}`; without a file it only counts."""

    def __init__(self, file: IO[str] | None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._file = file
        self._now = now
        self.lines = 0

    def add(
        self, *, request_id: str, path: str, model: str, stream: bool, status: int, usage: Billed, ended: Ended
    ) -> None:
        """Bill one call; the line is flushed before this returns."""
        self.lines += 1
        if self._file is None:
            return
        line = {
            "time": self._now().isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "request_id": request_id,
            "path": path,
            "model": model,
            "stream": stream,
            "status": status,
            "usage": asdict(usage),
            "ended": ended,
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
