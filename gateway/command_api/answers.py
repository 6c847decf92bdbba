"""What commands answer with: the resource as the directory shows it, never a digest. Also the models for OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.schemas.commands.documents import ExportFormat, ExportType
from keeptrusts.schemas.commands.people import KeyPurpose, WalletMode
from keeptrusts.schemas.commands.wallets import BudgetPeriod, BudgetScope, WalletScope
from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.directory import (
    BudgetValue,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WebhookValue,
)

Kind = Literal[
    "organization",
    "team",
    "member",
    "key",
    "wallet",
    "budget",
    "ticket",
    "hold",
    "escalation",
    "webhook",
    "export",
    "export_schedule",
    "erasure",
]


class CommandAnswer(BaseModel):
    """What every accepted command answers: the resource, and where its intent is in the log."""

    model_config = ConfigDict(frozen=True)

    id: str
    position: str
    message: str | None = None


class TeamAnswer(CommandAnswer):
    name: str
    slug: str
    description: str
    state: Literal["active", "archived"]
    created_at: str


class TeamRoleAnswer(BaseModel):
    team: str
    team_id: str
    role: Role


class MemberAnswer(CommandAnswer):
    email: str
    name: str | None
    role: Role
    teams: list[TeamRoleAnswer]
    state: str
    created_at: str


class KeyAnswer(CommandAnswer):
    """``key`` is the key itself: in the answer that made it, and never again."""

    key: str | None = None
    purpose: KeyPurpose
    name: str
    prefix: str
    state: Literal["active", "revoked"]
    member: str | None = None
    member_id: str | None = None
    team: str | None = None
    team_id: str | None = None
    user: str | None = None
    role: Role | None = None
    project: str | None = None
    consumer_group: str | None = None
    models: list[str] = Field(default_factory=list)
    expires_at: str | None = None
    created_at: str
    revoked_at: str | None = None
    overlap_until: str | None = None


class WalletStateAnswer(CommandAnswer):
    """Whose wallet a command was about."""

    scope: WalletScope
    owner: str
    owner_name: str | None


class WalletAnswer(WalletStateAnswer):
    """The wallet that money moved to or from; balances are in GET /v1/wallets with ``min_position``.

    ``period``: the allocation recurs from now on.
    """

    amount: str
    currency: Literal["USD"]
    note: str
    period: Literal["month"] | None = None


class WalletModeAnswer(CommandAnswer):
    name: str
    slug: str
    wallet_mode: WalletMode


class BudgetAnswer(CommandAnswer):
    """A budget as it is in force; what is spent of it is in GET /v1/budgets with ``min_position``."""

    scope: BudgetScope
    owner: str
    owner_name: str | None
    limit: str
    currency: Literal["USD"] = "USD"
    period: BudgetPeriod
    time_zone: str
    action: Literal["hard", "soft"]
    thresholds_percent: list[int]
    state: Literal["active", "removed"]
    created_at: str | None = None


class TicketAnswer(CommandAnswer):
    """A ticket that was decided; the whole of it is in GET /v1/tickets/{id} with ``min_position``."""

    decision: Literal["approved", "denied", "cancelled"]
    wallet: str | None = None
    deadline_at: str | None = None
    note: str = ""


class EscalationAnswer(CommandAnswer):
    """An escalation that was claimed, released or decided; all of it is in GET /v1/escalations/{id}."""

    state: Literal["queued", "claimed", "resolved"]
    resolution: Literal["approved", "denied", "approved_edited"] | None = None
    note: str = ""


class WebhookAnswer(CommandAnswer):
    """``secret`` is what deliveries are signed with: in the answer that made it, and never again."""

    secret: str | None = None
    url: str
    events: list[str]
    team: str | None = None
    team_id: str | None = None
    description: str
    enabled: bool
    state: Literal["enabled", "disabled", "removed"]
    reason: Literal["gone", "failing"] | None = None
    overlap_until: str | None = None
    created_at: str | None = None


class ExportAnswer(CommandAnswer):
    """An export that was asked for or deleted; how far it is: GET /v1/exports/{id} with ``min_position``."""

    state: Literal["queued", "deleted"]
    type: ExportType | None = None
    format: ExportFormat | None = None
    since: str | None = None
    until: str | None = None
    filters: dict[str, str] = Field(default_factory=dict)
    description: str = ""


class ExportScheduleAnswer(CommandAnswer):
    """A schedule that was made or deleted; its next times: GET /v1/export-schedules/{id} with ``min_position``."""

    state: Literal["active", "removed"]
    type: ExportType | None = None
    format: ExportFormat | None = None
    cron: str | None = None
    time_zone: str | None = None
    filters: dict[str, str] = Field(default_factory=dict)
    description: str = ""


class ErasureAnswer(CommandAnswer):
    """A person whose captured content is erased from now on; how far that is: GET /v1/privacy/subjects/{subject}."""

    subject: str
    reason: str


class HoldAnswer(CommandAnswer):
    """A hold whose money was handed back."""

    state: Literal["released"]
    reason: str


class OutcomeAnswer(BaseModel):
    """What became of an intent; ``pending`` as long as the authority has not answered."""

    event_id: str
    outcome: Literal["accepted", "rejected", "pending"]
    intent: str | None = None
    reason: str | None = None
    message: str | None = None
    resource_kind: str | None = None
    resource_id: str | None = None
    position: str | None = None


def resource_document(view: DirectoryView, org: str, kind: str, identifier: str) -> dict[str, Any] | None:
    """Give a resource as the directory shows it now; None when it does not (or no longer)."""
    match kind:
        case "team":
            team = view.team(org, identifier)
            return None if team is None else team_document(team)
        case "member":
            member = view.member(org, identifier)
            return None if member is None else member_document(view, member)
        case "key":
            key = view.key(org, identifier)
            return None if key is None else key_document(view, key)
        case "organization":
            organization = view.organization(org)
            return None if organization is None else organization_document(organization)
        case "wallet":
            return wallet_document(view, org, identifier)
        case "budget":
            budget = view.budget(org, identifier)
            return None if budget is None else budget_document(view, budget)
        case "webhook":
            webhook = view.webhook(org, identifier)
            return None if webhook is None else webhook_document(view, webhook)
        case _:
            return None


def team_document(team: TeamValue) -> dict[str, Any]:
    return {
        "id": team.id,
        "name": team.name,
        "slug": team.slug,
        "description": team.description,
        "state": team.state,
        "created_at": format_time(team.created_at),
    }


def member_document(view: DirectoryView, member: MemberValue) -> dict[str, Any]:
    return {
        "id": member.id,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "teams": team_roles(view, member.org, member.teams),
        "state": member.state,
        "created_at": format_time(member.created_at),
    }


def team_roles(view: DirectoryView, org: str, roles: Mapping[str, Role]) -> list[dict[str, Any]]:
    """Give a member's roles in teams, by slug and id."""
    return [
        {"team": team_label(view, org, team), "team_id": team, "role": role} for team, role in sorted(roles.items())
    ]


