"""The way to the ledger for rate limits: says what this worker holds and needs of them, and serves calls that wait.

Nothing of this is on the path of a call whose limits have shares at hand. Each word about a share says all there is to
say, so the latest one counts and none is sent before the one before it is in the log. What this worker says it holds it
holds to from that moment on, so the ledger may give the rest to others at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from keeptrusts.gateway.pipeline.counters import ShareCounters
from keeptrusts.gateway.pipeline.own_events import OwnEvents
from keeptrusts.gateway.policies.rate_windows import MINUTE_NS, SECOND_NS
from keeptrusts.gateway.policies.shares import NEVER, Said, Share, ShareBook, Want
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.money import MOST_CLAIMS, SHARE_MS, ShareClaim, ShareRequested
from keeptrusts.schemas.publishing import LOG_APPEND_TIME, Ack, PublishError
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import ShareDenied, ShareGranted, ShareRecalled

logger = logging.getLogger(__name__)

TICK_S: Final = 0.2
WAIT_S: Final = 2.0
"""How long a call waits for shares at most."""
SILENT_NS: Final = 2 * SECOND_NS
"""A word that was not answered for this long is taken to be lost; it is then said again as long as calls come."""
LONGEST_DENIAL_NS: Final = 5 * SECOND_NS
"""After this long the ledger is asked again for what it has denied, whatever it said: others may have ended."""
SHARE_NS: Final = SHARE_MS * 1_000_000
JUMP_MS: Final = 4_000
"""The broker's clock gains no more on this machine's than this; the ledger waits 5 s behind the end of a share."""
_TOO_MANY: Final = "too_many_shares"


@dataclass(slots=True, eq=False)
class _Waiter:
    wants: tuple[Want, ...]
    served: asyncio.Future[None]


class ShareDesk:
    """One a gateway worker. ``holder`` is the id of its process: what it counts outlives its publishers."""

    def __init__(
        self,
        *,
        book: ShareBook,
        events: OwnEvents,
        holder: str,
        now_ns: Callable[[], int],
        counters: ShareCounters,
    ) -> None:
        self.holder = holder
        self._book = book
        self._events = events
        self._now_ns = now_ns
        self._counters = counters
        self._shares: dict[tuple[str, str], Share] = {}
        self._waiting: dict[Share, list[_Waiter]] = {}
        self._unsaid: dict[Share, None] = {}
        self._unanswered: dict[Share, Said] = {}
        self._due: deque[tuple[int, Share]] = deque()
        self._gone: deque[tuple[int, Share]] = deque()
        self._number = 0
        self._silent = False
        self._ahead_ms = -NEVER
        self._heard = False
        self._wake = asyncio.Event()
        self._saying = asyncio.Lock()

    @property
    def answers(self) -> bool:
        """Whether the ledger can be expected to answer: while it does not, nobody waits for it."""
        return not self._silent

    @property
    def live(self) -> int:
        """How many shares there are that have not ended, or did a moment ago."""
        return len(self._shares)

    async def wait(self, wants: Sequence[Want], timeout_s: float) -> None:
        """Wait until what a call lacks may be there, or it is known that it cannot be had now."""
        waiter = _Waiter(tuple(wants), asyncio.get_running_loop().create_future())
        for want in waiter.wants:
            self._waiting.setdefault(want.share, []).append(waiter)
            self._ask(want.share)
        self._counters.waiting += 1
        began_ns = self._now_ns()
        try:
            async with asyncio.timeout(timeout_s):
                await waiter.served
        except TimeoutError:  # the call is decided by what is there
            if not any(want.share.said is not None and want.share.said.answered for want in waiter.wants):
                self._silent = True
        finally:
            self._counters.waiting -= 1
            self._counters.waits.add(self._now_ns() - began_ns)
            for want in waiter.wants:
                self._leave(want.share, waiter)

    def heard(self, ack: Ack) -> None:
        """Compare the broker's clock with this machine's: a machine that slept, or whose broker's clock has jumped
        ahead, must not use what the ledger holds for ended. What it used goes on counting."""
        if ack.timestamp_type != LOG_APPEND_TIME:
            return
        ahead_ms = ack.timestamp_ms - self._now_ns() // 1_000_000
        if ahead_ms <= self._ahead_ms:  # an acknowledgement takes its time: what it seems to be behind means nothing
            return
        if ahead_ms > self._ahead_ms + JUMP_MS and self._heard:
            self._counters.count("jumped")
            for share in self._shares.values():
                share.ends_ns = 0
        self._ahead_ms, self._heard = ahead_ms, True

    # -- the inbox ---------------------------------------------------------------------------------------------------

    def tell(self, record: Record) -> bool:
        """Take in one record of kt.grants; False when it is not about shares."""
        if isinstance(record, ShareGranted):
            self._answered(record, record.granted, pending=bool(record.pending))
        elif isinstance(record, ShareDenied):
            self._answered(record, 0, pending=False)
        elif isinstance(record, ShareRecalled):
            self._recalled(record)
        else:
            return False
        return True

    def _answered(self, record: ShareGranted | ShareDenied, granted: int, *, pending: bool) -> None:
        if record.incarnation != self.holder:
            return
        self._silent = False
        if record.workers is not None:
            self._book.workers = max(record.workers, self._book.own_workers)
        share = self._shares.get((record.ledger, record.limit))
        if share is None or share.said is None or share.said.event != record.causationid:
            return  # something else has been said since, which will be answered too
        said, now_ns = share.said, self._now_ns()
        said.answered, said.pending = True, pending
        if not pending:
            self._unanswered.pop(share, None)
        if isinstance(record, ShareDenied) and record.reason == _TOO_MANY:
            share.no_more_ns = now_ns + LONGEST_DENIAL_NS  # and without a share the static part counts
            self._counters.count("too_many")
            self._serve(share)
            return
        self._hold(share, said, granted)
        retry_ns = (record.retry_after_ms or 0) * 1_000_000
        share.retry_ns = now_ns + retry_ns
        share.no_more_ns = now_ns + min(max(retry_ns, SECOND_NS), LONGEST_DENIAL_NS) if retry_ns else 0
        self._counters.count("pending" if pending else "denied" if retry_ns else "granted")
        self._serve(share)
        if not pending and not retry_ns and any(not one.served.done() for one in self._waiting.get(share, ())):
            self._ask(share)  # more calls have come since

    def _hold(self, share: Share, said: Said, granted: int) -> None:
        """Take over what was granted. The time counts from when it was asked for, which is before the broker's."""
        share.level = min(granted, share.total)
        share.ends_ns = said.at_ns + SHARE_NS
        share.renew_ns = said.at_ns + SHARE_NS // 2
        more = share.level < share.total and granted >= said.wanted
        share.low = max(share.level // 2, 1) if more else NEVER
        if share.window is None:
            self._due.append((share.renew_ns, share))
        self._gone.append((share.ends_ns, share))

    def _recalled(self, record: ShareRecalled) -> None:
        """Give back what others need, or half of what is free if that is more; what waits here is kept."""
        share = self._shares.get((record.ledger, record.limit))
        if record.incarnation != self.holder or share is None:
            return
        now_ns = self._now_ns()
        if now_ns < share.ends_ns:
            share.counter.expire(now_ns)
            unused = max(share.level - share.used() - self._waited_for(share), 0)
            share.level -= min(unused, max(record.short, unused // 2))
            share.low = NEVER
        self._counters.count("recalled")
        self._unsaid[share] = None
        self._wake.set()

    # -- those who wait ----------------------------------------------------------------------------------------------

    def _ask(self, share: Share) -> None:
        """Have the ledger asked, unless it is being asked, or has said that there is no more."""
        now_ns = self._now_ns()
        said = share.said
        if self._shares.get((share.org, share.limit)) is not share:
            self._shares[share.org, share.limit] = share
            self._gone.append((now_ns + SHARE_NS, share))
        if now_ns < share.no_more_ns or (share in self._unanswered and said is not None):
            return
        self._unsaid[share] = None
        self._wake.set()

    def _waited_for(self, share: Share) -> int:
        waiting = self._waiting.get(share, ())
        return sum(want.count for waiter in waiting for want in waiter.wants if want.share is share)

    def _serve(self, share: Share) -> None:
        """Let those who wait try again: as many as there is room for, or all where nothing more can be had."""
        waiting = self._waiting.get(share)
        if not waiting:
            return
        now_ns = self._now_ns()
        final = now_ns < share.no_more_ns
        share.counter.expire(now_ns)
        room = share.level - share.used() if now_ns < share.ends_ns else 0
        for waiter in waiting:
            if waiter.served.done():
                continue
            count = next(want.count for want in waiter.wants if want.share is share)
            if not final and room < count:
                continue
            room -= count
            waiter.served.set_result(None)

    def _leave(self, share: Share, waiter: _Waiter) -> None:
        waiting = self._waiting.get(share)
        if waiting is None:
            return
        waiting.remove(waiter)
        if not waiting:
            del self._waiting[share]

    # -- to the log --------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send what is to be said, and look after shares, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            self.tick()
            await self.flush()

    def tick(self) -> None:
        """Ask ahead for shares in use, give words up that nobody answers, forget shares that have ended."""
        now_ns = self._now_ns()
        for share in self._take_noted():
            self._ask(share)
        for share, said in list(self._unanswered.items()):
            if now_ns - said.at_ns <= SILENT_NS:
                break
            self._unheard(share, said, now_ns)
        while self._due and self._due[0][0] <= now_ns:
            at_ns, share = self._due.popleft()
            if share.renew_ns == at_ns and share.counter.in_flight:
                self._ask(share)  # what is in use must not be given to others
        while self._gone and self._gone[0][0] <= now_ns:
            self._forget(self._gone.popleft()[1], now_ns)

    def _take_noted(self) -> list[Share]:
        noted, self._book.noted = self._book.noted, []
        for share in noted:
            share.noted = False
        return noted

    def _unheard(self, share: Share, said: Said, now_ns: int) -> None:
        """Give up waiting for an answer; where none came at all, the ledger is silent."""
        del self._unanswered[share]
        if said.answered:  # others have not given anything back
            share.no_more_ns = share.retry_ns = now_ns + SECOND_NS
        else:
            self._silent = True
            self._counters.count("unanswered")
            share.no_more_ns = now_ns + SILENT_NS
        self._serve(share)

    def _forget(self, share: Share, now_ns: int) -> None:
        key = share.org, share.limit
        if self._shares.get(key) is not share or now_ns < share.ends_ns:
            return
        if share in self._waiting or share in self._unanswered or share in self._unsaid:
            self._gone.append((now_ns + SHARE_NS, share))
        else:
            del self._shares[key]

    async def flush(self) -> None:
        """Say what is to be said: the shares of one organization together, some at once, one record after the other."""
        while self._unsaid:
            org = next(iter(self._unsaid)).org
            chosen = [share for share in self._unsaid if share.org == org][:MOST_CLAIMS]
            for share in chosen:
                del self._unsaid[share]
            if not await self._say(org, chosen):
                return

    async def leave(self) -> None:
        """Say that this worker uses nothing more, so that others may have at once what it has not used."""
        now_ns = self._now_ns()
        held: dict[str, list[Share]] = {}
        for share in self._shares.values():
            if share.said is not None and (now_ns < share.ends_ns or share.used()):
                held.setdefault(share.org, []).append(share)
        for org, shares in held.items():
            for start in range(0, len(shares), MOST_CLAIMS):
                if not await self._say(org, shares[start : start + MOST_CLAIMS], leaving=True):
                    return

    async def _say(self, org: str, shares: list[Share], *, leaving: bool = False) -> bool:
        """Append one word about some shares. False when the log did not take it; each is then said anew when needed."""
        async with self._saying:
            return await self._append(self._word(org, shares, leaving=leaving))

    def _word(self, org: str, shares: list[Share], *, leaving: bool) -> Event:
        now_ns = self._now_ns()
        self._number += 1
        claims = tuple([self._claim(share, now_ns, leaving=leaving) for share in shares])
        event = self._events.about(
            org,
            ShareRequested(
                incarnation=self.holder,
                limit=claims[0].limit,
                wanted=claims[0].wanted,
                claims=claims,
                number=self._number,
                leaving=leaving or None,
            ),
        )
        for share, claim in zip(shares, claims, strict=True):
            self._unanswered.pop(share, None)  # which is in the order of time
            share.said = self._unanswered[share] = Said(event=event.id, at_ns=now_ns, wanted=claim.wanted)
            share.asks = 0
        self._counters.asked += len(claims)
        return event

    async def _append(self, event: Event) -> bool:
        try:
            [ack] = await self._events.append(event)
        except PublishError as error:
            logger.warning("the ledger cannot be asked for shares of rate limits: %s", error.reason)
            return False
        self.heard(ack)
        return True

    def _claim(self, share: Share, now_ns: int, *, leaving: bool) -> ShareClaim:
        """Say all about a share, and hold to it: what is not held any more will not be used."""
        share.counter.expire(now_ns)
        used, window, total = share.used(), share.window, share.total
        if leaving:
            share.ends_ns = 0
        held = max(share.level, used) if now_ns < share.ends_ns else used
        need = min(max(used + self._waited_for(share), share.asks), total)
        ahead = max(2 * need, total // (2 * self._book.workers), 1)
        asks_more = need > held or share.low < NEVER or now_ns >= share.ends_ns
        return ShareClaim(
            limit=share.limit,
            total=total,
            window_ms=0 if window is None else MINUTE_NS // 1_000_000,
            used=used,
            held=held,
            need=need,
            wanted=min(ahead if asks_more else held, total),
            frees_ms=0 if window is None else -(-window.frees_ns(now_ns) // 1_000_000),
        )
