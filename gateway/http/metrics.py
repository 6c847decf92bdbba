"""Prometheus metrics of a gateway worker, read from what the pipeline counts. No content, no identities."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.schemas.topics import partition_of

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class GatewayMetrics:
    """One registry a gateway worker, so that several gateways can live in one process."""

    def __init__(self, services: Services) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Counted(services))
        self._seconds = Histogram(
            "keeptrusts_gateway_request_seconds",
            "Time from the first byte read to the answer, by verdict",
            ["verdict"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def observe(self, verdict: str, elapsed_ns: int) -> None:
        """Count one answered call."""
        self._seconds.labels(verdict).observe(elapsed_ns / 1e9)

    def render(self) -> bytes:
        """Give the text format of Prometheus."""
        return generate_latest(self._registry)


class _Counted(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        counters, settings = self._services.counters, self._services.settings
        answers = CounterMetricFamily(
            "keeptrusts_gateway_requests", "Answered calls by verdict and status", labels=["verdict", "status"]
        )
        for (verdict, status), count in counters.answers.items():
            answers.add_metric([verdict, str(status)], count)
        yield answers
        unrecorded = CounterMetricFamily(
            "keeptrusts_gateway_unrecorded", "Refusals that the log did not take, by code", labels=["code"]
        )
        for code, count in counters.unrecorded.items():
            unrecorded.add_metric([code], count)
        yield unrecorded
        yield GaugeMetricFamily("keeptrusts_gateway_in_flight", "Calls under way", value=counters.in_flight)
        age_s = self._services.directory.heartbeat_age_s(
            partition_of(settings.org, settings.partitions), self._services.now_ns() / 1e9
        )
        yield GaugeMetricFamily(
            "keeptrusts_gateway_directory_age_seconds",
            "Seconds since the directory's last sign of life; -1 before the first",
            value=-1 if age_s is None else age_s,
        )
        yield CounterMetricFamily(
            "keeptrusts_gateway_late_records_dropped",
            "Completions given up because the log stayed away",
            value=self._services.late_records.dropped,
        )
