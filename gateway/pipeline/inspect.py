"""Step 6: the output policies over an answer, before anything of it is recorded or sent."""

from __future__ import annotations

from typing import Any, Final

import orjson

from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.pipeline.appending_texts import appended, takes_texts
from keeptrusts.gateway.pipeline.judging import judged
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Admission, Invocation, ModelCall
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.run import ChainOutcome, run_chain
from keeptrusts.gateway.policies.texts import Text, edited, texts_of_answer, texts_of_request, too_deep
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen, replace

NOTHING_TO_SAY: Final = ChainOutcome(verdict="allow")


@frozen
class Inspected:
    """An answer as the caller may get it, and what the output policies said about it."""

    invocation: Invocation
    outcome: ChainOutcome


def review_of(services: Services, texts: tuple[Text, ...], scanner: Scanner) -> Review:
    """Put texts under review. Hashes in markers are keyed by the oldest key secret, so that they stay the same."""
    return Review(texts, scanner, services.settings.oldest_secret)


async def inspect(services: Services, admission: Admission, invocation: Invocation) -> Inspected:
    """Judge a whole answer: it is passed on, edited, or replaced by a refusal. What it cost stays what it cost."""
    if not admission.chain.output or invocation.problem is not None or invocation.status != 200:
        return Inspected(invocation=invocation, outcome=NOTHING_TO_SAY)
    document: dict[str, Any] = orjson.loads(invocation.body)
    texts = texts_of_answer(document)
    outcome = await judge_beside(services, admission, texts)
    if type(outcome) is Problem:
        return Inspected(invocation=refused(invocation, outcome), outcome=NOTHING_TO_SAY)
    if outcome.problem is not None:
        return Inspected(invocation=refused(invocation, outcome.problem), outcome=outcome)
    texts_behind = outcome.appended if takes_texts(admission.asked) else ()
    if not outcome.edits and not texts_behind:
        return Inspected(invocation=invocation, outcome=outcome)
    changed = edited(document, texts, outcome.edits) if outcome.edits else document
    body = orjson.dumps(appended(changed, texts_behind) if texts_behind else changed)
    return Inspected(invocation=replace(invocation, body=body, output_bytes=len(body)), outcome=outcome)


def writable(invocation: Invocation) -> Invocation:
    """Give an answer as it is; one that lies too deep to be written anew can be neither edited nor kept: a refusal."""
    readable = invocation.problem is None and invocation.status == 200
    return refused(invocation, _too_deep()) if readable and too_deep(invocation.body) else invocation


def refused(invocation: Invocation, problem: Problem) -> Invocation:
    """Put a refusal in the place of an answer."""
    return replace(invocation, status=problem.status, body=b"", problem=problem, output_bytes=0)


def judge(services: Services, admission: Admission, texts: tuple[Text, ...]) -> ChainOutcome:
    """Run the output policies over texts, at once."""
    return run_chain(admission.chain, _of_answer(services, admission, texts), services.now_ns)


async def judge_beside(services: Services, admission: Admission, texts: tuple[Text, ...]) -> ChainOutcome | Problem:
    """Run the output policies over texts of any size; a Problem when large ones were not judged in time."""
    return await judged(services.judging, admission.chain, _of_answer(services, admission, texts), services.now_ns)


def judge_found(
    services: Services, admission: Admission, scanner: Scanner, text: Text, found: tuple[Finding, ...]
) -> ChainOutcome:
    """Run the output policies over a part of a text in which it is known what is found."""
    review = Review((text,), scanner, services.settings.oldest_secret, found)
    return run_chain(admission.chain, replace(admission.facts, phase="output", review=review), services.now_ns)


def with_texts(services: Services, asked: ModelCall, facts: RequestFacts, scanner: Scanner | None) -> RequestFacts:
    """Put a request's texts under review, where its chain has policies that look at them."""
    if scanner is None:
        return facts
    return replace(facts, review=review_of(services, texts_of_request(asked.document), scanner))


def edited_call(asked: ModelCall, facts: RequestFacts, outcome: ChainOutcome) -> ModelCall:
    """Give the call with its texts edited as the input policies say."""
    if not outcome.edits or facts.review is None:
        return asked
    document = edited(asked.document, facts.review.texts, outcome.edits)
    return replace(asked, document=document, body=orjson.dumps(document))


def _of_answer(services: Services, admission: Admission, texts: tuple[Text, ...]) -> RequestFacts:
    scanner = admission.chain.output_scanner
    review = None if scanner is None else review_of(services, texts, scanner)
    facts: RequestFacts = replace(admission.facts, phase="output", review=review)
    return facts


def _too_deep() -> Problem:
    message = "the provider's answer is nested too deeply for policies to look at it"
    return Problem(code="upstream_error", message=message, fix="Ask for less deeply nested output")
