"""Output policies over a stream: it is held until its end, judged as a whole, and sent as the policies leave it.

Whatever the pieces were, the text that is sent is the text that a plain answer would have had.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Final

import orjson

from keeptrusts.gateway.pipeline.inspect import judge
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Admission
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Edit, Text, edited, texts_of_event
from keeptrusts.gateway.providers.translate.protocol import StreamEvent, frame
from keeptrusts.gateway.providers.translate.sse import SseParser
from keeptrusts.schemas.frozen import frozen

_PLACES: Final = ("index", "output_index", "content_index", "summary_index", "item_id")
"""What tells the texts of a stream apart in the APIs' events, beside where they stand in an event."""


class TooMuchHeldError(Exception):
    """A stream is longer than an answer may be."""


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

    def hold(self, frames: bytes) -> None:
        """Keep frames. Raises TooMuchHeldError."""
        self._left -= len(frames)
        if self._left < 0:
            raise TooMuchHeldError("longer than an answer may be")
        self._frames.append(frames)

    def release(self, tail: bytes) -> Released:
        """Judge everything held, and the frames that end the stream, as one answer."""
        held = [*_events(b"".join(self._frames), ends=False), *_events(tail, ends=True)]
        lanes: dict[Hashable, list[tuple[int, Text]]] = {}
        for number, one in enumerate(held):
            if one.document is not None:
                for text in texts_of_event(one.document):
                    lanes.setdefault(_lane(one.document, text), []).append((number, text))
        wholes = tuple(_whole([text for _, text in pieces]) for pieces in lanes.values())
        outcome = judge(self._services, self._admission, wholes)
        if outcome.problem is not None:
            return Released(frames=b"", tail=b"", outcome=outcome)
        if outcome.edits:
            _edit(held, list(lanes.values()), wholes, outcome.edits)
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


def _lane(document: dict[str, Any], text: Text) -> Hashable:
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


def _edit(
    held: list[_Held], lanes: list[list[tuple[int, Text]]], wholes: tuple[Text, ...], edits: Iterable[Edit]
) -> None:
    """Put each edited text into the first of its pieces, and nothing into the others."""
    by_lane: dict[int, list[Edit]] = {}
    for edit in edits:
        by_lane.setdefault(edit.text, []).append(edit)
    for lane, own in by_lane.items():
        whole = edited({"": wholes[lane].text}, [_at_root(wholes[lane])], [_first(edit) for edit in own])[""]
        for position, (number, text) in enumerate(lanes[lane]):
            event, document = held[number].event, held[number].document
            assert document is not None, "a text was found in it"
            replaced = Edit(text=0, start=0, end=len(text.text), replacement=whole if position == 0 else "")
            plain = Text(path=text.path, channel=text.channel, text=text.text)
            held[number] = _Held(event=event, document=edited(document, [plain], [replaced]), ends=held[number].ends)


def _at_root(text: Text) -> Text:
    return Text(path=("",), channel=text.channel, text=text.text, json=text.json)


def _first(edit: Edit) -> Edit:
    return Edit(text=0, start=edit.start, end=edit.end, replacement=edit.replacement)


def _frame(one: _Held) -> bytes:
    return frame(one.event.data if one.document is None else orjson.dumps(one.document), one.event.type)
