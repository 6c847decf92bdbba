"""The dashboard and the alert rules ask only for metrics and labels that gateways and the API really show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.gateway import gateway
from support.promql import ALWAYS, PromqlError, read

from keeptrusts.cli.api_metrics import api_families
from keeptrusts.cli.gateway_service.workers import worker_families
from keeptrusts.gateway.http.families import Family, as_text
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.projections.query_api.webhook_figures import WebhookFigures

DEPLOY = Path(__file__).parents[2] / "deploy"
OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"
UNITS = ("_seconds", "_nano_usd")


def dashboard() -> dict[str, Any]:
    document = json.loads((DEPLOY / "grafana" / "keeptrusts.json").read_text())
    assert isinstance(document, dict)
    return document


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def queries() -> Iterator[tuple[str, str]]:
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield f"panel {panel['title']}", target["expr"]
    for variable in dashboard()["templating"]["list"]:
        if variable["type"] == "query":
            yield f"variable {variable['name']}", variable["query"]["query"]
    for rule in rules():
        yield f"alert {rule['alert']}", rule["expr"]


def families() -> tuple[Family, ...]:
    own = worker_families(serving=1, changing=0, wanted=1, deaths=0, replacements=0)
    api = api_families(WebhookFigures(messages=(("queued", 1), ("failed", 0)), oldest_queued_s=0.5))
    return (*GatewayMetrics(gateway(OPEN).services).families(), *own, *api)


def series() -> dict[str, set[str]]:
    """Names as Prometheus stores them, with their labels."""
    suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
    return {
        family.name + suffix: {*family.label_names, *ALWAYS}
        for family in families()
        for suffix in suffixes[family.kind]
    }


QUERIES = list(queries())


@pytest.mark.parametrize(("where", "query"), QUERIES, ids=[f"{n}: {where}" for n, (where, _) in enumerate(QUERIES)])
def test_a_query_is_readable_and_asks_for_what_is_there(where: str, query: str) -> None:
    asked, known = read(query), series()
    if where.startswith("variable"):
        asked.metrics.pop("job", None)
    assert set(asked.metrics) <= set(known), where
    for metric, labels in asked.metrics.items():
        assert labels <= known[metric], f"{where}: {metric}"
    for labels, metrics in asked.groups:
        assert all(labels <= known[metric] for metric in metrics if metric in known), where
    for metric in asked.metrics:
        ranged = re.search(rf"{metric}(?:{{[^}}]*}})?\[", query) is not None
        assert ranged == metric.endswith(("_total", "_bucket", "_sum", "_count")), f"{where}: rate needs a range"


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {metric for where, query in QUERIES if where.startswith("panel") for metric in read(query).metrics}
    missing = [
        family.name
        for family in families()
        if not shown & {family.name, f"{family.name}_total", f"{family.name}_bucket"}
    ]
    assert missing == []


def test_metrics_name_their_units_and_no_person_team_or_key() -> None:
    page = as_text(families()).decode()
    for family in families():
        assert f"# TYPE {family.name}" in page
        assert family.name.startswith(("keeptrusts_gateway_", "keeptrusts_api_"))
        if family.nano or family.kind == "histogram":
            assert family.name.endswith(UNITS)
        assert not {"team", "user", "key", "org", "model", "request"} & set(family.label_names)


def test_every_alert_says_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]
    assert len({rule["alert"] for rule in rules()}) == len(rules())


@pytest.mark.parametrize(
    "wrong", ["sum(rate(x[5m])", "sum by job (x)", 'x{a="b}', "rate(x[5 m])", "x > ", "x y", 'x{a>"b"}', "sum(x))"]
)
def test_mistakes_are_found(wrong: str) -> None:
    with pytest.raises(PromqlError):
        read(wrong)
