"""Facts about commands: what the command API itself refused, before any intent was in the log."""

from __future__ import annotations

from pydantic import Field

from keeptrusts.schemas.record import Record


class CommandRefused(Record):
    """A signed-in caller asked for what the API could not take or did not allow. No money moved, nothing changed.

    ``route`` is the path template, ``code`` one of the codes that problems have, and ``param`` a field that the
    command's body declares. Nothing here is text of the caller's.
    """

    request: str
    method: str
    route: str
    status: int = Field(ge=400, le=499)
    code: str
    param: str | None = None
