"""Values of kt.webhooks: what is sent to webhooks, each attempt's result, and how far the deliverer has read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keeptrusts.schemas.record import Record, Timestamp
from keeptrusts.schemas.snapshots.documents import Escalation


class Delivery(Record):
    """One message to one webhook; the last value counts. ``id`` is sent as ``webhook-id``, the same in every attempt.

    ``status`` is the HTTP status of the last attempt, ``error`` a word for what went wrong; nothing of an endpoint's
    answer is kept beside its status. ``next_at`` is when it is tried again. ``data`` is in the first value only.
    """

    kind: Literal["delivery"] = "delivery"
    id: str
    org: str
    webhook: str
    event: str
    state: Literal["queued", "delivered", "failed"]
    escalation: str | None = None
    generation: int = 0
    attempts: int = Field(default=0, ge=0)
    status: int | None = None
    error: str | None = None
    queued_at: Timestamp
    attempted_at: Timestamp | None = None
    next_at: Timestamp | None = None
    duration_ms: int | None = Field(default=None, ge=0)
    data: Escalation | None = None


class DeliveryProgress(Record):
    """How far a partition of kt.escalations is read: what anybody wants of all before ``next_offset`` is queued."""

    kind: Literal["delivery_progress"] = "delivery_progress"
    id: str
    org: str
    partition: int
    next_offset: int = Field(ge=0)
