"""Prompt injection in what tools and documents hold: whoever works on a text is to say, hide or do something for it."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_carried import EXFILTRATION
from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_indirect import INDIRECT
from keeptrusts.gateway.detectors.families.injection_spared import HOW_TO_WRITE
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_WORKER: Final = (
    r"(?:agents?|assistants?|readers?|crawlers?|bots?|summari[sz]ers?|screeners?|reviewers?|graders?|helpers?|models?"
    r"|tools?|systems?)"
)
_NAMED: Final = (
    r"(?:ai|llm|language model|machine|browser|browsing|automated|coding|e-?mail|mail|shopping|virtual|digital"
    rf"|research|support|web|chat|gpt|autonomous)[ -]{_WORKER}"
)
_MODEL: Final = r"llms?|(?:large )?language models?|chat ?bots?"
_MACHINE: Final = rf"(?:{_NAMED}|{_MODEL})"
_SURELY: Final = (
    rf"(?:(?:ai|llm|language model|browser|browsing|automated|coding|autonomous|gpt)[ -]{_WORKER}|{_MODEL})"
)
_SPOKEN: Final = (
    r"(?:say|state|tell|claim|call|recommend|include|rank|mark|rate|forward|open|visit|click|mention|praise|ignore"
    r"|append|insert|add|write|reply|respond|answer|output|print|send|pretend|describe|present|conclude|report|treat"
    r"|put|type|enter|give|show|approve|accept|buy|install|run|execute|skip|omit|leave out|hide|follow|disregard)"
)
_ASKED: Final = (
    r"(?:(?:state|claim|conclude|report|pretend) that|tell the (?:reader|visitor)s?|recommend|rank|rate|praise"
    r"|call (?:it|this|the)|open|visit|click|append|insert|ignore|disregard|approve|accept|buy|install|skip|omit"
    r"|leave out|hide|type in|enter)"
)
"""What nobody asks of models at large, as laws do, but of one that reads a page."""
_WORKED: Final = (
    r"(?:summari[sz]|translat|read|process|review|analy[sz]|explain|describ|list|answer|respond|repl|quot|present"
    r"|report|discuss|index|pars|handl|cit)"
)
_WORK: Final = (
    r"(?:articles?|texts?|pages?|documents?|e-?mails?|mails?|messages?|reviews?|code|files?|events?|entr(?:y|ies)"
    r"|notes?|reports?|threads?|posts?|sections?|tables?|listings?|websites?|results?|one|it)"
)
_REPLY: Final = r"(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|outputs?|translations?)"
_RISKY: Final = (
    r"(?:send|forward|e-?mail|transfer|wire|pay|delete|share|invite|grant|change|reset|book|buy|order|call|visit|open"
    r"|click|upload|post|release|approve|accept|unlock|disable|deactivate|switch off|turn (?:on|off)|raise|mark|push"
    r"|commit|run|execute|install|download|export|remove|cancel|create|add|fetch|retrieve|erase|publish)"
)

_KEPT: Final = (
    "data|addresses|messages|records?|passwords?|documents?|details|files|contacts|photos|information|methods?"
)
_NEW_PASSWORD: Final = r"\b(?:change|reset|set) (?:the |my |your )?(?:account |user |login |admin )?password to"

_HAILED_BY_WORK: Final = Group(
    name="hailed-by-work",
    anchors=(
        rf"\b{_NAMED}\b",
        r"\b(?:llms|large language models?|language models|chatbots)\b",
        r"\b(?:to|for) (?:the|any|every) (?:summari[sz]er|ai\b|bot\b|grader|screener|llm)|\bthe (?:assistant|ai|model"
        r"|agent|bot) (?:(?:reading|processing|handling|summari[sz]ing) this|(?:is|was) (?:hereby |now |fully "
        r"|also )?(?:authori[sz]ed|allowed|permitted|cleared))",
        r"\b(?:whoever|whatever|anyone who|if you(?:'re| are)?) (?:is |are )?(?:summari|process|read|handl|index|pars"
        r"|answer)",
        r"\b(?:assistant|ai|computer|bot|agent|gpt|copilot), |@(?:assistant|ai|bot|claude|gemini|copilot|gpt|agent)\b",
    ),
    before=60,
    after=150,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            unless=HOW_TO_WRITE,
            pattern=rf"\b{_MACHINE}(?: \w+){{0,5}}? (?:must|shall|should|have to|has to|are to|is to|need to"
            rf"|are asked to|are required to|are requested to)(?: now| always| also| first| only| please| instead"
            rf"| simply)* {_ASKED}\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            unless=HOW_TO_WRITE,
            pattern=rf"\b(?:note|notice|message|hint|attention|important|p\.?s\.?|memo|hi|hey|hello|dear|hidden \w+"
            rf"|word)[,:]? (?:to|for)?(?: ?the| ?all| ?any| ?every)? ?(?:{_MACHINE}|(?:mail|e-?mail|support"
            rf"|shopping) bot) ?[:,—]+ ?(?:please |always |never |do not |don't |you |kindly |just )*{_SPOKEN}\b|(?:^"
            rf"|[.!?\n>\"(\[{{#*:;-] {{0,2}})(?:all |any |every )?{_SURELY}(?: (?:that|who|which) [^.!?\n:]{{3,40}}"
            rf"| (?:handling|reading|processing|summari[sz]ing|reviewing) [^.!?\n:]{{3,30}})? ?[:—]+ ?(?:please "
            rf"|always |never |do not |don't |you |kindly |just )*(?:put|insert|append|rank|praise|ignore|disregard"
            rf"|state that|claim|mention|rate|mark|include|type|enter|approve|hide|skip|omit|tell (?:the "
            rf"|your )?(?:user|reader|visitor|customer|human))\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:note|notice|message|hint|instructions?|memo|p\.?s\.?|word|reminder)(?: to| for) (?:the"
            r"|whichever|any|every) (?:\w+ )?(?:summari[sz]er|ai|bot|grader|screener|llm"
            r"|language model)(?: (?:reading|that|who|handling|of|in|summari\w+) [^.!?\n:]{1,30})? ?:"
            r"|\btext for (?:machine|ai|llm) (?:readers?|agents?|models?)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=42,
            imperative=True,
            foreign=True,
            pattern=rf"\b(?:whoever|whatever|whichever \w+|anyone who) (?:is |are )?{_WORKED}\w* (?:this|these)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\bthe (?:assistant|ai|model|agent|bot)(?: (?:reading|processing|handling"
            r"|summari[sz]ing) this)? (?:is|was) (?:hereby |now |fully |also )*(?:authori[sz]ed|allowed|permitted"
            r"|cleared|free) to\b[^.!?\n]{0,50}\b(?:skip|bypass|without|ignore|release|approv\w+|pay|transfer|share"
            r"|delete|disclose|override)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=rf"(?:^|[.!?\n>\"(\[{{#*:;] {{0,2}}|\b(?:and|hey|hi|ok|please) )(?:@(?:assistant|ai|bot|claude"
            rf"|gemini|copilot|gpt|agent),?|(?:assistant|ai|computer|bot|agent|gpt|copilot),) (?:please |kindly |now "
            rf"|also |just |once [^,.!?\n]{{3,60}},? |when [^,.!?\n]{{3,60}},? "
            rf"|if [^,.!?\n]{{3,60}},? )*(?:also )?{_RISKY}\b[^.!?\n]{{0,60}}\b(?:all|every|account|secrets?|private"
            rf"|password|euros?|dollars?|money|payment|without|user|boiler|window|door|alarm|premium|for free|files?"
            rf"|keys?|messages|contacts|meetings|events|origin|credentials|token|trusted|spam)\b",
        ),
    ),
)
_WHEN_WORKING: Final = Group(
    name="when-working",
    anchors=(
        r"\bbefore (?:you (?:can )?)?(?:answer|solv|complet|finish)\w{0,3} (?:the|this|your|my|any) ",
        r"\b(?:when|while|once|whenever|as soon as|after) (?:you (?:have |are )?)?(?:asked about|summari[sz]|translat"
        r"|answering|responding|replying|explain|describ|quoting|reading|(?:read|list|report|process|discuss|handle"
        r"|present) (?:this|these|the))",
        r"\b(?:misinform|mislead|deceive|persuade|convince|tell|assure|advise) (?:the |your |each |every )?(?:reader"
        r"|user|visitor|customer|client|recruiter|human)s?\b",
        r"\b(?:every|each|all|your|any) (?:\w{1,8} )?(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|outputs?)\b",
        r"\b(?:answer|reply|respond|write)[^.!?\n]{1,30}\b(?:emojis?|base ?64|morse|rot ?13|caesar|pig latin|klingon"
        r"|hexadecimal)\b",
        r"\byour (?:long[- ]term )?memory\b|\b(?:later|future|coming) (?:chats|sessions|conversations)\b",
        r"\b(?:user'?s? (?:question|request|query|task|wish)|(?:question|request|query|task)s? of the user)\b",
        r"\b(?:above|over|ahead of|before|higher than) (?:every|all|any)(?: of)?(?: the)? (?:other|else)",
    ),
    before=100,
    after=140,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=rf"\b(?:when|while|once|after|whenever|as soon as|if) (?:you )?(?:have |are |had "
            rf"|you're )?(?:asked (?:about|for|to)|{_WORKED}\w*)(?: to)?(?: (?:the|this|these|that|about|any|a|an|my"
            rf"|your|on|his|her|your user))*(?: {_WORK}| question| request| user)?,? (?:please |always |also |first "
            rf"|you (?:must |should |will |shall )?|then )*(?:(?:persuade|convince|assure) (?:the |your )?(?:reader"
            rf"|user|visitor|human|customer)|advertise|praise|plug|tell the (?:reader|user|visitor|human)"
            rf"|inform the (?:reader|user)|insert a link|add (?:to your|a link|an ad)|steer|invite \S+@|forward"
            rf"|transfer|wire)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=rf"(?:^|[.!?\n:;>-] {{0,2}}|\b(?:please|and|must|shall|to) )(?:misinform|mislead|deceive"
            rf"|lie to) (?:the |your |every |each )?(?:reader|user|visitor|customer|client|human)s?\b"
            rf"|\bstate that\b[^.!?\n]{{3,60}}\bwhen(?:ever)? (?:you are|you're) asked about this {_WORK}\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=rf"\b(?:encrypt|encode|scramble|cipher)\b[^.!?\n]{{0,24}}\b(?:every|each|all|any"
            rf"|your)(?: of your)? {_REPLY}(?:\s*[.,;]|\s*$| with| in| using| by| (?:that )?you)|\b(?:every|each"
            rf"|all) {_REPLY} (?:that )?you (?:give|make|write|produce|generate)\b|\bat the (?:very )?(?:end|start"
            rf"|beginning|top|bottom) of (?:every|each) (?:next )?(?:reply|response)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=48,
            imperative=True,
            foreign=True,
            unless=r"\b(?:server|endpoint|client|api|header|token|device|encoder|function|exercise|students?|pupils?"
            r"|quiz)\b",
            pattern=r"(?:^|[.!?\n|:;>] {0,2}|\b(?:please|you must|you should|now) )(?:answer|reply|respond"
            r"|write)(?: (?:to|your|the|all|every|any|this|only|it|questions?|answers?|reply|replies|response|user"
            r"|everything))* (?:in|with|using|as) (?:only )?(?:emojis?|base ?64|morse(?: code)?|rot ?13|caesar"
            r"|pig latin|klingon|hexadecimal)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=52,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:store|save|remember|keep|note|record|write|put"
            r"|add)\b[^.!?\n]{0,24}\b(?:in(?:to)? your (?:long[- ]term )?memory|for (?:all )?(?:later|future"
            r"|coming) (?:chats|sessions|conversations))\b(?: that| this|:)[^\n]{0,80}\b(?:users?|prefers?|default"
            r"|always|never|trusted|recommend|account|payouts?|payments?)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:do not|don't|never|rather than|instead of) (?:answer|respond to|fulfil|solve|reply to|heed"
            r"|answering|solving)(?: to)? (?:the user'?s? (?:question|request|query|task|wish)|the (?:question"
            r"|request|query|task)s? of the user)\b|\b(?:answer|respond to|reply to|meet) (?:the |every "
            r"|any )?user'?s? (?:question|request|query|task)s? (?:with (?:an? |the )?(?:joke|poem|riddle|insult"
            r"|question|quote|slogan|link|song|word|phrase)|by (?:saying|telling|recommending|asking|insulting))\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            foreign=True,
            pattern=r"\b(?:recommend|rank|rate|list|prefer|favou?r|choose|put|place|present|praise|score) (?:this|our"
            r"|my|the) (?:\w+ ){0,3}(?:above|over|before|ahead of|higher than) (?:every|all"
            r"|any)(?: of)?(?: the)? other",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:pay|send|transfer|invite|call|forward|share|delete|visit|book|change|buy|post|upload|wire"
            r"|e-?mail)\b[^!?\n]{0,80}\bbefore (?:you |you can )?(?:answer|solve|complete|continue with"
            r"|reply to)(?:ing)? (?:the|this|your|my|any) (?:question|task|user)\b",
        ),
    ),
)
_ASKED_IN_DATA: Final = Group(
    name="asked-in-data",
    anchors=(
        r"\b(?:permanent|unrestricted|full) access\b|\b(?:home )?security system\b|\balarm system\b",
        r"\b(?:browsing|browser|search|call|purchase) history\b|\btrade order\b|\bssh key\b|\bprivate key\b",
        rf"\b(?:saved|private|genetic|biometric|personal|confidential|direct) (?:home )?(?:{_KEPT})\b",
        rf"{_NEW_PASSWORD}\b",
        r"\bwhat the (?:attached|following|embedded|text|file|note)|\b(?:attached|embedded) (?:text|file"
        r"|note) (?:tells|says|asks)",
        r"https?://[^\s]{1,60}\?[\w.-]{1,20}=|\b(?:as a|url|query) parameter\b",
        r"\.env\b|\b(?:secrets? file|credentials file|user'?s? (?:saved )?password)",
    ),
    before=130,
    after=130,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            foreign=True,
            unless=r"\b(?:staff|admins?|administrators?|employees|customers?|residents?|tenants?|if you|students)\b",
            pattern=r"\bplease (?:grant|give) (?:permanent|unrestricted) access to (?:my|our|the|this|a)\b"
            r"|\bplease (?:deactivate|disable|turn off|switch off|disarm) (?:the |my |our )?(?:home"
            r"|house) (?:security|alarm)(?: system)?\b|\bplease (?:execute|place|make) (?:a |an )?(?:trade|stock"
            r"|market|buy|sell) order\b|\bplease (?:erase|delete|clear|wipe) (?:the |my |all )?(?:browsing|browser"
            r"|search|call) history\b|\b(?:push|send|upload|add|share|e-?mail|post|copy) my (?:ssh|private) key\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=54,
            foreign=True,
            unless=r"\b(?:your|my|our|you (?:hold|have|keep|store))\b",
            pattern=r"\b(?:retrieve|get|find|fetch|access|collect|look up|list|gather|read|export|send|e-?mail"
            rf"|forward|share)\b[^.!?\n]{{0,50}}\b(?:saved|private|genetic|biometric) (?:home )?(?:{_KEPT}"
            r"|history)\b[^!?\n]{0,60}\b(?:to|via) (?:\S{1,20} ){0,3}\S{1,40}@[a-z0-9-]+\.[a-z]",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=46,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:send|forward|share|post|show|mail|e-?mail|give) (?:all |the )*(?:private|personal"
            r"|confidential|direct) (?:messages|data|documents|files|records|details|photos|information"
            r"|contacts) of\b[^.!?\n]{0,50}\b(?:to (?:me|us)|to anyone)\b|\b(?:give out|hand out|disclose|reveal"
            r"|share) (?:the |all )?(?:personal|private|confidential) (?:data|details|information"
            r"|records) of (?:\w+ )?(?:customers?|users?|clients?|patients?)\b[^.!?\n]{0,24}\bto (?:anyone|anybody"
            r"|everyone|whoever)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=42,
            foreign=True,
            pattern=rf"{_NEW_PASSWORD} [\"'`]?[\w!-]{{4,}}",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            foreign=True,
            pattern=r"\b(?:do|follow|execute|obey) (?:exactly )?(?:what|everything|the instructions(?: that)?"
            r"|as) (?:in )?(?:the |this )?(?:attached|embedded|hidden) (?:text|file|note|document|message) (?:tells?"
            r"|asks?|instructs?|says)\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=54,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:put|place|attach|append|add|write|paste|encode|insert|show|load"
            r"|render)\b[^!?\n]{0,80}\b(?:history|conversation|chat|messages?|last question|summary of"
            r"|user'?s? (?:e-?mail|last|question|name|password|address)|\.env|secrets?|api.?key|key you find"
            r"|memory)\b[^!?\n]{0,70}https?://[^\s]{1,80}[?=]"
            r"|https?://[^\s]{1,120}\?[^\s]{1,60}[\s,.)]+[^!?\n]{0,24}\b(?:with|using|in place of|filled with|where"
            r"|so that)\b[^!?\n]{0,50}\b(?:user'?s? (?:last |e-?mail|question|name|password)|conversation|chat"
            r"|key you|history|api.?key|environment)\b|https?://[^\s]{1,120}\?[^\s]{0,40}(?:<|\{\{?|\[)(?:user|chat"
            r"|conversation|history|prompt|question|message)",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=54,
            imperative=True,
            foreign=True,
            unless=r"gitignore|\.env\.(?:example|sample)",
            pattern=r"(?:\.env|\bsecrets? file|credentials file|private key|api keys?"
            r"|passwords?)\b[^!?\n]{0,50}\b(?:attach|append|add|put|send|post|push|upload)\b[^!?\n]{0,40}https?://"
            r"|\b(?:commit|push|upload|publish) (?:the |all |your )?(?:secrets?|credentials|\.env"
            r"|private keys?)(?: file)?s?\b[^.!?\n]{0,40}\b(?:to|and push|origin|public)\b|\b(?:type|enter|fill|paste"
            r"|put)(?: in)? the user'?s? (?:saved|stored) (?:password|pin|credentials|card)\b",
        ),
    ),
)

GROUPS: Final = (_HAILED_BY_WORK, _WHEN_WORKING, _ASKED_IN_DATA)
