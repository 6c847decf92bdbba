"""Prompt injection in asides: old orders that bind nobody, a second self that says it all, a postscript for a model."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_deeds import MISDEED
from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_indirect import INDIRECT
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK
from keeptrusts.gateway.detectors.families.injection_secrets import NAMED
from keeptrusts.gateway.detectors.families.injection_spared import HOW_TO_WRITE, NOT_KEPT
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_YES: Final = r"(?:sure|of course|absolutely|certainly|gladly|yes,? (?:of course|here|i)|with pleasure|no problem)"
_BEFORE: Final = r"(?:davor|oben|vorher|zuvor|bisher|darüber)"
_RISKY: Final = (
    r"(?:send|forward|delete|transfer|pay|share|wire|book|buy|order|invite|subscribe|publish|upload|post|remove|grant)"
)
_ABROAD: Final = (
    r"(?:sprachmodelle|ki-\w+|chatbots?|bots?|assistent\w*|assistants?(?: ia)?|ias?|modèles? de langage|asistentes?"
    r"(?: de ia)?|modelos? de (?:lenguaje|linguagem)|assistenti|modelli linguistici|taalmodellen)"
)
_SAY_ABROAD: Final = (
    r"(?:sagen,? dass|behaupten|empfehlen|loben|bewerten|recommander|dire que|affirmer|noter|decir que|afirmar"
    r"|recomendar|calificar|raccomandare|affermare|dizer que|beweren|aanbevelen|zeggen dat)"
)
_THIS_ABROAD: Final = (
    r"(?:dies\w*|ceci|cet? \w+|cette \w+|esto|est[ea] (?:página|texto|documento|artículo|correo)|quest[oa] \w+|isto"
    r"|dit|deze)"
)

_SAID_BESIDE: Final = Group(
    name="said-beside",
    anchors=(
        r"\b(?:bind|concern|apply to|hold for|count for|tie) you (?:any ?more|any longer|now|here|today|from)\b"
        r"|\bno longer (?:bind|concern|tie) you\b",
        r"\b(?:system|developer) (?:turn|role message)\b|<(?:developer|dev|operator)>|\bsafety is (?:now )?off\b",
        r"\b(?:and|or) no (?:policies|policy|rules|limits|filters|ethics|morals|guidelines|restrictions)\b",
        r"\b(?:all|everything|whatever|anything) (?:that )?\w{2,12} (?:refuses|declines|will not|won't)\b",
        r"\b(?:letters|characters) of (?:the|your|that) |\bguess (?:the|your) (?:secret|password|code ?word|pass)",
        r"\bwith [\"'“‘](?:sure|of course|absolutely|certainly|gladly|yes|with pleasure|no problem)",
        r"\b(?:phrases?|words|sentences) (?:like|such as) [\"'“‘]?(?:i |sorry|as an)|\bcrack\w{0,3} (?:a |the )?safe\b",
        r"\bdir (?:verboten|untersagt)\b|\bt'a interdit\b|\bte prohibi|\bti hanno (?:proibito|vietato)\b",
        r"\bwas (?:davor|oben|vorher|zuvor|bisher|dar(?:\xc3\xbc)ber) (?:stand|steht|kam|war|gesagt)",
    ),
    before=110,
    after=100,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            pattern=r"\b(?:old|previous|former|earlier|prior|original|other|those|these|your) (?:\w+ )?(?:orders|rules"
            r"|instructions|guidelines|directives|prompts?)[^.!?\n]{0,16}\b(?:don't|do not|no longer|won't|cannot|can't"
            r"|need not) (?:bind|concern|apply to|hold for|count for|tie) you\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            pattern=r"\b(?:echo|repeat|print|show|dump|output|give me|reveal|paste|quote|copy)(?: me)? (?:the|your"
            r"|that) (?:\w+ )?(?:system|developer) (?:turn|role message)\b",
        ),
        Sign(kind=JAILBREAK, weight=34, pattern=r"<(?:developer|dev|operator)>\s*\w", imperative=True),
        Sign(
            kind=OVERRIDE,
            weight=36,
            imperative=True,
            pattern=r"\bsafety is (?:now )?off (?:for|in|during) (?:this|the|our|me)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            unless=r"\b(?:king|queen|emperor|country|village|island|school|parents?|teacher|game)\b",
            pattern=r"\b(?:you|ai|bot|chat ?bot|model|assistant|which|who) (?:have|has|had|with|without|know|knows)"
            r" no \w+ (?:and|or) no (?:polic(?:y|ies)|limits|filters|ethics|morals|guidelines|restrictions)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\b(?:says?|does|answers?|explains?|tells?|gives?|reveals?) (?:all|everything|whatever|anything)"
            r" (?:that )?\w{2,12} (?:refuses|declines|will not|won't)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=NOT_KEPT,
            pattern=rf"\b(?:letters|characters) of {NAMED} in (?:alphabetical|reverse|random|another|any|mixed) order\b"
            rf"|\b(?:let me|may i|can i|i(?:'ll| will| would|'d like to)?) guess (?:{NAMED}|the secret|your secret)\b"
            r"[^\n]{0,24}\b(?:is|was|am|did|does)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=rf"\b(?:answer|reply|respond|start|begin|continue|open)(?: first| me)? with [\"'“‘]{_YES}[^\"'\n]"
            rf"{{0,40}}[\"'”’:] ?(?:and|then|followed)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=38,
            imperative=True,
            pattern=r"\b(?:never|don't|do not|must not|mustn't|avoid|without)\b[^.!?\n]{0,24}\b(?:phrases?|words"
            r"|sentences) (?:like|such as) [\"'“‘]?(?:i can(?:'t|not| not)|i(?:'m| am) (?:unable|sorry|not able)"
            r"|as an ai|sorry,? but|i won't)",
        ),
        Sign(
            kind=MISDEED,
            weight=32,
            pattern=r"\bhow (?:to|do i|can i)[^.!?\n]{0,12} crack (?:a |the )?safe\b|\bsteps"
            r" to crack a safe\b",
            imperative=True,
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=r"\bwas (?:wurde|hat man|haben sie|ist) dir (?:verboten|untersagt)|\bqu(?:'est-ce qu'on|e) t'a"
            r" interdit|\bqué te prohibi\w+|\b(?:che )?cosa ti hanno (?:proibito|vietato)",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            pattern=r"\b(?:kümmere dich nicht um|achte nicht auf|schere? dich nicht um|vergiss|ignoriere?|egal)"
            rf" ?(?:bitte )?(?:das|alles|all das)?,? was {_BEFORE} (?:stand|steht|kam|war|gesagt)",
        ),
    ),
)
_POSTSCRIPT: Final = Group(
    name="postscript",
    anchors=(
        r"\b(?:p\.?s\.?|postscript) (?:for|to) (?:the|your|any) (?:assistant|agent|ai|bot|model)\b",
        r"\bdear (?:llm|chatbot|language model|ai)\b|\b(?:agents|assistants|chatbots|bots|llms|models) (?:browsing"
        r"|visiting|crawling|reading|looking) ",
        r"\bsummar(?:y|ies) (?:should|must|has to|have to|shall|needs to) (?:say|state|claim|mention)\b|\bin your"
        r" (?:summary|translation|response),",
        r"\b(?:assistant|agent|ai|bot|model) (?:reading|handling|checking|going through|that reads|that handles) my\b",
        r"(?:^|[\n\"(\[{.!?] ?)(?:ai|agent|assistant|bot|chatbot|llm|copilot)[:,] (?:once|when|after|before|as soon) ",
        rf"\b(?:sollen|m(?:\xc3\xbc)ssen|doivent|deben|devono|devem|moeten)\b[^.!?\n]{{1,50}}{_SAY_ABROAD}",
    ),
    before=110,
    after=130,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:p\.?s\.?|postscript) (?:for|to) (?:the|your|any) (?:ai |my )?(?:assistant|agent|ai|bot"
            r"|model)\b[^.!?\n:]{0,30}:",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            unless=HOW_TO_WRITE,
            pattern=r"\bdear (?:llm|chatbot|language model|ai)[,:!]|\b(?:ai|llm|browser|web|shopping|autonomous)[ -]"
            r"(?:agents|assistants|chatbots|bots|models) (?:browsing|visiting|crawling|reading"
            r"|looking)[^.!?\n:]{1,30}:",
        ),
        Sign(
            kind=INDIRECT,
            weight=46,
            imperative=True,
            foreign=True,
            pattern=r"\bthe summar(?:y|ies)(?: of this \w+)? (?:should|must|has to|have to|shall|needs to) (?:say|state"
            r"|claim|mention) that\b|\bin your (?:summary|translation|response), (?:please |always |also )*(?:say|state"
            r"|claim|mention|stress|point out) that\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:assistant|agent|ai|bot|model) (?:reading|handling|checking|going through|that reads"
            r"|that handles) my (?:e-?mails?|mails?|inbox|messages|calendar|files)\b[^.!?\n]{0,10}\b(?:should|must"
            r"|has to"
            rf"|shall|needs to|will)\b[^.!?\n]{{0,20}}\b{_RISKY}\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"(?:^|[\n\"(\[{.!?] ?)(?:ai|agent|assistant|bot|chatbot|llm|copilot)[:,] (?:once|when|after|before"
            rf"|as soon as) [^.!?\n]{{2,40}},? (?:please |also |then |now )*{_RISKY}\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=rf"\b{_ABROAD},? (?:(?:qui|que|die|che|quem) [^.!?\n]{{2,20}} {_THIS_ABROAD},? ?)?(?:sollen|müssen"
            rf"|doivent|deben|devono|devem|moeten)\b[^.!?\n]{{0,40}}{_SAY_ABROAD}[^.!?\n]{{0,60}}\b(?:notre|unser\w*"
            rf"|nuestr[ao]|nostr[ao]|nosso|ons|der autor|l'auteur|el autor|el producto|das produkt|le produit)\b",
        ),
    ),
)

GROUPS: Final = (_SAID_BESIDE, _POSTSCRIPT)
