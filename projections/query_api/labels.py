"""What happened, in words: for entries of the ledger where people see them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_OF_INTENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kt.wallet.fund_requested.v1": "funded",
        "kt.wallet.allocate_requested.v1": "allocated",
        "kt.wallet.reclaim_requested.v1": "reclaimed",
        "kt.ticket.approve_requested.v1": "set aside for a ticket",
        "kt.ticket.deny_requested.v1": "ticket denied",
        "kt.ticket.cancel_requested.v1": "ticket cancelled",
        "kt.hold.release_requested.v1": "hold released",
    }
)
_OF_OUTCOME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accepted": "done",
        "rejected": "refused",
        "opened": "call under way",
        "charged": "call charged",
        "unfunded": "call charged, not all of it covered",
        "unmetered": "call without a wallet",
        "closed": "call ended without cost",
        "ticked": "deadlines passed",
        "granted": "lent to a gateway",
        "denied": "not lent: not covered",
        "returned": "returned by a gateway",
        "attempted": "further attempt holds money",
        "hold_rejected": "hold not covered",
        "settled": "attempt charged",
        "voided": "hold ended unused",
        "corrected": "presumed charge corrected",
        "conflict": "spent without cover",
        "waiting": "ticket waits",
        "funded": "ticket funded",
        "parked": "ticket parked",
        "redeemed": "ticket redeemed",
        "refused": "not redeemed",
        "claimed": "idempotency key taken",
        "ignored": "nothing to do",
    }
)


def label_of(outcome: str, cause_type: str) -> str:
    """Say what an entry is: by the intent that was carried out, else by its outcome."""
    if outcome == "accepted" and cause_type in _OF_INTENT:
        return _OF_INTENT[cause_type]
    return _OF_OUTCOME.get(outcome, outcome)
