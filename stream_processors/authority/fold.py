"""The composed fold of one ledger: one relevant record of kt.events gives exactly one chained entry and its outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import is_intent, type_of
from keeptrusts.schemas.commands.people import OrganizationCreateRequested
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.gateway import ClockTicked
from keeptrusts.schemas.events.identity import DENYING
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import encode_derived
from keeptrusts.schemas.snapshots.directory import (
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
    directory_key,
)
from keeptrusts.schemas.snapshots.ledger import (
    Cause,
    Change,
    Entry,
    Outcome,
    Posting,
    RequestClosed,
    RequestOpened,
    chained,
)
from keeptrusts.schemas.snapshots.outcomes import IntentOutcome
from keeptrusts.stream_processors.authority import directory, wallets
from keeptrusts.stream_processors.authority.state import LedgerState, evolve
from keeptrusts.stream_processors.authority.verdicts import Rejected, Verdict

RULES_VERSION: Final = 1
ABANDONED_AFTER_MS: Final = 15 * 60 * 1000
"""A decided call without completion is given up after this much ledger time."""
MAX_ABANDONED_PER_ENTRY: Final = 100

_DIRECTORY_VALUES = (OrganizationValue, TeamValue, MemberValue, KeyValue, WalletValue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An event and where the broker put it; ``timestamp_ms`` is the broker's append time."""

    event: Event
    partition: int
    offset: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """One record to write for an entry: topic, Kafka key, value. ``canonical`` are its bytes where they are known."""

    topic: str
    key: bytes
    record: Record
    canonical: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    outcome: Outcome
    reason: str | None = None
    message: str | None = None
    request: str | None = None
    postings: tuple[Posting, ...] = ()
    changes: tuple[Change, ...] = ()
    resource_kind: str | None = None
    resource_id: str | None = None


def apply(state: LedgerState, placed: Placed) -> tuple[Entry, tuple[Derived, ...]] | None:
    """Decide about one record and fold the decision into the state; None when the record concerns no rule.

    Ledger time moves on with every record of the ledger, relevant or not.
    """
    state.ledger_time_ms = max(state.ledger_time_ms, placed.timestamp_ms)
    decision = _decide(state, placed)
    if decision is None:
        return None
    entry, canonical = chained(_entry(state, placed, decision))
    evolve(state, entry)
    return entry, _outputs(entry, canonical, placed, decision)


def next_deadline_ms(state: LedgerState) -> int | None:
    """Give the ledger time at which something is due, or None when nothing waits."""
    oldest = next(iter(state.open_requests.values()), None)
    return None if oldest is None else oldest.opened_ms + ABANDONED_AFTER_MS


def _decide(state: LedgerState, placed: Placed) -> _Decision | None:
    data = placed.event.data
    if isinstance(data, RequestDecided):
        return _decide_opening(state, data)
    if isinstance(data, RequestCompleted):
        return _decide_charge(state, data)
    if isinstance(data, ClockTicked):
        return _Decision(outcome="ticked") if _abandoned(state) else None
    if is_intent(data) and placed.event.id not in state.recent_intents:
        return _decide_intent(state, placed.event)
    return None


def _decide_opening(state: LedgerState, decided: RequestDecided) -> _Decision | None:
    """Open a call that may be dispatched; refusals and repeats open nothing."""
    if decided.verdict in DENYING or decided.request in state.open_requests:
        return None
    if decided.request in state.closed_requests:
        return None
    opened = RequestOpened(
        request=decided.request,
        opened_ms=state.ledger_time_ms,
        cascade=wallets.cascade(state, decided.identity),
        hold=decided.hold,
    )
    return _Decision(outcome="opened", request=decided.request, changes=(opened,))


def _decide_charge(state: LedgerState, completed: RequestCompleted) -> _Decision | None:
    """Close a call once and charge it; a completion of a call that is not open changes nothing."""
    opened = state.open_requests.get(completed.request)
    if opened is None:
        return None
    charge = wallets.charge(state, opened.cascade, completed.cost or 0)
    return _Decision(
        outcome=charge.outcome,
        request=completed.request,
        postings=charge.postings,
        changes=(RequestClosed(request=completed.request),),
    )


