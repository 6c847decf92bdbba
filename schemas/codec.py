"""Events to bytes and back: the one place that knows every type's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import orjson
from pydantic import ValidationError

from keeptrusts.schemas.commands import documents, people, privacy, wallets, webhooks
from keeptrusts.schemas.envelope import SPEC_VERSION, Event
from keeptrusts.schemas.events import command, content, export, gateway, money, request, webhook
from keeptrusts.schemas.money import FROM_JSON
from keeptrusts.schemas.record import Record, parse_time, written_time
from keeptrusts.schemas.remembered import remembered
from keeptrusts.schemas.upcasters import upcast

TYPES: Final[MappingProxyType[str, type[Record]]] = MappingProxyType(
    {
        # data plane
        "kt.request.decided.v1": request.RequestDecided,
        "kt.request.attempted.v1": request.RequestAttempted,
        "kt.request.completed.v1": request.RequestCompleted,
        "kt.request.abandoned.v1": request.RequestAbandoned,
        "kt.review.requested.v1": request.ReviewRequested,
        "kt.review.redeemed.v1": request.ReviewRedeemed,
        "kt.hold.settled.v1": money.HoldSettled,
        "kt.hold.voided.v1": money.HoldVoided,
        "kt.lease.requested.v1": money.LeaseRequested,
        "kt.lease.returned.v1": money.LeaseReturned,
        "kt.share.requested.v1": money.ShareRequested,
        "kt.ticket.opened.v1": money.TicketOpened,
        "kt.ticket.withdrawn.v1": money.TicketWithdrawn,
        "kt.ticket.redeemed.v1": money.TicketRedeemed,
        "kt.idempotency.claimed.v1": money.IdempotencyClaimed,
        "kt.gateway.started.v1": gateway.GatewayStarted,
        "kt.gateway.reported.v1": gateway.GatewayReported,
        "kt.gateway.stopped.v1": gateway.GatewayStopped,
        "kt.authentication.failed.v1": gateway.AuthenticationFailed,
        # the webhooks' deliverer
        "kt.webhook.switched_off.v1": webhook.WebhookSwitchedOff,
        # the command API's own
        "kt.command.refused.v1": command.CommandRefused,
        # the query API's own
        "kt.content.read.v1": content.ContentRead,
        "kt.export.downloaded.v1": export.ExportDownloaded,
        # the authority's own
        "kt.clock.ticked.v1": gateway.ClockTicked,
        "kt.rules.activated.v1": gateway.RulesActivated,
        # intents
        "kt.organization.create_requested.v1": people.OrganizationCreateRequested,
        "kt.team.create_requested.v1": people.TeamCreateRequested,
        "kt.team.change_requested.v1": people.TeamChangeRequested,
        "kt.member.add_requested.v1": people.MemberAddRequested,
        "kt.member.change_requested.v1": people.MemberChangeRequested,
        "kt.member.remove_requested.v1": people.MemberRemoveRequested,
        "kt.role.grant_requested.v1": people.RoleGrantRequested,
        "kt.role.revoke_requested.v1": people.RoleRevokeRequested,
        "kt.key.create_requested.v1": people.KeyCreateRequested,
        "kt.key.change_requested.v1": people.KeyChangeRequested,
        "kt.key.rotate_requested.v1": people.KeyRotateRequested,
        "kt.key.revoke_requested.v1": people.KeyRevokeRequested,
        "kt.token.create_requested.v1": people.TokenCreateRequested,
        "kt.token.revoke_requested.v1": people.TokenRevokeRequested,
        "kt.wallet.fund_requested.v1": wallets.WalletFundRequested,
        "kt.wallet.allocate_requested.v1": wallets.WalletAllocateRequested,
        "kt.wallet.reclaim_requested.v1": wallets.WalletReclaimRequested,
        "kt.wallet.stop_recurring_requested.v1": wallets.WalletStopRecurringRequested,
        "kt.wallet.close_requested.v1": wallets.WalletCloseRequested,
        "kt.wallet.mode_set_requested.v1": wallets.WalletModeSetRequested,
        "kt.budget.set_requested.v1": wallets.BudgetSetRequested,
        "kt.budget.remove_requested.v1": wallets.BudgetRemoveRequested,
        "kt.hold.release_requested.v1": wallets.HoldReleaseRequested,
        "kt.ticket.approve_requested.v1": wallets.TicketApproveRequested,
        "kt.ticket.deny_requested.v1": wallets.TicketDenyRequested,
        "kt.ticket.cancel_requested.v1": wallets.TicketCancelRequested,
        "kt.configuration.save_requested.v1": documents.ConfigurationSaveRequested,
        "kt.configuration.deploy_requested.v1": documents.ConfigurationDeployRequested,
        "kt.configuration.roll_back_requested.v1": documents.ConfigurationRollBackRequested,
        "kt.template.save_requested.v1": documents.TemplateSaveRequested,
        "kt.template.deploy_requested.v1": documents.TemplateDeployRequested,
        "kt.template.roll_back_requested.v1": documents.TemplateRollBackRequested,
        "kt.repository.link_requested.v1": documents.RepositoryLinkRequested,
        "kt.repository.sync_requested.v1": documents.RepositorySyncRequested,
        "kt.escalation.claim_requested.v1": documents.EscalationClaimRequested,
        "kt.escalation.release_requested.v1": documents.EscalationReleaseRequested,
        "kt.escalation.resolve_requested.v1": documents.EscalationResolveRequested,
        "kt.webhook.create_requested.v1": webhooks.WebhookCreateRequested,
        "kt.webhook.change_requested.v1": webhooks.WebhookChangeRequested,
        "kt.webhook.delete_requested.v1": webhooks.WebhookDeleteRequested,
        "kt.webhook.rotate_requested.v1": webhooks.WebhookRotateRequested,
        "kt.webhook.test_requested.v1": webhooks.WebhookTestRequested,
        "kt.export.create_requested.v1": documents.ExportCreateRequested,
        "kt.export.finish_requested.v1": documents.ExportFinishRequested,
        "kt.export.delete_requested.v1": documents.ExportDeleteRequested,
        "kt.export.schedule_requested.v1": documents.ExportScheduleRequested,
        "kt.export.unschedule_requested.v1": documents.ExportUnscheduleRequested,
        "kt.report.create_requested.v1": documents.ReportCreateRequested,
        "kt.privacy.erase_requested.v1": privacy.PrivacyEraseRequested,
    }
)
NAMES: Final[MappingProxyType[type[Record], str]] = MappingProxyType({model: name for name, model in TYPES.items()})


_TYPE_NAME: Final = re.compile(r"^kt\.[a-z_]{1,40}\.[a-z_]{1,40}\.v[0-9]{1,4}\Z")


class DecodeError(ValueError):
    """Bytes that are no event of ours: the reason, and the type when it could be read. Never carries the bytes."""

    def __init__(self, reason: str, *, type_name: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.type_name = type_name


class UnknownTypeError(DecodeError):
    """A well-formed envelope of a type this version does not know; readers count it and go on."""


def type_of(data: Record) -> str:
    """Give the type's name, such as ``kt.request.decided.v1``."""
    return NAMES[type(data)]


