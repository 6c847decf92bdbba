"""Files of exports: the same bytes however rows are cut, read back by standard readers; charges as FOCUS has them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.projections.exports import focus
from keeptrusts.projections.exports.formats import writing
from keeptrusts.projections.exports.sources import SOURCES
from keeptrusts.schemas.commands.documents import ExportFormat
from keeptrusts.schemas.exports import EXPORTS, FORMATS

COLUMNS = ("id", "text", "number", "tags", "stream")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": TEXTS, "text": st.none() | TEXTS, "number": st.none() | st.integers(-(2**53), 2**53),
            "tags": st.dictionaries(TEXTS, TEXTS, max_size=2), "stream": st.booleans(),
        }
    ),
    max_size=6,
)  # fmt: skip


def written(form: ExportFormat, pieces: list[list[dict[str, Any]]]) -> bytes:
    made = writing(form, COLUMNS)
    return b"".join([made.begin(), *(made.rows(piece) for piece in pieces), made.end()])


@pytest.mark.parametrize("form", FORMATS)
@given(rows=ROWS, cut=st.integers(0, 6))
def test_cutting_rows_into_pieces_changes_no_byte(form: ExportFormat, rows: list[dict[str, Any]], cut: int) -> None:
    assert written(form, [rows[:cut], [], rows[cut:]]) == written(form, [rows])


@given(rows=ROWS)
def test_json_and_ndjson_are_read_back_as_they_were(rows: list[dict[str, Any]]) -> None:
    assert json.loads(written("json", [rows])) == rows
    assert [json.loads(line) for line in written("ndjson", [rows]).splitlines()] == rows


@given(rows=ROWS)
def test_csv_has_a_row_for_each_and_no_cell_that_a_spreadsheet_runs(rows: list[dict[str, Any]]) -> None:
    table = list(csv.reader(io.StringIO(written("csv", [rows]).decode(), newline="")))
    assert table[0] == list(COLUMNS) and len(table) == len(rows) + 1
    for cells, row in zip(table[1:], rows, strict=True):
        assert cells[2] == ("" if row["number"] is None else str(row["number"]))
        assert json.loads(cells[3].removeprefix("'")) == row["tags"]
        for cell, text in zip(cells[:2], (row["id"], row["text"] or ""), strict=True):
            assert cell == text or (cell == f"'{text}" and text[0] in "=+-@\t\r")
            assert not cell.startswith(("=", "@", "\t"))


def test_a_file_without_rows_is_well_formed() -> None:
    assert (written("csv", []), written("json", []), written("ndjson", [])) == (
        b"id,text,number,tags,stream\r\n", b"[]\n", b"",
    )  # fmt: skip


def test_a_format_that_is_not_written_is_refused() -> None:
    with pytest.raises(ValueError, match="parquet"):
        writing("parquet", COLUMNS)


def test_every_type_that_can_be_asked_for_has_rows() -> None:
    assert set(SOURCES) == set(EXPORTS)
    assert all(len(set(source.columns)) == len(source.columns) > 0 for source in SOURCES.values())


SUMS = {
    "team": "red", "team_id": "team_red", "user": "a@b.c", "user_id": "mem_a", "model": "gpt-4o", "provider": "openai",
    "requests": 12, "input_tokens": 1000, "output_tokens": 34, "cost": "0.000367001",
}  # fmt: skip


def test_a_charge_names_the_day_its_month_and_the_exact_cost() -> None:
    row = focus.charge(date(2026, 12, 31), SUMS, org="org_1", org_name="Acme")
    assert tuple(row) == focus.COLUMNS
    assert {row[name] for name in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")} == {"0.000367001"}
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == ("2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z")
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")
    assert (row["SubAccountId"], row["SubAccountName"], row["x_User"]) == ("team_red", "red", "a@b.c")
    assert (row["ConsumedQuantity"], row["PricingQuantity"], row["x_Requests"]) == (1034, 1034, 12)


@pytest.mark.parametrize("day", [date(2026, 2, 1), date(2028, 2, 29), date(2026, 1, 31)])
def test_a_billing_period_is_a_month(day: date) -> None:
    row = focus.charge(day, SUMS | {"model": None, "team": None}, org="org_1", org_name=None)
    begin, end = (date.fromisoformat(row[name][:10]) for name in ("BillingPeriodStart", "BillingPeriodEnd"))
    assert begin.day == end.day == 1 and begin <= day < end and (end - begin).days in (28, 29, 31)
    assert row["ChargeDescription"].startswith("unknown model")


MANDATORY = {
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart",
    "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit",
    "ProviderName", "PublisherName", "ServiceCategory", "ServiceName",
}  # fmt: skip


def test_every_mandatory_column_of_focus_is_there_and_ones_own_say_so() -> None:
    assert set(focus.COLUMNS) >= MANDATORY
    own = {name for name in focus.COLUMNS if name.startswith("x_")}
    assert own == {"x_InputTokens", "x_OutputTokens", "x_Requests", "x_User", "x_UserId"}
