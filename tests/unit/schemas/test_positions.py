"""Position tokens read back what they wrote and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.schemas.positions import Position, parse_position


@given(st.integers(0, 999_999), st.integers(0, 2**63 - 1))
def test_a_token_reads_back(partition: int, offset: int) -> None:
    position = Position(partition, offset)
    assert parse_position(str(position)) == position


@pytest.mark.parametrize(
    "text",
    ["", ":", "7", "7:", ":7", "-1:0", "0:-1", "07:1", "7:01", "7:1:2", "7 : 1", "7:1\n", "a:b", "1000000:0", "٧:1",
     f"7:{10**19}"],
)  # fmt: skip
def test_what_is_no_token_is_refused_with_the_expected_form(text: str) -> None:
    with pytest.raises(ValueError, match="<partition>:<offset>"):
        parse_position(text)


def test_positions_of_a_partition_are_ordered_by_offset() -> None:
    assert Position(1, 9) < Position(1, 10) < Position(2, 0)
