"""The gateway's inbox: what the authority allows this incarnation to spend, taken from kt.grants as it arrives. No I/O.

Most records are for other gateways, so they are passed over by looking at their bytes before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from keeptrusts.schemas.codec import DecodeError
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_derived

_FOR_ALL: Final = b'"kt.wallet.pressed.v1"'
_BY_REQUEST: Final = (
    b'"kt.ticket.denied.v1"',
    b'"kt.idempotency.',
    b'"kt.review.decided.v1"',
    b'"kt.review.answered.v1"',
)
"""Kinds that name no incarnation; they only matter while somebody here waits for one."""


class GrantsInbox:
    """Hands on what concerns this incarnation, in the order of the log. One task applies; ``tell`` must not block.

    ``incarnation`` gives the publisher's present one, which changes when it is renewed. ``anyone_waits`` says whether
    a ticket, an idempotency key or a review waits for its verdict. ``process`` is the incarnation of the whole process,
    which shares of rate limits are granted to.
    """

    def __init__(
        self,
        *,
        incarnation: Callable[[], str],
        anyone_waits: Callable[[], bool],
        tell: Callable[[Record], None],
        process: str | None = None,
    ) -> None:
        self._incarnation = incarnation
        self._anyone_waits = anyone_waits
        self._tell = tell
        self._known = ("", b"")
        self._process = None if process is None else b'"%b"' % process.encode()
        self.passed_over = 0
        self.undecodable = 0

    def apply(self, partition: int, offset: int, value: bytes | None, received_s: float) -> None:
        """Take in one record of kt.grants."""
        if not value or not self._concerns_us(value):
            self.passed_over += 1
            return
        try:
            record = decode_derived(value)
        except DecodeError:
            self.undecodable += 1
            return
        self._tell(record)

    def _concerns_us(self, value: bytes) -> bool:
        incarnation = self._incarnation()
        if incarnation != self._known[0]:
            self._known = (incarnation, b'"%b"' % incarnation.encode())
        if self._known[1] in value or _FOR_ALL in value:
            return True
        if self._process is not None and self._process in value:
            return True
        return self._anyone_waits() and any(kind in value for kind in _BY_REQUEST)
