"""Checks of a whole chain: entries that never run, that say the same twice, or that contradict each other."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Final

import re2

from keeptrusts.schemas.policy_document.document import ChainEntry, PolicyDocument, Targeting
from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.kinds.access import ModelAccessOptions, ModelRules
from keeptrusts.schemas.policy_document.kinds.registry import KINDS
from keeptrusts.schemas.policy_document.not_yet import refused_option
from keeptrusts.schemas.policy_document.placed import PlacedEntry, Places
from keeptrusts.schemas.policy_document.sink import FindingSink, did_you_mean, quoted
from keeptrusts.schemas.policy_document.source import Mark, Node, Scalar
from keeptrusts.schemas.policy_document.source import Sequence as ListNode

MOST_COMPARED: Final = 100
"""Entries that are compared with each other; a longer chain is only checked entry by entry."""
_STRENGTHS: Final = ("warn", "redact", "escalate", "block")
_FIRST_COUNTS: Final = "audit-logger"
_CONSEQUENCES: Final = {"action", "message", "redaction", "response"}


def check_chain(document: PolicyDocument, places: Places, sink: FindingSink) -> None:
    """Put what is doubtful about entries together into the sink."""
    if not document.enabled:
        return
    running = sorted(places.entries, key=lambda one: one.entry.kind != "rbac")
    if len(running) <= MOST_COMPARED:
        for first, second in combinations(running, 2):
            _check_pair(first, second, sink)
        _check_reached(running, sink)
    for one in places.entries:
        _check_groups(one, document, sink)
        if isinstance(one.entry.options, ModelAccessOptions):
            _check_models(one, one.entry.options, sink)


def _check_reached(running: Sequence[PlacedEntry], sink: FindingSink) -> None:
    for index, one in enumerate(running):
        if one.entry.kind == _FIRST_COUNTS:
            continue  # what it says about records holds for calls that are refused, too
        before = next((other for other in running[:index] if _refuses_all_of(other.entry, one.entry)), None)
        if before is not None:
            message = f"{one.entry.kind} is never reached: {before.entry.kind} (line {before.mark.line}) refuses "
            message += "every call that would come to it"
            sink.warning(Code.UNREACHABLE, one.mark, message, "put it first, or set mode: observe on the one before it")


def _refuses_all_of(first: ChainEntry, second: ChainEntry) -> bool:
    """Whether the first refuses every call that the second is for."""
    if first.mode != "enforce" or not _covers(first.targeting, second.targeting):
        return False
    options = first.options
    if isinstance(options, ModelAccessOptions):
        return options.allowed_models == () or "*" in options.denied_models
    return not KINDS[first.kind].enforced or refused_option(options) is not None


def _covers(first: Targeting | None, second: Targeting | None) -> bool:
    if first is None or second is None:
        return first is None
    return first.scope == second.scope and set(second.names) <= set(first.names)


def _check_pair(first: PlacedEntry, second: PlacedEntry, sink: FindingSink) -> None:
    """Two entries of one kind; the first one runs first."""
    one, two = first.entry, second.entry
    if one.kind != two.kind or not _overlap(one.targeting, two.targeting):
        return
    if one.kind == _FIRST_COUNTS:
        if one.options != two.options:
            message = (
                f"a call has one audit-logger, and that in line {first.mark.line} comes first: this one says nothing"
            )
            sink.warning(Code.CONFLICTING_TARGETING, second.mark, message, "keep one of them, or target other teams")
        return
    if (one.options, one.mode, one.fail_mode) == (two.options, two.mode, two.fail_mode):
        if _covers(one.targeting, two.targeting) or _covers(two.targeting, one.targeting):
            message = f"{two.kind} says here what it says in line {first.mark.line}, and runs once"
            sink.warning(Code.REPEATED, second.mark, message, "keep one of them")
        return
    _check_difference(first, second, sink)


def _check_difference(first: PlacedEntry, second: PlacedEntry, sink: FindingSink) -> None:
    one, two = first.entry, second.entry
    if one.targeting == two.targeting:
        if one.name == two.name:
            message = f"{two.kind} stands in line {first.mark.line} for the same callers with other options: both run"
            fix = "keep one of them, or give each a name, so that records tell them apart"
            sink.warning(Code.CONFLICTING_TARGETING, second.mark, message, fix)
        return
    general, special = (first, second) if one.targeting is None else (second, first)
    if general.entry.targeting is None:
        if _subject(one) != _subject(two) or _strength(special.entry) >= _strength(general.entry):
            return
        message = (
            f"{two.kind} in line {general.mark.line} is for everyone and stricter: both run, so this loosens nothing"
        )
        fix = "target the strict one at the others, or leave this one out"
        sink.warning(Code.CONFLICTING_TARGETING, special.mark, message, fix)
    elif one.name == two.name:
        shared = sorted(set(one.targeting.names) & set(two.targeting.names)) if one.targeting and two.targeting else []
        message = f"{', '.join(shared[:5])}: also in line {first.mark.line} with other options of {two.kind}; both run"
        fix = "name each of them once, or give each entry a name"
        sink.warning(Code.CONFLICTING_TARGETING, second.mark, message, fix)


def _overlap(one: Targeting | None, two: Targeting | None) -> bool:
    """Whether calls are sure to fall under both; what different scopes have in common is not known here."""
    if one is None or two is None:
        return True
    return one.scope == two.scope and not set(one.names).isdisjoint(two.names)


def _subject(entry: ChainEntry) -> dict[str, Any]:
    """What an entry is about, whatever follows from it."""
    return entry.options.model_dump(exclude=_CONSEQUENCES)


def _strength(entry: ChainEntry) -> int:
    if entry.mode == "observe":
        return -1
    if entry.mode == "guide":
        return 0
    action = getattr(entry.options, "action", "block")
    return _STRENGTHS.index(action) if action in _STRENGTHS else len(_STRENGTHS)


def _check_groups(one: PlacedEntry, document: PolicyDocument, sink: FindingSink) -> None:
    targeting = one.entry.targeting
    if targeting is None or targeting.scope != "consumer_group":
        return
    known = [group.name for group in document.consumer_groups]
    if not known and not document.has_providers:
        return  # a part of a document: the groups may stand elsewhere
    for name in targeting.names:
        if name not in known and "*" not in name:
            message = f"no consumer group is called {quoted(name)}, so no call is of it"
            fix = did_you_mean(name, known) or f"declared groups: {', '.join(known[:10]) or 'none'}"
            sink.warning(Code.UNKNOWN_GROUP, one.mark_of("targeting", "consumer_groups"), message, fix)


def _check_models(one: PlacedEntry, options: ModelAccessOptions, sink: FindingSink) -> None:
    everyone = ModelRules(allowed_models=options.allowed_models, denied_models=options.denied_models)
    _check_list(one, ("allowed_models",), everyone, _denied_by(everyone), "denied_models denies it, and wins", sink)
    for team, rules in options.teams.items():
        path = ("teams", team, "allowed_models")
        _check_list(one, path, rules, _denied_by(rules), "the team's denied_models denies it, and wins", sink)
        words = "the list for everyone does not allow it, and a team's list only narrows that"
        _check_list(one, path, rules, lambda name: not _permits(everyone, name), words, sink)


def _check_list(
    one: PlacedEntry,
    path: tuple[str, ...],
    rules: ModelRules,
    refused: Callable[[str], bool],
    words: str,
    sink: FindingSink,
) -> None:
    node = one.node(*path) or one.node(*path[:-1], "models") or one.node(*path[:-1], "allow")
    for name in rules.allowed_models or ():
        if "*" not in name and refused(name):
            message = f"{quoted(name)} is allowed here, but {words}"
            sink.warning(Code.NEVER_ALLOWED, _item_mark(one, node, name), message, "take it out of one of the lists")


def _item_mark(one: PlacedEntry, node: Node | None, name: str) -> Mark:
    for item in node.items if isinstance(node, ListNode) else ():
        if isinstance(item, Scalar) and item.text == name:
            return item.mark
    return one.mark


def _denied_by(rules: ModelRules) -> Callable[[str], bool]:
    return lambda name: any(_fits(pattern, name) for pattern in rules.denied_models)


def _permits(rules: ModelRules, name: str) -> bool:
    if any(_fits(pattern, name) for pattern in rules.denied_models):
        return False
    return rules.allowed_models is None or any(_fits(pattern, name) for pattern in rules.allowed_models)


def _fits(pattern: str, name: str) -> bool:
    """Match as gateways do: "*" stands for any text, and case does not count."""
    parts = ".*".join(re2.escape(part) for part in pattern.casefold().split("*"))
    return re2.fullmatch(f"(?s){parts}", name.casefold()) is not None
