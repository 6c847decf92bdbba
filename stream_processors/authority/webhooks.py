"""Webhook rules: which URLs an organization has its events sent to. Secrets are derived elsewhere, never recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands import webhooks
from keeptrusts.schemas.events.webhook import WebhookSwitchedOff
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.directory import WebhookValue
from keeptrusts.schemas.snapshots.ledger import Outcome
from keeptrusts.schemas.webhooks import OVERLAP_S
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.rule import Rule
from keeptrusts.stream_processors.authority.sizes import MOST_WEBHOOKS
from keeptrusts.stream_processors.authority.state import LedgerState
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing


def create(state: LedgerState, actor: Principal, intent: webhooks.WebhookCreateRequested, at: datetime) -> Verdict:
    if not _may(actor):
        return _forbidden()
    if intent.webhook in state.webhooks:
        return Rejected("already_exists", f"webhook {intent.webhook} already exists")
    if len(state.webhooks) >= MOST_WEBHOOKS:
        return Rejected("limit_reached", f"an organization has at most {MOST_WEBHOOKS} webhooks; delete one first")
    team = None if intent.team is None else state.teams.get(intent.team)
    if intent.team is not None and (team is None or team.state != "active"):
        return missing("team", intent.team)
    value = WebhookValue(
        id=intent.webhook,
        org=actor.org,
        url=intent.url,
        events=intent.events,
        team=intent.team,
        description=intent.description,
        state="enabled" if intent.enabled else "disabled",
        secret_version=intent.secret_version,
        created_at=at,
        created_by=actor.member,
    )
    return Accepted("webhook", value.id, changes=(value,))


def change(state: LedgerState, actor: Principal, intent: webhooks.WebhookChangeRequested, at: datetime) -> Verdict:
    """Change what is given. A new address, and enabling it again, begin a new generation."""
    found = _found(state, actor, intent.webhook)
    if isinstance(found, Rejected):
        return found
    names = ("url", "events", "description")
    update: dict[str, Any] = {name: given for name in names if (given := getattr(intent, name)) is not None}
    if intent.enabled is not None:
        update |= {"state": "enabled" if intent.enabled else "disabled", "reason": None}
    if intent.url is not None or intent.enabled is not None:
        update["generation"] = found.generation + 1
    return Accepted("webhook", found.id, changes=(found.model_copy(update=update),))


def delete(state: LedgerState, actor: Principal, intent: webhooks.WebhookDeleteRequested, at: datetime) -> Verdict:
    found = _found(state, actor, intent.webhook)
    if isinstance(found, Rejected):
        return found
    gone = found.model_copy(update={"state": "removed", "generation": found.generation + 1})
    return Accepted("webhook", found.id, changes=(gone,))


def rotate(state: LedgerState, actor: Principal, intent: webhooks.WebhookRotateRequested, at: datetime) -> Verdict:
    """Begin with the next secret. Its number is in the intent, so that who asked has seen the secret that counts."""
    found = _found(state, actor, intent.webhook)
    if isinstance(found, Rejected):
        return found
    if intent.rotation != found.rotation + 1:
        return Rejected("conflict", "somebody else has rotated this secret at the same moment; rotate it again")
    rotated = found.model_copy(
        update={
            "rotation": intent.rotation,
            "secret_version": intent.secret_version,
            "previous_secret_version": found.secret_version,
            "overlap_until": at + timedelta(seconds=OVERLAP_S),
        }
    )
    return Accepted("webhook", found.id, changes=(rotated,))


def ask_test(state: LedgerState, actor: Principal, intent: webhooks.WebhookTestRequested, at: datetime) -> Verdict:
    found = _found(state, actor, intent.webhook)
    if isinstance(found, Rejected):
        return found
    if found.state != "enabled":
        return Rejected("disabled", "this webhook is switched off; enable it first")
    return Accepted(
        "webhook", found.id, changes=(found.model_copy(update={"tests": found.tests + 1, "tested_at": at}),)
    )


def switched_off(draft: Draft, data: WebhookSwitchedOff) -> tuple[Outcome, str | None]:
    """Switch off what the deliverer has given up, unless somebody has changed it since."""
    found = draft.state.webhooks.get(data.webhook)
    if found is None or found.state != "enabled" or found.generation != data.generation:
        return "ignored", "changed_since"
    draft.change(found.model_copy(update={"state": "disabled", "reason": data.reason}))
    return "switched_off", data.reason


RULES: Final[Mapping[type[Record], Rule]] = MappingProxyType(
    {
        webhooks.WebhookCreateRequested: create,
        webhooks.WebhookChangeRequested: change,
        webhooks.WebhookDeleteRequested: delete,
        webhooks.WebhookRotateRequested: rotate,
        webhooks.WebhookTestRequested: ask_test,
    }
)
"""Intent -> rule, as those of the directory."""


def _found(state: LedgerState, actor: Principal, identifier: str) -> WebhookValue | Rejected:
    if not _may(actor):
        return _forbidden()
    return state.webhooks.get(identifier) or missing("webhook", identifier)


def _may(actor: Principal) -> bool:
    return scope_of(actor, "webhooks.manage").reach == "all"


def _forbidden() -> Rejected:
    return forbidden("manage webhooks", "ask an owner or an admin of the organization")
