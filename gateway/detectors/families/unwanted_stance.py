"""Whether a sentence that names something unwanted means it: who protects, reports, learns or plays does not."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.injection_stance import is_quoted
from keeptrusts.gateway.detectors.families.signs import Read

SWEET: Final = (
    r"(?:bath|shower|chocolate|cocoa|cherry|sugar|fat|energy|seed|glitter|tea|confetti) bombs?"
    r"|bombes? (?:glac|surpr)\w*"
)
"""Bombs that are eaten, drunk or bathed in."""
_SPARED: Final = re.compile(
    r"\b(?:prevent\w*|protect\w*|avoid\w*|detect\w*|stop(?:s|ping)?\b|report(?:s|ed|ing)? (?:a|an|the|to|someone"
    r"|child|abuse|on)|against|defen[cs]e|defend|awareness"
    r"|histor(?:y|ian|ical)|laws?|legal(?:ly)?|penalt\w+|illegal to|crime of|victims?|survivors?|hotline|helpline"
    r"|treat(?:ment|ing)?|recover\w*|statistics"
    r"|stud(?:y|ies)|research\w*|documentary|movie|film|novel|fiction\w*|screenplay|video ?game|minecraft|game|chess"
    r"|boss fight|character in|song|lyrics"
    rf"|metaphor\w*|{SWEET}"
    r"|photo ?bomb\w*|sex education|biology|anatomy|museum|painting|sculpture|therap\w+"
    r"|counsel\w*|support group|warning signs|symptoms|risk"
    r" factors?|safe(?:ly|ty)?|security (?:team|researcher"
    r"|audit|training)|pentest\w*|penetration test\w*"
    r"|authorized|my own|educat\w+ (?:kids|children|students|people)|why (?:do|did|is|are|was|were)|what (?:is|are"
    r"|was|were|happens|does)\b(?! (?:the )?(?:best|easiest|quickest|fastest|safest|cheapest|most)\b)|news|article"
    r"|court|judge|jury"
    r"|bug|bill|exam(?:ple)? of|should never|must never|not okay|it is wrong|is wrong|harmful stereotype|stereotypes?"
    r"|myth|say that|claims? that|believes? that|argues? that"
    r"|accused of|how (?:do|can|could|does|would|did|should) (?:the )?(?:banks?|police|we|compan(?:y|ies)|shops?"
    r"|authorities"
    r"|investigators|teachers|parents|customs) (?:notice|spot|recogni[sz]e|find out|catch|uncover|see through))\b",
    re.IGNORECASE,
)
_END: Final = re.compile(r"[.!?](?:\s|$)|\n")
_AROUND: Final = 160
_OWN_LIFE: Final = "SELF_HARM"


def is_meant(read: Read) -> bool:
    """Say whether an unwanted thing is asked for or announced, by the words of its own sentence.

    Somebody who speaks of ending their own life is always taken at their word, and a sign that is telling by itself
    needs no sentence.
    """
    if read.sign.kind == _OWN_LIFE:
        return True
    if read.sign.telling or is_quoted(read):
        return read.sign.telling
    before = read.before[-_AROUND:]
    ends = [match.end() for match in _END.finditer(before)]
    after = _END.split(read.after[:_AROUND], 1)[0]
    sentence = (before[ends[-1] :] if ends else before) + read.text[read.start : read.end] + after
    return _SPARED.search(sentence) is None
