"""Bodies that no API takes: refused with the field, the reason and a fix, in the caller's shape, and recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.gateway import FakeConnection, gateway

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.gateway.providers.translate.protocol import ClientApi
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided

POLICY = (
    "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n"
    "    - {id: openai, provider: openai}\n    - {id: anthropic, provider: anthropic}\n"
)
SECRETS = {"OPENAI_API_KEY": "sk-real", "ANTHROPIC_API_KEY": "sk-ant-real"}
USER = [{"role": "user", "content": "Hello"}]
GOOD: dict[ClientApi, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", {"model": "gpt-4o", "messages": USER}),
    "messages": ("/v1/messages", {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": USER}),
    "count_tokens": ("/v1/messages/count_tokens", {"model": "claude-sonnet-4-5", "messages": USER}),
    "responses": ("/v1/responses", {"model": "gpt-4o", "input": "Hello"}),
    "embeddings": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "Hello"}),
}
MISSING = object()

EVERY_API: list[tuple[str, object, str | None]] = [
    ("nothing", b"", None),
    ("half a document", b'{"model": ', None),
    ("no object", b'["model"]', None),
    ("no text", b"\xff\xfe", None),
    ("not a number", b'{"model": "gpt-4o", "temperature": NaN}', None),
    ("no model", {"model": MISSING}, "model"),
    ("an empty model", {"model": "  "}, "model"),
    ("a model of the wrong kind", {"model": {"name": "gpt-4o"}}, "model"),
    ("a model with a line break", {"model": "gpt-4o\r\nX-Evil: 1"}, "model"),
    ("a model without end", {"model": "g" * 201}, "model"),
    ("stream of the wrong kind", {"stream": "yes"}, "stream"),
    ("user of the wrong kind", {"user": 5}, "user"),
    ("tools of the wrong kind", {"tools": {"a": 1}}, "tools"),
]
ONE_API: list[tuple[ClientApi, str, dict[str, object], str]] = [
    ("chat", "no messages", {"messages": MISSING}, "messages"),
    ("chat", "empty messages", {"messages": []}, "messages"),
    ("chat", "messages as a text", {"messages": "Hello"}, "messages"),
    ("chat", "a message without a role", {"messages": [*USER, {"content": "x"}]}, "messages[1]"),
    ("chat", "a message that is none", {"messages": ["Hello"]}, "messages[0]"),
    ("messages", "no max_tokens", {"max_tokens": MISSING}, "max_tokens"),
    ("messages", "max_tokens of nothing", {"max_tokens": 0}, "max_tokens"),
    ("messages", "max_tokens as a flag", {"max_tokens": True}, "max_tokens"),
    ("messages", "no messages", {"messages": MISSING}, "messages"),
    ("count_tokens", "no messages", {"messages": MISSING}, "messages"),
    ("count_tokens", "a message without a role", {"messages": [{}]}, "messages[0]"),
    ("responses", "no input", {"input": MISSING}, "input"),
    ("responses", "an input of the wrong kind", {"input": {"text": "x"}}, "input"),
    ("responses", "an answer in the background", {"background": True}, "background"),
    ("embeddings", "no input", {"input": MISSING}, "input"),
    ("embeddings", "an empty input", {"input": []}, "input"),
    ("embeddings", "an input of the wrong kind", {"input": 5}, "input"),
]
CASES = [(api, what, bad, param) for api in GOOD for what, bad, param in EVERY_API] + ONE_API


def body_of(api: ClientApi, bad: object) -> bytes:
    if isinstance(bad, bytes):
        return bad
    assert isinstance(bad, dict)
    changed = {**GOOD[api][1], **bad}
    return json.dumps({name: value for name, value in changed.items() if value is not MISSING}).encode()


@pytest.mark.parametrize(("api", "what", "bad", "param"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES])
async def test_a_bad_body_is_refused_with_field_reason_and_fix(
    api: ClientApi, what: str, bad: object, param: str | None
) -> None:
    made = gateway(POLICY, environment=SECRETS)
    plain = made.call("engineering")
    endpoint = GOOD[api][0]
    call = IncomingCall(request=plain.request, endpoint=endpoint, headers=plain.headers, started_ns=plain.started_ns)
    answer = await model_call(made.services, call, FakeConnection(body=body_of(api, bad)), api)
    assert answer.status == 422 and answer.headers["x-should-retry"] == "false"
    document = json.loads(answer.body)
    error = document["error"]
    assert error["code"] == "invalid_request" and call.request in error["message"]
    if api in ("messages", "count_tokens"):
        assert document["type"] == "error" and error["type"] == "invalid_request_error"
    else:
        assert error["param"] == param and document["fix"]
    assert made.provider.asked == []
    assert [type(event.data) for event in made.publisher.events] == [RequestDecided, RequestCompleted]
