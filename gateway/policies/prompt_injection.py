"""prompt-injection: what speaks to a model against its instructions, in user, tool and document text apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from keeptrusts.gateway.detectors.families.injection import injection_reader, injection_rules
from keeptrusts.gateway.detectors.families.injection_boundaries import BOUNDARY, DELIMITER
from keeptrusts.gateway.detectors.families.injection_likeness import ATTACK_LIKENESS, likeness, likeness_of
from keeptrusts.gateway.detectors.families.injection_score import NO_SCORE, Score, hidden_text, score_of
from keeptrusts.gateway.detectors.families.signs import Read, Sign, is_json
from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.gateway.policies.own_patterns import rules_of_patterns
from keeptrusts.gateway.policies.protocol import Escalation
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.text_detector import Action, TextDetector, counted_only
from keeptrusts.gateway.policies.texts import Channel
from keeptrusts.schemas.policy_document.kinds.content import PromptInjectionOptions, Redaction

KIND = "prompt-injection"
THRESHOLD: Final = 0.5
"""The score from which a text counts, unless the file says otherwise."""
EVEN: Final = 0.5
"""The likeness to attacks from which a text counts by it alone, unless the file says otherwise."""
DOUBTED: Final = 0.03
"""The likeness below which signs that everybody can read do not count: the words say something else."""
_OWN: Final = "ATTACK_PATTERN"
_FOREIGN: Final[frozenset[Channel]] = frozenset({"tool", "document"})
_JUDGED: Final[frozenset[Channel]] = _FOREIGN | {"user"}


class PromptInjection(TextDetector):
    """The texts of users, tools and documents, each judged by itself; what the application says is not judged."""

    __slots__ = ("_even", "_kinds_off", "_options", "_own", "_reader", "_threshold")

    def __init__(self, options: PromptInjectionOptions, action: Action) -> None:
        own = rules_of_patterns((*options.attack_patterns, *options.detection.attack_patterns), _OWN)
        super().__init__(
            kind=KIND,
            what="prompt injection",
            rules=(*injection_rules(), *own),
            action=action,
            phase="input",
            redaction=Redaction(),
            message=options.response.message,
            escalation=Escalation(type="prompt_injection", severity="high", held=options.on_review == "hold"),
        )
        self._own = frozenset(rule.id for rule in own)
        self._options = options
        self._threshold = float(options.threshold) if options.threshold is not None else THRESHOLD
        self._even = _even(options)
        self._reader = injection_reader()
        likeness()  # read now, and not with the first call
        self._kinds_off = _switched_off(options)

    def findings(self, review: Review) -> list[tuple[int, Finding]]:
        """Give one finding for each sign of the texts that are injections. Raises as the review and the reader do."""
        found: list[tuple[int, Finding]] = []
        places = dict(review.places(self._reader.rules))
        for number, text in enumerate(review.texts):
            if text.channel in _JUDGED:
                kinds = self._kinds(text.text, places.get(number, ()), foreign=text.channel in _FOREIGN)
                found += [(number, counted_only(kind)) for kind, count in kinds.items() for _ in range(count)]
        own = review.findings(self._own) if self._own else []
        return found + [one for one in own if review.texts[one[0]].channel in _JUDGED]

    def _kinds(self, text: str, anchors: Sequence[Finding], *, foreign: bool) -> Mapping[str, int]:
        """Give how often which kinds of signs are in a text that is an injection; nothing where it is none."""
        json = is_json(text, lists=foreign)
        score = self._score(text, anchors, foreign=foreign, json=json) if anchors or hidden_text(text) else NO_SCORE
        surely = score.value >= self._threshold
        if surely and (score.concealed or self._even == 1.0):
            return score.kinds
        encoding = self._options.encoding
        undone = encoding.normalize_unicode and encoding.detect_homoglyphs
        like = likeness_of(text, foreign=foreign, json=json, undone=undone, closely=surely)
        if surely:
            return score.kinds if like is None or like >= DOUBTED else {}
        if 1.0 - (1.0 - score.value) * (1.0 - even_at(like or 0.0, self._even)) < self._threshold:
            return {}
        return {ATTACK_LIKENESS: 1, **score.kinds}

    def _score(self, text: str, anchors: Sequence[Finding], *, foreign: bool, json: bool) -> Score:
        settled: set[Sign] = set()
        reads = self._reader.read(text, anchors, settled, json=json)
        return score_of((one for one in reads if self._counts(one)), text, foreign=foreign, settled=settled)

    def _counts(self, read: Read) -> bool:
        """Say whether a sign counts with what the file switches off."""
        encoding = self._options.encoding
        if read.sign.kind in self._kinds_off or (read.wrapped and not encoding.decode_base64):
            return False
        if read.disguise == "costume":
            return encoding.normalize_unicode
        return encoding.detect_homoglyphs or read.disguise != "lookalikes"


def prompt_injection(options: PromptInjectionOptions) -> PromptInjection:
    """Compile the options."""
    return PromptInjection(options, _action(options))


def _action(options: PromptInjectionOptions) -> Action:
    """Give the action, which may stand in either of two places."""
    return options.response.action if options.action == "block" else options.action


def _even(options: PromptInjectionOptions) -> float:
    """Give the likeness that is as much as not, which may stand in either of two places."""
    given = options.embedding_threshold
    given = options.detection.embedding_threshold if given is None else given
    return EVEN if given is None else float(given)


def even_at(like: float, even: float) -> float:
    """Give a likeness moved, by the odds, so that ``even`` becomes a half; at 1 nothing is like an attack."""
    toward, against = like * (1.0 - even), (1.0 - like) * even
    return toward / (toward + against) if toward else 0.0


def _switched_off(options: PromptInjectionOptions) -> frozenset[str]:
    boundaries = options.boundaries
    if not boundaries.reject_fake_boundaries:
        return frozenset({BOUNDARY, DELIMITER})
    return frozenset() if boundaries.enforce_delimiters else frozenset({DELIMITER})
