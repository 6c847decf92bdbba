"""What moderation services and people say of an answer that the chain's own policies let pass."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.pipeline.capture import Keeper
from keeptrusts.gateway.pipeline.connection import CallerConnection
from keeptrusts.gateway.pipeline.moderate import moderated
from keeptrusts.gateway.pipeline.review import wait_for_person
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.values import Admission, IncomingCall
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.frozen import frozen, replace

REVIEW_DENIED: Final = "review_denied"
_DENIED: Final = ("input_blocked", "output_blocked")


@frozen
class Others:
    """Whom an answer is shown to: what they must know of the call, and the caller who waits meanwhile."""

    services: Services
    configuration: Configuration
    call: IncomingCall
    identity: Identity
    admission: Admission
    connection: CallerConnection
    keeper: Keeper | None = None

    async def judged(self, outcome: ChainOutcome, texts: tuple[Text, ...], whole: bool = True) -> ChainOutcome:
        """Give what the chain says once everybody has been asked; its problem is set when the answer must not go out.

        ``texts`` are the answer's as they would be sent. Nobody is asked about half an answer: if anybody might have
        refused it, it is not sent.
        """
        if outcome.problem is not None:
            return outcome
        chain = self.admission.chain
        if not whole:
            services = any(one.mode == "enforce" and policy.phase != "input" for one, policy in chain.external)
            return replace(outcome, problem=_half()) if services or outcome.escalation is not None else outcome
        if chain.external:
            facts = replace(self.admission.facts, phase="output")
            outcome = await moderated(
                self.services, self.configuration, chain, self.call.request, facts, texts, outcome
            )
        if outcome.escalation is None:
            return outcome
        kept = None if self.keeper is None else await self.keeper.texts(texts, "excerpt")
        if isinstance(kept, Problem):
            return replace(outcome, verdict=kept.kind.verdict, reason=kept.code, problem=kept)
        reviewed = await wait_for_person(
            self.services, self.call, self.identity, outcome, "output", self.connection, kept
        )
        problem = reviewed.problem
        if problem is None:
            return outcome
        return replace(outcome, verdict=problem.kind.verdict, reason=refused_for(outcome, problem), problem=problem)


def refused_for(outcome: ChainOutcome, problem: Problem) -> str | None:
    """Name why something that was held is refused: nobody but a reviewer denies."""
    match problem.kind.verdict:
        case "block":
            return REVIEW_DENIED if problem.code in _DENIED else problem.code
        case "escalate":
            return outcome.reason
        case _:
            return problem.code


def _half() -> Problem:
    return Problem(code="upstream_error", message="the answer broke off before it could be judged", fix="Retry")
