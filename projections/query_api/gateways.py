"""``/v1/gateways``: the gateways of an organization as they last reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from keeptrusts.projections.query_api.asking import MIN_POSITION, refuse_unknown, time_of
from keeptrusts.projections.query_api.call import Call
from keeptrusts.projections.query_api.models import Gateway, Page
from keeptrusts.projections.query_api.relation import micros
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.frozen import frozen

PARAMETERS: Final = (MIN_POSITION,)
_SILENT_SECONDS: Final = 35
"""Gateways report every ten seconds; three missed reports are silence."""
_REMEMBERED: Final = timedelta(days=30)
_INCARNATIONS: Final = """
SELECT gateway, incarnation, argMax(report, (time, _offset)) AS last_report,
    toUnixTimestamp64Micro(max(time)) AS last_us,
    toUnixTimestamp64Micro(minIf(time, report = 'started')) AS started_us,
    argMaxIf(version, _offset, report = 'started') AS started_version,
    argMaxIf(listen, _offset, report = 'started') AS started_listen,
    argMaxIf(config_version, _offset, report != 'stopped') AS last_config,
    argMaxIf(requests, _offset, report = 'reported') AS last_requests,
    argMaxIf(in_flight, _offset, report = 'reported') AS last_in_flight,
    argMaxIf(unrecorded, _offset, report = 'reported') AS last_unrecorded,
    argMaxIf(providers, _offset, report = 'reported') AS last_providers
FROM gateway_reports
WHERE org = {org:String} AND time >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')
GROUP BY gateway, incarnation ORDER BY gateway, last_us LIMIT 10000"""


@frozen
class KnownGateway:
    """A gateway by name: its incarnations, oldest first, and how long it has been silent."""

    name: str
    state: str
    seconds_silent: float
    incarnations: tuple[dict[str, Any], ...]


async def gateways(call: Call) -> Page[Gateway]:
    """Answer ``GET /v1/gateways``."""
    refuse_unknown(call.parameters, (item.name for item in PARAMETERS))
    found = await known_gateways(call.deps.store, call.org, call.now)
    return Page[Gateway](data=[_gateway(item) for item in found], as_of=str(call.position()), lag_ms=call.lag_ms())


async def known_gateways(store: Store, org: str, now: datetime) -> list[KnownGateway]:
    """Give every gateway that gave a sign of life in the last 30 days."""
    answer = await store.query(_INCARNATIONS, {"org": org, "since_us": micros(now - _REMEMBERED)})
    by_name: dict[str, list[dict[str, Any]]] = {}
    for record in answer.records():
        by_name.setdefault(record["gateway"], []).append(record)
    return [_known(name, records, now) for name, records in sorted(by_name.items())]


def _known(name: str, records: Sequence[dict[str, Any]], now: datetime) -> KnownGateway:
    silent = (micros(now) - max(record["last_us"] for record in records)) / 1_000_000
    running = [record for record in records if record["last_report"] != "stopped"]
    if not running:
        state = "stopped"
    else:
        latest = max(record["last_us"] for record in running)
        state = "reporting" if (micros(now) - latest) / 1_000_000 <= _SILENT_SECONDS else "silent"
    return KnownGateway(name=name, state=state, seconds_silent=silent, incarnations=tuple(records))


def _gateway(item: KnownGateway) -> Gateway:
    newest = item.incarnations[-1]
    live = [record for record in item.incarnations if record["last_report"] != "stopped"] or [newest]
    unrecorded: dict[str, int] = {}
    for record in item.incarnations:
        for code, count in orjson.loads(record["last_unrecorded"] or "{}").items():
            unrecorded[code] = unrecorded.get(code, 0) + int(count)
    return Gateway(
        name=item.name,
        state=item.state,
        incarnations=len(live),
        last_seen=time_of(newest["last_us"]),
        started_at=time_of(newest["started_us"]) if newest["started_us"] > 0 else None,
        version=newest["started_version"] or None,
        listen=newest["started_listen"] or None,
        config_version=newest["last_config"] or None,
        requests=sum(int(record["last_requests"]) for record in item.incarnations),
        in_flight=sum(int(record["last_in_flight"]) for record in live),
        unrecorded=unrecorded,
        providers=orjson.loads(newest["last_providers"] or "[]"),
    )
