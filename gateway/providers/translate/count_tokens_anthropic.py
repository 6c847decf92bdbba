"""Anthropic's token counter to Anthropic's token counter: counting uses no tokens, so it costs none."""

from __future__ import annotations

from keeptrusts.gateway.providers.translate.messages_anthropic import anthropic_error
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
    StreamEnd,
    StreamEvent,
)
from keeptrusts.gateway.providers.translate.reported_usage import NOTHING_USED
from keeptrusts.gateway.providers.translate.wire_json import UNREADABLE, body_for_model, read_object
from keeptrusts.schemas.frozen import frozen


@frozen
class CountTokensAnthropic:
    """The answer is one number; there are no streams."""

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "count_tokens"

    @property
    def provider(self) -> ProviderApi:
        """What the target speaks."""
        return "anthropic"

    def request(self, call: ClientCall) -> ProviderCall:
        """Give the caller's body."""
        return ProviderCall(path="/v1/messages/count_tokens", body=body_for_model(call))

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Check the answer; its usage is nothing at all, because the number is not one of tokens used."""
        document = read_object(body)
        counted = None if document is None else document.get("input_tokens")
        if isinstance(counted, bool) or not isinstance(counted, int):
            return UNREADABLE
        return ReadAnswer(body=body, usage=NOTHING_USED, model=None, valid=True)

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give the body as it is when it holds an error as Anthropic writes it."""
        return anthropic_error(body)

    def stream(self, call: ClientCall) -> NoStream:
        """Give a stream that takes nothing."""
        return NoStream()


class NoStream:
    """The stream of a wire that has none."""

    def feed(self, event: StreamEvent) -> bytes:
        """Raise ValueError, whatever comes."""
        raise ValueError("this wire has no streams")

    def end(self) -> StreamEnd:
        """Say that nothing came."""
        return StreamEnd(complete=False, tail=b"", usage=None, model=None)
