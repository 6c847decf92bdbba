"""Escalations: calls and answers that a policy holds for a person. Log order decides every race.

queued <-> claimed; either -> resolved (approved or denied) or expired. Missing the service level is told once and ends
nothing. Whoever waits hears of the end by the inbox.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands.documents import (
    EscalationClaimRequested,
    EscalationReleaseRequested,
    EscalationResolveRequested,
)
from keeptrusts.schemas.events.request import RequestCompleted, ReviewRedeemed, ReviewRequested
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.snapshots.grants import OPENED, TOO_MANY, ReviewAnswered, ReviewDecided
from keeptrusts.schemas.snapshots.ledger import Outcome
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.sizes import (
    APPROVAL_S,
    LONGEST_REVIEW_S,
    MOST_ESCALATIONS,
    MOST_ESCALATIONS_OF_ONE,
    MOST_ESCALATIONS_OF_TEAM,
    MOST_SWEPT,
)
from keeptrusts.stream_processors.authority.state import LedgerState, ms_of
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing

_EXPIRED: Final = "nobody waits for it any more"
_DECIDED: Final = "it has been decided"
_NOT_REDEEMED: Final = MappingProxyType(
    {"denied": "denied", "redeemed": "already_redeemed", "expired": "too_late", "resolved": "not_redeemable"}
)
"""How an escalation ended -> why no call may go on by it."""


def opened(draft: Draft, asked: ReviewRequested) -> tuple[Outcome, str | None]:
    """Queue what a gateway holds; refused at once where too many are open already."""
    state = draft.state
    if asked.escalation in state.escalations or asked.escalation in state.ended_escalations:
        return "ignored", "repeated"
    at_once = asked.held is False
    identity, at = asked.identity, draft.event.time
    team = None if identity is None else identity.team
    if len(state.escalations) >= MOST_ESCALATIONS or (at_once and _asks_too_often(state, asked.principal, team)):
        if at_once:
            _answer(draft, asked.escalation, asked.request, TOO_MANY)
        else:
            _tell(draft, asked.escalation, asked.request, "expired")
        return "refused", TOO_MANY
    draft.change(
        Escalation(
            id=asked.escalation,
            org=state.ledger,
            change="opened",
            type=asked.type,
            severity=asked.severity,
            state="queued",
            request=asked.request,
            team=team,
            user=None if identity is None else identity.user,
            policy=asked.policy,
            reason=asked.reason,
            findings=asked.findings,
            content_ref=asked.content_ref,
            opened_at=at,
            due_at=_after(at, asked.due_seconds),
            expires_at=_after(at, asked.wait_seconds or asked.due_seconds),
            phase=asked.phase,
            held=asked.held,
            principal=asked.principal,
            input_hash=asked.input_hash,
            assignee=_assignee(draft.state, asked.assignee),
        )
    )
    if at_once:
        _answer(draft, asked.escalation, asked.request, OPENED)
    return "escalated", None


def _asks_too_often(state: LedgerState, principal: str | None, team: str | None) -> bool:
    """Say whether a caller, or its team, has as many open escalations as it may for which no connection waits."""
    refused = [one for one in state.escalations.values() if one.held is False]
    of_team = sum(one.team == team for one in refused)
    of_one = sum(one.principal == principal for one in refused)
    return of_team >= MOST_ESCALATIONS_OF_TEAM or of_one >= MOST_ESCALATIONS_OF_ONE


def _assignee(state: LedgerState, named: str | None) -> str | None:
    """Give the id of the member whom a policy names by e-mail; any other name as it is."""
    return None if named is None else state.member_by_email.get(named.strip().lower(), named)


def _after(at: datetime, seconds: int) -> datetime:
    """Give a later moment; no record may name one that does not exist."""
    return at + timedelta(seconds=min(seconds, LONGEST_REVIEW_S))


def concerns(state: LedgerState, completed: RequestCompleted) -> bool:
    """Say whether a call's end ends an escalation: its caller has left, or its gateway waits no more."""
    return completed.request in state.escalated_requests


def ended(draft: Draft, completed: RequestCompleted) -> None:
    """Expire what was not decided when its call ended."""
    found = draft.state.escalated_requests.get(completed.request)
    if found is not None:
        _become(draft, draft.state.escalations[found], change="expired", state="expired")


def sweep(draft: Draft) -> None:
    """Expire what nobody waits for any more, and tell of service levels that were missed."""
    swept = 0
    for one in list(draft.state.escalations.values()):
        if swept >= MOST_SWEPT:
            return
        late = one.breached or ms_of(one.due_at) < draft.now_ms
        if one.expires_at is not None and ms_of(one.expires_at) < draft.now_ms:
            _become(draft, one, change="expired", state="expired", breached=late)
            _tell(draft, one.id, one.request or "", "expired")
            swept += 1
        elif late and not one.breached:
            _become(draft, one, change="breached", breached=True)
            swept += 1
    for one in list(draft.state.approvals.values()):
        if swept < MOST_SWEPT and one.expires_at is not None and ms_of(one.expires_at) < draft.now_ms:
            _become(draft, one, change="expired", state="expired")
            swept += 1


def redeemed(draft: Draft, data: ReviewRedeemed) -> tuple[Outcome, str | None]:
    """Let one call go on by an approval, the first that the log has; the gateway hears of it either way."""
    reason = _not_redeemable(draft, data)
    if reason is None:
        _become(draft, draft.state.approvals[data.escalation], change="redeemed", redeemed_by=data.request)
    _answer(draft, data.escalation, data.request, reason)
    return ("redeemed", None) if reason is None else ("refused", reason)


