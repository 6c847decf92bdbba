"""Finds what a request names: teams by id, slug or name, members by id or e-mail, keys, wallets, budgets."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.command_api.problems import invalid, not_found
from keeptrusts.gateway.command_api.requests import (
    BudgetSetBody,
    WalletAllocateBody,
    WalletCloseBody,
    WalletFundBody,
    WalletReclaimBody,
    WalletStopRecurringBody,
)
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.schemas.commands.wallets import WalletRef
from keeptrusts.schemas.snapshots.directory import BudgetValue, KeyValue, MemberValue, TeamValue, WebhookValue

MoneyBody = WalletFundBody | WalletAllocateBody | WalletReclaimBody
WalletBody = MoneyBody | WalletCloseBody | WalletStopRecurringBody

_WALLET_FORMS: Final = "use organization, team:<id, slug or name> or user:<id or e-mail>"
_TARGETS: Final = ("team_id", "user_id", "organization", "wallet")
_OUTSIDERS: Final = ("external:", "key:")
"""Callers without a member's record, as requests name them."""


def team_of(view: DirectoryView, org: str, reference: str, *, field: str | None = None) -> TeamValue:
    """Find an active team of the organization; raises Refused (404)."""
    team = view.team(org, reference)
    if team is None:
        raise not_found("team", reference, field=field)
    return team


def member_of(view: DirectoryView, org: str, reference: str, *, field: str | None = None) -> MemberValue:
    """Find a member who was not removed; raises Refused (404)."""
    member = view.member(org, reference)
    if member is None:
        raise not_found("member", reference, field=field)
    return member


def key_of(view: DirectoryView, org: str, reference: str, *, field: str | None = None) -> KeyValue:
    """Find a key by id, look-up prefix or name; raises Refused (404)."""
    key = view.key(org, reference)
    if key is None:
        raise not_found("key", reference, field=field)
    return key


def wallet_of(view: DirectoryView, org: str, body: WalletBody, *, default_to_organization: bool = False) -> WalletRef:
    """Find the wallet that a body names; raises Refused (404, or 422 when it names none or several)."""
    named = [name for name in _TARGETS if getattr(body, name) is not None]
    if not named and default_to_organization:
        return WalletRef(scope="organization", owner=org)
    if not named:
        raise invalid("team_id", "whose wallet?", f"name one of {', '.join(_TARGETS)}")
    if len(named) > 1:
        raise invalid(named[1], f"{' and '.join(named)} name more than one wallet", "name one of them")
    if body.team_id is not None:
        return WalletRef(scope="team", owner=team_of(view, org, body.team_id, field="team_id").id)
    if body.user_id is not None:
        return WalletRef(scope="user", owner=member_of(view, org, body.user_id, field="user_id").id)
    if body.wallet is not None:
        return wallet_named(view, org, body.wallet, field="wallet")
    return WalletRef(scope="organization", owner=org)


def wallet_named(view: DirectoryView, org: str, text: str, *, field: str) -> WalletRef:
    """Read ``organization``, ``team:<reference>`` or ``user:<reference>``; raises Refused (404, 422)."""
    scope, separator, reference = text.partition(":")
    match scope:
        case "organization":
            if separator and reference != org:
                raise not_found("organization", reference, field=field)
            return WalletRef(scope="organization", owner=org)
        case "team" if reference:
            return WalletRef(scope="team", owner=team_of(view, org, reference, field=field).id)
        case "user" if reference:
            return WalletRef(scope="user", owner=member_of(view, org, reference, field=field).id)
        case _:
            raise invalid(field, f"{text[:100]!r} names no wallet", _WALLET_FORMS)


def budget_of(view: DirectoryView, org: str, reference: str) -> BudgetValue:
    """Find a budget in force by id; raises Refused (404)."""
    budget = view.budget(org, reference)
    if budget is None:
        raise not_found("budget", reference)
    return budget


def webhook_of(view: DirectoryView, org: str, reference: str) -> WebhookValue:
    """Find a webhook by id; raises Refused (404)."""
    webhook = view.webhook(org, reference)
    if webhook is None:
        raise not_found("webhook", reference)
    return webhook


def budget_owner(view: DirectoryView, org: str, body: BudgetSetBody) -> str:
    """Find whom a budget is for, as requests name them; raises Refused (404, 422)."""
    if body.scope == "organization":
        if body.owner not in (None, org, "organization"):
            raise not_found("organization", body.owner or "", field="owner")
        return org
    if body.owner is None:
        raise invalid("owner", "is required", f"name the {body.scope} that the budget is for")
    match body.scope:
        case "team":
            return team_of(view, org, body.owner, field="owner").id
        case "user":
            return body.owner if body.owner.startswith(_OUTSIDERS) else _member_id(view, org, body.owner)
        case "key":
            return key_of(view, org, body.owner, field="owner").id
        case "project" | "gateway":
            return body.owner


def _member_id(view: DirectoryView, org: str, reference: str) -> str:
    return member_of(view, org, reference, field="owner").id
