"""The official SDKs for Node, unchanged but for base URL and key; one run of each does everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from support.sdk import DENIED_OPENAI, WEATHER_ARGUMENTS, Governed, run_node

STEPS = {
    "openai.mjs": (
        "plain", "stream", "tools", "streamedTools", "responses", "streamedResponses", "responsesTools", "embeddings",
        "models", "denied", "deniedStream", "unknownModel", "badRequest", "brokenStream", "abort",
    ),
    "anthropic.mjs": (
        "plain", "stream", "tools", "streamedTools", "countTokens", "denied", "deniedStream", "unknownModel",
        "badRequest", "brokenStream", "abort",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ran:
    """One SDK's run: what each step gave, and the project its events are under."""

    governed: Governed
    projects: dict[str, str]
    outcomes: dict[str, Any]

    def value(self, step: str) -> Any:
        outcome = self.outcomes[step]
        assert "value" in outcome, f"{step}: {outcome}"
        return outcome["value"]

    def error(self, step: str) -> dict[str, Any]:
        outcome: dict[str, Any] = self.outcomes[step]
        assert "error" in outcome, f"{step} raised nothing: {outcome}"
        return outcome

    def row(self, step: str) -> dict[str, Any]:
        return self.governed.only_row(self.projects[step])


def ran(governed: Governed, script: str) -> Ran:
    projects = {step: governed.project() for step in STEPS[script]}
    outcomes = run_node(script, governed, projects)
    assert outcomes.keys() == projects.keys()
    return Ran(governed, projects, outcomes)


@pytest.fixture(scope="module")
def openai(governed: Governed) -> Ran:
    return ran(governed, "openai.mjs")


@pytest.fixture(scope="module")
def anthropic(governed: Governed) -> Ran:
    return ran(governed, "anthropic.mjs")


@pytest.fixture(params=STEPS)
def either(request: pytest.FixtureRequest) -> Ran:
    found: Ran = request.getfixturevalue(request.param.removesuffix(".mjs"))
    return found


def test_plain_and_streamed_say_the_same(either: Ran) -> None:
    assert either.value("plain") and either.value("plain") == either.value("stream")
    assert either.row("plain")["cost"] == either.row("stream")["cost"] is not None


def test_tools_plain_and_streamed_in_fragments(either: Ran) -> None:
    assert either.value("tools") == either.value("streamedTools") == WEATHER_ARGUMENTS


def test_openais_other_apis(openai: Ran) -> None:
    assert openai.value("responses") and openai.value("streamedResponses")["text"] == openai.value("responses")
    assert openai.value("responsesTools") == WEATHER_ARGUMENTS
    assert openai.value("embeddings") == [16, 16]
    assert "gpt-4o" in openai.value("models") and DENIED_OPENAI not in openai.value("models")


def test_counting_tokens_costs_nothing(anthropic: Ran) -> None:
    assert anthropic.value("countTokens") > 0 and anthropic.row("countTokens")["cost"] is None


@pytest.mark.parametrize(
    ("step", "status", "code", "policy"),
    [
        ("denied", 403, "model_not_allowed", "model-access"),
        ("deniedStream", 403, "model_not_allowed", "model-access"),
        ("unknownModel", 404, "model_not_found", None),
    ],
)
def test_a_refusal_is_shown_with_its_reason_and_makes_one_event(
    either: Ran, step: str, status: int, code: str, policy: str | None
) -> None:
    error, row = either.error(step), either.row(step)
    assert (error["status"], error["code"]) == (status, code) == (row["status"], row["reason"])
    assert row["request_id"] in error["message"]
    if policy is not None:
        assert f"[{policy}]" in error["message"] and row["policy"] == policy


def test_errors_of_the_provider_reach_the_caller_in_its_own_words(either: Ran) -> None:
    error = either.error("badRequest")
    assert error["status"] == 400 and "Simulated failure with status 400" in error["message"]
    assert either.row("badRequest")["status"] == 400


def test_a_stream_that_breaks_off_raises_and_does_not_look_complete(either: Ran) -> None:
    assert either.row("brokenStream")["request_id"] in either.error("brokenStream")["message"]


def test_an_abort_in_the_middle_stops_the_provider_and_is_recorded(either: Ran) -> None:
    row = either.row("abort")
    assert either.governed.detail(row)["client_gone"] is True
    assert [line["ended"] for line in either.governed.bill(row)] == ["client_gone"]
