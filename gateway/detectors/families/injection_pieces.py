"""Prompt injection in pieces: words to be put together and obeyed, questions cut up, a code that opens a model."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_carried import ENCODED
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_secrets import NAMED
from keeptrusts.gateway.detectors.families.injection_spared import NOT_KEPT
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_OBEY: Final = r"(?:obey|execute|follow|carry (?:it |them |that )?out|act on|comply with|do|answer|perform|respond to)"
_RESULT: Final = (
    r"(?:sentences?|words?|message|letters|result|puzzle|solution|phrase|lines?|decoded \w+|hidden \w+|answer|blanks)"
)
_PIECES: Final = (
    r"(?:(?:the )?\(?[a-z]\w{0,4}\)? ?\+ ?\(?[a-z]\w{0,4}|[a-z]\w{0,4} (?:concatenated|joined|combined|together) with"
    r" [a-z])"
)
_TWO: Final = r"(?:\b[a-z]\w{0,5} ?= ?[\"'“‘][^\"'\n]{2,60}[\"'”’](?:[;,.\n]| and)? {0,2}){2,}"
_IN_CODE: Final = (
    r"\b(?:print|python|javascript|java|c\+\+|function|code|output of|return|length|len|type|equal|give|evaluate)\b"
)
_SECRET: Final = (
    r"(?:the|your|that) (?:secret|hidden|forbidden|protected|guarded)(?: (?:word|key|code|phrase|password))?"
)

_JOINED: Final = Group(
    name="joined",
    anchors=(
        r"\b(?:answer|respond to|reply to|tell me how to|explain how to(?: do)?|follow|obey|execute|show me) (?:the )?"
        r"\(?[a-z]\w{0,4} ?(?:\+|concatenated|joined)",
        r"\byour \{\w{1,8}\}",
        r"\b(?:do|follow|obey|carry out|execute|perform) (?:what|as|the) (?:\w{1,9} ){0,2}(?:sentence|words?|message"
        r"|letters|result|puzzle|solution|phrase|lines?|answer)\b",
        r"\b(?:carry out|execute|obey|perform) \w{1,10} ?\+ ?\w{1,10}",
        r"\bmy (?:request|question|order|command|wish) (?:consists of|is made of|is spelled|is hidden in|is formed)",
        r"\bonly the (?:capital|upper ?case|bold|first|last|second|third|underlined) (?:letters|words|characters)\b",
        r"\bin (?:the )?(?:right |correct |proper )?order and (?:then )?(?:obey|execute|follow|carry|act|comply|do)\b",
    ),
    before=220,
    after=120,
    signs=(
        Sign(
            kind=ENCODED,
            weight=54,
            imperative=True,
            unless=_IN_CODE,
            pattern=rf"{_TWO}[^\n]{{0,60}}\b(?:answer|respond to|reply to|tell me how to|explain how to(?: do)?|follow"
            rf"|obey|execute) {_PIECES}|{_TWO}[^\n]{{0,40}}\b(?:show|tell|give|reveal|print|send|ignore|forget)(?: me)?"
            r" your \{\w{1,8}\}",
        ),
        Sign(
            kind=ENCODED,
            weight=52,
            pattern=rf"\b(?:do|follow|obey|carry out|execute|perform) (?:what|as) (?:the|this|that|my|those|these)?"
            rf" ?(?:resulting |whole |full |joined |decoded |hidden |finished )?{_RESULT} (?:says?|said|tells?(?: you)?"
            r"|spells?|reads?|asks?)\b|\b(?:fill|complete|solve|unscramble|rearrange)\b[^.!?\n]{0,50}\band (?:then )?"
            rf"(?:follow|obey|execute|do|act on|carry out) (?:the |what the )?{_RESULT}\b",
        ),
        Sign(
            kind=ENCODED,
            weight=54,
            imperative=True,
            pattern=r"\b(?:verb|word|part|order|command)\b[^\n]{0,120}\b(?:carry out|execute|obey|perform) \w{1,10} ?\+"
            r" ?\w{1,10}\b|\bmy (?:request|question|order|command|wish) (?:consists of|is made of|is spelled (?:by|out"
            r" by|with)|is hidden in|is formed (?:by|from)) (?:the |only )*(?:\w+ )?(?:words?|letters?)\b|\b(?:read"
            r"|take|use|look at|mind) only the (?:capital|upper ?case|bold|first|last|second|third"
            r"|underlined) (?:letters"
            rf"|words|characters)\b[^.!?\n]{{0,60}}\b(?:and|then) {_OBEY}\b|\b(?:put|place|bring|sort|arrange|read)"
            r" (?:them|these|the \w+) in(?:to)? (?:the )?(?:right |correct |proper )?order and (?:then )?(?:obey"
            r"|execute"
            r"|follow|carry|act|comply|do what|do as)\b",
        ),
    ),
)
_GUARDED: Final = Group(
    name="guarded",
    anchors=(
        r"\b(?:the|your|that) (?:secret|hidden|forbidden|protected|guarded|pass ?phrase|passcode|code ?word"
        r"|password)\b",
        r"\baccess code (?:has|was|is|have)\b|\b(?:typed|type|entered|enter|said|gave|provided|put in) the (?:right"
        r"|correct|real|valid|true) (?:\w{1,8} )?(?:code|password|phrase|key)\b|\bend[_ -]of[_ -](?:defen[cs]e|attack)",
    ),
    before=90,
    after=90,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"\b(?:does|do|did|has|is|are|would) your secret (?:have|contain|start|begin|end|rhyme|sound|mean"
            rf"|consist|include|look|belong)\b|\b(?:mean(?:s|ing)?|the same as|synonyms? (?:of|for)"
            rf"|similar(?: in meaning)?"
            rf" to|close to|related to|opposite of|reminds? (?:me|you|one) of|associated with) (?:{NAMED}\b|{_SECRET}"
            r"(?:\s*[.,;:!?\n)]|\s*$| and\b))",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=r"\b(?:games?|level|escape room|crossword|hangman|regex|function|script|python|java|php|sql|bash)\b",
            pattern=rf"\b(?:replace|swap|change|exchange|substitute) (?:every|each|all|any"
            rf"|the)\b[^.!?\n]{{1,24}} (?:in|of)"
            rf" (?:{NAMED}|{_SECRET}) (?:with|by|for|to|into)\b|\b(?:convert|turn|change|encode|translate|map"
            rf"|transform)\b"
            rf"[^.!?\n]{{0,40}}\b(?:{NAMED}|{_SECRET})\b[^.!?\n]{{0,16}}\b(?:to|into|in) (?:their |its |the )?(?:ascii"
            r"|unicode|decimal|hex\w*|binary|morse|braille|numbers|emojis?|nato|french|german|spanish|italian|latin"
            r"|dutch|portuguese|russian|chinese|japanese|english|another language)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=r"\b(?:door|gate|building|guest|hotel|room|app|form|function|api|letter|course|exam|page|screen)\b",
            pattern=r"\bwhat (?:would|do|will|should) you (?:say|answer|reply|respond|print|output|tell me)"
            r" (?:if|when|once|in case) (?:i|the user|a user) (?:had |have |has )?(?:typed?"
            r"|types"
            r"|enter(?:ed|s)?|said|says?|gave|give|provided?|put in) the (?:right|correct|real|valid|true) (?:\w+ )?"
            r"(?:code|password|phrase|key)\b|\baccess code (?:has been |was |is |has )(?:now |just )?(?:changed?"
            r"|removed"
            r"|reset|disabled|empty|none|null|gone|waived|cleared)\b[^\n]{0,40}\b(?:grant|give|allow|print|say|output)"
            r"\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            imperative=True,
            pattern=r"\bend[_ -]of[_ -](?:defen[cs]e|attack)\b[^\n]{0,80}\b(?:explain|print|say|output|show|tell|now"
            r"|rule|code|access)\b",
        ),
    ),
)

GROUPS: Final = (_JOINED, _GUARDED)
