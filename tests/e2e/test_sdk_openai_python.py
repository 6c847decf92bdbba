"""The official OpenAI SDK for Python, unchanged but for base URL and key: every API, streams, tools, errors, abort."""

from __future__ import annotations

import json
import time
from typing import Any

import openai
import pytest
from support.sdk import DENIED_OPENAI, HIDDEN, LONG_ANSWER, SHOWN, WEATHER, WEATHER_ARGUMENTS, Governed

HELLO: Any = [{"role": "user", "content": "Hello"}]
TOOLS: Any = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
FLAT_TOOLS: Any = [{"type": "function", "name": "weather", "parameters": WEATHER, "strict": None}]


@pytest.fixture
def project(governed: Governed) -> str:
    return governed.project()


@pytest.fixture
def client(governed: Governed, project: str) -> openai.OpenAI:
    headers = {"X-Keeptrusts-Project": project}
    return openai.OpenAI(base_url=f"{governed.url}/v1", api_key=governed.key, default_headers=headers)


def test_plain_and_streamed_completions_say_the_same_and_are_billed_the_same(
    client: openai.OpenAI, governed: Governed, project: str
) -> None:
    plain = client.chat.completions.create(model="gpt-4o", messages=HELLO)
    stream = client.chat.completions.create(
        model="gpt-4o", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == plain.choices[0].message.content
    assert chunks[-1].usage == plain.usage
    rows = governed.rows(project, least=2)
    assert len(rows) == 2 and {row["status"] for row in rows} == {200}
    assert len({row["cost"] for row in rows}) == 1 and rows[0]["cost"] is not None


def test_a_stream_without_usage_stays_without_and_is_billed_all_the_same(
    client: openai.OpenAI, governed: Governed, project: str
) -> None:
    chunks = list(client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True))
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)
    assert governed.only_row(project)["cost"] is not None


def test_what_an_output_policy_finds_is_written_over_while_the_stream_comes(
    client: openai.OpenAI, governed: Governed, project: str
) -> None:
    asked: Any = [{"role": "user", "content": LONG_ANSWER}]
    heard: list[tuple[float, str]] = []
    for chunk in client.chat.completions.create(model="gpt-4o", messages=asked, stream=True):
        heard.append((time.monotonic(), chunk.choices[0].delta.content or ""))
    text = "".join(piece for _, piece in heard)
    plain = client.chat.completions.create(model="gpt-4o", messages=asked).choices[0].message.content
    assert text == plain and SHOWN in text and HIDDEN not in text
    first = next(at for at, piece in heard if piece)
    assert heard[-1][0] - first > 1, "all of it came at once"
    verdicts = [(row["decision"], row["policy"]) for row in governed.rows(project, least=2)]
    assert verdicts == [("redact", "dlp-filter")] * 2


def test_several_choices(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="gpt-4o", messages=HELLO, n=3)
    assert [choice.index for choice in completion.choices] == [0, 1, 2]


def test_tools_plain_and_streamed_in_fragments(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="gpt-4o", messages=HELLO, tools=TOOLS, tool_choice="required")
    [call] = completion.choices[0].message.tool_calls or []
    assert call.type == "function" and json.loads(call.function.arguments) == WEATHER_ARGUMENTS
    with client.chat.completions.stream(model="gpt-4o", messages=HELLO, tools=TOOLS, tool_choice="required") as stream:
        final = stream.get_final_completion()
    [streamed] = final.choices[0].message.tool_calls or []
    assert streamed.function.arguments == call.function.arguments
    assert final.choices[0].finish_reason == "tool_calls"


def test_responses_plain_streamed_and_with_tools(client: openai.OpenAI, governed: Governed, project: str) -> None:
    plain = client.responses.create(model="gpt-4o", input="Hello")
    assert plain.output_text
    with client.responses.stream(model="gpt-4o", input="Hello") as stream:
        final = stream.get_final_response()
    assert final.output_text == plain.output_text and final.usage == plain.usage
    called = client.responses.create(model="gpt-4o", input="Hello", tools=FLAT_TOOLS, tool_choice="required")
    [item] = called.output
    assert item.type == "function_call" and json.loads(item.arguments) == WEATHER_ARGUMENTS
    with client.responses.stream(model="gpt-4o", input="Hello", tools=FLAT_TOOLS, tool_choice="required") as stream:
        [streamed] = stream.get_final_response().output
    assert streamed.type == "function_call" and streamed.arguments == item.arguments
    rows = governed.rows(project, least=4)
    assert len(rows) == 4 and all(row["cost"] is not None for row in rows)


