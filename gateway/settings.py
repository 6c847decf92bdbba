"""Settings of a gateway, given by the composition root. Seconds and bytes, with the units in the names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.outbound import PUBLIC_ONLY, OutboundRules


@frozen
class GatewaySettings:
    """How one gateway worker behaves. Every bound of the front door and of the log is here."""

    name: str
    incarnation: str
    org: str
    """The organization whose credentials started this gateway; refusals of unknown keys are not its own."""
    bootstrap: str
    partitions: int
    topic_prefix: str = ""
    key_secrets: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Version -> secret that key digests are made with."""
    outbound: OutboundRules = PUBLIC_ONLY
    """Where moderation services may be."""
    version: str = ""
    listen: str = ""
    workers: int = 1
    worker: int = 0
    """Which of the gateway's workers this is; each uses static parts of rate limits by this number when it must."""

    max_body_bytes: int = 10 * 1024 * 1024
    header_timeout_s: float = 5.0
    body_timeout_s: float = 30.0
    idle_timeout_s: float = 75.0
    drain_s: float = 30.0
    """How long calls under way may go on once the gateway is asked to stop."""
    write_timeout_s: float = 30.0
    """How long a caller that reads slowly may hold a stream up."""
    keep_alive_s: float = 15.0
    """After so much silence in a stream its caller gets a comment line, which readers of streams skip."""
    ack_timeout_s: float = 5.0
    provider_timeout_s: float = 300.0
    """For a whole answer; of a stream for its first piece and then for each silence."""
    longest_stream_s: float = 840.0
    """Below the 15 minutes after which the authority gives a call up and charges nothing for it any more."""
    provider_connect_timeout_s: float = 10.0
    max_answer_bytes: int = 32 * 1024 * 1024
    max_in_flight: int = 2_000
    publish_queue: int = 4_000
    """Most appends waiting for one partition before callers get 503."""
    directory_degraded_s: float = 5.0
    directory_limit_s: float = 60.0
    """Older than this, the directory's heartbeat stops all calls: a revoked key must not live on unnoticed."""
    bad_keys_per_s: int = 20
    """Wrong keys above this rate are counted and recorded together each second."""
    report_every_s: float = 10.0
    traces: bool = False
    otlp_endpoint: str | None = None
    """Where traces go; None, with traces on: where OpenTelemetry's own environment variables say."""
    late_records: int = 1_000
    """Most completions that may wait for the log to return after a decision's ack was unknown."""
    late_record_deadline_s: float = 600.0

    @property
    def oldest_secret(self) -> bytes:
        """The key secret that keyed hashes of texts are made with: it stays the same when a newer one comes."""
        return self.key_secrets[min(self.key_secrets)] if self.key_secrets else b""

    def topic(self, name: str) -> str:
        """Give the name of a topic under this installation's prefix."""
        return f"{self.topic_prefix}{name}"
