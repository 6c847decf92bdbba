"""The bodies that commands take: nothing but the declared fields, each of its own type."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
)

from keeptrusts.schemas.commands.documents import ExportFormat, ExportType
from keeptrusts.schemas.commands.people import Description, Email, KeyPurpose, Name, Slug, WalletMode
from keeptrusts.schemas.commands.wallets import BudgetPeriod, BudgetScope
from keeptrusts.schemas.commands.webhooks import WebhookUrl
from keeptrusts.schemas.events.identity import Label, Role
from keeptrusts.schemas.money import parse_usd
from keeptrusts.schemas.periods import zone_named
from keeptrusts.schemas.record import parse_time
from keeptrusts.schemas.webhooks import ESCALATION_TYPES, wants

MAX_MODELS: Final = 100
MAX_OVERLAP_S: Final = 7 * 24 * 3600
MAX_THRESHOLDS: Final = 10
MAX_FILTER_CHARACTERS: Final = 2000


def _read_amount(value: object) -> int:
    nano = parse_usd(value)
    if nano <= 0:
        raise ValueError("must be above zero")
    return nano


def _read_moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be an RFC 3339 time such as 2026-04-01T09:00:00Z")
    try:
        return parse_time(value)
    except ValueError:
        raise ValueError("must be an RFC 3339 time with an offset, such as 2026-04-01T09:00:00Z") from None


Amount = Annotated[
    int,
    BeforeValidator(_read_amount),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,9})?$"}, {"type": "number"}],
            "description": "USD, at most 9 decimals, read exactly",
            "examples": ["1000.00"],
        }
    ),
]
"""Nano-USD in code; a decimal number or string of USD in JSON."""

Moment = Annotated[datetime, BeforeValidator(_read_moment), WithJsonSchema({"type": "string", "format": "date-time"})]


def _given(value: Any) -> Any:
    if value is None:
        raise ValueError("must not be null: leave the field away to keep the value")
    return value


def _only_true(value: bool) -> bool:
    if not value:
        raise ValueError("must be true, or left away")
    return value


def _known_zone(name: str) -> str:
    zone_named(name)
    return name


def _rising(percents: list[int]) -> list[int]:
    if sorted(set(percents)) != percents:
        raise ValueError("must rise, each percent once, such as [50, 80, 100]")
    return percents


def _short(filters: dict[str, str]) -> dict[str, str]:
    if sum(len(name) + len(value) for name, value in filters.items()) > MAX_FILTER_CHARACTERS:
        raise ValueError(f"are longer than {MAX_FILTER_CHARACTERS} characters in all")
    return filters


def _matching(patterns: list[str]) -> list[str]:
    lost = next((one for one in patterns if not any(wants((one,), known) for known in ESCALATION_TYPES)), None)
    if lost is not None:
        raise ValueError(f"{lost[:100]!r} matches no event; there are {', '.join(ESCALATION_TYPES)}")
    return patterns


Note = Annotated[str, Field(max_length=1000)]
Reference = Annotated[str, Field(min_length=1, max_length=254)]
EventPatterns = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z*]{1,40}(\.[a-z_*]{1,40})?$")]],
    Field(min_length=1, max_length=20),
    AfterValidator(_matching),
]
Models = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=MAX_MODELS)]


class CommandBody(BaseModel):
    """What every body shares: frozen, no coercion between types, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NoFields(CommandBody):
    """A command without fields."""


class TeamCreateBody(CommandBody):
    name: Name
    slug: Slug | None = None
    description: Description = ""


class _Change(CommandBody):
    """A change names at least one field, and none as null."""

    @field_validator("*", mode="before")
    @classmethod
    def _no_null(cls, value: Any) -> Any:
        return _given(value)


class TeamChangeBody(_Change):
    name: Name | None = None
    slug: Slug | None = None
    description: Description | None = None
    archived: bool | None = None


class MemberAddBody(CommandBody):
    """A person by e-mail, or a known one by ``member``; ``role`` is meant in the path's team, else the organization."""

    email: Email | None = None
    member: Reference | None = None
    role: Role = "member"
    name: Name | None = None


class MemberChangeBody(_Change):
    name: Name | None = None
    state: Literal["active", "suspended"] | None = None


class RoleBody(CommandBody):
    """A role in the organization, or in ``team`` when one is named."""

    role: Role
    team: Reference | None = None


class KeyCreateBody(CommandBody):
    """A gateway key of a team (or of the organization, without one), or an access key of a member."""

    purpose: KeyPurpose = "gateway"
    name: Name | None = None
    team: Reference | None = None
    user: Reference | None = None
    role: Role | None = None
    project: Label | None = None
    consumer_group: Label | None = None
    models: Models = Field(default_factory=list)
    expires_at: Moment | None = None


class KeyRevokeBody(CommandBody):
    reason: Note = ""


class KeyRotateBody(CommandBody):
    """``overlap_seconds``: how long the old secret goes on working."""

    overlap_seconds: Annotated[int, Field(ge=0, le=MAX_OVERLAP_S)] = 0


