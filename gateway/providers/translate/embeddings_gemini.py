"""OpenAI's embeddings to Gemini's batchEmbedContents and back.

Facts from https://ai.google.dev/api/embeddings. Texts only: Gemini does not know OpenAI's tokens. The caller gets
numbers or base64, whichever it asked for; OpenAI's base64 is little-endian 32-bit floats.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from struct import error as StructError
from struct import pack
from typing import Any, Final
from urllib.parse import quote

from keeptrusts.gateway.providers.translate.chat_answers import counts
from keeptrusts.gateway.providers.translate.chat_settings import whole
from keeptrusts.gateway.providers.translate.chat_turns import Unsayable
from keeptrusts.gateway.providers.translate.count_tokens_anthropic import NoStream
from keeptrusts.gateway.providers.translate.gemini_answers import read_error
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    Inexpressible,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
)
from keeptrusts.gateway.providers.translate.wire_json import UNREADABLE, read_object, write_json
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import frozen

_KNOWN: Final = frozenset({"model", "input", "dimensions", "encoding_format", "user"})
"""``user`` says who asks, which the gateway itself records."""
_MOST: Final = 100


@frozen
class EmbeddingsGemini:
    """There are no streams."""

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "embeddings"

    @property
    def provider(self) -> ProviderApi:
        """What the target speaks."""
        return "gemini"

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        """Give one request a text."""
        try:
            requests = _requests(call)
        except Unsayable as refused:
            return refused.verdict
        path = f"/v1beta/models/{quote(call.model, safe='')}:batchEmbedContents"
        return ProviderCall(path=path, body=write_json({"requests": requests}))

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read the vectors; older versions of the wire report no usage, which is said as it is."""
        document = read_object(body)
        if document is None:
            return UNREADABLE
        usage = _usage(document)
        try:
            vectors = [_vector(one, call.document) for one in _embeddings(document)]
        except ValueError:
            return ReadAnswer(body=b"", usage=usage, model=None, valid=False)
        tokens = 0 if usage is None else usage.input_tokens
        written = {
            "object": "list",
            "data": [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)],
            "model": call.model,
            # The official clients need the field.
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
        return ReadAnswer(body=write_json(written), usage=usage, model=None, valid=True)

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give an error in OpenAI's wire."""
        return read_error(status, body)

    def stream(self, call: ClientCall) -> NoStream:
        """Give a stream that takes nothing."""
        return NoStream()


def _requests(call: ClientCall) -> list[dict[str, Any]]:
    document = call.document
    for name, value in document.items():
        if value is not None and name not in _KNOWN:
            raise Unsayable(name, "has no counterpart on this provider's wire")
    if document.get("encoding_format") not in (None, "float", "base64"):
        raise Unsayable("encoding_format", "must be float or base64", "Send one of these")
    size = whole(document, "dimensions", 1, 2**31 - 1)
    common: dict[str, Any] = {"model": f"models/{call.model}"}
    if size is not None:
        common["outputDimensionality"] = size
    return [{**common, "content": {"parts": [{"text": text}]}} for text in _texts(document.get("input"))]


def _texts(given: Any) -> Sequence[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts:
        raise Unsayable("input", "must be a text or a list of texts", "Send text")
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            where = f"input[{index}]" if isinstance(text, list) else "input"
            raise Unsayable(where, "holds tokens, which only OpenAI's models know", "Send text")
    if len(texts) > _MOST:
        raise Unsayable("input", f"holds more than {_MOST} texts", f"Send at most {_MOST} at once")
    return texts


def _embeddings(document: Mapping[str, Any]) -> list[Any]:
    embeddings = document.get("embeddings")
    if not isinstance(embeddings, list):
        raise ValueError("the answer holds no embeddings")
    return embeddings


def _vector(embedding: Any, document: Mapping[str, Any]) -> Any:
    values = embedding.get("values") if isinstance(embedding, dict) else None
    if not isinstance(values, list):
        raise ValueError("an embedding holds no values")
    try:
        packed = pack(f"<{len(values)}f", *values)
    except (StructError, OverflowError):
        raise ValueError("a value of an embedding is no number") from None
    return b64encode(packed).decode() if document.get("encoding_format") == "base64" else values


def _usage(document: Mapping[str, Any]) -> Usage | None:
    found = counts(document.get("usageMetadata"), "promptTokenCount")
    return None if found is None else Usage(input_tokens=found[0], basis="reported")
