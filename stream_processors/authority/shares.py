"""Shares of rate limits: which worker may use how much of a limit that all gateways have together.

The sum of all shares of a limit never exceeds it, but for what workers say they have used all the same (tokens that
answers took, calls let through while nobody could be asked). A share that is not renewed keeps its part until what it
let through has ceased to count; only its own worker knows better, and may give back what it has not used.
"""

from __future__ import annotations

from collections.abc import Iterable

from keeptrusts.schemas.events.money import SHARE_MS, ShareClaim, ShareRequested
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import ShareDenied, ShareGranted, ShareRecalled
from keeptrusts.schemas.snapshots.ledger import Outcome, ShareValue
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.share_state import over_ms
from keeptrusts.stream_processors.authority.sizes import (
    GRACE_MS,
    MOST_SHARES,
    SHARE_RECALL_MS,
    SHARE_RETRY_MS,
    SHARE_WAIT_MS,
)


def requested(draft: Draft, asked: ShareRequested) -> Outcome:
    """Take in a worker's word about each limit, and answer it; and those whose calls wait for the same limit."""
    outcomes = [_claimed(draft, asked, claim) for claim in asked.claims or ()]
    if asked.leaving:
        return "returned"
    return next((one for one in ("denied", "granted") if one in outcomes), "ignored")


def _claimed(draft: Draft, asked: ShareRequested, claim: ShareClaim) -> Outcome:
    shares = draft.state.shares
    before = shares.of(claim.limit).get(asked.incarnation)
    number = asked.number or 0
    if before is not None and number <= before.number:
        return "ignored"  # a record that came late: the worker has said something else since
    if before is None and shares.count >= MOST_SHARES:
        _deny(draft, asked.incarnation, claim.limit, draft.event.id, "too_many_shares", SHARE_RETRY_MS)
        return "denied"
    value = _as_said(draft, asked, claim, number, 0 if before is None else before.level)
    if asked.leaving:
        draft.change(value.model_copy(update={"ended": True}) if not value.level else value)
        _serve(draft, claim.limit, but=asked.incarnation)
        return "returned"
    room = _room(draft, value)
    alone = not any(_live(draft, one) for one in _others(draft, value))
    most = value.total if alone else max(value.need, value.wanted)
    value = value.model_copy(update={"level": max(value.level, min(most, room))})
    short = _short(value, room)
    pending = short > 0 and _recall(draft, value, short)
    if pending:
        value = value.model_copy(update={"waits_until_ms": draft.now_ms + SHARE_WAIT_MS})
    draft.change(value)
    denied = _answer(draft, value, room, pending=pending)
    _serve(draft, claim.limit, but=asked.incarnation)
    return "denied" if denied else "granted"


def _as_said(draft: Draft, asked: ShareRequested, claim: ShareClaim, number: int, level: int) -> ShareValue:
    """Give a share as its worker says that it is, before anything is granted: never more than it had or has used."""
    at_ms = draft.timestamp_ms
    return ShareValue(
        asked=draft.event.id,
        expires_at_ms=at_ms if asked.leaving else at_ms + SHARE_MS,
        frees_at_ms=at_ms + claim.frees_ms,
        incarnation=asked.incarnation,
        level=max(claim.used, 0 if asked.leaving else min(level, claim.held)),
        limit=claim.limit,
        need=0 if asked.leaving else min(claim.need, claim.total),
        number=number,
        total=claim.total,
        used=claim.used,
        wanted=min(claim.wanted, claim.total),
        window_ms=claim.window_ms,
    )


def _room(draft: Draft, value: ShareValue) -> int:
    """Give what others leave of a limit, which is less than nothing where they have used more than there is.

    Of several numbers for a limit the smallest one rules that any live share was asked for with.
    """
    others = tuple(_others(draft, value))
    total = min([value.total, *(one.total for one in others if _live(draft, one))])
    return total - sum(one.level for one in others)


def _granted(value: ShareValue, room: int) -> int:
    """Give what a worker may use: what it has used beyond that counts, but is no right to use it again."""
    return max(min(value.level, room), 0)


def _short(value: ShareValue, room: int) -> int:
    """Give what calls that wait lack; nothing where none wait."""
    return value.need - _granted(value, room) if value.need > value.used else 0


def _others(draft: Draft, value: ShareValue) -> Iterable[ShareValue]:
    """Give the shares of a limit that other workers have, as long as anything of them may count."""
    return (
        one
        for one in draft.state.shares.of(value.limit).values()
        if one.incarnation != value.incarnation and over_ms(one) >= draft.now_ms
    )


