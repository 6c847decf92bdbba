"""Ids are well-formed, sortable by their time, and follow from what is passed in."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.schemas import ids
from keeptrusts.schemas.ids import Ids, derived, has_prefix, is_slug, prefixed, slug_of, uuid7

times = st.integers(0, 2**48 - 1)
entropies = st.binary(min_size=10, max_size=10)


@given(times, entropies)
def test_uuid7_has_version_variant_and_time(unix_ms: int, entropy: bytes) -> None:
    value = uuid.UUID(uuid7(unix_ms, entropy))
    assert str(value) == uuid7(unix_ms, entropy)
    assert (value.version, value.variant) == (7, uuid.RFC_4122)
    assert value.int >> 80 == unix_ms


@given(times, times, entropies, entropies)
def test_ids_sort_by_time(one: int, other: int, entropy: bytes, more: bytes) -> None:
    earlier, later = sorted((one, other))
    if earlier < later:
        assert uuid7(earlier, entropy) < uuid7(later, more)
        assert prefixed("team", earlier, entropy) < prefixed("team", later, more)


@given(times, entropies)
def test_prefixed_ids_are_recognized_by_their_prefix_only(unix_ms: int, entropy: bytes) -> None:
    value = prefixed(ids.TEAM, unix_ms, entropy)
    assert has_prefix(value, ids.TEAM) and not has_prefix(value, ids.KEY)


@given(times, entropies)
def test_prefixed_ids_are_crockfords_base32_of_time_and_entropy(unix_ms: int, entropy: bytes) -> None:
    value, written = unix_ms << 80 | int.from_bytes(entropy, "big"), ""
    for _ in range(26):
        value, digit = divmod(value, 32)
        written = "0123456789abcdefghjkmnpqrstvwxyz"[digit] + written
    assert prefixed(ids.TEAM, unix_ms, entropy) == f"team_{written}"


@pytest.mark.parametrize("size", [0, 9, 11])
def test_uuid7_refuses_another_amount_of_entropy(size: int) -> None:
    with pytest.raises(ValueError, match="10 bytes"):
        uuid7(0, bytes(size))


@pytest.mark.parametrize(
    "text",
    ["", "team", "team_", "team_x", f"team_{'0' * 25}", f"team_{'0' * 27}", f"team_{'l' * 26}", f"team_{'0' * 26}\n"],
)
def test_what_is_no_id_of_a_prefix(text: str) -> None:
    assert not has_prefix(text, "team")


def test_derived_ids_follow_from_their_parts_alone() -> None:
    assert derived("team", "a", "b") == derived("team", "a", "b")
    assert len({derived("team", *parts) for parts in (("a", "b"), ("ab",), ("a", "", "b"), ("b", "a"))}) == 4
    assert has_prefix(derived("team", "a"), "team")


def test_a_source_of_ids_uses_its_own_clock_and_entropy() -> None:
    source = Ids(now_ms=lambda: 1_775_034_000_123, entropy=lambda count: bytes(range(count)))
    assert source.event() == uuid7(1_775_034_000_123, bytes(range(10)))
    assert source.new("key") == prefixed("key", 1_775_034_000_123, bytes(range(10)))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Data Science", "data-science"),
        ("  R&D / Süd ", "r-d-sud"),
        ("日本", ""),
        ("--a--", "a"),
        ("x" * 80, "x" * 63),
        ("x" * 62 + " y", "x" * 62),
    ],
)
def test_names_become_slugs(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(max_size=200))
def test_a_slug_made_from_any_name_is_valid_or_empty(name: str) -> None:
    assert slug_of(name) == "" or is_slug(slug_of(name))


@pytest.mark.parametrize(
    ("text", "valid"),
    [("a", True), ("a-b", True), ("a" * 63, True), ("", False), ("a" * 64, False), ("-a", False), ("a-", False),
     ("A", False), ("a b", False), ("ä", False), ("a\n", False)],
)  # fmt: skip
def test_what_is_a_slug(text: str, valid: bool) -> None:
    assert is_slug(text) is valid
