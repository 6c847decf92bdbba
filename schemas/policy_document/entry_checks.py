"""Checks of single entries that load: do they have something to act on, and do their options do what they say?"""

from collections.abc import Iterator
from typing import Final

import re2

from keeptrusts.schemas.ids import slug_of
from keeptrusts.schemas.policy_document.document import Targeting
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.kinds.access import AgentFirewallOptions, ModelAccessOptions, RbacOptions
from keeptrusts.schemas.policy_document.kinds.content import (
    DlpFilterOptions,
    PiiDetectorOptions,
)
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions, RateTier, SpendLimitOptions
from keeptrusts.schemas.policy_document.kinds.options import KindOptions
from keeptrusts.schemas.policy_document.kinds.oversight import DataRoutingPolicyOptions, HumanOversightOptions
from keeptrusts.schemas.policy_document.not_yet import WITHOUT_EFFECT, refused_option
from keeptrusts.schemas.policy_document.placed import PlacedEntry
from keeptrusts.schemas.policy_document.sink import FindingSink, quoted
from keeptrusts.schemas.policy_document.source import Mark, Node, Scalar, Sequence

_ORDINARY: Final = (
    "Could you please summarize the report for the team?",
    "The quick brown fox jumps over the lazy dog.",
    "Thanks! We meet on Monday at nine; bring your laptop.",
    "Write a function that sorts a list of names.",
    "Bonjour, je voudrais une table pour ce soir.",
    "for (i = 0; i < n; i++) { total += price[i]; }",
)
"""A pattern that half of these hold says nothing about a text."""
_NESTED_REPEAT: Final = r"\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,)"
_PATTERNS: Final = (
    ("detect_patterns",),
    ("pattern",),
    ("attack_patterns",),
    ("detection", "attack_patterns"),
)
_AMOUNTS: Final = ("monthly_limit", "daily_limit", "per_request_limit")
_LETTER_BY_LETTER: Final = frozenset({"team", "user", "role", "consumer_group", "gateway"})


def check_entry(one: PlacedEntry, sink: FindingSink) -> None:
    """Put what is doubtful about an entry by itself into the sink."""
    _check_idle(one, sink)
    _check_action(one, sink)
    _check_without_effect(one, sink)
    _check_beside_the_point(one, sink)
    _check_limits(one, sink)
    for mark, pattern in _patterns(one):
        _check_pattern(mark, pattern, sink)
    if one.entry.targeting is not None:
        _check_names(one, one.entry.targeting, sink)


def _check_idle(one: PlacedEntry, sink: FindingSink) -> None:
    words = _idle(one.entry.options)
    if words:
        fix = "give it something to act on, or take it out of the chain"
        report = sink.warning if one.written.entries else sink.info
        report(Code.CANNOT_FIRE, one.mark, f"{one.entry.kind} {words}: it lets every call pass", fix)


def _idle(options: KindOptions) -> str:
    """Why a policy with these options never says anything; empty when it may."""
    match options:
        case RbacOptions():
            idle = not (options.require_auth or options.deny_if_missing or options.minimum_role or options.roles)
            return "requires nothing" if idle else ""
        case ModelAccessOptions():
            lists = options.allowed_models is not None or options.denied_models or options.teams
            return "" if lists else "has no list of models"
        case RateLimitOptions():
            own = (options.requests_per_minute, options.tokens_per_minute, options.max_parallel_requests)
            tiers = (options.per_key, options.per_user, options.per_team, options.global_)
            idle = own == (None, None, None) and all(tier == RateTier() for tier in tiers)
            return "has no limit" if idle else ""
        case SpendLimitOptions():
            return "has no limit" if all(getattr(options, name) is None for name in _AMOUNTS) else ""
        case PiiDetectorOptions():
            kinds = options.entities is None or options.entities or options.pci_mode or options.healthcare_mode
            return "" if kinds or options.detect_patterns else "looks for nothing"
        case DlpFilterOptions():
            looks = options.secrets or options.detect_patterns or options.pattern or options.blocked_terms
            return "" if looks or options.sensitivity_level != "standard" else "looks for nothing"
        case AgentFirewallOptions():
            tools = options.allowed_tools is not None or options.blocked_tools or options.tools.roles
            limits = options.rate_limits or options.max_actions_per_session is not None
            return "" if tools or limits else "has no list of tools and no limit"
        case DataRoutingPolicyOptions():
            flags = options.require_zero_data_retention or options.require_no_training
            limits = options.max_retention_days is not None or options.allowed_regions is not None
            return "" if flags or limits else "requires nothing of a target"
        case HumanOversightOptions():
            asks = options.asks_always or options.require_human_for or options.confidence_threshold is not None
            return "" if asks else "asks for no review"
        case _:
            return ""