def _not_redeemable(draft: Draft, data: ReviewRedeemed) -> str | None:
    state = draft.state
    found = state.approvals.get(data.escalation) or state.escalations.get(data.escalation)
    if found is None:
        ended_as = state.ended_escalations.get(data.escalation)
        return "not_found" if ended_as is None else _NOT_REDEEMED.get(ended_as[0], "not_redeemable")
    if found.held is not False:
        return "not_redeemable"
    if found.principal != data.principal:
        return "other_principal"
    if found.input_hash != data.input_hash:
        return "other_input"
    if data.escalation in state.escalations:
        return "not_decided"
    late = found.expires_at is not None and ms_of(found.expires_at) < draft.now_ms
    return "too_late" if late else None


def claim(draft: Draft, actor: Principal, intent: EscalationClaimRequested) -> Verdict:
    """Say that somebody looks at it; claimed twice by the same person it stays as it is."""
    found = _decidable(draft.state, actor, intent.escalation)
    if isinstance(found, Rejected):
        return found
    if found.claimed_by not in (None, actor.member):
        return _claimed_by_another(found)
    if found.claimed_by is None:
        _become(draft, found, change="claimed", state="claimed", claimed_by=actor.member)
    return Accepted("escalation", found.id)


def release(draft: Draft, actor: Principal, intent: EscalationReleaseRequested) -> Verdict:
    """Put it back into the queue: who has claimed it may, and admins of the organization."""
    found = _decidable(draft.state, actor, intent.escalation)
    if isinstance(found, Rejected):
        return found
    if found.claimed_by not in (None, actor.member) and actor.role == "member":
        return _claimed_by_another(found)
    if found.claimed_by is not None:
        _become(draft, found, change="released", state="queued", claimed_by=None)
    return Accepted("escalation", found.id)


def resolve(draft: Draft, actor: Principal, intent: EscalationResolveRequested) -> Verdict:
    """Decide: the held call goes on or is refused. Nobody decides about his own call."""
    found = _decidable(draft.state, actor, intent.escalation)
    if isinstance(found, Rejected):
        return found
    if found.claimed_by not in (None, actor.member):
        return _claimed_by_another(found)
    if found.user == actor.member:
        return Rejected("own_call", "nobody decides about his own call; ask another admin")
    until = found.expires_at
    if found.held is False and intent.resolution == "approved":
        until = _after(draft.event.time, APPROVAL_S)
    edited = intent.resolution == "approved_edited"
    unusable = _cannot_edit(found, intent) if edited else None
    if unusable is not None:
        return unusable
    _become(
        draft, found, expires_at=until,
        change="resolved", state="resolved", resolution=intent.resolution, resolved_by=actor.member, note=intent.note,
    )  # fmt: skip
    draft.tell(
        ReviewDecided(
            ledger=draft.state.ledger,
            escalation=found.id,
            request=found.request or "",
            resolution=intent.resolution,
            content_ref=intent.content_ref if edited else None,
            content_at=intent.content_at if edited else None,
            key_at=intent.key_at if edited else None,
        )
    )
    return Accepted("escalation", found.id)


def _cannot_edit(found: Escalation, intent: EscalationResolveRequested) -> Rejected | None:
    """Say why an edited text cannot take the place of what is held."""
    if found.content_ref is None:
        return Rejected("not_supported", "no content of the call is kept, so it cannot be edited; approve or deny it")
    if found.held is False:
        return Rejected("not_supported", "its caller sends the call again, so it cannot be edited; approve or deny it")
    if None in (intent.content_ref, intent.content_at, intent.key_at):
        return Rejected("invalid_request", "what was edited is not named: the text, where it is, and where its key is")
    return None


def _decidable(state: LedgerState, actor: Principal, identifier: str) -> Escalation | Rejected:
    """Give an escalation that is open and the actor's to decide; what he may not see does not exist for him."""
    found = state.escalations.get(identifier)
    if found is None:
        ended_team = state.ended_escalations.get(identifier)
        if ended_team is None or not scope_of(actor, "escalations.decide").covers_team(ended_team[1]):
            return missing("escalation", identifier)
        return Rejected("already_decided", _EXPIRED if ended_team[0] == "expired" else _DECIDED)
    if scope_of(actor, "escalations.decide").covers_team(found.team):
        return found
    if scope_of(actor, "escalations.read").covers_team(found.team):
        return forbidden("decide escalations", "ask an admin of the team")
    return missing("escalation", identifier)


def _claimed_by_another(found: Escalation) -> Rejected:
    return Rejected("claimed", f"{found.claimed_by} has claimed it; ask for it to be released first")


def _become(draft: Draft, before: Escalation, **changed: Any) -> None:
    draft.change(before.model_copy(update=changed))


def _tell(draft: Draft, escalation: str, request: str, resolution: Any) -> None:
    draft.tell(ReviewDecided(ledger=draft.state.ledger, escalation=escalation, request=request, resolution=resolution))


def _answer(draft: Draft, escalation: str, request: str, reason: str | None) -> None:
    draft.tell(ReviewAnswered(ledger=draft.state.ledger, escalation=escalation, request=request, reason=reason))