def _live(draft: Draft, value: ShareValue) -> bool:
    """Say whether a worker may still let calls through on its share."""
    return value.expires_at_ms + GRACE_MS >= draft.now_ms


def _recall(draft: Draft, value: ShareValue, short: int, *, again: bool = False) -> bool:
    """Ask others to give back what they have not used; says whether the word of any of them is awaited.

    ``again``: only those are asked who have just said that they have more than they use and need.
    """
    awaited = False
    for one in tuple(_others(draft, value)):
        if not one.level or not _live(draft, one) or _all_in_use(draft, one):
            continue
        if one.recalled_ms is not None:
            awaited = awaited or one.recalled_ms + SHARE_RECALL_MS >= draft.now_ms
        elif not again or one.level > max(one.used, one.need):
            draft.change(one.model_copy(update={"recalled_ms": draft.now_ms}))
            recalled = ShareRecalled(
                ledger=draft.state.ledger,
                incarnation=one.incarnation,
                limit=one.limit,
                short=short,
                causationid=draft.event.id,
            )
            draft.tell(recalled)
            awaited = True
    return awaited


def _all_in_use(draft: Draft, value: ShareValue) -> bool:
    """Say whether a worker has used its whole share, as it last said, and nothing of that has ceased to count yet."""
    return value.window_ms > 0 and value.used >= value.level and value.frees_at_ms > draft.now_ms


def _serve(draft: Draft, limit: str, *, but: str) -> None:
    """Answer those who wait for a limit: with what is free by now, or that there is no more to wait for."""
    waiting = [
        one
        for one in draft.state.shares.of(limit).values()
        if one.waits_until_ms is not None and one.incarnation != but
    ]
    for one in sorted(waiting, key=lambda each: (each.waits_until_ms or 0, each.incarnation)):
        _serve_one(draft, one)


def _serve_one(draft: Draft, value: ShareValue) -> None:
    if (value.waits_until_ms or 0) < draft.now_ms:
        draft.change(value.model_copy(update={"waits_until_ms": None}))
        return
    room = _room(draft, value)
    grown = value.model_copy(update={"level": max(value.level, min(max(value.need, value.wanted), room))})
    short = _short(grown, room)
    pending = short > 0 and _recall(draft, grown, short, again=True)
    if pending and grown.level == value.level:
        return
    draft.change(grown if pending else grown.model_copy(update={"waits_until_ms": None}))
    _answer(draft, grown, room, pending=pending)


def _answer(draft: Draft, value: ShareValue, room: int, *, pending: bool) -> bool:
    """Tell a worker what it may use; says whether that is less than it needs and no more can be had."""
    granted = _granted(value, room)
    denied = _short(value, room) > 0 and not pending
    retry_ms = _retry_ms(draft, value) if denied else None
    if denied and not granted:
        _deny(draft, value.incarnation, value.limit, value.asked, "in_use", retry_ms)
        return True
    answer = ShareGranted(
        ledger=draft.state.ledger,
        incarnation=value.incarnation,
        limit=value.limit,
        granted=granted,
        expires_at_ms=value.expires_at_ms,
        causationid=value.asked,
        pending=pending or None,
        retry_after_ms=retry_ms,
        workers=max(len(draft.state.shares.by_worker), 1),
    )
    draft.tell(answer)
    return denied


def _deny(draft: Draft, worker: str, limit: str, asked: str, reason: str, retry_ms: int | None) -> None:
    denied: Record = ShareDenied(
        ledger=draft.state.ledger,
        incarnation=worker,
        limit=limit,
        reason=reason,
        causationid=asked,
        retry_after_ms=retry_ms,
        workers=max(len(draft.state.shares.by_worker), 1),
    )
    draft.tell(denied)


def _retry_ms(draft: Draft, value: ShareValue) -> int:
    """Give when the first part of what others have is likely to be free."""
    if not value.window_ms:
        return SHARE_RETRY_MS
    now_ms = draft.now_ms
    frees = [value.frees_at_ms] if value.used and value.frees_at_ms > now_ms else []
    for one in _others(draft, value):
        if one.level:
            frees.append(one.frees_at_ms if _live(draft, one) and one.frees_at_ms > now_ms else over_ms(one))
    return max(min(frees, default=now_ms) - now_ms, SHARE_RETRY_MS)
