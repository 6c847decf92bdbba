"""Callers that read streams and note how long each took to begin, and how late each frame of it came."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Final

_SENT: Final = re.compile(rb"t=(\d+);")
_END: Final = b"data: [DONE]"


@dataclass(slots=True)
class Streamed:
    """What callers saw, in seconds: from each request to its first frame, and of each frame from its sending on."""

    first_frames: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    def first(self, share: float) -> float:
        """Give a percentile of the times to the first frame."""
        ordered = sorted(self.first_frames)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is asked for: streams by so many connections, one after the other on each."""

    connections: int
    streams_each: int
    frames: int
    apart_ms: int


async def read_streams(port: int, key: str, reading: Reading) -> Streamed:
    """Read all streams to their ends; raises AssertionError for an answer that is no whole stream."""
    seen = Streamed()
    async with asyncio.timeout(300):
        await asyncio.gather(*(_one_connection(port, key, reading, seen) for _ in range(reading.connections)))
    return seen


async def _one_connection(port: int, key: str, reading: Reading, seen: Streamed) -> None:
    body = (
        f'{{"model": "gpt-4o", "stream": true, "messages": [{{"role": "user", '
        f'"content": "frames={reading.frames} every={reading.apart_ms}"}}]}}'
    ).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(reading.streams_each):
        started = time.monotonic_ns()
        writer.write(head + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
        frames, last = 0, b""
        while piece := await _chunk(reader):
            now = time.monotonic_ns()
            sent = [int(found) for found in _SENT.findall(piece)]
            if sent and not frames:
                seen.first_frames.append((now - started) / 1e9)
            frames += len(sent)
            seen.delays += [(now - at) / 1e9 for at in sent]
            last = piece
        assert frames == reading.frames and _END in last, (frames, last[-200:])
    writer.close()


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    """Give a chunk of a chunked body; empty at its end."""
    size = int((await reader.readuntil(b"\r\n")), 16)
    return (await reader.readexactly(size + 2))[:-2]
