"""What a gateway worker has done since it started: plain integers, read by metrics and reports, never by decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from keeptrusts.gateway.durations import Durations

Stage = Literal["decide_ack", "provider", "first_token", "complete_ack"]
"""What of a call takes time: both acknowledgements of the log, the provider, and a stream until its first frame."""


@dataclass(slots=True)
class Used:
    """What calls to one target have used."""

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_nano: int = 0
    unpriced: int = 0


@dataclass(slots=True, kw_only=True)
class MoneyCounters:
    """What holds, leases and tickets have done. ``waits`` are those of calls that had to wait for a lease."""

    holds: int = 0
    waiting: int = 0
    waits: Durations = field(default_factory=Durations)
    asked: int = 0
    returned_nano: int = 0
    rejected: int = 0
    fenced: int = 0
    presumed: int = 0
    variance_nano: int = 0
    variances: int = 0
    tickets: dict[str, int] = field(default_factory=dict)
    """By what became of them: opened, funded, withdrawn, denied, redeemed."""

    def count_ticket(self, what: str) -> None:
        self.tickets[what] = self.tickets.get(what, 0) + 1


@dataclass(slots=True, kw_only=True)
class ShareCounters:
    """What shares of rate limits have done. ``waits`` are those of calls that had to wait for one."""

    asked: int = 0
    waiting: int = 0
    waits: Durations = field(default_factory=Durations)
    answers: dict[str, int] = field(default_factory=dict)
    """By what the ledger said: granted, pending, denied, recalled, too_many, or unanswered where it did not; and
    jumped, where shares were given up because its clock had."""

    def count(self, what: str) -> None:
        self.answers[what] = self.answers.get(what, 0) + 1


@dataclass(slots=True, kw_only=True)
class Counters:
    """One a worker. Labels come from routes, the configuration and fixed words, never from callers."""

    requests: int = 0
    in_flight: int = 0
    streams_open: int = 0
    ignored_identity_headers: int = 0
    unrecorded: dict[str, int] = field(default_factory=dict)
    answers: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """By endpoint, verdict and status."""
    durations: dict[str, Durations] = field(default_factory=dict)
    """Whole calls, by verdict."""
    stages: dict[Stage, Durations] = field(default_factory=dict)
    attempts: dict[tuple[str, str], int] = field(default_factory=dict)
    """By target and outcome."""
    retries: dict[str, int] = field(default_factory=dict)
    """Attempts after the first, by what made the one before fail."""
    used: dict[str, Used] = field(default_factory=dict)
    """By target."""
    reviews: dict[str, int] = field(default_factory=dict)
    """What was held for a person, by what became of it: opened, approved, denied, expired, gone."""
    money: MoneyCounters = field(default_factory=MoneyCounters)
    shares: ShareCounters = field(default_factory=ShareCounters)
    spans: dict[str, int] = field(default_factory=dict)
    """Of traces: exported, dropped, failed. Only the thread that exports and the loop write here."""

    def count_unrecorded(self, code: str) -> None:
        self.unrecorded[code] = self.unrecorded.get(code, 0) + 1

    def count_answer(self, endpoint: str, verdict: str, status: int, elapsed_ns: int) -> None:
        """Count one answered call and how long it took."""
        key = (endpoint, verdict, status)
        self.answers[key] = self.answers.get(key, 0) + 1
        durations = self.durations.get(verdict)
        if durations is None:
            durations = self.durations[verdict] = Durations()
        durations.add(elapsed_ns)

    def took(self, stage: Stage, elapsed_ns: int) -> None:
        """Count how long one stage of a call took."""
        durations = self.stages.get(stage)
        if durations is None:
            durations = self.stages[stage] = Durations()
        durations.add(elapsed_ns)

    def count_attempt(self, target: str, outcome: str) -> None:
        """Count the end of an attempt; ``outcome`` is ok, refused, abandoned, or what made it fail."""
        key = (target, outcome)
        self.attempts[key] = self.attempts.get(key, 0) + 1

    def count_review(self, what: str) -> None:
        self.reviews[what] = self.reviews.get(what, 0) + 1

    def count_spans(self, outcome: str, count: int) -> None:
        self.spans[outcome] = self.spans.get(outcome, 0) + count

    def count_retry(self, cause: str) -> None:
        self.retries[cause] = self.retries.get(cause, 0) + 1

    def used_by(self, target: str) -> Used:
        """Give the sums of a target, to be added to."""
        found = self.used.get(target)
        if found is None:
            found = self.used[target] = Used()
        return found
