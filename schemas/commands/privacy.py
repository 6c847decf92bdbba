"""Intents about what is known of persons."""

from __future__ import annotations

from pydantic import Field

from keeptrusts.schemas.record import Record


class PrivacyEraseRequested(Record):
    """Destroy every content key of a data subject: a member's id, ``external:...``, or the id of an API key."""

    erasure: str
    subject: str = Field(min_length=1, max_length=300)
    reason: str = Field(default="", max_length=1000)
