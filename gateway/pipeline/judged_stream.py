"""Output policies over a stream: it is judged as it comes, and each text is let go up to where nothing can change.

What is sent, joined, is what the policies would have left of the whole. A policy that refuses ends the stream: nothing
from the finding on is sent, but the provider is read to its end, so that usage and records are those of the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from keeptrusts.gateway.detectors.openings import Openings
from keeptrusts.gateway.detectors.scanner import Scanner, TooManyMatchesError
from keeptrusts.gateway.detectors.streamed import Passed, StreamedText
from keeptrusts.gateway.pipeline.inspect import judge, judge_found
from keeptrusts.gateway.pipeline.lanes import Lane, ends, is_piece, lane_of, one_more, says_again
from keeptrusts.gateway.pipeline.released import Released
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Admission
from keeptrusts.gateway.policies.json_pieces import JsonPieces
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Edit, Path, Text, apart, rewritten, size_of, texts_of_event, with_value
from keeptrusts.gateway.providers.translate.protocol import StreamEvent, frame
from keeptrusts.gateway.providers.translate.sse import MAX_WRITTEN_BYTES, SseParser
from keeptrusts.schemas.frozen import frozen, replace


class JudgedStream:
    """One stream being let go. With ``acts`` false nothing is held: what is found is only counted at the end."""

    def __init__(
        self, services: Services, admission: Admission, scanner: Scanner, openings: Openings, *, acts: bool
    ) -> None:
        self._services = services
        self._admission = admission
        self._scanner = scanner
        self._openings = openings
        self._acts = acts
        self._parser = SseParser()
        self._left = services.settings.max_answer_bytes
        self._lanes: dict[Lane, _Told] = {}
        self._wholes: dict[tuple[Lane, str], tuple[Text, _Edited | None]] = {}
        self.refused = False
        """Whether nothing is to be sent any more."""

    def take(self, frames: bytes) -> bytes | None:
        """Take frames, and give what may be sent by now; None once the stream is longer than an answer may be."""
        self._left -= len(frames)
        try:
            events = self._parser.feed(frames) if self._left >= 0 else None
        except ValueError:
            events = None  # one event is larger than any may be
        return None if events is None else b"".join([self._passed(event) for event in events])

    def size(self) -> int:
        """Say how much is judged at the end: all that was said, as a whole."""
        return sum(len(told.said) for told in self._lanes.values()) + size_of(text for text, _ in self._wholes.values())

    def release(self, tail: bytes) -> Released:
        """Give the rest, and the frames that end the stream, as the policies leave them; nothing where they refuse."""
        rest = b"".join([self._passed(event) for event in self._parser.finish() if event.data])
        rest += b"".join([self._ended(told) for told in self._lanes.values()])
        parser = SseParser(MAX_WRITTEN_BYTES)
        last = b"".join([self._passed(event, last=True) for event in [*parser.feed(tail), *parser.finish()]])
        outcome = self._judged()
        if outcome.problem is not None:
            return Released(frames=b"", tail=b"", outcome=outcome)
        return Released(frames=rest, tail=b"" if self.refused else last, outcome=outcome)

    def _judged(self) -> ChainOutcome:
        """Judge all texts as wholes: what is recorded is what a plain answer would have had recorded."""
        texts = [told.whole() for told in self._lanes.values()]
        texts += [text for text, _ in self._wholes.values()]
        return judge(self._services, self._admission, tuple(texts))

    def _passed(self, event: StreamEvent, *, last: bool = False) -> bytes:
        """Give an event with as much of its texts as may go, and before it the rest of those that it ends."""
        document = _document(event.data)
        if document is None:
            return b"" if self.refused else frame(event.data, event.type)
        silent = self.refused
        texts = texts_of_event(document)
        pieces = {lane_of(document, text): text for text in texts if is_piece(document, text)}
        before = [
            self._ended(told)
            for lane, told in self._lanes.items()
            if lane not in pieces and ends(document, told.document, lane)
        ]
        changed = document
        for text in texts:
            edit = None if is_piece(document, text) else self._of_whole(document, text)
            if edit is not None:
                changed = with_value(changed, text.path, edit.value)
        refused = self.refused  # what an event says whole cannot be sent in part
        for lane, text in pieces.items():
            told = self._lanes.get(lane)
            if told is None:
                told = self._lanes[lane] = _Told(self, text)
            told.document, told.path, told.event = document, text.path, event.type
            piece = told.take(text.text)
            if last or ends(document, document, lane):
                piece += told.end()
            if piece != text.text:
                changed = with_value(changed, text.path, piece)
        if refused:
            return b"" if silent else b"".join(before)
        return b"".join(before) + frame(event.data if changed is document else orjson.dumps(changed), event.type)

    def _of_whole(self, document: dict[str, Any], text: Text) -> _Edited | None:
        """Give what a text becomes that an event says whole: the same as before, if it was said in pieces; None where
        it stays."""
        if says_again(document):
            told = next((one for one in self._lanes.values() if one.said == text.text), None)
            if told is not None:
                return None if told.given == text.text else _Edited(value=told.given)
        known = lane_of(document, text), text.text
        if known not in self._wholes:
            edited = None
            if self._acts and not self.refused:
                edits = self._edits_of_whole(text)
                edited = _Edited(value=rewritten(text, edits)) if edits else None
            self._wholes[known] = (text, edited)
        return self._wholes[known][1]

    def _edits_of_whole(self, text: Text) -> tuple[Edit, ...]:
        """Give what is written over in a text that came whole; ``refused`` where it is refused."""
        outcome = judge(self._services, self._admission, (text,))
        self.refused |= outcome.problem is not None
        return outcome.edits

    def _ended(self, told: _Told) -> bytes:
        rest = told.end()
        return frame(orjson.dumps(one_more(told.document, told.path, rest)), told.event) if rest else b""

    def new_text(self) -> StreamedText | None:
        """Give what judges one more text; None where none is held."""
        return StreamedText(self._scanner, self._openings) if self._acts else None

    def edits_of(self, text: Text, part: Passed) -> tuple[Edit, ...]:
        """Give what the policies write over in a part of a text; nothing, and ``refused``, where they refuse it."""
        if not part.findings:
            return ()
        outcome = judge_found(self._services, self._admission, self._scanner, text, part.findings)
        self.refused |= outcome.problem is not None
        return outcome.edits


@frozen
class _Edited:
    value: Any


class _Told:
    """One text of the stream: what the provider said of it, and what was given to the caller."""

    def __init__(self, stream: JudgedStream, first: Text) -> None:
        self.document: dict[str, Any] = {}
        self.path: Path = first.path
        self.event: str | None = None
        self._stream = stream
        self._first = first
        self._text = stream.new_text()
        self._json = JsonPieces() if first.json else None
        self._said: list[str] = []
        self._given: list[str] = []

    @property
    def said(self) -> str:
        """All that the provider has said."""
        return "".join(self._said)

    @property
    def given(self) -> str:
        """All that was given of it."""
        return "".join(self._given)

    def whole(self) -> Text:
        """Give the text as it was said."""
        return replace(self._first, text=self.said)

    def take(self, piece: str) -> str:
        """Take a piece, and give what may be sent."""
        self._said.append(piece)
        if self._text is None or self._stream.refused:
            return self._give("" if self._stream.refused else piece)
        return self._give(self._written(lambda text: text.feed(piece)))

    def end(self) -> str:
        """Give what is held."""
        if self._text is None or self._stream.refused:
            return ""
        rest = self._written(StreamedText.end)
        if self._json is not None and not self._stream.refused:
            rest += self._json.end()
        return self._give(rest)

    def _give(self, piece: str) -> str:
        self._given.append(piece)
        return piece

    def _written(self, taken: Callable[[StreamedText], list[Passed]]) -> str:
        """Give parts as the policies leave them, up to where they refuse."""
        assert self._text is not None, "nothing is held of this text"
        try:
            parts = taken(self._text)
        except TooManyMatchesError:
            self._stream.refused = True
            return ""
        written: list[str] = []
        for part in parts:
            text = replace(self._first, text=part.text, json="")
            edits = self._stream.edits_of(text, part)
            if self._stream.refused:
                break
            if self._json is None:
                written.append(rewritten(text, edits) if edits else part.text)
            else:
                places = [(one.start, one.end, one.replacement) for one in apart(edits)]
                written.append(self._json.write(part.text, places))
        return "".join(written)


def _document(data: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None  # what ends OpenAI's streams is no JSON
    return document if isinstance(document, dict) else None
