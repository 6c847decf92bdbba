"""One stack for all that is broken here; each test leaves it whole, or fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.stack import Stack, running_stack
from support.trace_collector import TraceCollector, collecting

PROVIDER_SECRET = "sk-canary-77120-provider-secret"
POLICY = """
policies:
  chain: [audit-logger]
providers:
  circuit_breaker: {enabled: false}
  fallback: {enabled: true, max_fallback_attempts: 1}
  targets:
    - {id: openai, provider: openai, timeout_seconds: 3}
    - {id: anthropic, provider: anthropic, timeout_seconds: 3}
    - {id: gemini, provider: google, models: [gemini-2.5-pro], timeout_seconds: 3}
    - {id: bedrock, provider: bedrock, region: us-east-1, models: ["amazon.nova-pro-v1:0"], timeout_seconds: 3}
"""


@pytest.fixture(scope="session")
def traces() -> Iterator[TraceCollector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, traces: TraceCollector) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("chaos")
    (directory / "policy.yaml").write_text(POLICY)
    with pytest.MonkeyPatch.context() as environment:
        for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "AWS_BEARER_TOKEN_BEDROCK"):
            environment.setenv(name, PROVIDER_SECRET)
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", traces.url)
        with running_stack(directory, "--config", str(directory / "policy.yaml")) as running:
            yield running
