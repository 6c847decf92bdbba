"""The metrics of a gateway worker, read from what the pipeline counts. No content, no identities."""

from __future__ import annotations

import platform
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final

from keeptrusts.gateway.durations import BUCKETS_NS, Durations
from keeptrusts.gateway.http.families import Family, Join, Kind, Sample, as_text, single
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.schemas.topics import partition_of

Page = Callable[[], Awaitable[bytes]]
_CIRCUITS: Final = ("closed", "half_open", "open")
_TOKENS: Final = ("input", "cache_read", "cache_write", "output", "reasoning")


class GatewayMetrics:
    """One a worker. ``page`` gives the text for everybody who asks: this worker's own, unless it has siblings."""

    def __init__(self, services: Services, page: Page | None = None) -> None:
        self._services = services
        self._page = page

    async def page(self) -> bytes:
        """Give the text format of Prometheus, over all workers of this gateway. Raises OSError without an answer."""
        return self.render() if self._page is None else await self._page()

    def render(self) -> bytes:
        """Give this worker's own metrics in the text format of Prometheus."""
        return as_text(self.families())

    def families(self) -> tuple[Family, ...]:
        """Read everything that is counted."""
        services = self._services
        return (
            *_calls(services),
            *_money(services),
            *_rates(services),
            *_providers(services),
            *_judging(services),
            *_log(services),
            *_state(services),
        )


def _calls(services: Services) -> Iterator[Family]:
    counters = services.counters
    yield _counted(
        "keeptrusts_gateway_requests",
        "Answered calls by endpoint, verdict and status",
        ("endpoint", "verdict", "status"),
        {(endpoint, verdict, str(status)): count for (endpoint, verdict, status), count in counters.answers.items()},
    )
    yield _timed(
        "keeptrusts_gateway_request_seconds",
        "Time from the first byte read to the answer, by verdict",
        "verdict",
        counters.durations,
    )
    yield _timed(
        "keeptrusts_gateway_stage_seconds",
        "Time of one stage of a call: decide_ack and complete_ack wait for the log, provider and first_token for it",
        "stage",
        {str(stage): durations for stage, durations in counters.stages.items()},
    )
    yield single("keeptrusts_gateway_in_flight", "gauge", "Calls under way", counters.in_flight)
    yield single("keeptrusts_gateway_streams_open", "gauge", "Streams under way", counters.streams_open)
    yield single(
        "keeptrusts_gateway_ignored_identity_headers",
        "counter",
        "Identity headers ignored because the key may not speak for others",
        counters.ignored_identity_headers,
    )


def _money(services: Services) -> Iterator[Family]:
    money = services.counters.money
    leases, room, held, holds = services.desk.figures()
    yield single("keeptrusts_gateway_leases", "gauge", "Leases that may be drawn on", leases)
    yield single("keeptrusts_gateway_lease_room_nano_usd", "gauge", "Room that leases have left, in nano-USD", room)
    yield single("keeptrusts_gateway_held_nano_usd", "gauge", "What open holds hold, in nano-USD", held)
    yield single("keeptrusts_gateway_holds_open", "gauge", "Holds that have not ended", holds)
    yield single("keeptrusts_gateway_holds", "counter", "Holds taken", money.holds)
    yield single("keeptrusts_gateway_lease_requests", "counter", "Leases asked for", money.asked)
    yield single("keeptrusts_gateway_lease_waiting", "gauge", "Calls that wait for a lease", money.waiting)
    yield _timed(
        "keeptrusts_gateway_lease_wait_seconds",
        "Time that calls waited for a lease, of those that had to; a hold taken at once is not in it",
        "",
        {"": money.waits},
    )
    yield single("keeptrusts_gateway_returned_nano_usd", "counter", "Room given back to wallets", money.returned_nano)
    yield single("keeptrusts_gateway_holds_rejected", "counter", "Holds that the ledger rejected", money.rejected)
    yield single(
        "keeptrusts_gateway_holds_too_late", "counter", "Holds acknowledged too late to dispatch on", money.fenced
    )
    yield single(
        "keeptrusts_gateway_presumed",
        "counter",
        "Attempts charged with their whole hold, for want of usage",
        money.presumed,
    )
    yield single(
        "keeptrusts_gateway_variances", "counter", "Attempts whose usage was above their hold", money.variances
    )
    yield single(
        "keeptrusts_gateway_variance_nano_usd",
        "counter",
        "What usage was above holds, in nano-USD",
        money.variance_nano,
    )
    yield _counted(
        "keeptrusts_gateway_tickets",
        "Cost tickets by what became of them here",
        ("outcome",),
        {(outcome,): count for outcome, count in money.tickets.items()},
    )
    yield _counted(
        "keeptrusts_gateway_reviews",
        "Calls and answers held for a person, by what became of them here",
        ("outcome",),
        {(outcome,): count for outcome, count in services.counters.reviews.items()},
    )
    yield single("keeptrusts_gateway_reviews_waiting", "gauge", "Held for a person now", services.reviews.waiting)


