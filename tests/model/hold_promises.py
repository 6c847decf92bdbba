"""What must hold in every state, and what once everything has ended."""

from __future__ import annotations

from model.hold_ledger import Hold, Ledger
from model.hold_state import Asked, Call, Setting, World


def ledger_broken(ledger: Ledger, setting: Setting) -> str | None:
    """Name what is wrong with the money itself."""
    held = [0] * len(ledger.available)
    for lease in ledger.leases:
        if lease.granted - lease.spent - lease.held < 0 or lease.held < 0 or lease.spent < 0:
            return f"lease {lease.id} is overdrawn"
        held[lease.account] += lease.granted - lease.spent
    for account, funded in enumerate(setting.wallets + setting.budgets):
        if ledger.available[account] < 0 or ledger.spent[account] < 0:
            return f"account {account} is below zero"
        if ledger.available[account] + ledger.spent[account] + held[account] != funded:
            return f"money of account {account} came from nowhere or went there"
    if ledger.half_granted:
        return "a lease was granted although an account does not agree"
    if any(hold.late for hold in ledger.holds):
        return "the ledger accepted a hold that no gateway may dispatch"
    if ledger.conflicts:
        return "money was spent that no hold covers"
    return None


def calls_broken(world: World, setting: Setting) -> str | None:
    """Name what a provider billed and no hold covers, or what is held for nothing."""
    for number, call in enumerate(world.calls):
        holds = {hold.id[1]: hold for hold in world.ledger.holds if hold.id[0] == number}
        for attempt, billed in enumerate(call.billed, start=1):
            hold = holds.get(attempt)
            if billed and not _covers(hold, min(billed, setting.calls[number].bound), setting):
                return f"call {number} was billed {billed}, which its hold does not cover: {hold}"
        unbilled = [hold for hold in holds.values() if _is_held_for_nothing(hold, call)]
        if len(unbilled) > 1:
            return f"call {number} holds money twice"
        if any(len(hold.leases) != len(call.leases or hold.leases) for hold in unbilled):
            return f"call {number} holds money on some of its accounts only"
    return None


def broken_at_rest(world: World, ledger: Ledger, setting: Setting) -> str | None:
    """Name what is broken at the end; ``ledger`` is that of the world after every deadline has passed."""
    broken = ledger_broken(ledger, setting)
    if broken is not None:
        return broken
    if any(lease.open or lease.held or lease.granted != lease.spent for lease in ledger.leases):
        return "a lease still holds money"
    explained = 0
    for number, (call, asked) in enumerate(zip(world.calls, setting.calls, strict=True)):
        holds = tuple(hold for hold in ledger.holds if hold.id[0] == number)
        broken = _charge_broken(call, asked, holds)
        if broken is not None:
            return f"call {number} {broken}"
        if call.phase in ("answered", "settling"):
            explained += sum(max(0, billed - asked.bound) for billed in call.billed)
            explained += sum(call.billed[hold.id[1] - 1] for hold in holds if hold.state == "reported")
    if any(call.phase == "lost" for call in world.calls) or ledger.variance == explained:
        return None
    return f"variance is {ledger.variance} where {explained} is explained"


def _covers(hold: Hold | None, billed: int, setting: Setting) -> bool:
    if hold is None:
        return False
    match hold.state:
        case "open":
            return True
        case "settled" | "presumed":
            return hold.charged >= billed
        case "released" | "reported":
            # Whoever releases the hold of a call that was sent takes it upon themselves: it shows as variance.
            return setting.careless
        case _:
            return False


def _is_held_for_nothing(hold: Hold, call: Call) -> bool:
    return hold.state in ("open", "presumed") and sum(call.billed[hold.id[1] - 1 :]) == 0


def _charge_broken(call: Call, asked: Asked, holds: tuple[Hold, ...]) -> str | None:
    """An answered or refused call is charged exactly what it cost, any other one at most one hold more."""
    charged = sum(hold.charged for hold in holds)
    cost = sum(min(billed, asked.bound) for billed in call.billed)
    told = f"cost {cost} and was charged {charged}"
    match call.phase:
        case "answered" | "settling":
            released = any(hold.state in ("released", "reported") for hold in holds)
            return None if charged == cost or released else f"was answered, {told}"
        case "refused":
            return None if charged == cost else f"was refused, {told}"
        case _:
            return None if charged <= cost + asked.bound else f"was not answered, {told}"
