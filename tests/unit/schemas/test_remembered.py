"""What a pure function gave is kept, within a bound."""

from __future__ import annotations

import pytest

from keeptrusts.schemas.remembered import remembered


def test_works_each_out_once_and_forgets_all_when_full() -> None:
    asked: list[int] = []

    @remembered(most=2)
    def squared(number: int) -> int:
        asked.append(number)
        return number * number

    assert [squared(number) for number in (2, 3, 2, 3)] == [4, 9, 4, 9]
    assert asked == [2, 3]
    assert squared(4) == 16
    assert squared(2) == 4 and asked == [2, 3, 4, 2]


def test_a_failure_is_not_kept() -> None:
    answers = iter((KeyError("no"), 7))

    @remembered(most=2)
    def answer(_: str) -> int:
        given = next(answers)
        if isinstance(given, Exception):
            raise given
        return given

    with pytest.raises(KeyError, match="no"):
        answer("a")
    assert answer("a") == 7
