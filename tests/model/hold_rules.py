"""The rules of leases and holds, each of which can be taken away: what breaks then shows what it is good for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRules:
    """Each rule as it stands in the protocol; a mutant has one of them False."""

    # Of gateways.
    holds_in_one_step: bool = True
    """Taking leases and adding to what is used of them is one step."""
    waits_for_ack: bool = True
    """Nothing is dispatched before its hold is acknowledged."""
    stops_when_unknown: bool = True
    """Nothing is dispatched when it is not known whether the hold was appended."""
    voids_when_unknown: bool = True
    """A hold whose append is unknown is voided."""
    voids_before_next_try: bool = True
    """That void stands in the log before the hold of the next try."""
    repeats_ends: bool = True
    """A settle or void whose append is unknown is sent again."""
    fences_by_time: bool = True
    """Nothing is dispatched when the hold was appended after its lease expired."""
    fences_every_lease: bool = True
    """That holds for every lease drawn, not only for the wallet's."""
    dispatches_soon: bool = True
    """Nothing is dispatched long after the acknowledgement."""
    frees_on_ack: bool = True
    """Room comes back when the end of a hold is acknowledged, not when it is sent."""
    answers_after_ack: bool = True
    """The end of an answer follows the acknowledged settle."""
    settles_blind_calls_whole: bool = True
    """A call whose usage is not known is charged its whole hold."""
    ends_first_hold_first: bool = True
    """The end of one attempt's hold stands in the log before the hold of the next."""
    forgets_leases: bool = True
    """A restarted gateway knows no lease of before."""
    returns_are_gone: bool = True
    """Room that was returned is not used any more."""

    # Of the ledger.
    checks_room: bool = True
    """A hold is accepted only where its leases have room: gateways are not trusted."""
    checks_owner: bool = True
    """A hold is accepted only on leases of its own incarnation."""
    checks_expiry: bool = True
    """A hold is accepted only when it was appended before its leases expired."""
    draws_all_or_none: bool = True
    """A hold takes all of its draws, or none."""
    agrees_all_or_none: bool = True
    """A lease is granted only if every budget agrees."""
    waits_grace: bool = True
    """A lease ends only GRACE after it expired, because append times may step back that far."""
    keeps_holds_of_expired: bool = True
    """What is held outlives its lease."""
    presumes_spent: bool = True
    """A hold past its deadline is charged, never handed back."""
    corrects_presumed: bool = True
    """A late settle or void corrects a presumed charge."""
    ends_once: bool = True
    """A second end of the same hold changes nothing."""
    buries: bool = True
    """A hold that arrives after its end is dead."""
    remembers_holds: bool = True
    """The same hold, appended twice, counts once."""
    remembers_requests: bool = True
    """The same request for a lease, appended twice, is answered once."""
    charges_at_most_the_hold: bool = True
    """Usage above the hold goes to variance."""
    releases_only_presumed: bool = True
    """A person can release only a presumed hold."""
    charges_released_to_variance: bool = True
    """A settle after the release goes to variance."""
    gives_back_after_close: bool = True
    """What an end frees after its lease was closed goes back to the account."""
    refuses_late_returns: bool = True
    """A return counts only while its lease is open, and only up to its room."""
