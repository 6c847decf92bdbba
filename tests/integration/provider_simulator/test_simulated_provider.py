"""The simulated provider speaks to real clients, misbehaves on request and bills exactly what it produced."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest
from botocore.eventstream import ChecksumMismatch, EventStreamBuffer
from support.log import until

_BOUND_SECONDS = 20.0
_CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "What is in the ledger?"}]}
_GEMINI = "/v1beta/models/gemini-2.5-pro"
_NOVA = "/model/amazon.nova-pro-v1:0"
_CONTENTS: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "What is in the ledger?"}]}]}
_CONVERSE: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "What is in the ledger?"}]}]}
_MESSAGE: dict[str, Any] = {"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": _CHAT["messages"]}


class Provider:
    """A running `kt provider simulate` and its bill."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self._log = log
        self._before = len(log.read_text().splitlines())

    @property
    def bill(self) -> list[dict[str, Any]]:
        """The lines of this test."""
        return [json.loads(line) for line in self._log.read_text().splitlines()[self._before :]]

    async def bill_of(self, count: int) -> list[dict[str, Any]]:
        """The lines of this test, once there are that many."""
        await until(lambda: len(self.bill) >= count, timeout_s=_BOUND_SECONDS, what=f"a bill of {count} lines")
        return self.bill


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """One process for all tests: its URL and the file of its bill."""
    log = tmp_path_factory.mktemp("provider") / "bill.ndjson"
    command = [sys.executable, "-m", "keeptrusts.cli.main", "provider", "simulate", "--port", "0", "--log", str(log)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip(), log
    process.send_signal(signal.SIGTERM)
    assert process.wait(_BOUND_SECONDS) == 0
    process.stdout.close()


@pytest.fixture
def provider(running: tuple[str, Path]) -> Provider:
    return Provider(*running)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def client(provider: Provider) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{provider.url}/v1", api_key="sk-placeholder", max_retries=0) as client:
        yield client


async def test_the_openai_client_reads_plain_answers_and_the_bill_agrees(
    provider: Provider, client: openai.AsyncOpenAI
) -> None:
    answer = await client.chat.completions.create(
        **_CHAT, n=2, extra_headers={"x-request-id": "r-1", "x-simulate": "cached=3,reasoning=2"}
    )
    assert len(answer.choices) == 2
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.prompt_tokens_details is not None
    assert answer.usage.completion_tokens_details is not None
    (line,) = provider.bill
    assert set(line) == {"time", "request_id", "path", "model", "stream", "status", "usage", "ended"}
    assert (line["request_id"], line["path"], line["model"]) == ("r-1", "/v1/chat/completions", "gpt-4o")
    assert (line["stream"], line["status"], line["ended"]) == (False, 200, "complete")
    assert line["usage"] == {
        "input_tokens": answer.usage.prompt_tokens,
        "cache_read_tokens": answer.usage.prompt_tokens_details.cached_tokens,
        "cache_write_tokens": 0,
        "output_tokens": answer.usage.completion_tokens,
        "reasoning_tokens": answer.usage.completion_tokens_details.reasoning_tokens,
    }
    words = sum(len((choice.message.content or "").split()) for choice in answer.choices)
    assert answer.usage.completion_tokens == words + 2


async def test_a_stream_says_the_same_as_the_plain_answer_and_ends_with_its_usage(
    provider: Provider, client: openai.AsyncOpenAI
) -> None:
    plain = await client.chat.completions.create(**_CHAT)
    text, usage, finish = "", None, None
    async for chunk in await client.chat.completions.create(
        **_CHAT, stream=True, stream_options={"include_usage": True}
    ):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
        usage = chunk.usage or usage
    assert (text, finish) == (plain.choices[0].message.content, "stop")
    assert usage == plain.usage
    first, second = await provider.bill_of(2)
    assert first["usage"] == second["usage"]


async def test_a_stream_that_did_not_ask_for_usage_gets_none(client: openai.AsyncOpenAI) -> None:
    usages = [chunk.usage async for chunk in await client.chat.completions.create(**_CHAT, stream=True)]
    assert set(usages) == {None}


async def test_embeddings_tools_models_and_responses_reach_the_openai_client(client: openai.AsyncOpenAI) -> None:
    embedded = await client.embeddings.create(model="text-embedding-3-small", input=["a", "b"], dimensions=8)
    assert [len(one.embedding) for one in embedded.data] == [8, 8]
    assert embedded.data[0].embedding != embedded.data[1].embedding
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool: Any = {"type": "function", "function": {"name": "weather", "parameters": parameters}}
    called = await client.chat.completions.create(**_CHAT, tools=[tool], tool_choice="required")
    calls = called.choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].type == "function"
    assert json.loads(calls[0].function.arguments) == {"city": "sample"}
    assert "gpt-4o" in [model.id async for model in client.models.list()]
    response = await client.responses.create(model="gpt-4o", input="Hello")
    assert response.output_text
    streamed = ""
    async for event in await client.responses.create(model="gpt-4o", input="Hello", stream=True):
        if event.type == "response.output_text.delta":
            streamed += event.delta
    assert streamed == response.output_text


