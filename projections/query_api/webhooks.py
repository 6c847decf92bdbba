"""``/v1/webhooks``: where an organization has its events sent to, and what became of each message."""

from __future__ import annotations

from typing import Final, Literal

from keeptrusts.projections.query_api.asking import CURSOR, LIMIT, MIN_POSITION, limit_of, refuse_unknown, words_of
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.models import Answer, One, Page, Time
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.schemas import topics
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.codec import decode_as
from keeptrusts.schemas.snapshots.deliveries import Delivery
from keeptrusts.schemas.snapshots.directory import WebhookValue

_KIND: Final = "delivery"
STATES: Final = ("queued", "delivered", "failed")
ID: Final = Parameter(name="id", help="webhook id", place="path")
LIST_PARAMETERS: Final = (MIN_POSITION,)
ONE_PARAMETERS: Final = (ID, MIN_POSITION)
DELIVERY_PARAMETERS: Final = (
    ID,
    Parameter(name="state", help=f"only messages in these states: {', '.join(STATES)}"),
    LIMIT,
    CURSOR,
    MIN_POSITION,
)


class Webhook(Answer):
    """Where events are sent to. ``reason`` says why it was switched off: the endpoint is ``gone``, or ``failing``."""

    id: str
    url: str
    events: list[str]
    team: str | None
    team_id: str | None
    description: str
    enabled: bool
    state: Literal["enabled", "disabled"]
    reason: Literal["gone", "failing"] | None
    overlap_until: Time | None
    created_at: Time
    created_by: str


class WebhookDelivery(Answer):
    """One message. ``id`` is what the endpoint gets as ``webhook-id``; ``status`` is what it answered last."""

    id: str
    event: str
    state: Literal["queued", "delivered", "failed"]
    escalation: str | None
    attempts: int
    status: int | None
    error: str | None
    queued_at: Time
    attempted_at: Time | None
    next_at: Time | None
    duration_ms: int | None


async def webhooks(call: Call) -> Page[Webhook]:
    """Answer ``GET /v1/webhooks``, the oldest first."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    found = [one for one in call.directory.webhooks.values() if one.state != "removed" and call.scope.covers_team(None)]
    ordered = sorted(found, key=lambda one: (one.created_at, one.id))
    return Page[Webhook](
        data=[_webhook(one, call.directory) for one in ordered],
        as_of=str(call.position(topics.DIRECTORY)),
        lag_ms=call.lag_ms(topics.DIRECTORY),
    )


async def webhook(call: Call) -> One[Webhook]:
    """Answer ``GET /v1/webhooks/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    return One[Webhook](
        data=_webhook(_named(call), call.directory),
        as_of=str(call.position(topics.DIRECTORY)),
        lag_ms=call.lag_ms(topics.DIRECTORY),
    )


async def deliveries(call: Call) -> Page[WebhookDelivery]:
    """Answer ``GET /v1/webhooks/{id}/deliveries``, the newest first."""
    refuse_unknown(call.parameters, (item.name for item in DELIVERY_PARAMETERS))
    wanted = _named(call)
    conditions, values = ["org = {org:String}", "webhook = {webhook:String}"], {"org": call.org, "webhook": wanted.id}
    if "cursor" in call.parameters:
        conditions.append("id < {before:String}")
        values["before"] = str(decode_cursor(call.parameters["cursor"], _KIND, (str,)).key[0])
    states = words_of(call, "state", STATES)
    within = "" if not states else " WHERE has({states:Array(String)}, state)"
    limit = limit_of(call)
    answer = await call.deps.store.query(
        "SELECT id, value FROM (SELECT id, argMax(value, _offset) AS value, argMax(state, _offset) AS state"
        f" FROM webhook_deliveries WHERE {' AND '.join(conditions)} GROUP BY id){within}"
        f" ORDER BY id DESC LIMIT {int(limit) + 1}",
        {**values, **({"states": list(states)} if states else {})},
    )
    found = [decode_as(Delivery, str(value).encode()) for _, value in answer.rows]
    as_of = call.position(topics.DIRECTORY)
    more = len(found) > limit
    return Page[WebhookDelivery](
        data=[_delivery(one) for one in found[:limit]],
        next_cursor=encode_cursor(Cursor(kind=_KIND, key=(found[limit - 1].id,), as_of=as_of.offset)) if more else None,
        as_of=str(as_of),
        lag_ms=call.lag_ms(topics.WEBHOOKS),
    )


def _named(call: Call) -> WebhookValue:
    found = call.directory.webhooks.get(call.path["id"])
    if found is None or found.state == "removed" or not call.scope.covers_team(None):
        raise not_found("webhook", call.path["id"])
    return found


def _webhook(value: WebhookValue, directory: Directory) -> Webhook:
    return Webhook(
        id=value.id,
        url=value.url,
        events=list(value.events),
        team=directory.team_label(value.team) if value.team else None,
        team_id=value.team,
        description=value.description,
        enabled=value.state == "enabled",
        state="enabled" if value.state == "enabled" else "disabled",
        reason=value.reason,
        overlap_until=None if value.overlap_until is None else format_time(value.overlap_until),
        created_at=format_time(value.created_at),
        created_by=directory.user_label(value.created_by),
    )


def _delivery(value: Delivery) -> WebhookDelivery:
    return WebhookDelivery(
        id=value.id,
        event=value.event,
        state=value.state,
        escalation=value.escalation,
        attempts=value.attempts,
        status=value.status,
        error=value.error,
        queued_at=format_time(value.queued_at),
        attempted_at=None if value.attempted_at is None else format_time(value.attempted_at),
        next_at=None if value.next_at is None else format_time(value.next_at),
        duration_ms=value.duration_ms,
    )
