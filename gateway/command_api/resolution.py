"""Finds what a request names: teams by id, slug or name, members by id or e-mail, keys by id or name, wallets."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.command_api.problems import invalid, not_found
from keeptrusts.gateway.command_api.requests import WalletAllocateBody, WalletFundBody, WalletReclaimBody
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.schemas.commands.wallets import WalletRef
from keeptrusts.schemas.snapshots.directory import KeyValue, MemberValue, TeamValue

WalletBody = WalletFundBody | WalletAllocateBody | WalletReclaimBody

_WALLET_FORMS: Final = "use organization, team:<id, slug or name> or user:<id or e-mail>"
_TARGETS: Final = ("team_id", "user_id", "organization", "wallet")


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


def key_of(view: DirectoryView, org: str, reference: str) -> KeyValue:
    """Find a key by id, look-up prefix or name; raises Refused (404)."""
    key = view.key(org, reference)
    if key is None:
        raise not_found("key", reference)
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