async def test_anthropic_messages_plain_and_streamed_agree(provider: Provider, session: aiohttp.ClientSession) -> None:
    headers = {"x-simulate": "cached=2,cache-write=1"}
    async with session.post(f"{provider.url}/v1/messages", json=_MESSAGE, headers=headers) as answer:
        plain = await answer.json()
    async with session.post(
        f"{provider.url}/v1/messages", json={**_MESSAGE, "stream": True}, headers=headers
    ) as answer:
        events = [json.loads(line[6:]) for line in (await answer.text()).splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events][:3] == ["message_start", "content_block_start", "ping"]
    assert [event["type"] for event in events][-3:] == ["content_block_stop", "message_delta", "message_stop"]
    text = "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta")
    assert text == plain["content"][0]["text"]
    assert events[-2]["usage"]["output_tokens"] == plain["usage"]["output_tokens"]
    first, second = await provider.bill_of(2)
    assert plain["usage"]["input_tokens"] == first["usage"]["input_tokens"] - 3
    assert second["usage"] == first["usage"]


_FAILURES: list[tuple[str, dict[str, Any], Any, int]] = [
    ("/v1/chat/completions", _CHAT, lambda body: body["error"]["type"] == "rate_limit_error", 401),
    ("/openai/deployments/gpt/chat/completions", _CHAT, lambda body: body["error"]["code"] == "429", 401),
    ("/v1/messages", _MESSAGE, lambda body: body["error"]["type"] == "rate_limit_error", 401),
    (f"{_GEMINI}:generateContent", _CONTENTS, lambda body: body["error"]["status"] == "RESOURCE_EXHAUSTED", 400),
    ("/v1beta/openai/chat/completions", _CHAT, lambda body: body[0]["error"]["status"] == "RESOURCE_EXHAUSTED", 400),
    (f"{_NOVA}/converse-stream", _CONVERSE, lambda body: body.keys() == {"message"}, 403),
]


@pytest.mark.parametrize(("path", "body", "shaped", "wrong_key"), _FAILURES, ids=[case[0] for case in _FAILURES])
async def test_a_failure_has_the_wires_error_and_costs_nothing(
    provider: Provider, session: aiohttp.ClientSession, path: str, body: dict[str, Any], shaped: Any, wrong_key: int
) -> None:
    headers = {"x-simulate": "status=429,retry-after=7"}
    async with session.post(provider.url + path, json=body, headers=headers) as answer:
        assert (answer.status, answer.headers["retry-after"]) == (429, "7")
        assert "Simulated failure" in await answer.text() and shaped(await answer.json())
    async with session.post(provider.url + path, json=body, headers={"x-simulate": "bad-key"}) as answer:
        assert answer.status == wrong_key
    assert provider.bill == []


