"""Translations by data: each file holds a call in one wire and what a provider of another one makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.translations import (
    call_of,
    case_files,
    event_of,
    events_in,
    json_or_text,
    play,
    read_case,
    translation_of,
    usage_of,
    wire_of,
)

from keeptrusts.gateway.providers.translate.protocol import Inexpressible


def _cases(section: str) -> list[Any]:
    found = [(path, read_case(path)) for path in case_files()]
    return [pytest.param(path, case, id=f"{path.parent.name}/{path.stem}") for path, case in found if section in case]


@pytest.mark.parametrize(("path", "case"), _cases("request"))
def test_the_provider_is_sent_what_the_case_holds(path: Path, case: dict[str, Any]) -> None:
    sent = translation_of(path.parent.name).request(call_of(case))
    assert not isinstance(sent, Inexpressible), sent
    expected = case["request"]
    assert sent.path == expected["path"]
    assert json_or_text(sent.body) == (case["call"] if expected["body"] == "same" else expected["body"])
    assert dict(sent.headers) == expected.get("headers", {})
    assert sent.framing == expected.get("framing", "sse")


@pytest.mark.parametrize(("path", "case"), _cases("inexpressible"))
def test_what_the_provider_cannot_express_is_refused_by_its_path(path: Path, case: dict[str, Any]) -> None:
    sent = translation_of(path.parent.name).request(call_of(case))
    assert isinstance(sent, Inexpressible)
    assert sent.param == case["inexpressible"]
    assert sent.reason and sent.fix


@pytest.mark.parametrize(("path", "case"), _cases("answer"))
def test_the_caller_is_answered_in_its_own_wire(path: Path, case: dict[str, Any]) -> None:
    body = event_of([None, case["answer"]]).data
    read = translation_of(path.parent.name).answer(call_of(case), body)
    expected = case["read"]
    if expected.get("body") == "same":
        assert read.body == body
    elif "body" in expected:
        assert json_or_text(read.body) == expected["body"]
    assert read.valid is expected.get("valid", True)
    assert usage_of(read.usage) == expected["usage"]
    assert read.model == expected["model"]


@pytest.mark.parametrize(("path", "case"), _cases("error"))
def test_the_caller_is_told_of_an_error_in_its_own_wire(path: Path, case: dict[str, Any]) -> None:
    body = event_of([None, case["error"]["body"]]).data
    told = translation_of(path.parent.name).error(case["error"]["status"], body)
    if case["told"] == "same":
        assert told == body
    else:
        assert (None if told is None else json_or_text(told)) == case["told"]


@pytest.mark.parametrize(("path", "case"), _cases("stream"))
def test_the_caller_is_streamed_to_in_its_own_wire(path: Path, case: dict[str, Any]) -> None:
    events = [event_of(stored) for stored in case["stream"]]
    frames, end = play(translation_of(path.parent.name), call_of(case), events)
    expected = case["frames"]
    if expected == "same":
        expected = [stored for stored in case["stream"] if stored not in case["end"]["tail"]]
        assert frames == wire_of(expected)
    assert events_in(frames) == expected
    assert end == {"complete": True, "error": None, **case["end"]}
