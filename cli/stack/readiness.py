"""Ways to ask a process whether it answers: an HTTP route, a file it writes, Kafka's protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

_PROBE_SECONDS = 3.0
_STATUS_LINE_BYTES = 256

Ready = Callable[[], Awaitable[bool]]


def http_ready(url: str) -> Ready:
    """Ready when GET `url` answers 200."""

    async def ask() -> bool:
        return await http_status(url) == 200

    return ask


def file_ready(path: Path) -> Ready:
    """Ready when the file exists. The supervisor removes a child's ready file before each start."""

    async def ask() -> bool:
        return await asyncio.to_thread(path.exists)

    return ask


def kafka_ready(bootstrap: str) -> Ready:
    """Ready when a broker there takes requests."""

    async def ask() -> bool:
        from keeptrusts.cli.stack.kafka.broker import broker_answers

        return await broker_answers(bootstrap)

    return ask


def always_ready() -> Ready:
    """For one-shot children, whose end is what counts."""

    async def ask() -> bool:
        return True

    return ask


async def http_status(url: str) -> int | None:
    """The status of GET `url`, or None when nothing answers in time. Plain sockets: no HTTP client is loaded."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                request = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
                writer.write(request.encode("ascii"))
                await writer.drain()
                line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return None
    fields = line[:_STATUS_LINE_BYTES].split()
    return int(fields[1]) if len(fields) >= 2 and fields[1].isdigit() else None
