"""Values of kt.content, kt.subjectkeys, kt.checkpoints, kt.state and kt.deadletters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keeptrusts.schemas.record import Record, Timestamp


class ContentRecord(Record):
    """Captured or held content, encrypted (AES-256-GCM) with the key of its data subject and period."""

    type: Literal["kt.content.v1"] = "kt.content.v1"
    ref: str
    org: str
    subject: str
    period: str
    request: str
    part: Literal["input", "output", "excerpt"]
    nonce: str
    ciphertext: str
    hmac: str


class SubjectKey(Record):
    """A content key wrapped by the organization's key. A tombstone of its Kafka key destroys it."""

    type: Literal["kt.subjectkey.v1"] = "kt.subjectkey.v1"
    org: str
    subject: str
    period: str
    wrapped: str
    secret_version: int = 1


class Checkpoint(Record):
    """A signed Merkle head over the new records of a partition since the previous checkpoint."""

    type: Literal["kt.checkpoint.v1"] = "kt.checkpoint.v1"
    partition: int
    number: int = Field(ge=0)
    events_offset: int
    ledger_offset: int
    root: str
    previous: str
    made_at: Timestamp
    key_id: str
    signature: str


class StateSnapshot(Record):
    """One piece of a processor's state for a ledger; the piece ``head`` names how many of each section belong to it.

    ``name`` is ``<section>/<part>``. Pieces that have not changed are not written again: all that one head counts
    belong together, because a snapshot is written in one transaction. ``seq`` is the ledger's last entry then,
    ``input_offset`` the last record of kt.events folded.
    """

    type: Literal["kt.state.snapshot.v1"] = "kt.state.snapshot.v1"
    processor: Literal["authority", "adoption"]
    ledger: str
    seq: int
    input_offset: int
    part: int
    parts: int
    state: str
    name: str | None = None


class DeadLetter(Record):
    """A record that could not be decoded: where it is, why, and its bytes in base64."""

    type: Literal["kt.deadletter.v1"] = "kt.deadletter.v1"
    reader: str
    topic: str
    partition: int
    offset: int
    error: str
    value_base64: str
    found_at: Timestamp
