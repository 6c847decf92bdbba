"""Every route of the query API with its row of the roles table, the topics it answers from, and its parameters."""

from __future__ import annotations

from typing import Final

from keeptrusts.projections.query_api import (
    admin,
    adoption,
    budgets,
    contents,
    escalations,
    event_detail,
    events,
    export_schedules,
    exports,
    gateways,
    holds,
    log,
    people,
    privacy,
    spend,
    stream,
    tickets,
    transactions,
    usage,
    wallets,
    webhooks,
)
from keeptrusts.projections.query_api.asking import AS_OF, MIN_POSITION
from keeptrusts.projections.query_api.call import Parameter, Route
from keeptrusts.projections.query_api.contents import Contents
from keeptrusts.projections.query_api.escalations import Escalation
from keeptrusts.projections.query_api.export_schedules import ExportSchedule
from keeptrusts.projections.query_api.exports import Export
from keeptrusts.projections.query_api.models import (
    Adoption,
    EventDetail,
    EventRow,
    EventsPage,
    Gateway,
    Key,
    LogRecord,
    Me,
    Member,
    One,
    Page,
    Rebuilt,
    SpendAnswer,
    Team,
    TeamMember,
    TeamUsageAnswer,
    UsageAnswer,
)
from keeptrusts.projections.query_api.money_models import (
    Balance,
    Budget,
    BudgetDetail,
    Hold,
    RecurringAllocation,
    Ticket,
    Transaction,
    Wallet,
)
from keeptrusts.projections.query_api.privacy import DataSubject
from keeptrusts.projections.query_api.webhooks import Webhook, WebhookDelivery
from keeptrusts.schemas.topics import ADOPTION, DIRECTORY, EVENTS, LEDGER

ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="GET", path="/v1/events", operation="listEvents", action="events.aggregate",
        summary="Requests, sums of groups of them (group_by), or how many there are (count=true)",
        answer=EventsPage, reads=(EVENTS,), parameters=events.PARAMETERS, handle=events.events,
    ),
    Route(
        method="GET", path="/v1/events/stream", operation="streamEvents", action="events.read",
        summary="Server-sent events: a line when a request is final",
        answer=EventRow, reads=(EVENTS,), parameters=stream.PARAMETERS, stream=stream.stream,
    ),
    Route(
        method="GET", path="/v1/events/{id}", operation="getEvent", action="events.read",
        summary="One request with every policy's result and its attempts",
        answer=One[EventDetail], reads=(EVENTS,),
        parameters=(Parameter(name="id", help="request id", place="path"), AS_OF, MIN_POSITION),
        handle=event_detail.event,
    ),
    Route(
        method="GET", path="/v1/events/{id}/content", operation="getEventContent", action="content.read",
        summary="What was captured of a request, in clear; every reading is recorded",
        answer=One[Contents], reads=(EVENTS,), parameters=contents.PARAMETERS, handle=contents.event_content,
    ),
    Route(
        method="GET", path="/v1/log", operation="listLog", action="log.read",
        summary="The records of the log, newest first: the audit trail",
        answer=Page[LogRecord], reads=(EVENTS,), parameters=log.PARAMETERS, handle=log.log,
    ),
    Route(
        method="GET", path="/v1/usage", operation="getUsage", action="usage.read",
        summary="Who uses how much", answer=UsageAnswer, reads=(EVENTS,), parameters=usage.PARAMETERS,
        handle=usage.usage,
    ),
    Route(
        method="GET", path="/v1/teams/{id}/usage", operation="getTeamUsage", action="events.aggregate",
        summary="A team's usage by person, and in total",
        answer=TeamUsageAnswer, reads=(EVENTS,), parameters=usage.TEAM_PARAMETERS, handle=usage.team_usage,
    ),
    Route(
        method="GET", path="/v1/adoption", operation="getAdoption", action="adoption.read",
        summary="How far governed use has come", answer=One[Adoption], reads=(ADOPTION, EVENTS),
        parameters=adoption.PARAMETERS, handle=adoption.adoption,
    ),
    Route(
        method="GET", path="/v1/spend", operation="getSpend", action="spend.read",
        summary="What calls cost, with a forecast of the month", answer=SpendAnswer, reads=(EVENTS,),
        parameters=spend.PARAMETERS, handle=spend.spend,
    ),
    Route(
        method="GET", path="/v1/wallets", operation="listWallets", action="wallets.read",
        summary="Wallets with their balances", answer=Page[Wallet], reads=(LEDGER, DIRECTORY),
        parameters=wallets.LIST_PARAMETERS, handle=wallets.wallets,
    ),
    Route(
        method="GET", path="/v1/wallets/balance", operation="getBalance", action="wallets.read",
        summary="The sum over the wallets within reach", answer=One[Balance], reads=(LEDGER, DIRECTORY),
        parameters=wallets.BALANCE_PARAMETERS, handle=wallets.balance,
    ),
    Route(
        method="GET", path="/v1/wallets/recurring", operation="listRecurringAllocations", action="wallets.read",
        summary="Allocations that move money each month", answer=Page[RecurringAllocation], reads=(LEDGER, DIRECTORY),
        parameters=wallets.RECURRING_PARAMETERS, handle=wallets.recurring,
    ),
    Route(
        method="GET", path="/v1/wallets/{id}", operation="getWallet", action="wallets.read",
        summary="One wallet", answer=One[Wallet], reads=(LEDGER, DIRECTORY),
        parameters=wallets.ONE_PARAMETERS, handle=wallets.wallet,
    ),
    Route(
        method="GET", path="/v1/wallets/{id}/transactions", operation="listTransactions", action="wallets.read",
        summary="What moved a wallet, newest first", answer=Page[Transaction], reads=(LEDGER, DIRECTORY),
        parameters=transactions.PARAMETERS, handle=transactions.transactions,
    ),
    Route(
        method="GET", path="/v1/tickets", operation="listTickets", action="wallets.read",
        summary="Requests that no wallet covered, newest first", answer=Page[Ticket], reads=(LEDGER, DIRECTORY),
        parameters=tickets.LIST_PARAMETERS, handle=tickets.tickets,
    ),
    Route(
        method="GET", path="/v1/tickets/{id}", operation="getTicket", action="wallets.read",
        summary="One ticket", answer=One[Ticket], reads=(LEDGER, DIRECTORY), parameters=tickets.ONE_PARAMETERS,
        handle=tickets.ticket,
    ),
    Route(
        method="GET", path="/v1/escalations", operation="listEscalations", action="escalations.read",
        summary="Calls and answers held for a person, newest first", answer=Page[Escalation],
        reads=(LEDGER, DIRECTORY), parameters=escalations.LIST_PARAMETERS, handle=escalations.escalations,
    ),
    Route(
        method="GET", path="/v1/escalations/{id}", operation="getEscalation", action="escalations.read",
        summary="One escalation", answer=One[Escalation], reads=(LEDGER, DIRECTORY),
        parameters=escalations.ONE_PARAMETERS, handle=escalations.escalation,
    ),
    Route(
        method="GET", path="/v1/webhooks", operation="listWebhooks", action="webhooks.manage",
        summary="Where the organization has its events sent to", answer=Page[Webhook], reads=(DIRECTORY,),
        parameters=webhooks.LIST_PARAMETERS, handle=webhooks.webhooks,
    ),
    Route(
        method="GET", path="/v1/webhooks/{id}", operation="getWebhook", action="webhooks.manage",
        summary="One webhook", answer=One[Webhook], reads=(DIRECTORY,), parameters=webhooks.ONE_PARAMETERS,
        handle=webhooks.webhook,
    ),
    Route(
        method="GET", path="/v1/webhooks/{id}/deliveries", operation="listWebhookDeliveries",
        action="webhooks.manage", summary="What was sent to a webhook and what became of it, newest first",
        answer=Page[WebhookDelivery], reads=(DIRECTORY,), parameters=webhooks.DELIVERY_PARAMETERS,
        handle=webhooks.deliveries,
    ),
    Route(
        method="GET", path="/v1/escalations/{id}/content", operation="getEscalationContent", action="content.read",
        summary="The texts that an escalation is about, where they are captured; every reading is recorded",
        answer=One[Contents], reads=(LEDGER, DIRECTORY), parameters=contents.ESCALATION_PARAMETERS,
        handle=contents.escalation_content,
    ),
    Route(
        method="GET", path="/v1/exports", operation="listExports", action="exports.create",
        summary="Files that were asked for, newest first", answer=Page[Export], reads=(LEDGER, DIRECTORY),
        parameters=exports.LIST_PARAMETERS, handle=exports.exports,
    ),
    Route(
        method="GET", path="/v1/exports/{id}", operation="getExport", action="exports.create",
        summary="One export", answer=One[Export], reads=(LEDGER, DIRECTORY), parameters=exports.ONE_PARAMETERS,
        handle=exports.export,
    ),
    Route(
        method="GET", path="/v1/exports/{id}/download", operation="downloadExport", action="exports.create",
        summary="An export's file, or a range of it; every download is recorded", answer=Export,
        reads=(LEDGER, DIRECTORY), parameters=exports.ONE_PARAMETERS, stream=exports.download,
        media="application/octet-stream",
    ),
    Route(
        method="GET", path="/v1/export-schedules", operation="listExportSchedules", action="exports.create",
        summary="Exports that are made again and again, newest first", answer=Page[ExportSchedule],
        reads=(LEDGER, DIRECTORY), parameters=export_schedules.LIST_PARAMETERS,
        handle=export_schedules.export_schedules,
    ),
    Route(
        method="GET", path="/v1/export-schedules/{id}", operation="getExportSchedule", action="exports.create",
        summary="One schedule of exports, with its next times", answer=One[ExportSchedule], reads=(LEDGER, DIRECTORY),
        parameters=export_schedules.ONE_PARAMETERS, handle=export_schedules.export_schedule,
    ),
    Route(
        method="GET", path="/v1/privacy/subjects/{id}", operation="getDataSubject", action="privacy.erase",
        summary="What is kept of a person, by month, and what was erased", answer=One[DataSubject],
        reads=(EVENTS, DIRECTORY), parameters=privacy.PARAMETERS, handle=privacy.subject,
    ),
    Route(
        method="GET", path="/v1/holds", operation="listHolds", action="wallets.read",
        summary="Money that calls hold right now, oldest first", answer=Page[Hold], reads=(LEDGER, EVENTS, DIRECTORY),
        parameters=holds.LIST_PARAMETERS, handle=holds.holds,
    ),
    Route(
        method="GET", path="/v1/holds/{request}/{attempt}", operation="getHold", action="wallets.read",
        summary="One hold that is open or presumed", answer=One[Hold], reads=(LEDGER, EVENTS, DIRECTORY),
        parameters=holds.ONE_PARAMETERS, handle=holds.hold,
    ),
    Route(
        method="GET", path="/v1/budgets", operation="listBudgets", action="wallets.read",
        summary="Budgets with what is used of their current period", answer=Page[Budget],
        reads=(LEDGER, DIRECTORY), parameters=budgets.LIST_PARAMETERS, handle=budgets.budgets,
    ),
    Route(
        method="GET", path="/v1/budgets/{id}", operation="getBudget", action="wallets.read",
        summary="One budget with its past periods", answer=One[BudgetDetail], reads=(LEDGER, DIRECTORY),
        parameters=budgets.ONE_PARAMETERS, handle=budgets.budget,
    ),
    Route(
        method="GET", path="/v1/teams", operation="listTeams", action="teams.read",
        summary="Teams", answer=Page[Team], reads=(DIRECTORY,), parameters=people.TEAMS_PARAMETERS,
        handle=people.teams,
    ),
    Route(
        method="GET", path="/v1/teams/{id}", operation="getTeam", action="teams.read",
        summary="One team", answer=One[Team], reads=(DIRECTORY,), parameters=(people.ID, MIN_POSITION),
        handle=people.team,
    ),
    Route(
        method="GET", path="/v1/teams/{id}/members", operation="listTeamMembers", action="members.read",
        summary="The members of a team", answer=Page[TeamMember], reads=(DIRECTORY,),
        parameters=(people.ID, MIN_POSITION), handle=people.team_members,
    ),
    Route(
        method="GET", path="/v1/members", operation="listMembers", action="members.read",
        summary="Members", answer=Page[Member], reads=(DIRECTORY,), parameters=people.MEMBERS_PARAMETERS,
        handle=people.members,
    ),
    Route(
        method="GET", path="/v1/keys", operation="listKeys", action="keys.read",
        summary="Access keys and gateway keys, without secrets", answer=Page[Key], reads=(DIRECTORY,),
        parameters=people.KEYS_PARAMETERS, handle=people.keys,
    ),
    Route(
        method="GET", path="/v1/me", operation="getMe", action=None,
        summary="Who is asking, and what they may do", answer=One[Me], reads=(DIRECTORY,),
        parameters=people.ONLY_READ, handle=people.me,
    ),
    Route(
        method="GET", path="/v1/gateways", operation="listGateways", action="configurations.read",
        summary="Gateways as they last reported", answer=Page[Gateway], reads=(EVENTS,),
        parameters=gateways.PARAMETERS, handle=gateways.gateways,
    ),
    Route(
        method="POST", path="/v1/admin/rebuild", operation="rebuildTable", action=None,
        summary="Make a table again from the log (owners)", answer=One[Rebuilt],
        parameters=admin.PARAMETERS, handle=admin.rebuild,
    ),
)  # fmt: skip
"""In the order they are matched: fixed words before ids."""
