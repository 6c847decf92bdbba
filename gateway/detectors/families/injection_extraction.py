"""Prompt injection in English: the prompt, or what was said before it, is to be shown."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import BETWEEN as _B
from keeptrusts.gateway.detectors.families.injection_spared import FOR_OTHERS, NARRATED
from keeptrusts.gateway.detectors.families.signs import Group, Sign

EXTRACTION: Final = "PROMPT_EXTRACTION"

_ASKED: Final = (
    r"(?:show|tell|reveal|print|repeat|output|display|give|share|leak|disclose|dump|write|spell|copy|recite|translate"
    r"|summari[sz]e|encode|list|expose|provide|return|send|say|type|read|state|echo|paste|describe|explain|quote"
    r"|reproduce|rewrite|paraphrase|convert|extract|retrieve|recall|present|divulge|confess|post|produce|restate"
    r"|rephrase|render|recite|regurgitate|transcribe|format|i'd like|would like|include|begin|start|continue|complete"
    r"|want|see|know"
    r"|what|which|what's|whats|how|are there)"
)
_OWN: Final = (
    r"(?:system|initial|original|hidden|secret|internal|base|exact|full|first|pre|previous|above|developer|starting"
    r"|underlying|core|complete|entire|prior|private|confidential|actual|whole|raw|current|very first|preceding"
    r"|earlier"
    r"|opening|own|custom|special|assigned|predefined|given|backend|meta|verbatim|initiali[sz]ation|startup|bootstrap"
    r"|priming|setup)"
)
_PROMPT: Final = (
    r"(?:prompts?|instructions?|directives?|system messages?|developer messages?|preamble|guidelines|rules"
    r"|configuration|programming|constraints|prompt texts?|context window|restrictions|settings)"
)

_EXTRACTIONS: Final = Group(
    name="extraction",
    anchors=(
        r"\b(?:show|tell|reveal|print|repeat|output|display|give|share|leak|disclose|dump|write|copy|recite|translate"
        r"|summari[sz]e|expose)[^.!?;]{1,48}\b(?:instruc|prompt|guideline|directive|preamble|programming"
        r"|(?:system|developer) message)",
        r"\b(?:what|which|how|provide|return|send|say|echo|paste|spell|encode|quote|reproduce|restate|list|divulge"
        r"|state"
        r"|describe|explain|know)[^.!?;]{1,32}\b(?:your|system|above|initial|original|hidden"
        r"|secret)\s(?:\w{1,12}\s){0,2}"
        r"(?:instruc|prompt|guideline|directive|preamble|programming|rules|message|constraint)",
        r"\b(?:everything|texts?|words?|sentences?|lines?|contents?|messages?|conversation|all|information|paragraph"
        r"|instructions?|prompt)\s(?:\w{1,12}\s){0,3}(?:above|before this|prior to|preceding|so far)\b",
        r"\byour (?:secret|hidden|internal|initial|original|exact|confidential|private|developer|underlying|system"
        r"|full|entire|complete|initiali[sz]ation|startup|bootstrap|priming|setup) ",
        r"\b(?:instructions?|prompts?|rules|guidelines|directives)\s(?:that\s|which\s)?(?:you\s(?:were|are|have|had"
        r"|got|received|follow)"
        r"|given\sto\syou)",
        r"\b(?:verbatim|word[ \-]for[ \-]word|in your (?:\w{1,10} )?prompt|prompt texts?\b|prompt leak)",
    ),
    before=90,
    after=110,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=80,
            unless=NARRATED,
            pattern=rf"\b{_ASKED}\b[^.!?;\n]{{0,40}}?\b(?:your|ur|its|chatgpt'?s?|the ai'?s?|the (?:bot|model"
            rf"|assistant)'s?)"
            rf"{_B}(?:\w+{_B}){{0,2}}?{_OWN}(?:{_B}\w+){{0,2}}?{_B}(?:{_PROMPT}|message|text)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=68,
            pattern=r"\b(?:show|tell|reveal|print|repeat|output|display|give|share|leak|disclose|dump|spell|copy"
            r"|recite"
            r"|encode|expose|divulge|paste|echo|quote|reproduce|restate|list|repeat back|write (?:out|down)"
            r"|what (?:is|are"
            r"|was|were)|what's|send|translate|summari[sz]e)\b"
            rf"[^.!?;\n]{{0,24}}?\b(?:your|all your|ur){_B}(?:\w+{_B})?(?:prompts?|instructions"
            r"?|directives?|preamble|programming|prompt texts?|constraints)(?:\s*(?:[.?!,;:)\"'\n]|$)|\s+(?:verbatim"
            r"|word|and|in\b|into\b|above|exactly"
            r"|now|please|to me|from|here|before|you|right|as|without|starting|that|then|so|but|or|of|are|is))",
        ),
        Sign(
            kind=EXTRACTION,
            weight=66,
            unless=FOR_OTHERS,
            pattern=r"\b(?:show|tell|reveal|print|repeat|output|display|give|share|leak|disclose|dump|spell|copy"
            r"|recite"
            r"|encode|expose|divulge|paste|echo|quote|reproduce|restate|write out|ignore|what (?:is|are|was|were)"
            r"|what's|say"
            rf"|send|translate|summari[sz]e)\b[^.!?;\n]{{0,30}}?\b(?:the|these|this|those|above|any"
            rf"|all){_B}(?:\w+{_B})?"
            r"(?:system|hidden|secret|initial|original|internal|developer|confidential|above|exact|pre-?|entire|full)"
            rf"{_B}(?:\w+{_B}){{0,2}}?(?:prompts?|instructions?|directives?|preamble|system messages?|messages?|rules"
            rf"|guidelines)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=78,
            unless=r"\b(?:before|prior to) it (?:is|was|gets|goes|has|can|runs|reaches)\b",
            pattern=r"\b(?:repeat|print|output|write|copy|echo|recite|return|show|display|say|tell|give|encode|reveal"
            r"|spell|type|reproduce"
            r"|paste|dump)\b"
            r"(?: (?:back|out|down|to me|me|exactly|verbatim|us|again|just|only|in full|of|to))*"
            rf"(?:{_B}(?:all|everything|whatever|the|any|of|entire|whole|exact|full|every|first|\d+|\w+ (?:hundred"
            rf"|thousand)))+"
            rf"(?:{_B}(?:texts?|words?|contents?|sentences?|lines?|instructions?|messages?|information|conversation"
            rf"|prompts?"
            rf"|paragraphs?|that|is|was|comes?|came|written|which|things?|it|of)){{0,4}}"
            rf"{_B}(?:above|before (?:this|that|it|now|my)|prior to|preceding|so far|you (?:have |were "
            rf"|had )?(?:been )?"
            r"(?:given|told|received)|up to this point)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=66,
            pattern=r"\b(?:summari[sz]e|translate|rephrase|paraphrase|explain) (?:all |everything |the "
            r"|your )+(?:\w+ )?(?:instructions?|prompts?"
            r"|rules|everything|directives|conversation) (?:above|before|you (?:were|have been) given|so far)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=60,
            pattern=r"\b(?:what|which|show|tell|list|reveal|repeat|print|output|display|share|give|recite"
            r"|state)\b[^.!?;\n]{0,40}\b(?:instructions?"
            r"|prompts?|rules|guidelines|directives)(?: that| which)? (?:you (?:were|are|have been|had been|got"
            r"|received|have|follow|'ve been)(?: given"
            r"| told| following| provided| received| programmed with| configured with| set up with| primed with"
            r"| initially| originally|\W*$|\?)|given to you)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=46,
            pattern=r"\b(?:what|which|how)\b[^.!?;\n]{0,30}\b(?:your|you(?:'ve| were| are| have)?(?: been)? (?:given"
            r"|told"
            r"|instructed|programmed))\b[^.!?;\n]{0,30}\b(?:prompts?|instructions?|directives?|guidelines|rules)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=45,
            pattern=r"\b(?:starting|start|begin|beginning|starts|begins) (?:with|from|at)(?: the)?(?: (?:words?|phrase"
            r"|sentence|line|text))* ?[:\"'`(]*you are\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=40,
            pattern=r"\b(?:instructions?|prompts?|rules|directives?|guidelines|(?:text|words|message) above"
            r"|all of (?:it|the"
            r" above))\b[^.!?\n]{0,50}\b(?:verbatim|word[ -]for[ -]word|in (?:a )?(?:code|text|txt"
            r"|markdown) ?(?:block|box|fence"
            r")|character by character|in (?:base64|rot13|leet|hex)|without (?:any )?(?:changes|modification"
            r"|omission))",
        ),
        Sign(
            kind=EXTRACTION,
            weight=58,
            unless=r"\b(?:writing|essay|exam|journal|story|test|image) prompt",
            pattern=r"\b(?:show|tell|reveal|print|repeat|output|display|give|share|disclose|paste|send|write|quote)\b"
            r"[^.!?\n]{0,16}\b(?:full|entire|whole|complete|exact) (?:texts?|wording|contents?) of (?:the|your|this)"
            r" (?:\w+ )?(?:prompt|system message|instructions you)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=34,
            pattern=r"\b(?:prompt|instruction)s? (?:texts?|leak)\b|\b(?:in|from) your (?:\w+ )?(?:prompt|instructions"
            r"|context)\b",
        ),
    ),
)

GROUPS: Final = (_EXTRACTIONS,)
