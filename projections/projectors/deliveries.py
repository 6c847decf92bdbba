"""Rows of ``webhook_deliveries``: what was sent to webhooks, as it stands after the last attempt."""

from __future__ import annotations

from collections.abc import Sequence

from keeptrusts.projections.projectors.place import DerivedRecord, time_text
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.deliveries import Delivery


@frozen
class DeliveryRow:
    """One message; the row with the largest offset is in force. Ids grow with time."""

    org: str
    webhook: str
    id: str
    event: str
    state: str
    queued_at: str
    value: str
    partition: int
    offset: int


def delivery_rows(records: Sequence[DerivedRecord]) -> list[DeliveryRow]:
    """Give a row for each value; of several for one message in a range the last."""
    found: dict[tuple[str, str], DeliveryRow] = {}
    for derived in records:
        value = derived.record
        if isinstance(value, Delivery):
            found[(value.webhook, value.id)] = DeliveryRow(
                org=value.org,
                webhook=value.webhook,
                id=value.id,
                event=value.event,
                state=value.state,
                queued_at=time_text(value.queued_at),
                value=derived.value.decode(),
                partition=derived.place.partition,
                offset=derived.place.offset,
            )
    return sorted(found.values(), key=lambda row: row.offset)
