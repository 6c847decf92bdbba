"""Appends an intent, waits for the authority's outcome, and makes the answer from it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.gateway.command_api.answers import resource_document
from keeptrusts.gateway.command_api.authentication import Caller
from keeptrusts.gateway.command_api.context import CommandContext
from keeptrusts.gateway.command_api.idempotency import Identity
from keeptrusts.gateway.command_api.plan import Plan
from keeptrusts.gateway.command_api.problems import mismatch, not_recorded, rejected, secret_already_shown
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.publishing import Ack, PublishError
from keeptrusts.schemas.snapshots.outcomes import IntentOutcome

VIEW_POLL_S: Final = 0.005
MAX_PENDING: Final = 10_000
_SHOWN_ONCE: Final = frozenset(
    f"kt.{kind}.{verb}_requested.v1" for kind in ("key", "webhook") for verb in ("create", "rotate")
)
"""Intents whose answer shows a secret."""


@frozen
class Answered:
    """What a command is answered with: accepted with its position, or recorded and pending (202)."""

    document: Mapping[str, Any]
    position: str
    pending_event_id: str | None = None
    replayed: bool = False


class PendingIntents:
    """Intents that were answered with 202: whose they are, so that their outcome can be asked for. Bounded."""

    def __init__(self) -> None:
        self._ledgers: OrderedDict[str, str] = OrderedDict()

    def add(self, event_id: str, ledger: str) -> None:
        self._ledgers[event_id] = ledger
        while len(self._ledgers) > MAX_PENDING:
            self._ledgers.popitem(last=False)

    def holds(self, event_id: str, ledger: str) -> bool:
        return self._ledgers.get(event_id) == ledger


async def submit(plan: Plan, caller: Caller, identity: Identity, context: CommandContext) -> Answered:
    """Append the plan's intent and wait for its outcome.

    Raises Refused when the authority rejects it, when the log did not take it (503), or when an earlier request used
    the same Idempotency-Key for something else (422) or already showed the key that was made (409).
    """
    if plan.prepare is not None:
        plan = replace(plan, intent=await plan.prepare())
    ack = await _append(plan, caller, identity, context)
    outcome = await _outcome(identity.event_id, context)
    if outcome is None:
        return _pending(plan, identity.event_id, ack)
    refuse_other_input(outcome, identity)
    if outcome.outcome == "rejected":
        raise rejected(outcome)
    if plan.secret is not None and outcome.position != str(ack.position):
        raise secret_already_shown(plan.kind, outcome.resource_id or plan.resource)
    return await _accepted(plan, caller.org, outcome, context)


def replay(plan: Plan | None, org: str, outcome: IntentOutcome, context: CommandContext) -> Answered:
    """Answer a repeated request from its remembered outcome; raises Refused as the first answer did.

    ``plan`` is None when what the request names is no longer there.
    """
    if outcome.outcome == "rejected":
        raise rejected(outcome)
    kind, identifier = outcome.resource_kind or "", outcome.resource_id or ""
    if outcome.intent in _SHOWN_ONCE:
        raise secret_already_shown(kind, identifier)
    shown = resource_document(context.directory, org, kind, identifier)
    known = {} if plan is None else {**plan.extra, **({} if shown else plan.expected)}
    return Answered(document={**known, **(shown or {}), **_facts(outcome)}, position=outcome.position, replayed=True)


def refuse_other_input(outcome: IntentOutcome, identity: Identity) -> None:
    """Raise Refused (422) when the outcome belongs to another request under the same Idempotency-Key."""
    if identity.repeatable and outcome.correlationid != identity.input_hash:
        raise mismatch()


async def _append(plan: Plan, caller: Caller, identity: Identity, context: CommandContext) -> Ack:
    event = Event(
        id=identity.event_id,
        source=context.publisher.source,
        subject=plan.resource,
        time=context.now(),
        org=caller.org,
        ledger=caller.org,
        actor=caller.actor,
        data=plan.intent,
        correlationid=identity.input_hash,
    )
    try:
        (ack,) = await context.publisher.append(event, deadline_s=context.append_timeout_s)
    except PublishError as error:
        raise not_recorded(error, identity.event_id) from error
    return ack


async def _outcome(event_id: str, context: CommandContext) -> IntentOutcome | None:
    found = await context.outcomes.wait(event_id, timeout_s=context.outcome_timeout_s)
    return found or context.outcomes.known(event_id)


async def _accepted(plan: Plan, org: str, outcome: IntentOutcome, context: CommandContext) -> Answered:
    identifier = outcome.resource_id or plan.resource
    shown = await _shown(plan, org, identifier, context)
    as_shown = shown if shown is not None and _includes(shown, plan.expected) else {**(shown or {}), **plan.expected}
    document = {"id": identifier, **_secret(plan), **plan.extra, **as_shown, **_facts(outcome)}
    return Answered(document=document, position=outcome.position)


async def _shown(plan: Plan, org: str, identifier: str, context: CommandContext) -> Mapping[str, Any] | None:
    """Wait until the directory shows what was accepted, at most ``view_timeout_s``; give what it shows then."""
    deadline_s = context.monotonic_s() + context.view_timeout_s
    while True:
        shown = resource_document(context.directory, org, plan.kind, identifier)
        landed = shown is None if plan.gone else shown is not None and _includes(shown, plan.expected)
        if landed or context.monotonic_s() >= deadline_s:
            return None if plan.gone else shown
        await asyncio.sleep(VIEW_POLL_S)


def _includes(document: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    return all(document.get(name) == value for name, value in expected.items())


def _facts(outcome: IntentOutcome) -> dict[str, Any]:
    facts: dict[str, Any] = {"id": outcome.resource_id, "position": outcome.position}
    return facts if outcome.message is None else {**facts, "message": outcome.message}


def _secret(plan: Plan) -> dict[str, str]:
    return {} if plan.secret is None else {plan.secret_name: plan.secret}


def _pending(plan: Plan, event_id: str, ack: Ack) -> Answered:
    position = str(ack.position)
    document = {
        "id": plan.resource,
        **_secret(plan),
        **plan.extra,
        **plan.expected,
        "outcome": "pending",
        "event_id": event_id,
        "location": f"/v1/outcomes/{event_id}",
        "position": position,
    }
    return Answered(document=document, position=position, pending_event_id=event_id)
