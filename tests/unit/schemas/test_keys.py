"""Keys say their purpose, are looked up by prefix, and are compared by HMAC only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.schemas.commands.people import KeyPurpose
from keeptrusts.schemas.keys import ENTROPY_BYTES, ParsedKey, digest_matches, key_digest, new_key, parse_key

entropies = st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES)
PURPOSES: dict[KeyPurpose, str] = {"access": "kt_ak_", "gateway": "kt_gk_"}


@pytest.mark.parametrize(("purpose", "mark"), PURPOSES.items())
@given(entropy=entropies)
def test_a_new_key_is_read_back_with_its_purpose_and_prefix(purpose: KeyPurpose, mark: str, entropy: bytes) -> None:
    key = new_key(purpose, entropy)
    assert key.startswith(mark) and len(key) == len(mark) + ENTROPY_BYTES
    assert parse_key(key) == ParsedKey(purpose=purpose, prefix=key[: len(mark) + 8])


@given(entropies, entropies)
def test_the_secret_part_depends_on_all_of_the_entropy(one: bytes, other: bytes) -> None:
    keys = {new_key("gateway", bytes(40)[:index] + b"\xff" + bytes(39 - index)) for index in range(40)}
    assert len(keys) == 40
    assert (new_key("gateway", one) == new_key("gateway", other)) or one != other


@pytest.mark.parametrize("size", [0, 39, 41])
def test_another_amount_of_entropy_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="40 bytes"):
        new_key("gateway", bytes(size))


GOOD = new_key("gateway", bytes(range(40)))


@pytest.mark.parametrize(
    "text",
    ["", "kt_gk_", GOOD[:-1], GOOD + "0", GOOD + "\n", " " + GOOD, GOOD.replace("gk", "xk"), GOOD.upper(),
     GOOD.replace("kt_", "sk-"), GOOD[:-1] + "-", GOOD[:-1] + "é"],
)  # fmt: skip
def test_what_is_no_key_of_ours(text: str) -> None:
    assert parse_key(text) is None


@given(st.text(max_size=100))
def test_any_text_is_a_key_or_none_without_an_error(text: str) -> None:
    parsed = parse_key(text)
    assert parsed is None or text.startswith(parsed.prefix)


def test_a_digest_matches_its_key_and_secret_only() -> None:
    digest = key_digest(GOOD, b"secret")
    assert len(digest) == 64 and GOOD not in digest
    assert digest_matches(GOOD, b"secret", digest)
    assert not digest_matches(GOOD, b"other", digest)
    assert not digest_matches(GOOD[:-1] + "0", b"secret", digest)
    assert not digest_matches(GOOD, b"secret", "")
