"""The composed fold of one ledger: one relevant record of kt.events gives exactly one chained entry and its outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, cast

from keeptrusts.schemas import topics
from keeptrusts.schemas.authorization import Principal
from keeptrusts.schemas.codec import is_intent, type_of
from keeptrusts.schemas.commands import documents
from keeptrusts.schemas.commands import wallets as commands
from keeptrusts.schemas.commands.people import OrganizationCreateRequested
from keeptrusts.schemas.commands.privacy import PrivacyEraseRequested
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events import money as facts
from keeptrusts.schemas.events.gateway import ClockTicked
from keeptrusts.schemas.events.request import (
    RequestAttempted,
    RequestCompleted,
    RequestDecided,
    ReviewRedeemed,
    ReviewRequested,
)
from keeptrusts.schemas.events.webhook import WebhookSwitchedOff
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.record import Record, trusted
from keeptrusts.schemas.snapshots.codec import encode_derived
from keeptrusts.schemas.snapshots.directory import (
    BudgetValue,
    DirectoryValue,
    ErasureValue,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
    WebhookValue,
    directory_key,
)
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.snapshots.grants import WalletPressed
from keeptrusts.schemas.snapshots.ledger import Cause, Entry, Outcome, chained
from keeptrusts.schemas.snapshots.outcomes import IntentOutcome
from keeptrusts.stream_processors.authority import directory, escalations, exports, privacy, shares, webhooks
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.money import (
    budgets,
    deadlines,
    holds,
    idempotency,
    leases,
    requests,
    tickets,
    wallets,
)
from keeptrusts.stream_processors.authority.rule import Rule
from keeptrusts.stream_processors.authority.state import LedgerState, advance
from keeptrusts.stream_processors.authority.verdicts import Rejected, Verdict

RULES_VERSION: Final = 1

_DIRECTORY_VALUES: Final = frozenset(
    {OrganizationValue, TeamValue, MemberValue, KeyValue, WalletValue, BudgetValue, WebhookValue, ErasureValue}
)
_CALLS: Final = frozenset({RequestDecided, RequestAttempted, RequestCompleted})
# Below, what a record is is asked by its type: isinstance takes four times as long with pydantic's classes.


@frozen
class Placed:
    """An event and where the broker put it; ``timestamp_ms`` is the broker's append time."""

    event: Event
    partition: int
    offset: int
    timestamp_ms: int


@frozen
class Derived:
    """One record to write for an entry: topic, Kafka key, value. ``canonical`` are its bytes where they are known."""

    topic: str
    key: bytes
    record: Record
    canonical: bytes | None = None


@frozen
class _Decision:
    outcome: Outcome
    reason: str | None = None
    message: str | None = None
    request: str | None = None
    resource_kind: str | None = None
    resource_id: str | None = None


def apply(state: LedgerState, placed: Placed) -> tuple[Entry, tuple[Derived, ...]] | None:
    """Decide about one record and fold the decision into the state; None when the record concerns no rule.

    Ledger time moves on with every record of the ledger, relevant or not.
    """
    state.ledger_time_ms = max(state.ledger_time_ms, placed.timestamp_ms)
    if not _concerns(state, placed.event):
        return None
    draft = Draft(state, placed.event, placed.timestamp_ms)
    pressed = frozenset(state.money.pressing)
    deadlines.before(draft)
    decision = _decide(draft)
    deadlines.after(draft)
    tickets.fund_waiting(draft, anyway=type(placed.event.data) in _MAY_COVER_MORE)
    _tell_pressure(draft, pressed)
    entry, canonical = chained(_entry(draft, placed, decision))
    advance(state, entry)
    return entry, _outputs(entry, canonical, placed, decision, draft)


def _concerns(state: LedgerState, event: Event) -> bool:
    """Say whether a record concerns any rule: everything else leaves no entry."""
    data = event.data
    if type(data) is RequestDecided:
        return requests.opens(state, data)
    if type(data) is RequestAttempted:
        return requests.tries_again(state, data)
    if type(data) is RequestCompleted:
        concerned = requests.ends(state, data) or idempotency.concerns(state, data)
        return concerned or escalations.concerns(state, data)
    if type(data) is ClockTicked:
        return deadlines.anything_due(state)
    if type(data) is facts.ShareRequested:
        return bool(data.claims)
    return type(data) in _FACTS or (is_intent(data) and event.id not in state.recent_intents)


def _decide(draft: Draft) -> _Decision:
    data = draft.event.data
    if type(data) in _CALLS:
        return _decide_call(draft, data)
    if type(data) is ClockTicked:
        escalations.sweep(draft)
        exports.sweep(draft)
        return _Decision(outcome="ticked")
    rule = _FACTS.get(type(data))
    if rule is None:
        return _decide_intent(draft)
    outcome, reason = rule(draft, data)
    return _Decision(outcome=outcome, reason=reason, request=getattr(data, "request", None))


def _decide_call(draft: Draft, data: Any) -> _Decision:
    if type(data) is RequestDecided:
        outcome, reason = requests.opened(draft, data)
    elif type(data) is RequestCompleted:
        outcome, reason = requests.completed(draft, data)
        idempotency.ended(draft, data)
        escalations.ended(draft, data)
    else:
        outcome, reason = requests.attempted(draft, data)
    return _Decision(outcome=outcome, reason=reason, request=data.request)


def _decide_intent(draft: Draft) -> _Decision:
    verdict = _verdict(draft)
    if isinstance(verdict, Rejected):
        return _Decision(outcome="rejected", reason=verdict.reason, message=verdict.message)
    draft.post(verdict.postings)
    draft.change(*verdict.changes)
    return _Decision(
        outcome="accepted",
        message=verdict.message,
        resource_kind=verdict.resource_kind,
        resource_id=verdict.resource_id,
    )


