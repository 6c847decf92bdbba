"""Every text of a request or an answer is found, whatever the API, and written back where it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keeptrusts.gateway.policies.texts import (
    Edit,
    Text,
    edited,
    texts_of_answer,
    texts_of_event,
    texts_of_request,
    with_value,
)

SECRET = "SECRET"
CHAT = {
    "model": "gpt-4o",
    "user": "u SECRET",
    "metadata": {"note": "SECRET"},
    "stop": ["SECRET"],
    "tools": [{"type": "function", "function": {"name": "f", "description": "SECRET", "parameters": {"x": "SECRET"}}}],
    "messages": [
        {"role": "system", "content": "SECRET"},
        {"role": "developer", "content": "SECRET"},
        {
            "role": "user",
            "name": "SECRET",
            "content": [
                {"type": "text", "text": "SECRET"},
                {"type": "unheard_of", "x": "SECRET"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,SECRET", "detail": "SECRET"}},
                {"type": "image_url", "image_url": {"url": "https://x.example/SECRET"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "refusal": "SECRET",
            "tool_calls": [
                {"id": "SECRET", "type": "function", "function": {"name": "f", "arguments": '{"a": "SECRET"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "SECRET", "content": "SECRET"},
    ],
}
MESSAGES = {
    "model": "claude",
    "system": [{"type": "text", "text": "SECRET", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {
                    "type": "document",
                    "title": "SECRET",
                    "source": {"type": "text", "media_type": "text/plain", "data": "SECRET"},
                },
                {
                    "type": "document",
                    "source": {"type": "base64", "media_type": "application/pdf", "data": "SECRET0" * 9},
                },
                {"type": "tool_result", "tool_use_id": "SECRET", "content": [{"type": "text", "text": "SECRET"}]},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "SECRET", "name": "f", "input": {"a": ["SECRET", 5]}},
                {"type": "thinking", "thinking": "SECRET", "signature": "SECRET"},
            ],
        },
    ],
}
RESPONSES = {
    "model": "gpt",
    "instructions": "SECRET",
    "previous_response_id": "SECRET",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "SECRET"}]},
        {"type": "function_call", "call_id": "SECRET", "name": "f", "arguments": '{"a":"SECRET"}'},
        {"type": "function_call_output", "call_id": "SECRET", "output": "SECRET"},
    ],
}
FOUND = [
    ("chat", CHAT, ["user", "user", "user", "system", "system", "system", "system", "user", "user", "user", "user",
                    "assistant", "arguments", "tool"]),
    ("messages", MESSAGES, ["system", "document", "document", "tool", "arguments"]),
    ("responses", RESPONSES, ["system", "user", "arguments", "tool"]),
    ("embeddings", {"model": "e", "input": ["SECRET", "SECRET"]}, ["user", "user"]),
    ("embeddings of tokens", {"model": "e", "input": [[1, 2]]}, []),
]  # fmt: skip


@pytest.mark.parametrize(("document", "channels"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_every_text_of_a_request_is_found_with_whose_words_it_is(document: dict[str, Any], channels: list[str]) -> None:
    assert [one.channel for one in texts_of_request(document) if SECRET in one.text] == channels


@pytest.mark.parametrize("document", [row[1] for row in FOUND], ids=[row[0] for row in FOUND])
def test_what_is_edited_is_gone_and_all_else_is_as_it_was(document: dict[str, Any]) -> None:
    before = json.dumps(document)
    texts = texts_of_request(document)
    edits = [
        Edit(text=number, start=at, end=at + len(SECRET), replacement='["X"]')
        for number, one in enumerate(texts)
        if (at := one.text.find(SECRET)) >= 0
    ]
    after = edited(document, texts, edits)
    assert json.dumps(document) == before
    assert not [one for one in texts_of_request(after) if SECRET in one.text]
    assert json.dumps(after).replace(r"[\"X\"]", SECRET).replace(r"[\\\"X\\\"]", SECRET).replace(" ", "") == json.dumps(
        document
    ).replace(" ", "")


ANSWERS = [
    ("chat", {"id": "SECRET", "choices": [{"index": 0, "message": {"role": "assistant", "content": "SECRET"},
      "logprobs": {"content": [{"token": "SECRET"}]}}], "model": "SECRET"}),
    ("messages", {"id": "x", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "SECRET"},
      {"type": "tool_use", "id": "t", "name": "f", "input": {"a": "SECRET"}}], "usage": {}}),
    ("responses", {"output": [{"type": "message", "content": [{"type": "output_text", "text": "SECRET"}]},
      {"type": "function_call", "arguments": '{"a": "SECRET"}'}], "output_text": "SECRET"}),
]  # fmt: skip


@pytest.mark.parametrize("document", [row[1] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_an_answer_is_edited_everywhere(document: dict[str, Any]) -> None:
    texts = texts_of_answer(document)
    edits = [
        Edit(text=number, start=at, end=at + len(SECRET), replacement="[X]")
        for number, one in enumerate(texts)
        if (at := one.text.find(SECRET)) >= 0
    ]
    after = edited(document, texts, edits)
    kept = {name: value for name, value in after.items() if name not in ("id", "model")}
    assert edits and SECRET not in json.dumps(kept)


def test_probabilities_of_edited_words_are_left_out() -> None:
    choice = {"message": {"content": "a SECRET"}, "logprobs": {"content": [{"token": "SEC"}, {"token": "RET"}]}}
    document = {"choices": [choice, {"message": {"content": "b"}, "logprobs": {"content": [{"token": "b"}]}}]}
    texts = texts_of_answer(document)
    after = edited(document, texts, [Edit(text=0, start=2, end=8, replacement="[X]")])
    assert after["choices"][0]["logprobs"] is None and after["choices"][1]["logprobs"] is not None


def test_probabilities_beside_a_piece_of_a_stream_go_with_it() -> None:
    piece = {"type": "response.output_text.delta", "delta": "a SECRET", "logprobs": [{"token": "SEC"}]}
    [text] = texts_of_event(piece)
    assert with_value(piece, text.path, "a ") == {**piece, "delta": "a ", "logprobs": []}


OF_JSON = [
    ("within a string", '{"a": "x 42 y"}', "42", "[N]", {"a": "x [N] y"}),
    ("a number", '{"a": 42, "b": 1}', "42", "[N]", {"a": "[N]", "b": 1}),
    ("a part of a number", '{"a": 1425}', "42", "[N]", {"a": "[N]"}),
    ("a quoted replacement", '{"a": "42"}', "42", '"', {"a": '"'}),
    ("across tokens", '{"a": 42, "b": "x"}', '42, "b": "x', "[N]", {"a": "[N]", "[N]": "[N]"}),
    ("across what holds it together", '{"a": {"b": 42}, "c": 1}', '42}, "c', "[N]", {"a": {"b": "[N]"}, "[N]": 1}),
    ("a part of an escape", r'{"a": "x\u0042y"}', "42", "[N]", {"a": "x[N]y"}),
    ("a word", '{"a": true}', "ru", "[N]", {"a": "[N]"}),
    ("signs alone", '{"a": [1, 2]}', "], "[:1], "[N]", {"a": [1, 2]}),
    ("an escape", r'{"a": "é 42"}', "42", "[N]", {"a": "é [N]"}),
]


@pytest.mark.parametrize(("text", "what", "new", "expected"), [row[1:] for row in OF_JSON], ids=[r[0] for r in OF_JSON])
def test_edited_arguments_stay_json(text: str, what: str, new: str, expected: Any) -> None:
    one = Text(path=("arguments",), channel="arguments", text=text, json="string")
    at = text.index(what)
    after = edited({"arguments": text}, [one], [Edit(text=0, start=at, end=at + len(what), replacement=new)])
    assert json.loads(after["arguments"]) == expected


def test_arguments_that_are_no_json_are_edited_as_text() -> None:
    one = Text(path=("arguments",), channel="arguments", text='{"a": 42', json="string")
    after = edited({"arguments": one.text}, [one], [Edit(text=0, start=6, end=8, replacement="[N]")])
    assert "42" not in after["arguments"]


def test_edits_that_overlap_become_one() -> None:
    one = Text(path=("x",), channel="user", text="abcdefgh")
    edits = [Edit(text=0, start=1, end=4, replacement="<1>"), Edit(text=0, start=3, end=7, replacement="<2>")]
    assert edited({"x": one.text}, [one], edits) == {"x": "a<2>h"}
    assert edited({"x": one.text}, [one], reversed(edits)) == {"x": "a<2>h"}


def test_texts_are_found_as_deep_as_json_can_be_written() -> None:
    deep: Any = "SECRET"
    for _ in range(250):
        deep = [deep]
    assert len(texts_of_request({"messages": deep})) == 1
    for _ in range(5_000):
        deep = [deep]
    assert texts_of_request({"messages": deep}) == ()


def test_what_an_event_has_beside_its_text_is_none() -> None:
    choice = {"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}
    chunk = {
        "id": "c",
        "model": "gpt-4o",
        "system_fingerprint": "fp_44709d6fcb",
        "choices": [choice],
        "obfuscation": "xYz",
    }
    assert [one.text for one in texts_of_event(chunk)] == ["Hi"]
    delta = {"type": "response.output_text.delta", "item_id": "m", "delta": "Hi", "obfuscation": "xYz"}
    assert [one.text for one in texts_of_event(delta)] == ["Hi"]


def test_the_arguments_of_a_streamed_call_are_json() -> None:
    [text] = texts_of_event({"type": "response.function_call_arguments.delta", "item_id": "i", "delta": '{"a'})
    assert (text.channel, text.json) == ("arguments", "string")
