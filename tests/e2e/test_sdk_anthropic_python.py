"""The official Anthropic SDK for Python, only base URL and key changed: messages, streams, tools, errors, abort."""

from __future__ import annotations

import time
from typing import Any

import anthropic
import pytest
from support.sdk import DENIED_ANTHROPIC, HIDDEN, LONG_ANSWER, SHOWN, WEATHER, WEATHER_ARGUMENTS, Governed

MODEL = "claude-sonnet-4-5"
HELLO: Any = [{"role": "user", "content": "Hello"}]
TOOLS: Any = [{"name": "weather", "input_schema": WEATHER}]


@pytest.fixture
def project(governed: Governed) -> str:
    return governed.project()


@pytest.fixture
def client(governed: Governed, project: str) -> anthropic.Anthropic:
    headers = {"X-Keeptrusts-Project": project}
    return anthropic.Anthropic(base_url=governed.url, api_key=governed.key, default_headers=headers)


def test_plain_and_streamed_messages_say_the_same_and_are_billed_the_same(
    client: anthropic.Anthropic, governed: Governed, project: str
) -> None:
    plain = client.messages.create(model=MODEL, max_tokens=100, messages=HELLO)
    assert plain.content[0].type == "text"
    with client.messages.stream(model=MODEL, max_tokens=100, messages=HELLO) as stream:
        final = stream.get_final_message()
    assert final.content[0].type == "text" and final.content[0].text == plain.content[0].text
    assert final.stop_reason == plain.stop_reason == "end_turn"
    assert final.usage.output_tokens == plain.usage.output_tokens
    rows = governed.rows(project, least=2)
    assert len(rows) == 2 and len({row["cost"] for row in rows}) == 1 and rows[0]["cost"] is not None


def test_what_an_output_policy_finds_is_written_over_while_the_stream_comes(client: anthropic.Anthropic) -> None:
    asked: Any = [{"role": "user", "content": LONG_ANSWER}]
    heard: list[tuple[float, str]] = []
    with client.messages.stream(model=MODEL, max_tokens=500, messages=asked) as stream:
        heard += [(time.monotonic(), piece) for piece in stream.text_stream]
        [final] = stream.get_final_message().content
    [plain] = client.messages.create(model=MODEL, max_tokens=500, messages=asked).content
    assert final.type == plain.type == "text" and final.text == plain.text == "".join(piece for _, piece in heard)
    assert SHOWN in final.text and HIDDEN not in final.text
    first = next(at for at, piece in heard if piece)
    assert heard[-1][0] - first > 1, "all of it came at once"


def test_a_bearer_token_works_as_well_as_an_api_key(governed: Governed) -> None:
    client = anthropic.Anthropic(base_url=governed.url, auth_token=governed.key, api_key=None)
    assert client.messages.create(model=MODEL, max_tokens=10, messages=HELLO).stop_reason


def test_tools_plain_and_streamed_in_fragments(client: anthropic.Anthropic) -> None:
    wanted: Any = {"type": "any"}
    plain = client.messages.create(model=MODEL, max_tokens=100, messages=HELLO, tools=TOOLS, tool_choice=wanted)
    [block] = plain.content
    assert block.type == "tool_use" and block.input == WEATHER_ARGUMENTS and plain.stop_reason == "tool_use"
    with client.messages.stream(model=MODEL, max_tokens=100, messages=HELLO, tools=TOOLS, tool_choice=wanted) as stream:
        [streamed] = stream.get_final_message().content
    assert streamed.type == "tool_use" and streamed.input == WEATHER_ARGUMENTS


def test_counting_tokens_costs_nothing(client: anthropic.Anthropic, governed: Governed, project: str) -> None:
    counted = client.messages.count_tokens(model=MODEL, messages=HELLO, system="Be brief.")
    assert counted.input_tokens > 0
    row = governed.only_row(project)
    assert (row["status"], row["cost"]) == (200, None)


REFUSALS: list[tuple[str, str, int, type[anthropic.APIStatusError], str]] = [
    ("policy", DENIED_ANTHROPIC, 100, anthropic.PermissionDeniedError, "model_not_allowed"),
    ("nobody serves it", "no-such-model", 100, anthropic.NotFoundError, "model_not_found"),
    ("field", MODEL, 0, anthropic.UnprocessableEntityError, "invalid_request"),
]


@pytest.mark.parametrize(("what", "model", "most", "error", "code"), REFUSALS, ids=[case[0] for case in REFUSALS])
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_a_refusal_is_shown_with_its_reason_and_makes_one_event(
    client: anthropic.Anthropic,
    governed: Governed,
    project: str,
    what: str,
    model: str,
    most: int,
    error: type[anthropic.APIStatusError],
    code: str,
    stream: bool,
) -> None:
    with pytest.raises(error) as refused:
        client.messages.create(model=model, max_tokens=most, messages=HELLO, stream=stream)
    row = governed.only_row(project)
    shown = str(refused.value)
    assert row["request_id"] in shown and (row["status"], row["reason"]) == (refused.value.status_code, code)
    body: Any = refused.value.body
    assert body["type"] == "error" and body["error"]["code"] == code
    if what == "policy":
        assert "[model-access]" in shown and row["policy"] == "model-access"


def test_errors_of_the_provider_reach_the_caller_in_its_own_words(
    client: anthropic.Anthropic, governed: Governed, project: str
) -> None:
    said: Any = [{"role": "user", "content": "simulate: status=400"}]
    with pytest.raises(anthropic.BadRequestError) as bad:
        client.messages.create(model=MODEL, max_tokens=10, messages=said)
    assert "Simulated failure with status 400" in str(bad.value)
    assert governed.only_row(project)["status"] == 400


def test_a_stream_that_breaks_off_raises_and_does_not_look_complete(
    client: anthropic.Anthropic, governed: Governed, project: str
) -> None:
    said: Any = [{"role": "user", "content": "simulate: cut=6"}]
    with (
        pytest.raises(anthropic.APIError) as broken,
        client.messages.stream(model=MODEL, max_tokens=100, messages=said) as stream,
    ):
        stream.get_final_message()
    assert governed.only_row(project)["request_id"] in str(broken.value)


def test_an_abort_in_the_middle_stops_the_provider_and_is_recorded(
    client: anthropic.Anthropic, governed: Governed, project: str
) -> None:
    said: Any = [{"role": "user", "content": "simulate: words=400, chunk-delay=50"}]
    with client.messages.create(model=MODEL, max_tokens=1000, messages=said, stream=True) as stream:
        for number, _ in enumerate(stream):
            if number == 5:
                break
    row = governed.only_row(project)
    assert governed.detail(row)["client_gone"] is True and row["status"] == 200
    bill = governed.bill(row)
    assert [line["ended"] for line in bill] == ["client_gone"]
