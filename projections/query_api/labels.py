"""What moved a wallet, in words: for entries of the ledger where people see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

_MOVES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kt.wallet.fund_requested.v1": "funded",
        "kt.wallet.allocate_requested.v1": "allocated",
        "kt.wallet.reclaim_requested.v1": "reclaimed",
        "kt.ticket.approve_requested.v1": "set aside for a ticket",
        "kt.ticket.redeemed.v1": "ticket redeemed",
    }
)
_CHARGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "charged": "call charged",
        "settled": "attempt charged",
        "unfunded": "call charged in part",
        "corrected": "charge corrected",
    }
)


def label_of(
    outcome: str, cause_type: str, *, unspent: int, leased: int, spent: int, counterparts: Sequence[str] = ()
) -> str:
    """Say what an entry did to a wallet: by what changed there, for one entry may end leases of many wallets.

    ``unspent``, ``leased`` and ``spent`` are changes in nano-USD: of what is not spent, of the part lent, of the rest.
    """
    if spent > 0:
        return _CHARGES.get(outcome, "presumed spent")
    if spent < 0:
        return "charge given back"
    if unspent == 0:
        return "lent to a gateway" if leased > 0 else "returned by a gateway"
    if cause_type in _MOVES:
        return _MOVES[cause_type]
    if any(name.startswith("ticket:") for name in counterparts):
        return "ticket's money returned"
    return "allocated, as each month"
