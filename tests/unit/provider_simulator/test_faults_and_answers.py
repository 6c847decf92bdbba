"""The simulated provider's fault language, and answers that depend only on the question."""

from __future__ import annotations

import pytest

from keeptrusts.cli.provider_simulator.answer import answer_to, bill, input_tokens_of, output_tokens, text_of
from keeptrusts.cli.provider_simulator.faults import Behaviour, FaultError, parse_behaviour

_USUAL = Behaviour(latency=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", _USUAL),
        ("status=429, retry-after=2", Behaviour(latency=5, status=429, retry_after=2)),
        ("cut", Behaviour(latency=5, cut=3)),
        ("cut=7,garbage", Behaviour(latency=5, cut=7, garbage=True)),
        ("latency=250,wrong-usage", Behaviour(latency=250, wrong_usage=True)),
        ("cached=10, cache-write=4, reasoning=3", Behaviour(latency=5, cached=10, cache_write=4, reasoning=3)),
    ],
)
def test_words_become_a_behaviour(text: str, expected: Behaviour) -> None:
    assert parse_behaviour(text, _USUAL) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("explode", "unknown word 'explode'; known: bad-key"),
        ("status=200", "400 to 599"),
        ("status", "whole number"),
        ("latency=-1", "whole number"),
        ("cut=99999999", "whole number up to"),
        ("garbage=1", "takes no value"),
    ],
)
def test_other_words_are_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(FaultError, match=reason):
        parse_behaviour(text, _USUAL)


def _answer(question: str = "q", choice: int = 0, limit: int | None = None, **behaviour: int | bool) -> str:
    return answer_to(
        model="gpt-4o",
        question=question,
        choice=choice,
        limit=limit,
        behaviour=Behaviour(**behaviour),  # type: ignore[arg-type]  # one union type for all fields
        tool=None,
    ).text


def test_the_same_question_gets_the_same_answer_and_another_choice_another_one() -> None:
    assert _answer() == _answer()
    assert _answer() != _answer(choice=1)
    assert _answer("repeat  these words", echo=True) == "repeat these words"
    assert len(_answer(words=50).split()) == 50
    assert len(_answer(limit=4).split()) == 4


def test_a_bill_never_holds_more_cache_or_reasoning_than_there_is() -> None:
    billed = bill(input_tokens=10, produced=4, behaviour=Behaviour(cached=8, cache_write=8, reasoning=9))
    assert (billed.cache_read_tokens, billed.cache_write_tokens, billed.reasoning_tokens) == (8, 2, 4)


def test_only_words_that_were_sent_are_output() -> None:
    answer = answer_to(model="m", question="q", choice=0, limit=None, behaviour=Behaviour(words=20), tool=None)
    assert output_tokens((answer,), Behaviour()) == 20
    assert output_tokens((answer,), Behaviour(), pieces_sent=7) == 7
    assert output_tokens((answer,), Behaviour(reasoning=5), pieces_sent=0) == 5


def test_text_is_found_in_every_shape_of_a_message() -> None:
    parts = {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "input_text", "input_text": "two"}]}
    assert text_of(parts) == "one two"
    assert text_of({"role": "user", "content": None}) == ""
    assert input_tokens_of([{"role": "user", "content": "abcd" * 5}]) == 4 + 5
