"""Words about shares in any order, late, lost and twice: no minute of use is above the limit, nor any use at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
from support.ledger import START_MS, Ledger

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.money import SHARE_MS, ShareClaim, ShareRequested
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import ShareDenied, ShareGranted, ShareRecalled
from keeptrusts.stream_processors.authority.sizes import GRACE_MS

LIMIT, MINUTE_MS = 7, 60_000
WORLDS, MOST_MOVES = 60, 200
MOVES = ("use", "use", "use", "use", "say", "place", "place", "hear", "hear", "hear", "end", "pass", "die")
ODDS = (8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 3, 1)


@dataclass
class Worker:
    """What a worker does by the rules of the protocol, as little as there is to it."""

    name: str
    window_ms: int
    level: int = 0
    ends_ms: int = 0
    said: str = ""
    sent_ms: int = 0
    number: int = 0
    used_at: list[int] = field(default_factory=list)
    waits: int = 1
    lapsed: bool = False
    """Whether it uses something for which it could not keep its share: its words took longer than a minute."""

    def used(self, now_ms: int) -> int:
        return sum(1 for at in self.used_at if not self.window_ms or at + self.window_ms > now_ms)

    def may_use(self, now_ms: int) -> bool:
        return now_ms < self.ends_ms and self.used(now_ms) < self.level

    def word(self, now_ms: int, event: str) -> ShareRequested:
        used = self.used(now_ms)
        held = max(self.level, used) if now_ms < self.ends_ms else used
        self.number, self.said, self.sent_ms = self.number + 1, event, now_ms
        frees = min((at + self.window_ms - now_ms for at in self.used_at if at + self.window_ms > now_ms), default=0)
        claim = ShareClaim(
            limit="k", total=LIMIT, window_ms=self.window_ms, used=used, held=held, need=min(used + self.waits, LIMIT),
            wanted=min(used + self.waits + 1, LIMIT), frees_ms=frees if self.window_ms else 0,
        )  # fmt: skip
        return ShareRequested(
            incarnation=self.name, limit="k", wanted=claim.wanted, claims=(claim,), number=self.number
        )

    def hear(self, record: Record, now_ms: int) -> None:
        if isinstance(record, ShareRecalled):
            if now_ms < self.ends_ms:
                unused = max(self.level - self.used(now_ms), 0)
                self.level -= min(unused, max(record.short, unused // 2))
        elif isinstance(record, ShareGranted | ShareDenied) and record.causationid == self.said:
            self.level = record.granted if isinstance(record, ShareGranted) else 0
            self.ends_ms = self.sent_ms + SHARE_MS


class World:
    """Workers, the real rules, and between them words and answers that arrive in any order or never."""

    def __init__(self, window_ms: int) -> None:
        self.ledger, self.window_ms = Ledger(), window_ms
        self.now_ms = START_MS
        self.lives = 0
        self.workers = [self._born() for _ in range(3)]
        self.words: list[Event] = []
        self.answers: list[Record] = []
        self.heard = 0
        self.uses: list[int] = []

    def _born(self) -> Worker:
        self.lives += 1
        return Worker(f"w{self.lives}", self.window_ms)

    def move(self, what: str, which: int, amount: int) -> None:
        self.now_ms += 10
        worker = self.workers[which]
        if what == "use" and worker.may_use(self.now_ms):
            worker.used_at.append(self.now_ms)
            self.uses.append(self.now_ms)
        elif what == "end" and worker.used_at and not self.window_ms:
            worker.used_at.pop()
        elif what == "say":
            event = f"event-{len(self.words)}-{self.now_ms}"
            self.words.append(self.ledger.event(worker.word(self.now_ms, event), actor="gateway:g", event_id=event))
        elif what == "place" and self.words:
            word = self.words[self._which(amount, len(self.words))]
            if amount % 5:  # else it comes again
                self.words.remove(word)
            self.ledger.append(word, at_ms=self.now_ms)
        elif what == "hear":
            self._hear(worker, amount)
        elif what == "die":
            self.workers[which] = self._born()
        elif what == "pass":
            self.now_ms += amount * 4_000
        self._check()

    def _hear(self, worker: Worker, amount: int) -> None:
        self.answers += [one.record for one in self.ledger.outputs[self.heard :]]
        self.heard = len(self.ledger.outputs)
        mine = [one for one in self.answers if getattr(one, "incarnation", None) == worker.name]
        if mine:
            answer = mine[self._which(amount, len(mine))]
            self.answers.remove(answer)
            worker.hear(answer, self.now_ms)

    @staticmethod
    def _which(amount: int, count: int) -> int:
        """Mostly the oldest."""
        return 0 if amount < 28 else amount % count

    def _check(self) -> None:
        if self.window_ms:
            used = sum(1 for at in self.uses if at + self.window_ms > self.now_ms)
        else:
            for worker in self.workers:
                worker.lapsed = worker.used(self.now_ms) > 0 and (
                    worker.lapsed or self.now_ms > worker.ends_ms + GRACE_MS
                )
            used = sum(worker.used(self.now_ms) for worker in self.workers if not worker.lapsed)
        assert used <= LIMIT, f"{used} are in use"
        rights = sum(worker.level for worker in self.workers if self.now_ms < worker.ends_ms)
        assert rights <= LIMIT, f"{rights} may be used"


@pytest.mark.parametrize("window_ms", [MINUTE_MS, 0])
def test_all_shares_together_are_within_the_limit_whatever_comes_late_or_never(window_ms: int) -> None:
    uses = 0
    for seed in range(WORLDS):
        chance, world = Random(seed), World(window_ms)
        for _ in range(MOST_MOVES):
            what = chance.choices(MOVES, ODDS)[0]
            try:
                world.move(what, chance.randrange(2 + seed % 2), chance.randrange(41))
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {error}") from error
        uses += len(world.uses)
    assert uses > 4 * WORLDS, "else hardly anything was tried"
