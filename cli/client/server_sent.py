"""Server-sent events from a byte stream: one message at a time, no line longer than the limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from keeptrusts.schemas.frozen import frozen

MAX_LINE_BYTES: Final = 4 * 1024 * 1024


class Lines(Protocol):
    """What a response is read as; an empty line means its end."""

    def readline(self, limit: int = ..., /) -> bytes: ...


@frozen
class Message:
    """One message. ``id`` is the position to go on from; ``event`` is its type (``message`` when it names none)."""

    event: str
    data: str
    id: str | None


def messages(lines: Lines) -> Iterator[Message]:
    """Give messages as they become complete; a message cut by the end of the stream is dropped."""
    event, identifier = "message", None
    data: list[str] = []
    while line := lines.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise ValueError(f"a line is above {MAX_LINE_BYTES} bytes")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            if data or identifier is not None:
                yield Message(event=event, data="\n".join(data), id=identifier)
            event, data, identifier = "message", [], None
            continue
        name, _, value = text.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                event = value
            case "data":
                data.append(value)
            case "id":
                identifier = value
            case _:
                continue  # comments, and the server's idea of when to come back
