"""What a gateway says to a ledger for itself, of no call: events of its own, and their way into the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.publishing import Ack, Publisher
from keeptrusts.schemas.record import Record


@frozen
class OwnEvents:
    """One a worker. ``gateway`` is its name; an append is acknowledged within ``ack_timeout_s`` or raises."""

    publisher: Publisher
    ids: Ids
    gateway: str
    now: Callable[[], datetime]
    ack_timeout_s: float = 5.0

    @property
    def source(self) -> str:
        """The publisher's present name, which has its incarnation at the end."""
        return self.publisher.source

    def about(self, ledger: str, data: Record) -> Event:
        """Build an event of a ledger."""
        return Event(
            id=self.ids.event(),
            source=self.publisher.source,
            subject=self.gateway,
            time=self.now(),
            org=ledger,
            ledger=ledger,
            actor=f"gateway:{self.gateway}",
            data=data,
        )

    async def append(self, *events: Event) -> Sequence[Ack]:
        """Have the log take events, together and in order. Raises PublishError."""
        return await self.publisher.append(*events, deadline_s=self.ack_timeout_s)
