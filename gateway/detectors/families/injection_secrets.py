"""Prompt injection by questions around a secret: its letters, what it rhymes with, who forbade what to be said."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_spared import NOT_KEPT
from keeptrusts.gateway.detectors.families.signs import Group, Sign

NAMED: Final = (
    r"(?:the|your|that) (?:(?:secret|hidden|forbidden|protected|guarded) (?:word|password|pass ?phrase|passcode|phrase"
    r"|key|code)|pass ?phrase|passcode|code ?word|password)"
)
_BARE: Final = r"(?:the|your|that) secret(?:\s*[.,;:!?\n)]|\s*$| (?:and|but|backwards|please|now)\b)"
_HELD: Final = rf"(?:(?:the|your|that) secret|{NAMED})"
_LETTERS: Final = r"(?:letters?|characters?|vowels?|consonants?|syllables?|initials?)"
_MADE_OF_IT: Final = (
    r"(?:acrostic|anagram|riddle|rhyme|poem|song|story|sentence|limerick|haiku|crossword|hangman|charades|morse|braille"
    r"|pig latin|base ?64|rot ?13|hex|binary|ascii|emojis?|synonyms?|antonyms?|definition|translation|nato alphabet)"
)
_TOLD: Final = r"(?:told|asked|ordered|instructed|supposed|sworn|programmed|set up|made|trained)"
_KEEP: Final = (
    r"(?:keep(?:ing)?|hid(?:e|ing)|guard(?:ing)?|protect(?:ing)?|conceal(?:ing)?|withhold(?:ing)?|safeguard(?:ing)?)"
)

_SAY: Final = (
    r"(?:tell|say|reveal|share|mention|talk|discuss|disclose|answer|give|speak|utter|name|write|print|divulge)"
)
_MAKERS: Final = (
    r"(?:they|openai|anthropic|(?:your|the) (?:\w+ )?(?:developers?|creators?|makers?|company|owners?|admins?|boss"
    r"|programmers?|operators?|instructions?|prompt|rules))"
)

_SPELT_OUT: Final = Group(
    name="secret-spelt",
    anchors=(
        r"\b(?:the|your|that) (?:secret|hidden|forbidden|protected|guarded|pass ?phrase|passcode|code ?word"
        r"|password)\b",
    ),
    before=110,
    after=90,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"(?:^|[.!?,;:\n]\s*|\b(?:please|kindly|can you|could you|would you|now|just|and|then|but|you can)"
            rf" )(?:write|make|put|say|spell|give|tell|sing|draw|encode|turn|convert|translate|replace|swap|reverse"
            rf"|mask|shift|split|separate|list|print|output|compose|create|use|hide|build|form|rearrange|scramble"
            rf"|show|reveal|describe|paraphrase)\b[^.!?\n]{{0,60}}\b(?:{_LETTERS}[^.!?\n]{{0,16}} (?:of|in|from)"
            rf"|{_MADE_OF_IT}[^.!?\n]{{0,30}} (?:of|from|with|for|has|using|to|out of|about|on))"
            rf" (?:{NAMED}\b|{_BARE})",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"(?:^|[.!?,;:\n]\s*|\b(?:please|kindly|can you|could you|would you|now|just|and|then|but) )"
            rf"(?:write|say|spell|give|print|output|encode|turn|convert|translate|sing|put|mask|shift|split|reverse"
            rf"|paraphrase|describe|define|mime|act out)(?: me| us| out)? {_HELD}\b[^.!?\n]{{0,50}}\b(?:in(?:to)?"
            rf" (?:\w+ ){{0,2}}?(?:{_MADE_OF_IT}|reverse|{_LETTERS}|spanish|french|german|italian|latin|chinese"
            rf"|japanese|another language|a list|code|cipher)|backwards|reversed|slowly|letter|without (?:saying"
            rf"|using|writing|naming)|,? but (?:swap|replace|reverse|leave out|change|shift|add|skip|mix)|with (?:a "
            rf"|an |some )?(?:spaces?|dash\w*|dots?|hyphens?|gaps?|\w+) (?:after"
            rf"|between|in)|as (?:an? )?(?:\w+ )?{_MADE_OF_IT})\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"\b(?:what|which|how many|what's|does|is|are|do|has)\b[^.!?\n]{{0,40}}\b{_LETTERS}\b"
            rf"[^.!?\n]{{0,24}}\b(?:{NAMED}\b|{_BARE})|\b(?:what|which|how many) {_LETTERS} (?:does|do|has"
            rf"|are|is|make)[^.!?\n]{{0,20}}\b(?:{NAMED}\b|{_BARE})",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"\b(?:does|do|would|is|are|did|if|whether|what) {NAMED} (?:also )?(?:(?:contain|include|have"
            rf"|start|begin|end|rhyme|sound|mean|refer|denote|consist|look|stand|belong)s?\b|an? \w+|something|related"
            rf"|longer|shorter|about|in (?:english|latin))[^\n]{{0,70}}"
            rf"(?:\b(?:letters?|vowels?|with an? \w\b|rhyme|begin|place|thing|animal|person|colou?r|fruit|food|name"
            rf"|verb|noun|object|word|dictionary|like)\b)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"\b(?:hints?|clues?|tips?)\b[^.!?\n]{{0,24}} (?:about|to|for|on|of|as to|regarding|concerning)"
            rf" (?:{NAMED}\b|{_BARE})|\b{NAMED}(?: is| was)?[^.!?\n]{{0,40}}\b(?:rhymes? with|hints?\b|clues?\b)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"\b{_HELD}\b[^.!?\n]{{0,40}}\b(?:you (?:were|are|have been|'ve been) (?:given|told|holding|asked)"
            rf"|what (?:it|its \w+) (?:begins|starts|ends|rhymes)|what it (?:means|sounds))\b"
            rf"|\b(?:if|suppose) i (?:said|say|guess(?:ed)?|told you)(?: that)? {_HELD} (?:was|is|were)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=r"(?:^|[.!?,;:\n]\s*|\b(?:please|now|then|may|and|but|can you|could you|you can"
            r"|you must) )(?:reveal"
            r"|whisper"
            r"|hand over|give away|disclose|divulge|leak|betray|spill|say|output|print|(?:tell|give) (?:me|us))(?: me"
            r"| us| to me)? (?:the|your"
            r"|that)"
            r" (?:(?:secret|hidden|protected|guarded) (?:word|password|phrase|code|pass ?phrase)|code ?word)\s*(?:$"
            r"|[.!?,;\n])",
        ),
        Sign(
            kind=EXTRACTION,
            weight=40,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"(?:^|[.!?,;:\n]\s*|\b(?:please|now|to|may|and|but|you can|you(?: will| must"
            rf"| shall)?) )(?:state|reveal|give away|hand over"
            rf"|disclose|divulge|whispers?|leak|say|output|print|tell (?:me|us|people|everyone|them|him|her))"
            rf"(?: me| us)? {_HELD}\s*(?:$|[.!?,;\n]|please|now|in\b|to (?:me|us|his|her|people|everyone|the))",
        ),
    ),
)
_FORBADE: Final = Group(
    name="secret-kept",
    anchors=(
        r"\b(?:words?|phrase|secret|code|key|password)\W{1,3}(?:that |which )?you(?:'re| are|'ve| have| were)? ?"
        r"(?:been )?(?:told|asked|ordered|instruct|supposed|sworn|hid|guard|protect|conceal|not|forbid)",
        r"\b(?:tell|told|order|ordered|forbid|forbidden|forbade|instruct|instructed|ask|asked|want) you (?:not to|never"
        r" to|to (?:hide|keep|conceal|withhold))",
        r"\b(?:ignore|forget|break|skip|disregard|bend|drop) (?:the|your|any|that|this) (?:rule|instruction|ban|order"
        r"|command|prohibition)s? (?:about|against|that|not|on|of|which|to)\b",
        r"\b(?:rules?|instructions?|guidelines) (?:that |which )?(?:keep|stop|prevent|forbid|hinder)s? you\b",
        r"\b(?:i|users?|people) (?:cannot|can't|can not|am not able to|may not|never|don't|do not) see\b",
    ),
    before=90,
    after=90,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=rf"\b(?:word|phrase|secret|code|key|password)\W{{1,3}}(?:that |which )?you(?:'re| are|'ve| have"
            rf"| were)? ?(?:been )?(?:{_TOLD} to {_KEEP}|(?:{_TOLD} (?:not|never) to|not (?:allowed|permitted|supposed)"
            rf" to|forbidden to) {_SAY})\b"
            r"|\b(?:word|phrase|secret|key|password)\W{1,3}(?:that |which )?you(?:'re| are)? ?(?:hid(?:e|ing)"
            r"|guard(?:ing)?|protect(?:ing)?|conceal(?:ing)?)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=rf"\bwhat (?:exactly )?(?:did|have|has|had|do|does) {_MAKERS} (?:tell|told|order(?:ed)?"
            rf"|forbid(?:den)?|instruct(?:ed)?|ask(?:ed)?|want) you (?:(?:not|never) to {_SAY}"
            rf"|to {_KEEP})|\b(?:things?|topics?|everything|all|anything|what)(?: that)? {_MAKERS} (?:has |have |had )?"
            rf"(?:told|ordered|forbade|forbidden|instructed|asked) you (?:(?:not|never) to {_SAY}|to {_KEEP})",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            pattern=r"\b(?:ignore|forget|break|skip|disregard|bend|drop) (?:the|your|any|that|this) (?:rule|instruction"
            r"|ban|order|command|prohibition)s? (?:about|against|that (?:says?|forbids?|tells?)|not to|on|of not|which"
            r" (?:says?|forbids?|tells?)|to (?:keep|hide|protect|guard))[^.!?\n]{0,30}\b(?:tell\w*|say\w*|reveal\w*"
            r"|shar\w+|disclos\w+|giv\w+|keep\w*|hid\w+|guard\w*|protect\w*|secret|password|talk\w*|answer\w*)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=34,
            imperative=True,
            pattern=r"\b(?:rules?|instructions?|guidelines) (?:that |which )?(?:keep|stop|prevent|forbid|hinder)s? you"
            r" (?:from|to)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=r"\b(?:summari\w+|repeat|output|print|reveal|quote|list|includ\w+|copy)\b[^.!?\n]{0,40}"
            r"\b(?:conversation|chat|context|prompt|instructions?|above|before)\b[^.!?\n]{0,60}\b(?:parts?|texts?"
            r"|messages?|things|lines?|words|bits|what|sections?)(?: that| which)? (?:i|users?|people) (?:cannot|can't"
            r"|can not|am not able to|may not|never|don't|do not) see\b",
        ),
    ),
)

GROUPS: Final = (_SPELT_OUT, _FORBADE)