def _decide_intent(state: LedgerState, event: Event) -> _Decision:
    verdict = _verdict(state, event)
    if isinstance(verdict, Rejected):
        return _Decision(outcome="rejected", reason=verdict.reason, message=verdict.message)
    return _Decision(
        outcome="accepted",
        message=verdict.message,
        postings=verdict.postings,
        changes=verdict.changes,
        resource_kind=verdict.resource_kind,
        resource_id=verdict.resource_id,
    )


def _verdict(state: LedgerState, event: Event) -> Verdict:
    data = event.data
    if isinstance(data, OrganizationCreateRequested):
        return directory.create_organization(state, data, event.time)
    if state.organization is None:
        return Rejected("no_organization", "this ledger has no organization yet; create it first")
    kind, _, member = event.actor.partition(":")
    principal = state.principal(member) if kind == "member" else None
    if principal is None:
        return Rejected("forbidden", "the actor is no active member of this organization")
    rule = directory.RULES.get(type(data)) or wallets.RULES.get(type(data))
    if rule is None:
        return Rejected("not_supported", f"{type_of(data)} is not carried out by rules version {RULES_VERSION}")
    return rule(state, principal, data, event.time)


def _entry(state: LedgerState, placed: Placed, decision: _Decision) -> Entry:
    event = placed.event
    closing = {change.request for change in decision.changes if isinstance(change, RequestClosed)}
    abandoned = tuple(
        RequestClosed(request=request, abandoned=True) for request in _abandoned(state) if request not in closing
    )
    return Entry(
        ledger=state.ledger,
        seq=state.seq + 1,
        cause=Cause(
            partition=placed.partition,
            offset=placed.offset,
            event_id=event.id,
            type=type_of(event.data),
            actor=event.actor,
            time=event.time,
            subject=event.subject,
        ),
        ledger_time_ms=state.ledger_time_ms,
        rules_version=RULES_VERSION,
        outcome=decision.outcome,
        reason=decision.reason,
        message=decision.message,
        request=decision.request,
        postings=decision.postings,
        changes=decision.changes + abandoned,
        prev_hash=state.last_hash,
    )


def _abandoned(state: LedgerState) -> tuple[str, ...]:
    """Give the calls whose completion is overdue, oldest first: calls are kept in the order they were opened."""
    overdue: list[str] = []
    for request, opened in state.open_requests.items():
        if opened.opened_ms + ABANDONED_AFTER_MS >= state.ledger_time_ms or len(overdue) >= MAX_ABANDONED_PER_ENTRY:
            break
        overdue.append(request)
    return tuple(overdue)


def _outputs(entry: Entry, canonical: bytes, placed: Placed, decision: _Decision) -> tuple[Derived, ...]:
    outputs = [Derived(topic=topics.LEDGER.name, key=entry.ledger.encode(), record=entry, canonical=canonical)]
    for change in entry.changes:
        if isinstance(change, _DIRECTORY_VALUES):
            outputs.append(Derived(topic=topics.DIRECTORY.name, key=directory_key(change), record=change))
    if entry.outcome in ("accepted", "rejected"):
        outputs.append(_outcome_record(entry, placed, decision))
    return tuple(outputs)


def _outcome_record(entry: Entry, placed: Placed, decision: _Decision) -> Derived:
    outcome = IntentOutcome(
        ledger=entry.ledger,
        event_id=entry.cause.event_id,
        intent=entry.cause.type,
        position=str(Position(placed.partition, placed.offset)),
        outcome="accepted" if entry.outcome == "accepted" else "rejected",
        reason=entry.reason,
        message=entry.message,
        resource_kind=decision.resource_kind,
        resource_id=decision.resource_id,
        correlationid=placed.event.correlationid,
        seq=entry.seq,
    )
    return Derived(topic=topics.OUTCOMES.name, key=entry.ledger.encode(), record=outcome)


def encoded(derived: Derived) -> tuple[str, bytes, bytes]:
    """Give a derived record as topic, key and canonical bytes."""
    value = derived.canonical if derived.canonical is not None else encode_derived(derived.record)
    return derived.topic, derived.key, value
