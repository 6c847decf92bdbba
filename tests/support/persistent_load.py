"""Callers that keep their connections, over raw sockets: every request must be answered, none is ever sent twice.

An HTTP library would repeat a request on a connection it finds closed, and so hide what this is here to find.
"""

from __future__ import annotations

import asyncio
import random
import select
import ssl
from collections import Counter
from dataclasses import dataclass, field

BODY = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}'
ANSWER_S = 30.0


@dataclass(slots=True)
class Seen:
    """What callers saw: answers by status, and how requests got lost."""

    statuses: Counter[int] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    last_answers: int = 0
    """Answers that said that the connection closes behind them."""

    @property
    def answered(self) -> int:
        return self.statuses.total()


@dataclass(slots=True, kw_only=True)
class Callers:
    """``count`` callers at once; each pauses up to ``pause_s`` between requests, and leaves after ``most_requests``."""

    host: str
    port: int
    key: str
    count: int
    pause_s: float = 0.0
    per_connection: int = 1_000_000
    stream: bool = False
    tls: ssl.SSLContext | None = None
    seed: int = 1
    seen: Seen = field(default_factory=Seen)
    warm_at: int = 10
    warm: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once ``warm_at`` requests were answered, or one was lost."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> Seen:
        """Call until ``stopping`` is set; gives what was seen."""
        await asyncio.gather(*(self._call(random.Random(self.seed * 10_000 + number)) for number in range(self.count)))
        return self.seen

    async def run_until_warm(self) -> Seen:
        """Call until ``warm_at`` requests were answered; gives what was seen."""
        task = asyncio.create_task(self.run())
        await self.warm.wait()
        self.stopping.set()
        return await task

    async def _call(self, chance: random.Random) -> None:
        while not self.stopping.is_set():
            try:
                reader, writer = await asyncio.open_connection(self.host, self.port, ssl=self.tls)
            except OSError as error:
                self.seen.lost[f"connect: {type(error).__name__}"] += 1
                await asyncio.sleep(0.05)
                continue
            self.seen.connections += 1
            try:
                await self._use(reader, writer, chance)
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                self.seen.lost[type(error).__name__] += 1
                self.warm.set()
            finally:
                writer.close()

    async def _use(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
        for _ in range(self.per_connection):
            body = BODY if not self.stream else BODY[:-1] + b', "stream": true}'
            writer.write(call_of(self.key, body))
            async with asyncio.timeout(ANSWER_S):
                status, last = await _answer(reader)
            self.seen.statuses[status] += 1
            if self.seen.answered >= self.warm_at:
                self.warm.set()
            self.seen.last_answers += last
            if last or self.stopping.is_set():
                return
            if self.pause_s:
                await asyncio.sleep(chance.uniform(0, self.pause_s))
            if _is_closed(writer):
                return  # closed while nothing was under way: clients look at the socket before they send again


def call_of(key: str, body: bytes) -> bytes:
    """Write a call as it goes over the wire."""
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (key.encode(), len(body), body)
    )


def _is_closed(writer: asyncio.StreamWriter) -> bool:
    """Say whether the server has closed: nothing but an end can be readable on a quiet connection."""
    connection = writer.get_extra_info("socket")
    return bool(writer.is_closing() or select.select([connection], [], [], 0)[0])


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Read one whole answer; gives its status and whether it is the connection's last."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head:
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    else:
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
    return status, b"connection: close" in head
