"""A load generator that costs little: keep-alive HTTP/1.1 over bare streams, a bounded number of requests."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

BODY = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "' + b"word " * 60 + b'"}]}'


@dataclass(frozen=True, slots=True)
class Measured:
    """Latencies in seconds, sorted, and the time of the whole run."""

    latencies: list[float]
    seconds: float

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


class RefusedError(AssertionError):
    """An answer was not 200."""


async def measure(port: int, *, connections: int, requests: int, key: str) -> Measured:
    """Send requests over so many connections; raises RefusedError for any answer but 200."""
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    ).encode()
    latencies: list[float] = []
    left = [requests]

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while left[0] > 0:
            left[0] -= 1
            started = time.perf_counter()
            writer.write(head + BODY)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise RefusedError(answer[:200])
            lowered = answer.lower()
            start = lowered.index(b"content-length:") + 15
            await reader.readexactly(int(lowered[start : lowered.index(b"\r\n", start)]))
            latencies.append(time.perf_counter() - started)
        writer.close()

    started = time.perf_counter()
    async with asyncio.timeout(300):
        await asyncio.gather(*(one_connection() for _ in range(connections)))
    return Measured(sorted(latencies), time.perf_counter() - started)