def key_document(view: DirectoryView, key: KeyValue) -> dict[str, Any]:
    member = None if key.member is None else view.member(key.org, key.member)
    return {
        "id": key.id,
        "purpose": key.purpose,
        "name": key.name,
        "prefix": key.prefix,
        "state": key.state,
        "member": None if member is None else member.email,
        "member_id": key.member,
        "team": None if key.team is None else team_label(view, key.org, key.team),
        "team_id": key.team,
        "user": key.user,
        "role": key.role,
        "project": key.project,
        "consumer_group": key.consumer_group,
        "models": list(key.models),
        "expires_at": None if key.expires_at is None else format_time(key.expires_at),
        "created_at": format_time(key.created_at),
        "revoked_at": None if key.revoked_at is None else format_time(key.revoked_at),
        "overlap_until": None if key.overlap_until is None else format_time(key.overlap_until),
    }


def organization_document(organization: OrganizationValue) -> dict[str, Any]:
    return {
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug,
        "wallet_mode": organization.wallet_mode,
    }


def wallet_document(view: DirectoryView, org: str, wallet: str) -> dict[str, Any]:
    """Give whose wallet an id (``team:<id>``) stands for; balances are the query API's to show."""
    scope, _, owner = wallet.partition(":")
    return {"id": wallet, "scope": scope, "owner": owner, "owner_name": _owner_name(view, org, scope, owner)}


def budget_document(view: DirectoryView, budget: BudgetValue) -> dict[str, Any]:
    return {
        "id": budget.id,
        "scope": budget.scope,
        "owner": budget.owner,
        "owner_name": _owner_name(view, budget.org, budget.scope, budget.owner),
        "limit": format_usd(budget.limit),
        "currency": "USD",
        "period": budget.period,
        "time_zone": budget.time_zone,
        "action": budget.action,
        "thresholds_percent": list(budget.thresholds_percent),
        "state": budget.state,
        "created_at": format_time(budget.created_at),
    }


def webhook_document(view: DirectoryView, webhook: WebhookValue) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "team": None if webhook.team is None else team_label(view, webhook.org, webhook.team),
        "team_id": webhook.team,
        "description": webhook.description,
        "enabled": webhook.state == "enabled",
        "state": webhook.state,
        "reason": webhook.reason,
        "overlap_until": None if webhook.overlap_until is None else format_time(webhook.overlap_until),
        "created_at": format_time(webhook.created_at),
    }


def team_label(view: DirectoryView, org: str, team: str) -> str:
    """Give a team's slug, or its id when it is not there (any more)."""
    found = view.team(org, team)
    return team if found is None else found.slug


def _owner_name(view: DirectoryView, org: str, scope: str, owner: str) -> str | None:
    if scope == "team":
        return team_label(view, org, owner)
    if scope == "user":
        member = view.member(org, owner)
        return None if member is None else member.email
    if scope == "key":
        key = view.key(org, owner)
        return None if key is None else key.name
    if scope != "organization":
        return owner
    organization = view.organization(org)
    return None if organization is None else organization.name
