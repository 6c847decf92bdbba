"""Step 3: which target and model a call goes to. Pure; strategies other than ``ordered`` run as ``ordered``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from keeptrusts.gateway.pipeline.values import Route
from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.document import AUTO_MODEL, ConsumerGroup

SERVED_WIRES: Final = frozenset({"openai"})


def route(
    model: str,
    group: ConsumerGroup | None,
    targets: Sequence[UpstreamTarget],
    prices: PriceTable,
) -> Route | Problem:
    """Choose the first target that serves what the caller, or the caller's consumer group, asks for."""
    if not targets:
        return Problem(
            code="no_provider",
            message="no provider is configured",
            fix="Set OPENAI_API_KEY, or name targets under providers in the policy file, and restart the gateway",
        )
    wanted = _wanted(model, group)
    if isinstance(wanted, Problem):
        return wanted
    candidates = [
        Route(target=target, model=name)
        for vendor, name in wanted
        for target in targets
        if (vendor is None or target.vendor == vendor) and serves(target, name, prices)
    ]
    return _choose(model, candidates)


def serves(target: UpstreamTarget, model: str, prices: PriceTable) -> bool:
    """Say whether a target serves a model: by its own list, else by its vendor's prefixes and the price catalogue."""
    if target.models:
        return model in target.models
    if target.model_prefixes and model.lower().startswith(target.model_prefixes):
        return True
    return prices.lookup(target.vendor, model) is not None


def models_served(targets: Iterable[UpstreamTarget], prices: PriceTable) -> tuple[tuple[str, UpstreamTarget], ...]:
    """Give every model name that available targets serve, with the target, each name once."""
    found: dict[str, UpstreamTarget] = {}
    for target in targets:
        if target.unavailable is not None or target.wire not in SERVED_WIRES:
            continue
        for name in target.models or prices.models_of(target.vendor):
            found.setdefault(name, target)
    return tuple(sorted(found.items()))


def _wanted(model: str, group: ConsumerGroup | None) -> list[tuple[str | None, str]] | Problem:
    """Give the (vendor, model) pairs to look for, in order of preference."""
    if group is None:
        if model == AUTO_MODEL:
            return Problem(
                code="model_not_found",
                message="model auto needs a consumer group to choose",
                fix="Name a model, or send X-Keeptrusts-Consumer-Group",
                param="model",
            )
        return [(None, model)]
    entries: list[tuple[str | None, str]] = [(entry.vendor, entry.model) for entry in group.models]
    named = [entry for entry in entries if entry[1] == model]
    if named:
        return named
    if group.strict and model != AUTO_MODEL:
        allowed = ", ".join(name for _, name in entries)
        return Problem(
            code="model_not_allowed",
            message=f"consumer group {group.name!r} allows only {allowed}",
            fix="Ask for one of these models, or for auto",
            param="model",
        )
    return entries


def _choose(model: str, candidates: Sequence[Route]) -> Route | Problem:
    if not candidates:
        return Problem(
            code="model_not_found",
            message=f"no configured target serves {model!r}",
            fix="GET /v1/models lists what you may use",
            param="model",
        )
    available = [one for one in candidates if one.target.unavailable is None]
    if not available:
        reasons = "; ".join(dict.fromkeys(one.target.unavailable or "" for one in candidates))
        return Problem(
            code="no_provider",
            message=f"every target that serves {model!r} is unavailable",
            fix=f"{reasons}; set it and restart the gateway",
        )
    for one in available:
        if one.target.wire in SERVED_WIRES:
            return one
    wires = ", ".join(dict.fromkeys(one.target.wire for one in available))
    return Problem(
        code="wire_not_supported",
        message=f"target {available[0].target.id!r} speaks the {wires} wire, which this version does not translate to",
        fix="Ask for a model that an OpenAI-compatible target serves",
        param="model",
    )
