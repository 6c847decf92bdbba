"""A bound is never below what a provider could truthfully bill, and what nobody can bound is refused by its field."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.gateway.providers.translate.protocol import ClientApi, ClientCall, ProviderApi, ProviderCall
from keeptrusts.gateway.providers.translate.registry import translation_for
from keeptrusts.gateway.wallets.bounds import Bound, shrink_to_fit, upper_bound
from keeptrusts.gateway.wallets.output_limits import with_limit
from keeptrusts.gateway.wallets.prices import Band, PriceRow, PriceTable, cost_nano
from keeptrusts.gateway.wallets.token_tariffs import hidden_prompt_tokens, image_tokens
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.request import Usage

PNG = b64encode(b"\x89PNG" + bytes(3_000)).decode()
FLAT = PriceRow(
    vendor="openai",
    model="m",
    version="v",
    bands=(Band(above=0, input=1_000, cache_read=100, cache_write=1_250, output=5_000, reasoning=7_000),),
)
TIERED = PriceRow(
    vendor="anthropic",
    model="m",
    version="v",
    bands=(
        Band(above=500, input=6_000, cache_read=600, cache_write=7_500, output=22_500, reasoning=22_500),
        Band(above=0, input=3_000, cache_read=300, cache_write=3_750, output=15_000, reasoning=15_000),
    ),
    a_request=777,
)


def bound(api: str, document: Mapping[str, Any], *, row: PriceRow = FLAT, **about: Any) -> Bound | Problem:
    named = {"vendor": "openai", "model": "gpt-4o", "body": orjson.dumps(document), **about}
    return upper_bound(api=api, document=document, row=row, **named)


def bounded(api: str, document: Mapping[str, Any], *, row: PriceRow = FLAT, **about: Any) -> Bound:
    found = bound(api, document, row=row, **about)
    assert isinstance(found, Bound), found
    return found


def chat(content: Any = "Hello", **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], "max_tokens": 100} | more


def messages(content: Any = "Hello", **more: Any) -> dict[str, Any]:
    return chat(content, **more)


def responses(given: Any = "Hello", **more: Any) -> dict[str, Any]:
    return {"model": "m", "input": given, "max_output_tokens": 100, **more}


def image_part(url: str = f"data:image/png;base64,{PNG}") -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def image_block(**source: Any) -> dict[str, Any]:
    return {"type": "image", "source": source or {"type": "base64", "media_type": "image/png", "data": PNG}}


def test_a_bound_is_bytes_and_what_providers_add_in_and_the_limit_out_at_the_dearest_prices() -> None:
    document = chat()
    body = orjson.dumps(document)
    tokens = len(body) + 8 + hidden_prompt_tokens("openai")
    found = bounded("chat", document)
    assert found.input_tokens == tokens
    assert found.amount == -(-(tokens * 1_250 + 100 * 7_000) // 1_000)
    assert (found.max_output, found.price_version, found.strict) == (100, "v", True)


COSTS_MORE: list[tuple[str, str, dict[str, Any], dict[str, Any], int]] = [
    ("each choice has its own answer", "chat", chat(), {"n": 3}, 2 * 100 * 7_000),
    ("a prediction may be billed", "chat", chat(), {"prediction": {"type": "content", "content": "x" * 50}}, 350_000),
    ("tools are explained", "chat", chat(), {"tools": [{"type": "function", "function": {"name": "f"}}]}, 1_024_000),
    ("older tools are explained too", "chat", chat(), {"functions": [{"name": "f"}]}, 1_024_000),
    ("Anthropic's own shell is described", "messages", messages(), {"tools": [{"type": "bash_20250124"}]}, 2_048_000),
    ("a form is explained", "chat", chat(), {"response_format": {"type": "json_object"}}, 512_000),
    ("so is that of a message", "messages", messages(), {"output_config": {"format": {"type": "x"}}}, 512_000),
    ("and of a response", "responses", responses(), {"text": {"format": {"type": "json_schema"}}}, 512_000),
]


@pytest.mark.parametrize(("why", "api", "plain", "more", "at_least"), COSTS_MORE, ids=[one[0] for one in COSTS_MORE])
def test_what_adds_tokens_adds_to_the_bound(
    why: str, api: str, plain: dict[str, Any], more: dict[str, Any], at_least: int
) -> None:
    without, with_it = bounded(api, plain), bounded(api, plain | more)
    assert (with_it.amount - without.amount) * 1_000 >= at_least


@pytest.mark.parametrize(
    ("api", "document"),
    [
        ("chat", chat([image_part()])),
        ("messages", messages([image_block()])),
        ("messages", messages([{"type": "tool_result", "tool_use_id": "a", "content": [image_block()]}])),
        (
            "responses",
            responses(
                [{"role": "user", "content": [{"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}]}]
            ),
        ),
    ],
)
def test_an_image_is_counted_by_its_ceiling_and_not_by_its_bytes(api: str, document: dict[str, Any]) -> None:
    around = len(orjson.dumps(document)) - len(PNG)
    found = bounded(api, document)
    assert around < found.input_tokens - image_tokens("gpt-4o") < around + 400


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-4o-2024-08-06", 1_445),
        ("openai/gpt-4o-mini", 48_169),
        ("us.anthropic.claude-sonnet-4-5-v1:0", 5_000),
        ("gemini-3-pro", 2_400),
        ("gemini-2.5-flash", 66_048),
        ("nobody-knows", 66_048),
    ],
)
def test_an_image_has_the_ceiling_of_the_models_family(model: str, tokens: int) -> None:
    assert image_tokens(model) == tokens


def test_a_cache_of_an_hour_costs_twice_the_input() -> None:
    block = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    hour = bounded("messages", messages([block]), vendor="anthropic")
    said = bounded("messages", messages('"ttl":"1h"'), vendor="anthropic")
    assert hour.input_pico == hour.input_tokens * 2_000
    assert said.input_pico == said.input_tokens * 1_250


def test_the_dearest_band_that_the_size_may_reach_counts() -> None:
    small = bounded("embeddings", {"model": "m", "input": "x"}, row=TIERED)
    assert small.input_tokens < 500
    assert small.input_pico == 777 + small.input_tokens * 3_750
    large = bounded("embeddings", {"model": "m", "input": "x" * 500}, row=TIERED)
    assert large.input_pico == 777 + large.input_tokens * 7_500


UNBOUNDED: list[tuple[str, str, dict[str, Any], str]] = [
    ("no limit", "chat", {"model": "m", "messages": []}, "max_tokens"),
    ("a limit that is none", "chat", chat(max_tokens=-1), "max_tokens"),
    ("a limit in words", "chat", chat(max_tokens="100"), "max_tokens"),
    ("a number of answers that is none", "chat", chat(n=0), "n"),
    ("an address", "chat", chat([image_part("https://x.example/a.png")]), "messages[0].content[0].image_url"),
    ("no image", "chat", chat([image_part("data:application/pdf;base64,AA")]), "messages[0].content[0].image_url"),
    ("not in base64", "chat", chat([image_part("data:image/png,AA")]), "messages[0].content[0].image_url"),
    ("sound", "chat", chat([{"type": "input_audio", "input_audio": {"data": "AA"}}]), "messages[0].content[0].type"),
    ("a file", "chat", chat([{"type": "file", "file": {"file_id": "f"}}]), "messages[0].content[0].type"),
    ("a part of tomorrow", "chat", chat([{"type": "hologram"}]), "messages[0].content[0].type"),
    ("an earlier sound", "chat", chat(messages=[{"role": "assistant", "audio": {"id": "a"}}]), "messages[0].audio"),
    ("a spoken answer", "chat", chat(modalities=["text", "audio"]), "modalities"),
    ("priority", "chat", chat(service_tier="priority"), "service_tier"),
    ("a search", "chat", chat(web_search_options={}), "web_search_options"),
    ("a field of tomorrow", "chat", chat(plugins=[{"id": "web"}]), "plugins"),
    ("a hosted tool", "chat", chat(tools=[{"type": "web_search"}]), "tools[0].type"),
    ("Anthropic's search", "messages", messages(tools=[{"type": "web_search_20250305"}]), "tools[0].type"),
    ("code execution", "messages", messages(tools=[{"type": "code_execution_20250825"}]), "tools[0].type"),
    ("computer use", "messages", messages(tools=[{"type": "computer_20250124"}]), "tools[0].type"),
    ("MCP", "messages", messages(mcp_servers=[{"url": "x"}]), "mcp_servers"),
    ("fast mode", "messages", messages(speed="fast"), "speed"),
    ("a place that costs more", "messages", messages(inference_geo="us"), "inference_geo"),
    ("a container", "messages", messages(container="c"), "container"),
    ("an image's address", "messages", messages([image_block(type="url", url="x")]), "messages[0].content[0].source"),
    ("an image's id", "messages", messages([image_block(type="file", file_id="f")]), "messages[0].content[0].source"),
    (
        "pages",
        "messages",
        messages([{"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AA"}}]),
        "messages[0].content[0].source",
    ),
    (
        "citations",
        "messages",
        messages([{"type": "document", "citations": {"enabled": True}, "source": {"type": "text", "data": "a"}}]),
        "messages[0].content[0].citations",
    ),
    (
        "an address within a result",
        "messages",
        messages([{"type": "tool_result", "content": [image_block(type="url", url="https://x")]}]),
        "messages[0].content[0].content[0].source",
    ),
    ("the conversation before", "responses", responses(previous_response_id="r"), "previous_response_id"),
    ("a stored conversation", "responses", responses(conversation="c"), "conversation"),
    ("a stored prompt", "responses", responses(prompt={"id": "p"}), "prompt"),
    ("the background", "responses", responses(background=True), "background"),
    ("a stored item", "responses", responses([{"type": "item_reference", "id": "i"}]), "input[0].type"),
    ("stored reasoning", "responses", responses([{"type": "reasoning", "id": "i"}]), "input[0]"),
    ("file search", "responses", responses(tools=[{"type": "file_search"}]), "tools[0].type"),
    ("a code interpreter", "responses", responses(tools=[{"type": "code_interpreter"}]), "tools[0].type"),
    ("a remote server", "responses", responses(tools=[{"type": "mcp"}]), "tools[0].type"),
    ("several models in one", "responses", responses(reasoning={"mode": "pro"}), "reasoning.mode"),
    (
        "an image's id in a response",
        "responses",
        responses([{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]),
        "input[0].content[0].type",
    ),
    ("a picture to embed", "embeddings", {"model": "m", "input": [{"image": "x"}]}, "input[0]"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "api", "document", "param"), UNBOUNDED, ids=[one[0] for one in UNBOUNDED])
def test_what_has_no_bound_is_refused_by_its_field(name: str, api: str, document: dict[str, Any], param: str) -> None:
    problem = bound(api, document)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.status, problem.param) == ("cost_unbounded", 422, param)
    assert param in problem.message
    assert problem.fix


@pytest.mark.parametrize(
    "model", ["gpt-4o-search-preview", "sonar-pro", "groq/compound", "x/y:online", "O3-Deep-Research"]
)
def test_a_model_that_searches_by_itself_has_no_bound(model: str) -> None:
    problem = bound("chat", chat(), model=model)
    assert isinstance(problem, Problem)
    assert problem.param == "model"


def test_an_estimate_lets_such_calls_through_and_says_so() -> None:
    document = chat([image_part("https://x.example/a.png")], n=2)
    found = bounded("chat", document, estimate="typical")
    assert not found.strict
    assert found.amount >= bounded("chat", chat(n=2)).amount
    assert isinstance(bound("chat", {**document, "max_tokens": None}, estimate="typical"), Problem)
    assert bounded("chat", chat(), estimate="typical").strict


def test_neither_an_output_without_a_price_nor_an_amount_beyond_all_records_has_a_bound() -> None:
    silent = PriceRow(
        vendor="v", model="m", version="v",
        bands=(Band(above=0, input=1, cache_read=1, cache_write=1, output=None, reasoning=None),),
    )  # fmt: skip
    assert isinstance(bound("chat", chat(), row=silent), Problem)
    assert bounded("embeddings", {"model": "m", "input": ["a", "b"]}, row=silent).max_output is None
    assert isinstance(bound("chat", chat(max_tokens=2 * 10**18)), Problem)


NEUTRAL: list[tuple[str, dict[str, Any]]] = [
    ("chat", chat(tools=[], audio=None, service_tier="flex", modalities=["text"], n=None, plugins=None)),
    ("chat", chat("é\u0000\n" * 50, response_format={"type": "text"}, seed=1, user="u", reasoning_effort="low")),
    ("messages", messages(mcp_servers=[], fallbacks=[], service_tier="standard_only", speed="standard")),
    ("messages", messages([{"type": "thinking", "thinking": "x", "signature": "y"}], system=[{"type": "text"}])),
    ("messages", messages([{"type": "document", "source": {"type": "text", "data": "a"}}])),
    ("responses", responses(background=False, reasoning={"effort": "low"}, text={"format": {"type": "text"}})),
    ("responses", responses([{"type": "reasoning", "encrypted_content": "x"}, {"type": "function_call"}])),
    ("responses", responses([{"type": "function_call_output", "output": [{"type": "input_text", "text": "a"}]}])),
    ("embeddings", {"model": "m", "input": [[1, 2], [3]], "dimensions": 8}),
]


@pytest.mark.parametrize(("api", "document"), NEUTRAL)
def test_what_asks_for_nothing_more_keeps_its_bound(api: str, document: dict[str, Any]) -> None:
    found = bounded(api, document)
    assert found.input_tokens < len(orjson.dumps(document)) + 300


TEXTS = st.text(max_size=60)
ROWS = st.builds(
    lambda above, low, high, fee: PriceRow(
        vendor="v", model="m", version="v", a_request=fee, bands=(high(above), low(0))
    ),
    st.integers(1, 800),
    *(
        st.tuples(*[st.integers(0, 10**8)] * 5).map(
            lambda prices: (
                lambda above: Band(
                    above=above,
                    input=prices[0],
                    cache_read=prices[1],
                    cache_write=prices[2],
                    output=prices[3],
                    reasoning=prices[4],
                )
            )
        )
        for _ in range(2)
    ),
    st.integers(0, 10**9),
)
PAIRS: list[tuple[ClientApi, ProviderApi]] = [
    ("chat", "openai"),
    ("chat", "anthropic"),
    ("chat", "gemini"),
    ("chat", "bedrock"),
    ("messages", "anthropic"),
    ("messages", "openai"),
    ("messages", "gemini"),
    ("messages", "bedrock"),
    ("responses", "openai"),
]
VENDORS = {"openai": "openai", "anthropic": "anthropic", "gemini": "google", "bedrock": "bedrock"}


def sent(api: ClientApi, provider: ProviderApi, document: dict[str, Any]) -> ProviderCall:
    translation = translation_for(api, provider)
    assert translation is not None
    call = translation.request(
        ClientCall(document=document, body=orjson.dumps(document), model="gemini-2.5-flash", stream=False)
    )
    assert isinstance(call, ProviderCall), call
    return call


@given(data=st.data(), texts=st.lists(TEXTS.filter(str.strip), min_size=1, max_size=6), images=st.integers(0, 3))
def test_no_truthful_usage_costs_more_than_the_bound(data: st.DataObject, texts: list[str], images: int) -> None:
    api, provider = data.draw(st.sampled_from(PAIRS))
    row: PriceRow = data.draw(ROWS)
    limit, choices = data.draw(st.integers(1, 300)), 1
    document: dict[str, Any]
    if api == "responses":
        shown = {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}
        parts = [{"type": "input_text", "text": text} for text in texts] + [shown] * images
        document = {"model": "m", "input": [{"role": "user", "content": parts}], "max_output_tokens": limit}
    elif api == "messages":
        blocks = [{"type": "text", "text": text} for text in texts] + [image_block()] * images
        document = messages(blocks, max_tokens=limit)
    else:
        parts = [{"type": "text", "text": text} for text in texts] + [image_part()] * images
        document = chat(parts, max_tokens=limit)
        if provider in ("openai", "gemini"):
            choices = document["n"] = data.draw(st.integers(1, 4))
    call = sent(api, provider, document)
    found = bounded(api, document, row=row, vendor=VENDORS[provider], model="gemini-2.5-flash", body=call.body)
    # A tokenizer makes at most one token of a byte of text; an image of 4,000 x 3,000 has 24 tiles.
    most_in = sum(len(text.encode()) for text in texts) + 8 * len(texts) + images * 24 * 258
    tokens_in = data.draw(st.integers(0, most_in))
    cached = data.draw(st.integers(0, tokens_in))
    tokens_out = data.draw(st.integers(0, limit * choices))
    usage = Usage(
        input_tokens=tokens_in,
        cache_read_tokens=cached,
        cache_write_tokens=data.draw(st.integers(0, tokens_in - cached)),
        output_tokens=tokens_out,
        reasoning_tokens=data.draw(st.integers(0, tokens_out)),
    )
    cost = cost_nano(row, usage)
    assert cost is not None
    assert cost <= found.amount


@given(row=ROWS, limit=st.integers(1, 10_000), money=st.integers(0, 10**10), choices=st.integers(1, 3))
def test_the_largest_limit_that_money_covers_is_covered_and_one_more_token_is_not(
    row: PriceRow, limit: int, money: int, choices: int
) -> None:
    document = chat(max_tokens=limit, n=choices)
    found = bounded("chat", document, row=row)
    fits = shrink_to_fit(found, money)
    if fits is None:
        lowest = bounded("chat", document | {"max_tokens": 1}, row=row, body=orjson.dumps(document))
        assert lowest.amount > money
        return
    limited = with_limit(
        api="chat", vendor="openai", model="m", document=document, body=orjson.dumps(document), limit=fits
    )
    shrunk = found if limited is None else bounded("chat", limited.document, row=row, body=limited.body)
    assert shrunk.amount <= money
    assert fits == limit or found.input_pico + (fits + 1) * found.output_pico > money * 1_000


@pytest.mark.parametrize(
    ("api", "more", "least"),
    [
        ("messages", {"thinking": {"type": "enabled", "budget_tokens": 50}}, 51),
        ("messages", {"thinking": {"type": "adaptive"}}, 1),
        ("responses", {}, 16),
        ("chat", {}, 1),
    ],
)
def test_no_limit_is_lowered_below_what_the_provider_takes(api: str, more: dict[str, Any], least: int) -> None:
    found = bounded(api, responses(**more) if api == "responses" else chat(**more))
    lowest_money = -(-(found.input_pico + least * found.output_pico) // 1_000)
    assert shrink_to_fit(found, lowest_money) == least
    assert shrink_to_fit(found, lowest_money - 7) is None
    assert shrink_to_fit(found, found.amount) == 100


def test_a_call_without_output_is_never_shrunk() -> None:
    found = bounded("embeddings", {"model": "m", "input": "x"})
    assert shrink_to_fit(found, found.amount - 1) is None


def test_every_priced_model_of_the_catalogue_gets_a_bound() -> None:
    table = PriceTable.load(on=date(2026, 11, 20))
    rows = [(vendor, name, table.lookup(vendor, name)) for vendor, name in table.listed()]
    checked = 0
    for vendor, name, row in rows:
        if row is None or not row.has_output_prices:
            continue
        found = bound("chat", chat(), row=row, vendor=vendor, model=name)
        assert isinstance(found, Bound) or found.param == "model"
        checked += isinstance(found, Bound)
    assert checked > 500
