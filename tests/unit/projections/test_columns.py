"""Rows and tables agree: every row's fields are its table's columns, in the same order."""

from __future__ import annotations

import pytest

from keeptrusts.projections.migrations import tables
from keeptrusts.projections.projectors.adoption_facts import AdoptionFactRow
from keeptrusts.projections.projectors.contents import ContentKeyRow, ContentRecordRow
from keeptrusts.projections.projectors.deliveries import DeliveryRow
from keeptrusts.projections.projectors.directory_values import DirectoryValueRow
from keeptrusts.projections.projectors.gateway_reports import GatewayReportRow
from keeptrusts.projections.projectors.holds import OpenHoldRow, PresumedHoldRow
from keeptrusts.projections.projectors.intent_outcomes import IntentOutcomeRow
from keeptrusts.projections.projectors.ledger_entries import LedgerEntryRow
from keeptrusts.projections.projectors.ledger_marks import LedgerMarkRow
from keeptrusts.projections.projectors.ledger_postings import LedgerPostingRow
from keeptrusts.projections.projectors.ledger_values import LedgerValueRow
from keeptrusts.projections.projectors.log import LogRow
from keeptrusts.projections.projectors.request_parts import RequestPartRow
from keeptrusts.projections.projectors.requests import OpenRequestRow, RequestRow
from keeptrusts.projections.query_api.relation import MASKS
from keeptrusts.projections.query_api.rows import COLUMNS
from keeptrusts.projections.writer.blocks import DERIVED_TABLES, EVENT_TABLES, columns_of
from keeptrusts.projections.writer.rebuild import TABLES

ROWS = {
    "log": LogRow, "request_parts": RequestPartRow, "requests": RequestRow, "requests_open": OpenRequestRow,
    "ledger_entries": LedgerEntryRow, "ledger_postings": LedgerPostingRow, "directory_values": DirectoryValueRow,
    "adoption_facts": AdoptionFactRow, "intent_outcomes": IntentOutcomeRow, "gateway_reports": GatewayReportRow,
    "holds_open": OpenHoldRow, "holds_presumed": PresumedHoldRow, "ledger_values": LedgerValueRow,
    "ledger_marks": LedgerMarkRow, "webhook_deliveries": DeliveryRow,
    "content_records": ContentRecordRow, "content_keys": ContentKeyRow,
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_rows_fields_are_its_tables_columns(name: str) -> None:
    assert {column for _, column in columns_of(ROWS[name])} == set(tables.BY_NAME[name].column_names)


def test_every_table_the_writer_fills_has_a_row_and_can_be_rebuilt_or_says_why_not() -> None:
    assert {*DERIVED_TABLES, *EVENT_TABLES} == set(ROWS)
    assert set(ROWS) - set(TABLES) == {"intent_outcomes", "webhook_deliveries"}  # their topics are kept for days only


def test_the_tenant_comes_first_in_every_order() -> None:
    for table in tables.ALL:
        assert table.order_by.startswith("(org, ") or table.name == "writer_progress", table.name


def test_masks_and_shown_columns_are_columns_of_requests() -> None:
    known = set(tables.REQUESTS.column_names)
    assert set(MASKS) <= known and set(COLUMNS) <= known
    in_the_end = {"input_bytes", "synthetic", "materialization_version", "_partition", "stream"}
    of_the_decision = {name for name in known if name.startswith("decided_")} | {
        "org", "request", "time", "team", "user", "role", "key_id", "project", "consumer_group", "tags", "gateway",
        "endpoint", "requested_model", "config_version",
    }  # fmt: skip
    assert known - set(MASKS) == of_the_decision | in_the_end
