"""Answers that wait for a person, as reviewer and caller see them: approved as edited with `kt escalation`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.ports import free_port
from support.sdk import ADMIN_DISTANCE
from support.slowness import kept_within
from support.stack import Stack, running_gateway

POLICY = """
policies:
  chain: [human-oversight, audit-logger]
policy:
  human-oversight: {require_review: true, phase: output, timeout_seconds: 60}
  audit-logger: {capture: full, retention_days: 30}
"""
EDITED = "What a person has written instead."
SHOWN_S = 30.0


@pytest.fixture(scope="module")
def reviewing(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shared stack as callers of a second gateway see it, whose answers all wait for a person."""
    directory = tmp_path_factory.mktemp("reviewing")
    (directory / "policy.yaml").write_text(POLICY)
    port = free_port(ADMIN_DISTANCE)
    seen = replace(stack, gateway_port=port)
    with running_gateway(seen, "--config", "policy.yaml", "--port", str(port), "--name", "reviewing", cwd=directory):
        yield seen


def waiting(stack: Stack) -> dict[str, Any]:
    """Give the escalation that somebody is asked about now."""
    until = time.monotonic() + SHOWN_S
    while time.monotonic() < until:
        shown = json.loads(stack.kt("escalation", "list", "--state", "queued", "--format", "json").stdout)
        if shown:
            [one] = shown
            return dict(one)
    raise AssertionError("no escalation was shown in time")


def test_a_streamed_answer_is_given_as_a_reviewer_has_edited_it(reviewing: Stack, tmp_path: Path) -> None:
    stack = reviewing
    with ThreadPoolExecutor(max_workers=1) as caller:
        calling = caller.submit(stack.chat, stream=True)
        escalation = waiting(stack)
        assert not calling.done() and escalation["phase"] == "output"
        kept = json.loads(stack.kt("escalation", "show", escalation["id"], "--content", "--format", "json").stdout)
        [text] = kept["contents"][0]["content"]["texts"]
        file = tmp_path / "edited.json"
        file.write_text(json.dumps({"texts": [{**text, "text": EDITED}]}))
        stack.kt("escalation", "resolve", escalation["id"], "--approve", "--edited", str(file), "--note", "said better")
        answer = calling.result(SHOWN_S)
    assert answer.status == 200
    assert EDITED in said_of(answer.body) and b"[DONE]" in answer.body
    assert text["text"].encode() not in answer.body
    path = f"/v1/events/{answer.headers['x-request-id']}"
    assert kept_within(SHOWN_S, lambda: stack.get(path).json()["data"]["status"] == 200)
    assert stack.get(path).json()["data"]["decision"] == "escalate"
    ended = json.loads(stack.kt("escalation", "show", escalation["id"], "--format", "json").stdout)
    assert (ended["state"], ended["resolution"], ended["note"]) == ("resolved", "approved_edited", "said better")


def said_of(stream: bytes) -> str:
    """Give what the pieces of a stream say together."""
    events = [line[6:] for line in stream.decode().splitlines() if line.startswith("data: {")]
    choices = [choice for event in events for choice in json.loads(event)["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)
