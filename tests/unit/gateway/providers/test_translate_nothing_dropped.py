"""Every field of a caller's API has one of three fates: it is carried, it asks for nothing, or it is refused by name.

The tables name a value of each field that asks for something. ``HINT`` marks fields that a provider may do without
because they never change what an answer says; the reason stands beside each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from openai.types.chat import completion_create_params
from openai.types.responses import response_create_params
from support.translations import translation_of

from keeptrusts.gateway.providers.translate.protocol import ClientCall, Inexpressible

CARRIED, HINT, REFUSED = "carried", "hint", "refused"

_TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
_CUSTOM = {"name": "f", "input_schema": {"type": "object", "properties": {}}}

CHAT: Mapping[str, tuple[Any, str]] = {
    "messages": ([{"role": "user", "content": "Another question"}], CARRIED),
    "model": ("claude-opus-4-1", CARRIED),
    "audio": ({"voice": "alloy", "format": "mp3"}, REFUSED),
    "frequency_penalty": (0.5, REFUSED),
    "function_call": ("auto", REFUSED),
    "functions": ([{"name": "f"}], REFUSED),
    "logit_bias": ({"50256": -100}, REFUSED),
    "logprobs": (True, REFUSED),
    "max_completion_tokens": (9, CARRIED),
    "max_tokens": (9, CARRIED),
    "metadata": ({"case": "7"}, REFUSED),
    "modalities": (["text", "audio"], REFUSED),
    "moderation": ({"model": "omni-moderation-latest"}, REFUSED),
    "n": (2, REFUSED),
    "parallel_tool_calls": (False, CARRIED),
    "prediction": ({"type": "content", "content": "x"}, REFUSED),
    "presence_penalty": (-0.5, REFUSED),
    "prompt_cache_key": ("k", HINT),  # which machine's cache is tried
    "prompt_cache_options": ({"mode": "explicit"}, HINT),  # what is cached
    "prompt_cache_retention": ("24h", HINT),  # for how long
    "reasoning_effort": ("high", CARRIED),
    "response_format": ({"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}, CARRIED),
    "safety_identifier": ("u-1", CARRIED),
    "seed": (7, REFUSED),
    "service_tier": ("flex", REFUSED),
    "stop": (["END"], CARRIED),
    "store": (True, REFUSED),
    "stream": (True, CARRIED),
    "stream_options": ({"include_obfuscation": True}, REFUSED),
    "temperature": (0.5, CARRIED),
    "tool_choice": ("required", CARRIED),
    "tools": ([_TOOL, {**_TOOL, "function": {"name": "g"}}], CARRIED),
    "top_logprobs": (3, REFUSED),
    "top_p": (0.5, CARRIED),
    "user": ("u-1", CARRIED),
    "verbosity": ("low", REFUSED),
    "web_search_options": ({}, REFUSED),
}

MESSAGES: Mapping[str, tuple[Any, str]] = {
    "max_tokens": (9, CARRIED),
    "messages": ([{"role": "user", "content": "Another question"}], CARRIED),
    "model": ("gpt-5", CARRIED),
    "cache_control": ({"type": "ephemeral"}, HINT),  # what is cached
    "container": ("container_1", REFUSED),
    "diagnostics": ({"previous_message_id": "msg_1"}, REFUSED),
    "inference_geo": ("eu", REFUSED),
    "metadata": ({"user_id": "u-1"}, CARRIED),
    "output_config": ({"effort": "low"}, CARRIED),
    "service_tier": ("standard_only", CARRIED),
    "speed": ("fast", REFUSED),
    "stop_sequences": (["END"], CARRIED),
    "stream": (True, CARRIED),
    "system": ("Be brief.", CARRIED),
    "thinking": ({"type": "enabled", "budget_tokens": 1024}, REFUSED),
    "tool_choice": ({"type": "any"}, CARRIED),
    "tools": ([_CUSTOM, {**_CUSTOM, "name": "g"}], CARRIED),
    "user_profile_id": ("p", REFUSED),
    "workspace_id": ("w", REFUSED),
}
EARLIER: Mapping[str, tuple[Any, str]] = {
    "temperature": (0.5, CARRIED),
    "top_k": (40, REFUSED),
    "top_p": (0.5, CARRIED),
}
"""Fields of API version 2023-06-01 that the official client of today has no more."""
BETA: Mapping[str, tuple[Any, str]] = {
    "billing_policy": ({"type": "x"}, REFUSED),
    "compaction": ({"type": "x"}, REFUSED),
    "context_management": ({"edits": []}, REFUSED),
    "fallback_credit_token": ("t", REFUSED),
    "fallbacks": ([{"model": "claude-haiku-4-5"}], REFUSED),
    "mcp_servers": ([{"type": "url", "url": "https://example.com", "name": "x"}], REFUSED),
    "thread": ({"id": "t"}, REFUSED),
}

CHAT_BASE = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "tools": [_TOOL]}
MESSAGES_BASE = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}], "tools": [_CUSTOM]}

_ROWS = [
    pytest.param(pair, base, field, value, fate, id=f"{pair}: {field}")
    for pair, base, table in (
        ("chat_anthropic", CHAT_BASE, CHAT),
        ("messages_openai", MESSAGES_BASE, {**MESSAGES, **EARLIER, **BETA}),
    )
    for field, (value, fate) in table.items()
]


def _call(document: dict[str, Any]) -> ClientCall:
    stream = document.get("stream") is True
    return ClientCall(document=document, body=orjson.dumps(document), model=document["model"], stream=stream)


@pytest.mark.parametrize(("pair", "base", "field", "value", "fate"), _ROWS)
def test_a_field_that_asks_for_something_is_carried_or_refused(
    pair: str, base: dict[str, Any], field: str, value: Any, fate: str
) -> None:
    translation = translation_of(pair)
    without, sent = translation.request(_call(base)), translation.request(_call({**base, field: value}))
    assert not isinstance(without, Inexpressible)
    if fate == REFUSED:
        assert isinstance(sent, Inexpressible)
        assert sent.param.partition(".")[0] == field
        return
    assert not isinstance(sent, Inexpressible), sent
    assert (sent.body == without.body) is (fate == HINT)


@pytest.mark.parametrize(("pair", "base", "field", "value", "fate"), _ROWS)
def test_null_asks_for_nothing_in_any_optional_field(
    pair: str, base: dict[str, Any], field: str, value: Any, fate: str
) -> None:
    if field in base:
        return
    translation = translation_of(pair)
    without, sent = translation.request(_call(base)), translation.request(_call({**base, field: None}))
    assert sent == without


@pytest.mark.parametrize("pair", ["chat_anthropic", "messages_openai"])
@pytest.mark.parametrize("field", ["a_field_of_tomorrow", "extra_body"])
def test_a_field_that_nobody_knows_is_refused(pair: str, field: str) -> None:
    base = CHAT_BASE if pair == "chat_anthropic" else MESSAGES_BASE
    sent = translation_of(pair).request(_call({**base, field: 1}))
    assert isinstance(sent, Inexpressible)
    assert sent.param == field


def _fields(*params: Any) -> set[str]:
    return set().union(*(one.__required_keys__ | one.__optional_keys__ for one in params))


def test_the_table_holds_every_field_of_openais_client() -> None:
    of_client = _fields(
        completion_create_params.CompletionCreateParamsNonStreaming,
        completion_create_params.CompletionCreateParamsStreaming,
    )
    assert of_client == CHAT.keys()


def test_the_table_holds_every_field_of_anthropics_client() -> None:
    types = pytest.importorskip("anthropic.types.message_create_params", reason="Anthropic's client is not installed")
    assert _fields(types.MessageCreateParamsNonStreaming, types.MessageCreateParamsStreaming) == MESSAGES.keys()
    beta = pytest.importorskip("anthropic.types.beta.message_create_params")
    in_body = _fields(beta.MessageCreateParamsNonStreaming, beta.MessageCreateParamsStreaming) - {"betas"}
    assert in_body == MESSAGES.keys() | BETA.keys()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("pair", ["chat_openai", "messages_anthropic", "count_tokens_anthropic", "responses_openai"])
def test_what_passes_through_keeps_every_field(pair: str, stream: bool) -> None:
    table: Mapping[str, Any] = {
        "chat_openai": CHAT,
        "messages_anthropic": {**MESSAGES, **EARLIER, **BETA},
        "count_tokens_anthropic": {**MESSAGES, **BETA},
        "responses_openai": dict.fromkeys(
            _fields(
                response_create_params.ResponseCreateParamsNonStreaming,
                response_create_params.ResponseCreateParamsStreaming,
            ),
            ("a value", CARRIED),
        ),
    }[pair]
    document = {name: value for name, (value, _) in table.items()} | {"model": "m", "stream": stream}
    sent = translation_of(pair).request(_call(document))
    assert not isinstance(sent, Inexpressible)
    expected = dict(document)
    if pair == "chat_openai" and stream:
        expected["stream_options"] = {**expected["stream_options"], "include_usage": True}
    assert orjson.loads(sent.body) == expected
