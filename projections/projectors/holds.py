"""Rows of ``holds_open`` and ``holds_presumed``: money that is held, and which of it counts as spent until known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from keeptrusts.projections.projectors.place import DerivedRecord, time_text_of_ms
from keeptrusts.schemas.events.money import Hold
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.ledger import Change, Entry, HoldClosed, HoldOpened, RequestOpened

_NEVER: Final = "1970-01-01T00:00:00.000000Z"
_CAPS: Final = ("budget:", "cap:")


@frozen
class OpenHoldRow:
    """A hold that was opened (``sign`` 1), or its end (-1), which takes it back by its id alone.

    ``account`` is the wallet that is held, if any; ``amount`` is nano-USD, the same of every account it draws on;
    ``draws`` is JSON. ``owner`` is the gateway incarnation.
    """

    org: str
    hold: str
    request: str = ""
    owner: str = ""
    account: str = ""
    amount: int = 0
    draws: str = ""
    price_version: str = ""
    opened_at: str = _NEVER
    deadline_at: str = _NEVER
    cause_offset: int
    sign: int
    partition: int
    offset: int


@frozen
class PresumedHoldRow:
    """A hold that is presumed spent (``sign`` 1): ``charged`` nano-USD count until its end is known (-1)."""

    org: str
    hold: str
    charged: int = 0
    presumed_at: str = _NEVER
    cause_offset: int
    sign: int
    partition: int
    offset: int


def open_hold_rows(records: Sequence[DerivedRecord]) -> list[OpenHoldRow]:
    """Give a row for each hold that was opened and for each that ended; those that hold no money have none."""
    return [
        row
        for derived in records
        if isinstance(entry := derived.record, Entry)
        for change in entry.changes
        if (row := _opened_or_ended(derived, entry, change)) is not None
    ]


def presumed_hold_rows(records: Sequence[DerivedRecord]) -> list[PresumedHoldRow]:
    """Give a row for each hold that is presumed spent from now on, and for each that no longer is."""
    return [
        row
        for derived in records
        if isinstance(entry := derived.record, Entry)
        for change in entry.changes
        if isinstance(change, HoldClosed) and (row := _presumed_or_known(derived, entry, change)) is not None
    ]


def _presumed_or_known(derived: DerivedRecord, entry: Entry, change: HoldClosed) -> PresumedHoldRow | None:
    begins = change.state == "presumed"
    if not begins and not _ends_presumption(entry, change):
        return None
    return PresumedHoldRow(
        org=entry.ledger,
        hold=change.hold,
        charged=change.charged if begins else 0,
        presumed_at=time_text_of_ms(entry.ledger_time_ms) if begins else _NEVER,
        cause_offset=entry.cause.offset,
        sign=1 if begins else -1,
        partition=derived.place.partition,
        offset=derived.place.offset,
    )


def _ends_presumption(entry: Entry, change: HoldClosed) -> bool:
    """Say whether a hold that ends was presumed spent: only such are released or forgotten, and give charges back."""
    if change.state in ("released", "forgotten") or entry.outcome == "corrected":
        return True
    return any(posting.amount < 0 and posting.account.endswith("/spent") for posting in entry.postings)


def _opened_or_ended(derived: DerivedRecord, entry: Entry, change: Change) -> OpenHoldRow | None:
    match change:
        case RequestOpened():
            return _opened(derived, entry, change, change.hold) if change.hold is not None else None
        case HoldOpened():
            return _opened(derived, entry, change, change.hold)
        case HoldClosed() if change.state != "presumed":  # a presumed one stays until its end is known
            return OpenHoldRow(
                org=entry.ledger,
                hold=change.hold,
                cause_offset=entry.cause.offset,
                sign=-1,
                partition=derived.place.partition,
                offset=derived.place.offset,
            )
        case _:
            return None


def _opened(derived: DerivedRecord, entry: Entry, opened: RequestOpened | HoldOpened, hold: Hold) -> OpenHoldRow:
    wallets = [draw.account for draw in hold.draws if not draw.account.startswith(_CAPS)]
    return OpenHoldRow(
        org=entry.ledger,
        hold=hold.id,
        request=opened.request,
        owner=opened.owner or "",
        account=wallets[0] if wallets else "",
        amount=max((draw.amount for draw in hold.draws), default=0),
        draws=orjson.dumps([draw.model_dump(mode="json") for draw in hold.draws]).decode(),
        price_version=hold.price_version,
        opened_at=time_text_of_ms(entry.ledger_time_ms),
        deadline_at=time_text_of_ms(opened.deadline_ms or 0),
        cause_offset=entry.cause.offset,
        sign=1,
        partition=derived.place.partition,
        offset=derived.place.offset,
    )
