"""A refusal of our key or account is told from one of the caller's request, whatever status a provider gives it."""

from __future__ import annotations

import orjson
import pytest

from keeptrusts.cli.provider_simulator import wires
from keeptrusts.gateway.providers.translate.credentials import refuses_our_account

GOOGLES = {"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT"}}
REASON = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
LOCALIZED = {"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "message": "API_KEY_INVALID"}


def google(*details: object) -> dict[str, object]:
    return {"error": {**GOOGLES["error"], "details": list(details)}}


CASES: list[tuple[str, int, object, bool]] = [
    ("any 401", 401, b"<html>", True),
    ("an account without means", 402, {"error": {"message": "Insufficient Balance"}}, True),
    ("any 403", 403, {"message": "The security token included in the request is expired"}, True),
    ("Google's wrong key", 400, google(LOCALIZED, REASON), True),
    ("the same on its OpenAI-compatible address", 400, [google(REASON)], True),
    ("Amazon's expired token by an older front end", 400,
     {"__type": "com.amazon.coral.service#ExpiredTokenException", "message": "m"}, True),
    ("Amazon's unknown token without a namespace", 400, {"__type": "UnrecognizedClientException"}, True),
    ("Anthropic's account without means", 400,
     {"type": "error", "error": {"type": "invalid_request_error",
      "message": "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."}}, True),
    ("another bad request of Anthropic's", 400,
     {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance"}}, False),
    ("Google's bad argument", 400, GOOGLES, False),
    ("a text that only speaks of the key", 400, google(LOCALIZED), False),
    ("two errors at once", 400, [google(REASON), google(REASON)], False),
    ("Amazon's bad argument", 400, {"__type": "ValidationException", "message": "m"}, False),
    ("a bad request of OpenAI's", 400, {"error": {"message": "m", "code": "API_KEY_INVALID"}}, False),
    ("details of another shape", 400, {"error": {"details": "API_KEY_INVALID"}}, False),
    ("a type that is no text", 400, {"__type": ["UnrecognizedClientException"]}, False),
    ("no JSON", 400, b"<html>", False),
    ("no error at all", 400, None, False),
    ("another status", 404, google(REASON), False),
]  # fmt: skip


@pytest.mark.parametrize(("what", "status", "body", "ours"), CASES, ids=[case[0] for case in CASES])
def test_a_refusal_of_our_account_is_recognized(what: str, status: int, body: object, ours: bool) -> None:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    assert refuses_our_account(status, data) is ours


WIRES = [wires.OPENAI, wires.AZURE, wires.ANTHROPIC, wires.GEMINI, wires.GEMINI_COMPATIBLE, wires.BEDROCK]


@pytest.mark.parametrize("wire", WIRES)
def test_every_provider_that_is_simulated_is_understood(wire: wires.Wire) -> None:
    wrong, bad = wire.wrong_key(), wire.words(400, "m")
    assert refuses_our_account(wrong.status, orjson.dumps(wrong.body))
    assert not refuses_our_account(bad.status, orjson.dumps(bad.body))
