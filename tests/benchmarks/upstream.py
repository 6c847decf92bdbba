"""A tiny upstream for measurements: any POST gets one fixed chat completion. `python upstream.py PORT`.

A request with "stream": true gets a stream instead: its prompt says how many frames and how many milliseconds apart,
as in `frames=50 every=20`. Each frame says when it was sent, in nanoseconds of the clock that all processes share.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Final, cast

import uvloop

ANSWER = json.dumps(
    {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "gpt-4o",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * 400}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 120, "completion_tokens": 80, "total_tokens": 200},
    }
).encode()
RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + str(len(ANSWER)).encode() + b"\r\n\r\n"
) + ANSWER
_STREAM_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
_ASKED: Final = re.compile(rb"frames=(\d+) every=(\d+)")
_STREAMED: Final = re.compile(rb'"stream":\s*true')


def frame(content: str | None) -> bytes:
    """Give a chunk of HTTP with one event: a piece of the answer, or the last one with the usage."""
    piece: dict[str, object] = {
        "id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1700000000, "model": "gpt-4o",
        "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": None}],
    }  # fmt: skip
    if content is None:
        piece |= {"choices": [], "usage": {"prompt_tokens": 120, "completion_tokens": 80, "total_tokens": 200}}
    event = b"data: " + json.dumps(piece).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(event), event)


END: Final = frame(None) + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


class Upstream(asyncio.Protocol):
    """Answers each complete request; just enough HTTP/1.1 for keep-alive clients that send a Content-Length."""

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transports are no subclass of it

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            assert self._transport is not None
            asked = _ASKED.search(body) if _STREAMED.search(body) else None
            if asked is None:
                self._transport.write(RESPONSE)
            else:
                self._transport.write(_STREAM_HEAD)
                self._send_frames(int(asked[1]), int(asked[2]) / 1e3)

    def _send_frames(self, left: int, apart_s: float) -> None:
        assert self._transport is not None
        if self._transport.is_closing():
            return
        if left == 0:
            self._transport.write(END)
            return
        self._transport.write(frame(f"t={time.monotonic_ns()};"))
        asyncio.get_running_loop().call_later(apart_s, self._send_frames, left - 1, apart_s)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
