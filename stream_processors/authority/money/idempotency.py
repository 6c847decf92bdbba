"""Idempotency keys of callers: one input a key for 24 hours of ledger time, whichever gateway it comes to."""

from __future__ import annotations

from typing import Literal

from keeptrusts.schemas.events.money import IdempotencyClaimed
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.snapshots.grants import IdempotencyAccepted, IdempotencyRefused
from keeptrusts.schemas.snapshots.ledger import IdempotencyValue, Outcome
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.sizes import IDEMPOTENCY_MS, MOST_IDEMPOTENCY_KEYS
from keeptrusts.stream_processors.authority.state import LedgerState

Refusal = Literal["other_input", "in_flight", "already_completed", "over_cap"]


def claimed(draft: Draft, claim: IdempotencyClaimed) -> tuple[Outcome, str | None]:
    """Bind a key to a request, or say why it cannot be: the first claim in the log has it."""
    known = draft.state.money.idempotency.get(claim.key)
    reason = _refusal(draft.state, known, claim, draft.now_ms)
    if reason is not None:
        draft.tell(
            IdempotencyRefused(
                ledger=draft.state.ledger,
                key=claim.key,
                request=claim.request,
                reason=reason,
                first_request=None if known is None else known.request,
                cost=None if known is None else known.cost,
                input_tokens=None if known is None else known.input_tokens,
                output_tokens=None if known is None else known.output_tokens,
            )
        )
        return "refused", reason
    draft.change(
        IdempotencyValue(
            key=claim.key,
            request=claim.request,
            input_hash=claim.input_hash,
            until_ms=draft.now_ms + IDEMPOTENCY_MS,
        )
    )
    draft.tell(IdempotencyAccepted(ledger=draft.state.ledger, key=claim.key, request=claim.request))
    return "claimed", None


def concerns(state: LedgerState, data: RequestDecided | RequestCompleted) -> bool:
    """Say whether the end of a call ends the claim of a key."""
    return isinstance(data, RequestCompleted) and data.request in state.money.key_of_request


def ended(draft: Draft, end: RequestCompleted) -> None:
    """Keep a key that was answered; let go of one whose call was refused or failed, so that it may be tried again."""
    key = draft.state.money.key_of_request.get(end.request)
    if key is None:
        return
    answered = end.status < 400
    draft.change(
        draft.state.money.idempotency[key].model_copy(
            update={
                "state": "completed" if answered else "released",
                "cost": end.cost if answered else None,
                "input_tokens": end.usage.input_tokens if answered and end.usage is not None else None,
                "output_tokens": end.usage.output_tokens if answered and end.usage is not None else None,
            }
        )
    )


def _refusal(
    state: LedgerState, known: IdempotencyValue | None, claim: IdempotencyClaimed, now_ms: int
) -> Refusal | None:
    if known is None or known.until_ms < now_ms:
        return "over_cap" if len(state.money.idempotency) >= MOST_IDEMPOTENCY_KEYS else None
    if known.input_hash != claim.input_hash:
        return "other_input"
    return "already_completed" if known.state == "completed" else "in_flight"
