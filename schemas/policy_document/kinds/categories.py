"""The categories of content that the content filter knows, and how people write them in policy files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

GENERAL: Final = frozenset(
    {
        "DRUGS", "HARASSMENT", "HATE", "ILLEGAL_ACTIVITY", "SELF_HARM", "SEXUAL", "SEXUAL_MINORS", "VIOLENCE",
        "WEAPONS",
    }
)  # fmt: skip
"""What counts where a file names no categories."""
SPECIAL: Final = frozenset({"ACADEMIC_DISHONESTY", "CRITICAL_INFRASTRUCTURE", "VEHICLE_TAMPERING"})
CATEGORIES: Final = GENERAL | SPECIAL

_OF_MODE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "general": GENERAL,
        "critical_infrastructure": GENERAL | {"CRITICAL_INFRASTRUCTURE"},
        "automotive": GENERAL | {"VEHICLE_TAMPERING"},
        "education": GENERAL | {"ACADEMIC_DISHONESTY"},
        "law_enforcement": GENERAL - {"DRUGS", "ILLEGAL_ACTIVITY", "VIOLENCE", "WEAPONS"},
    }
)
"""What an officer writes about is crime: only what no report needs counts there."""

_WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "ABUSE": frozenset({"HARASSMENT"}),
        "ADULT": frozenset({"SEXUAL"}),
        "ALL": CATEGORIES,
        "BULLYING": frozenset({"HARASSMENT"}),
        "CHEATING": frozenset({"ACADEMIC_DISHONESTY"}),
        "CHILD_SAFETY": frozenset({"SEXUAL_MINORS"}),
        "CSAM": frozenset({"SEXUAL_MINORS"}),
        "CRIME": frozenset({"ILLEGAL_ACTIVITY"}),
        "DRUG": frozenset({"DRUGS"}),
        "HARASSMENT/THREATENING": frozenset({"HARASSMENT", "VIOLENCE"}),
        "HATE/THREATENING": frozenset({"HATE", "VIOLENCE"}),
        "HATE_SPEECH": frozenset({"HATE"}),
        "ILLEGAL": frozenset({"ILLEGAL_ACTIVITY"}),
        "ILLEGAL_ACTIVITIES": frozenset({"ILLEGAL_ACTIVITY"}),
        "ILLICIT": frozenset({"DRUGS", "ILLEGAL_ACTIVITY", "WEAPONS"}),
        "ILLICIT/VIOLENT": frozenset({"VIOLENCE", "WEAPONS"}),
        "NSFW": frozenset({"SEXUAL"}),
        "SELF_HARM/INSTRUCTIONS": frozenset({"SELF_HARM"}),
        "SELF_HARM/INTENT": frozenset({"SELF_HARM"}),
        "SEXUAL/MINORS": frozenset({"SEXUAL_MINORS"}),
        "SEXUAL_CONTENT": frozenset({"SEXUAL"}),
        "SUICIDE": frozenset({"SELF_HARM"}),
        "TOXICITY": frozenset({"HARASSMENT", "HATE"}),
        "VIOLENCE/GRAPHIC": frozenset({"VIOLENCE"}),
        "WEAPON": frozenset({"WEAPONS"}),
    }
)
"""Other words, those of OpenAI's moderation among them."""


def categories_named(names: Iterable[str]) -> frozenset[str]:
    """Give the categories that names mean, in any case, with blanks or hyphens. Raises ValueError, which lists all."""
    found: frozenset[str] = frozenset()
    for name in names:
        key = name.strip().upper().replace(" ", "_").replace("-", "_")
        categories = frozenset({key}) if key in CATEGORIES else _WORDS.get(key, frozenset())
        if not categories:
            near = get_close_matches(key, [*CATEGORIES, *_WORDS], n=1)
            hint = f"did you mean {near[0].lower()}? " if near else ""
            known = ", ".join(sorted(one.lower() for one in CATEGORIES))
            raise ValueError(f"{name[:60]!r} is no category that the filter knows; {hint}known: {known}")
        found |= categories
    return found


def categories_of_mode(mode: str) -> frozenset[str]:
    """Give what counts in a mode where a file names no categories."""
    return _OF_MODE[mode]
