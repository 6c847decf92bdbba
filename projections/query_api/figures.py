"""What each key and metric of a sum means: over requests themselves, and over partial sums that are merged.

``blocked`` counts decisions ``block``. ``errors`` counts answers of 400 and above that no policy asked for.
Latencies are of completed requests, from the first byte read to the end; the percentiles are within 1 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keeptrusts.schemas.frozen import frozen

KEY_SQL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "decision": "verdict",
        "day": "formatDateTime(time, '%Y-%m-%d', 'UTC')",
        "week": "formatDateTime(toMonday(time, 'UTC'), '%Y-%m-%d')",
        "month": "formatDateTime(time, '%Y-%m', 'UTC')",
        "hour": "formatDateTime(toStartOfHour(time, 'UTC'), '%Y-%m-%dT%H:00:00Z', 'UTC')",
    }
)
KEY_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {"decision": "verdict", "day": "time", "week": "time", "month": "time", "hour": "time"}
)
# Within 1 %, from fixed buckets: unlike a t-digest, the same rows give the same figure in whatever order they are read.
_QUANTILES: Final = "quantilesDDIf(0.01, 0.5, 0.95)(latency_us, state = 'completed')"
METRIC_SQL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "requests": "count()",
        "users": "uniqExactIf(user, user != '')",
        "blocked": "countIf(verdict = 'block')",
        "errors": "countIf(status >= 400 AND verdict NOT IN ('block', 'escalate'))",
        "input_tokens": "sum(input_tokens)",
        "output_tokens": "sum(output_tokens)",
        "cost": "sum(ifNull(cost, 0))",
        "latency_ms_p50": f"{_QUANTILES}[1]",
        "latency_ms_p95": f"{_QUANTILES}[2]",
        "first_seen": "toUnixTimestamp64Micro(min(time))",
        "last_seen": "toUnixTimestamp64Micro(max(time))",
    }
)
METRIC_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "requests": (), "users": ("user",), "blocked": ("verdict",), "errors": ("status", "verdict"),
        "input_tokens": ("input_tokens",), "output_tokens": ("output_tokens",), "cost": ("cost",),
        "latency_ms_p50": ("latency_us", "state"), "latency_ms_p95": ("latency_us", "state"),
        "first_seen": ("time",), "last_seen": ("time",),
    }
)  # fmt: skip
"""Metric -> the columns of requests that it is made from."""
DAY_KEY_SQL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "decision": "verdict",
        "day": "formatDateTime(day, '%Y-%m-%d')",
        "week": "formatDateTime(toMonday(day), '%Y-%m-%d')",
        "month": "formatDateTime(day, '%Y-%m')",
    }
)
"""Key -> how a row of a whole day gives it; the others are columns."""


@frozen
class PartialSum:
    """One figure as a partial sum: of requests, of rows of whole days, of nothing, and merged from such sums."""

    of_requests: str
    of_days: str
    of_nothing: str
    merged: str = "sum"


def _counted(of_requests: str, of_days: str) -> PartialSum:
    return PartialSum(of_requests=of_requests, of_days=of_days, of_nothing="toUInt64(0)")


def _counted_if(condition: str) -> PartialSum:
    return _counted(f"countIf({condition})", f"sumIf(requests, {condition})")


LATENCY: Final = "latency"
"""The partial sum that both percentiles come from."""
SUMS: Final[Mapping[str, PartialSum]] = MappingProxyType(
    {
        "requests": _counted("count()", "sum(requests)"),
        "users": PartialSum(  # the names themselves: gathering them costs a third of counting them exactly
            of_requests="groupUniqArrayIf(user, user != '')", of_days="groupUniqArrayIf(user, user != '')",
            of_nothing="groupUniqArrayIf(toLowCardinality(''), 0)", merged="uniqExactArray",
        ),
        "blocked": _counted_if("verdict = 'block'"),
        "errors": _counted_if("status >= 400 AND verdict NOT IN ('block', 'escalate')"),
        "input_tokens": _counted("sum(input_tokens)", "sum(input_tokens)"),
        "output_tokens": _counted("sum(output_tokens)", "sum(output_tokens)"),
        "cost": PartialSum(
            of_requests="toInt128(sum(ifNull(cost, 0)))", of_days="sum(cost)", of_nothing="toInt128(0)"
        ),
        LATENCY: PartialSum(
            of_requests="quantilesDDStateIf(0.01, 0.5, 0.95)(latency_us, state = 'completed')",
            of_days="quantilesDDMergeState(0.01, 0.5, 0.95)(latency_us)",
            of_nothing="quantilesDDStateIf(0.01, 0.5, 0.95)(toUInt64(0), 0)",
            merged="quantilesDDMerge(0.01, 0.5, 0.95)",
        ),
        "first_seen": PartialSum(
            of_requests="toUnixTimestamp64Micro(minOrNull(time))",
            of_days="toUnixTimestamp64Micro(minOrNull(first_seen))", of_nothing="CAST(NULL, 'Nullable(Int64)')",
            merged="min",
        ),
        "last_seen": PartialSum(
            of_requests="toUnixTimestamp64Micro(max(time))", of_days="toUnixTimestamp64Micro(max(last_seen))",
            of_nothing="toInt64(0)", merged="max",
        ),
    }
)  # fmt: skip
OF_IN_FLIGHT: Final = frozenset({"requests", "users", "blocked", "first_seen", "last_seen"})
"""What a request in flight counts for: it has no answer yet, so no latency, cost, tokens or error."""
PERCENTILES: Final[Mapping[str, int]] = MappingProxyType({"latency_ms_p50": 1, "latency_ms_p95": 2})
"""Metric -> its place among the percentiles."""


def merged_sql(metric: str) -> str:
    """Give a metric over partial sums, which are columns ``sum_...``."""
    if metric in PERCENTILES:
        return f"{SUMS[LATENCY].merged}(sum_{LATENCY})[{PERCENTILES[metric]}]"
    return f"{SUMS[metric].merged}(sum_{metric})"
