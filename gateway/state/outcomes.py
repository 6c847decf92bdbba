"""The outcomes of intents: whoever appended one waits here for the authority's answer."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from keeptrusts.schemas.codec import DecodeError
from keeptrusts.schemas.snapshots.codec import decode_as
from keeptrusts.schemas.snapshots.outcomes import IntentOutcome

MAX_REMEMBERED: Final = 10_000


class OutcomeInbox:
    """Materializes the newest outcomes by event id and wakes who waits; bounded, oldest forgotten first."""

    def __init__(self) -> None:
        self._outcomes: OrderedDict[str, IntentOutcome] = OrderedDict()
        self._waiting: dict[str, asyncio.Future[IntentOutcome]] = {}
        self.undecodable = 0

    def apply(self, partition: int, offset: int, value: bytes | None, received_s: float) -> None:
        """Take in one record of kt.outcomes."""
        try:
            outcome = decode_as(IntentOutcome, value or b"")
        except DecodeError:
            self.undecodable += 1
            return
        self._outcomes[outcome.event_id] = outcome
        while len(self._outcomes) > MAX_REMEMBERED:
            self._outcomes.popitem(last=False)
        waiting = self._waiting.pop(outcome.event_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)

    def known(self, event_id: str) -> IntentOutcome | None:
        """Give an outcome that is still remembered."""
        return self._outcomes.get(event_id)

    async def wait(self, event_id: str, *, timeout_s: float) -> IntentOutcome | None:
        """Wait for an intent's outcome; None when it has not come within the time."""
        known = self._outcomes.get(event_id)
        if known is not None:
            return known
        future = self._waiting.setdefault(event_id, asyncio.get_running_loop().create_future())
        try:
            return await asyncio.wait_for(asyncio.shield(future), timeout_s)
        except TimeoutError:
            self._waiting.pop(event_id, None)
            return None
