"""Which texts the events of a stream are pieces of, when each of them ends, and how one more piece of it is written."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

from keeptrusts.gateway.policies.texts import Path, Text, with_value

Lane = tuple[Hashable, ...]
_PLACES: Final = ("index", "output_index", "content_index", "summary_index", "item_id")
"""What tells the texts of a stream apart in the APIs' events, beside where they stand in an event."""
_LAST: Final = frozenset(
    {"message_delta", "message_stop", "response.completed", "response.incomplete", "response.failed", "error"}
)
_WHOLE: Final = frozenset({"name", "id", "role", "type", "finish_reason"})
_ARGUMENTS: Final = frozenset({"arguments", "input"})
_KEPT: Final = ("id", "object", "created", "model", "system_fingerprint", "service_tier")


def lane_of(document: Mapping[str, Any], text: Text) -> Lane:
    """Name the text that a piece belongs to: the same place in events of the same type about the same item."""
    places = [_plain(document.get("type")), *(_plain(document.get(name)) for name in _PLACES)]
    path: list[Hashable] = list(text.path)
    if path[0] == "choices":
        numbered = [1, path.index("tool_calls") + 1] if "tool_calls" in path else [1]
        for at in numbered:
            if at < len(path):
                path[at] = _number_of(document, text.path[: at + 1])
    return (*places, *path)


def _number_of(document: Mapping[str, Any], path: Path) -> Hashable:
    """Give the number that an item of a list says it has; its place where it says none."""
    item: Any = document
    for here in path:
        item = item[here]
    return _plain(item.get("index", path[-1])) if isinstance(item, dict) else path[-1]


def _plain(value: Any) -> Hashable:
    """Give what names a place. Providers may send anything there, and no answer must stop us."""
    return value if value is None or isinstance(value, str | int) else str(value)


def is_piece(document: Mapping[str, Any], text: Text) -> bool:
    """Say whether a text of an event is a piece of a longer one, and not whole by itself."""
    kind, path = document.get("type"), text.path
    if text.json == "value" or path[-1] in _WHOLE:
        return False
    if path[0] == "choices":
        if len(path) < 4 or path[2] != "delta":
            return False
        return "tool_calls" not in path or path[-1] in _ARGUMENTS  # a call's other fields come once
    if kind == "content_block_delta":
        return path[0] == "delta" and len(path) == 2
    return isinstance(kind, str) and kind.endswith(".delta") and path == ("delta",)


def says_again(document: Mapping[str, Any]) -> bool:
    """Say whether an event may tell a whole text once more: OpenAI's responses do so when something is done."""
    kind = document.get("type")
    return isinstance(kind, str) and kind.startswith("response.") and not kind.endswith(".delta")


def ends(document: Mapping[str, Any], first: Mapping[str, Any], lane: Lane) -> bool:
    """Say whether nothing of a text follows an event. ``first`` is an event with a piece of the text."""
    kind = document.get("type")
    if isinstance(kind, str):
        if kind in _LAST:
            return True
        if kind == "content_block_stop" or (kind.startswith("response.") and kind.endswith(".done")):
            same = ("index", "output_index", "content_index", "summary_index")
            return all(document.get(name, first.get(name)) == first.get(name) for name in same)
        return False
    choices = document.get("choices")
    if not isinstance(choices, list):
        return False
    own = lane[len(_PLACES) + 2] if len(lane) > len(_PLACES) + 2 else None
    return any(
        isinstance(choice, dict) and choice.get("finish_reason") is not None and choice.get("index", number) == own
        for number, choice in enumerate(choices)
    )


def one_more(document: Mapping[str, Any], path: Path, piece: str) -> dict[str, Any]:
    """Give an event that says one more piece of a text, and nothing else, made after one that said an earlier piece."""
    if path[0] != "choices":
        return with_value(document, path, piece)
    choice = document["choices"][path[1]]
    delta = _alone(choice["delta"], path[3:], piece)
    kept = {name: document[name] for name in _KEPT if name in document}
    return {**kept, "choices": [{"index": choice.get("index", path[1]), "delta": delta, "finish_reason": None}]}


def _alone(value: Any, path: Path, piece: str) -> Any:
    """Give nothing of a value but what leads to a place, and the numbers of items on the way."""
    if not path:
        return piece
    if isinstance(value, list):
        return [_alone(value[int(path[0])], path[1:], piece)]
    numbered = {"index": value["index"]} if "index" in value else {}
    return {**numbered, path[0]: _alone(value[path[0]], path[1:], piece)}
