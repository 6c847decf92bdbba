"""Rows of ``gateway_reports``: signs of life of gateways."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from keeptrusts.projections.projectors.place import LoggedEvent, time_text
from keeptrusts.schemas.events.gateway import GatewayReported, GatewayStarted, GatewayStopped
from keeptrusts.schemas.frozen import frozen


@frozen
class GatewayReportRow:
    """A gateway incarnation started, reported or stopped. ``providers`` and ``unrecorded`` are JSON."""

    org: str
    gateway: str
    incarnation: str
    report: str
    time: str
    version: str = ""
    listen: str = ""
    config_version: str = ""
    requests: int = 0
    in_flight: int = 0
    ignored_identity_headers: int = 0
    unrecorded: str = "{}"
    providers: str = "[]"
    reason: str = ""
    partition: int
    offset: int


def gateway_report_rows(records: Sequence[LoggedEvent]) -> list[GatewayReportRow]:
    """Give one row for each sign of life."""
    return [row for logged in records if (row := _row(logged)) is not None]


def _row(logged: LoggedEvent) -> GatewayReportRow | None:
    event, place, data = logged.event, logged.place, logged.event.data
    if isinstance(data, GatewayStarted):
        return GatewayReportRow(
            org=event.org, gateway=data.gateway, incarnation=data.incarnation, report="started",
            time=time_text(event.time), version=data.version, listen=data.listen,
            config_version=data.config_version or "", partition=place.partition, offset=place.offset,
        )  # fmt: skip
    if isinstance(data, GatewayReported):
        return GatewayReportRow(
            org=event.org,
            gateway=data.gateway,
            incarnation=data.incarnation,
            report="reported",
            time=time_text(event.time),
            config_version=data.config_version or "",
            requests=data.requests,
            in_flight=data.in_flight,
            ignored_identity_headers=data.ignored_identity_headers,
            unrecorded=orjson.dumps(data.unrecorded, option=orjson.OPT_SORT_KEYS).decode(),
            providers=orjson.dumps([item.model_dump(mode="json") for item in data.providers]).decode(),
            partition=place.partition,
            offset=place.offset,
        )
    if isinstance(data, GatewayStopped):
        return GatewayReportRow(
            org=event.org, gateway=data.gateway, incarnation=data.incarnation, report="stopped",
            time=time_text(event.time), reason=data.reason, partition=place.partition, offset=place.offset,
        )  # fmt: skip
    return None
