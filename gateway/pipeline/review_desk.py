"""Who waits for a person's decision in this worker, by escalation."""

from __future__ import annotations

import asyncio

from keeptrusts.schemas.snapshots.grants import ReviewDecided


class ReviewDesk:
    """Hands decisions to the calls that wait for them. Used in one event loop; what nobody waits for is passed over."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[str]] = {}
        self.stopped = False
        """Whether nobody may begin to wait any more."""

    @property
    def waiting(self) -> int:
        """How many calls and answers wait."""
        return len(self._waiting)

    def expect(self, escalation: str) -> asyncio.Future[str]:
        """Begin to wait: the future gets ``approved``, ``denied``, ``expired`` or ``stopped``."""
        result: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[escalation] = result
        if self.stopped:
            result.set_result("stopped")
        return result

    def forget(self, escalation: str) -> None:
        """End the wait."""
        self._waiting.pop(escalation, None)

    def stop(self) -> None:
        """End every wait because the gateway ends: people take longer than it has."""
        self.stopped = True
        for result in self._waiting.values():
            if not result.done():
                result.set_result("stopped")

    def tell(self, decided: ReviewDecided) -> None:
        """Take in a decision. An edited approval has no meaning here, as no content is kept: it counts as undecided."""
        result = self._waiting.get(decided.escalation)
        if result is not None and not result.done():
            result.set_result("expired" if decided.resolution == "approved_edited" else decided.resolution)
