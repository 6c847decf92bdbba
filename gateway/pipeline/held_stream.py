"""Output policies over a stream: it is held until its end, judged as a whole, and sent as the policies leave it.

Whatever the pieces were, the text that is sent is the text that a plain answer would have had.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any, Final

import orjson

from keeptrusts.gateway.pipeline.inspect import judge
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Admission
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Edit, Text, by_text, rewritten, texts_of_event, with_value
from keeptrusts.gateway.providers.translate.protocol import StreamEvent, frame
from keeptrusts.gateway.providers.translate.sse import SseParser
from keeptrusts.schemas.frozen import frozen

_PLACES: Final = ("index", "output_index", "content_index", "summary_index", "item_id")
"""What tells the texts of a stream apart in the APIs' events, beside where they stand in an event."""

_Lane = tuple[Hashable, ...]
_Pieces = list[tuple[int, Text]]
"""The pieces of a text: the number of the event that holds each."""


@frozen
class Released:
    """What may be sent of a stream now, what ends it, and what the policies said; nothing when they refuse it."""

    frames: bytes
    tail: bytes
    outcome: ChainOutcome


@frozen
class _Held:
    event: StreamEvent
    document: dict[str, Any] | None
    ends: bool
    is_edited: bool = False


def held_stream(services: Services, admission: Admission) -> HeldStream | None:
    """Give what holds a stream, or None where no policy looks at its texts."""
    return HeldStream(services, admission) if admission.chain.output else None


class HeldStream:
    """One stream being held."""

    def __init__(self, services: Services, admission: Admission) -> None:
        self._services = services
        self._admission = admission
        self._frames: list[bytes] = []
        self._left = services.settings.max_answer_bytes

    def hold(self, frames: bytes) -> bool:
        """Keep frames; False once the stream is longer than an answer may be."""
        self._left -= len(frames)
        self._frames.append(frames)
        return self._left >= 0

    def release(self, tail: bytes) -> Released:
        """Judge everything held, and the frames that end the stream, as one answer."""
        held = [*_events(b"".join(self._frames), ends=False), *_events(tail, ends=True)]
        lanes: dict[_Lane, _Pieces] = {}
        for number, one in enumerate(held):
            if one.document is not None:
                for text in texts_of_event(one.document):
                    lanes.setdefault(_lane(one.document, text), []).append((number, text))
        texts: dict[Text, list[_Pieces]] = {}
        for lane, pieces in lanes.items():
            whole = _whole([text for _, text in pieces])
            texts.setdefault(_told_again(texts, lane, whole) or whole, []).append(pieces)
        outcome = judge(self._services, self._admission, tuple(texts))
        if outcome.problem is not None:
            return Released(frames=b"", tail=b"", outcome=outcome)
        if outcome.edits:
            _edit(held, list(texts.items()), outcome.edits)
        return Released(
            frames=b"".join(_frame(one) for one in held if not one.ends),
            tail=b"".join(_frame(one) for one in held if one.ends),
            outcome=outcome,
        )


def _events(frames: bytes, *, ends: bool) -> Iterable[_Held]:
    parser = SseParser()
    for event in [*parser.feed(frames), *parser.finish()]:
        try:
            document = orjson.loads(event.data)
        except orjson.JSONDecodeError:
            document = None  # what ends OpenAI's streams is no JSON
        yield _Held(event=event, document=document if isinstance(document, dict) else None, ends=ends)


def _lane(document: dict[str, Any], text: Text) -> _Lane:
    """Name the text that a piece belongs to: the same place in events of the same type about the same item."""
    places = [document.get("type"), *(document.get(name) for name in _PLACES)]
    path = list(text.path)
    if path[0] == "choices" and len(path) > 1:
        choice = document["choices"][path[1]]
        path[1] = choice.get("index", path[1])
        if "tool_calls" in path:
            at = path.index("tool_calls") + 1
            call = choice["delta"]["tool_calls"][path[at]]
            path[at] = call.get("index", path[at])
    return (*places, *path)


def _whole(pieces: list[Text]) -> Text:
    first = pieces[0]
    return Text(path=first.path, channel=first.channel, text="".join(one.text for one in pieces), json=first.json)


def _told_again(texts: Iterable[Text], lane: _Lane, whole: Text) -> Text | None:
    """Give the text that one is only a repetition of: OpenAI's responses say everything again when it is done."""
    kind = lane[0]
    if not isinstance(kind, str) or not kind.startswith("response.") or kind.endswith(".delta"):
        return None
    return next((one for one in texts if one.text == whole.text), None)


def _edit(held: list[_Held], texts: list[tuple[Text, list[_Pieces]]], edits: Iterable[Edit]) -> None:
    """Put each edited text into the first of its pieces, and nothing into the others."""
    for index, own in by_text(edits).items():
        text, lanes = texts[index]
        whole = rewritten(text, own)
        for lane in lanes:
            for position, (number, piece) in enumerate(lane):
                document = held[number].document
                assert document is not None, "a text was found in it"
                changed = with_value(document, piece.path, whole if position == 0 else "")
                held[number] = replace(held[number], document=changed, is_edited=True)


def _frame(one: _Held) -> bytes:
    return frame(orjson.dumps(one.document) if one.is_edited else one.event.data, one.event.type)
