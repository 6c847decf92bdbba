"""The texts of a stream, gathered as it goes by, for what is kept of it: bounded, whatever the stream does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from keeptrusts.gateway.pipeline.lanes import Lane, is_piece, lane_of
from keeptrusts.gateway.policies.texts import Text, texts_of_event
from keeptrusts.gateway.providers.translate.sse import MAX_WRITTEN_BYTES, SseParser
from keeptrusts.schemas.sealed_content import MOST_BYTES

MOST_CHARACTERS: Final = MOST_BYTES
MOST_TEXTS: Final = 10_000


class StreamTexts:
    """Takes frames of an answer in the caller's wire, and gives the texts that they were pieces of."""

    def __init__(self) -> None:
        self._parser = SseParser(MAX_WRITTEN_BYTES)
        self._lanes: dict[Lane, tuple[Text, list[str]]] = {}
        self._lengths: dict[Lane, int] = {}
        self._left = MOST_CHARACTERS
        self.truncated = False
        """Whether only the beginning was gathered."""

    def take(self, frames: bytes) -> None:
        """Take frames, whole or in pieces. What cannot be read is passed over: it has no text."""
        if self.truncated:
            return
        try:
            events = self._parser.feed(frames)
        except ValueError:
            self.truncated = True
            return
        for event in events:
            try:
                document = orjson.loads(event.data)
            except orjson.JSONDecodeError:
                continue  # what ends OpenAI's streams is no JSON
            if isinstance(document, dict):
                for text in texts_of_event(document):
                    self._take(document, text)

    def _take(self, document: Mapping[str, Any], text: Text) -> None:
        """Take a piece of a text, or a whole one unless it is known, or says something about the event itself."""
        lane = lane_of(document, text)
        if not is_piece(document, text):
            if self._knows(text.text) or ("type" not in document and text.path[0] != "choices"):
                return
            lane = (*lane, len(self._lanes))
        if len(text.text) > self._left or (lane not in self._lanes and len(self._lanes) >= MOST_TEXTS):
            self.truncated = True
            return
        self._left -= len(text.text)
        _, pieces = self._lanes.setdefault(lane, (text, []))
        pieces.append(text.text)
        self._lengths[lane] = self._lengths.get(lane, 0) + len(text.text)

    def _knows(self, whole: str) -> bool:
        """Say whether a text is one of those gathered: OpenAI's responses say everything again when it is done."""
        alike = (lane for lane, length in self._lengths.items() if length == len(whole))
        return any("".join(self._lanes[lane][1]) == whole for lane in alike)

    def texts(self) -> tuple[Text, ...]:
        """Give the texts so far, in the order in which they began."""
        return tuple(
            Text(path=first.path, channel=first.channel, text="".join(pieces), json=first.json)
            for first, pieces in self._lanes.values()
        )
