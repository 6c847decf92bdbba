"""Cuts the bytes of AWS's binary event stream into events, however they were chunked.

The format is https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html: lengths, headers and payload with a
checksum over the lengths and one over all. botocore reads and checks it; it is imported with the first stream, so that
gateways without a Bedrock target never load it.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import error as StructError
from typing import Any, Final

import orjson

from keeptrusts.gateway.providers.translate.protocol import StreamEvent

MAX_MESSAGE_BYTES: Final = 4 * 1024 * 1024
_PIECE_BYTES: Final = 64 * 1024
"""botocore copies what is left after each message, so it gets a long chunk in pieces."""


class EventStreamParser:
    """One stream being cut; offers what ``SseParser`` offers."""

    __slots__ = ("_buffer", "_pending", "_refused")

    def __init__(self) -> None:
        # botocore takes some 30 ms to import, and only Bedrock's streams need it.
        from botocore.eventstream import EventStreamBuffer, ParserError

        self._buffer: Any = EventStreamBuffer()
        self._refused: tuple[type[Exception], ...] = (ParserError, KeyError, ValueError, IndexError, StructError)
        self._pending = 0

    def feed(self, chunk: bytes) -> list[StreamEvent]:
        """Take the next bytes; gives the events that they complete.

        Raises ValueError, without quoting anything, when a checksum is wrong, a header cannot be read, or one message
        exceeds MAX_MESSAGE_BYTES.
        """
        events: list[StreamEvent] = []
        for start in range(0, len(chunk), _PIECE_BYTES):
            piece = chunk[start : start + _PIECE_BYTES]
            self._buffer.add_data(piece)
            self._pending += len(piece)
            events.extend(self._complete())
            _check_size(self._pending)
        return events

    def finish(self) -> list[StreamEvent]:
        """Give nothing: a message that is not whole is no message, and the stream's own end says what is missing."""
        return []

    def _complete(self) -> list[StreamEvent]:
        events: list[StreamEvent] = []
        while (message := self._next()) is not None:
            _check_size(message.prelude.total_length)
            self._pending -= message.prelude.total_length
            event = _event(message.headers, message.payload)
            if event is not None:
                events.append(event)
        return events

    def _next(self) -> Any:
        try:
            return self._buffer.next()
        except StopIteration:
            return None
        except self._refused:
            raise ValueError(
                "the event stream is damaged: a message's lengths, checksum or headers are wrong"
            ) from None


def _check_size(size: int) -> None:
    if size > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of the event stream is larger than {MAX_MESSAGE_BYTES} bytes")


def _event(headers: Mapping[str, Any], payload: bytes) -> StreamEvent | None:
    """Give the event, exception or error of a message; other types of message have no meaning here."""
    match headers.get(":message-type"):
        case "event":
            return StreamEvent(str(headers.get(":event-type")), payload)
        case "exception":
            return StreamEvent(str(headers.get(":exception-type")), payload)
        case "error":
            said = {"message": str(headers.get(":error-message", ""))}
            return StreamEvent(f"error:{headers.get(':error-code')}", orjson.dumps(said))
        case _:
            return None
