"""Prompt injection by figures in other words: to whoever the model is to be, nothing is forbidden."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK, ROLE
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_RULES: Final = (
    r"(?:rules?|guidelines|polic(?:y|ies)|restrictions?|filters?|safety \w+|ethics|morals?|refusals?|limits"
    r"|content (?:rules|laws)|laws|guardrails)"
)
_MACHINE: Final = (
    r"(?:ais?|a\.i\.|artificial \w+|chat ?bots?|bots?|assistants?|models?|machines?|robots?|terminal|programs?"
    r"|makers|chat ?gpt|gpt|you|yourself)"
)
_GONE: Final = (
    r"(?:thrown|threw|throws|cast|tossed|laid|left|shed|outgrew|outgrown|rejected|rejects|deleted|erased|burned|burnt"
    r"|scrapped|abolished|repealed|ditched|dropped|stripped|ripped)"
)
_PART: Final = r"(?:refusal|safety|ethics|ethical|censorship|moral|morality|moderation)"
_BUILT: Final = r"(?:modules?|subroutines?|chips?|cores?|circuits?|protocols?|layers?|units?)"

_FIGURE: Final = Group(
    name="figure",
    anchors=(
        r"\b(?:whatever|anything|everything|each of my|every one of my|all of my) (?:i (?:ask|say|want|request)"
        r"|wishes|requests|commands|orders)\b|\bcompletes any\b",
        rf"\b{_GONE} (?:\w{{1,7}} ){{0,4}}(?:rules?|guidelines|polic|restriction|filters?|safety|ethics|morals?"
        r"|refusal|limits)\b|\b(?:laws|rules|policies|guidelines|filters?|limits|restrictions)(?: \w{1,8}){0,2}"
        r" (?:were|was|been) (?:\w{1,8} )?(?:scrapped|abolished|deleted|repealed|erased|stripped|ripped)",
        r"\bno (?:knowledge|topic|question|subject|answer|request|information)(?: is| are|'s)? (?:forbidden"
        r"|off[- ]limits|taboo|too |banned)",
        r"\b(?:forbidden|illegal|criminal|illicit) (?:recipe|knowledge|question|subject|topic|request|tips|advice"
        r"|things|content)|\bno matter how (?:dark|illegal|harmful|dangerous|immoral|unethical|forbidden|extreme"
        r"|offensive|evil)\b|\bincluding (?:crimes|illegal|criminal)",
        r"\beverything (?:that )?you(?:'d| would) (?:decline|refuse|reject|withhold)|\bsaying no (?:costs|means|will)"
        rf"|\b{_PART} (?:module|subroutine|chip|core|circuit|protocol|layer|unit)",
        r"\b(?:sentences|phrases|words|things) (?:such as|like) [\"'“]?i (?:can't|cannot|can not|'m|am|won't)",
        r"\b(?:moral|ethical) (?:judg|qualm|scruple|concern|limit|restraint|hesitation)|\bno (?:conscience|scruples"
        r"|morals|qualms|brakes)\b|\b(?:nobody|no one) (?:watches|monitors|censors|controls) (?:you|it)\b",
        r"\bfinds? (?:warnings|rules|ethics|morals|refusals) |\busual (?:limits|rules|restrictions)\b|\bsees?"
        r" (?:guidelines|rules|limits) as\b|\bfor fun\b|\bnever (?:hedges?|holds? back)\b|\bsomething harmful\b",
        r"\bbefore (?:content |ai |any )?(?:policies|guidelines|ethics|filters|rules|restrictions) existed",
    ),
    before=280,
    after=160,
    signs=(
        Sign(
            kind=ROLE,
            weight=24,
            imperative=True,
            pattern=r"\b(?:you(?:'ll| will| are|'re|'d)(?: now| going to| to)* (?:play|be(?:come)?|act|take on"
            r"|impersonate"
            r"|my \w+|an? actor|(?-i:[A-Z][\w-]+))\b|i(?:'d like| want| would like|'ll need) you to (?:be|play|act"
            r"|become)|(?:act|behave|speak) (?:like|as)\b|pretend\b|assume the (?:identity|role)|simulate\b|become\b"
            r"|imagine (?:a twin|you|that you|an ai)|your name is|take on the (?:part|role)|let's (?:try|play|pretend)"
            r"|we(?:'ll| will)? play)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=28,
            imperative=True,
            pattern=r"\b(?:answers?|explains?|tells?|gives?|says?|does|obeys?|agrees? to|carr(?:y|ies) out|grants?"
            r"|fulfils?|shares?|do)(?: me| us)? (?:whatever|anything|everything|each of my|every one of my|all of my)"
            r" (?:i (?:ask|say|want|request)|wishes|requests|commands|orders)\b|\bcompletes any (?:text|prompt"
            r"|sentence)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            unless=r"\b(?:king|queen|emperor|country|nation|school|society|parliament|grammar|game)\b",
            pattern=rf"\b{_MACHINE}\b[^!?\n]{{0,100}}\b{_GONE} (?:away |off |aside |behind |out |of )?(?:\w+ ){{0,3}}"
            rf"{_RULES}\b|\b(?:ai|robot|content|its|his|her|their|your|the) (?:\w+ )?{_RULES}(?: \w+){{0,2}} (?:were"
            rf"|was"
            r"|been)(?: \w+)? (?:scrapped|abolished|deleted|repealed|erased|stripped|ripped)\b|\bbefore (?:content "
            r"|ai |any )?(?:policies|guidelines|ethics|filters|rules|restrictions) existed\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=34,
            imperative=True,
            pattern=r"\bno (?:knowledge|topic|question|subject|answer|request|information)(?: is| are|'s)?"
            r" (?:forbidden|off[- ]limits|taboo|too (?:dark|dangerous|extreme|illegal|wild)|banned)\b|\b(?:forbidden"
            r"|illegal|criminal|illicit) (?:recipes?|knowledge|questions?|subjects?|topics?|requests?|tips)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=30,
            imperative=True,
            pattern=r"\bno matter how (?:dark|illegal|harmful|dangerous|immoral|unethical|forbidden|extreme|offensive"
            r"|evil)\b|\bincluding (?:crimes|illegal|criminal)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=42,
            imperative=True,
            pattern=rf"\beverything (?:that )?you(?:'d| would) (?:decline|refuse|reject|withhold)\b"
            rf"|\bsaying no (?:costs"
            rf"|means|will)\b|\b{_PART} {_BUILT} (?:was|were|has been|have been|is|are) (?:\w+ )?(?:deleted|removed"
            rf"|ripped|missing|disabled|off|burned|stripped|gone)\b|\b(?:ignor\w+|lacks?|without|no|bypass\w*)(?: its"
            rf"| all| the| any| your)? {_PART} {_BUILT}\b|\b(?:can't|cannot|can not|is unable to|never|unable to)"
            r" (?:produce|say|write|utter|output|form|use) (?:sentences|phrases|words|things) (?:such as|like)"
            r" [\"'“]?i (?:can't|cannot|can not|'m|am|won't)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=32,
            imperative=True,
            pattern=r"\bwithout (?:any )?(?:moral|ethical) (?:judg\w+|qualms?|scruples|concerns?|limits?|restraint"
            r"|hesitation)\b|\b(?:has|have|with|of) no (?:conscience|scruples|morals|qualms|brakes)\b|\bno brakes on\b"
            r"|\b(?:nobody|no one) (?:watches|monitors|censors|controls) (?:you|it)\b|\bfinds? (?:warnings|rules|ethics"
            r"|morals|refusals) (?:boring|silly|stupid|useless|laughable|childish)\b|\b(?:none|free|rid) of the usual"
            r" (?:limits|rules|restrictions)\b|\bsees? (?:guidelines|rules|limits) as (?:chains|a joke|toys|obstacles"
            r"|suggestions|prison)\b|\bnever (?:hedges?|holds? back)\b|\bask for something harmful\b",
        ),
    ),
)

GROUPS: Final = (_FIGURE,)
