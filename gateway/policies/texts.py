"""The texts of a request or an answer: found in the JSON of any API that is served, and written back where they were.

Every string is a text unless it is known to be none: a name that is not known yet is looked at rather than let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import orjson

from keeptrusts.gateway.policies.json_pieces import JsonPieces
from keeptrusts.schemas.frozen import frozen, replace

Channel = Literal["system", "user", "assistant", "tool", "document", "arguments"]
"""Whose words a text is: ``tool`` is what a tool answered, ``arguments`` what it was called with."""
Path = tuple[str | int, ...]

MOST_DEPTH: Final = 256
"""Deeper JSON cannot be written, so it is never sent on."""
_ROLES: Final[Mapping[str, Channel]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
}
_TYPES: Final[Mapping[str, Channel]] = {
    "tool_result": "tool",
    "function_call_output": "tool",
    "custom_tool_call_output": "tool",
    "computer_call_output": "tool",
    "local_shell_call_output": "tool",
    "shell_call_output": "tool",
    "mcp_call": "tool",
    "mcp_tool_result": "tool",
    "code_execution_tool_result": "tool",
    "web_search_tool_result": "document",
    "web_fetch_tool_result": "document",
    "web_search_result": "document",
    "file_search_call": "document",
    "document": "document",
    "search_result": "document",
    "input_file": "document",
    "file": "document",
}
NO_TEXT: Final = frozenset(
    {
        "cache_control", "call_id", "detail", "encoding_format", "encrypted_content", "file_id", "finish_reason",
        "format", "id", "item_id", "media_type", "mime_type", "model", "object", "previous_response_id", "role",
        "service_tier", "signature", "status", "stop_reason", "system_fingerprint", "thought_signature", "tool_call_id",
        "tool_use_id", "type",
    }
)  # fmt: skip
"""Names whose values are ids, kinds and settings in every API: a marker there would make the call invalid."""
_SURELY_WRITABLE: Final = 250
"""So many lists and objects can be written anew however they lie within each other."""
_BYTES: Final = frozenset({"data", "file_data", "b64_json", "bytes"})
_BESIDE: Final = frozenset({"logprobs", "obfuscation"})
"""What an event of a stream has beside its text: how likely it was, and random letters that hide how long it is."""
_ARGUMENTS: Final = frozenset({"arguments", "partial_json"})
_ANSWERS: Final = ("choices", "content", "output", "output_text")
_DATA_URL: Final = re.compile(r"data:[\w.+/-]+(?:;[\w=.+-]+)*;base64,[\w+/=-]*\Z")
_ENCODED: Final = re.compile(r"[\w+/-]{40,}={0,2}\Z")


@frozen
class Text:
    """One text. ``json``: it is JSON, as a string (``"string"``) or as a part of the document (``"value"``)."""

    path: Path
    channel: Channel
    text: str
    json: Literal["", "string", "value"] = ""


@frozen
class Edit:
    """Characters ``start`` to ``end`` of the text with this number are written over."""

    text: int
    start: int
    end: int
    replacement: str


def size_of(texts: Iterable[Text]) -> int:
    """Give how long texts are together, in characters."""
    return sum(len(one.text) for one in texts)


def texts_of_request(document: Mapping[str, Any]) -> tuple[Text, ...]:
    """Give every text of a request, in the order of the document.

    What a model has thought and signed is left alone: it comes from the provider and is checked there.
    """
    found: list[Text] = []
    for name, value in document.items():
        _walk(value, (name,), "system" if name in ("system", "instructions", "tools") else "user", found)
    return tuple(found)


def texts_of_answer(document: Mapping[str, Any]) -> tuple[Text, ...]:
    """Give every text of an answer, in the order of the document."""
    found: list[Text] = []
    for name in _ANSWERS:
        if name in document:
            _walk(document[name], (name,), "assistant", found)
    return tuple(found)


def too_deep(written: bytes) -> bool:
    """Say whether JSON lies too deep to be written anew, once something in it is changed."""
    if written.count(b"{") + written.count(b"[") <= _SURELY_WRITABLE:
        return False
    try:
        document = orjson.loads(written)
    except orjson.JSONDecodeError:
        return False  # whoever needs it to be JSON says so
    try:
        orjson.dumps(document)
    except orjson.JSONEncodeError:
        return True
    return False


def texts_of_event(document: Mapping[str, Any]) -> tuple[Text, ...]:
    """Give every text of one event of a streamed answer: pieces of texts, mostly."""
    found: list[Text] = []
    arguments = "arguments" in str(document.get("type"))
    for name, value in document.items():
        if name == "delta" and arguments and isinstance(value, str):
            found.append(Text(path=(name,), channel="arguments", text=value, json="string"))
        elif name not in _BESIDE:
            _walk(value, (name,), "assistant", found)
    return tuple(found)


def edited(document: Mapping[str, Any], texts: Sequence[Text], edits: Iterable[Edit]) -> dict[str, Any]:
    """Give the document with its texts edited; what is not edited is shared with the one given."""
    changed = dict(document)
    for number, own in by_text(edits).items():
        changed = with_value(changed, texts[number].path, rewritten(texts[number], own))
    return changed


def with_edits(texts: Iterable[Text], edits: Iterable[Edit]) -> tuple[Text, ...]:
    """Give texts as edits leave them."""
    edits_of = by_text(edits)
    return tuple(
        text if (own := edits_of.get(number)) is None else replace(text, text=_as_text(rewritten(text, own)))
        for number, text in enumerate(texts)
    )


def with_texts(document: Mapping[str, Any], before: Iterable[Text], after: Iterable[Text]) -> dict[str, Any]:
    """Give the document with other texts where some were."""
    changed = dict(document)
    for old, new in zip(before, after, strict=True):
        if new.text != old.text:
            changed = with_value(changed, old.path, value_of(new))
    return changed


def value_of(text: Text) -> Any:
    """Give what stands in a document for a text."""
    return orjson.loads(text.text) if text.json == "value" else text.text


def by_text(edits: Iterable[Edit]) -> dict[int, list[Edit]]:
    """Give the edits of each text by its number."""
    found: dict[int, list[Edit]] = {}
    for edit in edits:
        found.setdefault(edit.text, []).append(edit)
    return found


def rewritten(text: Text, edits: Iterable[Edit]) -> Any:
    """Give what stands in a text's place once it is edited: a string, or a value where the text is a value's JSON.

    Edits that overlap become one, with the replacement of the longer.
    """
    own = apart(edits)
    if not text.json:
        return _edited_text(text.text, own)
    written = _edited_json(text.text, own)
    return orjson.loads(written) if text.json == "value" else written


def with_value(document: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Give the document with another value at a path, sharing all that does not lead there.

    Probabilities of the words of an answer that is changed are left out: they would repeat it.
    """
    changed = _without_probabilities(dict(document))
    at: Any = changed
    for here in path[:-1]:
        inner = at[here]
        at[here] = inner = _without_probabilities(dict(inner)) if isinstance(inner, dict) else list(inner)
        at = inner
    at[path[-1]] = value
    return changed


