"""An upstream that writes the very bytes a test gives it: for what no HTTP library would send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Reply = Callable[["Exchange"], Awaitable[None]]


@dataclass(slots=True)
class Exchange:
    """One request as it came in on one connection, and the way back."""

    head: bytes
    body: bytes
    connection: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Write and wait until the kernel has it."""
        self.writer.write(data)
        await self.writer.drain()


@dataclass(slots=True)
class RawUpstream:
    """``exchanges`` are the requests so far; ``left`` is set when a client closes a connection we still answer on."""

    url: str
    exchanges: list[Exchange] = field(default_factory=list)
    connections: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def raw_upstream(reply: Reply, *, read_body: bool = True) -> AsyncIterator[RawUpstream]:
    """Serve on a free port for the time of the context. ``reply`` may close the writer; else the next request follows.

    Without ``read_body`` the reply begins as soon as the head is there, and nothing more is read.
    """
    upstream = RawUpstream("")

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream.connections += 1
        number = upstream.connections
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head)) if read_body else b""
                exchange = Exchange(head, body, number, reader, writer)
                upstream.exchanges.append(exchange)
                await reply(exchange)
        except (ConnectionError, asyncio.IncompleteReadError):
            upstream.left.set()
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
    port = server.sockets[0].getsockname()[1]
    upstream.url = f"http://127.0.0.1:{port}"
    try:
        yield upstream
    finally:
        server.close()
        for exchange in upstream.exchanges:
            exchange.writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
