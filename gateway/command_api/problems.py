"""Every refusal of the command API, each with its reason and its fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.publishing import AckUnknownError, PublishError, RecordTooLargeError
from keeptrusts.schemas.snapshots.outcomes import IntentOutcome

SEND_ACCESS_KEY: Final = (
    "send an access key as 'Authorization: Bearer kt_ak_...' (kt env prints one, kt key create --access makes one)"
)
RETRY_AFTER_S: Final = 1

_CODE_OF_REASON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "forbidden": "permission_denied",
        "not_found": "not_found",
        "invalid_role": "invalid_request",
        "invalid_key": "invalid_request",
        "invalid_expiry": "invalid_request",
        "invalid_deadline": "invalid_request",
        "invalid_schedule": "invalid_request",
        "invalid_time_zone": "invalid_request",
        "wrong_ledger": "invalid_request",
        "not_supported": "invalid_request",
    }
)
"""The authority's reason -> code of the answer; every other reason is a conflict with what is there."""

_LISTED: Final = ("team", "key", "budget", "ticket", "hold", "wallet", "webhook", "export")
"""Kinds that have a command of their own to list them."""

_WRONG_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "string_type": "must be a string",
        "bool_type": "must be true or false",
        "int_type": "must be a whole number",
        "list_type": "must be a list",
        "tuple_type": "must be a list",
        "dict_type": "must be an object",
        "missing": "is required",
    }
)


class NothingToRecord(Refused):
    """A refusal that the log need not be told of.

    It has the intent and what became of it, or it takes nothing now, or an equal request is still being worked on.
    """


def unauthorized(reason: str, fix: str = SEND_ACCESS_KEY) -> Refused:
    return Refused(Problem(code="invalid_api_key", message=reason, fix=fix))


def not_ready(reason: str) -> Refused:
    return Refused(Problem(code="not_ready", message=reason, fix="try again in a moment", retry_after_s=RETRY_AFTER_S))


def forbidden(what: str) -> Refused:
    return Refused(
        Problem(
            code="permission_denied",
            message=f"your role does not allow to {what}",
            fix="ask an owner or an admin of the organization",
        )
    )


def not_found(kind: str, reference: str, *, field: str | None = None) -> Refused:
    """Answer for what does not exist, and alike for what belongs to another organization."""
    return Refused(
        Problem(
            code="not_found",
            message=f"there is no {kind} {reference[:100]!r} in this organization",
            fix=f"kt {kind if kind in _LISTED else 'team'} list shows what there is",
            param=field,
        )
    )


def invalid(field: str | None, reason: str, fix: str | None = None) -> Refused:
    message = reason if field is None else f"{field}: {reason}"
    return Refused(Problem(code="invalid_request", message=message, fix=fix, param=field))


def invalid_body(error: ValidationError, model: type[BaseModel]) -> Refused:
    """Answer for fields that cannot be read: the first in the message, all of them in ``errors``."""
    known = tuple(model.model_fields)
    found = [_field_problem(detail, known) for detail in error.errors(include_url=False, include_input=False)]
    first = found[0]
    return Refused(
        Problem(
            code="invalid_request",
            message=f"{first['field']}: {first['reason']}",
            fix=first.get("fix"),
            param=first["field"],
            details={"errors": found},
        )
    )


def rejected(outcome: IntentOutcome) -> NothingToRecord:
    """Answer for an intent that the authority did not accept; ``reason`` is the authority's own word."""
    reason = outcome.reason or "rejected"
    kind = outcome.intent.split(".")[1]
    return NothingToRecord(
        Problem(
            code=_CODE_OF_REASON.get(reason, "conflict"),
            message=outcome.message or f"the authority rejected this: {reason}",
            fix=f"kt {kind} list shows what there is" if reason == "not_found" and kind in _LISTED else None,
            details={"reason": reason, "event_id": outcome.event_id, "position": outcome.position},
        )
    )


def not_recorded(error: PublishError, event_id: str) -> Refused:
    """Answer for an intent that is not known to be in the log."""
    if isinstance(error, RecordTooLargeError):
        return Refused(Problem(code="request_too_large", message=error.reason, fix="send less text"))
    details = {"event_id": event_id}
    if isinstance(error, AckUnknownError):
        fix = f"GET /v1/outcomes/{event_id} tells whether it happened; with an Idempotency-Key it is safe to repeat"
        return _unavailable(f"{error.reason}: the command may or may not be carried out", fix, details)
    return nothing_recorded(error, details)


def nothing_recorded(error: PublishError, details: Mapping[str, str] | None = None) -> NothingToRecord:
    """Answer when the log took nothing, neither an intent nor a refusal: whatever was asked, nothing happened."""
    return _unavailable(
        f"the log takes nothing now: {error.reason}", "nothing happened; try again in a moment", details
    )


def _unavailable(message: str, fix: str, details: Mapping[str, str] | None) -> NothingToRecord:
    return NothingToRecord(
        Problem(code="audit_unavailable", message=message, fix=fix, retry_after_s=RETRY_AFTER_S, details=details)
    )


def in_flight() -> NothingToRecord:
    return NothingToRecord(
        Problem(
            code="idempotency_in_flight",
            message="a request with this Idempotency-Key is being worked on",
            fix="repeat it in a moment to get its answer",
            retry_after_s=RETRY_AFTER_S,
        )
    )


def mismatch() -> Refused:
    return Refused(
        Problem(
            code="idempotency_mismatch",
            message="this Idempotency-Key was used for another request",
            fix="use a new key for a new request",
            param="Idempotency-Key",
        )
    )


def secret_already_shown(kind: str, identifier: str) -> NothingToRecord:
    what, rotate = ("secret", "rotate-secret") if kind == "webhook" else ("key", "rotate")
    made = f"{identifier} was made by an earlier request with this Idempotency-Key"
    return NothingToRecord(
        Problem(
            code="idempotency_completed",
            message=f"{made}; a {what} is shown only once",
            fix=f"if it was lost, POST /v1/{kind}s/{identifier}/{rotate} gives a new secret",
            details={"id": identifier},
        )
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give the nearest known word as a question, or all of them."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return "known: " + ", ".join(words) if words else "this request has no fields"


def _field_problem(detail: ErrorDetails, known: tuple[str, ...]) -> dict[str, Any]:
    name = ".".join(str(part) for part in detail["loc"])[:100] or "body"
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return {"field": name, "reason": "unknown field", "fix": did_you_mean(name, known)}
        case "literal_error":
            return {"field": name, "reason": f"must be {context['expected']}"}
        case "value_error":
            return {"field": name, "reason": str(context["error"])}
        case "string_too_long" | "string_too_short" | "too_long" | "greater_than_equal" | "less_than_equal":
            return {"field": name, "reason": _lower_first(detail["msg"])}
        case "string_pattern_mismatch":
            return {"field": name, "reason": "is not well formed", "fix": f"it must match {context['pattern']}"}
        case other:
            return {"field": name, "reason": _WRONG_TYPES.get(other, _lower_first(detail["msg"]))}


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
