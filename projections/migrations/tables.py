"""Every table as it is after the last migration."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from keeptrusts.projections.migrations.table import Table, View

_TIME: Final = "DateTime64(6, 'UTC')"
_LABEL: Final = "LowCardinality(String)"
_PLACE: Final = (("_partition", "UInt32"), ("_offset", "UInt64"))
_NEAR_OFFSET: Final = "near_offset _offset TYPE minmax GRANULARITY 1"

LOG: Final = Table(
    name="log",
    columns=(
        ("org", "String"), ("type", _LABEL), ("id", "String"), ("source", _LABEL), ("subject", "String"),
        ("actor", _LABEL), ("time", _TIME), ("correlationid", "String"), ("causationid", "String"),
        ("sequence", "Int64"), ("synthetic", "Bool"), ("known", "Bool"), ("value", "String CODEC(ZSTD(3))"),
        ("appended_at", "DateTime64(3, 'UTC')"), *_PLACE,
    ),
    order_by="(org, _partition, _offset)",
    indexes=("near_time time TYPE minmax GRANULARITY 1",),
)  # fmt: skip

REQUEST_PARTS: Final = Table(
    name="request_parts",
    columns=(
        ("org", "String"), ("request", "String"), ("part", _LABEL), ("attempt", "UInt64"), ("event_id", "String"),
        *_PLACE,
    ),
    order_by="(org, request, _offset)",
    indexes=("by_event event_id TYPE bloom_filter GRANULARITY 1",),
)  # fmt: skip

_REQUEST_COLUMNS: Final = (
    ("org", "String"), ("request", "String"), ("time", _TIME), ("team", _LABEL), ("user", _LABEL), ("role", _LABEL),
    ("key_id", _LABEL), ("project", _LABEL), ("consumer_group", _LABEL),
    ("tags", "Map(LowCardinality(String), String)"),
    ("gateway", _LABEL), ("endpoint", _LABEL), ("requested_model", _LABEL), ("stream", "Bool"),
    ("input_bytes", "UInt64"), ("config_version", _LABEL),
    ("decided_verdict", _LABEL), ("decided_reason", _LABEL), ("decided_policy", _LABEL), ("decided_target", _LABEL),
    ("decided_provider", _LABEL), ("decided_model", _LABEL), ("decided_offset", "Int64"),
    ("state", _LABEL), ("verdict", _LABEL), ("reason", _LABEL), ("policy", _LABEL), ("target", _LABEL),
    ("provider", _LABEL), ("model", _LABEL), ("status", "UInt16"), ("provider_status", "Int64"),
    ("attempts", "UInt64"), ("usage_basis", _LABEL), ("input_tokens", "UInt64"), ("cached_tokens", "UInt64"),
    ("cache_write_tokens", "UInt64"), ("output_tokens", "UInt64"), ("reasoning_tokens", "UInt64"),
    ("cost", "Nullable(Int64)"), ("cost_state", _LABEL), ("price_version", _LABEL), ("latency_us", "UInt64"),
    ("provider_us", "Nullable(UInt64)"), ("first_token_us", "Nullable(UInt64)"), ("output_bytes", "UInt64"),
    ("error", _LABEL), ("client_gone", "Bool"), ("synthetic", "Bool"), ("materialization_version", "UInt8"), *_PLACE,
)  # fmt: skip

REQUESTS: Final = Table(
    name="requests", columns=_REQUEST_COLUMNS, order_by="(org, time, request)", indexes=(_NEAR_OFFSET,)
)

REQUESTS_OPEN: Final = Table(
    name="requests_open",
    columns=(*_REQUEST_COLUMNS, ("sign", "Int8")),
    order_by="(org, request)",
    engine="CollapsingMergeTree(sign)",
)

_LATENCIES: Final = (
    ("latency_us", "AggregateFunction(quantilesDD(0.01, 0.5, 0.95), UInt64)"),
    ("last_offset", "SimpleAggregateFunction(max, UInt64)"),
)


def _latency_view(table: Table, dimensions: str) -> View:
    """Give the view that feeds a table of latencies a day. Their states are dear to read, so fewer are kept there."""
    return View(
        name=f"{table.name}_v1",
        source="requests",
        target=table.name,
        select=f"""
