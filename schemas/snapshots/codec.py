"""Derived records to bytes and back. Equal values give equal bytes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from keeptrusts.schemas.codec import DecodeError, first_problem, json_object
from keeptrusts.schemas.money import FROM_JSON
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots import adoption, content, deliveries, directory, documents, grants, ledger, outcomes

TYPED: Final[MappingProxyType[str, type[Record]]] = MappingProxyType(
    {
        model.model_fields["type"].default: model
        for model in (
            ledger.Entry,
            outcomes.IntentOutcome,
            adoption.AdoptionEntry,
            grants.LeaseGranted,
            grants.LeaseDenied,
            grants.ShareGranted,
            grants.ShareDenied,
            grants.ShareRecalled,
            grants.HoldRejected,
            grants.TicketWaiting,
            grants.TicketFunded,
            grants.TicketDenied,
            grants.WalletPressed,
            grants.IdempotencyAccepted,
            grants.IdempotencyRefused,
            grants.ReviewDecided,
            grants.ReviewAnswered,
            grants.LedgerProgress,
            content.ContentRecord,
            content.SubjectKey,
            content.SubjectKeyDestroyed,
            content.Checkpoint,
            content.StateSnapshot,
            content.DeadLetter,
        )
    }
)
"""Records that name their type."""

VALUES: Final[MappingProxyType[str, type[Record]]] = MappingProxyType(
    {
        model.model_fields["kind"].default: model
        for model in (
            directory.OrganizationValue,
            directory.TeamValue,
            directory.MemberValue,
            directory.KeyValue,
            directory.WalletValue,
            directory.BudgetValue,
            directory.WebhookValue,
            directory.ErasureValue,
            directory.Heartbeat,
            documents.ConfigurationVersion,
            documents.TemplateVersion,
            documents.Deployment,
            documents.Repository,
            documents.Escalation,
            deliveries.Delivery,
            deliveries.DeliveryProgress,
        )
    }
)
"""Values of compacted topics, which name their kind."""

T = TypeVar("T", bound=Record)


def encode_derived(record: Record) -> bytes:
    """Encode one derived record canonically: sorted keys, absent values left out."""
    return ledger.canonical_bytes(record)


def decode_derived(value: bytes) -> Record:
    """Decode a record of any derived topic; raises DecodeError, whose text never holds the record."""
    document = json_object(value)
    name = document.get("type")
    model = TYPED.get(name) if isinstance(name, str) else None
    if model is None:
        kind = document.get("kind")
        model = VALUES.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise DecodeError("neither type nor kind names a derived record known to this version")
    return _validated(model, document)


def decode_as(model: type[T], value: bytes) -> T:
    """Decode a derived record that must be of one model; raises DecodeError."""
    record = decode_derived(value)
    if not isinstance(record, model):
        raise DecodeError(f"expected {model.__name__}, found {type(record).__name__}")
    return record


def _validated(model: type[Record], document: dict[str, Any]) -> Record:
    try:
        return model.model_validate(document, context=FROM_JSON)
    except ValidationError as error:
        raise DecodeError(first_problem(error)) from None
