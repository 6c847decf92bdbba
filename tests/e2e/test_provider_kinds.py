"""Every kind of provider through one gateway: chat and messages, plain and streamed, with a tool; usage and cost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import anthropic
import openai
import pytest
from support.sdk import HIDDEN, SHOWN, WEATHER, WEATHER_ARGUMENTS, Governed

HELLO: Any = [{"role": "user", "content": "simulate: cached=2, reasoning=3, words=20"}]
FUNCTIONS: Any = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
TOOLS: Any = [{"name": "weather", "input_schema": WEATHER}]
CALLS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A target of the shared gateway, a model or an alias that only it serves, and where it must be called.

    `reasoning` are the tokens that the row tells: not every wire tells them apart.
    """

    target: str
    vendor: str
    model: str
    paths: tuple[str, ...]
    reasoning: int = 3


KINDS = [
    Kind(target="openai", vendor="openai", model="gpt-4o", paths=("/v1/chat/completions",)),
    Kind(target="azure", vendor="azure", model="our-gpt", paths=("/openai/deployments/our gpt/chat/completions",)),
    Kind(target="anthropic", vendor="anthropic", model="claude-sonnet-4-5", paths=("/v1/messages",), reasoning=0),
    Kind(
        target="gemini",
        vendor="google",
        model="gemini-2.5-pro",
        paths=(
            "/v1beta/models/gemini-2.5-pro:generateContent",
            "/v1beta/models/gemini-2.5-pro:streamGenerateContent",
        ),
    ),
    Kind(
        target="gemini-compatible",
        vendor="google",
        model="gemini-2.5-flash",
        paths=("/v1beta/openai/chat/completions",),
    ),
    Kind(
        target="bedrock",
        vendor="bedrock",
        model="amazon.nova-pro-v1:0",
        paths=("/model/amazon.nova-pro-v1:0/converse", "/model/amazon.nova-pro-v1:0/converse-stream"),
        reasoning=0,
    ),
]


def chat(governed: Governed, project: str, model: str) -> set[str]:
    """Four chat completions; gives what the ones with text said."""
    headers = {"X-Keeptrusts-Project": project}
    client = openai.OpenAI(base_url=f"{governed.url}/v1", api_key=governed.key, default_headers=headers)
    plain = client.chat.completions.create(model=model, messages=HELLO)
    called = client.chat.completions.create(model=model, messages=HELLO, tools=FUNCTIONS, tool_choice="required")
    with client.chat.completions.stream(model=model, messages=HELLO) as stream:
        streamed = stream.get_final_completion()
    with client.chat.completions.stream(model=model, messages=HELLO, tools=FUNCTIONS, tool_choice="required") as stream:
        pieced = stream.get_final_completion()
    for completion in (called, pieced):
        [call] = completion.choices[0].message.tool_calls or []
        assert call.type == "function" and json.loads(call.function.arguments) == WEATHER_ARGUMENTS
        assert completion.choices[0].finish_reason == "tool_calls"
    return {str(plain.choices[0].message.content), str(streamed.choices[0].message.content)}


def messages(governed: Governed, project: str, model: str) -> set[str]:
    """Four messages; gives what the ones with text said."""
    headers = {"X-Keeptrusts-Project": project}
    client = anthropic.Anthropic(base_url=governed.url, api_key=governed.key, default_headers=headers)
    about: Any = {"model": model, "max_tokens": 200, "messages": HELLO}
    forced: Any = {"tools": TOOLS, "tool_choice": {"type": "any"}}
    plain, called = client.messages.create(**about), client.messages.create(**about, **forced)
    with client.messages.stream(**about) as stream:
        streamed = stream.get_final_message()
    with client.messages.stream(**about, **forced) as stream:
        pieced = stream.get_final_message()
    for message in (called, pieced):
        assert message.stop_reason == "tool_use"
        assert message.content[0].type == "tool_use" and message.content[0].input == WEATHER_ARGUMENTS
    return {one.content[0].text for one in (plain, streamed) if one.content[0].type == "text"}


