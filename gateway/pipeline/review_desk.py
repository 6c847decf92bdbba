"""Who waits for a person's decision in this worker, by escalation."""

from __future__ import annotations

import asyncio

from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import ReviewAnswered, ReviewDecided

REDEEMED = "redeemed"


class ReviewDesk:
    """Hands decisions to the calls that wait for them. Used in one event loop; what nobody waits for is passed over."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[str]] = {}
        self._answers: dict[str, asyncio.Future[str]] = {}
        self._edited: dict[str, ReviewDecided] = {}
        self.stopped = False
        """Whether nobody may begin to wait any more."""

    @property
    def waiting(self) -> int:
        """How many calls and answers wait."""
        return len(self._waiting)

    def anyone_waits(self) -> bool:
        """Say whether a record of the inbox may concern anybody here."""
        return bool(self._waiting or self._answers)

    def expect_answer(self, request: str) -> asyncio.Future[str]:
        """Wait to hear whether a call may go on by an approval: ``redeemed``, or why not. A stop does not end this."""
        result: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers[request] = result
        return result

    def forget_answer(self, request: str) -> None:
        self._answers.pop(request, None)

    def expect(self, escalation: str) -> asyncio.Future[str]:
        """Begin to wait: the future gets ``approved``, ``approved_edited``, ``denied``, ``expired`` or ``stopped``."""
        result: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[escalation] = result
        if self.stopped:
            result.set_result("stopped")
        return result

    def forget(self, escalation: str) -> None:
        """End the wait."""
        self._waiting.pop(escalation, None)
        self._edited.pop(escalation, None)

    def edited(self, escalation: str) -> ReviewDecided | None:
        """Give the decision about an edited text, which says where that is; until the wait is ended."""
        return self._edited.get(escalation)

    def stop(self) -> None:
        """End every wait because the gateway ends: people take longer than it has."""
        self.stopped = True
        for result in self._waiting.values():
            if not result.done():
                result.set_result("stopped")

    def take(self, record: Record) -> bool:
        """Take in a record of the inbox; False for those that concern others."""
        if isinstance(record, ReviewDecided):
            self.tell(record)
        elif isinstance(record, ReviewAnswered):
            result = self._answers.get(record.request)
            if result is not None and not result.done():
                result.set_result(record.reason or REDEEMED)
        else:
            return False
        return True

    def tell(self, decided: ReviewDecided) -> None:
        """Take in a decision."""
        result = self._waiting.get(decided.escalation)
        if result is not None and not result.done():
            if decided.resolution == "approved_edited":
                self._edited[decided.escalation] = decided
            result.set_result(decided.resolution)
