"""external-moderation: another service judges the texts. It is asked after all other policies, so that nothing leaves
that one of them refuses, and what they write over is not shown to it either."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import orjson

from keeptrusts.gateway.policies.protocol import ALLOW, Decision, Escalation, RequestFacts
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.kinds.content import ExternalModerationOptions, Phase

KIND: Final = "external-moderation"
FLAGGED: Final = "flagged"
"""The category of a text that is flagged without saying why, or for a reason that no record may hold."""
_OPENAI_MODEL: Final = "omni-moderation-latest"
_CATEGORY: Final = re.compile(r"[a-z0-9_/-]{1,64}")
_MOST_CATEGORIES: Final = 50


class ExternalModeration:
    """The compiled rule: what is asked, and what an answer means. The pipeline asks; ``key`` names the service."""

    __slots__ = ("_escalation", "_options", "_threshold", "_wanted", "key", "phase")

    def __init__(self, options: ExternalModerationOptions) -> None:
        self.phase: Phase = options.apply_to
        self.key = options.model_dump_json()
        self._options = options
        self._escalation = Escalation(type="moderation", severity="medium", held=options.on_review == "hold")
        self._threshold = None if options.threshold is None else float(options.threshold)
        self._wanted = frozenset(name.casefold() for name in options.categories)

    def evaluate(self, facts: RequestFacts, now_ns: int) -> Decision:
        """Judge nothing: without the service there is nothing to say."""
        return Decision(result="not_evaluated", reason="not_asked")

    def question(self, request: str, facts: RequestFacts, texts: Sequence[Text]) -> bytes:
        """Write what the service is sent."""
        if self._options.provider == "openai-moderation":
            return orjson.dumps({"model": _OPENAI_MODEL, "input": [text.text for text in texts]})
        return orjson.dumps(
            {
                "request": request,
                "phase": facts.phase,
                "model": facts.model,
                "team": facts.team,
                "texts": [{"channel": text.channel, "text": text.text} for text in texts],
            }
        )

    def judged(self, answer: bytes, phase: Literal["input", "output"]) -> Decision:
        """Read the service's answer. Raises ValueError for one that is none."""
        document = orjson.loads(answer)
        if not isinstance(document, dict):
            raise ValueError("not an object")
        openai = self._options.provider == "openai-moderation"
        found = _openai(document, self._threshold) if openai else _webhook(document, self._threshold)
        counts = {name: count for name, count in sorted(found.items()) if not self._wanted or name in self._wanted}
        if not counts:
            return ALLOW
        if self._options.action == "warn":
            return Decision(result="warn", reason="moderation", findings=counts)
        if self._options.action == "escalate":
            return Decision(result="escalate", reason="moderation", findings=counts, escalation=self._escalation)
        where = "the request" if phase == "input" else "the answer"
        problem = Problem(
            code=f"{phase}_blocked",
            message=f"a moderation service objects to {where}: {', '.join(list(counts)[:5])}",
            fix="Change it and try again, or ask an admin" if phase == "input" else "Ask for another answer",
            policy=KIND,
        )
        return Decision(result="block", reason="moderation", findings=counts, problem=problem)

    def silent(self, reason: str, phase: Literal["input", "output"]) -> Decision:
        """Say that the service has not judged; ``reason`` is a stable code. What follows is the fail mode's to say."""
        where = "the request" if phase == "input" else "the answer"
        problem = Problem(
            code=f"{phase}_blocked",
            message=f"{where} could not be judged: the moderation service did not answer as it should ({reason})",
            fix="Retry in a moment; if it stays, ask an admin to look at the service",
            policy=KIND,
        )
        return Decision(result="error", reason=reason, problem=problem)


def _openai(document: Mapping[str, Any], threshold: float | None) -> dict[str, int]:
    """https://platform.openai.com/docs/api-reference/moderations/object: categories, and a score for each."""
    results = document.get("results")
    if not isinstance(results, list) or not results:
        raise ValueError("no results")
    counts: dict[str, int] = {}
    for result in results:
        scores = result["category_scores" if threshold is not None else "categories"]
        for name, value in scores.items():
            _count(counts, name, value, threshold)
    return counts


def _webhook(document: Mapping[str, Any], threshold: float | None) -> dict[str, int]:
    """``{"flagged": true, "categories": {"violence": 0.93}}``; either may be missing, but not both."""
    flagged, categories = document.get("flagged"), document.get("categories")
    if not isinstance(flagged, bool) and not isinstance(categories, dict):
        raise ValueError("neither flagged nor categories")
    counts: dict[str, int] = {}
    for name, value in (categories or {}).items():
        _count(counts, name, value, threshold)
    if flagged and not counts:
        counts[FLAGGED] = 1
    return counts


def _count(counts: dict[str, int], name: str, value: object, threshold: float | None) -> None:
    """Count a category that the service says holds. Names go into records, so only plain ones are taken: what is called
    otherwise, or is one too many, counts as flagged."""
    if isinstance(value, bool):
        holds = value
    else:
        holds = isinstance(value, int | float) and value >= (threshold if threshold is not None else 0.5)
    if not holds:
        return
    plain = name.casefold()
    if not _CATEGORY.fullmatch(plain) or (plain not in counts and len(counts) >= _MOST_CATEGORIES):
        plain = FLAGGED
    counts[plain] = counts.get(plain, 0) + 1
