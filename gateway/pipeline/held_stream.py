"""Output policies that need the whole of a stream: it is held until its end, judged, and sent as the policies leave it.

Whatever the pieces were, the text that is sent is the text that a plain answer would have had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import orjson

from keeptrusts.gateway.pipeline.appending_texts import AppendingStream, takes_texts
from keeptrusts.gateway.pipeline.inspect import judge
from keeptrusts.gateway.pipeline.judged_stream import JudgedStream
from keeptrusts.gateway.pipeline.lanes import Lane, lane_of
from keeptrusts.gateway.pipeline.released import Released, StreamJudge
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Admission
from keeptrusts.gateway.policies.disclaimer import Disclaimer
from keeptrusts.gateway.policies.protocol import Policy
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.gateway.policies.texts import Text, texts_of_event, value_of, with_edits, with_value
from keeptrusts.gateway.providers.translate.protocol import StreamEvent, frame
from keeptrusts.gateway.providers.translate.sse import MAX_WRITTEN_BYTES, SseParser
from keeptrusts.schemas.frozen import frozen, replace

_Pieces = list[tuple[int, Text]]
"""The pieces of a text: the number of the event that holds each."""


@frozen
class _Held:
    event: StreamEvent
    document: dict[str, Any] | None
    ends: bool
    is_edited: bool = False


def held_stream(services: Services, admission: Admission) -> StreamJudge | None:
    """Give what judges a stream, or None where no policy looks at its texts."""
    judge = _judge_of(services, admission)
    appends = any(one.mode == "enforce" and isinstance(one.policy, Disclaimer) for one in admission.chain.output)
    return AppendingStream(judge) if judge is not None and appends and takes_texts(admission.asked) else judge


def _judge_of(services: Services, admission: Admission) -> StreamJudge | None:
    chain = admission.chain
    if not chain.output and not chain.holds_answers:
        return None
    only_says = chain.output_scanner is None and not any(
        one.mode == "enforce" and not isinstance(one.policy, Disclaimer) for one in chain.output
    )
    if only_says and not chain.holds_answers:
        return PassedStream(services, admission)
    if chain.holds_answers or chain.openings is None or chain.output_scanner is None:
        return HeldStream(services, admission)
    acts = any(one.mode == "enforce" and _acts(one.policy) for one in chain.output)
    return JudgedStream(services, admission, chain.output_scanner, chain.openings, acts=acts)


def _acts(policy: Policy) -> bool:
    return not isinstance(policy, TextDetector) or policy.acts


class PassedStream:
    """One stream of which nothing is held: no policy looks at its texts, but there is something to say at its end."""

    def __init__(self, services: Services, admission: Admission) -> None:
        self._services = services
        self._admission = admission

    def take(self, frames: bytes) -> bytes | None:
        """Give what has come."""
        return frames

    def size(self) -> int:
        """Say that no texts are judged."""
        return 0

    def release(self, tail: bytes) -> Released:
        """Give the end, and what the policies say."""
        return Released(frames=b"", tail=tail, outcome=judge(self._services, self._admission, ()))


class HeldStream:
    """One stream being held."""

    def __init__(self, services: Services, admission: Admission) -> None:
        self._services = services
        self._admission = admission
        self._frames: list[bytes] = []
        self._left = services.settings.max_answer_bytes

    def take(self, frames: bytes) -> bytes | None:
        """Keep frames, and give what may be sent: nothing; None once the stream is longer than an answer may be."""
        self._left -= len(frames)
        self._frames.append(frames)
        return b"" if self._left >= 0 else None

    def size(self) -> int:
        """Say how much is held, in bytes."""
        return sum(map(len, self._frames))

    def release(self, tail: bytes) -> Released:
        """Judge everything held, and the frames that end the stream, as one answer."""
        held = [*_events(b"".join(self._frames), ends=False), *_events(tail, ends=True)]
        lanes: dict[Lane, _Pieces] = {}
        for number, one in enumerate(held):
            if one.document is not None:
                for text in texts_of_event(one.document):
                    lanes.setdefault(lane_of(one.document, text), []).append((number, text))
        texts: dict[Text, list[_Pieces]] = {}
        for lane, pieces in lanes.items():
            whole = _whole([text for _, text in pieces])
            texts.setdefault(_told_again(texts, lane, whole) or whole, []).append(pieces)
        outcome = judge(self._services, self._admission, tuple(texts))
        if outcome.problem is not None:
            return Released(frames=b"", tail=b"", outcome=outcome)
        return _released(held, texts, outcome, with_edits(texts, outcome.edits))


def _released(
    held: list[_Held], said: Mapping[Text, list[_Pieces]], outcome: ChainOutcome, texts: tuple[Text, ...]
) -> Released:
    """Give the stream with these texts in the places of those that were said."""
    sent = _edited(held, said, texts)
    return Released(
        frames=b"".join(_frame(one) for one in sent if not one.ends),
        tail=b"".join(_frame(one) for one in sent if one.ends),
        outcome=outcome,
        texts=texts,
        with_texts=partial(_released, held, said, outcome),
    )


def _events(frames: bytes, *, ends: bool) -> Iterable[_Held]:
    parser = SseParser(MAX_WRITTEN_BYTES)
    for event in [*parser.feed(frames), *parser.finish()]:
        try:
            document = orjson.loads(event.data)
        except orjson.JSONDecodeError:
            document = None  # what ends OpenAI's streams is no JSON
        yield _Held(event=event, document=document if isinstance(document, dict) else None, ends=ends)


def _whole(pieces: list[Text]) -> Text:
    first = pieces[0]
    return Text(path=first.path, channel=first.channel, text="".join(one.text for one in pieces), json=first.json)


def _told_again(texts: Iterable[Text], lane: Lane, whole: Text) -> Text | None:
    """Give the text that one is only a repetition of: OpenAI's responses say everything again when it is done."""
    kind = lane[0]
    if not isinstance(kind, str) or not kind.startswith("response.") or kind.endswith(".delta"):
        return None
    return next((one for one in texts if one.text == whole.text), None)


def _edited(held: Iterable[_Held], said: Mapping[Text, list[_Pieces]], texts: Iterable[Text]) -> list[_Held]:
    """Put each text that is another one now into the first of its pieces, and nothing into the others."""
    sent = list(held)
    for (before, lanes), text in zip(said.items(), texts, strict=True):
        if text.text == before.text:
            continue
        for lane in lanes:
            for position, (number, piece) in enumerate(lane):
                document = sent[number].document
                assert document is not None, "a text was found in it"
                changed = with_value(document, piece.path, value_of(text) if position == 0 else "")
                sent[number] = replace(sent[number], document=changed, is_edited=True)
    return sent


def _frame(one: _Held) -> bytes:
    return frame(orjson.dumps(one.document) if one.is_edited else one.event.data, one.event.type)