def _rates(services: Services) -> Iterator[Family]:
    counters, desk, book = services.counters.shares, services.shares, services.configuration().compiled.shares
    yield single(
        "keeptrusts_gateway_rate_shares", "gauge", "Shares of rate limits known here", 0 if desk is None else desk.live
    )
    yield single("keeptrusts_gateway_rate_share_claims", "counter", "What was said of shares of limits", counters.asked)
    yield _counted(
        "keeptrusts_gateway_rate_share_answers",
        "What the ledger said of shares of rate limits; unanswered: it did not in time",
        ("answer",),
        {(answer,): count for answer, count in counters.answers.items()},
    )
    yield single(
        "keeptrusts_gateway_rate_share_waiting", "gauge", "Calls that wait for a share of a limit", counters.waiting
    )
    yield _timed(
        "keeptrusts_gateway_rate_share_wait_seconds",
        "Time that calls waited for shares of rate limits, of those that had to",
        "",
        {"": counters.waits},
    )
    yield single(
        "keeptrusts_gateway_rate_static",
        "counter",
        "Calls let through on a static part of a rate limit, for want of the ledger's word",
        0 if book is None else book.static,
    )


def _providers(services: Services) -> Iterator[Family]:
    counters = services.counters
    used = counters.used.items()
    yield _counted(
        "keeptrusts_gateway_tokens",
        "Tokens by target and direction; input holds both kinds of cache, output holds reasoning",
        ("target", "direction"),
        {(target, name): getattr(sums, f"{name}_tokens") for target, sums in used for name in _TOKENS},
    )
    yield _counted(
        "keeptrusts_gateway_cost_nano_usd",
        "Cost of calls in nano-USD, by target",
        ("target",),
        {(target,): sums.cost_nano for target, sums in used},
    )
    yield _counted(
        "keeptrusts_gateway_unpriced_calls",
        "Calls that used tokens for which no price is known, by target",
        ("target",),
        {(target,): sums.unpriced for target, sums in used},
    )
    yield _counted(
        "keeptrusts_gateway_provider_attempts",
        "Attempts by target and outcome",
        ("target", "outcome"),
        {(target, outcome): count for (target, outcome), count in counters.attempts.items()},
    )
    yield _counted(
        "keeptrusts_gateway_retries",
        "Attempts after the first, by what made the one before fail",
        ("cause",),
        {(cause,): count for cause, count in counters.retries.items()},
    )
    now_ns, targets = services.now_ns(), services.configuration().targets
    yield _family(
        "keeptrusts_gateway_breaker_state",
        "gauge",
        "Circuit breaker of a target: 0 closed, 1 half open, 2 open; the worst of all workers",
        ("target",),
        {(one.id,): _CIRCUITS.index(services.traffic.state(one.id, now_ns)) for one in targets},
        join="max",
    )
    yield _family(
        "keeptrusts_gateway_target_available",
        "gauge",
        "1 when a target has all it needs to be called, 0 otherwise",
        ("target",),
        {(one.id,): int(one.unavailable is None) for one in targets},
        join="min",
    )


