"""Rows of ``content_records`` and ``content_keys``: captured content, encrypted, and the wrapped keys of it."""

from __future__ import annotations

from collections.abc import Sequence

from keeptrusts.projections.projectors.place import DerivedRecord, time_text
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.content import ContentRecord, SubjectKey, SubjectKeyDestroyed


@frozen
class ContentRecordRow:
    """One record of a content; ``ciphertext`` is in base64, as in the log."""

    org: str
    request: str
    ref: str
    part: str
    subject: str
    period: str
    key_id: str
    captured: str
    truncated: bool
    piece: int
    pieces: int
    nonce: str
    ciphertext: str
    hmac: str
    partition: int
    offset: int


@frozen
class ContentKeyRow:
    """A wrapped key; or, where ``reason`` says why, that it is gone: then ``wrapped`` is empty, and the row of the key
    itself is deleted.
    """

    org: str
    key_id: str
    subject: str
    period: str
    wrapped: str
    secret_version: int
    keep_days: int
    erasures: int
    reason: str
    erasure: str
    destroyed_at: str | None
    partition: int
    offset: int


def content_record_rows(records: Sequence[DerivedRecord]) -> list[ContentRecordRow]:
    """Give one row for each record."""
    return [
        ContentRecordRow(
            org=one.org,
            request=one.request,
            ref=one.ref,
            part=one.part,
            subject=one.subject,
            period=one.period,
            key_id=one.key_id or "",
            captured=one.captured or "",
            truncated=one.truncated or False,
            piece=one.piece or 0,
            pieces=one.pieces or 1,
            nonce=one.nonce,
            ciphertext=one.ciphertext,
            hmac=one.hmac,
            partition=derived.place.partition,
            offset=derived.place.offset,
        )
        for derived in records
        if isinstance(one := derived.record, ContentRecord)
    ]


def content_key_rows(records: Sequence[DerivedRecord]) -> list[ContentKeyRow]:
    """Give one row for each key, and one for each that is gone."""
    rows = []
    for derived in records:
        record, place = derived.record, derived.place
        if isinstance(record, SubjectKey):
            rows.append(
                ContentKeyRow(
                    org=record.org,
                    key_id=record.key_id or "",
                    subject=record.subject,
                    period=record.period,
                    wrapped=record.wrapped,
                    secret_version=record.secret_version,
                    keep_days=record.keep_days or 0,
                    erasures=record.erasures or 0,
                    reason="",
                    erasure="",
                    destroyed_at=None,
                    partition=place.partition,
                    offset=place.offset,
                )
            )
        elif isinstance(record, SubjectKeyDestroyed):
            rows.append(
                ContentKeyRow(
                    org=record.org,
                    key_id=record.key_id,
                    subject=record.subject,
                    period=record.period,
                    wrapped="",
                    secret_version=0,
                    keep_days=0,
                    erasures=0,
                    reason=record.reason,
                    erasure=record.erasure or "",
                    destroyed_at=time_text(record.destroyed_at),
                    partition=place.partition,
                    offset=place.offset,
                )
            )
    return rows
