"""Shares of rate limits: all parts of a limit stay within it, whoever asks, leaves, dies or says too late."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from support.ledger import Ledger

from keeptrusts.schemas.events.money import SHARE_MS, ShareClaim, ShareRequested
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import ShareDenied, ShareGranted, ShareRecalled
from keeptrusts.stream_processors.authority.sizes import GRACE_MS, MOST_SHARES, SHARE_RECALL_MS
from keeptrusts.stream_processors.authority.snapshots import restored, sections_of
from keeptrusts.stream_processors.authority.state import LedgerState, evolve

KEY, PARALLEL = "requests/k", "parallel/k"
MINUTE_MS = 60_000
LIMIT = 60


@dataclass
class Worker:
    """One worker as the ledger sees it: what it says, and the last that it was told."""

    ledger: Ledger
    name: str
    told: dict[str, Record] = field(default_factory=dict)

    def says(
        self, *claims: ShareClaim, at_ms: int, number: int | None = None, leaving: bool | None = None
    ) -> Record | None:
        """Say something; gives the answer about the first limit, or the last that was told before."""
        number = len(self.ledger.log) + 1 if number is None else number
        asked = ShareRequested(
            incarnation=self.name, limit=claims[0].limit, wanted=claims[0].wanted, claims=claims, number=number,
            leaving=leaving,
        )  # fmt: skip
        event = self.ledger.event(asked, actor="gateway:default", source=f"gateway/{self.name}/1")
        self.ledger.append(event, at_ms=at_ms)
        return self.hears(claims[0].limit)

    def hears(self, limit: str = KEY) -> Record | None:
        records = [one.record for one in self.ledger.outputs if isinstance(one.record, ShareGranted | ShareDenied)]
        mine = [one for one in records if one.incarnation == self.name and one.limit == limit]
        return mine[-1] if mine else None

    def recalled(self) -> list[int]:
        """By how much it was asked to give back, each time."""
        records = [one.record for one in self.ledger.outputs]
        return [one.short for one in records if isinstance(one, ShareRecalled) and one.incarnation == self.name]


def claim(limit: str = KEY, total: int = LIMIT, **fields: int) -> ShareClaim:
    window_ms = 0 if limit == PARALLEL else MINUTE_MS
    given = {"used": 0, "held": 0, "need": 1, "wanted": 15, "frees_ms": 0} | fields
    return ShareClaim(limit=limit, total=total, window_ms=window_ms, **given)


def workers(count: int = 2) -> tuple[Worker, ...]:
    ledger = Ledger()
    return tuple(Worker(ledger, f"w{number}") for number in range(count))


def granted(record: Record | None) -> int:
    """What may be used after an answer."""
    return record.granted if isinstance(record, ShareGranted) else 0


def test_the_only_one_who_asks_gets_the_whole_limit_at_once() -> None:
    one, _ = workers()
    answer = one.says(claim(), at_ms=0)
    assert isinstance(answer, ShareGranted)
    assert (answer.granted, answer.expires_at_ms, answer.pending, answer.workers) == (LIMIT, SHARE_MS, None, 1)


def test_another_one_gets_what_the_first_gives_back_as_soon_as_it_does() -> None:
    one, two = workers()
    one.says(claim(), at_ms=0)
    waits = two.says(claim(need=3), at_ms=1000)
    assert isinstance(waits, ShareGranted) and (waits.granted, waits.pending) == (0, True)
    assert one.recalled() == [3]
    one.says(claim(used=20, held=40, need=20, wanted=40, frees_ms=59_000), at_ms=1100)
    assert granted(two.hears()) == 15 and granted(one.hears()) == 40


def test_what_is_used_up_is_denied_at_once_with_the_time_until_it_frees() -> None:
    one, two = workers()
    one.says(claim(), at_ms=0)
    one.says(claim(used=LIMIT, held=LIMIT, need=LIMIT, wanted=LIMIT, frees_ms=50_000), at_ms=10_000)
    answer = two.says(claim(), at_ms=20_000)
    assert isinstance(answer, ShareDenied)
    assert (answer.reason, answer.retry_after_ms) == ("in_use", 40_000)
    assert one.recalled() == []


def test_one_who_gives_nothing_back_is_asked_once_and_ends_the_wait() -> None:
    one, two = workers()
    one.says(claim(PARALLEL, total=5), at_ms=0)
    one.says(claim(PARALLEL, total=5, used=5, held=5, need=5, wanted=5), at_ms=100)
    two.says(claim(PARALLEL, total=5), at_ms=200)  # calls may have ended since
    assert one.recalled() == [1]
    one.says(claim(PARALLEL, total=5, used=5, held=5, need=5, wanted=5), at_ms=300)
    answer = two.hears(PARALLEL)
    assert isinstance(answer, ShareDenied) and answer.retry_after_ms == 1000
    assert one.recalled() == [1]


def test_one_who_says_nothing_is_waited_for_once_and_not_again() -> None:
    one, two = workers()
    one.says(claim(), at_ms=0)
    two.says(claim(), at_ms=1000)
    again = two.says(claim(), at_ms=1000 + SHARE_RECALL_MS + 1)
    assert isinstance(again, ShareDenied), "it is taken to be dead, and its part is not free"
    assert again.retry_after_ms == SHARE_MS + GRACE_MS + MINUTE_MS - (1000 + SHARE_RECALL_MS + 1)


@pytest.mark.parametrize(
    ("limit", "free_after_ms"),
    [(KEY, SHARE_MS + GRACE_MS + MINUTE_MS), (PARALLEL, SHARE_MS + GRACE_MS)],
)
def test_the_part_of_the_dead_is_free_once_what_it_let_through_has_ceased_to_count(
    limit: str, free_after_ms: int
) -> None:
    one, two = workers()
    one.says(claim(limit), at_ms=0)
    assert granted(two.says(claim(limit), at_ms=free_after_ms)) == 0
    assert granted(two.says(claim(limit), at_ms=free_after_ms + 1)) == LIMIT


def test_one_that_lives_gets_its_own_part_back_after_it_has_ended() -> None:
    one, _ = workers()
    one.says(claim(), at_ms=0)
    assert granted(one.says(claim(used=7, held=7, need=8), at_ms=SHARE_MS + GRACE_MS + 1)) == LIMIT


def test_who_leaves_frees_at_once_what_it_has_not_used_and_the_rest_a_minute_later() -> None:
    one, two = workers()
    one.says(claim(), at_ms=0)
    one.says(claim(used=20, held=20, need=0, wanted=0, frees_ms=1000), at_ms=5000, leaving=True)
    assert granted(two.says(claim(wanted=60), at_ms=5001)) == 40
    over_ms = 5000 + GRACE_MS + MINUTE_MS
    held = claim(used=0, held=40, wanted=60)
    assert granted(two.says(held, at_ms=over_ms)) == 40
    assert granted(two.says(held, at_ms=over_ms + 1)) == 60


def test_a_word_that_comes_late_counts_for_nothing() -> None:
    one, two = workers()
    one.says(claim(), at_ms=0, number=1)
    one.says(claim(used=1, held=LIMIT), at_ms=2000, number=3)
    one.says(claim(used=0, held=1, wanted=1), at_ms=3000, number=2)
    assert one.ledger.entries[-1].outcome == "ignored"
    assert granted(two.says(claim(), at_ms=4000)) == 0


def test_the_smallest_number_of_a_limit_rules_while_anybody_lives_who_goes_by_it() -> None:
    one, two = workers()
    one.says(claim(total=20), at_ms=0)
    answer = two.says(claim(total=LIMIT, need=1, wanted=LIMIT), at_ms=1000)
    assert granted(answer) == 0 and one.recalled() == [1]
    one.says(claim(total=20, used=0, held=10, need=0, wanted=10), at_ms=1100)
    assert granted(two.hears()) == 10
    assert granted(two.says(claim(held=10, wanted=LIMIT), at_ms=1100 + SHARE_MS + GRACE_MS)) == 10
    assert granted(two.says(claim(held=10, wanted=LIMIT), at_ms=1101 + SHARE_MS + GRACE_MS)) == LIMIT - 10


def test_what_was_used_beyond_a_share_counts_and_is_no_right_to_use_it_again() -> None:
    one, two = workers()
    one.says(claim(), at_ms=0)
    two.says(claim(wanted=30), at_ms=100)
    one.says(claim(used=10, held=30, need=10, wanted=30, frees_ms=50_000), at_ms=200)
    assert (granted(one.hears()), granted(two.hears())) == (30, 30)
    answer = one.says(claim(used=50, held=50, need=51, wanted=60, frees_ms=40_000), at_ms=10_000)
    assert granted(answer) == 30, "others have the rest"
    assert granted(two.says(claim(used=5, held=30, wanted=30), at_ms=11_000)) == 10, "it counts"


def test_several_who_wait_are_served_in_the_order_they_came() -> None:
    one, two, three = workers(3)
    one.says(claim(), at_ms=0)
    two.says(claim(need=30, wanted=30), at_ms=100)
    three.says(claim(need=30, wanted=30), at_ms=200)
    one.says(claim(used=20, held=20, need=20, wanted=20, frees_ms=50_000), at_ms=300)
    assert granted(two.hears()) == 30
    last = three.hears()
    assert isinstance(last, ShareGranted) and (last.granted, last.pending, last.retry_after_ms) == (10, None, 50_000)
    assert two.recalled() == [], "calls wait for all that it has"


def test_nobody_holds_what_was_not_granted() -> None:
    one, two = workers()
    one.says(claim(), at_ms=0)
    assert granted(two.says(claim(held=LIMIT, need=0, wanted=0), at_ms=1000)) == 0
    assert granted(one.says(claim(held=LIMIT, need=0, wanted=LIMIT), at_ms=2000)) == LIMIT


def test_several_limits_are_answered_from_one_record() -> None:
    one, _ = workers()
    one.says(claim(), claim(PARALLEL, total=5), at_ms=0)
    assert (granted(one.hears()), granted(one.hears(PARALLEL))) == (LIMIT, 5)
    assert len(one.ledger.entries) == 1


def test_shares_are_forgotten_when_they_are_over_and_nothing_is_granted_beyond_so_many() -> None:
    one, two = workers()
    ledger = one.ledger
    one.says(claim(), at_ms=0)
    [share] = ledger.state.shares.values()
    for number in range(1, MOST_SHARES):
        ledger.state.shares.put(share.model_copy(update={"limit": f"{KEY}/{number}"}))
    assert ledger.state.shares.count == MOST_SHARES
    refused = two.says(claim(), at_ms=1)
    assert isinstance(refused, ShareDenied) and refused.reason == "too_many_shares"
    over_ms = SHARE_MS + GRACE_MS + MINUTE_MS + 1
    two.says(claim(), at_ms=over_ms)  # entries let go of them a hundred at a time
    two.says(claim(), at_ms=over_ms + 1)
    assert ledger.state.shares.count == MOST_SHARES - 200 + 1
    assert granted(two.hears()) == LIMIT


def test_entries_and_snapshots_give_the_same_shares() -> None:
    one, two, three = workers(3)
    for number in range(120):
        who, at_ms = (one, two, three)[number % 3], number * 2000
        who.says(claim(used=number % 7, held=number % 31, need=number % 23, wanted=number % 40), at_ms=at_ms)
        if number % 40 == 39:
            who.says(claim(used=1, held=1), at_ms=at_ms + 10, leaving=True)
    ledger = one.ledger
    evolved = LedgerState(ledger=ledger.state.ledger)
    for entry in ledger.entries:
        evolve(evolved, entry)
    assert evolved == ledger.state
    written = sections_of(ledger.state)
    sections = {name: [_json(item) for item in items] for name, items in written.items()}
    assert restored(ledger.state.ledger, ledger.state.seq, sections).shares == ledger.state.shares


def _json(item: object) -> object:
    return item.model_dump(mode="json") if isinstance(item, Record) else item
