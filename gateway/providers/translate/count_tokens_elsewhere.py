"""Anthropic's token counter to the counters of Gemini and Bedrock, which count what would be sent as a chat.

Facts from https://ai.google.dev/api/tokens and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html. Counting uses no tokens, so it
costs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson

from keeptrusts.gateway.providers.translate.compose import Composed
from keeptrusts.gateway.providers.translate.count_tokens_anthropic import NoStream
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    Inexpressible,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
)
from keeptrusts.gateway.providers.translate.reported_usage import NOTHING_USED
from keeptrusts.gateway.providers.translate.wire_json import UNREADABLE, read_object, write_json
from keeptrusts.schemas.frozen import frozen

Counting = Callable[[str, Mapping[str, Any]], ProviderCall]
"""Makes the question how many tokens a chat's body has, for a model."""

_COUNTED_BY_BEDROCK: Final = ("messages", "system", "toolConfig")


@frozen
class CountTokensElsewhere:
    """``messages`` writes the chat that is counted; ``number`` is the member of the answer that holds the count."""

    messages: Composed
    counting: Counting
    number: str

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "count_tokens"

    @property
    def provider(self) -> ProviderApi:
        """What the target speaks."""
        return self.messages.provider

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        """Ask about the body that a message of the same content would be sent with."""
        chat = self.messages.request(call)
        return chat if type(chat) is Inexpressible else self.counting(call.model, orjson.loads(chat.body))

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Give the number as Anthropic does; its usage is nothing at all."""
        document = read_object(body)
        counted = None if document is None else document.get(self.number)
        if isinstance(counted, bool) or not isinstance(counted, int):
            return UNREADABLE
        return ReadAnswer(body=write_json({"input_tokens": counted}), usage=NOTHING_USED, model=None, valid=True)

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give an error as Anthropic writes it."""
        return self.messages.error(status, body)

    def stream(self, call: ClientCall) -> NoStream:
        """Give a stream that takes nothing."""
        return NoStream()


def by_gemini(model: str, chat: Mapping[str, Any]) -> ProviderCall:
    """Ask countTokens."""
    asked = {"generateContentRequest": {"model": f"models/{model}", **chat}}
    return ProviderCall(path=f"/v1beta/models/{quote(model, safe='')}:countTokens", body=write_json(asked))


def by_bedrock(model: str, chat: Mapping[str, Any]) -> ProviderCall:
    """Ask CountTokens, which takes only what becomes input."""
    counted = {name: chat[name] for name in _COUNTED_BY_BEDROCK if name in chat}
    return ProviderCall(
        path=f"/model/{quote(model, safe=':')}/count-tokens", body=write_json({"input": {"converse": counted}})
    )