SELECT org, toDate(time, 'UTC') AS day, {dimensions},
    quantilesDDState(0.01, 0.5, 0.95)(requests.latency_us) AS latency_us, max(_offset) AS last_offset
FROM requests
WHERE materialization_version = 1 AND state = 'completed'
GROUP BY org, day, {dimensions}""",
    )


_DIMENSIONS: Final = (
    "team, user, gateway, project, consumer_group, requested_model, model, provider, verdict, policy, status, state"
)

REQUESTS_DAILY: Final = Table(
    name="requests_daily",
    columns=(
        ("org", "String"), ("day", "Date"), ("team", _LABEL), ("user", _LABEL), ("gateway", _LABEL),
        ("project", _LABEL), ("consumer_group", _LABEL), ("requested_model", _LABEL), ("model", _LABEL),
        ("provider", _LABEL), ("verdict", _LABEL), ("policy", _LABEL), ("status", "UInt16"), ("state", _LABEL),
        ("requests", "SimpleAggregateFunction(sum, UInt64)"),
        ("input_tokens", "SimpleAggregateFunction(sum, UInt64)"),
        ("output_tokens", "SimpleAggregateFunction(sum, UInt64)"),
        ("cost", "SimpleAggregateFunction(sum, Int128)"),
        ("latency_us", "AggregateFunction(quantilesDD(0.01, 0.5, 0.95), UInt64)"),
        ("first_seen", f"SimpleAggregateFunction(min, {_TIME})"),
        ("last_seen", f"SimpleAggregateFunction(max, {_TIME})"),
        ("last_offset", "SimpleAggregateFunction(max, UInt64)"),
    ),
    order_by=f"(org, day, {_DIMENSIONS})",
    engine="AggregatingMergeTree",
)  # fmt: skip

REQUESTS_DAILY_VIEW: Final = View(
    name="requests_daily_v1",
    source="requests",
    target="requests_daily",
    select=f"""
SELECT org, toDate(time, 'UTC') AS day, {_DIMENSIONS},
    count() AS requests, sum(requests.input_tokens) AS input_tokens, sum(requests.output_tokens) AS output_tokens,
    toInt128(sum(ifNull(requests.cost, 0))) AS cost,
    quantilesDDState(0.01, 0.5, 0.95)(requests.latency_us) AS latency_us,
    min(time) AS first_seen, max(time) AS last_seen, max(_offset) AS last_offset
