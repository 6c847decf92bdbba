"""What is to be sent to whom and when: the deliverer's state for one partition. Pure; every result is a record.

An escalation's messages to one webhook go out one after the other: the next waits until the one before is delivered or
given up. Everything else goes side by side, a few at a time for each webhook, so that no endpoint delays another's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from keeptrusts.schemas.events.webhook import SwitchedOffFor, WebhookSwitchedOff
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import MESSAGE, prefixed
from keeptrusts.schemas.snapshots.deliveries import Delivery
from keeptrusts.schemas.snapshots.directory import WebhookValue
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.webhooks import ESCALATION_TYPES, TEST_TYPE, wants
from keeptrusts.stream_processors.webhooks.schedule import LONGEST_MS, delay_ms

MOST_QUEUED: Final = 1_000
"""Messages that may wait for one webhook; what comes beyond is recorded as failed at once."""
MOST_AT_ONCE: Final = 4
"""Requests under way to one webhook."""
_SKEW_MS: Final = 5_000
"""How far the clocks may differ of who took a webhook's creation in and who wrote an escalation."""
TEST_MS: Final = 3600 * 1000
"""A test that was asked for longer ago is not sent any more."""


@frozen
class Attempt:
    """How one attempt ended: the HTTP status, or a word for what went wrong before there was one."""

    status: int | None = None
    error: str | None = None
    duration_ms: int = 0

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@frozen
class Ended:
    """What an attempt's end gives: the message's new value, what else is given up, and who is switched off."""

    deliveries: tuple[Delivery, ...]
    switched_off: WebhookSwitchedOff | None = None
    org: str = ""


