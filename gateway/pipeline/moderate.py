"""Asks moderation services about texts, once every other policy has let them pass."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.policies.compile import CompiledChain
from keeptrusts.gateway.policies.external_moderation import ExternalModeration
from keeptrusts.gateway.policies.protocol import Decision, RequestFacts
from keeptrusts.gateway.policies.run import ChainOutcome, judged_also
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.gateway.providers.protocol import ProviderFailure, ProviderRequest

LARGEST_QUESTION: Final = 4 * 1024 * 1024
LARGEST_ANSWER: Final = 1024 * 1024
"""Reading a longer one would keep every other call waiting."""


async def moderated(
    services: Services,
    configuration: Configuration,
    chain: CompiledChain,
    request: str,
    facts: RequestFacts,
    texts: tuple[Text, ...],
    outcome: ChainOutcome,
) -> ChainOutcome:
    """Give what the chain says once its services have been asked, all at the same time."""
    if outcome.problem is not None or not texts:
        return outcome
    asked = [
        (compiled, policy)
        for compiled, policy in chain.external
        if policy.phase in (facts.phase, "both") and (compiled.applies is None or compiled.applies(facts))
    ]
    began_ns = services.now_ns()
    judged = await asyncio.gather(
        *(_ask(services, configuration, policy, request, facts, texts) for _, policy in asked)
    )
    us = max(0, (services.now_ns() - began_ns) // 1_000)
    for (compiled, _), decision in zip(asked, judged, strict=True):
        outcome = judged_also(outcome, compiled, decision, us)
    return outcome


async def _ask(
    services: Services,
    configuration: Configuration,
    policy: ExternalModeration,
    request: str,
    facts: RequestFacts,
    texts: tuple[Text, ...],
) -> Decision:
    moderator = configuration.moderators[policy.key]
    phase: Literal["input", "output"] = facts.phase
    if moderator.unavailable is not None:
        return policy.silent(moderator.unavailable, phase)
    question = policy.question(request, facts, texts)
    if len(question) > LARGEST_QUESTION:
        return policy.silent("too_large", phase)
    asked = ProviderRequest(url=moderator.url, headers=moderator.headers, body=question, timeout_s=moderator.timeout_s)
    judges = services.provider if moderator.allowed_by_name else services.judges
    answer = await judges.call(asked)
    if type(answer) is ProviderFailure:
        return policy.silent(f"service_{answer.kind}", phase)
    if answer.status != 200:
        return policy.silent("service_refused", phase)
    if len(answer.body) > LARGEST_ANSWER:
        return policy.silent("service_too_large", phase)
    try:
        return policy.judged(answer.body, phase)
    except (ValueError, TypeError, KeyError, AttributeError):  # whatever an answer is that is none
        return policy.silent("service_garbage", phase)
