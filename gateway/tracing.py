"""Spans for OpenTelemetry, with the conventions for generative AI. Loaded only where an endpoint takes traces.

Spans wait in a bounded queue for a thread of their own: a collector that is slow or away delays no call. What does not
fit is dropped and counted. Attributes are routes, statuses, counts and names from the configuration; never content,
never who called.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import (
    INVALID_SPAN,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)
from opentelemetry.trace import Span as AnySpan

from keeptrusts.gateway.pipeline.counters import Counters
from keeptrusts.schemas.events.request import Usage

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 8_192
BATCH: Final = 512
EVERY_S: Final = 1.0
EXPORT_TIMEOUT_S: Final = 10.0
_KNOWN_FLAGS: Final = 0b11
"""Sampled, and that the trace id is random."""

_OPERATIONS: Final = MappingProxyType(
    {
        "/v1/chat/completions": "chat",
        "/v1/messages": "chat",
        "/v1/responses": "chat",
        "/v1/embeddings": "embeddings",
    }
)
_PROVIDERS: Final = MappingProxyType(
    {
        "azure": "azure.ai.openai",
        "google": "gcp.gemini",
        "bedrock": "aws.bedrock",
        "mistral": "mistral_ai",
        "xai": "x_ai",
    }
)
"""Vendors whose name in the conventions is another one."""


class OtlpTracing:
    """The tracing port on OpenTelemetry's SDK. Close it once; it honours the SDK's own environment variables."""

    def __init__(
        self, exporter: SpanExporter, *, gateway: str, incarnation: str, version: str, counters: Counters
    ) -> None:
        resource = Resource.create({"service.version": version, "service.instance.id": f"{gateway}/{incarnation}"})
        if str(resource.attributes.get("service.name", "")).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": "keeptrusts-gateway"}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BoundedExport(exporter, counters.count_spans))
        self._tracer = self._provider.get_tracer("keeptrusts.gateway", version)

    def begin(self, *, request: str, endpoint: str, traceparent: str | None, started_ns: int) -> OtlpCallSpan:
        """See the port."""
        return OtlpCallSpan(self._tracer, request, endpoint, traceparent, started_ns)

    def close(self) -> None:
        """Export what waits, within the exporter's own time; blocks."""
        self._provider.shutdown()


class OtlpCallSpan:
    """See the port."""

    def __init__(self, tracer: Tracer, request: str, endpoint: str, traceparent: str | None, started_ns: int) -> None:
        self._tracer = tracer
        self._wall_minus_monotonic = time.time_ns() - time.monotonic_ns()
        self._operation = _OPERATIONS.get(endpoint)
        attributes: dict[str, str | int] = {"http.route": endpoint, "keeptrusts.request.id": request}
        if self._operation is not None:
            attributes["gen_ai.operation.name"] = self._operation
        self._span = tracer.start_span(
            endpoint,
            context=_remote(traceparent),
            kind=SpanKind.SERVER,
            attributes=attributes,
            start_time=started_ns + self._wall_minus_monotonic,
        )
        self._inside = set_span_in_context(self._span, Context())
        self._ended = False

    @property
    def traceparent(self) -> str:
        return _header(self._span)

    def stage(self, name: str, began_ns: int, ended_ns: int) -> None:
        offset = self._wall_minus_monotonic
        span = self._tracer.start_span(name, context=self._inside, start_time=began_ns + offset)
        span.end(ended_ns + offset)

    def attempt(self, *, target: str, vendor: str, model: str, number: int) -> OtlpAttemptSpan:
        operation = self._operation or "count_tokens"
        span = self._tracer.start_span(
            f"{operation} {model}",
            context=self._inside,
            kind=SpanKind.CLIENT,
            attributes={
                "gen_ai.operation.name": operation,
                "gen_ai.provider.name": _PROVIDERS.get(vendor, vendor),
                "gen_ai.request.model": model,
                "keeptrusts.target": target,
                "keeptrusts.attempt": number,
            },
        )
        return OtlpAttemptSpan(span)

    def used(self, *, target: str, vendor: str, model: str, usage: Usage | None, cost_nano: int | None) -> None:
        attributes: dict[str, str | int] = {
            "gen_ai.provider.name": _PROVIDERS.get(vendor, vendor),
            "gen_ai.request.model": model,
            "keeptrusts.target": target,
        }
        if usage is not None:
            attributes |= {
                "gen_ai.usage.input_tokens": usage.input_tokens,
                "gen_ai.usage.output_tokens": usage.output_tokens,
                "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
                "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
                "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
            }
        if cost_nano is not None:
            attributes["keeptrusts.cost_nano_usd"] = cost_nano
        self._span.set_attributes(attributes)

    def end(self, *, status: int, verdict: str) -> None:
        if self._ended:
            return
        self._ended = True
        self._span.set_attributes({"http.response.status_code": status, "keeptrusts.verdict": verdict})
        if status >= 500:
            _fail(self._span, str(status))
        self._span.end()


