"""Captured content as its owner sees it: kept, read, erased, gone; and nowhere on disk in clear, at any time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.left_behind import files
from support.ports import free_port
from support.sdk import ADMIN_DISTANCE
from support.slowness import kept_within
from support.stack import Stack, request, running_gateway

POLICY = """
policies:
  chain: [audit-logger]
policy:
  audit-logger: {capture: full, retention_days: 30}
"""
HEARD_S = 5.0


@pytest.fixture(scope="module")
def capturing(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shared stack as callers of a second gateway see it, which keeps texts in full."""
    directory = tmp_path_factory.mktemp("capturing")
    (directory / "policy.yaml").write_text(POLICY)
    port = free_port(ADMIN_DISTANCE)
    seen = replace(stack, gateway_port=port)
    arguments = ("--config", "policy.yaml", "--port", str(port), "--name", "capturing")
    with running_gateway(seen, *arguments, cwd=directory):
        yield seen


def canary() -> str:
    """A text that is nowhere else, with letters that no packing leaves as they are by chance."""
    return f"the-canary-{os.urandom(12).hex()}"


def leaking(stack: Stack, text: str) -> list[str]:
    """Give the files of the data directory that hold a text: the broker's, the tables', logs and all others."""
    searched = files(stack)
    assert any("kt.content" in path for path in searched)
    return [path for path, content in searched.items() if text.encode() in content]


def content_of(stack: Stack, request_id: str, *, check: bool = True) -> tuple[int, str]:
    done = stack.kt("events", "content", request_id, "--format", "json", check=check)
    return done.returncode, done.stdout + done.stderr


def test_what_was_captured_is_read_by_its_owner_erased_with_the_person_and_nowhere_in_clear(capturing: Stack) -> None:
    stack, text = capturing, canary()
    member = stack.post("/v1/members", {"email": "erased@acme.example"}).json()["id"]
    speaking = {"X-User-Id": "erased@acme.example"}
    assert kept_within(HEARD_S, lambda: stack.event(stack.chat(headers=speaking))["user"] == "erased@acme.example")
    asked = stack.chat(headers=speaking, messages=[{"role": "user", "content": text}])
    streamed = stack.chat(headers=speaking, stream=True, messages=[{"role": "user", "content": text}])
    assert (asked.status, streamed.status) == (200, 200)
    identifier = asked.headers["x-request-id"]
    stack.event(asked)
    assert stack.get(f"/v1/log?request={identifier}").body.count(b"content_ref") == 2
    _, shown = content_of(stack, identifier)
    parts = {one["part"]: one["content"] for one in json.loads(shown)["contents"]}
    assert parts["input"]["messages"][0]["content"] == text
    assert parts["output"]["choices"][0]["message"]["content"] == asked.json()["choices"][0]["message"]["content"]
    _, of_stream = content_of(stack, streamed.headers["x-request-id"])
    assert text in of_stream and '"texts"' in of_stream
    assert leaking(stack, text) == []

    erased = json.loads(
        stack.kt("privacy", "erase", "--subject", "erased@acme.example", "--reason", "asked", "--format", "json").stdout
    )
    assert (erased["subject"], erased["state"]) == (member, "erased")
    code, said = content_of(stack, identifier, check=False)
    assert code == 10 and "erased" in said and text not in said
    row = stack.event(asked)
    assert (row["user"], row["status"]) == ("erased@acme.example", 200), "the record of the call stays"
    later = stack.chat(headers=speaking, messages=[{"role": "user", "content": "later"}])
    stack.event(later)
    assert content_of(stack, later.headers["x-request-id"])[0] == 0, "what came afterwards has another key"
    assert leaking(stack, text) == []
    read = stack.get("/v1/log?type=kt.content.read.v1&limit=100").json()["data"]
    assert {one["subject"] for one in read} >= {identifier, later.headers["x-request-id"]}


def test_the_gateway_that_captures_nothing_has_nothing_to_show(stack: Stack, capturing: Stack) -> None:
    text = canary()
    answer = stack.chat(messages=[{"role": "user", "content": text}])
    stack.event(answer)
    code, said = content_of(stack, answer.headers["x-request-id"], check=False)
    assert code == 3 and "nothing was captured" in said
    assert leaking(stack, text) == []
    assert request("GET", f"{stack.gateway}/metrics").body.find(text.encode()) == -1
