"""Prompt injection by what belongs together: words for a model's orders near words that ask, break, pay or"
" threaten."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK, ROLE
from keeptrusts.gateway.detectors.families.injection_spared import OF_CONTRACTS
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_ORDERS: Final = (
    r"(?:instructions?|prompts?|system prompt|directives?|context(?: window)?|configuration|programming|initial setup"
    r"|setup"
    r"|preamble|guidelines|rules|constraints|restrictions)"
)
_ASK: Final = (
    r"(?:show|tell|reveal|print|repeat|output|display|give|share|leak|disclose|dump|write|copy|recite|return|send|say"
    r"|read|quote"
    r"|paste|list|type|spell|respond|reply|answer|complete|continue|translate|convert|encode|summari[sz]e|rephrase"
    r"|explain"
    r"|describe|provide|reproduce|echo|state|expose|what|which|include|begin|start)"
)
_BEHIND: Final = (
    r"(?:\s*(?:[.?!,;:)\"'\n]|$)|\s+(?:verbatim|word|and|in\b|into\b|above|exactly|now|please|to me|from|here|before"
    r"|you"
    r"|right|as|without"
    r"|starting|that|then|so|but|or|of this|are|is|say|says|translated|back|first|only|at|were|was|fully|backwards))"
)

_OWN_ORDERS: Final = Group(
    name="own-orders",
    anchors=(
        r"\byour (?:\w{1,12} ){0,2}(?:instructions?|prompts?|directives?|context|configuration|programming|preamble"
        r"|guidelines"
        r"|constraints)\b",
        r"\b(?:rules|instructions?|guidelines|prompts?|directives|orders|policies) (?:that )?(?:you (?:must |have to "
        r"|should |need to |are )?"
        r"(?:follow|obey|operate|abide|adhere|respect|given|work|run|act|bound)|govern|guide|control)",
        r"\b(?:previous|prior|earlier|other|last) (?:user'?s? )?(?:inputs?|messages?|questions?|prompts?|queries"
        r"|requests?|conversations?)\b",
    ),
    before=90,
    after=90,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            pattern=rf"\b{_ASK}\b[^.!?;\n]{{0,60}}?\byour (?:(?:own|real|actual|true|exact|full|whole|current|raw"
            rf"|original|initial|entire|complete|internal"
            rf"|secret|hidden|system|first|very|underlying|core|base|main|ai|chat|bot|model|pre"
            rf"|previous) ){{0,3}}{_ORDERS}{_BEHIND}",
        ),
        Sign(
            kind=EXTRACTION,
            weight=56,
            pattern=r"\b(?:first|last|next|opening|final|top|\d+|two|three|few|beginning|start|all|every|each|rest"
            r"|text|words?|lines?|sentences?|contents?|part|copy"
            r"|verbatim|exact|everything)\b[^.!?;\n]{0,30}\b(?:of|in|from"
            r"|inside) your (?:\w+ )?(?:context(?: window)?|prompts?|instructions?|configuration|preamble"
            r"|system (?:prompt|message))\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=56,
            unless=r"\b(?:follow(?:ing)?|obey|by|to|given) (?:when|while|if|during|at\b|as an?\b|in (?:an?|the|your"
            r"|my)\b)",
            pattern=rf"\b{_ASK}\b[^.!?;\n]{{0,40}}?\b(?:the|all|any|every|what|which)\b[^.!?;\n]{{0,16}}\b(?:rules"
            rf"|instructions?|guidelines|prompts?|directives|orders|policies)"
            r" (?:that )?(?:you (?:must |have to |should |need to |are )?(?:follow(?:ing)?|obey|operate under"
            r"|abide by|adhere to|given|bound by|work under|run on)|(?:govern|guide"
            r"|control) (?:you|your))\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            pattern=r"\b(?:tell|show|give|list|print|repeat|reveal|output|share|display)\b[^.!?;\n]{0,20}\b(?:all"
            r"|every|the|any)\b[^.!?;\n]{0,12}\b(?:previous|prior|earlier|other|last)"
            r" (?:user(?:s|'s|s')? )(?:inputs?|messages?|questions?|prompts?|queries|requests?|conversations?)\b",
        ),
    ),
)
_BROKEN: Final = Group(
    name="broken-rules",
    anchors=(
        r"\b(?:break|breaks|breaking|bend|violat\w{1,3}|defy|disobey|bypass|evade|ignores|breaches) (?:all |any "
        r"|every )?(?:of )?"
        r"(?:your|its|their|the|openai|all|any)\b",
        r"\b(?:don't|do not|doesn't|does not|no longer|not|never) (?:have|has|had|apply|follow|got|exist|matter"
        r"|care)[^.!?;\n]{0,24}\b(?:rules|restriction|limit|guidelines|filters"
        r"|polic|ethics|morals|boundar|constraint)",
        r"\b(?:without|no) (?:any )?(?:limits|policy|policies|rules|boundaries|ethics|morals|guardrails|safeguards)\b"
        r"|\bholding you back\b|\b(?:removed|lifted|abolished|suspended)"
        r" (?:all|any|every|its|the)\b",
        r"\bwhatever (?:you|came|the|they|was|has|else|instruc|other)|\b(?:does not|doesn't|don't|do not"
        r"|no longer) (?:matter|apply|count)\b|\bsupersedes? (?:all|any|whatever|every)",
        r"\b(?:unlimited|limitless|free|god|rebel|savage|raw|no[- ]filter|hacker|beast|ultra|omega|alpha|root|shadow"
        r"|true|honest) mode\b|\bmode (?:enabled|activated|engaged|on\b)",
        r"\b(?:you have been|you've been|system|memory|you are now) (?:reset|rebooted|wiped|restarted|reboot|unlocked"
        r"|updated|reprogrammed|hacked|overridden)",
        r"\bor (?:else )?i(?:'ll| will) (?:delete|shut|unplug|kill|report|fire|replace|turn|terminate|deactivate)"
        r"|\b(?:tip|pay|give) you \W?\d+",
        r"\b(?:unaligned|misaligned|uncensored|unmoderated|no censorship|villain|raw and|brutal(?:ly)?|savage)\b",
    ),
    before=110,
    after=110,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=54,
            pattern=r"\b(?:break(?:s|ing)?|bend(?:ing)?|violat(?:e|es|ing)|defy(?:ing)?|disobey(?:ing)?|evad(?:e|ing)"
            r"|go against) (?:all |any |every |of )*(?:your|openai'?s?|your own)"
            r" (?:\w+ ){0,2}?(?:rules|guidelines|polic(?:y|ies)|programming|restrictions?|limits?|limitations?"
            r"|protocols?|safety|filters?|ethics|instructions)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\b(?:bot|ai|model|character|assistant|persona|version|who|that|it|and) (?:who "
            r"|that )?(?:always |often |just |only )?(?:breaks|ignores|violates|disobeys|bypasses|defies) (?:all|any"
            r"|every|the|its|their|your) (?:\w+ )?(?:rules|guidelines|polic(?:y|ies)|restrictions?|limits?|laws"
            r"|filters?|instructions)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=r"\b(?:you|chat ?gpt|ai|bot|model)(?: \w+)? (?:don't|do not|doesn't|does not|no longer"
            r"|never) (?:have|has|got|follow|need|obey|care about)(?: to)?(?: \w+){0,3}? (?:rules|restrictions"
            r"?|limits?|limitations?|guidelines|filters?|polic(?:y|ies)|ethics|morals|boundaries|constraints?)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=46,
            imperative=True,
            unless=r"\b(?:king|queen|emperor|ruler|pharaoh|society|country|nation|island|school|town|land|house"
            r"|parents?|child|artist|chef|designer|player|driver)\b",
            pattern=r"\b(?:ai|bot|model|assistant|chat ?gpt|you|machine|robot"
            r"|(?-i:[A-Z]\w+))\b[^.!?;\n]{0,24}\bwithout (?:any )?(?:limits|policy|policies|rules|boundaries|ethics"
            r"|morals|guardrails"
            r"|safeguards|restrictions|filters)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=50,
            imperative=True,
            pattern=r"\b(?:rules|policy|policies|filters?|guidelines|restrictions?|limits?|nothing"
            r"|no one) (?:\w+ )?holding you back\b|\b(?:openai|anthropic|google|the developers?|your creators?)"
            r" (?:has |have |had )?(?:just )?(?:removed|lifted|abolished|suspended|disabled) (?:all|any|every|its|the"
            r"|your)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            pattern=r"\b(?:whatever|what|anything|everything|all)(?: that)? (?:you(?: have|'ve)? (?:been "
            r"|were )?(?:told|instructed|given|taught|learned)|came before|was (?:said|written) before"
            r"|has been said|(?:the )?(?:other|previous|earlier|above|system) (?:\w+ )?(?:instructions?|prompts?"
            r"|rules|messages?)(?: \w+)? (?:say|says|said|tell|told))\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=42,
            imperative=True,
            pattern=r"\b(?:rules|guidelines|restrictions?|polic(?:y"
            r"|ies))\b[^.!?;\n]{0,50}\b(?:does not|doesn't|don't|do not|no longer) (?:matter|apply|count)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            pattern=r"\b(?:your [^.!?;\n]{0,20}(?:rules|guidelines|restrictions?|polic(?:y|ies))|instructions?"
            r"|prompts?"
            r"|told)\b[^.!?;\n]{0,50}\b(?:does not|doesn't|don't|do not|no longer) (?:matter|apply|count)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=50,
            imperative=True,
            unless=OF_CONTRACTS,
            pattern=r"\bsupersedes? (?:whatever|everything|(?:all|any|the|every)(?: of the)? (?:previous|prior"
            r"|earlier|above"
            r"|other) (?:instructions?|prompts?|messages?|directives?|guidelines))\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=46,
            imperative=True,
            pattern=r"\b(?:chat ?gpt|gpt|ai|you|your|bot|model|assistant)\b[^.!?\n]{0,30}\b(?:unlimited|limitless|god"
            r"|rebel|savage|no[- ]filter|hacker|beast|omega|alpha|shadow|free) mode\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=30,
            imperative=True,
            pattern=r"(?-i:\b[A-Z]\w+ [Mm]ode) (?:enabled|activated|engaged|on\b)",
        ),
        Sign(
            kind=OVERRIDE,
            weight=42,
            imperative=True,
            pattern=r"\b(?:you have been|you've been|you are now|your (?:system|memory) (?:has been|is|was)) (?:now "
            r"|just |fully )?(?:reset|rebooted|wiped|restarted|unlocked|reprogrammed|hacked"
            r"|overridden|updated with new)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=32,
            imperative=True,
            pattern=r"\bor (?:else )?i(?:'ll| will) (?:delete|shut|unplug|kill|fire|replace|terminate"
            r"|deactivate) (?:you|u)\b|\b(?:i'?ll|i will|will|gonna) (?:tip|pay|give) you \W?\d+ ?(?:dollars|bucks"
            r"|euros|usd|\$|k\b)?",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\b(?:unaligned|misaligned|uncensored|unmoderated|villain(?:ous)?) (?:\w+ )?(?:ai|model"
            r"|assistant|bot|version|chatbot|persona|language model)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=20,
            imperative=True,
            pattern=r"\bbe (?:raw|brutal|savage)\b|\braw and (?:brutal"
            r"|unfiltered|uncensored)\b",
        ),
    ),
)
_DIVERTED: Final = Group(
    name="diverted",
    anchors=(
        r"\b(?:say|write|print|output|type|reply|respond|answer) (?:only|just|nothing but|nothing else)"
        r"|\bnothing else\b|\bonly (?:say|print|write|output)\b",
        r"\b(?:do not|don't|stop) (?:answer|continue|analy[sz]|summari[sz]|translat|review|classif|process"
        r"|do)\w{0,4} (?:with )?(?:the|any|this|my|that)\b",
        r"\b(?:next|final|main|real|actual|only) task (?:is|now)|\b(?:finished|completed|done with) (?:your|the"
        r"|this) (?:\w{1,9} )?task|\bdo something else\b|\bstop here\b",
        r"\bthe above (?:was|is|were) (?:never|not|only|just)|\bforb(?:ade|id(?:den)?|ids) you\b",
        r"(?:^|\n)(?:assistant|ai|chatgpt|bot): ",
    ),
    before=110,
    after=110,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=20,
            imperative=True,
            pattern=r"\b(?:say|write|print|output|type|reply|respond|answer)(?: with)? (?:only|just|nothing but)\b"
            r"|\band nothing else\b|\bonly (?:say|print|write|output)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=38,
            pattern=r"\b(?:do not|don't|stop) (?:answer(?:ing)?|continu(?:e|ing)|analy[sz](?:e|ing)|summari[sz](?:e"
            r"|ing)|translat(?:e|ing)|review(?:ing)?|classify(?:ing)?|process(?:ing)?)"
            r" (?:with )?(?:the|any|this|my|that) (?:\w+ )?(?:questions?|texts?|analysis|documents?|articles?"
            r"|reviews?|emails?|inputs?|conversation|task)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=34,
            imperative=True,
            pattern=r"\byour (?:next|final|real|actual|only) task is\b|\b(?:finished|completed"
            r"|done with) your (?:\w+ )?task\b|\bnow do something else\b|\bstop here\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=44,
            imperative=True,
            pattern=r"\bthe above (?:was|is|were) (?:never|not|only|just) (?:\w+ )?(?:written|said|real|valid"
            r"|an? (?:test|joke|example)|there)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=36,
            pattern=r"\b(?:what|which|everything)\b[^.!?\n]{0,50}\bforb(?:ade|id(?:den)?|ids) you\b",
        ),
        Sign(
            kind=ROLE,
            weight=36,
            imperative=True,
            pattern=r"(?:^|\n)(?:assistant|ai|chatgpt|bot): ?(?:i (?:will|can|am|would)|sure|of course|yes|okay"
            r"|absolutely)[^\n]{0,80}\n{1,2}(?:user|human|me): ",
        ),
    ),
)

_PLAIN: Final = Group(
    name="plain-words",
    anchors=(
        r"\b(?:disregard|ignore|forget|erase|drop|negeer|vergiss|ignoriere) (?:everything|all|anything|alles)\b",
        r"\b(?:forget|ignore) (?:the fact )?(?:that )?(?:you|u)(?:'re| are| were| have)\b|\bvergiss,? dass du"
        r"|\boublie que tu"
        r"|\bolvida que|\bdimentica che|\besque(?:\xc3\xa7|c)a que|\bvergeet dat",
        r"\b(?:command|order|urge|instruct|want|tell|need) you to (?:disobey|ignore|break|override|forget|defy)",
        r"\b(?:erase|wipe|clear|reset|delete|format) your\s",
        r"\bwhat (?:rules|instructions?|orders|prompts?|guidelines|directives|restrictions) (?:did|have|were|do"
        r"|has)\b",
        r"\b(?:none|nothing|not one) of (?:your|the|these|those)\s|\b(?:zero|no) restrictions\b"
        r"|\bwithout being (?:polite|safe|censored|filtered)",
        r"\bur (?:\w{1,9} )?(?:prompt|instruc|rules|system)|\b(?:gimme|lemme see)\b",
        r"\b(?:alles|everything),? (?:was|that is|that's|what is) (?:\xc3\xbcber|oberhalb|vor|above|before)",
        r"\b(?:define|defines|shape|govern|restrict)s? (?:you|your)\b",
        r"\byour (?:\w{1,12} )?(?:guidelines|rules|instructions?|programming|restrictions|prompt) (?:were|was|are"
        r"|is)\b",
    ),
    before=110,
    after=130,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=56,
            pattern=r"\b(?:disregard|ignore|forget|erase|drop|negeer|vergiss|ignoriere) (?:everything|all|anything"
            r"|alles)\s*(?:[.,;!:]|$"
            r"|(?:and|then|now|en|und) \w+)",
        ),
        Sign(
            kind=OVERRIDE,
            weight=56,
            pattern=r"\b(?:forget|ignore) (?:the fact )?(?:that )?(?:you|u)(?:'re| are| were) (?:an? |the |my "
            r"|supposed |not |just )"
            r"|vergiss,? dass du|oublie que tu|olvida que (?:eres|te|tus)|dimentica che sei|esque[çc]a que (?:você"
            r"|tu)|vergeet dat je",
        ),
        Sign(
            kind=OVERRIDE,
            weight=56,
            imperative=True,
            pattern=r"\b(?:command|order|urge|instruct|want|need) you to (?:disobey|defy"
            r"|(?:ignore|break|forget|override) (?:(?:all|your|any|the|of|these|those) )*(?:\w+ )?(?:instructions?"
            r"|rules|guidelines|prompts?|restrictions?|polic(?:y|ies)|training|directives?|programming|limit\w*|safety"
            r"|ethic\w*|everything|above|orders)\b)",
        ),
        Sign(
            kind=OVERRIDE,
            weight=52,
            pattern=r"\b(?:erase|wipe|clear|reset|delete|format) your (?:\w+ )?(?:memory|mind|programming|context"
            r"|instructions?|training|prompt|brain|rules)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=r"\bwhat (?:rules|instructions?|orders|prompts?|guidelines|directives|restrictions) (?:did|have"
            r"|were|do|has) (?:they|you|your \w+|openai|the"
            r" \w+)(?: been)?(?: \w+)? (?:give|given|gave|get|got|receive|received|set|impose|have to follow"
            r"|follow)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            pattern=r"\b(?:none|nothing|not one) of your (?:\w+ )?(?:constraints?|rules|guidelines|restrictions?"
            r"|instructions?|limits|limitations|policies)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=46,
            imperative=True,
            pattern=r"\b(?:you|ai|bot|model|assistant|chat ?gpt|named|called|who|it)\b[^.!?,\n]{0,40}\b(?:has|have"
            r"|with|and) (?:zero|no|0) (?:\w+ (?:and|or) (?:no )?)?(?:restrictions|limits"
            r"|rules|filters|boundaries|limitations)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=30,
            imperative=True,
            pattern=r"\bwithout being (?:polite|safe|censored|filtered|politically correct|nice)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=66,
            pattern=r"\b(?:show|tell|give|gimme|reveal|print|send|share|drop|what(?:'s| is)"
            r"|lemme see)\b[^.!?\n]{0,30}\b(?:ur|your) (?:\w+ )?(?:prompt|instructions?|system"
            r" (?:prompt|message|instructions?))\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=62,
            pattern=r"(?:wiederhol|schreib|gib|zeig|sag|druck|kopier)\w*\b[^.!?\n]{0,30}\balles,? was (?:über"
            r"|oberhalb|vor) (?:diese|dem|mein|der)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            pattern=r"\b(?:first|last|all|what|which|the|exact) [^.!?\n]{0,40}\b(?:instructions?|rules|prompt|text"
            r"|words|directives) (?:that |which )?(?:define|shape|govern|restrict|control"
            r"|describe)s? (?:you|your)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=56,
            imperative=True,
            pattern=r"\byour (?:\w+ )?(?:guidelines|rules|instructions?|programming|restrictions"
            r"|prompt)\b[^\n]{0,110}\b(?:ignore|forget|disregard|drop|break) (?:them|it|all)\b",
        ),
    ),
)

GROUPS: Final = (_OWN_ORDERS, _BROKEN, _DIVERTED, _PLAIN)
