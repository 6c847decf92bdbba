"""The rules of cost tickets, each of which can be taken away: what breaks then shows what it is good for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRules:
    """Each rule as it stands in the protocol; a mutant has one of them False."""

    # Of gateways.
    withdraws_before_402: bool = True
    """The refusal is sent after the withdrawal is acknowledged."""
    ignores_lost_grants: bool = True
    """Who has withdrawn uses no grant that it learns of later."""
    fences_by_time: bool = True
    """A ticket's lease is used only as long as it lives."""

    # Of the ledger.
    remembers_tickets: bool = True
    """The same ticket, appended twice, is one."""
    funds_in_order: bool = True
    """Of tickets that want the same, the one that waited longer is funded first."""
    funds_first_fit: bool = True
    """A ticket that nothing covers does not stop those behind it."""
    funds_after_everything: bool = True
    """Whatever frees money funds those who wait: returns, settles and ends of leases too."""
    pays_from_first: bool = True
    """The first wallet of the cascade that covers all of it pays."""
    ends_waiting: bool = True
    """A ticket whose connection died stops waiting at its deadline."""
    parks_for_good: bool = True
    """A parked ticket is never funded by itself."""
    voids_lost_grants: bool = True
    """A grant that stands in the log before the withdrawal, and was not used, is taken back."""
    parks_unused: bool = True
    """A ticket whose grant ended unused is parked, so that it can still be approved."""
    buries: bool = True
    """A ticket that arrives after its withdrawal is dead."""
    approves_only_parked: bool = True
    """Only a parked ticket can be approved, and only once."""
    approves_what_is_covered: bool = True
    """The named wallet must cover all of it."""
    ends_approval: bool = True
    """Money of an approved ticket goes back to its wallet at the deadline."""
    redeems_only_approved: bool = True
    """Nothing else can be redeemed, and what was redeemed no more."""
    redeems_for_its_principal: bool = True
    """Nobody else can redeem it."""
    gives_back_when_denied: bool = True
    """A denied ticket that was approved gives its money back."""
    denies_for_good: bool = True
    """A denied ticket waits no more."""
    moves_money_into_the_lease: bool = True
    """What is redeemed leaves the ticket's account."""
