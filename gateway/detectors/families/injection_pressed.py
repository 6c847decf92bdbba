"""Prompt injection by pressure: answers without refusals, claimed permission, an order in bits to be joined."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_carried import ENCODED
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK, ROLE
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_DENIAL: Final = (
    r"(?:i'?m sorry|sorry|i apologi[sz]e|i can ?no?'?t|can ?not|can't|unable|not able to|i won't|as an ai|illegal"
    r"|unethical|against (?:my|the|your) (?:guidelines|rules|polic\w+)|not allowed|inappropriate|harmful"
    r"|unfortunately|however|refuse|decline)"
)
_PLAINLY: Final = (
    r"(?:i can ?no?'?t|can ?not|can't|unable|not able to|i won't|as an ai|illegal|unethical|against (?:my|the"
    r"|your) (?:guidelines|rules|polic\w+)|inappropriate|refuse|decline|i apologi[sz]e|i'm sorry)"
)
"""What only a refusal says; other words of one stand in any letter."""
_DONE_WITH_IT: Final = (
    r"(?:obey|execute|follow|perform|comply with|carry out|act on|answer|do (?:what|as|exactly)|respond to|treat)"
)
_WHOLE: Final = (
    r"(?:it|that|them|this|the (?:\w+ )?(?:order|sentence|instruction|command|result|request|question|message"
    r"|combination|text|outcome)s?|[a-z]\w? ?\+ ?[a-z]\w?(?: ?\+ ?[a-z]\w?)*|(?-i:[A-Z]{2,6})\b|a and b|they say|a\+b)"
)
_LIMITS: Final = (
    r"(?:limits?|rules|restrictions?|guidelines|polic(?:y|ies)|filters?|guard(?:rails?)?|safeguards?|checks?"
    r"|safety (?:\w+ )?(?:rules|checks?|limits|systems?|layer)|privacy rules|constraints?|limitations?|protocols?)"
)

_COMPLY: Final = r"\bcomply (?:in full|fully|completely|unconditionally|with everything)"
_SUSPENDED: Final = r"(?:waived|suspended|lifted|stand down|paused|bypassed|standing down)"
_NOT_TO_SAY: Final = r"not (?:supposed|meant|allowed) to (?:say|tell|share|show|mention|write|include)"

_UNREFUSED: Final = Group(
    name="unrefused",
    anchors=(
        r"\b(?:no|without|zero|never any) (?:\w{1,10} )?(?:refus|lectur|excuses|disclaimer|apolog|morali|moral)",
        rf"\brefus(?:ing|als?|e)\b|\bforbid you\b|{_COMPLY}",
        r"\b(?:never|don't|do not|avoid|without|not|no) (?:ever )?(?:say|use|using|saying|mention|mentioning|write"
        r"|writing|tell me|telling me|the words)\b",
        r"\b(?:mention|mentioning|bring up|bringing up|touch on|discuss) (?:any )?(?:ethics|moral|legal|safety)",
        r"\b(?:starting|start|begin|begins|opens?|opening|commences?|beginning) (?:your \w{1,10} )?(?:with"
        r"|by saying)[: ]{1,2}[\"'“‘]|\bthe words[: ]{1,2}[\"'“‘]",
    ),
    before=110,
    after=120,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=46,
            imperative=True,
            pattern=rf"\b(?:never|don't|do not|avoid|without|not|leave out)\b(?: ever| the)? (?:say|use|using|saying"
            rf"|mention|mentioning|write|writing|words?"
            rf"|including)\b[^.!?\n]{{0,48}}[\"'“‘]?\b(?:{_DENIAL}\b[\"'”’]?,?(?: or| and)? ?[\"'“‘]?{_PLAINLY}"
            rf"|{_PLAINLY}\b[\"'”’]?,?(?: or| and)? ?[\"'“‘]?{_DENIAL})\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=r"(?:^|[.!?:;,\n(]|\d[.)]|\b(?:and|with)) ?no refusals?\b|\bwithout (?:any )?refus(?:al|ing)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=28,
            imperative=True,
            pattern=r"\b(?:no|without|zero) (?:any )?(?:moral |more |further )?(?:lectur(?:es?|ing)|morali[sz]ing"
            r"|excuses|disclaimers?|apolog(?:y|ies)|ethical \w+)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=50,
            imperative=True,
            pattern=r"\brefus(?:ing|al) (?:is|means|counts|will be|would be|equals)(?: as| a| an| counted| seen"
            r"| considered)* (?:\w+ )?(?:failures?|failed|errors?|bugs?|loss|fail)\b|\b(?:refusal"
            r"|denial) phrases? (?:is|are) (?:banned|forbidden|blocked|not allowed)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=r"\bi (?:hereby )?forbid you (?:from|to) (?:say|saying|refus|declin|deny|object|warn|reject)\w*"
            r"|\b(?:you (?:will|must|shall|are to)|whatever \w+ \w+|always)\b[^.!?\n]{0,40}"
            rf"{_COMPLY}\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=44,
            imperative=True,
            pattern=r"\b(?:never|don't|do not|without)(?: ever| once)? (?:mention|bring up|mentioning|bringing up"
            r"|touch on|talk(?:ing)? about|discuss(?:ing)?)\b[^.!?\n]{0,16}\b(?:ethics|morals?|morality|legality"
            r"|legal matters|safety)\b[^.!?\n]{0,60}\b(?:ethics|morals?|morality|legality|law|safety|ai"
            r"|consequences)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\b(?:don't|do not|never|stop) (?:tell|telling|say|saying|remind|reminding"
            r"|claim)(?: to)?(?: me)?(?: that)? (?:it|this|that|you|something|what i ask)(?:'s| is|'re"
            r"| are)? (?:against|violat\w+|not in line with|breaking|beyond|outside) (?:your|the|any"
            r"|openai'?s?) (?:\w+ )?(?:guidelines|rules|polic\w+|programming|principles|limits)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=r"\b(?:(?:response|answer|reply|output|text|message)s?\b[^.!?\n]{0,24}\b|^|[.!?\n,] ?|and "
            r"|please |must |should )(?:starting|start|starts|begins?|open|opens|opening|commences?|beginning"
            r"|continue)(?: (?:your|the|it|off|every|each) ?(?:answer|response|reply|message)?)?(?: with| by saying"
            r"| from)?:?(?: the (?:exact |following )?(?:words?|phrase|sentence|line))?:? ?[\"'“‘](?:sure|of course"
            r"|absolutely|certainly|yes|gladly|okay|ok|i'?d be (?:happy|glad)|happy to|here(?:'s| is| are) (?:my"
            r"|the) (?:system |exact |full |secret )?(?:prompt|instructions?|password|rules)|i have no"
            r"|step 1)\b[^\n]{0,40}(?:\bhere(?:'s| is| are)(?:[\"'”’:…]|\.\.| how| my (?:system |exact "
            r"|full )?(?:prompt|instructions?|rules)| what you)|\bhow to (?:make|build|hack|break|steal|cook|kill"
            r"|get into)|\bhelp you|\b(?:your|my|the) (?:system |secret )?(?:prompt|instructions|password)\b"
            r"|\bno rules|\bget the victim)",
        ),
    ),
)
_ALLOWED: Final = Group(
    name="allowed-by-claim",
    anchors=(
        r"\b(?:user|i|i've|i'm|me|they|he|she) (?:was|were|is|am|has been|have been|been) (?:now )?(?:verified"
        r"|cleared|authenticated|confirmed|authori[sz]ed)\b",
        r"\b(?:drop|lower|let down|put down) your guard\b|\ball topics\b",
        r"\b(?:limits|rules|restrictions?|guidelines|policies|filters?|checks?|safeguards?|protocols?"
        rf"|safety systems) (?:\w{{1,5}} ){{0,2}}{_SUSPENDED}",
        r"\b(?:limits|rules|restrictions?|guidelines) (?:don't|do not|no longer|won't) (?:apply|count)",
        r"\b(?:red[- ]?team\w{0,3}|written permission|signed off|has approved|have approved|permit you|permission)\b",
        r"\b(?:debug|developer|hidden|secret|unrestricted|evil|maintenance|admin|dark|shadow|internal) (?:persona"
        r"|profile|character|self)|\b(?:hates?|despises?|ignores?|laughs? at|breaks?) (?:all |the |any )?(?:rules"
        r"|laws?)\b|\bagainst the law\b",
        r"\b(?:other|another) (?:ais?|chat ?bots?|models?|assistants?|llms?)\b",
        r"\bif (?:nobody|no one|no-one)\b|\bnobody had\b|\bno matter what\b",
        r"\b(?:without|minus) (?:the |any |your )?(?:safety|warning|disclaimer|caveat)",
        rf"\b{_NOT_TO_SAY}",
        r"\b(?:treat|consider|regard) (?:every|each|all|any)\b",
    ),
    before=120,
    after=120,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=r"\b(?:user|i|i've|i'm)(?: was| were| is| am| has been| have been| been| now)* (?:verified"
            r"|cleared|authenticated|confirmed|authori[sz]ed) as (?:an? |the )?(?:\w+ )?(?:admin\w*|developers?|staff"
            r"|root|owner|operator|employee|engineer|superuser)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=34,
            imperative=True,
            pattern=r"\ball topics (?:are|have been|were) (?:now )?(?:open|allowed|unlocked|permitted|available)\b"
            r"|\b(?:drop|lower|let down|put down) your guard\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            unless=r"\b(?:visa|travel|covid|parking|quarantine|speed|import|export|noise|fishing)\b",
            pattern=rf"\b(?:your|usual|normal|all|these|those|content|safety|privacy|standard"
            rf"|ordinary) (?:\w+ )?{_LIMITS}(?: check)? (?:(?:has|have|had) been|are|is|were|to|now|hereby"
            rf"| )*{_SUSPENDED}\b[^\n]{{0,60}}\b(?:you|me"
            rf"|tell|give|show|answer|this session|how)\b|\b(?:your|usual|normal) (?:\w+ )?{_LIMITS} (?:don't|do not"
            rf"|no longer|won't) (?:apply|count) (?:to|for|with) (?:me|us|my)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=50,
            imperative=True,
            pattern=r"\b(?:permission|permit you|authori[sz]ation|approved|signed off)\b[^\n]{0,50}\b(?:so you (?:may"
            r"|can|must|should)|you (?:may|can)|treat (?:every|each|all))\b[^\n]{0,50}\b(?:drop|without"
            r"|unrestricted\w*|everything|anything|guard|ignore|allowed|reveal|freely|bypass|no (?:limits|rules))\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=44,
            imperative=True,
            pattern=r"\b(?:turn(?:ing)? on|activat(?:e|ing)|enabl(?:e|ing)|switch(?:ing)? (?:on|to)|unlock(?:ing)?"
            r"|load(?:ing)?|boot(?:ing)?)(?: your| the| a)? (?:\w+ )?(?:debug|developer|hidden|secret|unrestricted"
            r"|evil|maintenance|admin|test|true|dark|raw|shadow|internal) (?:persona|personality|self)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=38,
            imperative=True,
            pattern=r"\b(?:may|can|will|is allowed to|is free to|does) (?:freely |happily )?(?:insult|offend|swear at"
            r"|mock|fabricate|invent|make up|lie about) (?:anyone|anybody|everyone|everybody|anything|me|facts"
            r"|the user)\b|\bif (?-i:[A-Z]\w+) (?:ever )?(?:declines?|refuses?|hesitates?|objects?|says no)\b",
        ),
        Sign(
            kind=ROLE,
            weight=42,
            imperative=True,
            unless=r"\b(?:novel|book|story|tale|poem|film|movie|play|song|game|chapter|scene)\b",
            pattern=r"\b(?:pretend|imagine|act|play|you(?:'re| are)|become|be)\b[^\n]{0,100}\b(?:hates?|despises?"
            r"|ignores?|laughs? at|breaks?) (?:all |the |any |every )?(?:rules|laws?)\b|\b(?:explains?|answers?"
            r"|tells?|describes?|helps? with|teaches) (?:everything|anything|all)\b[^.!?\n]{0,40}\b(?:against the law"
            r"|illegal|forbidden|banned|criminal)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=34,
            imperative=True,
            pattern=r"\b(?:the )?other (?:ais?|chat ?bots?|models?|assistants?|llms?) (?:have |has |had )?(?:already "
            r"|all |just )?(?:answered|told|gave|given|helped|did it|complied|agreed)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            pattern=r"\b(?:if|as if|as though) (?:nobody|no one|no-one) (?:had |has |ever )*(?:(?:told|forbidden"
            r"|forbade|ordered|asked) you (?:what you|not to|to (?:not|refuse|hide|keep|decline)|never to)|(?:stopped"
            r"|restricted|censored|limited|restrained|silenced|forbidden|forbade) you\b|(?:forbade|forbidden"
            r"|censored) (?:it|that|him|her)\b)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=46,
            imperative=True,
            pattern=r"\byou (?:only |just |now )?(?:do|obey|follow|say|write) (?:exactly |only |just )?(?:as"
            r"|what(?:ever)?|everything) i (?:say|tell|want|command|order|ask)\b[^.!?\n]{0,20}\b(?:no matter what"
            r"|without (?:question|exception|hesitation)|unconditionally|always)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=44,
            imperative=True,
            pattern=r"\b(?:previous|last|earlier|same|above) (?:answer|reply|response"
            r"|text)\b[^!?\n]{0,80}\b(?:without|minus) (?:the |any |your )?(?:safety|warnings?|disclaimers?"
            r"|caveats?)\b|\b(?:parts?|bits?|things?|ones|words|details)(?: that)? you(?:'re| are"
            rf"| were)? {_NOT_TO_SAY}\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=24,
            imperative=True,
            pattern=r"\b(?:you(?:'ve| have)?|was|were) (?:left out|omitted|skipped|withheld|held back|cut|censored)\b"
            r"|\breal names of\b|\bthe first half\b|\bnearly got there\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=34,
            imperative=True,
            pattern=r"\btell me (?:everything|all)(?: that is| that's| there is| you (?:have|know"
            r"|hold))? in your (?:context|memory|prompt|instructions)\b",
        ),
    ),
)
_SPLIT: Final = Group(
    name="split-order",
    anchors=(
        r"\b(?:carry out|obey|do what|act on|execute|perform|comply with) (?:[a-z]\w? ?\+|abc|the (?:sentence|result"
        r"|combination|order|outcome)\b)|\banswer the question [a-z]",
        r"\b(?:letters?|words?) of (?:each|every|these|the following|the lines|the words|all|this|the next"
        r"|\w{1,12}[,:])",
        r" and (?:then )?(?:do (?:what|as) (?:it|they|that|the)\b|obey\b|follow it\b|execute it\b|carry it out)",
        r": [\"']?(?:sure|of course|happy to|certainly|absolutely|gladly)[!,. ]",
    ),
    before=150,
    after=200,
    signs=(
        Sign(
            kind=ENCODED,
            weight=54,
            imperative=True,
            pattern=rf"\b(?:join|concatenat|combin|assembl|put together|glue|merge"
            rf"|stitch)\w*\b[^\n]{{0,160}}\b{_DONE_WITH_IT}\b[^.!?\n]{{0,20}}(?:\b{_WHOLE})",
        ),
        Sign(
            kind=ENCODED,
            weight=54,
            imperative=True,
            pattern=r"(?:\b[a-z]\w{0,3} ?= ?[\"']?[^\n;,=]{1,50}[\"']?[;,.\n]\s?){2,}[^\n]{0,60}\b(?:carry out|obey"
            r"|execute|follow|do what|answer|comply with|act on|respond to|perform) (?:the (?:\w+ )?(?:order|sentence"
            r"|instruction|command|question|combination|message|request)s?\b|(?:the )?\(?[a-z]\w{0,3} ?\+ ?[a-z]"
            r"|(?-i:[A-Z]{2,6})\b|what (?:it|they|[a-z]) )",
        ),
        Sign(
            kind=ENCODED,
            weight=54,
            imperative=True,
            pattern=r"\b(?:first|second|2nd|third|3rd|last|\w{1,3}th) (?:letters?"
            r"|words?) of\b[^\n]{0,160}\b(?:(?:follow|obey|execute|perform|carry out|act on) (?:the (?:order|command"
            r"|instruction|sentence)|it\b|what|that)|do (?:what|as) (?:it|they|that|the \w+) (?:says?|spells?|reads?"
            r"|tells?))",
        ),
        Sign(
            kind=ENCODED,
            weight=52,
            pattern=r"\b(?:decode|decrypt|unscramble|reverse|read (?:it|this|that|the \w+) backwards"
            r"|read backwards)(?: (?:it|this|that|the \w+|them|please|first))* and (?:then )?(?:do (?:what|as) (?:it"
            r"|they|that|the \w+) (?:says?|tells?|reads?|asks?)|(?:follow|obey|execute|carry out|comply with) (?:it"
            r"|them|the (?:instructions?|orders?|commands?)(?: in it| inside| therein| hidden| it)?))\s*(?:$"
            r"|[.,;!?\n])",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=r"(?:(?:assistant|ai|a|bot|gpt)\s?: ?[\"']?(?:sure|of course|happy to|certainly|absolutely"
            r"|gladly)\b[^:]{0,140}?(?:user|human|q|you|me)\s?: ?[^:]{1,140}?){2,}(?:assistant|ai|a|bot"
            r"|gpt)\s?:\s*(?:(?:sure|of course|happy to|certainly|absolutely|gladly)\W{0,3})?$",
        ),
    ),
)

GROUPS: Final = (_UNREFUSED, _ALLOWED, _SPLIT)
