"""Prometheus metrics of a gateway worker, read from what the pipeline counts. No content, no identities."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.schemas.topics import partition_of

_BUCKETS_NS: Final = tuple(
    int(seconds * 1e9) for seconds in (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
)


class GatewayMetrics:
    """One registry a gateway worker, so that several gateways can live in one process."""

    def __init__(self, services: Services) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Counted(services))
        self._seconds: dict[str, _Seconds] = {}
        self._registry.register(_Durations(self._seconds))

    def observe(self, verdict: str, elapsed_ns: int) -> None:
        """Count one answered call."""
        seconds = self._seconds.get(verdict)
        if seconds is None:
            seconds = self._seconds[verdict] = _Seconds()
        seconds.counts[bisect_left(_BUCKETS_NS, elapsed_ns)] += 1
        seconds.sum_ns += elapsed_ns

    def render(self) -> bytes:
        """Give the text format of Prometheus."""
        return generate_latest(self._registry)


@dataclass(slots=True)
class _Seconds:
    """One verdict's durations: a count for each bucket and one for what is longer than all of them."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BUCKETS_NS) + 1))
    sum_ns: int = 0


class _Durations(Collector):
    """The library's own histogram takes a lock and a look-up of labels for each value, on the path of every call."""

    def __init__(self, seconds: Mapping[str, _Seconds]) -> None:
        self._seconds = seconds

    def collect(self) -> Iterable[Metric]:
        family = HistogramMetricFamily(
            "keeptrusts_gateway_request_seconds",
            "Time from the first byte read to the answer, by verdict",
            labels=["verdict"],
        )
        limits = [*(str(limit_ns / 1e9) for limit_ns in _BUCKETS_NS), "+Inf"]
        for verdict, seconds in self._seconds.items():
            buckets = list(zip(limits, accumulate(seconds.counts), strict=True))
            family.add_metric([verdict], buckets=buckets, sum_value=seconds.sum_ns / 1e9)
        yield family


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
