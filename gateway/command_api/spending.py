"""Plans of the commands about budgets, tickets and holds."""

from __future__ import annotations

from keeptrusts.gateway.command_api.answers import budget_document
from keeptrusts.gateway.command_api.plan import Asked, Plan, unlisted
from keeptrusts.gateway.command_api.requests import (
    BudgetSetBody,
    HoldReleaseBody,
    NoFields,
    TicketApproveBody,
    TicketReasonBody,
)
from keeptrusts.gateway.command_api.resolution import budget_of, budget_owner, wallet_named
from keeptrusts.schemas import ids
from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.record import format_time


def set_budget(asked: Asked, body: BudgetSetBody) -> Plan:
    """The id follows from whom the budget is for and its period, so that setting it again changes it.

    What was spent in the current period stays counted, also when the budget was removed meanwhile.
    """
    owner = budget_owner(asked.context.directory, asked.org, body)
    budget = ids.derived(ids.BUDGET, asked.org, body.scope, owner, body.period)
    return Plan(
        intent=wallets.BudgetSetRequested(
            budget=budget,
            scope=body.scope,
            owner=owner,
            limit=body.limit,
            period=body.period,
            time_zone=body.time_zone,
            action=body.action,
            thresholds_percent=tuple(body.thresholds_percent),
        ),
        kind="budget",
        resource=budget,
        expected={
            "id": budget,
            "scope": body.scope,
            "owner": owner,
            "limit": format_usd(body.limit),
            "period": body.period,
            "time_zone": body.time_zone,
            "action": body.action,
            "thresholds_percent": body.thresholds_percent,
            "state": "active",
        },
        extra={"owner_name": None, "currency": body.currency},
    )


def remove_budget(asked: Asked, body: NoFields) -> Plan:
    budget = budget_of(asked.context.directory, asked.org, asked.path["budget"])
    return Plan(
        intent=wallets.BudgetRemoveRequested(budget=budget.id),
        kind="budget",
        resource=budget.id,
        expected={"state": "removed"},
        extra=budget_document(asked.context.directory, budget),
        gone=True,
    )


def release_hold(asked: Asked, body: HoldReleaseBody) -> Plan:
    """A hold's id is ``<request>/<attempt>``, as the path has it."""
    hold = f"{asked.path['request']}/{asked.path['attempt']}"
    intent = wallets.HoldReleaseRequested(hold=hold, reason=body.reason)
    return unlisted(intent, "hold", hold, state="released", reason=body.reason)


def approve_ticket(asked: Asked, body: TicketApproveBody) -> Plan:
    wallet = wallet_named(asked.context.directory, asked.org, body.wallet, field="wallet")
    ticket = asked.path["ticket"]
    intent = wallets.TicketApproveRequested(ticket=ticket, wallet=wallet, deadline_at=body.deadline_at, note=body.note)
    deadline = None if body.deadline_at is None else format_time(body.deadline_at)
    return unlisted(
        intent, "ticket", ticket, decision="approved", wallet=wallet.id, deadline_at=deadline, note=body.note
    )


def deny_ticket(asked: Asked, body: TicketReasonBody) -> Plan:
    ticket = asked.path["ticket"]
    intent = wallets.TicketDenyRequested(ticket=ticket, reason=body.reason)
    return unlisted(intent, "ticket", ticket, decision="denied", note=body.reason)


def cancel_ticket(asked: Asked, body: TicketReasonBody) -> Plan:
    ticket = asked.path["ticket"]
    intent = wallets.TicketCancelRequested(ticket=ticket, reason=body.reason)
    return unlisted(intent, "ticket", ticket, decision="cancelled", note=body.reason)
