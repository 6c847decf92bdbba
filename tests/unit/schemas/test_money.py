"""Money is exact: what is read is what was written, and what cannot be exact is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from support.scenario import Scenario

from keeptrusts.schemas.codec import DecodeError, decode, encode
from keeptrusts.schemas.commands.wallets import WalletFundRequested, WalletRef
from keeptrusts.schemas.money import MAX_NANO, MoneyError, NanoUsd, format_usd, parse_usd

FIELD: TypeAdapter[int] = TypeAdapter(NanoUsd)
amounts = st.integers(-MAX_NANO, MAX_NANO)


@given(amounts)
def test_what_is_written_reads_back_exactly(nano: int) -> None:
    assert parse_usd(format_usd(nano)) == nano
    assert FIELD.validate_json(FIELD.dump_json(nano)) == nano


@given(st.decimals(-(10**9), 10**9, places=9))
def test_decimals_are_read_exactly(value: Decimal) -> None:
    assert Decimal(parse_usd(value)) == value * 10**9


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("1000.00", 1_000_000_000_000),
        ("1000", 1_000_000_000_000),
        ("0.000367", 367_000),
        ("0.000000001", 1),
        ("-2.50", -2_500_000_000),
        ("1.5000000000000", 1_500_000_000),
        (" 1 ", 1_000_000_000),
        ("-0", 0),
        (format_usd(MAX_NANO), MAX_NANO),
        (format_usd(-MAX_NANO), -MAX_NANO),
        (1000, 1_000_000_000_000),
        (Decimal("1E+3"), 1_000_000_000_000),
        (Decimal("12.50"), 12_500_000_000),
    ],
)
def test_what_can_be_read(text: Any, nano: int) -> None:
    assert parse_usd(text) == nano


@pytest.mark.parametrize(
    ("nano", "text"),
    [(0, "0.00"), (1, "0.000000001"), (367_000, "0.000367"), (10**9, "1.00"), (-1, "-0.000000001"),
     (1_234_567_890, "1.23456789"), (500_000_000, "0.50"), (MAX_NANO, "9223372036.854775807")],
)  # fmt: skip
def test_how_it_is_written(nano: int, text: str) -> None:
    assert format_usd(nano) == text


@pytest.mark.parametrize(
    "value",
    [
        1.5, 1000.0, float("nan"), float("inf"), True, False, None, [], {}, b"1",
        "", " ", "1e3", "1,000.00", "1.", ".5", "+1", "--1", "0x10", "NaN", "Infinity", "1_000", "١", "1 000", "$1",
        "0.0000000001", "1.0000000001", "12345678901", "9223372036.854775808", 10**10, -(10**10),
        Decimal("NaN"), Decimal("Infinity"), Decimal("1E+400"), Decimal("1E-10"),
    ],
    ids=repr,
)  # fmt: skip
def test_what_cannot_be_read_exactly_is_refused(value: Any) -> None:
    with pytest.raises(MoneyError):
        parse_usd(value)


@given(st.one_of(st.text(), st.floats(), st.booleans(), st.none(), st.binary()))
def test_nothing_but_a_money_error_is_ever_raised(value: Any) -> None:
    try:
        assert abs(parse_usd(value)) <= MAX_NANO
    except MoneyError as error:
        assert "amount must" in str(error)


@pytest.mark.parametrize("value", ["1e3", "x", "0.0000000001"])
def test_a_field_refuses_what_the_parser_refuses(value: str) -> None:
    with pytest.raises(ValidationError):
        FIELD.validate_python(value)


@pytest.mark.parametrize("value", [1.5, True, MAX_NANO + 1, -MAX_NANO - 1])
def test_a_field_takes_no_float_no_bool_and_nothing_out_of_range(value: Any) -> None:
    with pytest.raises(ValidationError):
        FIELD.validate_python(value)


def test_a_field_takes_an_int_made_in_code_as_nano_usd_and_writes_dollars() -> None:
    assert FIELD.validate_python(367_000) == 367_000
    assert FIELD.dump_json(367_000) == b'"0.000367"'


def test_an_integer_amount_in_a_record_is_refused_instead_of_misread() -> None:
    event = Scenario().event(
        WalletFundRequested(wallet=WalletRef(scope="organization", owner="org_1"), amount=1_000_000_000)
    )
    document = orjson.loads(encode(event))
    assert document["data"]["amount"] == "1.00"
    for wrong in (1, 1_000_000_000, 1.0):
        document["data"]["amount"] = wrong
        with pytest.raises(DecodeError, match=r"data\.amount"):
            decode(orjson.dumps(document))
