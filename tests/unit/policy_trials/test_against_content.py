"""`kt policy lint --against --with-content`: recorded calls judged by what was captured of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.stub_api import Prepared, StubApi, stub_api

from keeptrusts.cli.commands.policy import policy

POLICY = """
policies:
  chain: [dlp-filter]
policy:
  dlp-filter: {secrets: false, blocked_terms: [zebra-4711], action: block, apply_to: WHERE}
"""
ASKED = {"model": "gpt-4o", "messages": [{"role": "user", "content": "about zebra-4711"}]}
ANSWERED = {"choices": [{"message": {"role": "assistant", "content": "zebra-4711 it is"}}]}
STREAMED = {"texts": [{"channel": "assistant", "text": "zebra-4711 it is"}], "truncated": False}
REDACTED = "its content was captured after redaction"
HARMLESS = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}


def content(part: str, of: Any, **more: Any) -> dict[str, Any]:
    return {"part": part, "captured": "full", "state": "kept", "truncated": False, "content": of, **more}


def event() -> dict[str, Any]:
    return {
        "id": "req_1", "time": "2026-11-01T00:01:00Z", "org": "org_1", "team": "support", "team_id": "team_1",
        "user_id": "mem_1", "role": "member", "key_id": "key_1", "gateway": "g1", "endpoint": "/v1/chat/completions",
        "requested_model": "gpt-4o", "model": "gpt-4o", "decision": "allow", "input_tokens": 10, "output_tokens": 5,
    }  # fmt: skip


def tried(api: StubApi, where: str, folder: Path, *arguments: str, of: dict[str, Any] | None = None) -> Result:
    (folder / "new.yaml").write_text(POLICY.replace("WHERE", where), "utf-8")
    api.on("GET /v1/events", Prepared(body={"data": [{**event(), **(of or {})}], "as_of": "0:9"}))
    known = {"KEEPTRUSTS_API_URL": api.url, "KEEPTRUSTS_API_TOKEN": "kt_ak_" + "a" * 20}
    line = ["lint", "--file", str(folder / "new.yaml"), "--against", "30d", "--format", "json", *arguments]
    return CliRunner().invoke(policy, line, env=known)


@pytest.mark.parametrize(
    ("where", "contents", "counted", "why"),
    [
        ("input", [content("input", ASKED)], "changed", None),
        ("input", [content("input", HARMLESS)], "unchanged", None),
        ("output", [content("input", HARMLESS), content("output", ANSWERED)], "changed", None),
        ("output", [content("input", HARMLESS), content("output", STREAMED)], "changed", None),
        ("output", [content("input", ASKED), content("output", HARMLESS)], "unchanged", None),
        ("both", [content("input", HARMLESS)], "undecided", "its answer was not captured"),
        ("input", [content("input", ASKED, captured="redacted")], "undecided", REDACTED),
        ("input", [content("input", "{\"mod", truncated=True)], "undecided", REDACTED),
        ("input", [content("input", None, state="erased")], "undecided", "its captured content is gone"),
        ("input", [content("excerpt", STREAMED)], "undecided", "no captured content"),
    ],
)  # fmt: skip
def test_what_was_captured_in_full_decides(
    tmp_path: Path, where: str, contents: list[Any], counted: str, why: str | None
) -> None:
    with stub_api() as api:
        api.on("GET /v1/events/req_1/content", Prepared(body={"data": {"request": "req_1", "contents": contents}}))
        result = tried(api, where, tmp_path, "--with-content")
    assert result.exit_code == 0, result.output
    against = json.loads(result.stdout)["against"]
    assert [name for name, count in against["counts"].items() if count] == [counted]
    assert [one["why"] for one in against["undecided"]] == ([] if why is None else [why])


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (404, "no captured content"),
        (410, "its captured content is gone"),
        (403, "this key may not read captured content"),
    ],
)
def test_what_cannot_be_read_leaves_the_call_undecided(tmp_path: Path, status: int, why: str) -> None:
    with stub_api() as api:
        api.on("GET /v1/events/req_1/content", Prepared(status=status, body={"status": status, "detail": "no"}))
        result = tried(api, "input", tmp_path, "--with-content")
    assert [one["why"] for one in json.loads(result.stdout)["against"]["undecided"]] == [why]


def test_nobody_s_texts_are_read_unless_that_was_asked_for(tmp_path: Path) -> None:
    with stub_api() as api:
        result = tried(api, "input", tmp_path)
        assert {one.path for one in api.asked} == {"/v1/events"}
    assert [one["why"] for one in json.loads(result.stdout)["against"]["undecided"]] == ["no captured content"]


def test_with_content_alone_is_said_to_need_against(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(POLICY.replace("WHERE", "input"), "utf-8")
    result = CliRunner().invoke(policy, ["lint", "--file", str(tmp_path / "new.yaml"), "--with-content"])
    assert result.exit_code == 2 and "--against" in result.output


def test_a_stream_that_was_redacted_as_it_was_released_does_not_say_what_would_be_found_in_it(tmp_path: Path) -> None:
    contents = [content("input", HARMLESS), content("output", {**STREAMED, "texts": []})]
    with stub_api() as api:
        api.on("GET /v1/events/req_1/content", Prepared(body={"data": {"request": "req_1", "contents": contents}}))
        result = tried(api, "both", tmp_path, "--with-content", of={"stream": True, "decision": "redact"})
    assert [one["why"] for one in json.loads(result.stdout)["against"]["undecided"]] == [REDACTED]
