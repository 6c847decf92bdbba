"""The leases of one ledger that a gateway may spend from: taken in one step, freed by acknowledgements only. Pure.

``used`` of a lease grows when a hold is taken and falls when the end of that hold is known to be in the log, never
before: whoever reads the log then sees the end before it sees the room used again. Times called ``now_ms`` are local
and monotonic. Leases end in the broker's time, which is only guessed here from acknowledgements; the guess chooses
leases with life left, and the dispatcher's fence compares the broker's own times.
"""

from __future__ import annotations

from bisect import insort

from keeptrusts.gateway.wallets.leases import (
    FORGET_HOLD_MS,
    FORGET_MS,
    FRESH_MS,
    MARGIN_MS,
    REFRESH_MS,
    RENEW_MS,
    Account,
    Ask,
    Lease,
    Obstacle,
    Payers,
    Return,
    Taken,
    Use,
)
from keeptrusts.schemas.events.money import LEASE_MS
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.grants import HoldRejected, LeaseDenied, LeaseGranted, TicketFunded, WalletPressed


@frozen
class _Held:
    leases: tuple[Lease, ...]
    amount: int
    use: Use
    since_ms: int


class LeaseBook:
    """One a ledger and publisher incarnation. Nothing here waits or knows a clock; whoever drops it owns no leases."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._holds: dict[str, _Held] = {}
        self._uses: dict[tuple[tuple[str, ...], tuple[str, ...]], Use] = {}
        self._due: list[Use] = []
        self._tickets: dict[str, list[Lease]] = {}
        self._freed: set[str] = set()
        self._ahead_ms: int | None = None  # the broker's clock minus ours
        self._last = (-1, -1)  # offset and append time of the newest acknowledgement
        self.regressions = 0
        self.rejected = 0

    # -- admission ---------------------------------------------------------------------------------------------------

    def admit(self, hold: str, payers: Payers, bound: int, now_ms: int, ticket: str | None = None) -> Taken | None:
        """Take ``bound`` from one lease of every account, or nothing: None when one of them has no lease for it.

        A wallet is passed over for a lower one only while it is freshly told not to cover ``bound``. Of several leases
        the one that ends soonest is taken. With a ``ticket`` its own leases come first.
        """
        accounts = self._accounts
        broker_ms = now_ms + (self._ahead_ms or 0)
        latest = broker_ms + MARGIN_MS
        own = self._tickets.get(ticket) if ticket is not None else None
        leases: list[Lease] = []
        due = False
        if payers.wallets:
            found: Lease | None = _of_ticket(own, None, bound, latest) if own else None
            if found is None:
                for name in payers.wallets:
                    account = accounts.get(name)
                    if account is None:
                        break
                    for lease in account.leases:
                        if lease.granted - lease.used >= bound and lease.expires_at_ms >= latest:
                            found = lease
                            break
                    told = account.told_at_ms
                    if found is not None or told is None or account.available >= bound or now_ms - told > FRESH_MS:
                        break
                    due = due or now_ms - told > RENEW_MS
                if found is None:
                    return None
            leases.append(found)
        for name in payers.names:
            found = _of_ticket(own, name, bound, latest) if own else None
            account = accounts.get(name)
            if found is None:
                if account is None:
                    return None
                for lease in account.leases:
                    if lease.granted - lease.used >= bound and lease.expires_at_ms >= latest:
                        found = lease
                        break
            if found is not None:
                leases.append(found)
            elif account is None or account.ignored_until_ms < now_ms:
                return None
        if not leases:
            return None
        use = self._uses.get(payers.key)
        if use is None:
            use = self._uses[payers.key] = Use(payers, now_ms)
        expires_at_ms = leases[0].expires_at_ms
        for lease in leases:
            lease.used += bound
            account = lease.account
            account.used_at_ms = now_ms
            if lease.expires_at_ms < expires_at_ms:
                expires_at_ms = lease.expires_at_ms
            if not due and lease.ticket is None:
                newest = account.leases[-1]
                due = newest.used * 2 >= newest.granted or newest.expires_at_ms - broker_ms < REFRESH_MS
        use.used_at_ms = now_ms
        use.bound = bound
        use.held += bound
        if use.held > use.peak:
            use.peak = use.held
        if due and not use.due and not use.asked:
            use.due = True
            use.payers = payers
            self._due.append(use)
        drawn = tuple(leases)
        self._holds[hold] = _Held(leases=drawn, amount=bound, use=use, since_ms=now_ms)
        return Taken(hold=hold, leases=drawn, amount=bound, expires_at_ms=expires_at_ms)

    def obstacle(self, payers: Payers, bound: int, now_ms: int) -> Obstacle | None:
        """Say what is freshly told to stand in the way of ``bound``; None when another lease may still be granted.

        A budget where nothing can come back comes before wallets, and these before other budgets.
        """
        budgets = [
            account
            for name in payers.names
            if (account := self._accounts.get(name)) is not None
            and account.denies(bound, now_ms)
            and account.ignored_until_ms < now_ms
        ]
        final = next((one for one in budgets if bound > one.available + one.leased), None)
        if final is not None:
            return Obstacle(kind="budget", account=final.name, available=final.available, final=True)
        wallets = [self._accounts.get(name) for name in payers.wallets]
        known = [one for one in wallets if one is not None and one.denies(bound, now_ms)]
        if known and len(known) == len(wallets):
            free = max(one.available for one in known)
            gone = all(bound > one.available + one.leased for one in known)
            return Obstacle(kind="wallet", account=known[-1].name, available=free, final=gone)
        if budgets:
            return Obstacle(kind="budget", account=budgets[0].name, available=budgets[0].available, final=False)
        return None

    # -- ends of holds: call these only once the log has what they stand for -----------------------------------------

    def settled(self, hold: str, amount: int) -> None:
        """Free what a hold did not spend: its settlement is acknowledged. Above the hold, the whole hold is spent."""
        held = self._holds.pop(hold, None)
        if held is None:
            return
        spent = min(amount, held.amount)
        held.use.spent += spent
        self._free(held, held.amount - spent)

    def voided(self, hold: str) -> None:
        """Free a hold: its void is acknowledged, or the record that held it is known never to have been sent."""
        held = self._holds.pop(hold, None)
        if held is not None:
            self._free(held, held.amount)

    def _free(self, held: _Held, amount: int) -> None:
        held.use.held -= held.amount
        for lease in held.leases:
            lease.used -= amount
            if lease.account.pressed:
                self._freed.add(lease.account.name)

    def returned(self, what: Return) -> None:
        """Take returned room off its lease: the return is acknowledged."""
        what.lease.granted -= what.amount
        what.lease.used -= what.amount

    def kept(self, what: Return) -> None:
        """Have room again that was to be returned: the return is known never to have been sent."""
        what.lease.used -= what.amount

    # -- what the ledger tells ---------------------------------------------------------------------------------------

    def granted(self, grant: LeaseGranted, now_ms: int) -> None:
        """Learn of a lease, and of what is free beside it. What was told about its account before counts no more."""
        account = self._account(grant.account, now_ms)
        account.told_at_ms = None
        account.available = grant.available or 0
        if any(lease.id == grant.lease for lease in account.leases):
            return
        lease = Lease(
            grant.lease, account, grant.granted, grant.expires_at_ms, over_limit=bool(grant.over_limit), ticket=None
        )
        self._guess_clock(grant.expires_at_ms, now_ms)
        self._prune(account, now_ms)
        insort(account.leases, lease, key=_end)
        if account.pressed:
            self._freed.add(account.name)

    def denied(self, denial: LeaseDenied, payers: Payers | None, now_ms: int) -> None:
        """Learn that an account does not cover; without an account, that none of the wallets of ``payers`` exists."""
        if denial.account is None:
            for name in () if payers is None else payers.wallets:
                self._told(self._account(name, now_ms), 0, 0, now_ms)
            return
        account = self._account(denial.account, now_ms)
        if denial.reason == "unknown_budget":
            account.ignored_until_ms = now_ms + FRESH_MS
            return
        self._told(account, denial.available or 0, denial.leased or 0, now_ms)

    def pressed(self, what: WalletPressed, now_ms: int) -> None:
        """Learn whether somebody waits for an account's money; then all idle room of its leases goes back."""
        if what.pressed:
            self._account(what.wallet, now_ms).pressed = True
            self._freed.add(what.wallet)
        elif what.wallet in self._accounts:
            self._accounts[what.wallet].pressed = False

    def funded(self, part: TicketFunded, now_ms: int) -> None:
        """Learn of a lease that belongs to one request's ticket alone."""
        if part.lease is None or part.account is None or part.granted is None or part.expires_at_ms is None:
            return
        self._guess_clock(part.expires_at_ms, now_ms)
        account = self._account(part.account, now_ms)
        lease = Lease(
            part.lease, account, part.granted, part.expires_at_ms, over_limit=bool(part.over_limit), ticket=part.ticket
        )
        self._tickets.setdefault(part.ticket, []).append(lease)

    def ticket_over(self, ticket: str) -> tuple[Return, ...]:
        """Forget a ticket, and give what its leases have left, which goes back to their accounts."""
        return tuple(one for lease in self._tickets.pop(ticket, ()) if (one := _return_of(lease)) is not None)

    def forget_ticket(self, ticket: str) -> None:
        """Forget a ticket that was withdrawn: the ledger takes its leases back itself."""
        self._tickets.pop(ticket, None)

    def hold_rejected(self, what: HoldRejected) -> None:
        """Drop the leases of a hold that the ledger did not accept: it knows of them what we do not."""
        self.rejected += 1
        held = self._holds.get(what.hold)
        for lease in () if held is None else held.leases:
            _drop(lease)

    def heard_time(self, timestamp_ms: int, offset: int, now_ms: int) -> None:
        """Learn the broker's time from an acknowledgement. One that went back ends every lease here."""
        last_offset, last_ms = self._last
        if offset > last_offset:
            self._last = (offset, timestamp_ms)
            if timestamp_ms < last_ms:
                self.regressions += 1
                for account in self._accounts.values():
                    for lease in list(account.leases):
                        _drop(lease)
        self._ahead_ms = timestamp_ms - now_ms

    # -- what should be asked for and given back ---------------------------------------------------------------------

    def asks(self, now_ms: int) -> list[Ask]:
        """Give the leases to ask for before anybody must wait; each set of accounts has one request under way."""
        due, self._due = self._due, []
        found: list[Ask] = []
        for use in due:
            use.due = False
            if use.asked or self._nothing_to_hope_for(use.payers, use.bound, now_ms):
                continue
            found.append(self.ask(use.payers, use.bound, now_ms))
        return found

    def ask(self, payers: Payers, need: int, now_ms: int, *, waiting: int = 0) -> Ask:
        """Give what to ask for when ``need`` is needed now; ``waiting`` is what those who wait need together.

        Until ``answered`` is called, ``asks`` gives none for the same accounts.
        """
        use = self._uses.get(payers.key)
        if use is None:
            use = self._uses[payers.key] = Use(payers, now_ms)
        use.asked = True
        use.used_at_ms = now_ms
        wanted = max(waiting, use.wanted(need, now_ms))
        ignored = [self._accounts.get(name) for name in payers.names]
        if any(one is not None and one.ignored_until_ms >= now_ms for one in ignored):
            kept = [
                claim
                for claim, account in zip(payers.budgets, ignored, strict=True)
                if account is None or account.ignored_until_ms < now_ms
            ]
            payers = Payers(
                cascade=payers.cascade,
                wallets=payers.wallets,
                budgets=tuple(kept),
                names=tuple(claim.account for claim in kept),
                key=payers.key,
            )
        return Ask(payers=payers, need=need, wanted=wanted)

    def answered(self, payers: Payers) -> None:
        """Note that a request for these accounts was answered, or will never be."""
        use = self._uses.get(payers.key)
        if use is not None:
            use.asked = False

    @property
    def has_freed(self) -> bool:
        """Say whether room of a pressed account was freed since ``returns`` was last asked."""
        return bool(self._freed)

    def returns(self, now_ms: int) -> list[Return]:
        """Give the idle room of pressed accounts; leases that are about to end are left to end."""
        if not self._freed:
            return []
        freed, self._freed = self._freed, set()
        latest = now_ms + (self._ahead_ms or 0) + MARGIN_MS
        found: list[Return] = []
        for name in sorted(freed):  # the same order in every run
            account = self._accounts.get(name)
            if account is None or not account.pressed:
                continue
            leases = [lease for lease in account.leases if lease.expires_at_ms >= latest]
            found += [one for lease in leases if (one := _return_of(lease)) is not None]
        return found

    def tidy(self, now_ms: int) -> None:
        """Forget leases that have ended, accounts unused for a while, and holds that cannot end any more."""
        for name, account in list(self._accounts.items()):
            self._prune(account, now_ms)
            quiet = now_ms - account.used_at_ms > FORGET_MS and not account.leases
            if quiet and (account.told_at_ms is None or now_ms - account.told_at_ms > FRESH_MS):
                del self._accounts[name]
        for key, use in list(self._uses.items()):
            if now_ms - use.used_at_ms > FORGET_MS and not use.held and not use.asked and not use.due:
                del self._uses[key]
        for hold, held in list(self._holds.items()):
            if now_ms - held.since_ms <= FORGET_HOLD_MS:
                break  # they are in the order they were taken
            del self._holds[hold]
            held.use.held -= held.amount

    # -- what is known -----------------------------------------------------------------------------------------------

    def room(self, account: str) -> int:
        """Give what the leases of an account have left, in nano-USD."""
        found, room = self._accounts.get(account), 0
        for lease in () if found is None else found.leases:
            room += lease.granted - lease.used
        return room

    def remaining(self, account: str) -> int:
        """Give what an account has left as far as is known here: our room, and what the ledger last said to be free.

        What others hold on leases of theirs is not in it, and what they took since is.
        """
        found = self._accounts.get(account)
        return 0 if found is None else found.available + self.room(account)

    @property
    def leases(self) -> tuple[Lease, ...]:
        """Every lease that may be drawn on, those of tickets too."""
        own = (lease for leases in self._tickets.values() for lease in leases)
        return (*(lease for account in self._accounts.values() for lease in account.leases), *own)

    @property
    def open_holds(self) -> int:
        return len(self._holds)

    @property
    def held(self) -> int:
        """What open holds hold, in nano-USD; each counts once, however many accounts it draws on."""
        return sum(use.held for use in self._uses.values())

    def is_asked(self, payers: Payers) -> bool:
        """Say whether a request for these accounts is under way."""
        use = self._uses.get(payers.key)
        return use is not None and use.asked

    def _nothing_to_hope_for(self, payers: Payers, bound: int, now_ms: int) -> bool:
        """Say whether asking ahead is of no use: a denial is fresh, or the money would have to go back at once."""
        accounts = [self._accounts.get(name) for name in (*payers.wallets[-1:], *payers.names)]
        return any(one is not None and (one.pressed or one.denies(bound, now_ms)) for one in accounts)

    def _account(self, name: str, now_ms: int) -> Account:
        found = self._accounts.get(name)
        if found is None:
            found = self._accounts[name] = Account(name, now_ms)
        return found

    def _told(self, account: Account, available: int, leased: int, now_ms: int) -> None:
        account.told_at_ms, account.available, account.leased = now_ms, available, leased

    def _guess_clock(self, expires_at_ms: int, now_ms: int) -> None:
        if self._ahead_ms is None:
            self._ahead_ms = expires_at_ms - LEASE_MS - now_ms

    def _prune(self, account: Account, now_ms: int) -> None:
        broker_ms = now_ms + (self._ahead_ms or 0)
        while account.leases and account.leases[0].expires_at_ms < broker_ms:
            account.leases[0].ended = True
            account.leases.pop(0)


def _end(lease: Lease) -> int:
    return lease.expires_at_ms


def _of_ticket(own: list[Lease], account: str | None, bound: int, latest_ms: int) -> Lease | None:
    """Give the ticket's lease of a budget, or of the wallet where ``account`` is None."""
    for lease in own:
        name = lease.account.name
        right = name == account if account is not None else not name.startswith(("budget:", "cap:"))
        if right and lease.granted - lease.used >= bound and lease.expires_at_ms >= latest_ms:
            return lease
    return None


def _return_of(lease: Lease) -> Return | None:
    room = lease.granted - lease.used
    if room <= 0 or lease.ended:
        return None
    lease.used += room
    return Return(lease=lease, amount=room)


def _drop(lease: Lease) -> None:
    lease.ended = True
    if lease in lease.account.leases:
        lease.account.leases.remove(lease)