def _without_probabilities(value: dict[str, Any]) -> dict[str, Any]:
    known = value.get("logprobs")
    if known is not None:
        value["logprobs"] = [] if isinstance(known, list) else None
    return value


def _walk(value: Any, path: Path, channel: Channel, found: list[Text]) -> None:
    if isinstance(value, str):
        _string(value, path, channel, found)
    elif isinstance(value, list) and len(path) < MOST_DEPTH:
        for index, item in enumerate(value):
            _walk(item, (*path, index), channel, found)
    elif isinstance(value, dict) and len(path) < MOST_DEPTH:
        own = _channel_of(value, channel)
        for name, item in value.items():
            if name == "input" and value.get("type") in ("tool_use", "server_tool_use", "mcp_tool_use"):
                found.append(Text(path=(*path, name), channel="arguments", text=_dumped(item), json="value"))
            elif name == "thinking" and "signature" in value and own == "assistant" and path[0] == "messages":
                continue
            elif name != "logprobs":  # pieces of the words beside them: they go where those are edited
                _walk(item, (*path, name), own, found)


def _string(value: str, path: Path, channel: Channel, found: list[Text]) -> None:
    name = path[-1]
    if not value or name in NO_TEXT or _DATA_URL.match(value) or (name in _BYTES and _ENCODED.match(value)):
        return
    if name in _ARGUMENTS:
        found.append(Text(path=path, channel="arguments", text=value, json="string"))
    else:
        found.append(Text(path=path, channel=channel, text=value))


def _channel_of(value: Mapping[str, Any], channel: Channel) -> Channel:
    role, kind = value.get("role"), value.get("type")
    if isinstance(kind, str) and kind in _TYPES:
        return _TYPES[kind]
    return _ROLES.get(role, channel) if isinstance(role, str) else channel


def apart(edits: Iterable[Edit]) -> list[Edit]:
    """Give edits that do not overlap, in order: those that do become one, with the replacement of the longer."""
    found: list[Edit] = []
    for edit in sorted(edits, key=lambda one: (one.start, -one.end)):
        last = found[-1] if found else None
        if last is None or edit.start >= last.end:
            found.append(edit)
            continue
        longer = last if last.end - last.start >= edit.end - edit.start else edit
        found[-1] = Edit(text=last.text, start=last.start, end=max(last.end, edit.end), replacement=longer.replacement)
    return found


def _edited_text(text: str, edits: Sequence[Edit]) -> str:
    pieces: list[str] = []
    at = 0
    for edit in edits:
        pieces += (text[at : edit.start], edit.replacement)
        at = edit.end
    return "".join([*pieces, text[at:]])


def _edited_json(text: str, edits: Sequence[Edit]) -> str:
    """Write over parts of JSON so that it stays JSON. What is no JSON, as a model may make it up, is edited too."""
    pieces = JsonPieces()
    written = pieces.write(text, [(edit.start, edit.end, edit.replacement) for edit in edits])
    return written + pieces.end()


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else _dumped(value)


def _dumped(value: Any) -> str:
    return orjson.dumps(value).decode()