class _WalletNamed(CommandBody):
    """Whose wallet: exactly one of the four (none: the organization's, where that makes sense)."""

    team_id: Reference | None = None
    user_id: Reference | None = None
    organization: Annotated[bool, AfterValidator(_only_true)] | None = None
    wallet: Reference | None = None


class _MoneyBody(_WalletNamed):
    """An amount, and whose wallet it moves to or from."""

    amount: Amount
    currency: Literal["USD"] = "USD"
    note: Note = ""


class WalletFundBody(_MoneyBody):
    """Bring money in from outside, by default into the organization's wallet."""


class WalletAllocateBody(_MoneyBody):
    """Move money down, from ``source`` or else from the organization's wallet; with ``period`` again each month."""

    source: Reference | None = None
    period: Literal["month"] | None = None


class WalletReclaimBody(_MoneyBody):
    """Move unspent money back up."""


class WalletCloseBody(_WalletNamed):
    """Close a wallet that holds no money, no leases and no holds."""


class WalletStopRecurringBody(_WalletNamed):
    """End a wallet's monthly allocation; what it has moved stays."""


class WalletModeBody(CommandBody):
    mode: WalletMode


class BudgetSetBody(CommandBody):
    """A cap on what ``owner`` may spend in a period. Setting it again for the same owner and period changes it.

    ``owner`` by scope: the organization (left away), a team's id, slug or name, a member's id or e-mail, a key's id or
    name, or the name of a project or a gateway. ``hard`` refuses, ``soft`` only says that a threshold is reached.
    """

    scope: BudgetScope
    owner: Reference | None = None
    limit: Amount
    currency: Literal["USD"] = "USD"
    period: BudgetPeriod
    time_zone: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_known_zone)] = "UTC"
    action: Literal["hard", "soft"] = "hard"
    thresholds_percent: Annotated[
        list[Annotated[int, Field(ge=1, le=100)]], Field(max_length=MAX_THRESHOLDS), AfterValidator(_rising)
    ] = Field(default_factory=lambda: [50, 80, 100])


class HoldReleaseBody(CommandBody):
    """Hand back the money of a hold that is presumed spent."""

    reason: Note = ""


class TicketApproveBody(CommandBody):
    """Pay for a parked request from ``wallet``, until ``deadline_at`` (by default the ticket's own deadline)."""

    wallet: Reference
    deadline_at: Moment | None = None
    note: Note = ""


class EditedText(CommandBody):
    """A held request or answer as a reviewer has edited it: ``content`` is the text of the JSON that goes on instead.

    A request is given whole; of an answer the texts, as many and in the order in which they were shown.
    ``request``, ``subject`` and ``keep_days`` are those of the content it was made of, as GET
    /v1/escalations/{id}/content shows them; of another call's the gateway takes none.
    """

    content: Annotated[str, Field(min_length=2)]
    request: Reference
    subject: Annotated[str, Field(min_length=1, max_length=300)]
    keep_days: Annotated[int, Field(ge=1, le=36_500)]


class EscalationResolveBody(CommandBody):
    """What a person decides about a held call or answer, and why; ``edited`` goes with approved_edited."""

    resolution: Literal["approved", "denied", "approved_edited"]
    note: Note = ""
    edited: EditedText | None = None


class ErasureBody(CommandBody):
    """Whose captured content is to be erased: a member by e-mail or id, ``external:<id>``, or an API key by its id."""

    subject: Annotated[str, Field(min_length=1, max_length=300)]
    reason: Note = ""


class WebhookCreateBody(CommandBody):
    """Where to tell of events that match a pattern such as ``escalation.*``; with ``team``, of that team's only."""

    url: WebhookUrl
    events: EventPatterns = Field(default_factory=lambda: ["escalation.*"])
    team: Reference | None = None
    description: Description = ""
    enabled: bool = True


class WebhookChangeBody(_Change):
    url: WebhookUrl | None = None
    events: EventPatterns | None = None
    description: Description | None = None
    enabled: bool | None = None


class ExportedBody(CommandBody):
    """What is written to a file: rows of a type that match the filters."""

    type: ExportType = "events"
    format: ExportFormat = "csv"
    filters: Annotated[dict[str, str], Field(max_length=20), AfterValidator(_short)] = Field(default_factory=dict)
    description: Description = ""


class ExportCreateBody(ExportedBody):
    """A file of a period: ``30d``, a date or a time."""

    since: Annotated[str, Field(max_length=40)] | None = None
    until: Annotated[str, Field(max_length=40)] | None = None


class ExportScheduleBody(ExportedBody):
    """A file at each time of ``cron`` in a time zone, of what has happened since the one before."""

    cron: Annotated[str, Field(min_length=1, max_length=200)]
    time_zone: Annotated[str, Field(min_length=1, max_length=60)] = "UTC"


class TicketReasonBody(CommandBody):
    """Why a ticket is denied or cancelled; its caller is told."""

    reason: Note = ""
