"""Callers that behave well and badly, over plain sockets: they cut at random chunks, read and write slowly, send much.

Each call is one coroutine that gives what its caller saw, for the audit. Everything follows from the seed, except what
the clock and the network do.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from support.checker import Seen

PATIENCE_S = 120.0
_POSITION = re.compile(rb": keeptrusts-position=(\d+:\d+)")
_ENDS = (
    b"data: [DONE]\n\n",
    b'"type": "message_stop"',
    b"event: response.completed\n",
    b"event: response.incomplete\n",
)
BIG_BYTES = 9 * 1024 * 1024 + 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where to call, with which key and further headers, and what every prompt holds."""

    host: str
    port: int
    key: str
    prompt: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Heard:
    """What has come back on one connection so far."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False

    def seen(self, *, streamed: bool, honest: bool = True) -> Seen:
        position = self.headers.get("x-keeptrusts-position")
        stream = self.headers.get("content-type", "").startswith("text/event-stream")
        if stream and (found := _POSITION.search(self.body)) is not None:
            position = found.group(1).decode()
        whole = self.ended and (not stream or any(end in self.body for end in _ENDS))
        return Seen(
            request=self.headers.get("x-request-id"),
            status=self.status if self.status is None or self.ended or stream else None,
            code=None if stream else _code(self.body),
            position=position if whole or not stream else None,
            whole=whole,
            streamed=stream or streamed,
            honest=honest,
        )


def _code(body: bytes) -> str | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    error = document.get("error") if isinstance(document, dict) else None
    code = document.get("code") or (error.get("code") if isinstance(error, dict) else None)
    return code if isinstance(code, str) else None


class Caller:
    """One connection to the gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.heard = Heard()

    async def read_head(self) -> None:
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.heard.status = int(lines[0].split(" ")[1])
        self.heard.headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }

    async def read_chunk(self) -> bool:
        """Read one piece of the body; False at its end."""
        heard = self.heard
        if heard.headers.get("transfer-encoding") != "chunked":
            heard.body += await self.reader.readexactly(int(heard.headers.get("content-length", "0")))
            heard.ended = True
            return False
        size = int(await self.reader.readuntil(b"\r\n"), 16)
        piece = await self.reader.readexactly(size + 2)
        if size == 0:
            heard.ended = True
            return False
        heard.body += piece[:-2]
        return True


def request_bytes(door: Door, path: str, body: bytes) -> bytes:
    """One request, whole."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {door.host}\r\nAuthorization: Bearer {door.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in door.headers)
        + "\r\n"
    )
    return head.encode() + body


ELSEWHERE = ("gemini-2.5-pro", "amazon.nova-pro-v1:0")
"""Models of providers whose wires are translated to, for the APIs that are."""


def somewhere(path: str, rng: Random) -> dict[str, str]:
    """Now and then another model than the API's own."""
    if path not in ("/v1/chat/completions", "/v1/messages") or rng.random() < 0.6:
        return {}
    return {"model": rng.choice(ELSEWHERE)}


def body_of(path: str, text: str, *, stream: bool, **rest: Any) -> bytes:
    """A call that says one text."""
    messages = [{"role": "user", "content": text}]
    match path:
        case "/v1/messages":
            document: dict[str, Any] = {"model": "claude-sonnet-4-5", "max_tokens": 500, "messages": messages}
        case "/v1/responses":
            document = {"model": "gpt-4o", "input": text}
        case "/v1/embeddings":
            document = {"model": "text-embedding-3-small", "input": text}
        case _:
            document = {"model": "gpt-4o", "messages": messages}
    return json.dumps({**document, **({"stream": True} if stream else {}), **rest}).encode()


async def call(door: Door, path: str, body: bytes, act: Callable[[Caller, bytes], Awaitable[None]]) -> Heard:
    """Open a connection, let a caller act on it, close it; what breaks is part of what was heard."""
    caller: Caller | None = None
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(door.host, door.port)
            caller = Caller(reader, writer)
            await act(caller, request_bytes(door, path, body))
    except (ConnectionError, asyncio.IncompleteReadError, OSError):
        pass  # a connection that breaks is what some of these tests are about: the audit judges what was heard
    finally:
        if writer is not None:
            writer.close()
    return caller.heard if caller is not None else Heard()


async def read_whole(caller: Caller, data: bytes) -> None:
    caller.writer.write(data)
    await caller.read_head()
    while await caller.read_chunk():
        pass


PATHS = ("/v1/chat/completions", "/v1/messages", "/v1/responses")


async def well_behaved(door: Door, rng: Random) -> Seen:
    path = rng.choice((*PATHS, "/v1/chat/completions", "/v1/embeddings"))
    stream = path != "/v1/embeddings" and rng.random() < 0.5
    heard = await call(door, path, body_of(path, door.prompt, stream=stream, **somewhere(path, rng)), read_whole)
    return heard.seen(streamed=stream)


