"""Plans of the commands about webhooks. A signing secret is derived here, shown once, and recorded nowhere."""

from __future__ import annotations

from typing import Any, Final

from keeptrusts.gateway.command_api.answers import team_label, webhook_document
from keeptrusts.gateway.command_api.plan import Asked, Plan
from keeptrusts.gateway.command_api.problems import invalid
from keeptrusts.gateway.command_api.requests import NoFields, WebhookChangeBody, WebhookCreateBody
from keeptrusts.gateway.command_api.resolution import team_of, webhook_of
from keeptrusts.schemas import ids
from keeptrusts.schemas.commands import webhooks
from keeptrusts.schemas.outbound import ALLOW_VARIABLE, problem_of_url
from keeptrusts.schemas.snapshots.directory import WebhookValue
from keeptrusts.schemas.webhooks import signing_secret

_SECRET: Final = "secret"


def create_webhook(asked: Asked, body: WebhookCreateBody) -> Plan:
    _refuse_inner(asked, body.url)
    view = asked.context.directory
    team = None if body.team is None else team_of(view, asked.org, body.team, field="team").id
    webhook = asked.new_id(ids.WEBHOOK)
    return Plan(
        intent=webhooks.WebhookCreateRequested(
            webhook=webhook,
            url=body.url,
            events=tuple(body.events),
            team=team,
            description=body.description,
            enabled=body.enabled,
            secret_version=asked.context.secret_version,
        ),
        kind="webhook",
        resource=webhook,
        expected={
            "id": webhook,
            "url": body.url,
            "events": body.events,
            "team": None if team is None else team_label(view, asked.org, team),
            "team_id": team,
            "description": body.description,
            "enabled": body.enabled,
            "state": "enabled" if body.enabled else "disabled",
        },
        secret=_secret(asked, webhook, 0),
        secret_name=_SECRET,
    )


def change_webhook(asked: Asked, body: WebhookChangeBody) -> Plan:
    webhook = _named(asked)
    if body.url is not None:
        _refuse_inner(asked, body.url)
    given = body.model_dump(exclude_unset=True)
    events = None if body.events is None else tuple(body.events)
    return Plan(
        intent=webhooks.WebhookChangeRequested(webhook=webhook.id, **(given | {"events": events})),
        kind="webhook",
        resource=webhook.id,
        expected=given,
    )


def delete_webhook(asked: Asked, body: NoFields) -> Plan:
    webhook = _named(asked)
    return Plan(
        intent=webhooks.WebhookDeleteRequested(webhook=webhook.id),
        kind="webhook",
        resource=webhook.id,
        expected={"state": "removed", "enabled": False},
        extra=_shown(asked, webhook),
        gone=True,
    )


def rotate_secret(asked: Asked, body: NoFields) -> Plan:
    webhook = _named(asked)
    rotation = webhook.rotation + 1
    return Plan(
        intent=webhooks.WebhookRotateRequested(
            webhook=webhook.id, rotation=rotation, secret_version=asked.context.secret_version
        ),
        kind="webhook",
        resource=webhook.id,
        extra=_shown(asked, webhook),
        secret=_secret(asked, webhook.id, rotation),
        secret_name=_SECRET,
    )


def send_test(asked: Asked, body: NoFields) -> Plan:
    webhook = _named(asked)
    return Plan(
        intent=webhooks.WebhookTestRequested(webhook=webhook.id),
        kind="webhook",
        resource=webhook.id,
        extra=_shown(asked, webhook),
    )


def _named(asked: Asked) -> WebhookValue:
    return webhook_of(asked.context.directory, asked.org, asked.path["webhook"])


def _shown(asked: Asked, webhook: WebhookValue) -> dict[str, Any]:
    return webhook_document(asked.context.directory, webhook)


def _secret(asked: Asked, webhook: str, rotation: int) -> str:
    context = asked.context
    return signing_secret(context.key_secrets[context.secret_version], webhook, rotation)


def _refuse_inner(asked: Asked, url: str) -> None:
    problem = problem_of_url(url, asked.context.outbound)
    if problem is not None:
        fix = f"give a public https:// address, or have an operator allow this one by {ALLOW_VARIABLE}"
        raise invalid("url", problem, fix)
