"""OpenAI's embeddings to OpenAI's embeddings, and to Azure's: everything passes through, there are no streams."""

from __future__ import annotations

from typing import Literal

from keeptrusts.gateway.providers.translate.chat_openai import openai_error
from keeptrusts.gateway.providers.translate.count_tokens_anthropic import NoStream
from keeptrusts.gateway.providers.translate.protocol import ClientApi, ClientCall, ProviderCall, ReadAnswer
from keeptrusts.gateway.providers.translate.reported_usage import embeddings_usage
from keeptrusts.gateway.providers.translate.wire_json import UNREADABLE, body_for_model, read_object, text_or_none
from keeptrusts.schemas.frozen import frozen


@frozen
class EmbeddingsOpenai:
    """``provider`` is azure where the model is part of the address."""

    provider: Literal["openai", "azure"] = "openai"

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "embeddings"

    def request(self, call: ClientCall) -> ProviderCall:
        """Give the caller's body."""
        return ProviderCall(path="/embeddings", body=body_for_model(call))

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read the usage (https://platform.openai.com/docs/api-reference/embeddings); the body stays as it is."""
        document = read_object(body)
        if document is None:
            return UNREADABLE
        return ReadAnswer(
            body=body,
            usage=embeddings_usage(document.get("usage")),
            model=text_or_none(document.get("model")),
            valid=isinstance(document.get("data"), list),
        )

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give the body as it is when it holds an error as OpenAI writes it."""
        return openai_error(status, body)

    def stream(self, call: ClientCall) -> NoStream:
        """Give a stream that takes nothing."""
        return NoStream()
