"""Cuts the bytes of a server-sent event stream into events, however they were chunked. Pure.

Follows https://html.spec.whatwg.org/multipage/server-sent-events.html; ``id`` and ``retry`` are left out, as no
provider's stream is resumed.
"""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.providers.translate.protocol import StreamEvent

MAX_EVENT_BYTES: Final = 4 * 1024 * 1024
"""No real event comes near it: the largest hold one image in base64."""
MAX_WRITTEN_BYTES: Final = 4 * MAX_EVENT_BYTES
"""The same for events that were read and written anew: names and markers make them longer."""
_BOM: Final = b"\xef\xbb\xbf"


class SseParser:
    """One stream being cut. Work and memory grow with the bytes fed, whatever the size of the pieces."""

    __slots__ = ("_after_cr", "_first", "_most", "_pending", "_size")

    def __init__(self, most_bytes: int = MAX_EVENT_BYTES) -> None:
        self._most = most_bytes
        self._pending: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._first = True

    def feed(self, chunk: bytes) -> list[StreamEvent]:
        """Take the next bytes; gives the events that they complete.

        Raises ValueError, without quoting anything, when one event exceeds ``most_bytes``.
        """
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_lf_only(chunk)
        if not chunk:
            return []
        if self._is_one_event(chunk):
            return [StreamEvent(None, chunk[6:-2])]
        if b"\n\n" not in chunk and not self._ends_an_event(chunk):
            self._keep(chunk)
            return []
        blocks = self._taken(chunk).split(b"\n\n")
        self._keep(blocks.pop())
        return self._events(blocks)

    def finish(self) -> list[StreamEvent]:
        """Give the event that the stream ended in without the blank line, as sloppy servers do; at most one.

        A stream that was cut may leave half an event here: its data then is no JSON.
        """
        return self._events([self._taken(b"").strip(b"\n")])

    def _with_lf_only(self, chunk: bytes) -> bytes:
        # A CR is a line end at once; the LF that may follow it, perhaps in the next chunk, belongs to it.
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._after_cr = False
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _is_one_event(self, chunk: bytes) -> bool:
        # Most chunks of most streams are exactly this, and it is worth a third of the time.
        return (
            not self._pending
            and chunk.startswith(b"data: ")
            and chunk.endswith(b"\n\n")
            and chunk.count(b"\n") == 2
            and len(chunk) <= self._most
        )

    def _ends_an_event(self, chunk: bytes) -> bool:
        return chunk.startswith(b"\n") and bool(self._pending) and self._pending[-1].endswith(b"\n")

    def _keep(self, piece: bytes) -> None:
        if not piece:
            return
        self._pending.append(piece)
        self._size += len(piece)
        if self._size > self._most:
            raise ValueError(_too_large(self._most))

    def _taken(self, chunk: bytes) -> bytes:
        if not self._pending:
            return chunk
        self._pending.append(chunk)
        whole = b"".join(self._pending)
        self._pending.clear()
        self._size = 0
        return whole

    def _events(self, blocks: list[bytes]) -> list[StreamEvent]:
        events: list[StreamEvent] = []
        for block in blocks:
            if self._first:
                block = block.removeprefix(_BOM)
                self._first = False
            if len(block) > self._most:
                raise ValueError(_too_large(self._most))
            if block.startswith(b"data: ") and b"\n" not in block:
                events.append(StreamEvent(None, block[6:]))
            elif (event := _event_of(block)) is not None:
                events.append(event)
        return events


def _event_of(block: bytes) -> StreamEvent | None:
    event_type: str | None = None
    data: list[bytes] = []
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value.removeprefix(b" "))
        elif name == b"event":
            event_type = value.removeprefix(b" ").decode("utf-8", "replace") or None
    if not data:
        return None
    return StreamEvent(event_type, data[0] if len(data) == 1 else b"\n".join(data))


def _too_large(most_bytes: int) -> str:
    return f"an event of the stream is larger than {most_bytes} bytes"
