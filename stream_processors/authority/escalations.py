"""Escalations: calls and answers that a policy holds for a person. Log order decides every race.

queued <-> claimed; either -> resolved (approved or denied) or expired. Missing the service level is told once and ends
nothing. Whoever waits hears of the end by the inbox.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands.documents import (
    EscalationClaimRequested,
    EscalationReleaseRequested,
    EscalationResolveRequested,
)
from keeptrusts.schemas.events.request import RequestCompleted, ReviewRequested
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.snapshots.grants import ReviewDecided
from keeptrusts.schemas.snapshots.ledger import Outcome
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.sizes import LONGEST_REVIEW_S, MOST_ESCALATIONS, MOST_SWEPT
from keeptrusts.stream_processors.authority.state import LedgerState, ms_of
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing

_ENDED: Final = {"resolved": "it has been decided", "expired": "nobody waits for it any more"}


def opened(draft: Draft, asked: ReviewRequested) -> tuple[Outcome, str | None]:
    """Queue what a gateway holds; refused at once where too many are open already."""
    state = draft.state
    if asked.escalation in state.escalations or asked.escalation in state.ended_escalations:
        return "ignored", "repeated"
    if len(state.escalations) >= MOST_ESCALATIONS:
        _tell(draft, asked.escalation, asked.request, "expired")
        return "refused", "too_many_escalations"
    identity, at = asked.identity, draft.event.time
    draft.change(
        Escalation(
            id=asked.escalation,
            org=state.ledger,
            change="opened",
            type=asked.type,
            severity=asked.severity,
            state="queued",
            request=asked.request,
            team=None if identity is None else identity.team,
            user=None if identity is None else identity.user,
            policy=asked.policy,
            reason=asked.reason,
            findings=asked.findings,
            content_ref=asked.content_ref,
            opened_at=at,
            due_at=_after(at, asked.due_seconds),
            expires_at=_after(at, asked.wait_seconds or asked.due_seconds),
            phase=asked.phase,
        )
    )
    return "escalated", None


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
    if intent.resolution == "approved_edited":
        return Rejected("not_supported", "no content of the call is kept, so it cannot be edited; approve or deny it")
    _become(
        draft, found,
        change="resolved", state="resolved", resolution=intent.resolution, resolved_by=actor.member, note=intent.note,
    )  # fmt: skip
    _tell(draft, found.id, found.request or "", intent.resolution)
    return Accepted("escalation", found.id)


def _decidable(state: LedgerState, actor: Principal, identifier: str) -> Escalation | Rejected:
    """Give an escalation that is open and the actor's to decide; what he may not see does not exist for him."""
    found = state.escalations.get(identifier)
    if found is None:
        ended_team = state.ended_escalations.get(identifier)
        if ended_team is None or not scope_of(actor, "escalations.decide").covers_team(ended_team[1]):
            return missing("escalation", identifier)
        return Rejected("already_decided", _ENDED[ended_team[0]])
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
