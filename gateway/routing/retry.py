"""What may be tried again after a failure: at which target, after which pause, and when to give up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from keeptrusts.gateway.routing.breaker import Health
from keeptrusts.gateway.routing.chance import Chance
from keeptrusts.gateway.routing.deadlines import LEAST_ATTEMPT_NS
from keeptrusts.gateway.routing.route import Route
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import Routing

Trigger = Literal["rate_limit", "server_error", "timeout", "connection", "cut", "credentials"]
Failing = Literal["timeout", "connection", "cut", "garbage", "too_large", "credentials"]
"""Ways a call can end without a usable answer; ``cut`` is a connection that broke after the request was sent,
``credentials`` a refusal of our own key or account, whatever its status."""
Reason = Literal["final", "trigger_off", "attempts", "deadline", "no_target", "pause_too_long", "budget"]

_S: Final = 1_000_000_000
_FIRST_PAUSE_NS: Final = 200_000_000
_LONGEST_PAUSE_NS: Final = 5 * _S
_LONGEST_RETRY_AFTER_S: Final = 3_600
_OPTION_OF: Final[dict[Trigger, str | None]] = {
    "rate_limit": "rate_limit",
    "server_error": "server_error",
    "timeout": "timeout",
    "connection": "server_error",
    "cut": "server_error",
    "credentials": None,  # our own credentials are no fault of the caller: another target is always worth a try
}


@frozen
class Judgement:
    """What the end of an attempt means: for its target, and for trying again (None: the end is final)."""

    health: Health
    trigger: Trigger | None = None


@frozen
class TryAgain:
    """Make another attempt, there, after this pause."""

    route: Route
    pause_ns: int


@frozen
class GiveUp:
    """The last failure is the answer. ``reason`` says why nothing more was tried, for records and metrics."""

    reason: Reason


_GOOD: Final = Judgement(health="good")


def judge(*, status: int | None, failing: Failing | None = None, answering: bool = False) -> Judgement:
    """Judge the end of an attempt by its HTTP status or its failure.

    ``answering``: the caller has seen the first byte, so nothing can be tried again. A provider's 4xx is about the
    request and final, except 429, and 401 and 403, which are about our credentials.
    """
    if status == 200 and failing is None:
        return _GOOD
    judged = _of_failure(failing) if failing is not None else _of_status(status)
    return Judgement(health=judged.health) if answering and judged.trigger is not None else judged


def _of_failure(failing: Failing) -> Judgement:
    match failing:
        case "timeout" | "connection" | "cut" | "credentials":
            return Judgement(health="bad", trigger=failing)
        case "garbage":
            return Judgement(health="bad")
        case "too_large":
            return Judgement(health="unknown")


def _of_status(status: int | None) -> Judgement:
    if status is None or status < 200 or 300 <= status < 400:
        return Judgement(health="bad")
    if status < 300:
        return _GOOD
    if status == 429:
        return Judgement(health="bad", trigger="rate_limit")
    if status in (401, 403):
        return Judgement(health="bad", trigger="credentials")
    if status >= 500:
        return Judgement(health="bad", trigger="server_error")
    return Judgement(health="good")


class RetryBudget:
    """Keeps attempts after the first to a share of calls, so that retries never multiply an outage.

    Each call adds ``percent`` hundredths of a retry, up to ``burst`` whole ones. Below that a floor of one retry each
    ``floor_every_ns``, at most ``floor_burst`` saved up, lets a quiet gateway try again at all. Percent 0: none.
    """

    __slots__ = ("_burst", "_floor", "_floor_at_ns", "_floor_burst", "_floor_every_ns", "_hundredths", "_percent")

    def __init__(
        self, *, percent: int, now_ns: int, burst: int = 100, floor_every_ns: int = _S, floor_burst: int = 10
    ) -> None:
        self._percent = percent
        self._burst = burst
        self._hundredths = 0
        self._floor_every_ns = floor_every_ns
        self._floor_burst = floor_burst
        self._floor = floor_burst
        self._floor_at_ns = now_ns

    def reconfigure(self, *, percent: int) -> None:
        """Go on with another share; what was saved up stays."""
        self._percent = percent

    def called(self) -> None:
        """Note a call, that is, its first attempt."""
        self._hundredths = min(self._burst * 100, self._hundredths + self._percent)

    def take(self, now_ns: int) -> bool:
        """Take one retry out of the budget; False when it is used up."""
        if self._percent == 0:
            return False
        if self._hundredths >= 100:
            self._hundredths -= 100
            return True
        self._refill(now_ns)
        if self._floor == 0:
            return False
        self._floor -= 1
        return True

    def _refill(self, now_ns: int) -> None:
        gained = max(0, now_ns - self._floor_at_ns) // self._floor_every_ns
        if gained:
            self._floor = min(self._floor_burst, self._floor + gained)
            self._floor_at_ns += gained * self._floor_every_ns


@frozen
class Failed:
    """An attempt that failed: how, where, as which one of its call (from 1 on), and what the provider asked for."""

    trigger: Trigger | None
    route: Route
    attempt: int
    retry_after_ns: int | None = None


def next_step(
    failed: Failed,
    *,
    left: Sequence[Route],
    admits: Callable[[Route], bool],
    rules: Routing,
    remaining_ns: int,
    budget: RetryBudget,
    chance: Chance,
    now_ns: int,
) -> TryAgain | GiveUp:
    """Decide what follows a failure; takes from the budget only when something does.

    ``left`` are the fallbacks not tried yet. The next one that its breaker admits is tried at once; without one the
    same target is tried again after a pause, unless it timed out, refused our credentials or is held back by its
    breaker. ``remaining_ns`` is what the call has left until its deadline.
    """
    if failed.trigger is None:
        return GiveUp(reason="final")
    option = _OPTION_OF[failed.trigger]
    if option is not None and option not in rules.fallback_triggers:
        return GiveUp(reason="trigger_off")
    if failed.attempt > rules.max_fallback_attempts:
        return GiveUp(reason="attempts")
    step = _candidate(failed, left, admits, chance)
    if isinstance(step, GiveUp):
        return step
    if remaining_ns - step.pause_ns < LEAST_ATTEMPT_NS:
        return GiveUp(reason="deadline")
    return step if budget.take(now_ns) else GiveUp(reason="budget")


def _candidate(
    failed: Failed, left: Sequence[Route], admits: Callable[[Route], bool], chance: Chance
) -> TryAgain | GiveUp:
    other = next((route for route in left if admits(route)), None)
    if other is not None:
        return TryAgain(route=other, pause_ns=0)
    if failed.trigger in ("timeout", "credentials"):
        return GiveUp(reason="no_target")
    if failed.retry_after_ns is not None and failed.retry_after_ns > _LONGEST_PAUSE_NS:
        return GiveUp(reason="pause_too_long")
    if not admits(failed.route):
        return GiveUp(reason="no_target")
    return TryAgain(route=failed.route, pause_ns=max(failed.retry_after_ns or 0, pause_ns(failed.attempt, chance)))


def pause_ns(attempt: int, chance: Chance) -> int:
    """Give the pause before the attempt after this one: a random time up to a limit that doubles, at most 5 s."""
    return chance.randrange(min(_LONGEST_PAUSE_NS, _FIRST_PAUSE_NS << min(attempt - 1, 16)) + 1)


def retry_after_ns(header: str | None, now: datetime) -> int | None:
    """Read a Retry-After header, seconds or an HTTP date, as nanoseconds from ``now`` (aware); at most an hour.

    None when it is absent or not readable.
    """
    if header is None:
        return None
    text = header.strip()[:64]
    whole, _, fraction = text.partition(".")
    if whole.isascii() and whole.isdigit() and (not fraction or (fraction.isascii() and fraction.isdigit())):
        seconds = int(whole)
        nanos = int(fraction[:9].ljust(9, "0")) if fraction else 0
        return min(seconds * _S + nanos, _LONGEST_RETRY_AFTER_S * _S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    passed = int((moment - now).total_seconds() * 1_000) * 1_000_000
    return max(0, min(passed, _LONGEST_RETRY_AFTER_S * _S))