def _judging(services: Services) -> Iterator[Family]:
    yield single(
        "keeptrusts_gateway_judging_waiting",
        "gauge",
        "Large texts that are judged beside the event loop, or wait for it",
        services.judging.waiting,
    )


def _log(services: Services) -> Iterator[Family]:
    figures, counters = services.log_figures, services.counters
    yield single("keeptrusts_gateway_log_waiting", "gauge", "Appends that wait for the log", services.log_waiting())
    yield single("keeptrusts_gateway_log_batches", "counter", "Batches that the log has taken", figures.batches)
    yield single("keeptrusts_gateway_log_records", "counter", "Records that the log has taken", figures.records)
    yield single(
        "keeptrusts_gateway_log_failed_batches", "counter", "Batches without acknowledgement", figures.failed_batches
    )
    yield single(
        "keeptrusts_gateway_log_renewals", "counter", "Producers replaced because they broke", figures.renewals
    )
    yield _timed("keeptrusts_gateway_log_ack_seconds", "Time until a batch was acknowledged", "", {"": figures.acks})
    yield _counted(
        "keeptrusts_gateway_spans",
        "Spans of traces by what became of them: exported, dropped because too many waited, failed to be taken",
        ("outcome",),
        {(outcome,): count for outcome, count in list(counters.spans.items())},
    )
    yield _counted(
        "keeptrusts_gateway_unrecorded",
        "Refusals that the log did not take, by code",
        ("code",),
        {(code,): count for code, count in counters.unrecorded.items()},
    )
    yield single(
        "keeptrusts_gateway_late_records_dropped",
        "counter",
        "Completions given up because the log stayed away",
        services.late_records.dropped,
    )


def _state(services: Services) -> Iterator[Family]:
    settings, reloads = services.settings, services.reloads
    partition = partition_of(settings.org, settings.partitions)
    age_s = services.directory.heartbeat_age_s(partition, services.now_ns() / 1e9)
    yield single(
        "keeptrusts_gateway_directory_age_seconds",
        "gauge",
        "Seconds since the directory's last sign of life, the most of all workers; -1 before the first",
        -1 if age_s is None else age_s,
        join="max",
    )
    yield _counted(
        "keeptrusts_gateway_config_reloads",
        "Reloads of the configuration by outcome, counted by each worker",
        ("outcome",),
        {("applied",): reloads.applied, ("unchanged",): reloads.unchanged, ("refused",): reloads.refused},
    )
    yield single(
        "keeptrusts_gateway_config_refused",
        "gauge",
        "1 while the configuration files hold what cannot be put in force, 0 otherwise",
        int(reloads.problem is not None),
        join="max",
    )
    version = services.configuration().compiled.version
    yield _family(
        "keeptrusts_gateway_config_info",
        "gauge",
        "Workers by the version of the configuration they have in force",
        ("gateway", "config_version"),
        {(settings.name, version): 1},
    )
    yield _family(
        "keeptrusts_gateway_build_info",
        "gauge",
        "Workers by version of this software and of Python",
        ("version", "python"),
        {(settings.version, platform.python_version()): 1},
    )


def _counted(name: str, help_: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]) -> Family:
    return _family(name, "counter", help_, labels, values)


def _family(
    name: str,
    kind: Kind,
    help_: str,
    labels: tuple[str, ...],
    values: Mapping[tuple[str, ...], float],
    *,
    join: Join = "sum",
) -> Family:
    return Family(
        name=name,
        kind=kind,
        help=help_,
        label_names=labels,
        samples=tuple(Sample(labels=key, value=value) for key, value in values.items()),
        join=join,
    )


def _timed(name: str, help_: str, label: str, values: Mapping[str, Durations]) -> Family:
    return Family(
        name=name,
        kind="histogram",
        help=help_,
        label_names=(label,) if label else (),
        samples=tuple(
            Sample(labels=(key,) if label else (), value=one.sum_ns, counts=tuple(one.counts))
            for key, one in values.items()
        ),
        limits=BUCKETS_NS,
        nano=True,
    )
