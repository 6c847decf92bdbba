"""Whatever happens in whatever order, deaths included: every change is told, and each escalation's in order."""

from __future__ import annotations

import random

import pytest
from support.hooks import START_MS, escalation, hook

from keeptrusts.schemas.snapshots.deliveries import Delivery
from keeptrusts.stream_processors.webhooks.outbox import MOST_AT_ONCE, Attempt, Outbox

HOOKS = ("whk_1", "whk_2", "whk_3")
CHANGES = ("opened", "claimed", "released", "claimed", "breached", "resolved")
STEPS = 300
MOST_FAILURES = 6
"""Of one message, so that none is given up."""


class World:
    """A log of changes, what is recorded of their messages, and endpoints that take them or do not."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now_ms = START_MS + 60_000
        self.log = [escalation(number, change) for change in CHANGES for number in range(3)]
        self.appended = 0
        self.recorded: list[Delivery] = []
        self.next_offset = 0
        self.under_way: list[Delivery] = []
        self.taken: dict[tuple[str, str], list[str]] = {}
        self.failures: dict[str, int] = {}
        self.begin()

    def begin(self) -> None:
        """Start on what is recorded: at the beginning, and after each death."""
        self.under_way = []
        self.outbox = Outbox()
        for value in self.recorded:
            self.outbox.restore(value)
        self.outbox.next_offset = self.next_offset
        self.outbox.restored()
        for name in HOOKS:
            self.outbox.webhook(hook(name), self.now_ms)

    def read(self) -> None:
        self.appended = min(len(self.log), self.appended + 1)
        for offset in range(self.outbox.next_offset, self.appended):
            at_ms = START_MS + 1000 * offset
            self.recorded += self.outbox.escalation(self.log[offset], offset, at_ms, self.now_ms)
        if self.chance.random() < 0.9:
            self.next_offset = self.outbox.next_offset
        else:  # dies between the two: neither is recorded, as they are one transaction
            self.recorded = [one for one in self.recorded if not self._newer(one)]
            self.begin()

    def _newer(self, value: Delivery) -> bool:
        offset = (round(value.queued_at.timestamp() * 1000) - START_MS) // 1000
        return offset >= self.next_offset

    def send(self) -> None:
        begun = [delivery for _, delivery in self.outbox.due(self.now_ms)]
        self.under_way += begun
        for name in HOOKS:
            lanes = [one.escalation for one in self.under_way if one.webhook == name]
            assert len(lanes) == len(set(lanes)) <= MOST_AT_ONCE

    def end(self) -> None:
        if not self.under_way:
            return None
        delivery = self.under_way.pop(self.chance.randrange(len(self.under_way)))
        takes = self.chance.random() < 0.6 or self.failures.get(delivery.id, 0) >= MOST_FAILURES
        if takes:
            told = self.taken.setdefault((delivery.webhook, delivery.escalation or ""), [])
            if delivery.id not in told:
                told.append(delivery.id)
        else:
            self.failures[delivery.id] = self.failures.get(delivery.id, 0) + 1
        if self.chance.random() < 0.1:  # dies before the end is recorded
            return self.begin()
        attempt = Attempt(status=200 if takes else 503)
        self.recorded += self.outbox.ended(delivery, attempt, self.now_ms, self.chance.random()).deliveries
        return None

    def wait(self) -> None:
        self.now_ms += self.chance.choice((1_000, 60_000, 3_600_000))


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_lost_and_each_escalation_is_told_in_order(seed: int) -> None:
    world = World(seed)
    for _ in range(STEPS):
        world.chance.choice((world.read, world.send, world.end, world.end, world.wait))()
    world.chance = random.Random(seed + 1000)
    for _ in range(20 * len(world.log)):  # let it come to rest
        world.read()
        world.now_ms += 3_600_000
        world.send()
        while world.under_way:
            world.end()
    assert {key: len(told) for key, told in world.taken.items()} == {
        (name, f"esc_{number}"): len(CHANGES) for name in HOOKS for number in range(3)
    }
    assert all(told == sorted(told) for told in world.taken.values()), "ids grow with what happened"
    assert world.outbox.queued == 0
