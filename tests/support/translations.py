"""Reads the stored cases of translations and plays them: what a case holds, and how it is compared.

A case is ``tests/golden/translations/<pair>/<name>.json``. It holds ``call`` and any of these pairs:

- ``request``: the provider call that comes out, as ``path``, ``body`` and, if any, ``headers`` and ``framing``; or
  ``inexpressible``, the path of the field that is refused;
- ``answer`` and ``read``: a provider's plain answer, and what is read from it;
- ``error`` (``status``, ``body``) and ``told``: a provider's error, and what the caller is told;
- ``stream``, ``frames`` and ``end``: a provider's events, the caller's events, and what the stream says at its end.

An event is ``[type or null, data]``; data that is no text is JSON. ``"same"`` stands for what went in.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import orjson

from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    ProviderApi,
    StreamEvent,
    Translation,
    frame,
)
from keeptrusts.gateway.providers.translate.registry import translation_for
from keeptrusts.gateway.providers.translate.sse import SseParser
from keeptrusts.schemas.events.request import Usage

FOLDER = Path(__file__).parent.parent / "golden" / "translations"


def case_files() -> list[Path]:
    """Every stored case."""
    return sorted(FOLDER.glob("*/*.json"))


def read_case(path: Path) -> dict[str, Any]:
    """One stored case."""
    case: dict[str, Any] = orjson.loads(path.read_bytes())
    return case


def translation_of(pair: str) -> Translation:
    """The translation that a folder is named after: ``chat_openai`` is from chat to openai."""
    client, _, provider = pair.rpartition("_")
    made = translation_for(cast(ClientApi, client), cast(ProviderApi, provider))
    assert made is not None, f"the registry has no {pair}"
    return made


def call_of(case: dict[str, Any]) -> ClientCall:
    """The checked call of a case."""
    document = case["call"]
    return ClientCall(
        document=document,
        body=orjson.dumps(document),
        model=case.get("model", document["model"]),
        stream=document.get("stream") is True,
        request="req_0001",
        created=1_760_000_000,
    )


def event_of(stored: list[Any]) -> StreamEvent:
    """A stored event as a provider sends it."""
    name, data = stored
    return StreamEvent(name, data.encode() if isinstance(data, str) else orjson.dumps(data))


def wire_of(events: list[list[Any]]) -> bytes:
    """Stored events as the bytes of a provider's stream."""
    return b"".join(frame(event.data, event.type) for event in map(event_of, events))


def events_in(frames: bytes) -> list[list[Any]]:
    """The caller's frames in the form in which they are stored."""
    return [[event.type, json_or_text(event.data)] for event in SseParser().feed(frames)]


def json_or_text(data: bytes) -> Any:
    """What data says: JSON, or the text that it is."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return data.decode()


def usage_of(usage: Usage | None) -> dict[str, Any] | None:
    """Usage in the form in which it is stored: only the counts that are not zero."""
    if usage is None:
        return None
    return {name: count for name, count in usage.model_dump().items() if name != "basis" and count}


def play(translation: Translation, call: ClientCall, events: list[StreamEvent]) -> tuple[bytes, dict[str, Any]]:
    """Feed a stream; gives the frames, and the end in the form in which it is stored."""
    stream = translation.stream(call)
    frames = b"".join(stream.feed(event) for event in events)
    end = asdict(stream.end())
    end["usage"] = usage_of(stream.end().usage)
    end["tail"] = events_in(end["tail"])
    return frames, end
