"""What every translation between a client's wire and a provider's wire offers. Pure: bytes in, bytes out, no clock.

A translation is named after both sides, ``<client api>_<provider api>.py``, and is made once; per-call state lives in
the values that ``request`` and ``stream`` return. Text of prompts and answers passes through and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, final

from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import frozen

ClientApi = Literal["chat", "messages", "count_tokens", "responses", "embeddings"]
"""What the caller speaks: OpenAI's chat completions, Anthropic's messages and its token counter, OpenAI's responses
and embeddings."""

ProviderApi = Literal["openai", "azure", "anthropic", "gemini", "bedrock"]
"""What the target speaks; ``azure`` is OpenAI's wire at other addresses."""

Framing = Literal["sse", "aws_eventstream"]
"""How a streamed answer is cut into events."""


@frozen
class ClientCall:
    """A call whose shape has been checked. ``body`` is ``document`` written anew; ``model`` is the one routed to.

    ``request`` is the gateway's id of the call and ``created`` its time in Unix seconds: answers of a provider that
    gives no id or no time get these, where the caller's wire requires them.
    """

    document: Mapping[str, Any] = field(repr=False)
    body: bytes = field(repr=False)
    model: str
    stream: bool
    request: str = ""
    created: int = 0


@frozen
class ProviderCall:
    """What to send. ``path`` begins with a slash and follows the target's base address; it may hold a query."""

    path: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    framing: Framing = "sse"


@final
@frozen
class Inexpressible:
    """The provider's wire cannot say what the caller asked for: the field's path, why, and what to do."""

    param: str
    reason: str
    fix: str


@frozen
class ReadAnswer:
    """A plain answer in the caller's wire. ``usage`` is None when none was reported; ``valid`` is False for garbage.

    ``model`` is the model that the provider says answered.
    """

    body: bytes = field(repr=False)
    usage: Usage | None
    model: str | None
    valid: bool


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a provider's stream: its type (None when unnamed) and its data, undecoded."""

    type: str | None
    data: bytes = field(repr=False)


@frozen
class StreamEnd:
    """What a stream has said by now.

    ``complete`` is True once the provider has ended it properly. ``tail`` are the frames that end it for the caller:
    they are sent last, after the call's completion is recorded. ``error`` is a short code when the provider reported
    an error within the stream (``overloaded_error``, for example), never its message. The frame that tells the caller
    of that error ends the stream, so it is the ``tail``; it is there although ``complete`` may be False. Usage that
    a later event of the stream would still change is not given.
    """

    complete: bool
    tail: bytes = field(repr=False)
    usage: Usage | None
    model: str | None
    error: str | None = None


class StreamTranslation(Protocol):
    """One stream being read. Not shared between calls."""

    def feed(self, event: StreamEvent) -> bytes:
        """Take one event of the provider; gives the frames for the caller, empty when there are none yet.

        Never gives the frames that end the caller's stream: these are the ``tail``. Data that is no JSON, or not of
        this wire, raises ValueError without quoting it.
        """
        ...

    def end(self) -> StreamEnd:
        """Say where the stream stands; may be asked at any time, and changes nothing."""
        ...


class Translation(Protocol):
    """From one client's wire to one provider's and back."""

    @property
    def client(self) -> ClientApi: ...

    @property
    def provider(self) -> ProviderApi: ...

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        """Give what to send; nothing the caller said is dropped silently: it is carried or it is Inexpressible."""
        ...

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read the plain body of a successful answer and give it in the caller's wire."""
        ...

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give a provider's error body in the caller's wire, or None when it is none of this provider's wire."""
        ...

    def stream(self, call: ClientCall) -> StreamTranslation:
        """Begin to read a streamed answer."""
        ...


def frame(data: bytes, event: str | None = None) -> bytes:
    """Write one server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    head = b"" if event is None else b"event: " + event.encode() + b"\n"
    lines = data if b"\n" not in data else data.replace(b"\n", b"\ndata: ")
    return head + b"data: " + lines + b"\n\n"
