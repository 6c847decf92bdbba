"""One governed call, recorded before it is answered, visible everywhere; and every way to ask for it wrongly."""

from __future__ import annotations

import http.client
import json
from typing import Any

import openai
import pytest
from support.left_behind import files
from support.slowness import kept_within
from support.stack import Stack, request

HEARD_S = 5.0
SECRET_TEXT = "the-canary-4711-must-not-be-anywhere"


def created(stack: Stack, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = stack.post(path, body)
    assert answer.status == 201, answer.body
    return answer.json()


@pytest.fixture(scope="session")
def team(stack: Stack) -> dict[str, Any]:
    return created(stack, "/v1/teams", {"name": "Platform Team", "description": "for tests"})


@pytest.fixture(scope="session")
def team_key(stack: Stack, team: dict[str, Any]) -> str:
    key = created(stack, "/v1/keys", {"team": team["id"], "name": "platform-ci"})["key"]
    assert wait_until_known(stack, key)
    return key


def wait_until_known(stack: Stack, key: str) -> bool:
    """A new key works as soon as the gateway has heard of it; the bound is the promise for revocation, 5 s."""
    return kept_within(HEARD_S, lambda: request("GET", f"{stack.gateway}/v1/models", token=key).status == 200)


def test_a_call_is_answered_billed_once_and_one_row_everywhere(
    stack: Stack, team: dict[str, Any], team_key: str
) -> None:
    before = len(stack.provider.bill())
    answer = stack.chat(key=team_key)
    assert answer.status == 200
    assert answer.json()["choices"][0]["message"]["content"]
    row = stack.event(answer)
    assert (row["team"], row["team_id"]) == ("platform-team", team["id"])
    assert (row["decision"], row["status"], row["model"], row["provider"]) == ("allow", 200, "gpt-4o", "openai")
    assert row["cost"] == answer.headers["x-keeptrusts-cost"]
    assert row["position"] == answer.headers["x-keeptrusts-position"]
    bill = stack.provider.bill()[before:]
    assert [line["request_id"] for line in bill] == [answer.headers["x-request-id"]]
    listed = stack.kt("events", "list", "--since", "1h", "--limit", "50", "--format", "json").stdout
    assert answer.headers["x-request-id"] in {event["request_id"] for event in json.loads(listed)}


def test_the_official_sdk_works_after_changing_base_url_and_key(stack: Stack, team_key: str) -> None:
    client = openai.OpenAI(base_url=f"{stack.gateway}/v1", api_key=team_key)
    completion = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])
    assert completion.choices[0].message.content
    assert "gpt-4o" in {model.id for model in client.models.list()}
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="no-such-model", messages=[{"role": "user", "content": "Hello"}])
    assert refused.value.code == "model_not_found"
    assert "req_" in str(refused.value)


def chat_body(model: object, **rest: object) -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": "x"}], **rest}).encode()


BAD_REQUESTS: list[tuple[str, bytes, int, str, str | None]] = [
    ("broken JSON", b'{"model": "gpt-4o", ', 422, "invalid_request", None),
    ("empty body", b"", 422, "invalid_request", None),
    ("no object", b"[]", 422, "invalid_request", None),
    ("no model", chat_body(None), 422, "invalid_request", "model"),
    ("model of wrong type", chat_body(5), 422, "invalid_request", "model"),
    ("messages missing", b'{"model": "gpt-4o"}', 422, "invalid_request", "messages"),
    ("messages empty", chat_body("gpt-4o", messages=[]), 422, "invalid_request", "messages"),
    ("message without role", chat_body("gpt-4o", messages=[{}]), 422, "invalid_request", "messages[0]"),
    ("stream of wrong type", chat_body("gpt-4o", stream=1), 422, "invalid_request", "stream"),
    ("unknown model", chat_body("nope-9"), 404, "model_not_found", "model"),
    ("what the wire of a target cannot say", chat_body("claude-sonnet-4-20250514", n=2), 422, "invalid_request", "n"),
]


@pytest.mark.parametrize(
    ("what", "body", "status", "code", "param"), BAD_REQUESTS, ids=[bad[0] for bad in BAD_REQUESTS]
)
def test_bad_input_is_refused_with_field_reason_and_fix_and_recorded(
    stack: Stack, team_key: str, what: str, body: bytes, status: int, code: str, param: str | None
) -> None:
    billed = len(stack.provider.bill())
    answer = request("POST", f"{stack.gateway}/v1/chat/completions", body=body, token=team_key)
    problem = answer.json()
    assert (answer.status, problem["code"], problem["error"]["code"], problem["error"]["param"]) == (
        status,
        code,
        code,
        param,
    )
    assert problem["fix"]
    assert answer.headers["x-should-retry"] == "false"
    row = stack.event(answer)
    assert (row["status"], row["decision"], row["reason"]) == (status, "refuse", code)
    assert len(stack.provider.bill()) == billed


def test_keys_that_are_wrong_revoked_or_of_the_other_kind_are_refused(stack: Stack, team: dict[str, Any]) -> None:
    other = created(stack, "/v1/keys", {"team": team["id"], "name": "short-lived"})
    assert wait_until_known(stack, other["key"])
    assert stack.post(f"/v1/keys/{other['id']}/revoke", {}).status == 200
    assert kept_within(HEARD_S, lambda: stack.chat(key=other["key"]).status != 200)
    revoked = stack.chat(key=other["key"])
    assert revoked.status == 401 and "revoked" in revoked.json()["error"]["message"]
    wrong = stack.chat(key=other["key"][:-1] + ("a" if other["key"][-1] != "a" else "b"))
    assert wrong.status == 401 and wrong.json()["code"] == "invalid_api_key"
    access = stack.chat(key=stack.credentials["token"])
    assert access.status == 401 and "gateway key" in access.json()["error"]["message"]
    missing = request("POST", f"{stack.gateway}/v1/chat/completions", body={})
    assert missing.status == 401 and "kt_gk_" in missing.json()["error"]["message"]
    swapped = stack.get("/v1/events", token=stack.credentials["gateway_key"])
    assert swapped.status == 401 and "access key" in swapped.json()["detail"]


