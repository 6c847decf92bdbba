"""What the command API works with, chosen by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Final

from keeptrusts.gateway.pipeline.content_desk import ContentDesk
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.state.outcomes import OutcomeInbox
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.outbound import PUBLIC_ONLY, OutboundRules
from keeptrusts.schemas.publishing import Publisher

MAX_BODY_BYTES: Final = 1024 * 1024


@frozen
class CommandContext:
    """Where intents go, where their outcomes and the directory are seen, and the bounds of waiting.

    ``ready()`` says whether both views have caught up with their topics. ``key_secrets`` maps a version to the secret
    that digests are made with; new keys use ``secret_version``. ``now`` is aware UTC, ``monotonic_s`` the clock that
    the directory's heartbeats are aged by. Follow kt.outcomes from its beginning: repeats of an Idempotency-Key are
    answered from it. ``outbound`` says where the URLs of webhooks may lead.
    """

    publisher: Publisher
    directory: DirectoryView
    outcomes: OutcomeInbox
    key_secrets: Mapping[int, bytes] = field(repr=False)
    secret_version: int
    ids: Ids
    now: Callable[[], datetime]
    monotonic_s: Callable[[], float]
    partitions: int
    ready: Callable[[], bool]
    outbound: OutboundRules = PUBLIC_ONLY
    append_timeout_s: float = 5.0
    outcome_timeout_s: float = 5.0
    view_timeout_s: float = 1.0
    body_timeout_s: float = 30.0
    directory_limit_s: float = 60.0
    contents: ContentDesk | None = None
    """Where edited texts are kept; None in a process that keeps none."""