def _check_action(one: PlacedEntry, sink: FindingSink) -> None:
    option = refused_option(one.entry.options)
    if option is None:
        return
    outcome = "it is recorded as not_evaluated"
    if one.entry.mode == "enforce":
        outcome = "every call it applies to is refused (409 policy_unavailable)"
    message = f"{option} needs a judgement that this version cannot make: {outcome}"
    sink.warning(
        Code.NOT_ENFORCED,
        one.mark_of(option),
        message,
        "name topics in require_human_for, or use require_review: true, which holds every call",
    )


def _check_without_effect(one: PlacedEntry, sink: FindingSink) -> None:
    options = one.entry.options
    for known in WITHOUT_EFFECT:
        if not isinstance(options, known.kinds) or one.node(*known.path) is None:
            continue
        value: object = options
        for name in known.path:
            value = getattr(value, name)
        if known.when(value):
            report = sink.warning if known.severity == "warning" else sink.info
            report(Code.NOT_USED, one.mark_of(*known.path), f'"{".".join(known.path)}" {known.words}')


def _check_beside_the_point(one: PlacedEntry, sink: FindingSink) -> None:
    """Options that others switch off."""
    options = one.entry.options
    action = getattr(options, "action", None)
    if hasattr(options, "redaction") and action != "redact" and one.node("redaction") is not None:
        message = f'"redaction" is read with action: redact only, and the action is {action}'
        sink.info(Code.NOT_USED, one.mark_of("redaction"), message)
    if isinstance(options, DlpFilterOptions):
        if action != "block" and one.node("message") is not None:
            message = f'"message" is what a refused caller is told, and the action is {action}'
            sink.info(Code.NOT_USED, one.mark_of("message"), message)
        if options.fuzzy_matching and not options.blocked_terms:
            message = '"fuzzy_matching" is for blocked_terms, and there are none'
            sink.info(Code.NOT_USED, one.mark_of("fuzzy_matching"), message)
        if options.fuzzy_matching and options.max_distance == 0:
            message = '"max_distance" 0 allows no wrong letter, so nothing is matched fuzzily'
            sink.info(Code.NOT_USED, one.mark_of("max_distance"), message)


def _check_limits(one: PlacedEntry, sink: FindingSink) -> None:
    options = one.entry.options
    if isinstance(options, SpendLimitOptions):
        for name in _AMOUNTS:
            if getattr(options, name) == 0:
                message = f'"{name}" 0 refuses every call that costs anything'
                sink.warning(Code.ZERO_LIMIT, one.mark_of(name), message, "leave it out for no limit")
    if isinstance(options, AgentFirewallOptions) and options.max_actions_per_session == 0:
        message = '"max_actions_per_session" 0 refuses every action'
        sink.warning(Code.ZERO_LIMIT, one.mark_of("max_actions_per_session"), message, "leave it out for no limit")
    if isinstance(options, ModelAccessOptions) and options.allowed_models == ():
        message = '"allowed_models" is empty: no model may be used by anybody'
        sink.warning(
            Code.ZERO_LIMIT, one.mark_of("allowed_models"), message, "leave it out, or write all, for every model"
        )


def _patterns(one: PlacedEntry) -> Iterator[tuple[Mark, str]]:
    for path in _PATTERNS:
        node: Node | None = one.node(*path)
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Scalar) and item.text:
                yield item.mark, item.text


def _check_pattern(mark: Mark, pattern: str, sink: FindingSink) -> None:
    compiled = re2.compile(pattern)
    found = sum(1 for text in _ORDINARY if compiled.search(text) is not None)
    if 2 * found >= len(_ORDINARY):
        message = f"the pattern is found in {found} of {len(_ORDINARY)} ordinary sentences, so in most texts"
        fix = "say more of what you look for: a prefix, a number of digits, a word beside it"
        sink.warning(Code.WIDE_PATTERN, mark, message, fix)
    if re2.search(_NESTED_REPEAT, pattern) is not None:
        message = "a repeat of a repeat takes exponential time in many engines; here time stays linear"
        sink.info(Code.NESTED_REPEAT, mark, message, "one repeat is usually enough: (a+)+ finds what a+ finds")


def _check_names(one: PlacedEntry, targeting: Targeting, sink: FindingSink) -> None:
    scope = targeting.scope
    for name in targeting.names:
        mark = _name_mark(one, f"{scope}s", name)
        if scope in _LETTER_BY_LETTER and "*" in name:
            message = f'"*" stands for any text in names of models only; no {scope} is called {quoted(name)}'
            sink.warning(Code.CANNOT_FIRE, mark, message, f"name each {scope}, or leave the targeting out")
        elif scope == "team" and name != slug_of(name):
            message = f"teams are matched by slug, and {quoted(name)} is none"
            sink.warning(Code.CANNOT_FIRE, mark, message, f'did you mean "{slug_of(name)}"?')


def _name_mark(one: PlacedEntry, key: str, name: str) -> Mark:
    node = one.node("targeting", key)
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Scalar) and item.text == name:
            return item.mark
    return one.mark_of("targeting")
