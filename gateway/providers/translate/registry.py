"""Which translation serves a caller's wire at a provider's: a table, and nothing that is not in it is served."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

from keeptrusts.gateway.providers.translate.chat_anthropic import ChatAnthropic
from keeptrusts.gateway.providers.translate.chat_bedrock import ChatBedrock
from keeptrusts.gateway.providers.translate.chat_gemini import ChatGemini
from keeptrusts.gateway.providers.translate.chat_openai import ChatOpenai
from keeptrusts.gateway.providers.translate.compose import MESSAGES_NAMES, Composed
from keeptrusts.gateway.providers.translate.count_tokens_anthropic import CountTokensAnthropic
from keeptrusts.gateway.providers.translate.count_tokens_elsewhere import (
    CountTokensElsewhere,
    by_bedrock,
    by_gemini,
)
from keeptrusts.gateway.providers.translate.embeddings_gemini import EmbeddingsGemini
from keeptrusts.gateway.providers.translate.embeddings_openai import EmbeddingsOpenai
from keeptrusts.gateway.providers.translate.messages_anthropic import MessagesAnthropic
from keeptrusts.gateway.providers.translate.messages_openai import MessagesOpenai
from keeptrusts.gateway.providers.translate.protocol import ClientApi, ProviderApi, Translation
from keeptrusts.gateway.providers.translate.responses_openai import ResponsesOpenai

_MESSAGES_GEMINI: Final = Composed(outer=MessagesOpenai(), inner=ChatGemini(), names=MESSAGES_NAMES)
_MESSAGES_BEDROCK: Final = Composed(outer=MessagesOpenai(), inner=ChatBedrock(), names=MESSAGES_NAMES)

TRANSLATIONS: Final[Mapping[tuple[ClientApi, ProviderApi], Translation]] = MappingProxyType(
    {
        ("chat", "openai"): ChatOpenai(),
        ("chat", "azure"): ChatOpenai(provider="azure"),
        ("chat", "anthropic"): ChatAnthropic(),
        ("chat", "gemini"): ChatGemini(),
        ("chat", "bedrock"): ChatBedrock(),
        ("messages", "anthropic"): MessagesAnthropic(),
        ("messages", "openai"): MessagesOpenai(),
        ("messages", "azure"): MessagesOpenai(),
        ("messages", "gemini"): _MESSAGES_GEMINI,
        ("messages", "bedrock"): _MESSAGES_BEDROCK,
        ("count_tokens", "anthropic"): CountTokensAnthropic(),
        ("count_tokens", "gemini"): CountTokensElsewhere(
            messages=_MESSAGES_GEMINI, counting=by_gemini, number="totalTokens"
        ),
        ("count_tokens", "bedrock"): CountTokensElsewhere(
            messages=_MESSAGES_BEDROCK, counting=by_bedrock, number="inputTokens"
        ),
        ("responses", "openai"): ResponsesOpenai(),
        ("responses", "azure"): ResponsesOpenai(provider="azure"),
        ("embeddings", "openai"): EmbeddingsOpenai(),
        ("embeddings", "azure"): EmbeddingsOpenai(provider="azure"),
        ("embeddings", "gemini"): EmbeddingsGemini(),
    }
)


def translation_for(client: ClientApi, provider: ProviderApi) -> Translation | None:
    """Give the translation, or None when the caller's wire is not served at such targets."""
    return TRANSLATIONS.get((client, provider))


_PROVIDERS: Final[Mapping[ClientApi, frozenset[str]]] = MappingProxyType(
    {api: frozenset(provider for client, provider in TRANSLATIONS if client == api) for api in get_args(ClientApi)}
)
ALL_PROVIDERS: Final = frozenset(provider for _, provider in TRANSLATIONS)
"""The wires that some API can be translated to."""


def providers_of(client: ClientApi) -> frozenset[str]:
    """Give the providers' wires that an API can be translated to."""
    return _PROVIDERS[client]


def clients_of(provider: ProviderApi) -> frozenset[ClientApi]:
    """Give the callers' wires that targets of a provider's wire serve."""
    return frozenset(client for client, served in TRANSLATIONS if served == provider)
