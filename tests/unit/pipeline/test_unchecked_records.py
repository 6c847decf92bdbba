"""Records that the pipeline makes without checking them are exactly what their models would have made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel
from support.gateway import FakeConnection, gateway, ok
from support.tiny_ledger import with_money

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure
from keeptrusts.schemas.codec import decode, encode
from keeptrusts.schemas.events.request import RequestDecided
from keeptrusts.schemas.record import format_time

POLICY = """
policies: {chain: [rbac, model-access, audit-logger]}
policy: {model-access: {allowed_models: [gpt-*]}}
wallets: {max_wait_seconds: 0}
providers:
  targets:
    - {id: openai, provider: openai}
    - {id: second, provider: openai}
"""
ANSWERS = {
    "an answer": ok(),
    "an answer without usage": ok({"id": "1", "object": "chat.completion", "choices": []}),
    "counts beyond what a record may carry": ok({"choices": [], "usage": {"prompt_tokens": 2**70}}),
    "a refusal": ok({"error": {"message": "no"}}, status=400),
    "a failure": ProviderFailure(kind="timeout", reason="too late", billed=True, elapsed_us=5),
}


def records_in(value: Any) -> Iterator[BaseModel]:
    """Give a record and those within it."""
    if isinstance(value, BaseModel):
        yield value
        for held in vars(value).values():
            yield from records_in(held)
    elif isinstance(value, tuple):
        for held in value:
            yield from records_in(held)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
@pytest.mark.parametrize("key", ["engineering", "support"])
@pytest.mark.parametrize("model", ["gpt-4o", 'gpt-4o"ü\N{GRINNING FACE}', "claude-sonnet-4-5"])
async def test_what_is_made_unchecked_is_what_the_model_makes(
    model: str, key: str, answer: ProviderAnswer | ProviderFailure
) -> None:
    made = gateway(POLICY)
    made.provider.result = answer
    body = json.dumps({"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    async with with_money(made, {"team:team_engineering": 10**12}):
        await model_call(made.services, made.call(key), FakeConnection(body=body), "chat")
    events = made.publisher.events
    assert any(isinstance(event.data, RequestDecided) for event in events)
    for event in events:
        assert decode(encode(event)) == event
        for one in records_in(event.data):
            assert list(vars(one)) == list(type(one).model_fields), "in the order it is written"
            assert type(one).model_validate(vars(one)) == one


@pytest.mark.parametrize("microsecond", [0, 1, 90_000, 999_999])
@pytest.mark.parametrize("year", [1, 999, 2026, 9999])
def test_a_time_is_written_with_six_digits_of_its_fraction(year: int, microsecond: int) -> None:
    moment = datetime(year, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC)
    assert format_time(moment) == f"{year:04d}-01-02T03:04:05.{microsecond:06d}Z"
