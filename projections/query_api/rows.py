"""A stored request to the row that people see: names for ids, decimal strings for money, null for what is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.projections.query_api.asking import time_of
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.models import EventRow
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.record import trusted

COLUMNS: Final = (
    "org", "request", "time", "team", "user", "role", "key_id", "project", "consumer_group", "tags", "gateway",
    "endpoint", "requested_model", "stream", "config_version", "state", "verdict", "reason", "policy", "target",
    "provider", "model", "status", "provider_status", "attempts", "usage_basis", "input_tokens", "cached_tokens",
    "output_tokens", "reasoning_tokens", "cost", "cost_state", "latency_us", "provider_us", "first_token_us", "error",
    "synthetic", "_partition", "_offset",
)  # fmt: skip
SELECT: Final = ", ".join("toUnixTimestamp64Micro(time) AS time_us" if name == "time" else name for name in COLUMNS)


def event_row(values: Mapping[str, Any], directory: Directory) -> EventRow:
    """Give the row of a request from its columns (``time_us`` in place of ``time``)."""
    return trusted(EventRow, event_fields(values, directory))


def event_fields(values: Mapping[str, Any], directory: Directory) -> dict[str, Any]:
    """Give the fields of a row by name."""
    counted = bool(values["usage_basis"])
    answered = values["state"] == "completed"
    team, user = values["team"] or None, values["user"] or None
    return {
        "id": values["request"],
        "request_id": values["request"],
        "time": time_of(values["time_us"]),
        "org": values["org"],
        "team": directory.team_label(team) if team else None,
        "team_id": team,
        "user": directory.user_label(user) if user else None,
        "user_id": user,
        "role": values["role"] or None,
        "key_id": values["key_id"] or None,
        "project": values["project"] or None,
        "tags": dict(values["tags"]),
        "gateway": values["gateway"] or None,
        "consumer_group": values["consumer_group"] or None,
        "endpoint": values["endpoint"] or None,
        "requested_model": values["requested_model"] or None,
        "model": values["model"] or None,
        "provider": values["provider"] or None,
        "target": values["target"] or None,
        "decision": values["verdict"] or None,
        "policy": values["policy"] or None,
        "reason": values["reason"] or None,
        "status": values["status"] or None,
        "provider_status": values["provider_status"] or None,
        "error": values["error"] or None,
        "input_tokens": values["input_tokens"] if counted else None,
        "cached_tokens": values["cached_tokens"] if counted else None,
        "output_tokens": values["output_tokens"] if counted else None,
        "reasoning_tokens": values["reasoning_tokens"] if counted else None,
        "usage_basis": values["usage_basis"] or None,
        "cost": format_usd(values["cost"]) if values["cost"] is not None else None,
        "cost_state": values["cost_state"] or None,
        "latency_ms": milliseconds(values["latency_us"]) if answered else None,
        "ttft_ms": milliseconds(values["first_token_us"]),
        "provider_ms": milliseconds(values["provider_us"]),
        "stream": bool(values["stream"]),
        "attempts": values["attempts"],
        "config_version": values["config_version"] or None,
        "synthetic": bool(values["synthetic"]),
        "position": f"{values['_partition']}:{values['_offset']}",
    }


def milliseconds(us: float | None) -> float | None:
    """Give milliseconds of microseconds, to the microsecond."""
    return None if us is None else round(us / 1000, 3)