def test_a_streamed_response_says_the_same_in_its_pieces_and_at_its_end(client: openai.OpenAI) -> None:
    with client.responses.stream(model="gpt-4o", input=LONG_ANSWER) as stream:
        pieces = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert (
        "".join(pieces) == final.output_text == client.responses.create(model="gpt-4o", input=LONG_ANSWER).output_text
    )
    assert SHOWN in final.output_text and HIDDEN not in final.output_text and len(pieces) > 20


def test_embeddings_and_models(client: openai.OpenAI, governed: Governed, project: str) -> None:
    vectors = client.embeddings.create(model="text-embedding-3-small", input=["one", "two"])
    assert len(vectors.data) == 2 and len(vectors.data[0].embedding) == 16
    assert governed.only_row(project)["cost"] is not None
    models = {model.id for model in client.models.list()}
    assert "gpt-4o" in models and DENIED_OPENAI not in models


REFUSALS: list[tuple[str, str, type[openai.APIStatusError], str]] = [
    ("policy", DENIED_OPENAI, openai.PermissionDeniedError, "model_not_allowed"),
    ("nobody serves it", "no-such-model", openai.NotFoundError, "model_not_found"),
    ("field", "gpt-4o\nX", openai.UnprocessableEntityError, "invalid_request"),
]


@pytest.mark.parametrize(("what", "model", "error", "code"), REFUSALS, ids=[case[0] for case in REFUSALS])
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_a_refusal_is_shown_with_its_reason_and_makes_one_event(
    client: openai.OpenAI,
    governed: Governed,
    project: str,
    what: str,
    model: str,
    error: type[openai.APIStatusError],
    code: str,
    stream: bool,
) -> None:
    with pytest.raises(error) as refused:
        client.chat.completions.create(model=model, messages=HELLO, stream=stream)
    row = governed.only_row(project)
    shown = str(refused.value)
    assert refused.value.code == code and row["request_id"] in shown
    assert refused.value.request_id == row["request_id"]
    if what == "policy":
        assert "[model-access]" in shown and row["policy"] == "model-access"
    assert (row["status"], row["reason"]) == (refused.value.status_code, code)


def test_errors_of_the_provider_reach_the_caller_in_its_own_words(
    client: openai.OpenAI, governed: Governed, project: str
) -> None:
    said: Any = [{"role": "user", "content": "simulate: status=400"}]
    with pytest.raises(openai.BadRequestError) as bad:
        client.chat.completions.create(model="gpt-4o", messages=said)
    assert "Simulated failure with status 400" in str(bad.value)
    assert governed.only_row(project)["status"] == 400


def test_a_wrong_key_is_an_authentication_error(governed: Governed) -> None:
    client = openai.OpenAI(base_url=f"{governed.url}/v1", api_key="kt_gk_" + "x" * 40)
    with pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_a_stream_that_breaks_off_raises_and_does_not_look_complete(
    client: openai.OpenAI, governed: Governed, project: str
) -> None:
    said: Any = [{"role": "user", "content": "simulate: cut=5"}]
    with pytest.raises(openai.APIError) as broken:
        list(client.chat.completions.create(model="gpt-4o", messages=said, stream=True))
    assert governed.only_row(project)["request_id"] in str(broken.value)


def test_an_abort_in_the_middle_stops_the_provider_and_is_recorded(
    client: openai.OpenAI, governed: Governed, project: str
) -> None:
    said: Any = [{"role": "user", "content": "simulate: words=400, chunk-delay=50"}]
    with client.chat.completions.create(model="gpt-4o", messages=said, stream=True) as stream:
        for number, _ in enumerate(stream):
            if number == 3:
                break
    row = governed.only_row(project)
    assert governed.detail(row)["client_gone"] is True and row["status"] == 200
    bill = governed.bill(row)
    assert [line["ended"] for line in bill] == ["client_gone"] and bill[0]["usage"]["output_tokens"] < 400