def is_intent(data: Record) -> bool:
    """Say whether a record asks for something rather than states it: intents get an outcome."""
    return NAMES[type(data)].endswith("_requested.v1") and type(data).__module__.startswith(
        "keeptrusts.schemas.commands"
    )


def encode(event: Event, *, source: str | None = None, sequence: int | None = None) -> bytes:
    """Encode as one JSON object; optional values that are absent are left out.

    ``source`` and ``sequence``, where given, stand in for the event's own: a publisher numbers as it sends. Raises
    ValueError for text that is no UTF-8. The data is written by its model straight to bytes, which costs half of
    going through a dictionary.
    """
    data = event.data
    number = event.sequence if sequence is None else sequence
    more = b"" if number is None else b',"sequence":%d' % number
    if event.correlationid is not None:
        more += b',"correlationid":' + _quoted(event.correlationid)
    if event.causationid is not None:
        more += b',"causationid":' + _quoted(event.causationid)
    if event.traceparent is not None:
        more += b',"traceparent":' + _quoted(event.traceparent)
    if event.synthetic:
        more += b',"synthetic":true'
    return b'{"specversion":"1.0","id":%b%b,"subject":%b,"time":%b%b%b,"data":%b}' % (
        _quoted(event.id),
        _said_by((event.source if source is None else source, type(data))),
        _quoted(event.subject),
        written_time(event.time),
        _about((event.org, event.ledger, event.actor)),
        more,
        data.__pydantic_serializer__.to_json(data, exclude_none=True),
    )


