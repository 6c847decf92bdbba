"""Held answers that a reviewer has approved after editing them, plain and streamed, of every API."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from support.gateway import ORG, PROVIDED, SECRET, FakeConnection, FakeGateway, gateway, ok
from support.streams import ANTHROPIC, CHAT, RESPONSES_IN_FULL, StreamCase

from keeptrusts.gateway.pipeline.edited_answer import read_texts
from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.gateway.providers.translate.protocol import ClientApi
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.request import RequestCompleted, ReviewRequested
from keeptrusts.schemas.snapshots.grants import ReviewDecided

POLICY = """
pack: {name: reviewed, version: 1.0.0, enabled: true}
providers:
  targets:
    - {id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}
    - {id: anthropic, provider: anthropic, secret_key_ref: {env: ANTHROPIC_API_KEY}}
policies:
  chain: [human-oversight, dlp-filter, CHAINaudit-logger]
policy:
  human-oversight: {require_review: true, phase: output}
  dlp-filter: {secrets: false, blocked_terms: [zebra-4711], action: ACTION, apply_to: output}
  audit-logger: {capture: full}
"""
SECRETS = {"OPENAI_API_KEY": "sk-real", "ANTHROPIC_API_KEY": "sk-ant-real"}
EDITED = "as a person has written it"
SAID_LAST = "Written by a machine."


def made_for(action: str = "redact", chain: str = "") -> FakeGateway:
    return gateway(POLICY.replace("ACTION", action).replace("CHAIN", chain), environment=SECRETS)


async def approved_as(
    made: FakeGateway, edited: Any, connection: FakeConnection, api: ClientApi = "chat", **placed: Any
) -> tuple[Answer, Any]:
    """Have a held answer approved as edited; gives what the caller gets, and what the reviewer was shown.

    ``edited`` is what he writes; a text alone stands in the place of the only one.
    """
    calling = asyncio.create_task(
        model_call(made.services, made.call("engineering", {"x-user-id": "mem_ana"}), connection, api)
    )
    async with asyncio.timeout(5):
        while connection.tell is None or not reviews(made):  # noqa: ASYNC110 - nobody tells when a caller is watched
            await asyncio.sleep(0)
        [asked] = reviews(made)
        assert made.services.content is not None and asked.content_ref is not None and asked.phase == "output"
        shown = json.loads(made.contents.contents({1: SECRET})[asked.content_ref])
        written = json.dumps({"texts": [{"text": edited}]} if isinstance(edited, str) else edited).encode()
        names = {"org": ORG, "subject": "mem_ana", "request": asked.request, "part": "edited", **placed}
        where = await made.services.content.place(written, captured="full", keep_days=30, **names)
        decided = ReviewDecided(
            ledger=ORG, escalation=asked.escalation, request=asked.request, resolution="approved_edited",
            content_ref=where.ref, content_at=str(where.content_at), key_at=str(where.key_at),
        )  # fmt: skip
        made.services.reviews.tell(decided)
        return await calling, shown


def reviews(made: FakeGateway) -> list[ReviewRequested]:
    return [one.data for one in made.publisher.events if isinstance(one.data, ReviewRequested)]


def completed(made: FakeGateway) -> RequestCompleted:
    [completion] = [one.data for one in made.publisher.events if isinstance(one.data, RequestCompleted)]
    return completion


def asking() -> FakeConnection:
    return FakeConnection(
        body=json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}).encode()
    )


def content(answer: Answer) -> Any:
    return json.loads(answer.body)["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("chain", "written", "got"),
    [
        ("", EDITED, EDITED),
        ("", f"{EDITED} of zebra-4711", f"{EDITED} of [TERM]"),
        ("", "", ""),
        (f"{{disclaimer: {{text: {SAID_LAST}}}}}, ", EDITED, EDITED),
    ],
)
async def test_an_answer_that_was_approved_as_edited_is_given_as_edited(chain: str, written: str, got: str) -> None:
    made = made_for(chain=chain)
    answer, shown = await approved_as(made, written, asking())
    assert answer.status == 200 and content(answer) == got
    assert [one["text"].split("\n")[0] for one in shown["texts"]] == ["Hi"]
    completion = completed(made)
    assert (completion.status, completion.error, completion.verdict) == (200, None, "escalate")
    assert completion.output_bytes == len(answer.body)


async def test_what_the_policies_refuse_is_refused_whoever_wrote_it() -> None:
    made = made_for("block")
    answer, _ = await approved_as(made, f"{EDITED} of zebra-4711", asking())
    assert answer.status == 409 and json.loads(answer.body)["code"] == "output_blocked"
    assert EDITED.encode() not in answer.body
    assert (completed(made).reason, completed(made).verdict) == ("confidential_data", "block")


@pytest.mark.parametrize(
    ("written", "placed", "status", "code"),
    [
        ({"texts": []}, {}, 409, "output_blocked"),
        ({"texts": [{"text": "a"}, {"text": "b"}]}, {}, 409, "output_blocked"),
        ({"texts": [{"text": 7}]}, {}, 409, "output_blocked"),
        ({"messages": []}, {}, 409, "output_blocked"),
        (EDITED, {"request": "req_of_another"}, 503, "audit_unavailable"),
        (EDITED, {"subject": "mem_of_another"}, 503, "audit_unavailable"),
    ],
)
async def test_what_is_no_answer_or_of_another_call_is_not_given(
    written: Any, placed: dict[str, Any], status: int, code: str
) -> None:
    made = made_for()
    answer, _ = await approved_as(made, written, asking(), **placed)
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)
    assert completed(made).error == code and EDITED.encode() not in answer.body


async def test_arguments_of_a_tool_stay_json() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "pay", "arguments": '{"to": "Ann", "sum": 5}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    made = made_for()
    made.provider.result = ok({**PROVIDED, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    texts = [{"text": "pay"}, {"text": {"to": "Ann", "sum": 4}}]
    answer, shown = await approved_as(made, {"texts": texts}, asking())
    assert [one["text"] for one in shown["texts"]] == ["pay", '{"to": "Ann", "sum": 5}']
    [sent] = json.loads(answer.body)["choices"][0]["message"]["tool_calls"]
    assert json.loads(sent["function"]["arguments"]) == {"to": "Ann", "sum": 4}


@pytest.mark.parametrize("disclaimer", [False, True])
@pytest.mark.parametrize("case", [CHAT, ANTHROPIC, RESPONSES_IN_FULL], ids=lambda case: case.api)
async def test_a_stream_that_was_approved_as_edited_is_sent_as_edited(case: StreamCase, disclaimer: bool) -> None:
    made = made_for(chain=f"{{disclaimer: {{text: {SAID_LAST}}}}}, " if disclaimer else "")
    made.provider.pieces = list(case.pieces)
    connection = FakeConnection(body=case.body)
    await approved_as(made, EDITED, connection, case.api)
    sent = b"".join(connection.sent) + (connection.last or b"")
    assert EDITED.encode() in sent and b"One" not in sent and case.end in sent
    assert (SAID_LAST.encode() in sent) is disclaimer
    completion = completed(made)
    assert (completion.status, completion.error, completion.verdict) == (200, None, "escalate")


@pytest.mark.parametrize(
    ("text", "given", "read"),
    [
        (Text(path=("a",), channel="assistant", text="x"), "y", "y"),
        (Text(path=("a",), channel="assistant", text="x"), {"a": 1}, None),
        (Text(path=("a",), channel="arguments", text="{}", json="string"), '{"a": 1}', '{"a": 1}'),
        (Text(path=("a",), channel="arguments", text="{}", json="string"), "{", None),
        (Text(path=("a",), channel="arguments", text="{}", json="value"), {"a": 1}, '{"a":1}'),
        (Text(path=("a",), channel="arguments", text="{}", json="value"), None, None),
    ],
)
def test_what_a_reviewer_may_write(text: Text, given: Any, read: str | None) -> None:
    found = read_texts((text,), json.dumps({"texts": [{"text": given}]}).encode())
    if read is None:
        assert isinstance(found, Problem) and "texts[0].text" in found.message
    else:
        assert not isinstance(found, Problem) and [one.text for one in found] == [read]
