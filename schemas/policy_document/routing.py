"""How calls are spread, tried again and held back from failing targets: the sections read into their values."""

from keeptrusts.schemas.policy_document.checking import check_section
from keeptrusts.schemas.policy_document.document import CircuitBreaker, Routing, Target
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.sections import CircuitBreakerSection, FallbackSection, RoutingSection
from keeptrusts.schemas.policy_document.sink import FindingSink, quoted
from keeptrusts.schemas.policy_document.source import Entry, Node, Scalar, Table


def read_routing(providers: Table, sink: FindingSink) -> Routing:
    """Strategy, time and fallback of the providers section, in either spelling."""
    entry = providers.entries.get("routing") or providers.entries.get("strategy")
    section = _routing_section(providers, entry, sink)
    if section is None:
        return Routing()
    written = providers.entries.get("fallback")
    fallback = section.fallback
    if written is not None:
        fallback = check_section(FallbackSection, written.value, sink, "fallback")
    fallback = fallback or FallbackSection()
    return Routing(
        strategy=section.strategy,
        fallback_triggers=fallback.triggers,
        max_fallback_attempts=fallback.max_fallback_attempts if fallback.enabled else 0,
        retry_percent=fallback.retry_percent,
        exploration_percent=section.exploration_percent,
        timeout_s=section.timeout_seconds,
        budget_fallbacks=section.budget_fallbacks,
    )


def read_circuit_breaker(providers: Table, sink: FindingSink) -> CircuitBreaker:
    """The circuit_breaker section; a text or a flag alone is no section."""
    entry = providers.entries.get("circuit_breaker")
    section = check_section(CircuitBreakerSection, entry.value, sink, "circuit_breaker") if entry else None
    if section is None:
        return CircuitBreaker()
    return CircuitBreaker(
        enabled=section.enabled,
        failure_threshold=section.failure_threshold,
        failure_percent=section.failure_percent,
        minimum_requests=section.minimum_requests,
        window_s=section.window_seconds,
        cooldown_s=section.cooldown_seconds,
        max_cooldown_s=section.max_cooldown_seconds,
        probes=section.probes,
    )


def warn_about_targets(targets: tuple[Target, ...], routing: Routing, node: Node, sink: FindingSink) -> None:
    """What only shows when targets and routing are seen together."""
    if targets and all(target.weight == 0 for target in targets):
        message = "every target has weight 0, so all are chosen alike"
        sink.warning(Code.NO_WEIGHT, node.mark, message, "give at least one target a weight of 1 or more")
    for target in targets:
        if routing.timeout_s is not None and target.timeout_s is not None and target.timeout_s > routing.timeout_s:
            message = f"target {quoted(target.id)} may take {target.timeout_s} s, a call only {routing.timeout_s} s"
            sink.warning(Code.TIMEOUT_CUT, node.mark, message, "raise routing.timeout_seconds or lower the target's")


def _routing_section(providers: Table, entry: Entry | None, sink: FindingSink) -> RoutingSection | None:
    if entry is None:
        return RoutingSection()
    if "routing" in providers.entries and "strategy" in providers.entries:
        mark = providers.entries["strategy"].key_mark
        sink.error(Code.CONFLICT, mark, '"routing" and "strategy" say the same', 'keep "routing"')
    value = entry.value
    if isinstance(value, Scalar) and value.plain is not None:
        value = Table(mark=value.mark, entries={"strategy": Entry(key_mark=entry.key_mark, value=value)})
    return check_section(RoutingSection, value, sink, "routing")
