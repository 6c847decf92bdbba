"""A reader that stands still is told from one that has nothing to read."""

import pytest

from keeptrusts.schemas.standstill import LOOKS_BESIDE_OTHERS, Standstill, StandstillError

Look = tuple[dict[str, int], dict[str, int]]


def test_a_place_behind_which_nothing_moves_for_two_looks_stands_still() -> None:
    reader: Standstill[str] = Standstill()
    reader.look({"a": 5, "b": 9}, {"a": 7, "b": 9})
    with pytest.raises(StandstillError, match="from a at 5"):
        reader.look({"a": 5, "b": 9}, {"a": 8, "b": 11})


def test_a_place_may_wait_for_others_but_not_for_ever() -> None:
    reader: Standstill[str] = Standstill()
    for number in range(LOOKS_BESIDE_OTHERS - 1):
        reader.look({"a": 5, "b": number}, {"a": 7, "b": 1_000})
    with pytest.raises(StandstillError, match="from a at 5"):
        reader.look({"a": 5, "b": 999}, {"a": 7, "b": 1_000})


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([({"a": 5}, {"a": 5}), ({"a": 5}, {"a": 5})], id="nothing to read"),
        pytest.param([({"a": 5}, {"a": 7}), ({"a": 6}, {"a": 9})], id="slow, but it reads"),
        pytest.param([({"a": 5}, {"a": 5}), ({"a": 5}, {"a": 7})], id="more has only just come"),
        pytest.param([({"a": 5}, {"a": 7}), ({"a": 7}, {"a": 7}), ({"a": 7}, {"a": 9})], id="caught up in between"),
        pytest.param(
            [({"a": 5, "b": 0}, {"a": 7, "b": 9}), ({"a": 5, "b": 1}, {"a": 7, "b": 9})], id="the others come first"
        ),
    ],
)
def test_a_reader_that_moves_or_has_nothing_to_read_does_not(looks: list[Look]) -> None:
    reader: Standstill[str] = Standstill()
    for positions, ends in looks:
        reader.look(positions, ends)