@dataclass(slots=True)
class Outbox:
    """Queues by webhook, each in the order of what happened. Memory is bounded by webhooks and ``MOST_QUEUED``."""

    next_offset: int = 0
    """The first record of kt.escalations that is not queued yet."""
    _webhooks: dict[str, dict[str, WebhookValue]] = field(default_factory=dict)
    _queues: dict[str, dict[str, Delivery]] = field(default_factory=dict)
    _under_way: dict[str, set[str]] = field(default_factory=dict)
    _last_test: dict[str, str] = field(default_factory=dict)
    _last_success_ms: dict[str, int] = field(default_factory=dict)

    @property
    def queued(self) -> int:
        """How many messages wait or are under way."""
        return sum(map(len, self._queues.values()))

    def restore(self, value: Delivery) -> None:
        """Take in what was recorded before a restart; the latest value of a message counts."""
        queue = self._queues.setdefault(value.webhook, {})
        before = queue.pop(value.id, None)
        if value.event == TEST_TYPE:
            self._last_test[value.webhook] = value.id
        if value.state == "delivered" and value.attempted_at is not None:
            self._last_success_ms[value.webhook] = _ms(value.attempted_at)
        data = value.data or (None if before is None else before.data)
        if value.state == "queued" and (data is not None or value.event == TEST_TYPE):
            queue[value.id] = value.model_copy(update={"data": data})

    def restored(self) -> None:
        """Put queues into the order of what happened, once everything recorded is taken in; ids grow with time."""
        self._queues = {webhook: dict(sorted(queue.items())) for webhook, queue in self._queues.items() if queue}

    def webhook(self, value: WebhookValue, now_ms: int) -> tuple[Delivery, ...]:
        """Take in a webhook's new value; gives the test that it asks for, or what is given up with it."""
        known = self._webhooks.setdefault(value.org, {})
        if value.state == "removed":
            known.pop(value.id, None)
            self._last_test.pop(value.id, None)
            self._last_success_ms.pop(value.id, None)
        else:
            known[value.id] = value
        if value.state != "enabled":
            return self._drop(value.id, "deleted" if value.state == "removed" else "switched_off")
        if value.tested_at is None or now_ms - _ms(value.tested_at) > TEST_MS:
            return ()
        message = _message_id(value.id, f"test/{value.tests}", _ms(value.tested_at))
        if self._last_test.get(value.id) == message:
            return ()
        self._last_test[value.id] = message
        return (self._queue(value, message, TEST_TYPE, value.tested_at, None),)

    def drop_lost(self) -> tuple[Delivery, ...]:
        """Give up what is queued for webhooks that are not there (any more), after a restart."""
        known = {identifier for webhooks in self._webhooks.values() for identifier in webhooks}
        return tuple(one for webhook in self._queues.keys() - known for one in self._drop(webhook, "deleted"))

    def escalation(self, value: Escalation, offset: int, at_ms: int, now_ms: int) -> tuple[Delivery, ...]:
        """Queue one change of an escalation for every webhook that wants it; what is too old is told to nobody."""
        self.next_offset = max(self.next_offset, offset + 1)
        if now_ms - at_ms > LONGEST_MS or f"escalation.{value.change}" not in ESCALATION_TYPES:
            return ()
        event, at = f"escalation.{value.change}", datetime.fromtimestamp(at_ms / 1000, UTC)
        return tuple(
            self._queue(webhook, _message_id(webhook.id, str(offset), at_ms), event, at, value)
            for webhook in self._webhooks.get(value.org, {}).values()
            if webhook.state == "enabled"
            and at_ms + _SKEW_MS >= _ms(webhook.created_at)
            and webhook.team in (None, value.team)
            and wants(webhook.events, event)
        )

    def due(self, now_ms: int) -> list[tuple[WebhookValue, Delivery]]:
        """Give what is to be sent now, and count it as under way until ``ended`` is told of it."""
        found = []
        for webhooks in self._webhooks.values():
            for webhook in webhooks.values():
                if self._queues.get(webhook.id):
                    sent = {"generation": webhook.generation}
                    due = self._due_to(webhook.id, now_ms)
                    found += [(webhook, delivery.model_copy(update=sent)) for delivery in due]
        return found

    def ended(self, delivery: Delivery, attempt: Attempt, now_ms: int, chance: float) -> Ended:
        """Take in how an attempt ended. ``chance`` from 0 to 1 spreads what is tried again."""
        self._under_way.get(delivery.webhook, set()).discard(delivery.id)
        attempts, at = delivery.attempts + 1, datetime.fromtimestamp(now_ms / 1000, UTC)
        tried = delivery.model_copy(
            update={
                "attempts": attempts, "status": attempt.status, "error": attempt.error, "attempted_at": at,
                "duration_ms": attempt.duration_ms, "next_at": None,
            }
        )  # fmt: skip
        if attempt.delivered:
            self._last_success_ms[delivery.webhook] = now_ms
            return Ended(deliveries=(self._finished(tried, "delivered"),))
        webhook = self._webhooks.get(delivery.org, {}).get(delivery.webhook)
        if webhook is None or webhook.state != "enabled":
            return Ended(deliveries=(self._finished(tried, "failed"),))
        if attempt.status == 410 and delivery.generation == webhook.generation:
            return self._given_up(webhook, tried.model_copy(update={"error": "gone"}), "gone")
        wait_ms = delay_ms(attempts, chance)
        if wait_ms is None:
            silent = self._last_success_ms.get(webhook.id, -1) < _ms(delivery.queued_at)
            return self._given_up(webhook, tried, "failing" if silent else None)
        again = tried.model_copy(update={"next_at": datetime.fromtimestamp((now_ms + wait_ms) / 1000, UTC)})
        self._queues[webhook.id][delivery.id] = again
        return Ended(deliveries=(_without_data(again),))

    def _given_up(self, webhook: WebhookValue, tried: Delivery, reason: SwitchedOffFor | None) -> Ended:
        failed = self._finished(tried, "failed")
        if reason is None:
            return Ended(deliveries=(failed,))
        off = WebhookSwitchedOff(webhook=webhook.id, reason=reason, generation=tried.generation)
        return Ended(deliveries=(failed,), switched_off=off, org=webhook.org)

    def _queue(
        self, webhook: WebhookValue, message: str, event: str, at: datetime, data: Escalation | None
    ) -> Delivery:
        delivery = Delivery(
            id=message,
            org=webhook.org,
            webhook=webhook.id,
            event=event,
            state="queued",
            escalation=None if data is None else data.id,
            generation=webhook.generation,
            queued_at=at,
            data=data,
        )
        queue = self._queues.setdefault(webhook.id, {})
        if len(queue) >= MOST_QUEUED:
            return _without_data(delivery.model_copy(update={"state": "failed", "error": "overflow"}))
        queue.setdefault(message, delivery)
        return delivery

    def _due_to(self, webhook: str, now_ms: int) -> Iterable[Delivery]:
        under_way = self._under_way.setdefault(webhook, set())
        before: set[str] = set()
        for delivery in self._queues[webhook].values():
            if len(under_way) >= MOST_AT_ONCE:
                return
            lane = delivery.escalation or delivery.id
            first = lane not in before
            before.add(lane)
            late = delivery.next_at is None or _ms(delivery.next_at) <= now_ms
            if first and late and delivery.id not in under_way:
                under_way.add(delivery.id)
                yield delivery

    def _drop(self, webhook: str, error: str) -> tuple[Delivery, ...]:
        under_way = self._under_way.get(webhook, set())
        queue = self._queues.get(webhook, {})
        left = [one for one in queue.values() if one.id not in under_way]
        return tuple(self._finished(one.model_copy(update={"error": error, "next_at": None}), "failed") for one in left)

    def _finished(self, delivery: Delivery, state: str) -> Delivery:
        self._queues.get(delivery.webhook, {}).pop(delivery.id, None)
        return _without_data(delivery.model_copy(update={"state": state}))


def _without_data(delivery: Delivery) -> Delivery:
    return delivery.model_copy(update={"data": None})


def _message_id(webhook: str, cause: str, at_ms: int) -> str:
    """Give the id that follows from what is told to whom: however often it is queued, it is the same message."""
    return prefixed(MESSAGE, at_ms, hashlib.sha256(f"{webhook}/{cause}".encode()).digest()[:10])


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
