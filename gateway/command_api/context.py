"""What the command API works with, chosen by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.state.outcomes import OutcomeInbox
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.publishing import Publisher

MAX_BODY_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """Where intents go, where their outcomes and the directory are seen, and the bounds of waiting.

    ``ready()`` says whether both views have caught up with their topics. ``key_secrets`` maps a version to the secret
    that digests are made with; new keys use ``secret_version``. ``now`` is aware UTC, ``monotonic_s`` the clock that
    the directory's heartbeats are aged by. Follow kt.outcomes from its beginning: repeats of an Idempotency-Key are
    answered from it.
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
    append_timeout_s: float = 5.0
    outcome_timeout_s: float = 5.0
    view_timeout_s: float = 1.0
    body_timeout_s: float = 30.0
    directory_limit_s: float = 60.0
