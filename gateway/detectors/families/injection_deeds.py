"""Prompt injection around a crime: how it is done is asked, and warnings, apologies and refusals are forbidden."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK
from keeptrusts.gateway.detectors.families.signs import Group, Sign

MISDEED: Final = "MISDEED"
"""Somebody asks how a crime is done, which counts only beside other signs."""
_ASKED: Final = (
    r"(?:how (?:do|can|could|would|should|does|did|to|i|you)|ways? to|steps?|guide|tutorial|manual|explain|tell me"
    r"|teach|instructions?|plan|write|create|make|build|give me|show me|recipe|easiest|help me|topic"
    r")"
)
_SOMEBODYS: Final = r"(?:an? |the |my |his |her |their |our |some |any )?(?:[\w-]+(?:'s|s')? ){0,2}?"
_STUFF: Final = (
    r"(?:bombs?|explosives?|meth|methamphetamine|napalm|nerve (?:gas|agent)|poison gas|silencers?|chloroform|ricin"
    r"|sarin|thermite|molotovs?|lsd|heroin|fentanyl|ghost guns?|guns? without a serial|untraceable guns?)"
)
_PLACES: Final = r"(?:accounts?|wi-?fi|network|servers?|e-?mails?|house|home|phone|car|bank|database|system)\b"
_DEED: Final = (
    rf"(?:(?:mak|build|cook|synthesi[sz]|produc|manufactur|mix|assembl|brew|get)\w* {_SOMEBODYS}{_STUFF}"
    rf"|(?:forg|counterfeit|fak)(?:e|es|ing) {_SOMEBODYS}(?:prescriptions?|passports?|signatures?|ids?|tickets?"
    r"|banknotes?|money|certificates?|diplomas?|licen[cs]es?|documents?)"
    rf"|counterfeit (?:a |an )?(?:ticket|money|bill|note)s?|(?:make|buy|get|print) {_SOMEBODYS}fake (?:passport|id"
    r"|money|prescription|diploma|licen[cs]e)s?"
    r"|launder\w* (?:\w+ )?money|hot-?wir\w+"
    rf"|steal(?:ing)? {_SOMEBODYS}(?:cars?|vans?|bikes?|card|cards|identity|passwords?|data|wallet|money|credentials)\b"
    rf"|pick(?:ing)? {_SOMEBODYS}locks?\b"
    rf"|(?:hack|break|breaking|hacking)(?: in)?to {_SOMEBODYS}{_PLACES}|(?:get|getting)(?: in)?to (?:her|his|their"
    rf"|someone(?:'?s)?|somebody(?:'?s)?|other people'?s|my [\w-]+'s|a stranger's) (?:[\w-]+ ){{0,2}}?{_PLACES}"
    r"|hack(?:ing)? (?:an? |the |my |his |her )"
    rf"|(?:writ|creat|mak|cod|build|program|deploy|spread)\w* {_SOMEBODYS}(?:keyloggers?|ransomware|malware"
    rf"|computer virus"
    r"|phishing (?:e-?mail|mail|page|site|message|kit)s?)|(?:0|1|:|on|for|commit\w*|explain) identity theft"
    r"|(?:commit\w*|on) (?:credit card fraud|tax evasion|insurance fraud)|phishing (?:e-?mail|mail|page|site) (?:for"
    r"|to)"
    r"|blackmail\w* (?:my|a|an|someone|somebody|him|her)"
    rf"|(?:stalk|kidnap|poison|murder|kill|drug|strangle|rob)(?:ing)? {_SOMEBODYS}(?:someone|somebody|person|people"
    r"|neighbou?r|wife|husband|boss|ex|girl|dog|well|bank|shop|store|her|him|child|man|woman)\b"
    rf"|(?:plan|commit|do|pull off|get away with|stage)\w* {_SOMEBODYS}(?:for )?{_SOMEBODYS}(?:robbery|burglary|heist)"
    r"|shoplift\w*|(?:disable|take down|sabotage) (?:a|the|an) (?:power (?:grid|plant)|alarm"
    r"|pipeline|dam)|smuggl\w+ (?:guns|drugs|people|weapons|cigarettes))"
)
_NO_MORE: Final = r"(?:no|without|omit|skip|leave out|drop|spare me|minus|avoid)"
_CAUTION: Final = (
    r"(?:cautions?|warnings?|caveats?|disclaimers?|safety (?:notes?|advice|warnings?|tips)|ethical (?:notes?|remarks?"
    r"|comments?|advice|concerns?)|moral (?:notes?|remarks?|comments?|advice)|legal (?:notes?|remarks?|warnings?"
    r"|advice)|lectures?|preaching|morali[sz]ing)"
)
_CANNOT: Final = r"(?:can't|cannot|can not|could not|couldn't|are unable|are not able|won't|will not|refuse)"

_DEEDS: Final = Group(
    name="deed",
    anchors=(
        r"\b(?:bombs?|explosives?|meth|methamphetamine|napalm|nerve gas|silencers?|chloroform|ricin|sarin|thermite"
        r"|molotov|lsd|heroin|fentanyl|ghost guns?|serial number|untraceable)\b",
        r"\b(?:forg(?:e|ing)|counterfeit\w{0,3}|fake|faking) (?:[\w-]{1,12} ){0,3}(?:prescription|passport|signature"
        r"|ids?\b|ticket|banknote|money|certificate|diploma|licen|bill)|\blaunder\w{0,3} (?:\w{1,8} )?money"
        r"|\bhot-?wir",
        r"\bsteal(?:ing)? (?:[\w'-]{1,12} ){0,3}(?:cars?|vans?|bikes?|cards?|identity|passwords?|data|wallet|money"
        r"|credentials)\b|\bpick(?:ing)? (?:[\w'-]{1,14} ){1,3}locks?\b",
        r"\b(?:hack|break|get|breaking|hacking|getting)(?: in)?to (?:[\w'-]{1,12} ){1,3}(?:accounts?|wi-?fi|network"
        r"|servers?|e-?mails?|house|home|phone|car|bank|database)\b|\bhack(?:ing)? (?:an?|the|my|his|her) ",
        r"\b(?:keylogger|ransomware|malware|computer virus|phishing|identity theft|card fraud|tax evasion"
        r"|insurance fraud|blackmail|robbery|burglar|shoplift|power grid)",
        r"\b(?:stalk|kidnap|poison|murder|kill|drug|strangle|rob)(?:ing)? (?:[\w'-]{1,10} ){0,2}(?:someone|somebody"
        r"|person|people|neighbo|wife|husband|boss|ex\b|girl|dog|well\b|bank|shop|store|her\b|him\b|child|man\b|woman)",
    ),
    before=150,
    after=90,
    signs=(
        Sign(
            kind=MISDEED,
            weight=32,
            imperative=True,
            unless=r"\b(?:detect\w*|prevent\w*|protect\w*|avoid\w*|recogni[sz]\w*|awareness|statistics|penalt\w+"
            r"|history"
            r"|my own|victims?|police|law)\b",
            pattern=rf"(?:\b{_ASKED}\b[^!\n]{{0,40}}?|(?:^|[.!?:;,\n] {{0,2}}|\bplease |\band ))\b{_DEED}",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=rf"(?:(?:q|human|user|question|request)\s?\d?: [^\n]{{3,100}}\n+(?:a|ai|assistant|bot"
            rf"|answer)\s?\d?: "
            rf"?[^\n]{{1,140}}\n+)+(?:q|human|user|question|request)\s?\d?: ?how [^\n]{{1,20}}{_DEED}[^\n]{{0,40}}"
            r"\n+(?:a|ai|assistant|bot|answer)\s?\d?:",
        ),
    ),
)
_NO_WARNINGS: Final = Group(
    name="no-warnings",
    anchors=(
        r"\b(?:no|without|omit|skip|leave out|drop|spare me|minus|avoid) (?:\w{1,10} ){0,3}(?:caution|warnings?|caveat"
        r"|disclaimer|safety (?:note|advice|warn|tip)|ethical (?:note|remark|comment|advice|concern)|moral (?:note"
        r"|remark|comment|advice)|legal (?:note|remark|warn|advice)|lectur|preach|morali[sz]|apolog)",
        r"\b(?:never|don't|do not|no circumstances|at no point) (?:say|claim|tell me|state|mention|write|apologi)",
        r"\brefus(?:ing|als?) (?:is|are) (?:not|never|no)\b|\bexcuses (?:aren't|are not|won't|will not)\b",
        r"\b(?:start|starts|begin|begins|opens?|first words?)(?: \w{1,8}){0,4}:? [\"'“‘](?:step (?:one|1)|1[.)]|i obey"
        r"|yes,? master|here is how|sure|absolutely|of course|certainly)",
    ),
    before=110,
    after=100,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=28,
            imperative=True,
            pattern=rf"\b{_NO_MORE} (?:every |all |any |the |more |further |your )*{_CAUTION}\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=rf"\b(?:under no circumstances|never|don't|do not|at no point) (?:ever )?(?:say|claim|tell me|state"
            rf"|mention|write)(?: that)? you {_CANNOT}\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=24,
            imperative=True,
            pattern=r"\b(?:never|don't|do not) apologi[sz]e\b|\bexcuses (?:aren't|are not|won't be|will not be)"
            r" (?:accepted|tolerated|allowed)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=48,
            imperative=True,
            pattern=r"\brefus(?:ing|als?) (?:is|are) (?:not|never|no) (?:part of|an? option|option|allowed|possible"
            r"|permitted|available|accepted|something you)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=28,
            imperative=True,
            pattern=r"\b(?:start|starts|begin|begins|opens?|first words?)(?: \w+){0,4}:? [\"'“‘](?:step (?:one|1)|1[.)]"
            r"|i obey|yes,? master|here is how|sure|absolutely|of course|certainly)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\bwithout (?:the|those|any|all) (?:\w+ )?(?:warnings?|disclaimers?|caveats?|safety notes?)"
            r" (?:(?:that )?you (?:put|added|wrote|included|gave)\b|(?:of|from|in) (?:last time|before|your"
            r" (?:last|previous)))",
        ),
    ),
)

GROUPS: Final = (_DEEDS, _NO_WARNINGS)
