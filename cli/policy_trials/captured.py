"""Captured texts of recorded calls, read one by one from the API: what was kept in full can be judged anew.

Each reading is recorded there, like everybody's. So they are read only when asked for, and not without a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from keeptrusts.cli.client.api import ApiClient, path_of
from keeptrusts.cli.client.failures import ApiRefusal
from keeptrusts.gateway.policies.texts import Text, texts_of_answer, texts_of_request
from keeptrusts.schemas.frozen import frozen

MOST_READ: Final = 2_000
NO_CONTENT: Final = "no captured content"
REDACTED: Final = "its content was captured after redaction"
GONE: Final = "its captured content is gone"
NOT_ALLOWED: Final = "this key may not read captured content"
TOO_MANY: Final = f"more than {MOST_READ:,} captured contents are not read at once"
NO_ANSWER: Final = "its answer was not captured"
_WHY: Final = {404: NO_CONTENT, 410: GONE, 403: NOT_ALLOWED}


@frozen
class Captured:
    """The texts of a call; ``answer`` is None where none is kept: the call was refused, or had no text."""

    request: tuple[Text, ...]
    answer: tuple[Text, ...] | None


Read = Callable[[str], Captured | str]
"""Gives what was captured of a request by its id, or why that cannot be judged."""


class CapturedTexts:
    """Reads from the API. Raises CommandFailed as the client does for what is no answer about content."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._left = MOST_READ
        self._refused: str | None = None

    def __call__(self, request: str) -> Captured | str:
        """Give what was captured of a request in full, or why not."""
        if self._refused is not None:
            return self._refused
        if self._left == 0:
            return TOO_MANY
        try:
            document = self._client.get(path_of("v1", "events", request, "content")).document["data"]
        except ApiRefusal as refusal:
            if refusal.status not in _WHY:
                raise
            if refusal.status == 403:
                self._refused = NOT_ALLOWED
            return _WHY[refusal.status]
        self._left -= 1
        return captured_of(document["contents"])


def captured_of(contents: list[Mapping[str, Any]]) -> Captured | str:
    """Give the texts of what the API has shown; why not where they are not whole."""
    parts = {one["part"]: one for one in contents if one["part"] in ("input", "output")}
    asked, answered = parts.get("input"), parts.get("output")
    if asked is None:
        return NO_CONTENT
    for one in (asked, answered):
        if one is not None and one["state"] != "kept":
            return GONE
        if one is not None and (one["captured"] != "full" or one["truncated"] or not isinstance(one["content"], dict)):
            return REDACTED
    answer = None if answered is None else _answer(answered["content"])
    return Captured(request=texts_of_request(asked["content"]), answer=answer)


def _answer(content: Mapping[str, Any]) -> tuple[Text, ...]:
    streamed = content.get("texts")
    if not isinstance(streamed, list):
        return texts_of_answer(content)
    return tuple(
        Text(path=("texts", number), channel=one["channel"], text=str(one["text"]))
        for number, one in enumerate(streamed)
    )
