"""Content keys and what they seal: what opens again, and everything that must not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.schemas.content_keys import (
    ContentKeyError,
    DataKey,
    new_data_key,
    period_is_over,
    period_of,
    unwrapped,
)
from keeptrusts.schemas.sealed_content import MOST_BYTES, Sealed, SealError, seal, unsealed
from keeptrusts.schemas.snapshots.codec import encode_derived
from keeptrusts.schemas.snapshots.content import ContentRecord, SubjectKey
from keeptrusts.schemas.topics import MAX_RECORD_BYTES

SECRETS = {1: b"s" * 32}
NAMES: dict[str, Any] = {"org": "org_a", "subject": "mem_ana", "period": "2026-04"}


def made(seed: int = 1, secrets: dict[int, bytes] = SECRETS, **named: Any) -> tuple[DataKey, SubjectKey]:
    names = {"identifier": "cky_1", "keep_days": 365, "erasures": 0, **NAMES, **named}
    return new_data_key(secrets=secrets, entropy=Random(seed).randbytes, **names)


def sealed(plain: bytes, key: DataKey, **named: Any) -> Sealed:
    names: dict[str, Any] = {"ref": "cnt_1", "request": "req_1", "part": "input", "captured": "full", **named}
    return seal(plain, key, entropy=Random(7).randbytes, **names)


@given(plain=st.binary(max_size=2_000))
def test_what_is_sealed_opens_with_the_key_its_record_keeps(plain: bytes) -> None:
    key, record = made()
    assert unwrapped(record, SECRETS) == key
    kept = sealed(plain, key)
    assert unsealed(kept.records, unwrapped(record, SECRETS)) == plain
    assert kept.hmac == key.digest(plain) == kept.records[0].hmac


def test_a_long_content_is_cut_into_records_that_the_broker_takes_and_comes_back_whole() -> None:
    key, _ = made()
    plain = Random(3).randbytes(MOST_BYTES)
    kept = sealed(plain, key)
    assert len(kept.records) == 18
    assert max(len(encode_derived(record)) for record in kept.records) < MAX_RECORD_BYTES
    assert len({record.nonce for record in kept.records}) == 18, "no nonce twice under one key"
    assert unsealed(kept.records[::-1], key) == plain
    assert all(record.truncated is None for record in kept.records)


def test_of_what_is_longer_than_may_be_kept_the_beginning_stays_and_says_so() -> None:
    key, _ = made()
    kept = sealed(b"a" * (MOST_BYTES + 1), key)
    assert unsealed(kept.records, key) == b"a" * MOST_BYTES
    assert {record.truncated for record in kept.records} == {True}


def test_nothing_of_a_content_is_in_clear_in_what_is_stored() -> None:
    key, record = made()
    canary = b"zebra-4711 of the canary"
    stored = b"".join(map(encode_derived, (record, *sealed(canary * 20, key).records)))
    for clear in (canary, b"zebra", base64.b64encode(canary)[:12], key.seal, key.mac):
        assert clear not in stored


def test_the_same_content_has_another_hmac_under_another_key_and_no_plain_digest() -> None:
    one, _ = made(seed=1)
    other, _ = made(seed=2)
    assert one.digest(b"yes") != other.digest(b"yes") and len(one.digest(b"yes")) == 64


@pytest.mark.parametrize(
    ("change", "secrets"),
    [
        ({"org": "org_b"}, SECRETS),
        ({"subject": "mem_bob"}, SECRETS),
        ({"period": "2026-05"}, SECRETS),
        ({"key_id": "cky_2"}, SECRETS),
        ({"wrapped": base64.b64encode(b"x" * 60).decode()}, SECRETS),
        ({"wrapped": "no base64 !"}, SECRETS),
        ({"wrapped": ""}, SECRETS),
        ({}, {1: b"t" * 32}),
        ({}, {2: b"s" * 32}),
        ({"secret_version": 2}, {1: b"s" * 32, 2: b"t" * 32}),
    ],
)
def test_a_key_unwraps_only_as_it_was_made(change: dict[str, Any], secrets: dict[int, bytes]) -> None:
    _, record = made()
    with pytest.raises(ContentKeyError) as refused:
        unwrapped(record.model_copy(update=change), secrets)
    assert "s" * 32 not in str(refused.value) and "cky_" in str(refused.value)


def test_a_new_key_is_wrapped_by_the_newest_secret_and_old_ones_still_unwrap() -> None:
    old, kept = made()
    both = {1: SECRETS[1], 2: b"n" * 32}
    _, newer = made(secrets=both)
    assert newer.secret_version == 2
    assert unwrapped(kept, both) == old


def test_two_makers_of_the_same_period_have_two_keys_that_both_open() -> None:
    one, kept_one = made(seed=1, identifier="cky_1")
    two, kept_two = made(seed=2, identifier="cky_2")
    for key, record in ((one, kept_one), (two, kept_two)):
        assert unsealed(sealed(b"hello", key).records, unwrapped(record, SECRETS)) == b"hello"
    with pytest.raises(SealError):
        unsealed(sealed(b"hello", one).records, two)


def test_without_a_key_secret_no_key_is_made() -> None:
    with pytest.raises(ContentKeyError, match="no key secret"):
        made(secrets={})


def _flipped(record: ContentRecord) -> ContentRecord:
    raw = bytearray(base64.b64decode(record.ciphertext))
    raw[len(raw) // 2] ^= 1
    return record.model_copy(update={"ciphertext": base64.b64encode(raw).decode()})


@pytest.mark.parametrize(
    "change",
    [
        _flipped,
        lambda record: record.model_copy(update={"nonce": base64.b64encode(b"n" * 12).decode()}),
        lambda record: record.model_copy(update={"request": "req_2"}),
        lambda record: record.model_copy(update={"ref": "cnt_2"}),
        lambda record: record.model_copy(update={"part": "output"}),
        lambda record: record.model_copy(update={"hmac": "0" * 64}),
        lambda record: record.model_copy(update={"ciphertext": "no base64 !"}),
        lambda record: record.model_copy(update={"ciphertext": ""}),
    ],
)
def test_a_record_that_was_changed_or_moved_does_not_open(change: Callable[[ContentRecord], ContentRecord]) -> None:
    key, _ = made()
    [record] = sealed(b"the content of zebra-4711", key).records
    with pytest.raises(SealError) as refused:
        unsealed([change(record)], key)
    assert "zebra" not in str(refused.value)


def test_pieces_that_are_missing_doubled_or_exchanged_do_not_open() -> None:
    key, _ = made()
    first, second, third = sealed(Random(5).randbytes(1_500_000), key).records
    exchanged = (
        first.model_copy(update={"ciphertext": second.ciphertext, "nonce": second.nonce}),
        second.model_copy(update={"ciphertext": first.ciphertext, "nonce": first.nonce}),
        third,
    )
    for records in ((first, third), (first, second), (first, second, second), exchanged, ()):
        with pytest.raises(SealError):
            unsealed(records, key)


@pytest.mark.parametrize(
    ("period", "keep_days", "now", "over"),
    [
        ("2026-04", 30, datetime(2026, 5, 30, 23, 59, tzinfo=UTC), False),
        ("2026-04", 30, datetime(2026, 5, 31, tzinfo=UTC), True),
        ("2026-12", 0, datetime(2026, 12, 31, 23, tzinfo=UTC), False),
        ("2026-12", 0, datetime(2027, 1, 1, tzinfo=UTC), True),
    ],
)
def test_a_period_is_over_once_its_last_day_is_older_than_the_retention(
    period: str, keep_days: int, now: datetime, over: bool
) -> None:
    assert period_is_over(period, keep_days, now) is over


def test_a_period_is_the_month() -> None:
    assert period_of(datetime(2026, 4, 1, 9, tzinfo=UTC)) == "2026-04"
