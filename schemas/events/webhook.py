"""Facts about webhooks: what the deliverer has found out about an endpoint."""

from __future__ import annotations

from typing import Literal

from keeptrusts.schemas.record import Record

SwitchedOffFor = Literal["gone", "failing"]


class WebhookSwitchedOff(Record):
    """An endpoint is told nothing more: it answered 410 (``gone``), or every attempt of days failed (``failing``).

    ``generation`` is the webhook's own when it was found out; one that was changed since stays as it is.
    """

    webhook: str
    reason: SwitchedOffFor
    generation: int
