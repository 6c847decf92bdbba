"""Asks the admin port of a gateway on this machine."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.schemas.frozen import frozen

_ANSWER_S: Final = 60.0
_POLL_S: Final = 0.2
_RESTART_S: Final = 3_600.0


@frozen
class AdminAnswer:
    """A status and the decoded document."""

    status: int
    document: Mapping[str, Any]


class AdminClient:
    """One admin port. Every method raises CommandFailed when nothing answers there."""

    def __init__(self, port: int) -> None:
        self._port = port

    def get(self, path: str) -> AdminAnswer:
        return self._ask("GET", path)

    def post(self, path: str) -> AdminAnswer:
        return self._ask("POST", path)

    def restart(self) -> str | None:
        """Have every worker replaced and wait for the end; gives why it stopped before, or None."""
        begun = self.post("/keeptrusts/restart")
        if begun.status != 202:
            return str(begun.document.get("detail"))
        deadline = time.monotonic() + _RESTART_S
        while time.monotonic() < deadline:
            now = self.get("/readyz").document
            if not now.get("restarting"):
                problem = now.get("restart_problem")
                return None if problem is None else f"the restart has stopped: {problem}"
            time.sleep(_POLL_S)
        return f"the restart has not ended within {_RESTART_S:g} s"

    def _ask(self, method: str, path: str) -> AdminAnswer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return AdminAnswer(status=answer.status, document=json.loads(answer.read()))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise CommandFailed(
                f"no gateway answers on its admin port {self._port} ({error or type(error).__name__}). "
                "Give --port, or see kt status.",
                ExitCode.UNAVAILABLE,
            ) from error
        finally:
            connection.close()
