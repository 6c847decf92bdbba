"""The command API's routes as data: method, path, what may be sent, what is answered, which right it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pydantic import BaseModel

from keeptrusts.gateway.command_api import escalations, exports, keys, people, privacy, spending, wallets, webhooks
from keeptrusts.gateway.command_api.answers import (
    BudgetAnswer,
    CommandAnswer,
    ErasureAnswer,
    EscalationAnswer,
    ExportAnswer,
    ExportScheduleAnswer,
    HoldAnswer,
    KeyAnswer,
    MemberAnswer,
    OutcomeAnswer,
    TeamAnswer,
    TicketAnswer,
    WalletAnswer,
    WalletModeAnswer,
    WalletStateAnswer,
    WebhookAnswer,
)
from keeptrusts.gateway.command_api.plan import Plan
from keeptrusts.gateway.command_api.requests import (
    BudgetSetBody,
    CommandBody,
    ErasureBody,
    EscalationResolveBody,
    ExportCreateBody,
    ExportScheduleBody,
    HoldReleaseBody,
    KeyCreateBody,
    KeyRevokeBody,
    KeyRotateBody,
    MemberAddBody,
    MemberChangeBody,
    NoFields,
    RoleBody,
    TeamChangeBody,
    TeamCreateBody,
    TicketApproveBody,
    TicketReasonBody,
    WalletAllocateBody,
    WalletCloseBody,
    WalletFundBody,
    WalletModeBody,
    WalletReclaimBody,
    WalletStopRecurringBody,
    WebhookChangeBody,
    WebhookCreateBody,
)
from keeptrusts.schemas.authorization import Action
from keeptrusts.schemas.frozen import frozen


@frozen
class Operation:
    """One command. ``plan(asked, body)`` turns a body into an intent; ``what`` reads after "may not"."""

    method: str
    path: str
    action: Action
    what: str
    body: type[CommandBody]
    plan: Callable[[Any, Any], Plan]
    answer: type[CommandAnswer]
    status: int = 200


@frozen
class OperationDescription:
    """One route for the OpenAPI document. ``errors`` are HTTP statuses answered as problem+json."""

    method: str
    path: str
    summary: str
    request: type[BaseModel] | None
    response: type[BaseModel]
    status: int
    may_be_pending: bool
    errors: tuple[int, ...] = (400, 401, 403, 404, 408, 409, 413, 415, 422, 503)


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(method="POST", path="/v1/teams", action="teams.create", what="create teams",
              body=TeamCreateBody, plan=people.create_team, answer=TeamAnswer, status=201),
    Operation(method="PATCH", path="/v1/teams/{team}", action="teams.change", what="change teams",
              body=TeamChangeBody, plan=people.change_team, answer=TeamAnswer),
    Operation(method="POST", path="/v1/teams/{team}/members", action="members.add", what="add members",
              body=MemberAddBody, plan=people.add_team_member, answer=MemberAnswer, status=201),
    Operation(method="DELETE", path="/v1/teams/{team}/members/{member}", action="members.remove",
              what="remove members", body=NoFields, plan=people.remove_team_member, answer=MemberAnswer),
    Operation(method="POST", path="/v1/members", action="members.add", what="add members",
              body=MemberAddBody, plan=people.add_member, answer=MemberAnswer, status=201),
    Operation(method="PATCH", path="/v1/members/{member}", action="members.change", what="change members",
              body=MemberChangeBody, plan=people.change_member, answer=MemberAnswer),
    Operation(method="DELETE", path="/v1/members/{member}", action="members.remove", what="remove members",
              body=NoFields, plan=people.remove_member, answer=MemberAnswer),
    Operation(method="POST", path="/v1/members/{member}/role", action="roles.grant", what="grant roles",
              body=RoleBody, plan=people.grant_role, answer=MemberAnswer),
    Operation(method="POST", path="/v1/keys", action="keys.create", what="create keys",
              body=KeyCreateBody, plan=keys.create_key, answer=KeyAnswer, status=201),
    Operation(method="POST", path="/v1/keys/{key}/revoke", action="keys.revoke", what="revoke keys",
              body=KeyRevokeBody, plan=keys.revoke_key, answer=KeyAnswer),
    Operation(method="DELETE", path="/v1/keys/{key}", action="keys.revoke", what="revoke keys",
              body=NoFields, plan=keys.delete_key, answer=KeyAnswer),
    Operation(method="POST", path="/v1/keys/{key}/rotate", action="keys.create", what="rotate keys",
              body=KeyRotateBody, plan=keys.rotate_key, answer=KeyAnswer),
    Operation(method="POST", path="/v1/wallets/fund", action="wallets.fund", what="fund wallets",
              body=WalletFundBody, plan=wallets.fund, answer=WalletAnswer, status=201),
    Operation(method="POST", path="/v1/wallets/allocate", action="wallets.allocate", what="allocate money",
              body=WalletAllocateBody, plan=wallets.allocate, answer=WalletAnswer, status=201),
    Operation(method="POST", path="/v1/wallets/reclaim", action="wallets.reclaim", what="reclaim money",
              body=WalletReclaimBody, plan=wallets.reclaim, answer=WalletAnswer, status=201),
    Operation(method="PUT", path="/v1/wallets/mode", action="wallets.mode_set", what="set the wallet mode",
              body=WalletModeBody, plan=wallets.set_mode, answer=WalletModeAnswer),
    Operation(method="POST", path="/v1/wallets/close", action="wallets.reclaim", what="close wallets",
              body=WalletCloseBody, plan=wallets.close, answer=WalletStateAnswer),
    Operation(method="POST", path="/v1/wallets/recurring/stop", action="wallets.allocate",
              what="stop allocations that recur", body=WalletStopRecurringBody, plan=wallets.stop_recurring,
              answer=WalletStateAnswer),
    Operation(method="POST", path="/v1/budgets", action="budgets.set", what="set budgets",
              body=BudgetSetBody, plan=spending.set_budget, answer=BudgetAnswer, status=201),
    Operation(method="DELETE", path="/v1/budgets/{budget}", action="budgets.set", what="remove budgets",
              body=NoFields, plan=spending.remove_budget, answer=BudgetAnswer),
    Operation(method="POST", path="/v1/tickets/{ticket}/approve", action="tickets.decide", what="approve tickets",
              body=TicketApproveBody, plan=spending.approve_ticket, answer=TicketAnswer),
    Operation(method="POST", path="/v1/tickets/{ticket}/deny", action="tickets.decide", what="deny tickets",
              body=TicketReasonBody, plan=spending.deny_ticket, answer=TicketAnswer),
    Operation(method="POST", path="/v1/tickets/{ticket}/cancel", action="wallets.read", what="cancel tickets",
              body=TicketReasonBody, plan=spending.cancel_ticket, answer=TicketAnswer),
    Operation(method="POST", path="/v1/escalations/{escalation}/claim", action="escalations.decide",
              what="claim escalations", body=NoFields, plan=escalations.claim_escalation, answer=EscalationAnswer),
    Operation(method="POST", path="/v1/escalations/{escalation}/release", action="escalations.decide",
              what="release escalations", body=NoFields, plan=escalations.release_escalation,
              answer=EscalationAnswer),
    Operation(method="POST", path="/v1/escalations/{escalation}/resolve", action="escalations.decide",
              what="decide escalations", body=EscalationResolveBody, plan=escalations.resolve_escalation,
              answer=EscalationAnswer),
    Operation(method="POST", path="/v1/webhooks", action="webhooks.manage", what="create webhooks",
              body=WebhookCreateBody, plan=webhooks.create_webhook, answer=WebhookAnswer, status=201),
    Operation(method="PATCH", path="/v1/webhooks/{webhook}", action="webhooks.manage", what="change webhooks",
              body=WebhookChangeBody, plan=webhooks.change_webhook, answer=WebhookAnswer),
    Operation(method="DELETE", path="/v1/webhooks/{webhook}", action="webhooks.manage", what="delete webhooks",
              body=NoFields, plan=webhooks.delete_webhook, answer=WebhookAnswer),
    Operation(method="POST", path="/v1/webhooks/{webhook}/rotate-secret", action="webhooks.manage",
              what="rotate secrets of webhooks", body=NoFields, plan=webhooks.rotate_secret, answer=WebhookAnswer),
    Operation(method="POST", path="/v1/webhooks/{webhook}/test", action="webhooks.manage", what="test webhooks",
              body=NoFields, plan=webhooks.send_test, answer=WebhookAnswer),
    Operation(method="POST", path="/v1/exports", action="exports.create", what="export",
              body=ExportCreateBody, plan=exports.create_export, answer=ExportAnswer, status=201),
    Operation(method="DELETE", path="/v1/exports/{export}", action="exports.create", what="delete exports",
              body=NoFields, plan=exports.delete_export, answer=ExportAnswer),
    Operation(method="POST", path="/v1/export-schedules", action="exports.create", what="schedule exports",
              body=ExportScheduleBody, plan=exports.schedule_exports, answer=ExportScheduleAnswer, status=201),
    Operation(method="DELETE", path="/v1/export-schedules/{schedule}", action="exports.create",
              what="delete schedules of exports", body=NoFields, plan=exports.unschedule_exports,
              answer=ExportScheduleAnswer),
    Operation(method="POST", path="/v1/privacy/erasures", action="privacy.erase",
              what="erase what is kept of a person", body=ErasureBody, plan=privacy.erase, answer=ErasureAnswer,
              status=201),
    Operation(method="POST", path="/v1/holds/{request}/{attempt}/release", action="wallets.reclaim",
              what="release holds", body=HoldReleaseBody, plan=spending.release_hold, answer=HoldAnswer),
)  # fmt: skip

OUTCOME_PATH: Final = "/v1/outcomes/{event_id}"

COMMAND_OPERATIONS: Final[tuple[OperationDescription, ...]] = (
    *(
        OperationDescription(
            method=operation.method,
            path=operation.path,
            summary=operation.what[:1].upper() + operation.what[1:],
            request=None if operation.body is NoFields else operation.body,
            response=operation.answer,
            status=operation.status,
            may_be_pending=True,
        )
        for operation in OPERATIONS
    ),
    OperationDescription(
        method="GET",
        path=OUTCOME_PATH,
        summary="What became of a command",
        request=None,
        response=OutcomeAnswer,
        status=200,
        may_be_pending=False,
        errors=(401, 404, 503),
    ),
)
"""What the composition root merges into the query API's OpenAPI document."""
