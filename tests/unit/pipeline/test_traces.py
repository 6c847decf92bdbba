"""Traces of calls: one span a call with its stages and attempts, tied to the caller's, without content or callers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import orjson
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from support.gateway import FakeConnection, FakeGateway, gateway, ok

from keeptrusts.gateway.pipeline import run
from keeptrusts.gateway.pipeline.counters import Counters
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.tracing import BoundedExport, OtlpTracing

OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"
CANARY = "xyzzy-secret-prompt"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = PARENT[:-2] + "00"
STREAM = [
    b'data: {"id": "c", "object": "chat.completion.chunk", "model": "gpt-4o", "choices": '
    b'[{"index": 0, "delta": {"content": "' + CANARY.encode() + b'"}, "finish_reason": "stop"}]}\n\n',
    b"data: [DONE]\n\n",
]


class Kept(SpanExporter):
    """Keeps spans; ``gate`` holds its thread back while it is cleared."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []
        self.gate = threading.Event()
        self.gate.set()
        self.failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.gate.wait(10)
        if self.failing:
            raise OSError("the collector is away")
        self.spans.extend(spans)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing is open."""


@contextmanager
def traced(policy: str = OPEN) -> Iterator[tuple[FakeGateway, Kept]]:
    """A gateway whose spans are all there once the context has ended."""
    made, kept = gateway(policy), Kept()
    tracing = OtlpTracing(kept, gateway="test", incarnation="1", version="0", counters=made.services.counters)
    made.services = replace(made.services, tracing=tracing)
    yield made, kept
    tracing.close()


async def call(
    made: FakeGateway, key: str = "engineering", *, parent: str | None = None, stream: bool = False
) -> Answer:
    tracing = made.services.tracing
    assert tracing is not None
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": CANARY}], "stream": stream}
    incoming = made.call(key)
    span = tracing.begin(
        request=incoming.request, endpoint=incoming.endpoint, traceparent=parent, started_ns=incoming.started_ns
    )
    incoming = replace(incoming, span=span, traceparent=span.traceparent)
    answer = await run.model_call(made.services, incoming, FakeConnection(orjson.dumps(body)), "chat")
    span.end(status=answer.status, verdict=answer.verdict)
    return answer


def header(span: ReadableSpan) -> str:
    context = span.context
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def by_name(kept: Kept) -> dict[str, ReadableSpan]:
    return {span.name: span for span in kept.spans}


async def test_a_call_shows_its_stages_and_what_was_used_under_the_callers_trace() -> None:
    with traced() as (made, kept):
        await call(made, parent=PARENT)
    spans = by_name(kept)
    assert set(spans) == {"/v1/chat/completions", "decide", "chat gpt-4o", "record"}
    whole, attempt = spans["/v1/chat/completions"], spans["chat gpt-4o"]
    assert whole.parent is not None and f"{whole.parent.span_id:016x}" == "b7ad6b7169203331"
    assert {f"{span.context.trace_id:032x}" for span in kept.spans} == {PARENT.split("-")[1]}
    assert all(span.parent == whole.context for span in kept.spans if span is not whole)
    assert whole.attributes is not None and attempt.attributes is not None
    assert dict(whole.attributes) | {"keeptrusts.request.id": "", "keeptrusts.cost_nano_usd": 0} == {
        "http.route": "/v1/chat/completions",
        "http.response.status_code": 200,
        "keeptrusts.request.id": "",
        "keeptrusts.verdict": "allow",
        "keeptrusts.target": "openai",
        "keeptrusts.cost_nano_usd": 0,
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.usage.cache_creation.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 2,
    }
    assert attempt.attributes["gen_ai.provider.name"] == "openai"
    assert attempt.attributes["keeptrusts.attempt"] == 1


async def test_the_provider_gets_the_span_of_its_attempt_and_events_get_the_calls() -> None:
    with traced() as (made, kept):
        made.provider.then = [ok(b"{}", status=500)]
        assert (await call(made)).status == 200
    attempts = [span for span in kept.spans if span.name == "chat gpt-4o"]
    sent = [request.headers["traceparent"] for request in made.provider.asked]
    assert sent == [header(one) for one in attempts]
    whole = by_name(kept)["/v1/chat/completions"]
    assert {event.traceparent for event in made.publisher.events} == {header(whole)}
    failed = attempts[0].attributes
    assert failed is not None and failed["error.type"] == "500"


async def test_who_does_not_sample_is_not_sampled_and_the_provider_is_told() -> None:
    with traced() as (made, kept):
        await call(made, parent=UNSAMPLED)
    assert kept.spans == []
    sent = made.provider.asked[0].headers["traceparent"]
    assert sent.split("-")[1] == UNSAMPLED.split("-")[1] and sent.endswith("-00")


async def test_a_refusal_and_a_stream_are_spans_too() -> None:
    with traced() as (made, kept):
        assert (await call(made, key="kt_gk_unknown")).status == 401
        made.provider.pieces = list(STREAM)
        assert (await call(made, stream=True)).status == 200
    names = [span.name for span in kept.spans]
    assert names == ["decide", "/v1/chat/completions", "decide", "chat gpt-4o", "record", "/v1/chat/completions"]


async def test_neither_content_nor_keys_nor_callers_are_in_any_span() -> None:
    with traced() as (made, kept):
        await call(made)
        made.provider.pieces = list(STREAM)
        await call(made, stream=True)
        await call(made, key=made.keys["support"] + "x")
    assert len(kept.spans) >= 8
    shown = "".join(span.to_json() for span in kept.spans)
    for secret in (CANARY, "kt_gk_", "sk-real", "team_engineering", "key_engineering", "org_test"):
        assert secret not in shown


def test_a_collector_that_is_slow_or_away_delays_nothing_and_is_counted() -> None:
    counters, kept = Counters(), Kept()
    kept.gate.clear()
    made = OtlpTracing(Kept(), gateway="test", incarnation="1", version="0", counters=Counters())
    export = BoundedExport(kept, counters.count_spans, most=1_000)
    made._provider.add_span_processor(export)
    for _ in range(3_000):
        made._tracer.start_span("one").end()
    assert counters.spans["dropped"] >= 1_000, "what does not fit is dropped at once"
    kept.failing = True
    kept.gate.set()
    made.close()
    assert counters.spans["failed"] + counters.spans["dropped"] == 3_000
    assert kept.spans == []


@pytest.mark.parametrize(
    "wrong", ["00-" + "0" * 32 + "-b7ad6b7169203331-01", "00-" + "a" * 32 + "-" + "0" * 16 + "-01"]
)
async def test_a_parent_of_zeros_begins_a_trace_of_its_own(wrong: str) -> None:
    with traced() as (made, kept):
        await call(made, parent=wrong)
    assert by_name(kept)["/v1/chat/completions"].parent is None