class OtlpAttemptSpan:
    """See the port."""

    def __init__(self, span: AnySpan) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        return _header(self._span)

    def end(self, *, outcome: str, status: int | None) -> None:
        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if outcome != "ok":
            _fail(self._span, str(status) if status is not None and status >= 400 else outcome)
        self._span.end()


class BoundedExport(SpanProcessor):
    """Hands ended spans to an exporter from a thread of its own. ``count`` is told how many went which way."""

    def __init__(self, exporter: SpanExporter, count: Callable[[str, int], None], *, most: int = MOST_WAITING) -> None:
        self._exporter = exporter
        self._count = count
        self._most = most
        self._waiting: deque[ReadableSpan] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._export_for_ever, name="traces", daemon=True)
        self._thread.start()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing is done before a span ends."""

    def on_end(self, span: ReadableSpan) -> None:
        """Queue a span, or drop it where too many wait."""
        if not span.context.trace_flags.sampled:
            return
        if len(self._waiting) >= self._most:
            self._count("dropped", 1)
            return
        self._waiting.append(span)
        if len(self._waiting) >= BATCH:
            self._wake.set()

    def shutdown(self) -> None:
        """Export what waits and end the thread, within a bound."""
        self._closing = True
        self._wake.set()
        self._thread.join(EXPORT_TIMEOUT_S)
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Wake the thread; nobody waits for it."""
        self._wake.set()
        return True

    def _export_for_ever(self) -> None:
        while not self._closing or self._waiting:
            self._wake.wait(EVERY_S)
            self._wake.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                self._export(batch)

    def _export(self, batch: Sequence[ReadableSpan]) -> None:
        try:
            result = self._exporter.export(batch)
        except Exception as error:  # noqa: BLE001 - no trace is worth a gateway
            logger.warning("traces are not taken: %s", type(error).__name__)
            result = SpanExportResult.FAILURE
        self._count("exported" if result is SpanExportResult.SUCCESS else "failed", len(batch))


def start_tracing(
    endpoint: str | None, *, gateway: str, incarnation: str, version: str, counters: Counters
) -> OtlpTracing:
    """Send traces to an OTLP/HTTP endpoint, such as http://127.0.0.1:4318; None: the one of OTEL_EXPORTER_OTLP_*."""
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)  # each failed export is counted; one line each is noise
    address = None if endpoint is None else f"{endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=address, timeout=EXPORT_TIMEOUT_S)
    return OtlpTracing(exporter, gateway=gateway, incarnation=incarnation, version=version, counters=counters)


def _remote(traceparent: str | None) -> Context:
    """Give the context of the caller's span; an invalid one begins a trace of its own."""
    if traceparent is None:
        return Context()
    _, trace, span, flags = traceparent.split("-")
    context = SpanContext(
        int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16) & _KNOWN_FLAGS)
    )
    return set_span_in_context(NonRecordingSpan(context) if context.is_valid else INVALID_SPAN, Context())


def _header(span: AnySpan) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _fail(span: AnySpan, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))