async def refused(door: Door, rng: Random) -> Seen:
    heard = await call(
        door, PATHS[0], body_of(PATHS[0], door.prompt, stream=rng.random() < 0.5, model="no-such"), read_whole
    )
    return heard.seen(streamed=False)


async def cuts(door: Door, rng: Random) -> Seen:
    """Leaves after some chunks of a stream, or before its head."""
    path, stays = rng.choice(PATHS), rng.randrange(0, 25)

    async def act(caller: Caller, data: bytes) -> None:
        caller.writer.write(data)
        await caller.writer.drain()
        if stays == 0:
            return
        await caller.read_head()
        for _ in range(stays):
            if not await caller.read_chunk():
                return
        if rng.random() < 0.5:
            caller.writer.transport.abort()

    text = f"simulate: words=40, chunk-delay={rng.choice((0, 2))}"
    heard = await call(door, path, body_of(path, text, stream=True, **somewhere(path, rng)), act)
    return heard.seen(streamed=True)


async def writes_slowly(door: Door, rng: Random) -> Seen:
    """Sends its request in pieces, and sometimes only a part of it."""
    pieces, leaves = rng.randrange(2, 8), rng.random() < 0.3

    async def act(caller: Caller, data: bytes) -> None:
        size = -(-len(data) // pieces)
        for index in range(pieces - leaves):
            caller.writer.write(data[index * size : (index + 1) * size])
            await caller.writer.drain()
            await asyncio.sleep(rng.random() * 0.1)
        if not leaves:
            await read_whole(caller, b"")

    heard = await call(door, PATHS[0], body_of(PATHS[0], door.prompt, stream=False), act)
    return heard.seen(streamed=False)


async def reads_slowly(door: Door, rng: Random) -> Seen:
    async def act(caller: Caller, data: bytes) -> None:
        caller.writer.write(data)
        await caller.read_head()
        more = True
        while more:
            await asyncio.sleep(rng.random() * 0.02)
            more = await caller.read_chunk()

    heard = await call(door, PATHS[0], body_of(PATHS[0], "simulate: words=80", stream=True), act)
    return heard.seen(streamed=True)


async def sends_much(door: Door, rng: Random) -> Seen:
    text = "x" * rng.choice((100_000, 1_000_000, BIG_BYTES))
    heard = await call(door, PATHS[0], body_of(PATHS[0], text, stream=False), read_whole)
    return heard.seen(streamed=False)


HONEST_FAULTS = (
    "bad-key", "status=400", "status=429, retry-after=1", "status=500", "status=503", "garbage", "cut=3", "cut=0",
    "drop", "wrong-type", "drip=11", "stall=2", "fail=2", "no-usage",
)  # fmt: skip
LIES = ("wrong-usage", "negative-usage", "huge-usage", "double-usage")


async def meets_a_bad_provider(door: Door, rng: Random) -> Seen:
    fault = rng.choice((*HONEST_FAULTS, *LIES, f"cut-bytes={rng.randrange(2_000)}"))
    path, stream = rng.choice(PATHS), rng.random() < 0.6
    heard = await call(
        door, path, body_of(path, f"simulate: {fault}", stream=stream, **somewhere(path, rng)), read_whole
    )
    return heard.seen(streamed=stream, honest=fault not in LIES)


KINDS: tuple[tuple[int, Callable[[Door, Random], Awaitable[Seen]]], ...] = (
    (50, well_behaved), (4, refused), (15, cuts), (5, writes_slowly), (4, reads_slowly), (1, sends_much),
    (15, meets_a_bad_provider),
)  # fmt: skip


class Crowd:
    """Many callers, one call after another each, until they are told to stop."""

    def __init__(self, door: Door, *, callers: int, seed: int) -> None:
        self.seen: list[Seen] = []
        self._door = door
        self._stopping = False
        self._tasks = [asyncio.create_task(self._call(Random(seed * 1_000 + number))) for number in range(callers)]

    def answered(self) -> int:
        """How many calls have been answered whole with 200 so far."""
        return sum(seen.status == 200 and seen.whole for seen in self.seen)

    async def stop(self) -> None:
        """Let every caller end its call."""
        self._stopping = True
        async with asyncio.timeout(PATIENCE_S * 2):
            await asyncio.gather(*self._tasks)

    async def _call(self, rng: Random) -> None:
        kinds = [kind for _, kind in KINDS]
        weights = [weight for weight, _ in KINDS]
        while not self._stopping:
            [kind] = rng.choices(kinds, weights)
            seen = await kind(self._door, rng)
            self.seen.append(seen)
            if seen.status in (None, 503):
                await asyncio.sleep(0.05)