FROM requests
WHERE materialization_version = 1
GROUP BY org, day, {_DIMENSIONS}""",
)

LATENCY_BY_TEAM: Final = Table(
    name="latency_by_team",
    columns=(
        ("org", "String"), ("day", "Date"), ("team", _LABEL), ("model", _LABEL), ("provider", _LABEL),
        ("verdict", _LABEL), *_LATENCIES,
    ),
    order_by="(org, day, team, model, provider, verdict)",
    engine="AggregatingMergeTree",
)  # fmt: skip

LATENCY_BY_TEAM_VIEW: Final = _latency_view(LATENCY_BY_TEAM, "team, model, provider, verdict")

LATENCY_BY_USER: Final = Table(
    name="latency_by_user",
    columns=(("org", "String"), ("day", "Date"), ("team", _LABEL), ("user", _LABEL), *_LATENCIES),
    order_by="(org, day, team, user)",
    engine="AggregatingMergeTree",
)

LATENCY_BY_USER_VIEW: Final = _latency_view(LATENCY_BY_USER, "team, user")

LEDGER_ENTRIES: Final = Table(
    name="ledger_entries",
    columns=(
        ("org", "String"), ("seq", "UInt64"), ("outcome", _LABEL), ("reason", _LABEL), ("message", "String"),
        ("request", "String"), ("cause_partition", "UInt32"), ("cause_offset", "UInt64"), ("cause_id", "String"),
        ("cause_type", _LABEL), ("actor", _LABEL), ("subject", "String"), ("time", _TIME), ("ledger_time", _TIME),
        ("rules_version", "UInt64"), ("prev_hash", "String"), ("hash", "String"),
        ("value", "String CODEC(ZSTD(3))"), *_PLACE,
    ),
    order_by="(org, seq)",
)  # fmt: skip

LEDGER_POSTINGS: Final = Table(
    name="ledger_postings",
    columns=(
        ("org", "String"), ("wallet", _LABEL), ("part", _LABEL), ("account", _LABEL), ("seq", "UInt64"),
        ("n", "UInt32"), ("amount", "Int64"), ("outcome", _LABEL), ("cause_id", "String"), ("cause_type", _LABEL),
        ("cause_offset", "UInt64"), ("actor", _LABEL), ("request", "String"), ("time", _TIME), *_PLACE,
    ),
    order_by="(org, wallet, part, seq, n)",
)  # fmt: skip

HOLDS_OPEN: Final = Table(
    name="holds_open",
    columns=(
        ("org", "String"), ("hold", "String"), ("request", "String"), ("owner", "String"), ("account", "String"),
        ("amount", "Int64"), ("draws", "String"), ("price_version", _LABEL), ("opened_at", _TIME),
        ("deadline_at", _TIME), ("cause_offset", "UInt64"), ("sign", "Int8"), *_PLACE,
    ),
    order_by="(org, hold)",
    engine="CollapsingMergeTree(sign)",
)  # fmt: skip

HOLDS_PRESUMED: Final = Table(
    name="holds_presumed",
    columns=(
        ("org", "String"), ("hold", "String"), ("charged", "Int64"), ("presumed_at", _TIME),
        ("cause_offset", "UInt64"), ("sign", "Int8"), *_PLACE,
    ),
    order_by="(org, hold)",
    engine="CollapsingMergeTree(sign)",
)  # fmt: skip

LEDGER_VALUES: Final = Table(
    name="ledger_values",
    columns=(
        ("org", "String"), ("kind", _LABEL), ("id", "String"), ("state", _LABEL), ("team", _LABEL), ("user", _LABEL),
        ("account", "String"), ("changed_at", _TIME), ("value", "String"), ("cause_offset", "UInt64"), *_PLACE,
    ),
    order_by="(org, kind, id)",
    engine="ReplacingMergeTree(_offset)",
)  # fmt: skip

LEDGER_MARKS: Final = Table(
    name="ledger_marks",
    columns=(
        ("org", "String"), ("account", "String"), ("seq", "UInt64"), ("n", "UInt32"), ("mark", _LABEL),
        ("of", _LABEL), ("percent", "UInt16"), ("amount", "Int64"), ("size", "Int64"), ("reached_at", _TIME),
        ("cause_id", "String"), ("request", "String"), ("cause_offset", "UInt64"), *_PLACE,
    ),
    order_by="(org, account, seq, n)",
)  # fmt: skip

DIRECTORY_VALUES: Final = Table(
    name="directory_values",
    columns=(
        ("org", "String"), ("kind", _LABEL), ("id", "String"), ("prefix", "String"), ("previous_prefix", "String"),
        ("value", "String"), *_PLACE,
    ),
    order_by="(org, kind, id)",
    engine="ReplacingMergeTree(_offset)",
)  # fmt: skip

ADOPTION_FACTS: Final = Table(
    name="adoption_facts",
    columns=(
        ("org", "String"), ("fact", _LABEL), ("at", _TIME), ("user", _LABEL), ("team", _LABEL), ("model", _LABEL),
        ("phase", _LABEL), ("since_joined_seconds", "Nullable(Int64)"), ("seq", "UInt64"), ("n", "UInt32"),
        ("cause_offset", "UInt64"), *_PLACE,
    ),
    order_by="(org, fact, at, seq, n)",
)  # fmt: skip

INTENT_OUTCOMES: Final = Table(
    name="intent_outcomes",
    columns=(
        ("org", "String"), ("event_id", "String"), ("intent", _LABEL), ("event_position", "String"),
        ("outcome", _LABEL), ("reason", _LABEL), ("message", "String"), ("resource_kind", _LABEL),
        ("resource_id", "String"), ("seq", "UInt64"), *_PLACE,
    ),
    order_by="(org, event_id)",
)  # fmt: skip

WEBHOOK_DELIVERIES: Final = Table(
    name="webhook_deliveries",
    columns=(
        ("org", "String"), ("webhook", "String"), ("id", "String"), ("event", _LABEL), ("state", _LABEL),
        ("queued_at", _TIME), ("value", "String"), *_PLACE,
    ),
    order_by="(org, webhook, id)",
    engine="ReplacingMergeTree(_offset)",
)  # fmt: skip

GATEWAY_REPORTS: Final = Table(
    name="gateway_reports",
    columns=(
        ("org", "String"), ("gateway", _LABEL), ("incarnation", "String"), ("report", _LABEL), ("time", _TIME),
        ("version", _LABEL), ("listen", _LABEL), ("config_version", _LABEL), ("requests", "UInt64"),
        ("in_flight", "UInt64"), ("ignored_identity_headers", "UInt64"), ("unrecorded", "String"),
        ("providers", "String"), ("reason", "String"), *_PLACE,
    ),
    order_by="(org, gateway, incarnation, time, _offset)",
)  # fmt: skip

CONTENT_RECORDS: Final = Table(
    name="content_records",
    columns=(
        ("org", "String"), ("request", "String"), ("ref", "String"), ("part", _LABEL), ("subject", _LABEL),
        ("period", _LABEL), ("key_id", "String"), ("captured", _LABEL), ("truncated", "Bool"), ("piece", "UInt32"),
        ("pieces", "UInt32"), ("nonce", "String"), ("ciphertext", "String CODEC(ZSTD(1))"), ("hmac", "String"), *_PLACE,
    ),
    order_by="(org, request, ref, piece)",
)  # fmt: skip

CONTENT_KEYS: Final = Table(
    name="content_keys",
    columns=(
        ("org", "String"), ("key_id", "String"), ("subject", "String"), ("period", _LABEL), ("wrapped", "String"),
        ("secret_version", "UInt32"), ("keep_days", "UInt32"), ("erasures", "UInt32"), ("reason", _LABEL),
        ("erasure", "String"), ("destroyed_at", f"Nullable({_TIME})"), *_PLACE,
    ),
    order_by="(org, key_id)",
    settings="old_parts_lifetime = 10",  # files that hold what was deleted go as soon as nobody reads them
)  # fmt: skip

WRITER_PROGRESS: Final = Table(
    name="writer_progress",
    columns=(
        ("topic", _LABEL), ("partition", "UInt32"), ("partitions", "UInt32"), ("position", "Int64"),
        ("source_offset", "Int64"), ("delay_ms", "Int64"), ("written_ms", "Int64"),
    ),
    order_by="(topic, partition)",
    engine="ReplacingMergeTree(written_ms)",
)  # fmt: skip

ALL: Final = (
    LOG, REQUEST_PARTS, REQUESTS, REQUESTS_OPEN, REQUESTS_DAILY, LATENCY_BY_TEAM, LATENCY_BY_USER, LEDGER_ENTRIES,
    LEDGER_POSTINGS, HOLDS_OPEN, HOLDS_PRESUMED, LEDGER_VALUES, LEDGER_MARKS,
    DIRECTORY_VALUES, ADOPTION_FACTS, INTENT_OUTCOMES, WEBHOOK_DELIVERIES, GATEWAY_REPORTS, CONTENT_RECORDS,
    CONTENT_KEYS, WRITER_PROGRESS,
)  # fmt: skip
ROLLUPS: Final = MappingProxyType(
    {view.target: view for view in (REQUESTS_DAILY_VIEW, LATENCY_BY_TEAM_VIEW, LATENCY_BY_USER_VIEW)}
)
"""Rollup -> the view that feeds it from ``requests``."""
LATENCIES: Final = (LATENCY_BY_TEAM, LATENCY_BY_USER)
"""Tables of latencies that are smaller than ``requests_daily``, the smallest first."""
OPEN_SETS: Final = MappingProxyType({"requests_open": "request", "holds_open": "hold", "holds_presumed": "hold"})
"""Table of what is open now, whose rows take each other back -> the column that names what is open."""
BY_NAME: Final = MappingProxyType({table.name: table for table in ALL})
