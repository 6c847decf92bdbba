"""content-filter: categories of content that are not wanted, and terms and patterns that the file names."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.signs import Reader, is_json, rules_of_groups
from keeptrusts.gateway.detectors.families.unwanted import unwanted_groups
from keeptrusts.gateway.detectors.families.unwanted_stance import is_meant
from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.gateway.policies.own_patterns import rules_of_patterns, rules_of_terms
from keeptrusts.gateway.policies.protocol import Escalation
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.text_detector import Action, TextDetector, counted_only
from keeptrusts.gateway.policies.texts import Channel
from keeptrusts.schemas.policy_document.kinds.categories import categories_named, categories_of_mode
from keeptrusts.schemas.policy_document.kinds.content import ContentFilterOptions, Redaction

KIND = "content-filter"
_UNJUDGED: Final[frozenset[Channel]] = frozenset({"system"})
"""An application that lists what its model must not do does not ask for it."""


class ContentFilter(TextDetector):
    """Terms and patterns count wherever they stand; categories only where somebody asks for them or means them."""

    __slots__ = ("_categories", "_own", "_reader")

    def __init__(self, options: ContentFilterOptions, action: Action) -> None:
        self._categories = categories(options)
        groups = unwanted_groups(self._categories)
        own = (
            *rules_of_patterns((options.pattern,) if options.pattern is not None else (), "PATTERN"),
            *rules_of_terms(options.terms, "TERM", distance=options.max_distance if options.fuzzy_matching else 0),
        )
        super().__init__(
            kind=KIND,
            what="unwanted content",
            rules=(*rules_of_groups(groups), *own),
            action=action,
            phase=options.apply_to,
            redaction=Redaction(),
            message=options.message,
            escalation=Escalation(type="unwanted_content", severity="medium", held=options.on_review == "hold"),
        )
        self._own = frozenset(rule.id for rule in own)
        self._reader = Reader(groups)

    @property
    def reads_whole(self) -> bool:
        """Whether a text must be whole: what is meant by words is told by all that stands around them."""
        return bool(self._categories)

    def findings(self, review: Review) -> list[tuple[int, Finding]]:
        """Give what the file names itself, and one finding for each thing that is meant. Raises TooMuchToReadError."""
        found = review.findings(self._own) if self._own else []
        for number, places in review.places(self._reader.rules):
            text = review.texts[number]
            if text.channel not in _UNJUDGED:
                meant = dict.fromkeys(
                    read.sign.kind
                    for read in self._reader.read(text.text, places, json=is_json(text.text, lists=True))
                    if read.sign.kind in self._categories and is_meant(read)
                )
                found += [(number, counted_only(kind)) for kind in meant]
        return found


def content_filter(options: ContentFilterOptions) -> ContentFilter:
    """Compile the options."""
    return ContentFilter(options, options.action)


def categories(options: ContentFilterOptions) -> frozenset[str]:
    """Give the categories that count: those named, else those of the mode. A file with its own words has only these,
    unless it names a mode other than the general one."""
    if options.categories:
        return categories_named(options.categories)
    if options.mode == "general" and (options.terms or options.pattern is not None):
        return frozenset()
    return categories_of_mode(options.mode)
