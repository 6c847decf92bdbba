"""The shapes of all answers; OpenAPI and the JSON on the wire are made from them."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from keeptrusts.schemas.events.identity import PolicyOutcome, Role, RolloutMode, Verdict

T = TypeVar("T")

Usd = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2,9}$", description="USD, exact decimal", examples=["0.000367"])]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="UTC, microseconds")]


class Answer(BaseModel):
    """What every answer shares: frozen, and nothing but what is declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Range(Answer):
    """The resolved period: ``since`` inclusive, ``until`` exclusive; null is unbounded."""

    since: Time | None = None
    until: Time | None = None
    time_zone: str = "UTC"


class Page(Answer, Generic[T]):
    """A list. ``as_of`` is the position in the log that it was read at; ``lag_ms`` how far that lies behind."""

    data: list[T]
    next_cursor: str | None = None
    as_of: str
    range: Range = Range()
    lag_ms: int | None = None


class Count(Answer):
    """How many there are."""

    count: int
    as_of: str
    range: Range = Range()
    lag_ms: int | None = None


class One(Answer, Generic[T]):
    """One resource and the position it was read at."""

    data: T
    as_of: str
    lag_ms: int | None = None


class EventRow(Answer):
    """One request. ``status`` is null while it is in flight; ``cost`` is null when it has none or no known price."""

    id: str
    request_id: str
    time: Time
    org: str
    team: str | None
    team_id: str | None
    user: str | None
    user_id: str | None
    role: str | None
    key_id: str | None
    project: str | None
    tags: dict[str, str]
    gateway: str | None
    consumer_group: str | None
    endpoint: str | None
    requested_model: str | None
    model: str | None
    provider: str | None
    target: str | None
    decision: Verdict | None
    policy: str | None
    reason: str | None
    status: int | None
    provider_status: int | None
    error: str | None
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    usage_basis: str | None
    cost: Usd | None
    cost_state: str | None
    latency_ms: float | None
    ttft_ms: float | None
    provider_ms: float | None
    stream: bool
    attempts: int
    config_version: str | None
    synthetic: bool
    position: str


class Attempt(Answer):
    """One attempt at a provider."""

    attempt: int
    target: str | None
    provider: str | None
    model: str | None
    cause: str | None
    time: Time
    position: str


class PolicyStep(Answer):
    """What one policy said, on the way in or on the way out."""

    phase: Literal["input", "output"]
    kind: str
    name: str | None
    mode: RolloutMode
    result: PolicyOutcome
    reason: str | None
    findings: dict[str, int]
    us: int


class RecordRef(Answer):
    """A record of the log that the request is made of."""

    type: str
    id: str
    time: Time
    position: str


class EventDetail(EventRow):
    """One request with every policy's result, its attempts, and the records it is made of."""

    message: str | None
    input_bytes: int
    output_bytes: int
    cache_write_tokens: int | None
    price_version: str | None
    input_hash: str | None
    directory_position: int | None
    config_position: int | None
    client_gone: bool
    policies: list[PolicyStep]
    attempts_detail: list[Attempt]
    records: list[RecordRef]