async def test_gemini_counts_tokens_for_nothing_and_embeds_one_text_or_many(
    provider: Provider, session: aiohttp.ClientSession
) -> None:
    async with session.post(f"{provider.url}{_GEMINI}:countTokens", json=_CONTENTS) as answer:
        counted = (await answer.json())["totalTokens"]
    assert provider.bill == []
    async with session.post(f"{provider.url}{_GEMINI}:generateContent", json=_CONTENTS) as answer:
        assert (await answer.json())["usageMetadata"]["promptTokenCount"] == counted
    one = {"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 4}
    async with session.post(f"{provider.url}{_GEMINI}:embedContent", json=one) as answer:
        values = (await answer.json())["embedding"]["values"]
    async with session.post(f"{provider.url}{_GEMINI}:batchEmbedContents", json={"requests": [one, one]}) as answer:
        assert [vector["values"] for vector in (await answer.json())["embeddings"]] == [values, values]
    assert len(values) == 4 and len(provider.bill) == 3


async def test_frames_of_bedrock_have_checksums_and_garbage_has_a_wrong_one(
    provider: Provider, session: aiohttp.ClientSession
) -> None:
    async def frames(fault: str) -> list[tuple[str, Any]]:
        url, headers = f"{provider.url}{_NOVA}/converse-stream", {"x-simulate": fault}
        async with session.post(url, json=_CONVERSE, headers=headers) as answer:
            assert answer.content_type == "application/vnd.amazon.eventstream"
            buffer = EventStreamBuffer()
            buffer.add_data(await answer.read())
            return [(message.headers[":event-type"], json.loads(message.payload)) for message in buffer]

    whole = await frames("words=2,cached=1")
    assert [name for name, _ in whole] == [
        "messageStart", "contentBlockDelta", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata",
    ]  # fmt: skip
    counts, (line,) = whole[-1][1]["usage"], provider.bill
    assert counts["inputTokens"] + counts["cacheReadInputTokens"] == line["usage"]["input_tokens"]
    assert counts["outputTokens"] == line["usage"]["output_tokens"] == 2
    with pytest.raises(ChecksumMismatch):
        await frames("garbage")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_cut_answer_breaks_the_connection_and_is_billed_as_cut(
    provider: Provider, session: aiohttp.ClientSession, stream: bool
) -> None:
    body = {**_CHAT, "stream": stream}
    with pytest.raises(aiohttp.ClientError):
        async with session.post(
            f"{provider.url}/v1/chat/completions", json=body, headers={"x-simulate": "cut=3,words=30"}
        ) as answer:
            await answer.read()
    (line,) = await provider.bill_of(1)
    assert line["ended"] == "cut"
    assert line["usage"]["output_tokens"] == (2 if stream else 30)


async def test_a_client_that_goes_away_is_billed_for_what_was_produced(
    provider: Provider, session: aiohttp.ClientSession
) -> None:
    body = {**_CHAT, "stream": True}
    headers = {"x-simulate": "words=1000,chunk-delay=10"}
    answer = await session.post(f"{provider.url}/v1/chat/completions", json=body, headers=headers)
    for _ in range(10):
        await answer.content.readline()
    answer.close()
    (line,) = await provider.bill_of(1)
    assert line["ended"] == "client_gone"
    assert 1 <= line["usage"]["output_tokens"] < 1000


async def test_a_client_that_goes_away_before_a_plain_answer_pays_the_input(
    provider: Provider, session: aiohttp.ClientSession
) -> None:
    with pytest.raises(TimeoutError):
        await session.post(
            f"{provider.url}/v1/chat/completions",
            json=_CHAT,
            headers={"x-simulate": "latency=15000,words=100"},
            timeout=aiohttp.ClientTimeout(total=0.3),
        )
    (line,) = await provider.bill_of(1)
    assert line["ended"] == "client_gone"
    assert line["usage"]["input_tokens"] > 0
    assert line["usage"]["output_tokens"] < 50


async def test_usage_can_be_wrong_or_missing_while_the_bill_stays_right(
    provider: Provider, session: aiohttp.ClientSession
) -> None:
    reported = []
    for fault in ("", "wrong-usage", "no-usage"):
        async with session.post(
            f"{provider.url}/v1/chat/completions", json=_CHAT, headers={"x-simulate": fault}
        ) as answer:
            reported.append((await answer.json()).get("usage"))
    assert reported[1]["prompt_tokens"] == 10 * reported[0]["prompt_tokens"]
    assert reported[2] is None
    assert len({json.dumps(line["usage"]) for line in provider.bill}) == 1


async def test_garbage_is_not_json(provider: Provider, session: aiohttp.ClientSession) -> None:
    async with session.post(
        f"{provider.url}/v1/chat/completions", json=_CHAT, headers={"x-simulate": "garbage"}
    ) as answer:
        with pytest.raises(ValueError):
            json.loads(await answer.text())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"messages": []}', "model"),
        (b'{"model": "m", "messages": "x"}', "'messages' must be a list"),
        (b'{"model": "m", "messages": [1], "max_tokens": -1}', "'max_tokens'"),
        (b'{"model": "m", "messages": [1], "n": 1000}', "'n' must be at most"),
    ],
)
async def test_bad_requests_are_refused_with_the_reason(
    provider: Provider, session: aiohttp.ClientSession, body: bytes, reason: str
) -> None:
    async with session.post(f"{provider.url}/v1/chat/completions", data=body) as answer:
        assert answer.status == 400
        assert reason in (await answer.json())["error"]["message"]


async def test_a_key_of_ours_that_reaches_the_provider_is_refused(
    provider: Provider, session: aiohttp.ClientSession
) -> None:
    headers = {"authorization": "Bearer kt_gk_leaked"}
    async with session.post(f"{provider.url}/v1/chat/completions", json=_CHAT, headers=headers) as answer:
        assert answer.status == 400
        assert "kt_gk_leaked" not in await answer.text()


async def test_no_content_reaches_the_bill(provider: Provider, session: aiohttp.ClientSession) -> None:
    secret = "the-secret-sentence"
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": secret}]}
    async with session.post(f"{provider.url}/v1/chat/completions", json=body, headers={"x-simulate": "echo"}) as answer:
        assert secret in await answer.text()
    assert secret not in json.dumps(provider.bill)


def test_a_standing_fault_can_hold_for_every_nth_call(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "keeptrusts.cli.main", "provider", "simulate", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--fault", "status=503", "--fault-every", "3"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        assert asyncio.run(_statuses(url, 6)) == [200, 200, 503, 200, 200, 503]
    finally:
        process.terminate()
        process.wait(_BOUND_SECONDS)
        process.stdout.close()


async def _statuses(url: str, count: int) -> list[int]:
    async with aiohttp.ClientSession() as session:
        found = []
        for _ in range(count):
            async with session.post(f"{url}/v1/chat/completions", json=_CHAT) as answer:
                found.append(answer.status)
        return found


def test_a_fault_that_is_none_is_a_usage_error() -> None:
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", "keeptrusts.cli.main", "provider", "simulate", "--fault", "explode"],
        capture_output=True,
        text=True,
        check=False,
        timeout=_BOUND_SECONDS,
    )
    assert result.returncode == 2
    assert "unknown word 'explode'" in result.stderr
    assert time.monotonic() - started < _BOUND_SECONDS