_quoted: Final[Callable[[str], bytes]] = orjson.dumps


@remembered(most=4_096)
def _said_by(named: tuple[str, type[Record]]) -> bytes:
    """Write source and type: one publisher says the same few things again and again."""
    source, model = named
    return b',"source":%b,"type":%b' % (_quoted(source), _quoted(NAMES[model]))


@remembered(most=4_096)
def _about(named: tuple[str, str, str]) -> bytes:
    """Write organization, ledger and actor: one key calls again and again."""
    org, ledger, actor = map(_quoted, named)
    return b',"datacontenttype":"application/json","org":%b,"ledger":%b,"partitionkey":%b,"actor":%b' % (
        org, ledger, ledger, actor
    )  # fmt: skip


def decode(value: bytes) -> Event:
    """Decode one record of kt.events; raises DecodeError or UnknownTypeError, whose text never holds the record."""
    document = json_object(value)
    type_name = _text(document, "type")
    if document.get("specversion") != SPEC_VERSION:
        raise DecodeError("specversion must be 1.0", type_name=type_name)
    data = document.get("data")
    if not isinstance(data, dict):
        raise DecodeError("data must be an object", type_name=type_name)
    newest, data = upcast(type_name, data)
    model = TYPES.get(newest)
    if model is None:
        shown = repr(type_name) if _TYPE_NAME.match(type_name) else "(no name of ours)"
        raise UnknownTypeError(f"type {shown} is not known to this version", type_name=type_name)
    try:
        fields = model.model_validate(data, context=FROM_JSON)
        time = parse_time(document.get("time"))
    except ValidationError as error:
        raise DecodeError(f"data.{first_problem(error)}", type_name=type_name) from None
    except ValueError:
        raise DecodeError("time must be RFC 3339 with an offset", type_name=type_name) from None
    return Event(
        id=_text(document, "id"),
        source=_text(document, "source"),
        subject=_text(document, "subject"),
        time=time,
        org=_text(document, "org"),
        ledger=_text(document, "ledger"),
        actor=_text(document, "actor"),
        data=fields,
        correlationid=_optional_text(document, "correlationid"),
        causationid=_optional_text(document, "causationid"),
        sequence=_optional_count(document, "sequence"),
        traceparent=_optional_text(document, "traceparent"),
        synthetic=document.get("synthetic") is True,
    )


def json_object(value: bytes) -> dict[str, Any]:
    """Read a record's bytes as one JSON object; raises DecodeError."""
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise DecodeError("not JSON") from None
    if not isinstance(document, dict):
        raise DecodeError("not a JSON object")
    return document


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise DecodeError(f"{name} must be a non-empty string")
    return value


def _optional_text(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise DecodeError(f"{name} must be a string")
    return value


def _optional_count(document: dict[str, Any], name: str) -> int | None:
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise DecodeError(f"{name} must be a non-negative integer")
    return value


def first_problem(error: ValidationError) -> str:
    """Say where and why a record is not valid, without anything the record says: a key of a map reads ``*``."""
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    declared = _field_names(Record)
    where = ".".join(str(part) if isinstance(part, int) or part in declared else "*" for part in problem["loc"])
    reason = "names no known kind" if problem["type"] == "union_tag_invalid" else problem["msg"]
    return f"{where}: {reason}"


def _field_names(model: type[Record]) -> set[str]:
    return set(model.model_fields).union(*(_field_names(derived) for derived in model.__subclasses__()))
