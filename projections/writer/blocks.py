"""Rows to blocks of JSON lines: what one range puts into each table."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, Final, Protocol

import orjson

from keeptrusts.projections.projectors.adoption_facts import adoption_fact_rows
from keeptrusts.projections.projectors.contents import content_key_rows, content_record_rows
from keeptrusts.projections.projectors.deliveries import delivery_rows
from keeptrusts.projections.projectors.directory_values import directory_value_rows
from keeptrusts.projections.projectors.gateway_reports import gateway_report_rows
from keeptrusts.projections.projectors.holds import open_hold_rows, presumed_hold_rows
from keeptrusts.projections.projectors.intent_outcomes import intent_outcome_rows
from keeptrusts.projections.projectors.ledger_entries import ledger_entry_rows
from keeptrusts.projections.projectors.ledger_marks import ledger_mark_rows
from keeptrusts.projections.projectors.ledger_postings import ledger_posting_rows
from keeptrusts.projections.projectors.ledger_values import ledger_value_rows
from keeptrusts.projections.projectors.log import log_row, unknown_log_row
from keeptrusts.projections.projectors.place import DerivedRecord
from keeptrusts.projections.projectors.request_parts import request_part_rows
from keeptrusts.projections.projectors.requests import PriorRequest, ProjectedRequests, RequestKey, project_requests
from keeptrusts.projections.writer.decoding import Decoded
from keeptrusts.schemas.frozen import frozen


class Row(Protocol):
    """A frozen dataclass whose fields are its table's columns; ``partition`` and ``offset`` are its place."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def offset(self) -> int: ...


@frozen
class Block:
    """The rows of one range for one table."""

    table: str
    rows: tuple[Row, ...]


DERIVED_TABLES: Final[Mapping[str, Callable[[Sequence[DerivedRecord]], Sequence[Row]]]] = MappingProxyType(
    {
        "ledger_entries": ledger_entry_rows,
        "ledger_postings": ledger_posting_rows,
        "holds_open": open_hold_rows,
        "holds_presumed": presumed_hold_rows,
        "ledger_values": ledger_value_rows,
        "ledger_marks": ledger_mark_rows,
        "directory_values": directory_value_rows,
        "adoption_facts": adoption_fact_rows,
        "intent_outcomes": intent_outcome_rows,
        "webhook_deliveries": delivery_rows,
        "content_records": content_record_rows,
        "content_keys": content_key_rows,
    }
)
EVENT_TABLES: Final = ("log", "request_parts", "requests", "requests_open", "gateway_reports")


def record_blocks(decoded: Decoded) -> tuple[Block, ...]:
    """Give the blocks of a range of kt.events that each record makes by itself."""
    log = [*map(log_row, decoded.events), *map(unknown_log_row, decoded.unknown)]
    return _blocks(
        {
            "log": sorted(log, key=lambda row: row.offset),
            "request_parts": request_part_rows(decoded.events),
            "gateway_reports": gateway_report_rows(decoded.events),
        }
    )


def request_blocks(requests: ProjectedRequests) -> tuple[Block, ...]:
    """Give the blocks of joined requests. They must be written in this order, one after the other:

    a request leaves ``requests_open`` only when it is found in ``requests``.
    """
    return _blocks({"requests": requests.closed, "requests_open": requests.open})


def event_blocks(decoded: Decoded, prior: Mapping[RequestKey, PriorRequest]) -> tuple[Block, ...]:
    """Give all blocks of a range of kt.events."""
    return (*record_blocks(decoded), *request_blocks(project_requests(prior, decoded.events)))


def derived_blocks(decoded: Decoded) -> tuple[Block, ...]:
    """Give the blocks of a range of a derived topic."""
    return _blocks({name: project(decoded.derived) for name, project in DERIVED_TABLES.items()})


def _blocks(rows: Mapping[str, Sequence[Row]]) -> tuple[Block, ...]:
    return tuple(Block(table=name, rows=tuple(found)) for name, found in rows.items() if found)


def encode_rows(rows: Sequence[Row]) -> bytes:
    """Write rows as JSON lines; raises TypeError for a number that no column can hold."""
    if not rows:
        return b""
    names, columns = zip(*columns_of(type(rows[0])), strict=True)
    values = operator.attrgetter(*names)
    return b"\n".join(orjson.dumps(dict(zip(columns, values(row), strict=True))) for row in rows)


@lru_cache(maxsize=64)
def columns_of(kind: type[Row]) -> tuple[tuple[str, str], ...]:
    """Give (field, column) of a row type: the place's columns begin with an underscore."""
    return tuple(
        (item.name, f"_{item.name}" if item.name in ("partition", "offset") else item.name)
        for item in dataclasses.fields(kind)
    )
