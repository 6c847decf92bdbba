"""The simulated log: one partition with the broker's clock, publishers whose records are lost or late, a ledger that
folds it with the real authority, and is killed now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.publishing import LOG_APPEND_TIME, Ack, AckUnknownError, PublisherOverloadedError
from keeptrusts.schemas.snapshots.codec import decode_as
from keeptrusts.schemas.snapshots.ledger import Entry
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.protocol import InputRecord, OutputRecord, Resume

START_MS = 1_780_000_000_000
MOST_BACK_MS = 4_900
"""How far the broker's clock may step back: less than the protocol's grace."""


@dataclass(slots=True)
class Weather:
    """How bad things are: chances in a thousand, and how long things take in seconds."""

    lost: int = 8
    late: int = 8
    unheard: int = 8
    refused: int = 8
    slow: int = 20
    longest_s: float = 40.0


@dataclass(slots=True)
class Broker:
    """The partition. Its clock runs with the loop's and is set back and right again."""

    records: list[InputRecord] = field(default_factory=list)
    skew_ms: int = 0

    def now_ms(self) -> int:
        return START_MS + round(asyncio.get_running_loop().time() * 1000) + self.skew_ms

    def place(self, value: bytes) -> tuple[int, int]:
        """Append; gives offset and time."""
        offset, at_ms = len(self.records), self.now_ms()
        self.records.append(InputRecord(partition=0, offset=offset, timestamp_ms=at_ms, value=value))
        return offset, at_ms


class SimulatedPublisher:
    """One gateway's way to the log, in order. After an unknown acknowledgement it is renewed, as the real one is."""

    def __init__(self, name: str, broker: Broker, chance: Random, weather: Weather) -> None:
        self._name, self._broker, self._chance, self._weather = name, broker, chance, weather
        self._incarnations = 0
        self._free_s = 0.0
        self._sequence = 0
        self.paused_until_s = 0.0
        self.source = ""
        self.renew()

    def renew(self) -> None:
        self._incarnations += 1
        self.source = f"gateway/{self._name}/{self._name}.{self._incarnations}"
        self._sequence = 0

    async def append(self, *events: Event, deadline_s: float) -> tuple[Ack, ...]:
        """See the port. What becomes of the records is drawn by chance."""
        loop, fate, source = asyncio.get_running_loop(), self._chance.randrange(1000), self.source
        values = []
        for event in events:
            values.append(encode(event, source=source, sequence=self._sequence))
            self._sequence += 1
        weather = self._weather
        if (fate := fate - weather.refused) < 0:
            await asyncio.sleep(0)
            raise PublisherOverloadedError("the log takes nothing")
        if (fate := fate - weather.lost) < 0:
            return await self._unknown(deadline_s)
        if (fate := fate - weather.late) < 0:
            at_s = loop.time() + self._chance.uniform(0, weather.longest_s)
            loop.call_at(at_s, self._place, values, None)
            return await self._unknown(deadline_s)
        slow = self._chance.randrange(1000) < weather.slow
        self._free_s = max(self._free_s, loop.time()) + (
            self._chance.uniform(0.5, 8.0) if slow else self._chance.uniform(0.001, 0.02)
        )
        placed: asyncio.Future[tuple[Ack, ...]] = loop.create_future()
        loop.call_at(self._free_s, self._place, values, placed)
        if (fate := fate - weather.unheard) < 0:
            return await self._unknown(deadline_s)
        try:
            async with asyncio.timeout(deadline_s):
                acks = await asyncio.shield(placed)
                await asyncio.sleep(max(self.paused_until_s - loop.time(), self._chance.uniform(0, 0.01)))
                return acks
        except TimeoutError:
            if self.source == source:
                self.renew()
            raise AckUnknownError("the log did not acknowledge in time") from None

    async def _unknown(self, deadline_s: float) -> tuple[Ack, ...]:
        source = self.source
        await asyncio.sleep(deadline_s)
        if self.source == source:
            self.renew()
        raise AckUnknownError("the log did not acknowledge in time")

    def _place(self, values: list[bytes], placed: asyncio.Future[tuple[Ack, ...]] | None) -> None:
        acks = []
        for value in values:
            offset, at_ms = self._broker.place(value)
            acks.append(Ack(partition=0, offset=offset, timestamp_ms=at_ms, timestamp_type=LOG_APPEND_TIME))
        if placed is not None and not placed.done():
            placed.set_result(tuple(acks))


Reader = Callable[[OutputRecord], None]


class SimulatedLedger:
    """Folds the log in batches and tells its readers later; killed, it begins with its snapshot and its own entries."""

    def __init__(self, broker: Broker, chance: Random) -> None:
        self._broker, self._chance = broker, chance
        self._ids = Ids(now_ms=broker.now_ms, entropy=chance.randbytes)
        self._fold = AuthorityFold(0, self._ids)
        self._next = 0
        self._told_s = 0.0
        self._state: dict[bytes, bytes] = {}
        self.entries: list[bytes] = []
        self.readers: list[Reader] = []
        self.after_entry: list[Callable[[Entry], None]] = []
        self.paused_until_s = 0.0
        self.between_s = (0.005, 0.05)
        """How long it waits between two looks at the log, at least and at most."""
        self.kills = 0

    @property
    def fold(self) -> AuthorityFold:
        return self._fold

    async def run(self) -> None:
        """Fold for ever."""
        loop = asyncio.get_running_loop()
        beat_s = 0.0
        while True:
            await asyncio.sleep(max(self.paused_until_s - loop.time(), self._chance.uniform(*self.between_s)))
            self.step()
            if loop.time() >= beat_s:
                beat_s = loop.time() + 1.0
                self._tell(self._fold.heartbeat(self._next - 1))

    def step(self) -> None:
        """Fold what is there, and append the ticks that are due."""
        outputs: list[OutputRecord] = []
        while self._next < len(self._broker.records):
            record = self._broker.records[self._next]
            self._next += 1
            for output in self._fold.apply(record):
                if output.topic == topics.LEDGER.name:
                    self.entries.append(output.value)
                    entry = decode_as(Entry, output.value)
                    for look in self.after_entry:
                        look(entry)
                outputs.append(output)
        self._tell(tuple(outputs))
        for tick in self._fold.ticks(self._broker.now_ms()):
            self._broker.place(tick.value)

    def snapshot(self) -> None:
        resume = Resume(next_input=self._next, next_entry=len(self.entries))
        self._state |= {record.key: record.value for record in self._fold.snapshot(resume)}

    def kill(self) -> None:
        """End and begin again: the latest snapshot, the entries after it, and the log after these."""
        self.kills += 1
        self._fold = AuthorityFold(0, self._ids)
        resume = self._fold.load(self._state.values()) or Resume(next_input=0, next_entry=0)
        following = [resume.next_input]
        following += [self._fold.restore(value) + 1 for value in self.entries[resume.next_entry :]]
        self._next = max(following)

    def _tell(self, outputs: tuple[OutputRecord, ...]) -> None:
        loop = asyncio.get_running_loop()
        self._told_s = max(self._told_s, loop.time() + self._chance.uniform(0.001, 0.03))
        for output in outputs:
            for read in self.readers:
                loop.call_at(self._told_s, read, output)