def _verdict(draft: Draft) -> Verdict:
    state, event = draft.state, draft.event
    data = event.data
    if isinstance(data, OrganizationCreateRequested):
        return directory.create_organization(state, data, event.time)
    if state.organization is None:
        return Rejected("no_organization", "this ledger has no organization yet; create it first")
    kind, _, member = event.actor.partition(":")
    principal = state.principal(member) if kind == "member" else None
    if principal is None:
        return Rejected("forbidden", "the actor is no active member of this organization")
    at_work = _WORKING.get(type(data))
    if at_work is not None:
        return at_work(draft, principal, data)
    rule = next((rules[type(data)] for rules in _RULES if type(data) in rules), None)
    if rule is None:
        return Rejected("not_supported", f"{type_of(data)} is not carried out by rules version {RULES_VERSION}")
    return rule(state, principal, data, event.time)


_Fact = Callable[[Draft, Any], tuple[Outcome, str | None]]
_FACTS: Final[Mapping[type[Record], _Fact]] = MappingProxyType(
    {
        facts.LeaseRequested: lambda draft, data: (leases.request(draft, data), None),
        facts.LeaseReturned: lambda draft, data: (leases.returned(draft, data), None),
        facts.ShareRequested: lambda draft, data: (shares.requested(draft, data), None),
        facts.HoldSettled: requests.settled,
        facts.HoldVoided: requests.voided,
        facts.TicketOpened: tickets.opened,
        facts.TicketWithdrawn: tickets.withdrawn,
        facts.TicketRedeemed: tickets.redeemed,
        facts.IdempotencyClaimed: idempotency.claimed,
        ReviewRequested: escalations.opened,
        ReviewRedeemed: escalations.redeemed,
        WebhookSwitchedOff: webhooks.switched_off,
        documents.ExportFinishRequested: exports.finished,
    }
)
"""Facts that gateways, the deliverer and the makers of exports state -> the rule that answers them."""

_OTHER_RULES: Final[Mapping[type[Record], Rule]] = MappingProxyType(
    {
        commands.BudgetSetRequested: budgets.set_budget,
        commands.BudgetRemoveRequested: budgets.remove_budget,
        PrivacyEraseRequested: privacy.erase,
    }
)
"""Intents about budgets and persons -> the rule that decides about them."""

_RULES: Final = (directory.RULES, wallets.RULES, _OTHER_RULES, webhooks.RULES, exports.RULES)

_WORKING: Final[Mapping[type[Record], Callable[[Draft, Principal, Any], Verdict]]] = MappingProxyType(
    {
        commands.HoldReleaseRequested: holds.release,
        commands.TicketApproveRequested: tickets.approve,
        commands.TicketDenyRequested: tickets.deny,
        commands.TicketCancelRequested: tickets.cancel,
        documents.EscalationClaimRequested: escalations.claim,
        documents.EscalationReleaseRequested: escalations.release,
        documents.EscalationResolveRequested: escalations.resolve,
    }
)
"""Intents about what is under way, whose rules move things themselves; rejecting, they have moved nothing."""

_MAY_COVER_MORE: Final = frozenset({facts.TicketOpened, commands.BudgetSetRequested, commands.BudgetRemoveRequested})
"""Records after which a waiting ticket may be covered although no money was freed."""


def _tell_pressure(draft: Draft, before: frozenset[str]) -> None:
    """Tell gateways on which accounts tickets have begun or ceased to wait."""
    now = draft.state.money.pressing
    for account in sorted(before.symmetric_difference(now)) if before or now else ():
        draft.tell(WalletPressed(ledger=draft.state.ledger, wallet=account, pressed=account in now))


def _entry(draft: Draft, placed: Placed, decision: _Decision) -> Entry:
    event, state = placed.event, draft.state
    cause = {
        "actor": event.actor,
        "event_id": event.id,
        "offset": placed.offset,
        "partition": placed.partition,
        "subject": event.subject,
        "time": event.time,
        "type": type_of(event.data),
    }
    return trusted(  # of an event that was checked as it was read, and what rules made of it
        Entry,
        {
            "cause": trusted(Cause, cause),
            "changes": tuple(draft.changes),
            "hash": "",
            "ledger": state.ledger,
            "ledger_time_ms": state.ledger_time_ms,
            "message": decision.message,
            "outcome": decision.outcome,
            "postings": tuple(draft.postings),
            "prev_hash": state.last_hash,
            "reason": decision.reason,
            "request": decision.request,
            "rules_version": RULES_VERSION,
            "seq": state.seq + 1,
            "type": "kt.ledger.entry.v1",
        },
    )


def _outputs(entry: Entry, canonical: bytes, placed: Placed, decision: _Decision, draft: Draft) -> tuple[Derived, ...]:
    key = entry.ledger.encode()
    outputs = [Derived(topic=topics.LEDGER.name, key=key, record=entry, canonical=canonical)]
    for change in entry.changes:
        if type(change) in _DIRECTORY_VALUES:
            outputs.append(
                Derived(topic=topics.DIRECTORY.name, key=directory_key(cast(DirectoryValue, change)), record=change)
            )
        elif type(change) is Escalation:
            outputs.append(Derived(topic=topics.ESCALATIONS.name, key=key, record=change))
    outputs += [Derived(topic=topics.GRANTS.name, key=key, record=record) for record in draft.inbox]
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
