"""Sends records that nobody can use to kt.deadletters, whole, and stops the writer when there are too many in a row."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from keeptrusts.projections.settings import WriterSettings
from keeptrusts.projections.writer.decoding import Undecodable
from keeptrusts.projections.writer.ranges import Range
from keeptrusts.schemas import topics
from keeptrusts.schemas.log_connections import closed
from keeptrusts.schemas.snapshots.codec import encode_derived
from keeptrusts.schemas.snapshots.content import DeadLetter

_SEND_SECONDS: Final = 30.0
_MAX_BYTES: Final = 2 * 1024 * 1024
READER: Final = "writer"


class TooManyDeadLettersError(RuntimeError):
    """So many records in a row could not be used that the fault is more likely here than in them."""


class DeadLetters:
    """Sends dead letters. A record may be sent again after a kill; topic, partition and offset identify it."""

    def __init__(self, settings: WriterSettings, now_ms: Callable[[], int]) -> None:
        self._settings = settings
        self._now_ms = now_ms
        self._producer: Any = None
        self._in_a_row = 0

    async def start(self) -> None:
        kafka = self._settings.kafka
        self._producer = AIOKafkaProducer(
            bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=True, max_request_size=_MAX_BYTES,
            **kafka.client,
        )  # fmt: skip
        await self._producer.start()

    async def stop(self) -> None:
        if self._producer is not None:
            await closed(self._producer, "the connection to write dead letters")

    async def send(self, origin: Range, letters: Sequence[Undecodable]) -> None:
        """Send letters of one range and wait until they are stored. Raises TooManyDeadLettersError."""
        name = origin.topic.removeprefix(self._settings.kafka.topic_prefix)
        for letter in letters:
            self._in_a_row += 1
            if self._in_a_row > self._settings.max_dead_letters_in_a_row:
                raise TooManyDeadLettersError(
                    f"{self._in_a_row} records in a row could not be used, the last at {name} "
                    f"{letter.place.partition}:{letter.place.offset} ({letter.error}); the writer stops so that "
                    "nothing is set aside by mistake: run a version that knows these records, or raise the limit"
                )
            await asyncio.wait_for(self._send(name, letter), _SEND_SECONDS)

    def used(self) -> None:
        """Note that a record could be used."""
        self._in_a_row = 0

    async def _send(self, name: str, letter: Undecodable) -> None:
        record = DeadLetter(
            reader=READER,
            topic=name,
            partition=letter.place.partition,
            offset=letter.place.offset,
            error=letter.error,
            value_base64=base64.b64encode(letter.value).decode(),
            found_at=datetime.fromtimestamp(self._now_ms() / 1000, UTC),
        )
        topic = self._settings.kafka.topic(topics.DEAD_LETTERS)
        await self._producer.send_and_wait(topic, encode_derived(record), key=name.encode())
