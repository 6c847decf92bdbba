"""Metrics as plain values: read from one worker, sent between processes, added up over workers, written as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, Literal

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import CollectorRegistry

from keeptrusts.schemas.frozen import frozen

Kind = Literal["counter", "gauge", "histogram"]
Join = Literal["sum", "max", "min"]
Labels = tuple[str, ...]
TEXT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_NANO: Final = 1_000_000_000


@frozen
class Sample:
    """One value under its label values. Of a histogram ``value`` is the sum and ``counts`` those of each bucket."""

    labels: Labels
    value: float
    counts: tuple[int, ...] = ()


@frozen
class Family:
    """One metric. ``join`` says what several workers' values of the same labels come to.

    ``limits`` are the buckets' upper bounds. With ``nano`` all values and limits are nanoseconds, shown as seconds.
    """

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]
    label_names: Labels = ()
    join: Join = "sum"
    limits: tuple[int, ...] = ()
    nano: bool = False


def single(name: str, kind: Kind, help_: str, value: float, *, join: Join = "sum") -> Family:
    """Give a metric without labels."""
    return Family(name=name, kind=kind, help=help_, samples=(Sample(labels=(), value=value),), join=join)


def added_up(pages: Iterable[Sequence[Family]]) -> tuple[Family, ...]:
    """Add up the metrics of several workers, name by name and labels by labels; the first one's words are kept."""
    shapes: dict[str, Family] = {}
    values: dict[str, dict[Labels, Sample]] = {}
    for page in pages:
        for family in page:
            shape = shapes.setdefault(family.name, family)
            if family.limits != shape.limits:
                continue  # a worker of another version counts in other buckets: its histogram cannot be added
            known = values.setdefault(family.name, {})
            for sample in family.samples:
                before = known.get(sample.labels)
                known[sample.labels] = sample if before is None else _joined(shape.join, before, sample)
    return tuple(_with(shape, tuple(values[name].values())) for name, shape in shapes.items())


def lasting(page: Sequence[Family]) -> tuple[Family, ...]:
    """Keep what still counts once its worker has ended: counters and histograms, not the state of anything."""
    return tuple(family for family in page if family.kind != "gauge")


def as_text(page: Iterable[Family]) -> bytes:
    """Write metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Page(page))
    return generate_latest(registry)


def as_document(page: Iterable[Family]) -> list[dict[str, Any]]:
    """Write metrics as JSON values, for another process of the same gateway."""
    return [
        {
            "name": family.name,
            "kind": family.kind,
            "help": family.help,
            "samples": [[list(sample.labels), sample.value, list(sample.counts)] for sample in family.samples],
            "label_names": list(family.label_names),
            "join": family.join,
            "limits": list(family.limits),
            "nano": family.nano,
        }
        for family in page
    ]


def from_document(document: Iterable[Mapping[str, Any]]) -> tuple[Family, ...]:
    """Read what `as_document` gave."""
    return tuple(
        Family(
            name=one["name"],
            kind=one["kind"],
            help=one["help"],
            samples=tuple(
                Sample(labels=tuple(labels), value=value, counts=tuple(counts))
                for labels, value, counts in one["samples"]
            ),
            label_names=tuple(one["label_names"]),
            join=one["join"],
            limits=tuple(one["limits"]),
            nano=one["nano"],
        )
        for one in document
    )


def _joined(join: Join, before: Sample, sample: Sample) -> Sample:
    if join != "sum":
        chosen = max if join == "max" else min
        return Sample(labels=before.labels, value=chosen(before.value, sample.value))
    counts = tuple(one + other for one, other in zip(before.counts, sample.counts, strict=True))
    return Sample(labels=before.labels, value=before.value + sample.value, counts=counts)


def _with(shape: Family, samples: tuple[Sample, ...]) -> Family:
    return Family(
        name=shape.name,
        kind=shape.kind,
        help=shape.help,
        samples=samples,
        label_names=shape.label_names,
        join=shape.join,
        limits=shape.limits,
        nano=shape.nano,
    )


class _Page:
    """What the library's writer asks for metrics."""

    def __init__(self, page: Iterable[Family]) -> None:
        self._page = page

    def collect(self) -> Iterable[Metric]:
        return [_metric(family) for family in self._page]

    def describe(self) -> Iterable[Metric]:
        return []


def _metric(family: Family) -> Metric:
    divisor = _NANO if family.nano else 1
    if family.kind == "histogram":
        histogram = HistogramMetricFamily(family.name, family.help, labels=family.label_names)
        limits = [*(str(limit / divisor) for limit in family.limits), "+Inf"]
        for sample in family.samples:
            buckets = list(zip(limits, accumulate(sample.counts), strict=True))
            histogram.add_metric(sample.labels, buckets=buckets, sum_value=sample.value / divisor)
        return histogram
    written: CounterMetricFamily | GaugeMetricFamily
    if family.kind == "counter":
        written = CounterMetricFamily(family.name, family.help, labels=family.label_names)
    else:
        written = GaugeMetricFamily(family.name, family.help, labels=family.label_names)
    for sample in family.samples:
        written.add_metric(sample.labels, sample.value / divisor if family.nano else sample.value)
    return written
