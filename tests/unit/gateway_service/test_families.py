"""Metrics of several workers come to one page: sums, extremes, histograms, and counters that never go back."""

from __future__ import annotations

import json

from prometheus_client.parser import text_string_to_metric_families

from keeptrusts.gateway.http.families import (
    Family,
    Join,
    Kind,
    Sample,
    added_up,
    as_document,
    as_text,
    from_document,
    lasting,
)


def family(name: str, kind: Kind, values: dict[tuple[str, ...], float], *, join: Join = "sum") -> Family:
    labels = tuple("abc"[: len(next(iter(values)))])
    samples = tuple(Sample(labels=key, value=value) for key, value in values.items())
    return Family(name=name, kind=kind, help="help", samples=samples, label_names=labels, join=join)


def histogram(counts: tuple[int, ...], sum_ns: int) -> Family:
    sample = Sample(labels=("x",), value=sum_ns, counts=counts)
    limits = (1_000_000, 5_000_000)
    return Family(
        name="h_seconds", kind="histogram", help="h", samples=(sample,), label_names=("a",), limits=limits, nano=True
    )


def values(page: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in text_string_to_metric_families(page.decode())
        for sample in metric.samples
    }


def test_each_metric_is_joined_as_it_says() -> None:
    one = (
        family("calls", "counter", {("x",): 2, ("y",): 1}),
        family("age", "gauge", {(): 3.0}, join="max"),
        family("up", "gauge", {(): 1}, join="min"),
        histogram((1, 0, 2), 30_000_000),
    )
    other = (
        family("calls", "counter", {("x",): 5}),
        family("age", "gauge", {(): 1.0}, join="max"),
        family("up", "gauge", {(): 0}, join="min"),
        histogram((0, 4, 0), 10_000_000),
    )
    seen = values(as_text(added_up((one, other))))
    assert seen["calls_total", (("a", "x"),)] == 7
    assert seen["calls_total", (("a", "y"),)] == 1
    assert seen["age", ()] == 3.0
    assert seen["up", ()] == 0
    assert seen["h_seconds_bucket", (("a", "x"), ("le", "0.001"))] == 1
    assert seen["h_seconds_bucket", (("a", "x"), ("le", "0.005"))] == 5
    assert seen["h_seconds_bucket", (("a", "x"), ("le", "+Inf"))] == 7
    assert seen["h_seconds_sum", (("a", "x"),)] == 0.04


def test_what_a_worker_counted_lasts_longer_than_it_and_its_state_does_not() -> None:
    page = (family("calls", "counter", {(): 2}), family("in_flight", "gauge", {(): 1}), histogram((1, 0, 0), 5))
    assert [one.name for one in lasting(page)] == ["calls", "h_seconds"]


def test_whole_numbers_stay_whole_between_processes() -> None:
    cost = family("cost_nano_usd", "counter", {("x",): 2**60 + 1})
    sent = json.loads(json.dumps(as_document((cost, histogram((1, 2, 3), 4)))))
    assert from_document(sent) == (cost, histogram((1, 2, 3), 4))


def test_a_worker_with_other_buckets_is_left_out_rather_than_added_wrongly() -> None:
    other = Family(
        name="h_seconds",
        kind="histogram",
        help="h",
        samples=(Sample(labels=("x",), value=1, counts=(1, 1)),),
        label_names=("a",),
        limits=(7,),
        nano=True,
    )
    assert added_up(((histogram((1, 0, 2), 30),), (other,))) == (histogram((1, 0, 2), 30),)
