"""Values of kt.content, kt.subjectkeys, kt.checkpoints, kt.state and kt.deadletters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keeptrusts.schemas.record import Record, Timestamp


class ContentRecord(Record):
    """Captured or held content, encrypted (AES-256-GCM) with the key of its data subject and period.

    A long content has several records (``piece`` of ``pieces``), all with the same ``ref`` and the HMAC of the whole.
    ``truncated``: only its beginning is kept.
    """

    type: Literal["kt.content.v1"] = "kt.content.v1"
    ref: str
    org: str
    subject: str
    period: str
    request: str
    part: Literal["input", "output", "excerpt", "edited"]
    nonce: str
    ciphertext: str
    hmac: str
    key_id: str | None = None
    piece: int | None = Field(default=None, ge=0)
    pieces: int | None = Field(default=None, ge=1)
    captured: Literal["redacted", "full"] | None = None
    truncated: bool | None = None


class SubjectKey(Record):
    """A content key wrapped by the organization's key. A tombstone of its Kafka key destroys it.

    ``key_id`` tells keys of one subject and period apart. ``keep_days`` is how long contents under it may live,
    ``erasures`` how often the subject had been erased when it was made: a later erasure destroys it.
    """

    type: Literal["kt.subjectkey.v1"] = "kt.subjectkey.v1"
    org: str
    subject: str
    period: str
    wrapped: str
    secret_version: int = 1
    key_id: str | None = None
    keep_days: int | None = Field(default=None, ge=0)
    erasures: int | None = Field(default=None, ge=0)


class SubjectKeyDestroyed(Record):
    """A content key is gone for good, and why: by the erasure of a person, or because its retention is over.

    It has a Kafka key of its own, so that it stays when the tombstone beside it has been compacted away.
    """

    type: Literal["kt.subjectkey.destroyed.v1"] = "kt.subjectkey.destroyed.v1"
    org: str
    subject: str
    period: str
    key_id: str
    reason: Literal["erased", "retention"]
    erasure: str | None = None
    destroyed_at: Timestamp


def subject_key_name(key: SubjectKey | SubjectKeyDestroyed) -> bytes:
    """Give a content key's Kafka key: ``org/subject/period/key_id``. A null record under it is its tombstone."""
    return f"{key.org}/{key.subject}/{key.period}/{key.key_id}".encode()


def destroyed_name(destroyed: SubjectKeyDestroyed) -> bytes:
    """Give the Kafka key of what is said of a key that is gone."""
    return subject_key_name(destroyed) + b"/destroyed"


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
