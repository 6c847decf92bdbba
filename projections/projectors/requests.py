"""Rows of ``requests`` and ``requests_open``: one row a request, joined from its records.

The first end in log order closes a request (completed, or abandoned by the authority); every later one is ignored,
as is a second decision. What came before the batch is passed in, so the same batch always gives the same rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from keeptrusts.projections.projectors.place import LoggedEvent, time_text
from keeptrusts.projections.projectors.request_parts import request_of
from keeptrusts.schemas.events.request import RequestAbandoned, RequestAttempted, RequestCompleted, RequestDecided

RequestKey = tuple[str, str]
"""Organization and request id."""

NO_TAGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request. Empty text means none; ``status`` 0 means that no answer was recorded.

    ``time`` is the decision's business time. Money is nano-USD, ``None`` when there is no cost; latencies are
    microseconds. ``partition`` and ``offset`` are those of the record that gave the row its last change.
    """

    org: str
    request: str
    time: str
    team: str = ""
    user: str = ""
    role: str = ""
    key_id: str = ""
    project: str = ""
    consumer_group: str = ""
    tags: Mapping[str, str] = field(default_factory=lambda: NO_TAGS)
    gateway: str = ""
    endpoint: str = ""
    requested_model: str = ""
    stream: bool = False
    input_bytes: int = 0
    config_version: str = ""
    decided_verdict: str = ""
    decided_reason: str = ""
    decided_policy: str = ""
    decided_target: str = ""
    decided_provider: str = ""
    decided_model: str = ""
    decided_offset: int = -1
    state: str = "open"
    verdict: str = ""
    reason: str = ""
    policy: str = ""
    target: str = ""
    provider: str = ""
    model: str = ""
    status: int = 0
    provider_status: int = 0
    attempts: int = 0
    usage_basis: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost: int | None = None
    cost_state: str = ""
    price_version: str = ""
    latency_us: int = 0
    provider_us: int | None = None
    first_token_us: int | None = None
    output_bytes: int = 0
    error: str = ""
    client_gone: bool = False
    synthetic: bool = False
    materialization_version: int = 1
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequestRow(RequestRow):
    """A request in flight: written with ``sign`` 1, taken back with -1 when it changes or ends."""

    sign: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRequest:
    """What the log held about a request before a batch: its row while in flight, or that it has ended."""

    row: RequestRow | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectedRequests:
    """The rows of one batch, and how many of its records only repeated earlier ones.

    ``in_flight`` are the batch's requests that have not ended, as the next batch needs them.
    """

    closed: tuple[RequestRow, ...]
    open: tuple[OpenRequestRow, ...]
    in_flight: Mapping[RequestKey, RequestRow] = field(default_factory=lambda: MappingProxyType({}))
    repeated: int = 0


@dataclass(slots=True, kw_only=True)
class _Track:
    """A request while its batch is joined. ``before`` is the open row that the table holds, if any."""

    before: RequestRow | None
    current: RequestRow | None
    closed: bool
    final: RequestRow | None = None


def project_requests(prior: Mapping[RequestKey, PriorRequest], records: Sequence[LoggedEvent]) -> ProjectedRequests:
    """Join a batch of one partition, in log order, with what came before it."""
    tracks: dict[RequestKey, _Track] = {}
    repeated = 0
    for logged in records:
        request = request_of(logged.event.data)
        if request is None:
            continue
        key = (logged.event.org, request)
        track = tracks.get(key)
        if track is None:
            track = tracks[key] = _track_of(prior.get(key))
        if not _take(track, logged):
            repeated += 1
    return ProjectedRequests(
        closed=tuple(track.final for track in tracks.values() if track.final is not None),
        open=tuple(row for track in tracks.values() for row in _open_changes(track)),
        in_flight=MappingProxyType(
            {key: track.current for key, track in tracks.items() if track.current is not None and not track.closed}
        ),
        repeated=repeated,
    )


def _track_of(prior: PriorRequest | None) -> _Track:
    if prior is None:
        return _Track(before=None, current=None, closed=False)
    if prior.closed:
        return _Track(before=None, current=None, closed=True)
    return _Track(before=prior.row, current=prior.row, closed=False)


def row_in_flight(decided: LoggedEvent, last_attempt: LoggedEvent | None) -> RequestRow:
    """Give the row of a request in flight from its decision and its latest attempt after the first, if any."""
    row = _opened(decided)
    if last_attempt is None:
        return row
    attempted = last_attempt.event.data
    assert isinstance(attempted, RequestAttempted)
    return _attempted(row, last_attempt, attempted.attempt)