class GroupRow(BaseModel):
    """Sums of a group. The group's keys stand beside the metrics; ``team`` and ``user`` also give their ids.

    Metrics that were not asked for are left out.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    requests: int | None = None
    users: int | None = None
    blocked: int | None = None
    errors: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Usd | None = None
    latency_ms_p50: float | None = None
    latency_ms_p95: float | None = None
    first_seen: Time | None = None
    last_seen: Time | None = None

    @model_serializer(mode="wrap")
    def _only_asked_for(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = write(self)
        return {name: value for name, value in values.items() if name in self.model_fields_set}


class EventsPage(Answer):
    """Requests, or sums of groups of them when ``group_by`` is given."""

    data: list[EventRow] | list[GroupRow] | list[dict[str, Any]]
    next_cursor: str | None = None
    as_of: str
    range: Range = Range()
    lag_ms: int | None = None


class LogRecord(Answer):
    """One record of the log. ``data`` is what was appended, without digests of keys."""

    position: str
    id: str
    type: str
    source: str
    subject: str
    time: Time
    appended_at: Time
    actor: str
    org: str
    correlationid: str | None
    causationid: str | None
    sequence: int | None
    synthetic: bool
    known: bool
    data: dict[str, Any]


class UsageAnswer(Answer):
    """Usage in groups, with the sum over everything that the caller may see."""

    data: list[GroupRow]
    totals: GroupRow
    as_of: str
    range: Range
    lag_ms: int | None = None


class TeamUsageAnswer(UsageAnswer):
    """Usage of one team: by person as far as the caller may see persons, and the team's totals."""

    team: str
    team_id: str


class Forecast(Answer):
    """Where the current month is heading: what is spent, plus the mean of the last full days for each day left."""

    month: str
    spent: Usd
    daily_mean: Usd
    days_measured: int
    days_left: float
    month_end: Usd | None
    method: str


class SpendAnswer(UsageAnswer):
    """What calls cost, in groups, with a forecast of the current month."""

    forecast: Forecast


class WeekUsers(Answer):
    week: str
    users: int


class ModelShare(Answer):
    model: str
    requests: int
    share: float


class FirstCallTime(Answer):
    """From joining to the first governed call, in seconds, over members who made one."""

    members: int
    median_seconds: float | None


class Coverage(Answer):
    """Gateways reporting in the last five minutes of those known, and teams with traffic of all teams: two shares."""

    gateways_reporting: int
    gateways: int
    gateways_share: float | None
    teams_with_traffic: int
    teams: int
    teams_share: float | None


class Adoption(Answer):
    """How far governed use has come."""

    active_users_by_week: list[WeekUsers]
    active_users: int
    requests_per_developer: float | None
    time_to_first_call: FirstCallTime
    models: list[ModelShare]
    model_diversity: int
    error_rate: float | None
    governance_coverage: Coverage
    phase: str | None
    phase_since: Time | None


class Team(Answer):
    id: str
    name: str
    slug: str
    description: str
    state: str
    members: int
    wallet: str | None
    created_at: Time


class TeamRole(Answer):
    team: str
    team_id: str
    role: Role


class Member(Answer):
    id: str
    email: str
    name: str | None
    role: Role
    state: str
    teams: list[TeamRole]
    created_at: Time


class TeamMember(Answer):
    id: str
    email: str
    name: str | None
    role: Role
    organization_role: Role
    state: str


class Key(Answer):
    """A key's record; the key itself was shown once and is stored nowhere."""

    id: str
    purpose: str
    name: str
    prefix: str
    state: str
    member: str | None
    member_id: str | None
    team: str | None
    team_id: str | None
    user: str | None
    role: Role | None
    project: str | None
    consumer_group: str | None
    models: list[str]
    scopes: list[str]
    expires_at: Time | None
    created_at: Time
    created_by: str
    revoked_at: Time | None


class Organization(Answer):
    id: str
    name: str
    slug: str
    wallet_mode: str
    created_at: Time


class Me(Answer):
    """Who is asking, and how far each action of theirs reaches."""

    member: Member
    organization: Organization
    key_id: str
    role: Role
    teams: list[TeamRole]
    capabilities: dict[str, str]


class Gateway(Answer):
    """A gateway as it last reported. ``state`` is ``reporting``, ``silent`` or ``stopped``."""

    name: str
    state: str
    incarnations: int
    last_seen: Time
    started_at: Time | None
    version: str | None
    listen: str | None
    config_version: str | None
    requests: int
    in_flight: int
    unrecorded: dict[str, int]
    providers: list[dict[str, Any]]


class Rebuilt(Answer):
    """A table that was made again from the log."""

    table: str
    records: int
    rows_before: int
    rows_after: int
