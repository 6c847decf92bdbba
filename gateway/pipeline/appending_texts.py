"""Appends texts to answers, once each: as a last piece of a streamed one. Never to tool calls or to JSON.

How a text goes on is said in https://platform.openai.com/docs/api-reference/chat-streaming,
https://docs.anthropic.com/en/docs/build-with-claude/streaming and
https://platform.openai.com/docs/api-reference/responses-streaming.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from keeptrusts.gateway.pipeline.released import Released, StreamJudge
from keeptrusts.gateway.pipeline.values import ModelCall
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.gateway.providers.translate.protocol import StreamEvent, frame
from keeptrusts.gateway.providers.translate.sse import MAX_WRITTEN_BYTES, SseParser
from keeptrusts.schemas.frozen import replace

_GAP: Final = "\n\n"
_JSON: Final = frozenset({"json_object", "json_schema"})
_PLACE: Final = ("item_id", "output_index", "content_index")
_ENDS_AS_TEXT: Final = frozenset({"stop", "length", "end_turn", "max_tokens", "stop_sequence"})
_Document = dict[str, Any]


def takes_texts(asked: ModelCall) -> bool:
    """Say whether answers to a call are texts for people: one that wants JSON gets nothing else."""
    if asked.api not in ("chat", "messages", "responses"):
        return False
    document = asked.document
    text = document.get("text")
    forms: tuple[object, ...] = (
        document.get("response_format"),
        text.get("format") if isinstance(text, Mapping) else None,
        document.get("output_format"),
    )
    return not any(isinstance(form, Mapping) and form.get("type") in _JSON for form in forms)


def appended(document: _Document, texts: tuple[str, ...]) -> _Document:
    """Give a whole answer with texts at its end; what it says already is not said again."""
    if isinstance(document.get("choices"), list):
        return {**document, "choices": [_choice(one, texts) for one in document["choices"]]}
    if document.get("type") == "message":
        return _message(document, texts)
    if isinstance(document.get("output"), list):
        return {**document, "output": [_item(one, texts) for one in document["output"]]}
    return document


def _object(value: object) -> _Document:
    """Give an object, or an empty one: providers may send anything, and no answer must stop us."""
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[_Document]:
    return [_object(one) for one in value] if isinstance(value, list) else []


def _ends_as_text(reason: object) -> bool:
    return isinstance(reason, str) and reason in _ENDS_AS_TEXT


def _more(said: str, texts: tuple[str, ...]) -> str:
    return "".join(_GAP + text for text in texts if text not in said)


def _choice(choice: Any, texts: tuple[str, ...]) -> Any:
    message = _object(_object(choice).get("message"))
    said = message.get("content")
    if not isinstance(said, str) or not _ends_as_text(choice.get("finish_reason")):
        return choice
    return {**choice, "message": {**message, "content": said + _more(said, texts)}}


def _message(document: _Document, texts: tuple[str, ...]) -> _Document:
    blocks = document.get("content")
    if not isinstance(blocks, list) or not _ends_as_text(document.get("stop_reason")):
        return document
    said = "".join(one["text"] for one in _objects(blocks) if isinstance(one.get("text"), str))
    more = _more(said, texts)
    return {**document, "content": [*blocks, {"type": "text", "text": more}]} if more else document


def _item(item: Any, texts: tuple[str, ...]) -> Any:
    parts = _object(item).get("content")
    if not isinstance(parts, list) or item.get("type") != "message":
        return item
    said = [number for number, part in enumerate(_objects(parts)) if part.get("type") == "output_text"]
    if not said:
        return item
    last = said[-1]
    return {**item, "content": [*parts[:last], _part(parts[last], texts), *parts[last + 1 :]]}


def _part(part: _Document, texts: tuple[str, ...]) -> _Document:
    said = part.get("text", "")
    return {**part, "text": said + _more(said, texts)} if isinstance(said, str) else part


class AppendingStream:
    """A judged stream whose last events wait until it is known what is appended: they come last anyway."""

    def __init__(self, judge: StreamJudge) -> None:
        self._judge = judge
        self._parser = SseParser(MAX_WRITTEN_BYTES)
        self._late: list[StreamEvent] = []
        self._said: dict[str, list[str]] = {}
        self._blocks = 0
        self._shift = 0
        """By how much the events' numbers have grown."""

    def take(self, frames: bytes) -> bytes | None:
        """Give what may be sent by now: nothing any more once an answer ends."""
        passed = self._judge.take(frames)
        if not passed:
            return passed
        return b"".join([frame(one.data, one.type) for one in self._parser.feed(passed) if not self._is_late(one)])

    def size(self) -> int:
        """Say how much is judged at the end."""
        return self._judge.size()

    def release(self, tail: bytes) -> Released:
        """Give the rest, and before what ends the answer what is appended to it."""
        return self._appended(self._judge.release(tail))

    def _appended(self, released: Released) -> Released:
        if released.outcome.problem is not None:
            return released
        rest = [*self._parser.feed(released.frames), *self._parser.finish()]
        parser = SseParser(MAX_WRITTEN_BYTES)
        last = [*parser.feed(released.tail), *parser.finish()]
        for event in (*rest, *last):
            self._hear(_read(event))
        texts = released.outcome.appended
        written = self._written([*self._late, *rest], texts)
        end = self._written(last, texts)
        return replace(released, frames=written, tail=end, with_texts=self._with_other_texts(released))

    def _with_other_texts(self, released: Released) -> Callable[[tuple[Text, ...]], Released] | None:
        """Append to a stream anew that was held whole, once other texts stand in it."""
        written = released.with_texts
        return None if written is None else lambda texts: AppendingStream(self._judge)._appended(written(texts))

    def _is_late(self, event: StreamEvent) -> bool:
        """Say whether an event, or one before it, ends an answer; what texts say is kept."""
        document = _read(event)
        self._hear(document)
        if not self._late and not _ends(document):
            return False
        self._late.append(event)
        return True

    def _hear(self, document: _Document) -> None:
        for choice in _objects(document.get("choices")):
            content = _object(choice.get("delta")).get("content")
            if isinstance(content, str):
                self._said.setdefault(str(choice.get("index", 0)), []).append(content)
        kind, index = document.get("type"), document.get("index", 0)
        if kind == "content_block_start" and isinstance(index, int):
            self._blocks = max(self._blocks, index + 1)
        elif kind == "content_block_delta":
            text = _object(document.get("delta")).get("text")
            if isinstance(text, str):
                self._said.setdefault("", []).append(text)

    def _written(self, events: list[StreamEvent], texts: tuple[str, ...]) -> bytes:
        return b"".join([self._with(event, texts) for event in events])

    def _with(self, event: StreamEvent, texts: tuple[str, ...]) -> bytes:
        document = _read(event)
        if not texts or not document:
            return frame(event.data, event.type)
        if isinstance(document.get("choices"), list):
            return self._with_finish(event, document, texts)
        kind = document.get("type")
        if kind == "message_delta" and _ends_as_text(_object(document.get("delta")).get("stop_reason")):
            return self._block(texts) + frame(event.data, event.type)
        if isinstance(kind, str) and kind.startswith("response."):
            return self._of_response(event, kind, document, texts)
        return frame(event.data, event.type)

    def _with_finish(self, event: StreamEvent, document: _Document, texts: tuple[str, ...]) -> bytes:
        """Say the piece in the event that ends a choice if it says something, else in one of its own before it."""
        pieces = b""
        choices: list[Any] = []
        for given in document["choices"]:
            choice = _object(given)
            said = "".join(self._said.get(str(choice.get("index", 0)), ()))
            more = _more(said, texts) if said and _ends_as_text(choice.get("finish_reason")) else ""
            delta = _object(choice.get("delta"))
            own = delta.get("content")
            if more and isinstance(own, str) and own:
                choices.append({**choice, "delta": {**delta, "content": own + more}})
                continue
            choices.append(given)
            if more:
                piece = {**choice, "delta": {"content": more}, "finish_reason": None}
                pieces += frame(orjson.dumps({**_without_usage(document), "choices": [piece]}), event.type)
        same = choices == document["choices"]
        return pieces + frame(event.data if same else orjson.dumps({**document, "choices": choices}), event.type)

    def _block(self, texts: tuple[str, ...]) -> bytes:
        said = "".join(self._said.get("", ()))
        more = _more(said, texts)
        if not said or not more:
            return b""
        index = self._blocks
        events: tuple[_Document, ...] = (
            {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": more}},
            {"type": "content_block_stop", "index": index},
        )
        return b"".join([frame(orjson.dumps(one), one["type"]) for one in events])

    def _of_response(self, event: StreamEvent, kind: str, document: _Document, texts: tuple[str, ...]) -> bytes:
        """Say the piece before the text is done, and the longer text wherever it is said whole."""
        before = b""
        number = document.get("sequence_number")
        if kind == "response.output_text.done":
            said = document.get("text", "")
            more = _more(said, texts) if isinstance(said, str) else ""
            if more:
                place: _Document = {name: document[name] for name in _PLACE if name in document}
                piece: _Document = {"type": "response.output_text.delta", **place, "delta": more, "logprobs": []}
                if isinstance(number, int):
                    piece["sequence_number"] = number + self._shift
                    self._shift += 1
                before = frame(orjson.dumps(piece), piece["type"])
                document = {**document, "text": said + more}
        elif kind == "response.content_part.done" and _object(document.get("part")).get("type") == "output_text":
            document = {**document, "part": _part(document["part"], texts)}
        elif kind == "response.output_item.done" and "item" in document:
            document = {**document, "item": _item(document["item"], texts)}
        elif kind in ("response.completed", "response.incomplete") and "response" in document:
            document = {**document, "response": appended(_object(document["response"]), texts)}
        if isinstance(number, int):
            document = {**document, "sequence_number": number + self._shift}
        return before + frame(orjson.dumps(document), event.type)


def _ends(document: _Document) -> bool:
    if any(choice.get("finish_reason") is not None for choice in _objects(document.get("choices"))):
        return True
    return document.get("type") in ("message_delta", "response.output_text.done", "response.completed")


def _read(event: StreamEvent) -> _Document:
    try:
        document = orjson.loads(event.data)
    except orjson.JSONDecodeError:
        return {}  # what ends OpenAI's streams is no JSON
    return document if isinstance(document, dict) else {}


def _without_usage(document: _Document) -> _Document:
    return {name: value for name, value in document.items() if name != "usage"}
