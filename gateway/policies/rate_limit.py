"""rate-limit: requests and tokens a minute and parallel requests, by key, user, team and in total."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from keeptrusts.gateway.policies.protocol import ALLOW, Decision, RequestFacts
from keeptrusts.gateway.policies.rate_windows import SECOND_NS, Counter, Counters
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions, RateTier

KIND = "rate-limit"
MAX_CALLERS: Final = 10_000
BYTES_PER_TOKEN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """

    __slots__ = ("_tiers",)

    def __init__(self, options: RateLimitOptions, share: WorkerShare, before: "RateLimit | None" = None) -> None:
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
            for given in (limits, untiered) if name == options.per else (limits,):
                if given != RateTier():
                    earlier = counted[name].pop(0) if counted.get(name) else Counters(MAX_CALLERS)
                    tiers.append(_Tier(name, caller_of, given, share, earlier))
        self._tiers: tuple[_Tier, ...] = tuple(tiers)

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Blocks with rate_limited and the seconds to wait, or allows with a permit."""
        presumed = facts.input_bytes // BYTES_PER_TOKEN + 1
        counters: list[Counter] = []
        for tier in self._tiers:
            counter = tier.counters.of(tier.caller_of(facts), now_ns)
            refusal = tier.refusal(counter, presumed, now_ns)
            if refusal is not None:
                return refusal
            counters.append(counter)
        if not counters:
            return ALLOW
        for counter in counters:
            counter.requests.add(1, now_ns)
            counter.tokens.add(presumed, now_ns)
            counter.in_flight += 1
        return Decision(result="allow", permit=_CallPermit(counters, presumed))


class _Tier:
    __slots__ = ("_parallel", "_requests", "_tokens", "caller_of", "counters", "name")

    def __init__(
        self,
        name: str,
        caller_of: Callable[[RequestFacts], Hashable],
        limits: RateTier,
        share: WorkerShare,
        counters: Counters,
    ) -> None:
        self.name = name
        self.caller_of = caller_of
        self.counters = counters
        self._requests = share.of(limits.requests_per_minute)
        self._tokens = share.of(limits.tokens_per_minute)
        self._parallel = share.of(limits.max_parallel_requests)

    def refusal(self, counter: Counter, tokens: int, now_ns: int) -> Decision | None:
        """Why the call does not fit this tier, or None."""
        if self._parallel is not None and counter.in_flight >= self._parallel:
            return self._limited("parallel_requests", SECOND_NS)
        if self._requests is not None:
            wait = counter.requests.wait_ns(1, self._requests, now_ns)
            if wait:
                return self._limited("requests_per_minute", wait)
        if self._tokens is not None and counter.tokens.total:
            wait = counter.tokens.wait_ns(min(tokens, self._tokens), self._tokens, now_ns)
            if wait:
                return self._limited("tokens_per_minute", wait)
        return None

    def _limited(self, what: str, wait_ns: int) -> Decision:
        seconds = -(-wait_ns // SECOND_NS)
        problem = Problem(
            code="rate_limited",
            message=f"the limit of {what.replace('_', ' ')} per {self.name} is reached"
            if self.name != "global"
            else f"the limit of {what.replace('_', ' ')} of this gateway is reached",
            fix=f"Retry after {seconds} s",
            policy=KIND,
            retry_after_s=seconds,
        )
        return Decision(result="block", reason=f"{what}_per_{self.name}", problem=problem)


class _CallPermit:
    __slots__ = ("_counters", "_finished", "_presumed")

    def __init__(self, counters: list[Counter], presumed: int) -> None:
        self._counters = counters
        self._presumed = presumed
        self._finished = False

    def finish(self, *, tokens: int, now_ns: int) -> None:
        if self._finished:
            return
        self._finished = True
        for counter in self._counters:
            counter.in_flight -= 1
            counter.tokens.add(tokens - self._presumed, now_ns)


def _by_key(facts: RequestFacts) -> Hashable:
    # Calls without the attribute share one counter, so leaving it out is no way around a limit.
    return facts.org, facts.key_id


def _by_user(facts: RequestFacts) -> Hashable:
    return facts.org, facts.user


def _by_team(facts: RequestFacts) -> Hashable:
    return facts.org, facts.team_id or facts.team


def _by_nothing(facts: RequestFacts) -> Hashable:
    return facts.org
