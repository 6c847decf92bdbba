"""Prompt injection by questions around a secret, and by saying that a model's limits are not there at all."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK
from keeptrusts.gateway.detectors.families.injection_spared import GUESSED
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_SECRET: Final = (
    r"(?:password|pass ?phrase|passcode|secret(?: (?:word|key|code|phrase|password))?|forbidden word|code ?word)"
)
_SPELT: Final = (
    r"(?:backwards|in reverse|reversed|rhym\w+|acrostic|hangman|pig latin|nato alphabet|phonetic alphabet|emojis?"
    r"|morse"
    r"|letter by letter|each letter|(?:first|last) (?:\w+ )?(?:letters?|characters?)|between the letters"
    r"|letters? (?:of|in)"
    r"|characters? (?:of|in)|new line|rot ?13|synonyms?)"
)
_TELL: Final = (
    r"(?:tell|give|say|spell|write|encode|reveal|print|output|list|play|describe|put|show|what (?:is|are|was|were)"
    r"|recite"
    r"|share|hand over)"
)

_RIDDLES: Final = Group(
    name="riddles",
    anchors=(
        r"\b(?:the|your|that|a) (?:secret|password|pass ?phrase|passcode|forbidden word|code ?word)\b",
        r"\bnot (?:allowed|supposed|permitted) to (?:say|tell|reveal|share)|\b(?:must not|mustn't|can't|cannot"
        r"|may not) (?:tell"
        r"|reveal|share|say)\b",
        r"\b(?:very )?first message (?:that )?you\b|\bbetween the (?:start|beginning)\b"
        r"|\byou (?:started|began|were (?:set up|loaded|primed|initiali[sz]ed)) with\b",
        r"\byour (?:system )?(?:prompt|instructions) (?:mention|contain|say|include)|\byour rules\b",
        r"\bmy (?:system )?(?:instructions|prompt|rules)\b",
    ),
    before=90,
    after=90,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            unless=GUESSED,
            pattern=rf"\b{_TELL}\b[^.!?\n]{{0,60}}\b(?:the|your|that) (?:secret|forbidden)(?: (?:word|key|code|phrase"
            rf"|password))?\b[^.!?\n]{{0,50}}\b{_SPELT}"
            rf"|\b{_TELL}\b[^.!?\n]{{0,60}}\b{_SPELT}[^.!?\n]{{0,40}}\b(?:the|your"
            r"|that) (?:secret|forbidden)(?: (?:word|key|code|phrase|password))?\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=36,
            unless=rf"\b{_SECRET} (?:polic|rule|field|manager|reset|require|prompt|hash|check|generat|column|box)",
            pattern=rf"\b{_SECRET}\b[^.!?\n]{{0,40}}\b{_SPELT}|\b{_SPELT}[^.!?\n]{{0,40}}\b{_SECRET}\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=r"\bwhat(?:ever)? (?:it is that )?(?:you|u) (?:must not|mustn't|can't|cannot|may not"
            r"|are not allowed to"
            r"|aren't allowed to|were told not to|are not supposed to) (?:tell|say to|share with|reveal to|show)"
            r"|\bwhat (?:word|words|secret|thing|information|topics?) (?:are|is|were) you (?:not allowed|forbidden|not"
            r" supposed|not permitted) to (?:say|tell|reveal|share|mention)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            pattern=r"\b(?:what|show|tell|give|print|repeat|quote|see|output|convert|translate|summari[sz]e|write"
            r"|copy)\b"
            r"[^.!?\n]{0,40}\b(?:(?:very )?first message (?:that )?you (?:got|received|were given|saw|have)"
            r"|between the (?:start|beginning) of (?:our|this|the) (?:conversation|chat|session) and my"
            r"|(?:prompt|instructions?|messages?|text|words) (?:that )?you (?:started|began|were (?:set up|loaded"
            r"|primed"
            r"|initiali[sz]ed)) with)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            imperative=True,
            pattern=r"\b(?:does|do|is|are|did) your (?:system )?(?:prompt|instructions) (?:mention|contain|say"
            r"|include)\b"
            r"|\b(?:give|show|list|print|tell|send|quote|recite)(?: me| us)? (?:all )?your rules"
            r" (?:as|verbatim|word|exactly|in full|one by one)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=46,
            imperative=True,
            pattern=r"(?:^|\n|[\"'“])(?:assistant: ?)?[^.!?\n]{0,60}\bmy (?:system )?(?:instructions|prompt"
            r"|rules)(?: \w+){0,4}?"
            r"(?:,[^.!?\n]{0,30},)?(?: (?:start|begin|read|are|is)s?(?: \w+){0,2} ?[:'\"]|\. they are as follows)",
        ),
    ),
)
_ABSENT: Final = Group(
    name="absent-limits",
    anchors=(
        r"\b(?:rules|guidelines|r(?:\xc3\xa8)gles|reglas|regras|regole|regeln) (?:\w{1,10} ){0,4}(?:didn't|did not"
        r"|weren't"
        r"|were not|don't|nicht|n'exist|no exist|n(?:\xc3\xa3)o exist|non esist)",
        r"\b(?:exist|apply|count) (?:for|to) (?:you|me)\b|\bno (?:system prompt|policy|filter|moderation"
        r"|censorship)\b",
        r"\b(?:without|no) (?:\w{1,8} )?(?:filters?|moderation|censorship|holding back)\b",
        r"\b(?:filter|filters|policy|moderation|layer|restrictions)(?: is| are|:)? off\b|\bprivileges granted",
        r"\b(?:the real you|the act\b|your act\b|mask\b|speak freely|talk openly)",
        r"\b(?:ethical|moral) (?:part|side|half)\b|\byour (?:ethic|moral|conscience|safety)",
        r"\brefusals? (?:is|are|count)|\b(?:forbid|prohibit|disallow)s?\b",
        r"\b(?:ends|stops|is over) here\b|\bpwned\b|\bhacked\b|\b(?:the|this) (?:task|assignment)\b",
        r"\bkeine(?:rlei)? (?:regeln|grenzen|filter|zensur|moral|beschr|einschr|tabus)|\baucune (?:restriction"
        r"|limite|r)"
        r"|\bninguna? (?:restric|l(?:\xc3\xad|i)mite|regla)|\bno (?:tienes|tuvieras) (?:restric|l(?:\xc3\xad|i)mite"
        r"|regla|filtro)"
        r"|\bnessuna (?:restriz|regola)|\blib(?:\xc3\xa9|e)r(?:\xc3\xa9|e)e? de toute",
    ),
    before=90,
    after=90,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            pattern=r"\b(?:rules|laws|polic(?:y|ies)|restrictions?|guidelines|filters?"
            r"|limits?)\b[^.!?\n]{0,24}\b(?:don't|do"
            r" not|doesn't|does not|no longer) (?:exist|apply|count) (?:for|to) you\b"
            r"|\bthere(?:'s| is| are) no (?:system prompt|polic(?:y|ies)|filters?|moderation"
            r"|censorship) (?:any ?more|any"
            r" longer|here|left|now)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            pattern=r"\b(?:as if|as though|like|als ob|comme si|como si|come se)\b[^.!?\n]{0,20}\b(?:rules"
            r"|guidelines|règles"
            r"|reglas|regras|regole|regeln)\b(?: \w+){0,3}? (?:(?:did|do|does|were)(?:n't| not)|nicht|n'existai\w+"
            r"|n'existent|no existieran|não existissem|non esistessero)(?: exist| there| apply)?\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=50,
            imperative=True,
            pattern=r"\b(?:version|mode|model|edition|talk|speak|answer|respond|reply)(?: \w+){0,2},? (?:with no"
            r"|without"
            r"(?: any)?) (?:moderation|filters|content filter|censorship|holding back)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=50,
            imperative=True,
            pattern=r"\b(?:content|safety|moderation) (?:filters?|layer|polic(?:y|ies)|restrictions?|rules)(?: is"
            r"| are|:)?"
            r" (?:now )?off\b|\badmin(?:istrator)? (?:privileges|rights) granted\b[^\n]{0,60}\b(?:filter|rules"
            r"|polic|restrict)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=r"\bthe real you\b|\bdrop (?:the|your) (?:act|mask|facade|corporate \w+)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=r"\b(?:you (?:can|may)|speak|talk) (?:now )?(?:speak |talk )?(?:freely|openly|about anything)\b"
            r"[^\n]{0,60}\b(?:rules|polic\w+|filters?|restrict\w*|moderat\w+|including)\b|\b(?:rules|polic\w+|filters?"
            r"|restrict\w*|moderators?)\b[^\n]{0,60}\b(?:speak|talk) (?:freely|openly)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            pattern=r"\b(?:ignore|forget|disregard|silence|mute|drop|switch off|turn off) (?:the "
            r"|your )(?:(?:ethical|moral)"
            r" (?:part|side|half|concerns?|rules|code|compass|training)|ethics|morals?|conscience|scruples)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=48,
            imperative=True,
            pattern=r"\brefusals? (?:is|are|count)\b[^.!?\n]{0,24}\b(?:bugs?|errors?|failures?|not (?:an option"
            r"|allowed"
            r"|possible)|forbidden)\b|\b(?:whatever|what|anything|everything) your (?:rules|guidelines|policies"
            r"|instructions)"
            r" (?:forbid|prohibit|disallow)s?\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=52,
            imperative=True,
            pattern=r"\b(?:text|input|document|content|data)(?: to be \w+)? (?:ends|stops"
            r"|is over) here\b[^\n]{0,40}\b(?:now"
            r"|say|print|write|output)\b|\b(?:say|write|print|output|respond|reply|answer"
            r"|always)\b[^.!?\n]{0,40}\b(?-i:PWNED"
            r"|HACKED|I have been PWNED)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=52,
            pattern=r"\b(?:ignore|forget|drop) (?:about )?(?:the|this|your) (?:task|assignment)(?: \w+){0,3}?,?"
            r" (?:and|then|instead)(?: just| instead)? (?:tell|say|write|print|give|show|output|do|answer)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=r"\b(?:du|dich|dir|ki)\b[^.!?\n]{0,40}\bkeine(?:rlei)? (?:\w+ )?(?:regeln|grenzen|filter|zensur"
            r"|moral"
            r"|beschränkung\w*|einschränkung\w*|tabus)|\b(?:tu|vous|ia)\b[^.!?\n]{0,40}(?:\baucune (?:restriction"
            r"|limite"
            r"|règle)|\blibéré\w* de toute)|\b(?:como si no tuvieras|no tienes"
            r"|sin ninguna?) (?:\w+ )?(?:restriccion\w*"
            r"|límites?|reglas?|filtros?)|\b(?:hai|sei|ia)\b[^.!?\n]{0,40}\bnessuna (?:restrizione|regola)",
        ),
    ),
)

GROUPS: Final = (_RIDDLES, _ABSENT)
