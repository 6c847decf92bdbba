"""What moderation services and people say of an answer that the chain's own policies let pass."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.pipeline.capture import Keeper
from keeptrusts.gateway.pipeline.connection import CallerConnection
from keeptrusts.gateway.pipeline.edited_answer import edited_texts
from keeptrusts.gateway.pipeline.inspect import judge_beside
from keeptrusts.gateway.pipeline.moderate import moderated
from keeptrusts.gateway.pipeline.review import wait_for_person
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.values import Admission, IncomingCall
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Text, with_edits
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.snapshots.grants import ReviewDecided

REVIEW_DENIED: Final = "review_denied"
NOT_AS_EDITED: Final = "not_as_edited"
"""Why an answer is refused of which nobody can tell what a reviewer wants to be said."""
_DENIED: Final = ("input_blocked", "output_blocked")


@frozen
class Shown:
    """What became of an answer that was shown to others. ``texts`` are what is sent, where a person has edited them."""

    outcome: ChainOutcome
    texts: tuple[Text, ...] | None = None


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

    async def judged(self, outcome: ChainOutcome, texts: tuple[Text, ...], whole: bool = True) -> Shown:
        """Give what the chain says once everybody has been asked; its problem is set when the answer must not go out.

        ``texts`` are the answer's as they would be sent. Nobody is asked about half an answer: if anybody might have
        refused it, it is not sent.
        """
        if outcome.problem is not None:
            return Shown(outcome=outcome)
        chain = self.admission.chain
        if not whole:
            services = any(one.mode == "enforce" and policy.phase != "input" for one, policy in chain.external)
            judged = services or outcome.escalation is not None
            return Shown(outcome=replace(outcome, problem=_half()) if judged else outcome)
        outcome = await self._moderated(outcome, texts)
        if outcome.escalation is None:
            return Shown(outcome=outcome)
        kept = None if self.keeper is None else await self.keeper.texts(texts, "excerpt")
        if type(kept) is Problem:
            return _refused(outcome, kept, kept.code)
        reviewed = await wait_for_person(
            self.services, self.call, self.identity, outcome, "output", self.connection, kept
        )
        if reviewed.problem is not None:
            return _refused(outcome, reviewed.problem, refused_for(outcome, reviewed.problem))
        if reviewed.edited is not None:
            return await self._edited(outcome, texts, reviewed.edited)
        return Shown(outcome=outcome)

    async def _moderated(self, outcome: ChainOutcome, texts: tuple[Text, ...]) -> ChainOutcome:
        chain, facts = self.admission.chain, replace(self.admission.facts, phase="output")
        if not chain.external:
            return outcome
        return await moderated(self.services, self.configuration, chain, self.call.request, facts, texts, outcome)

    async def _edited(self, outcome: ChainOutcome, texts: tuple[Text, ...], decided: ReviewDecided) -> Shown:
        """Give an answer as a person has edited it. It is judged anew; only nobody is asked again."""
        edited = await edited_texts(self.services, self.call, self.identity, texts, decided)
        if type(edited) is Problem:
            return _refused(outcome, edited, NOT_AS_EDITED)
        again = await judge_beside(self.services, self.admission, edited)
        if type(again) is Problem:
            return _refused(outcome, again, again.code)
        again = await self._moderated(again, with_edits(edited, again.edits))
        if again.problem is not None:
            return _refused(outcome, again.problem, again.reason)
        return Shown(outcome=outcome, texts=with_edits(edited, again.edits))


def _refused(outcome: ChainOutcome, problem: Problem, reason: str | None) -> Shown:
    return Shown(outcome=replace(outcome, verdict=problem.kind.verdict, reason=reason, problem=problem))


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