def _take(track: _Track, logged: LoggedEvent) -> bool:
    """Apply one record; False when it only repeats what is known."""
    data = logged.event.data
    if isinstance(data, RequestDecided):
        if track.closed or track.current is not None:
            return False
        track.current = _opened(logged)
    elif isinstance(data, RequestAttempted):
        if track.closed or track.current is None or data.attempt <= track.current.attempts:
            return False
        track.current = _attempted(track.current, logged, data.attempt)
    elif isinstance(data, RequestCompleted):
        if track.closed:
            return False
        track.closed, track.final = True, _completed(track.current, logged, data)
    elif isinstance(data, RequestAbandoned):
        if track.closed or track.current is None:
            return False
        track.closed, track.final = True, _abandoned(track.current, logged)
    return True


def _open_changes(track: _Track) -> list[OpenRequestRow]:
    rows = []
    after = None if track.closed else track.current
    if track.before is not None and track.before != after:
        rows.append(_signed(track.before, -1))
    if after is not None and track.before != after:
        rows.append(_signed(after, 1))
    return rows


def _signed(row: RequestRow, sign: int) -> OpenRequestRow:
    values = {item.name: getattr(row, item.name) for item in dataclasses.fields(RequestRow)}
    return OpenRequestRow(**values, sign=sign)


def _opened(logged: LoggedEvent) -> RequestRow:
    event, data = logged.event, logged.event.data
    assert isinstance(data, RequestDecided)
    identity = data.identity
    return RequestRow(
        org=event.org,
        request=data.request,
        time=time_text(event.time),
        team=identity.team or "",
        user=identity.user or "",
        role=identity.role or "",
        key_id=identity.key_id or "",
        project=identity.project or "",
        consumer_group=identity.consumer_group or "",
        tags=identity.tags,
        gateway=data.gateway,
        endpoint=data.endpoint,
        requested_model=data.requested_model or "",
        stream=data.stream,
        input_bytes=data.input_bytes,
        config_version=data.config_version or "",
        decided_verdict=data.verdict,
        decided_reason=data.reason or "",
        decided_policy=data.policy or "",
        decided_target=data.target or "",
        decided_provider=data.provider or "",
        decided_model=data.model or "",
        decided_offset=logged.place.offset,
        state="open",
        verdict=data.verdict,
        reason=data.reason or "",
        policy=data.policy or "",
        target=data.target or "",
        provider=data.provider or "",
        model=data.model or "",
        attempts=1 if data.target or data.provider else 0,
        synthetic=event.synthetic,
        partition=logged.place.partition,
        offset=logged.place.offset,
    )


def _attempted(row: RequestRow, logged: LoggedEvent, attempts: int) -> RequestRow:
    data = logged.event.data
    assert isinstance(data, RequestAttempted)
    return dataclasses.replace(
        row, attempts=attempts, target=data.target, provider=data.provider, model=data.model,
        offset=logged.place.offset,
    )  # fmt: skip


def _completed(row: RequestRow | None, logged: LoggedEvent, data: RequestCompleted) -> RequestRow:
    base = row if row is not None else _undecided(logged, data)
    usage = data.usage
    return dataclasses.replace(
        base,
        state="completed",
        verdict=data.verdict,
        reason=data.reason or "",
        policy=data.policy or "",
        target=data.target or "",
        provider=data.provider or "",
        model=data.model or "",
        status=data.status,
        provider_status=data.provider_status or 0,
        attempts=data.attempts,
        usage_basis=usage.basis if usage else "",
        input_tokens=usage.input_tokens if usage else 0,
        cached_tokens=usage.cache_read_tokens if usage else 0,
        cache_write_tokens=usage.cache_write_tokens if usage else 0,
        output_tokens=usage.output_tokens if usage else 0,
        reasoning_tokens=usage.reasoning_tokens if usage else 0,
        cost=data.cost,
        cost_state=data.cost_state,
        price_version=data.price_version or "",
        latency_us=data.latency_us,
        provider_us=data.provider_us,
        first_token_us=data.first_token_us,
        output_bytes=data.output_bytes,
        error=data.error or "",
        client_gone=data.client_gone,
        synthetic=logged.event.synthetic,
        partition=logged.place.partition,
        offset=logged.place.offset,
    )


def _undecided(logged: LoggedEvent, data: RequestCompleted) -> RequestRow:
    """Start from a completion whose decision never reached the log (its acknowledgement was unknown)."""
    event, identity = logged.event, data.identity
    source = event.source.split("/")
    return RequestRow(
        org=event.org,
        request=data.request,
        time=time_text(event.time - timedelta(microseconds=data.latency_us)),
        team=identity.team or "",
        user=identity.user or "",
        role=identity.role or "",
        key_id=identity.key_id or "",
        project=identity.project or "",
        consumer_group=identity.consumer_group or "",
        tags=identity.tags,
        gateway=source[1] if len(source) > 1 and source[0] == "gateway" else "",
        partition=logged.place.partition,
        offset=logged.place.offset,
    )


def _abandoned(row: RequestRow, logged: LoggedEvent) -> RequestRow:
    return dataclasses.replace(
        row, state="abandoned", error="abandoned", cost_state="none", offset=logged.place.offset,
    )  # fmt: skip
