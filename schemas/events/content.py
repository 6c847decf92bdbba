"""Facts about captured content: who has read it."""

from __future__ import annotations

from typing import Literal

from keeptrusts.schemas.record import Record


class ContentRead(Record):
    """Somebody was given captured content in clear; appended before it is. The actor is who read.

    ``request`` is the call it belongs to, ``refs`` name the contents, ``parts`` say which they are.
    """

    request: str
    refs: tuple[str, ...]
    parts: tuple[Literal["input", "output", "excerpt", "edited"], ...]