def test_a_body_above_the_limit_and_an_encoded_one_are_refused(stack: Stack, team_key: str) -> None:
    huge = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "' + b"x" * (10 * 1024 * 1024) + b'"}]}'
    host = stack.gateway.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.putrequest("POST", "/v1/chat/completions")
    connection.putheader("Authorization", f"Bearer {team_key}")
    connection.putheader("Content-Length", str(len(huge)))
    connection.endheaders()
    answer = connection.getresponse()  # refused by its declared size, before the body is sent
    assert answer.status == 413 and json.loads(answer.read())["code"] == "request_too_large"
    connection.close()
    encoded = request(
        "POST", f"{stack.gateway}/v1/chat/completions", body=b"{}", token=team_key, headers={"Content-Encoding": "gzip"}
    )
    assert encoded.status == 415 and encoded.json()["code"] == "unsupported_encoding"


def test_a_path_or_method_that_is_not_served_names_what_is(stack: Stack, team_key: str) -> None:
    unknown = request("GET", f"{stack.gateway}/v1/nothing", token=team_key)
    assert unknown.status == 404 and "/v1/chat/completions" in unknown.json()["fix"]
    method = request("GET", f"{stack.gateway}/v1/chat/completions", token=team_key)
    assert method.status == 405 and method.json()["fix"] == "Use POST"
    wire = request("POST", f"{stack.gateway}/v1/messages", body={}, token=team_key)
    error = wire.json()["error"]
    assert wire.status == 422 and (error["type"], error["code"]) == ("invalid_request_error", "invalid_request")


def test_a_command_that_the_api_refuses_is_in_the_log_with_who_tried_it_and_the_code(stack: Stack) -> None:
    refused = stack.post("/v1/wallets/allocate", {"wallet": SECRET_TEXT, "amount": "-5"})
    later = stack.post("/v1/tickets/tkt_none/deny", {"reason": "none"})
    assert (refused.status, later.status) == (422, 404)
    request_id, position = refused.json()["request_id"], later.json()["position"]
    asked = f"/v1/log?type=kt.command.refused.v1&request={request_id}&min_position={position}"
    [row] = stack.get(asked).json()["data"]
    assert row["actor"].startswith("member:") and row["data"] == {
        "request": request_id, "method": "POST", "route": "/v1/wallets/allocate", "status": 422,
        "code": "invalid_request", "param": "amount",
    }  # fmt: skip
    shown = stack.kt("events", "list", "--raw", "--request", request_id, "--format", "json").stdout
    assert [one["data"] for one in json.loads(shown)] == [row["data"]]


def test_identity_headers_are_recorded_and_attributed(stack: Stack, team: dict[str, Any], team_key: str) -> None:
    member = created(stack, f"/v1/teams/{team['id']}/members", {"email": "ana@platform.example", "role": "member"})
    headers = {
        "X-User-Id": "ana@platform.example",
        "X-Keeptrusts-Project": "search",
        "X-Keeptrusts-Tags": "feature=ask,stage=beta",
    }
    rows: list[dict[str, Any]] = []

    def attributed() -> bool:
        rows.append(stack.event(stack.chat(key=team_key, headers=headers)))
        return bool(rows[-1]["user"] == "ana@platform.example")

    assert kept_within(HEARD_S, attributed), "the gateway or the query API never heard of the member"
    # Until the query API has read its directory again, a member whom the gateway knows already goes by the id.
    unheard = {"external:ana@platform.example", member["id"]}
    assert {row["user"] for row in rows[:-1]} <= unheard, "neither known nor unknown"
    assert (rows[-1]["user_id"], rows[-1]["project"]) == (member["id"], "search")
    assert rows[-1]["tags"] == {"feature": "ask", "stage": "beta"}
    unknown = stack.event(stack.chat(key=team_key, headers={"X-User-Id": "nobody@else.example"}))
    assert unknown["user"] == "external:nobody@else.example"
    bad = stack.chat(key=team_key, headers={"X-Keeptrusts-Tags": "no-equals-sign"})
    assert bad.status == 422 and bad.json()["error"]["param"] == "X-Keeptrusts-Tags"
    group = stack.chat(key=team_key, headers={"X-Keeptrusts-Consumer-Group": "nope"})
    assert group.status == 422 and "consumer group" in group.json()["error"]["message"]


def test_no_word_of_a_prompt_or_answer_is_in_events_logs_or_metrics(stack: Stack, team_key: str) -> None:
    answer = stack.chat(key=team_key, messages=[{"role": "user", "content": SECRET_TEXT}])
    assert answer.status == 200
    blocked = stack.chat(key=team_key, model="no-such-model", messages=[{"role": "user", "content": SECRET_TEXT}])
    assert blocked.status == 404 and SECRET_TEXT.encode() not in blocked.body
    stack.event(answer)
    stack.event(blocked)
    needle = SECRET_TEXT.encode()
    assert needle not in stack.get("/v1/log?limit=1000").body
    assert needle not in request("GET", f"{stack.gateway}/metrics").body
    searched = files(stack)
    assert any("kt.events" in path for path in searched)
    assert [path for path, content in searched.items() if needle in content] == []
