"""Puts back into an answer what placeholders stand for, as the last step: nobody but the caller sees it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import orjson

from keeptrusts.gateway.detectors.look import looking
from keeptrusts.gateway.detectors.openings import Openings
from keeptrusts.gateway.detectors.rules import Rule
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.detectors.streamed import Passed
from keeptrusts.gateway.pipeline.inspect import NOTHING_TO_SAY, Inspected
from keeptrusts.gateway.pipeline.judged_stream import JudgedStream
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Admission
from keeptrusts.gateway.policies.placeholders import PATTERN
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Edit, Text, edited, texts_of_answer
from keeptrusts.schemas.frozen import replace

_RULE: Final = Rule(id="placeholder", kind="PLACEHOLDER", pattern=PATTERN, joined=True)


@lru_cache(maxsize=1)
def _scanner() -> Scanner:
    return looking((_RULE,), None)


@lru_cache(maxsize=1)
def _openings() -> Openings:
    return Openings(_scanner())


def restored(admission: Admission, inspected: Inspected) -> Inspected:
    """Give a whole answer with the values of its request in it."""
    invocation, values = inspected.invocation, admission.placeholders
    if not values or invocation.problem is not None or invocation.status != 200:
        return inspected
    document = orjson.loads(invocation.body)
    texts = texts_of_answer(document)
    edits = [edit for number, text in enumerate(texts) for edit in _edits(values, text.text, number)]
    if not edits:
        return inspected
    body = orjson.dumps(edited(document, texts, edits))
    return Inspected(invocation=replace(invocation, body=body, output_bytes=len(body)), outcome=inspected.outcome)


def restoring_stream(services: Services, admission: Admission) -> RestoringStream | None:
    """Give what puts values back into a stream; None where there are none."""
    return RestoringStream(services, admission) if admission.placeholders else None


class RestoringStream(JudgedStream):
    """A stream in which values are put back as it comes: what may be the beginning of a placeholder waits."""

    def __init__(self, services: Services, admission: Admission) -> None:
        super().__init__(services, admission, _scanner(), _openings(), acts=True)
        self._values = admission.placeholders

    def edits_of(self, text: Text, part: Passed) -> tuple[Edit, ...]:
        """Put back what a part of a text stands for."""
        return _edits(self._values, part.text, 0) if part.findings else ()

    def _edits_of_whole(self, text: Text) -> tuple[Edit, ...]:
        return _edits(self._values, text.text, 0)

    def _judged(self) -> ChainOutcome:
        return NOTHING_TO_SAY


def _edits(values: Mapping[str, str], text: str, number: int) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    at = text.find("[")
    while at >= 0:
        end = text.find("]", at) + 1
        if not end:
            break
        value = values.get(text[at:end])
        if value is not None:
            edits.append(Edit(text=number, start=at, end=end, replacement=value))
        at = text.find("[", at + 1)
    return tuple(edits)
