"""What a pure function gave is kept, within a bound."""

from __future__ import annotations

from keeptrusts.schemas.remembered import Remembered


def test_works_each_out_once_and_forgets_all_when_full() -> None:
    asked: list[int] = []

    def squared(number: int) -> int:
        asked.append(number)
        return number * number

    squares = Remembered(squared, most=2)
    assert [squares[number] for number in (2, 3, 2, 3)] == [4, 9, 4, 9]
    assert asked == [2, 3]
    assert squares[4] == 16 and len(squares) == 1
    assert squares[2] == 4 and asked == [2, 3, 4, 2]


def test_a_failure_is_not_kept() -> None:
    answers = iter((ValueError("no"), 7))

    def answer(_: str) -> int:
        given = next(answers)
        if isinstance(given, Exception):
            raise given
        return given

    kept = Remembered(answer, most=2)
    try:
        kept["a"]
    except ValueError:
        pass
    else:
        raise AssertionError("the failure was swallowed")
    assert kept["a"] == 7