@pytest.mark.parametrize("kind", KINDS, ids=[kind.target for kind in KINDS])
def test_both_apis_are_served_and_recorded_as_the_provider_billed(governed: Governed, kind: Kind) -> None:
    project = governed.project()
    said = chat(governed, project, kind.model) | messages(governed, project, kind.model)
    assert len(said) == 1, "plain and streamed, by either API, say the same"
    assert len(said.pop().replace(SHOWN, HIDDEN).split()) == 20
    rows = governed.rows(project, least=CALLS)
    assert len(rows) == CALLS
    for row in rows:
        assert (row["target"], row["provider"], row["status"]) == (kind.target, kind.vendor, 200)
        [line] = governed.bill(row)
        assert line["path"] == kind.paths[-1 if line["stream"] else 0], "each kind is called at its own address"
        used = {name: line["usage"][name] for name in ("input_tokens", "output_tokens")}
        assert {name: row[name] for name in used} == used
        assert (row["cached_tokens"], row["reasoning_tokens"]) == (2, kind.reasoning)
        assert (row["usage_basis"], row["cost_state"]) == ("reported", "priced") and row["cost"] is not None
    assert len({row["cost"] for row in rows}) == 2, "four answers of text cost the same, and so do four tool calls"
    assert {line["stream"] for row in rows for line in governed.bill(row)} == {True, False}


@pytest.mark.parametrize("kind", KINDS, ids=[kind.target for kind in KINDS])
def test_a_refused_key_is_the_gateways_fault_and_a_bad_request_the_callers(governed: Governed, kind: Kind) -> None:
    project = governed.project()
    headers = {"X-Keeptrusts-Project": project}
    client = openai.OpenAI(base_url=f"{governed.url}/v1", api_key=governed.key, default_headers=headers)

    def ask(fault: str, stream: bool) -> None:
        said: Any = [{"role": "user", "content": f"simulate: {fault}"}]
        client.chat.completions.create(model=kind.model, messages=said, stream=stream)

    for stream in (False, True):
        with pytest.raises(openai.InternalServerError) as ours:
            ask("bad-key", stream)
        assert ours.value.status_code == 502 and ours.value.code == "upstream_error"
        assert "refused our credentials" in str(ours.value) and "API key" not in str(ours.value)
        with pytest.raises(openai.BadRequestError) as theirs:
            ask("status=400", stream)
        assert "Simulated failure with status 400" in str(theirs.value)
    rows = governed.rows(project, least=4)
    told = sorted((row["status"], row["error"]) for row in rows)
    assert told == [(400, None)] * 2 + [(502, "upstream_error")] * 2, "no client asks again"
    assert {row["cost"] for row in rows} == {None}


@pytest.mark.parametrize("kind", KINDS, ids=[kind.target for kind in KINDS])
def test_an_error_that_the_provider_reports_within_a_stream_is_the_streams_end(governed: Governed, kind: Kind) -> None:
    project = governed.project()
    headers = {"X-Keeptrusts-Project": project}
    client = openai.OpenAI(base_url=f"{governed.url}/v1", api_key=governed.key, default_headers=headers)
    said: Any = [{"role": "user", "content": "simulate: fail=4"}]
    with pytest.raises(openai.APIError) as failed:
        list(client.chat.completions.create(model=kind.model, messages=said, stream=True))
    assert "Simulated failure within a stream" in str(failed.value)
    row = governed.only_row(project)
    assert row["status"] == 200 and row["error"] is not None and row["cost"] is None


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "gemini-2.5-pro", "amazon.nova-pro-v1:0"])
def test_tokens_are_counted_by_whoever_would_be_asked_and_cost_nothing(governed: Governed, model: str) -> None:
    project = governed.project()
    headers = {"X-Keeptrusts-Project": project}
    client = anthropic.Anthropic(base_url=governed.url, api_key=governed.key, default_headers=headers)
    counted = client.messages.count_tokens(model=model, messages=HELLO, system="Be brief")
    answered = client.messages.create(model=model, max_tokens=200, messages=HELLO, system="Be brief")
    used = answered.usage.input_tokens + (answered.usage.cache_read_input_tokens or 0)
    assert counted.input_tokens == used
    rows = governed.rows(project, least=2)
    assert sorted(row["cost"] is None for row in rows) == [False, True]
    assert len([line for row in rows if row["cost"] is not None for line in governed.bill(row)]) == 1


def test_geminis_embeddings_are_served_by_openais_api(governed: Governed) -> None:
    project = governed.project()
    headers = {"X-Keeptrusts-Project": project}
    client = openai.OpenAI(base_url=f"{governed.url}/v1", api_key=governed.key, default_headers=headers)
    vectors = client.embeddings.create(model="gemini-embedding-001", input=["one", "two"], dimensions=8)
    assert [len(one.embedding) for one in vectors.data] == [8, 8]
    row = governed.only_row(project)
    [line] = governed.bill(row)
    assert line["path"].endswith(":batchEmbedContents") and row["input_tokens"] == line["usage"]["input_tokens"]
    assert row["cost"] is not None
