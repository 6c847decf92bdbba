"""The audit of the money of a run: what callers saw, what the provider billed, kt.ledger and the projection, joined.

    findings = check_money(MoneyEvidence(...))
    print(as_money_table(evidence, findings))

Everything is read after the run and offline. Each rule is a function that gives what speaks against it;
tests/unit/checker/test_money_checker.py plants each violation once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from keeptrusts.schemas.events.gateway import GatewayStopped
from keeptrusts.schemas.events.request import RequestCompleted
from keeptrusts.schemas.snapshots.ledger import GENESIS_HASH, VARIANCE, entry_hash
from support.checker import Finding, Logged, Seen
from support.money_books import PARTS, Books, Entered, HoldKept, keep_books

GRACE_MS = 5_000
FREED_WITHIN_MS = GRACE_MS + 5_000
"""So long after the end of a lease what nobody holds of it must be free again, where the ledger and the log work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Nano-USD a token, as the run's policy sets them."""

    input: int
    output: int

    def of(self, usage: Mapping[str, int]) -> int:
        return usage["input_tokens"] * self.input + usage["output_tokens"] * self.output


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """From when to when the broker or the ledger did not work, in ms."""

    began_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A wallet's or a budget period's balances in the projection, in nano-USD.

    ``available`` is None for budgets: a limit that was raised is shown at once, and is the account's from its next use.
    """

    available: int | None = None
    leased: int
    spent: int


@dataclass(frozen=True, kw_only=True)
class MoneyEvidence:
    """Everything that a run left behind once it was at rest.

    ``seen`` are the calls of metered callers. ``kills`` are (gateway's name, ms); ``last_words`` the broker's time of
    each source's last record. ``shown``, ``shown_holds`` (id to state) and ``shown_costs`` are the query API's.
    """

    seen: Sequence[Seen]
    bill: Sequence[Mapping[str, Any]]
    price: Price
    log: Sequence[Logged]
    entries: Sequence[Entered]
    shown: Mapping[str, Shown] = field(default_factory=dict)
    shown_holds: Mapping[str, str] = field(default_factory=dict)
    shown_costs: Mapping[str, int | None] = field(default_factory=dict)
    kills: Sequence[tuple[str, int]] = ()
    outages: Sequence[Outage] = ()
    last_words: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def books(self) -> Books:
        return keep_books(self.entries)

    @cached_property
    def holds(self) -> dict[str, list[HoldKept]]:
        return self.books.by_request()

    @cached_property
    def completions(self) -> dict[str, RequestCompleted]:
        found: dict[str, RequestCompleted] = {}
        for record in self.log:
            if isinstance(record.event.data, RequestCompleted):
                found.setdefault(record.event.data.request, record.event.data)
        return found

    @cached_property
    def billed(self) -> dict[str, int]:
        """What the provider billed for each call, all attempts together."""
        sums: dict[str, int] = defaultdict(int)
        for line in self.bill:
            sums[line["request_id"]] += self.price.of(line["usage"])
        return dict(sums)

    @cached_property
    def dead(self) -> dict[str, int]:
        """The incarnations that a kill ended, and when: the first kill of their gateway after their last record."""
        stopped = {r.event.data.incarnation for r in self.log if isinstance(r.event.data, GatewayStopped)}
        ends: dict[str, int] = {}
        for source, last_ms in self.last_words.items():
            kind, _, rest = source.partition("/")
            name, _, incarnation = rest.partition("/")
            after = [
                at_ms
                for killed, at_ms in self.kills
                if killed == name and last_ms - at_ms <= _SKEW_MS + _overlap(self.outages, at_ms, last_ms)
            ]
            if kind == "gateway" and incarnation not in stopped and after:
                ends[incarnation] = min(after)
        return ends


_SKEW_MS = 2_000
"""So long after its writer's death a record may reach the log, not counting how long the broker was away."""


def check_money(evidence: MoneyEvidence) -> list[Finding]:
    """Give everything that speaks against the promises about money; empty for an honest run."""
    return [Finding(rule.__name__, about, what) for rule in MONEY_RULES for about, what in rule(evidence)]


def nothing_is_overspent(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """No wallet and no hard budget is ever below zero, on any of its accounts, at any entry."""
    for account, lowest in evidence.books.lowest.items():
        if account.endswith(PARTS) and lowest < 0:
            yield account, f"stood at {lowest}"


def no_conflict_and_no_variance(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """With strict bounds nothing costs more than it held, and nothing is spent that no hold covers."""
    for one in evidence.entries:
        entry = one.entry
        if entry.outcome in ("conflict", "unfunded"):
            yield entry.request or entry.cause.subject, f"entry {entry.seq} is {entry.outcome}: {entry.reason}"
        gone = sum(posting.amount for posting in entry.postings if posting.account == VARIANCE)
        if gone:
            yield entry.request or entry.cause.subject, f"entry {entry.seq} moves {gone} to variance"


def billed_within_what_is_charged(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """What the provider billed is covered: by charges, settled or presumed, or by holds that still stand."""
    for request, billed in evidence.billed.items():
        covered = sum(hold.amount if hold.open else hold.charged for hold in evidence.holds.get(request, ()))
        if billed > covered:
            ends = {hold.id: hold.ends or "open" for hold in evidence.holds.get(request, ())}
            yield request, f"billed {billed}, covered {covered} ({ends or 'no hold'})"


def answered_is_charged(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """A call that was answered with 200, whole or in part, is charged, or its hold still stands."""
    for seen in evidence.seen:
        if seen.status != 200 or seen.request is None:
            continue
        holds = evidence.holds.get(seen.request, ())
        if not any(hold.open or hold.charged for hold in holds):
            yield seen.request, f"answered and not charged: {[(hold.id, hold.ends) for hold in holds]}"


def charged_once(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """A hold is taken once and ends once; only a presumed end may be corrected, once."""
    for hold in evidence.books.twice:
        yield hold, "held twice"
    for unmatched in evidence.books.unmatched:
        yield unmatched, "ended and was never held"
    for kept in evidence.books.holds.values():
        if len(kept.ends) > 1 and (kept.ends[0] != "presumed" or len(kept.ends) > 2):
            yield kept.id, f"ended {len(kept.ends)} times: {kept.ends}"
        if kept.charged > kept.amount:
            yield kept.id, f"held {kept.amount}, charged {kept.charged}"


def charged_as_recorded(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """What a completed call is said to have cost is what all of its holds were charged."""
    for request, completion in evidence.completions.items():
        holds = evidence.holds.get(request, ())
        charged, said = sum(hold.charged for hold in holds), completion.cost or 0
        if charged != said:
            ends = {hold.id: hold.ends or "open" for hold in holds}
            yield request, f"recorded with a cost of {said}, charged {charged} ({ends or 'no hold'})"


def every_nano_is_explained(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """On each wallet and budget: what came in = free + leased + spent + set aside, each part for its own reasons."""
    books = evidence.books
    if left := sum(books.balances.values()):
        yield "all accounts", f"add up to {left} instead of 0"
    for owner in books.owners():
        parts = {part: books.balances.get(owner + part, 0) for part in PARTS}
        total = sum(parts.values()) + books.set_aside(owner)
        if total != books.totals.get(owner, 0):
            yield owner, f"got {books.totals.get(owner, 0)}, has {total}"
        if parts["/leased"] != books.on_leases(owner):
            yield owner, f"has {parts['/leased']} leased, its leases hold {books.on_leases(owner)}"
        if parts["/spent"] != books.charged(owner):
            yield owner, f"has spent {parts['/spent']}, its calls were charged {books.charged(owner)}"


def the_chain_holds(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """Entries follow each other without a gap, each carries the hash of the one before, and each adds up to zero."""
    before, number = GENESIS_HASH, 0
    for one in evidence.entries:
        entry = one.entry
        if (entry.prev_hash, entry.seq) != (before, number) or entry_hash(entry) != entry.hash:
            yield f"entry {entry.seq}", "does not follow from the one before"
        if sum(posting.amount for posting in entry.postings):
            yield f"entry {entry.seq}", "does not add up to zero"
        before, number = entry.hash, entry.seq + 1


def leases_end_in_time(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """Money nobody holds is free again within GRACE + 5 s of its lease's end, while broker and ledger work.

    A lease ends at most TTL after it was granted, so after a gateway's death this is TTL + GRACE + 5 s at most.
    """
    for lease in evidence.books.leases.values():
        if lease.closed_ms is None:
            yield lease.id, f"still lends {lease.left} of {lease.full} to {lease.incarnation}"
            continue
        late = lease.closed_ms - lease.expires_ms - FREED_WITHIN_MS
        if late > _overlap(evidence.outages, lease.expires_ms, lease.closed_ms):
            yield lease.id, f"free {lease.closed_ms - lease.expires_ms} ms after its end"


def only_the_dead_hold(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """At rest only holds of killed gateways stand: the ledger presumes them spent 15 minutes after they began."""
    for hold in evidence.books.holds.values():
        if hold.open and hold.owner not in evidence.dead:
            yield hold.id, f"is still open, and its gateway {hold.owner} was not killed"


def the_projection_agrees(evidence: MoneyEvidence) -> Iterator[tuple[str, str]]:
    """ClickHouse's sums, holds and costs are those of kt.ledger and of the log."""
    books = evidence.books
    for owner in sorted({*books.owners(), *evidence.shown}):
        free, lent, spent = (books.balances.get(owner + part, 0) for part in PARTS)
        shown = evidence.shown.get(owner)
        if shown is None or (shown.leased, shown.spent) != (lent, spent) or shown.available not in (None, free):
            yield owner, f"has {free} free, {lent} leased, {spent} spent; is shown as {shown}"
    standing = {hold.id: "open" for hold in books.holds.values() if hold.open}
    standing |= {hold.id: "presumed" for hold in books.holds.values() if hold.presumed}
    for hold in sorted(standing.keys() | evidence.shown_holds.keys()):
        if standing.get(hold) != evidence.shown_holds.get(hold):
            yield hold, f"is {standing.get(hold)}, shown as {evidence.shown_holds.get(hold)}"
    for request, completion in evidence.completions.items():
        if evidence.shown_costs.get(request) != completion.cost:
            yield request, f"is shown with cost {evidence.shown_costs.get(request)}, recorded {completion.cost}"


MONEY_RULES = (
    nothing_is_overspent,
    no_conflict_and_no_variance,
    billed_within_what_is_charged,
    answered_is_charged,
    charged_once,
    charged_as_recorded,
    every_nano_is_explained,
    the_chain_holds,
    leases_end_in_time,
    only_the_dead_hold,
    the_projection_agrees,
)


def freed_after_death_ms(evidence: MoneyEvidence) -> list[int]:
    """How long after its gateway's death each lease was free again, without what the log or ledger did not work."""
    times: list[int] = []
    for lease in evidence.books.leases.values():
        died_ms = evidence.dead.get(lease.incarnation)
        if died_ms is not None and lease.closed_ms is not None and lease.closed_ms > died_ms:
            times.append(lease.closed_ms - died_ms - _overlap(evidence.outages, died_ms, lease.closed_ms))
    return sorted(times)


def as_money_table(evidence: MoneyEvidence, findings: Sequence[Finding]) -> str:
    """What was looked at and what was found, for people; amounts in nano-USD."""
    books, holds = evidence.books, list(evidence.books.holds.values())
    statuses = Counter(
        "broke off" if seen.status is None else f"{seen.status} {seen.code or ('whole' if seen.whole else 'in part')}"
        for seen in evidence.seen
    )
    ends = Counter(" then ".join(hold.ends) or "open, their gateway killed" for hold in holds)
    freed = freed_after_death_ms(evidence)
    counts = {
        "calls of metered callers": len(evidence.seen),
        **{f"  {name}": count for name, count in sorted(statuses.items())},
        "entries of kt.ledger": len(evidence.entries),
        **{f"  said {n}": c for n, c in sorted(Counter(str(one.entry.outcome) for one in evidence.entries).items())},
        "leases": len(books.leases),
        "holds": len(holds),
        **{f"  {name}": count for name, count in sorted(ends.items())},
        "  rejected": len(books.rejected),
        "gateway incarnations killed": len(evidence.dead),
        "leases that outlived their gateway": len(freed),
        "  the last free again after ms, less outages": freed[-1] if freed else 0,
        "  the latest after its end, ms": max(_after_end(books), default=0),
        "billed by the provider": sum(evidence.billed.values()),
        "charged": sum(hold.charged for hold in holds),
        "  of that presumed": sum(hold.charged for hold in holds if hold.presumed),
        "held by the dead": sum(hold.amount for hold in holds if hold.open),
    }
    lines = [f"{name:<46}{count:>16}" for name, count in counts.items()]
    lines += [
        f"{owner:<46}{books.totals.get(owner, 0):>16} = "
        + " + ".join(f"{books.balances.get(owner + part, 0)} {part[1:]}" for part in PARTS)
        for owner in books.owners()
    ]
    broken = Counter(finding.rule for finding in findings)
    lines += [f"{rule.__name__:<46}{broken[rule.__name__] or 'ok':>16}" for rule in MONEY_RULES]
    presumed = [hold for hold in holds if hold.presumed]
    lines += [f"presumed: {hold.id} {hold.charged}" for hold in presumed[:20]]
    lines += [f"presumed: {len(presumed) - 20} more"] if len(presumed) > 20 else []
    lines += [f"! {finding.rule}: {finding.about} {finding.what}" for finding in findings[:50]]
    return "\n".join(lines)


def _after_end(books: Books) -> Iterator[int]:
    return (one.closed_ms - one.expires_ms for one in books.leases.values() if one.closed_ms is not None)


def _overlap(outages: Sequence[Outage], since_ms: int, until_ms: int) -> int:
    """How much of a time some outage covers, in ms."""
    return sum(max(0, min(one.ended_ms, until_ms) - max(one.began_ms, since_ms)) for one in outages)
