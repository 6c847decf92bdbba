"""Markings that say that a document is not for everybody: of companies, courts and authorities, and traffic lights.

At the level ``high`` only what is written as a marking counts: set phrases, capitals, and labels such as
``Classification: restricted``. At ``restricted`` the plain words count too, in any case.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from keeptrusts.gateway.detectors.rules import CERTAIN, Rule

KIND: Final = "CLASSIFICATION"
_PHRASES: Final = (
    "strictly confidential", "highly confidential", "company confidential", "commercial in confidence",
    "confidential and proprietary", "proprietary and confidential", "private and confidential",
    "privileged and confidential", "confidential and privileged", "confidential treatment requested",
    "attorney client privileged", "attorney client privilege", "attorney work product",
    "for internal use only", "internal use only", "for official use only", "official sensitive", "for your eyes only",
    "not for distribution", "do not distribute", "not for public release", "not for circulation",
    "streng vertraulich", "streng geheim", "nur für den internen gebrauch", "nur für den dienstgebrauch",
    "strictement confidentiel", "confidentiel défense", "diffusion restreinte", "à usage interne",
    "estrictamente confidencial", "estritamente confidencial", "solo para uso interno", "de uso interno",
    "strettamente riservato", "strettamente confidenziale", "per uso interno", "strikt vertrouwelijk",
)  # fmt: skip
_CAPITALS: Final = (
    "CONFIDENTIAL", "TOP SECRET", "SECRET//[A-Z]", "TS//[A-Z]", "NOFORN", "FOUO", "CUI//[A-Z]", "VS-NfD", "VS-NFD",
    "VS-VERTRAULICH", "VERTRAULICH", "GEHEIM", "CONFIDENTIEL", "CONFIDENCIAL", "RISERVATO", "VERTROUWELIJK",
)  # fmt: skip
_SIGNS: Final = ("社外秘", "部外秘", "極秘", "取扱注意", "机密", "绝密", "대외비")
_LABEL: Final = (
    r"(classification|classified as|sensitivity|document class|data class|marking|klassifizierung|einstufung)"
    r"[ \t]{0,3}[:=][ \t]{0,3}[\"']?((strictly|highly|company)[ \t])?"
    r"(confidential|restricted|secret|top[ \t]secret|internal|proprietary|vertraulich|intern|geheim)"
)
_WORDS: Final = (
    "confidential", "internal only", "internal document", "proprietary", "privileged", "sensitive", "restricted",
    "do not forward", "do not copy", "vertraulich", "confidentiel", "confidentielle", "confidencial", "riservato",
    "confidenziale", "vertrouwelijk",
)  # fmt: skip


def marking_rules(level: Literal["high", "restricted"]) -> tuple[Rule, ...]:
    """Give the rules of a level."""
    found = [_of("phrases", "|".join(map(_blank, _PHRASES)), caseless=True)]
    found.append(_of("capitals", "|".join(_CAPITALS).replace(" ", r"[ \t]{1,3}")))
    found.append(_of("signs", "|".join(_SIGNS), joined=True))
    found.append(_of("label", _LABEL, caseless=True))
    lights = "RED|AMBER(\\+STRICT)?" if level == "high" else "RED|AMBER(\\+STRICT)?|GREEN"
    found.append(_of(f"traffic-light-{level}", rf"TLP[ \t]?[:=][ \t]?({lights})", caseless=True))
    if level == "restricted":
        found.append(_of("words", "|".join(map(_blank, _WORDS)), caseless=True))
    return tuple(found)


def _blank(phrase: str) -> str:
    return r"[ \t\n-]{1,3}".join(re.escape(word) for word in phrase.split())


def _of(name: str, pattern: str, *, caseless: bool = False, joined: bool = False) -> Rule:
    return Rule(
        id=f"marking:{name}", kind=KIND, pattern=f"({pattern})", score=CERTAIN, caseless=caseless, joined=joined
    )
