"""A limit of output reaches every provider's wire in its own field, and the caller's own is never raised."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from keeptrusts.gateway.providers.translate.protocol import ClientApi, ClientCall, ProviderApi, ProviderCall
from keeptrusts.gateway.providers.translate.registry import translation_for
from keeptrusts.gateway.wallets.input_size import Unbounded
from keeptrusts.gateway.wallets.output_limits import LimitedCall, output_limit, with_limit

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def limited(
    api: str, document: dict[str, Any], limit: int, *, vendor: str = "openai", model: str = "m"
) -> LimitedCall | None:
    found = with_limit(api=api, vendor=vendor, model=model, document=document, body=orjson.dumps(document), limit=limit)
    if found is not None:
        assert orjson.loads(found.body) == found.document
    return found


@pytest.mark.parametrize(
    ("api", "document", "limit"),
    [
        ("chat", {}, None),
        ("chat", {"max_tokens": None}, None),
        ("chat", {"max_tokens": 7}, 7),
        ("chat", {"max_tokens": 7, "max_completion_tokens": 9}, 9),
        ("messages", {"max_tokens": 7}, 7),
        ("responses", {"max_output_tokens": 7, "max_tokens": 99}, 7),
        ("embeddings", {"max_tokens": 7}, None),
    ],
)
def test_the_callers_limit_is_read(api: str, document: dict[str, Any], limit: int | None) -> None:
    assert output_limit(api, document) == limit


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "7", [7]])
def test_a_limit_that_is_no_positive_number_is_none(value: Any) -> None:
    with pytest.raises(Unbounded):
        output_limit("chat", {"max_tokens": value})


@pytest.mark.parametrize(
    ("vendor", "model", "name"),
    [
        ("openai", "gpt-4o", "max_completion_tokens"),
        ("azure", "gpt-4o", "max_completion_tokens"),
        ("mistral", "mistral-large", "max_tokens"),
        ("my-own", "llama", "max_tokens"),
        ("my-own", "openai/gpt-5-mini", "max_completion_tokens"),
    ],
)
def test_where_the_caller_gave_none_it_is_set_by_the_name_that_the_vendor_takes(
    vendor: str, model: str, name: str
) -> None:
    for asked in (ASKED, {**ASKED, name: None}):
        found = limited("chat", asked, 4096, vendor=vendor, model=model)
        assert found is not None
        assert found.document == {**ASKED, name: 4096}


WIRES: list[tuple[ClientApi, ProviderApi, str, tuple[str, ...]]] = [
    ("chat", "openai", "openai", ("max_completion_tokens",)),
    ("chat", "azure", "azure", ("max_completion_tokens",)),
    ("chat", "anthropic", "anthropic", ("max_tokens",)),
    ("chat", "gemini", "google", ("generationConfig", "maxOutputTokens")),
    ("chat", "bedrock", "bedrock", ("inferenceConfig", "maxTokens")),
    ("messages", "anthropic", "anthropic", ("max_tokens",)),
    ("messages", "openai", "openai", ("max_completion_tokens",)),
    ("messages", "gemini", "google", ("generationConfig", "maxOutputTokens")),
    ("messages", "bedrock", "bedrock", ("inferenceConfig", "maxTokens")),
    ("responses", "openai", "openai", ("max_output_tokens",)),
]


@pytest.mark.parametrize(("api", "provider", "vendor", "path"), WIRES, ids=[f"{one[0]}_{one[1]}" for one in WIRES])
def test_the_limit_reaches_every_wire_in_its_own_field(
    api: ClientApi, provider: ProviderApi, vendor: str, path: tuple[str, ...]
) -> None:
    asked = {"model": "m", "input": "Hello"} if api == "responses" else dict(ASKED)
    found = limited(api, asked, 321, vendor=vendor)
    assert found is not None
    translation = translation_for(api, provider)
    assert translation is not None
    for stream in (False, True):
        call = translation.request(
            ClientCall(document=found.document, body=found.body, model="gemini-2.5-flash", stream=stream)
        )
        assert isinstance(call, ProviderCall), call
        value = orjson.loads(call.body)
        for name in path:
            value = value[name]
        assert value == 321


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"max_tokens": 5}, None),
        ({"max_tokens": 10}, None),
        ({"max_tokens": 11}, {"max_tokens": 10}),
        ({"max_completion_tokens": 11, "max_tokens": 3}, {"max_completion_tokens": 10, "max_tokens": 3}),
        ({"max_completion_tokens": 11, "max_tokens": None}, {"max_completion_tokens": 10, "max_tokens": None}),
        ({"max_tokens": "11"}, None),
    ],
)
def test_a_limit_of_the_callers_is_lowered_and_never_raised(given: dict[str, Any], told: dict[str, Any] | None) -> None:
    found = limited("chat", {**ASKED, **given}, 10)
    assert (None if found is None else dict(found.document)) == (None if told is None else {**ASKED, **told})


def test_calls_without_output_have_no_limit_to_set() -> None:
    assert limited("embeddings", {"model": "m", "input": "x"}, 10) is None


def test_the_callers_document_is_left_as_it_is() -> None:
    asked = dict(ASKED)
    assert limited("chat", asked, 10) is not None
    assert asked == ASKED
