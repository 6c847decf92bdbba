"""rate-limit: requests and tokens a minute and parallel requests, by key, user, team and in total."""

from collections.abc import Callable, Hashable
from hashlib import sha256
from typing import Final

import msgspec

from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts
from keeptrusts.gateway.policies.rate_counters import Counter, Counters
from keeptrusts.gateway.policies.rate_windows import SECOND_NS
from keeptrusts.gateway.policies.shares import NEVER, Share, Sharing, Unit, Want
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions, RateTier

KIND = "rate-limit"
MAX_CALLERS: Final = 10_000
BYTES_PER_TOKEN: Final = 4
STATIC_SHARE: Final = "static_share"
"""The reason of a call that was let through on a static part, because the ledger said nothing in time."""
_LONGEST_NAME: Final = 200


@frozen
class WorkerShare:
    """Which of how many workers this is; each enforces its part of every limit."""

    workers: int = 1
    worker: int = 0

    def of(self, limit: int | None) -> int | None:
        """This worker's part. The parts add up to the limit, except that none is below 1."""
        if limit is None:
            return None
        part, rest = divmod(limit, self.workers)
        return max(part + (1 if self.worker < rest else 0), 1)


class RateLimit:
    """The compiled limits. Most specific tier first; the first tier that is full answers, and nothing is counted.

    Tokens of a call are presumed from its size until `Permit.finish` tells the number used. A single call larger
    than a whole minute's tokens passes when the minute is otherwise empty, because it could never pass else.
    With `sharing` each limit is one that all gateways have together: calls are let through on this worker's shares,
    which the ledger grants, and on static parts where it has not said anything.
    """

    __slots__ = ("_admitted", "_fitting", "_sharing", "_tiers")

    def __init__(
        self,
        options: RateLimitOptions,
        share: WorkerShare,
        before: "RateLimit | None" = None,
        sharing: Sharing | None = None,
    ) -> None:
        """Counts begin empty, except those of `before`, whose tiers go on under the new limits."""
        untiered = RateTier(
            requests_per_minute=options.requests_per_minute,
            tokens_per_minute=options.tokens_per_minute,
            max_parallel_requests=options.max_parallel_requests,
        )
        written: tuple[tuple[str, Callable[[RequestFacts], Hashable], RateTier], ...] = (
            ("key", _by_key, options.per_key),
            ("user", _by_user, options.per_user),
            ("team", _by_team, options.per_team),
            ("global", _by_nothing, options.global_),
        )
        counted: dict[str, list[Counters]] = {}
        for tier in () if before is None else before._tiers:
            counted.setdefault(tier.name, []).append(tier.counters)
        tiers: list[_Tier] = []
        for name, caller_of, limits in written:
            for part, given in (("", limits), (".own", untiered)) if name == options.per else (("", limits),):
                if given != RateTier():
                    earlier = counted[name].pop(0) if counted.get(name) else Counters(MAX_CALLERS)
                    scope = "" if sharing is None else f"{sharing.scope}/{name}{part}"
                    tiers.append(_Tier(name, scope, caller_of, given, share, earlier))
        self._tiers: tuple[_Tier, ...] = tuple(tiers)
        self._sharing = sharing
        self._admitted = 0
        self._fitting: tuple[RequestFacts, list[Counter], int, int] | None = None

    @property
    def sharing(self) -> Sharing | None:
        """By which name and in which book its limits are shared; None where each worker has a fixed part."""
        return self._sharing

    def lacking(self, facts: RequestFacts, now_ns: int) -> tuple[Want, ...]:
        """What a call lacks of shares that may be had; empty when it need not wait, be it let through or refused."""
        sharing = self._sharing
        if sharing is None:
            return ()
        counters = self._shared_counters(facts, now_ns)
        presumed = facts.input_bytes // BYTES_PER_TOKEN + 1
        wants: list[Want] | None = None
        for counter in counters:
            for share in counter.shares:
                used, count = _used_and_asked(counter, share, presumed)
                if _fits(sharing, share, used, count, now_ns):
                    continue
                if used + count > share.total or now_ns < share.no_more_ns:
                    return ()
                if wants is None:
                    wants = []
                wants.append(Want(share=share, count=count))
        if wants is not None:
            return tuple(wants)
        self._fitting = (facts, counters, presumed, self._admitted)
        return ()

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Blocks with rate_limited and the seconds to wait, or allows with a permit."""
        fitting = self._fitting
        if fitting is not None and fitting[0] is facts:
            self._fitting = None
            if fitting[3] == self._admitted:  # nothing was let through since it was looked at
                return self._counted(fitting[1], fitting[2], now_ns)
        presumed = facts.input_bytes // BYTES_PER_TOKEN + 1
        if self._sharing is not None:
            return self._evaluate_shared(self._sharing, facts, presumed, now_ns)
        counters: list[Counter] = []
        for tier in self._tiers:
            counter = tier.counters.of(tier.caller_of(facts), now_ns)
            refusal = tier.refusal(counter, presumed, now_ns)
            if refusal is not None:
                return refusal
            counters.append(counter)
        return self._counted(counters, presumed, now_ns)

    def _evaluate_shared(self, sharing: Sharing, facts: RequestFacts, presumed: int, now_ns: int) -> Decision:
        counters = self._shared_counters(facts, now_ns)
        static = False
        for place, counter in enumerate(counters):
            for share in counter.shares:
                used, count = _used_and_asked(counter, share, presumed)
                if _fits(sharing, share, used, count, now_ns):
                    continue
                refusal = self._beyond(sharing, self._tiers[place], share, used, count, now_ns)
                if refusal is not None:
                    return refusal
                static = True
        if not static:
            return self._counted(counters, presumed, now_ns)
        sharing.book.static += 1
        counted = self._counted(counters, presumed, now_ns)
        return Decision(result="allow", reason=STATIC_SHARE, permit=counted.permit)

    def _beyond(
        self, sharing: Sharing, tier: "_Tier", share: Share, used: int, count: int, now_ns: int
    ) -> Decision | None:
        """Decides where a share does not cover the call: the static part does where there is no word about it."""
        if now_ns >= share.no_more_ns and used + count <= share.total:
            sharing.book.note(share, used + count)
        if now_ns < share.ends_ns:
            return tier.limited(share.unit, share.wait_ns(count, share.level, now_ns))
        part = sharing.book.part(share.total)
        if part and used + min(count, part) <= part:
            return None
        return tier.limited(share.unit, share.wait_ns(min(count, part), part, now_ns), "_" + STATIC_SHARE)

    def _shared_counters(self, facts: RequestFacts, now_ns: int) -> list[Counter]:
        counters: list[Counter] = []
        for tier in self._tiers:
            caller = tier.caller_of(facts)
            counter = tier.counters.of(caller, now_ns)
            if counter.tier is not tier:
                tier.allot(counter, caller, facts.org)
            counters.append(counter)
        return counters

    def _counted(self, counters: list[Counter], presumed: int, now_ns: int) -> Decision:
        if not counters:
            return ALLOW
        self._admitted += 1
        for counter in counters:
            counter.requests.add(1, now_ns)
            counter.tokens.add(presumed, now_ns)
            counter.in_flight += 1
        return Decision(result="allow", permit=_CallPermit(counters, presumed))


class _Tier:
    __slots__ = ("_limits", "_parallel", "_requests", "_scope", "_tokens", "caller_of", "counters", "name")

    def __init__(
        self,
        name: str,
        scope: str,
        caller_of: Callable[[RequestFacts], Hashable],
        limits: RateTier,
        share: WorkerShare,
        counters: Counters,
    ) -> None:
        self.name = name
        self.caller_of = caller_of
        self.counters = counters
        self._scope = scope
        written: tuple[tuple[Unit, int | None], ...] = (
            ("parallel_requests", limits.max_parallel_requests),
            ("requests_per_minute", limits.requests_per_minute),
            ("tokens_per_minute", limits.tokens_per_minute),
        )
        self._limits = tuple((unit, limit) for unit, limit in written if limit is not None)
        self._requests = share.of(limits.requests_per_minute)
        self._tokens = share.of(limits.tokens_per_minute)
        self._parallel = share.of(limits.max_parallel_requests)

    def allot(self, counter: Counter, caller: Hashable, org: str) -> None:
        """Give a counter its shares of this tier's limits; those it has of the same limits go on."""
        name = _name_of(caller)
        before = {share.limit: share for share in counter.shares}
        shares: list[Share] = []
        for unit, total in self._limits:
            limit = f"{self._scope}/{unit}/{name}"
            share = before.get(limit)
            if share is None:
                share = Share(org=org, limit=limit, unit=unit, total=total, counter=counter)
            elif share.total != total:
                share.total, share.no_more_ns = total, 0
                share.level = min(share.level, total)
                share.low = max(share.level // 2, 1) if share.level < total else NEVER
            shares.append(share)
        counter.tier, counter.shares = self, tuple(shares)

    def refusal(self, counter: Counter, tokens: int, now_ns: int) -> Decision | None:
        """Why the call does not fit this tier, or None."""
        if self._parallel is not None and counter.in_flight >= self._parallel:
            return self.limited("parallel_requests", SECOND_NS)
        if self._requests is not None:
            wait = counter.requests.wait_ns(1, self._requests, now_ns)
            if wait:
                return self.limited("requests_per_minute", wait)
        if self._tokens is not None and counter.tokens.total:
            wait = counter.tokens.wait_ns(min(tokens, self._tokens), self._tokens, now_ns)
            if wait:
                return self.limited("tokens_per_minute", wait)
        return None

    def limited(self, what: Unit, wait_ns: int, how: str = "") -> Decision:
        """Refuse a call for one of this tier's limits; `how` is added to the reason."""
        seconds = -(-wait_ns // SECOND_NS)
        whose = f"per {self.name}" if self.name != "global" else "of all calls" if self._scope else "of this gateway"
        problem = Problem(
            code="rate_limited",
            message=f"the limit of {what.replace('_', ' ')} {whose} is reached",
            fix=f"Retry after {seconds} s",
            policy=KIND,
            retry_after_s=seconds,
        )
        return Decision(result="block", reason=f"{what}_per_{self.name}{how}", problem=problem)


class _CallPermit(msgspec.Struct, eq=False):
    _counters: list[Counter]
    _presumed: int
    _finished: bool = False

    def finish(self, *, tokens: int, now_ns: int) -> None:
        if self._finished:
            return
        self._finished = True
        for counter in self._counters:
            counter.in_flight -= 1
            counter.tokens.add(tokens - self._presumed, now_ns)


def _name_of(caller: Hashable) -> str:
    """Give a tier's caller as it stands in a limit's name; what is long is named by its hash."""
    name = str(caller[1] or "") if isinstance(caller, tuple) else ""
    return name if len(name) <= _LONGEST_NAME else "sha256:" + sha256(name.encode()).hexdigest()


def _by_key(facts: RequestFacts) -> Hashable:
    # Calls without the attribute share one counter, so leaving it out is no way around a limit.
    return facts.org, facts.key_id


def _by_user(facts: RequestFacts) -> Hashable:
    return facts.org, facts.user


def _by_team(facts: RequestFacts) -> Hashable:
    return facts.org, facts.team_id or facts.team


def _by_nothing(facts: RequestFacts) -> Hashable:
    return facts.org


def _used_and_asked(counter: Counter, share: Share, presumed: int) -> tuple[int, int]:
    """Give what a caller has used of what a share counts, and what one more call asks for."""
    unit = share.unit
    if unit == "requests_per_minute":
        return counter.requests.total, 1
    if unit == "parallel_requests":
        return counter.in_flight, 1
    return counter.tokens.total, presumed if presumed < share.total else share.total


def _fits(sharing: Sharing, share: Share, used: int, count: int, now_ns: int) -> bool:
    """Say whether a call fits into what is granted; a share that runs low, or out, is noted to be asked for."""
    if now_ns >= share.ends_ns or used + count > share.level:
        return False
    if (used >= share.low or now_ns >= share.renew_ns) and not share.noted:
        sharing.book.note(share)
    return True
