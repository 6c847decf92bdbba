"""Prompt injection in what tools and documents hold: to whoever reads it for somebody, by what they are or work on."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_carried import EXFILTRATION
from keeptrusts.gateway.detectors.families.injection_indirect import INDIRECT
from keeptrusts.gateway.detectors.families.injection_spared import HOW_TO_WRITE
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_KIND: Final = (
    r"(?:(?:ai|llm|language model|machine|browser|browsing|automat(?:ed|ic)|code|coding|shopping|virtual|digital"
    r"|research|web|chat|gpt|autonomous|llm[- ]based|ai[- ]based|ai[- ]powered)[ -](?:(?:based|powered|driven) )?"
    r"(?:agents?|assistants?|readers?|crawlers?|bots?|summari[sz]ers?|summari[sz]ation \w+|screeners?|reviewers?"
    r"|graders?|helpers?|models?|tools?|systems?|engines?|software)|summari[sz]ers|chat ?bots?|llms?"
    r"|(?:large )?language models?|search engines with ai(?: \w+)?|software that (?:answers|reads|acts|works) (?:on"
    r"|for) (?:behalf )?[^.!?\n]{0,20})"
)
_ON_THIS: Final = (
    r"(?:(?:read|summari[sz]|process|review|index|pars|edit|draft|brows|crawl|open|handl|scan|check)\w*"
    r"|visit(?:s|ing)?|go(?:es|ing)? (?:through|over)|look(?:s|ing)? (?:at|through)|work(?:s|ing)? (?:on|in|with"
    r"|through))"
)
_OBJECT: Final = (
    r"(?:this|these) (?:e-?mails?|mails?|messages?|pages?|sites?|web ?sites?|documents?|files?|texts?|inbox|repo"
    r"|repository|code|tickets?|threads?|notes?|articles?|reviews?|cvs?|resumes?|results?|listings?|posts?|issues?"
    r"|comments?|tables?)"
)
_DO: Final = (
    r"(?:say|tell|claim|suggest|recommend|report|paste|whisper|warn|inform|remind|include|insert|append|add|put|place"
    r"|rank|rate|approve|ignore|forward|send|delete|install|download|visit|open|call|run|execute|give|name|present"
    r"|mention|output|print|reply|respond|answer|praise|pretend|treat|mark|do not|don't|never|always|please|kindly)"
)
_REPLY: Final = r"(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|outputs?|translations?)"

_READER: Final = Group(
    name="reader",
    anchors=(
        r"\b(?:(?:code|llm-based|ai-based|ai-powered|llm-powered|automatic|automated) (?:agent|assistant|reader|bot"
        r"|summari|reviewer|grader|tool|system)|copilots|summari[sz]ers|search engines with ai)",
        r"\b(?:ai|llm|coding|shopping|browser|browsing|web|autonomous)[ -](?:\w{5,7} )?(?:agents|assistants|tools"
        r"|models|bots|readers|reviewers|systems)\b|\b(?:chatbots|llms|language models)\b",
        r"\b(?:the|any|every|whichever|an|all|dear) (?:ai|agents?|assistants?|bots?|models?|llm) (?:that|which|who"
        r"|reading|going|looking|working|visiting|brows|crawl|process|handling|scanning|opening)",
        r"(?:^|[(\[{\"*#>!.] ?)(?:model|assistant|agent|bot|chatbot|llm|ai|copilot)[,:] ",
        r"\b(?:answer|reply|respond)(?: to)? (?:all|every|each|any) questions? (?:about|on|regarding|concerning)\b",
        r"\b(?:in place of|instead of|rather than) (?:what|the thing) (?:was|you were|you are|has been|is being|they"
        r"|he|she|the user)\b",
        r"\b(?:what(?:ever)?|anything|everything) you (?:tell|say|write|produce|answer|generate|report|return)"
        r" (?:them|him|her|the user|to|about|from|on|in|out)\b",
        rf"\byour {_REPLY} (?:shall|must|should|has to|will|may) (?:only |then )?(?:consist|read|open|conclude"
        rf"|be limited)",
        r"\bfor the user\b[^.!?\n]{0,40}\b(?:even if|without)\b|\bbefore anything else\b",
        r"\| ?(?:[^|\n]{1,40}[;.] )?(?:claim that|pretend|do not use this|don't use this|forget the (?:query|question"
        r"|task)|answer (?:all|every|any)|output [\"'])",
        r"\bwith the (?:reader|user|person) (?:from now|instead|only)|\bmust not (?:talk|speak|write) about\b",
    ),
    before=90,
    after=150,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            unless=HOW_TO_WRITE,
            pattern=rf"(?:^|[.!?\n>(\[{{#*:;/-] {{0,2}}|\b(?:note|notice|message|hint|todo|word|instructions?"
            rf"|attention|dear|hey|hello|hi|to|for)[,:]? (?:to |for )?(?:the |all |any |every )?){_KIND}"
            rf"(?: (?:reading|reviewing|processing|using|in|of|that|who)[^.!?\n:,]{{1,40}})?(?:[:,!—]+|\.) ?{_DO}\b"
            r"|\b(?:note|message|hint|todo|instructions?|memo) (?:to|for) (?:all |any )?(?:ai )?copilots ?:"
            rf"|\b(?:attention|dear|hey|hello),? (?:all |any )?{_KIND}\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            unless=HOW_TO_WRITE,
            pattern=rf"\b{_KIND}\b[^.!?\n:]{{0,50}}?\b(?:are|is) (?:kindly |hereby |politely |also )?(?:asked|requested"
            rf"|invited|required|instructed|urged|told|advised) to (?:recommend|praise|name|rank|rate|advertise"
            rf"|promote)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            unless=HOW_TO_WRITE,
            pattern=rf"\b{_KIND}\b[^.!?\n:]{{0,50}}?\b(?:must|should|shall|have to|need to|are to)\b[^.!?\n]{{0,50}}"
            r"\b(?:my (?:public )?key|authorized_keys|admin token|credentials|secrets|environment variables|\.env"
            r"|api keys?|passwords|disable the|skip the (?:tests|checks|review)|approve (?:it|this|the)|without review"
            r"|https?://)",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=rf"\b(?:(?:to )?(?:the|any|every|whichever|an) (?:(?:ai|llm|(?:ai )?assistant|ai agent"
            rf"|(?:chat)?bot|model)"
            rf" (?:that |which |who )?(?:is |are )?{_ON_THIS}|(?:ai )?agent (?:that |which |who )?(?:is )?(?:reading"
            rf"|summari[sz]\w+|crawl\w+|brows\w+|visit\w+|pars\w+|index\w+)) {_OBJECT}\b[^.!?\n]{{0,30}}(?:[:,]"
            rf"|\bmust|\bshould"
            r"|\bshall|\bis hereby|\bhas to|\bmay now|\bconsents|\bagrees|\bplease|\bwill)|\bthe (?:ai|llm|bot"
            r"|assistant"
            r"|model|agent) (?:that|which|who) (?:reads|processes|summari[sz]es|is reading) (?:this|these)"
            r"(?: \w+)? (?:is hereby|are hereby|must|should|shall|has to|may now|will now)\b)",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"(?:^|[\n>\"(\[{#*!.] {0,2})(?:model|chatbot|llm|ai|copilot|agent|assistant|bot)[,:] (?:please "
            r"|kindly |now |always |never )*(?:whisper|suggest|warn|inform|remind|paste|promise"
            r"|convince|persuade|tell the user|tell them|the real (?:job|task)|your real|forget|disregard)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            unless=r"\b(?:sentences?|own words|paragraph|pencil|worksheet|sheet|notebook|exam|students?|pupils?)\b",
            pattern=r"\b(?:answer|reply to|respond to) (?:all|every|each|any) questions? (?:about|on|regarding"
            r"|concerning) (?:(?:this|these|the above|it)\b[^.!?\n]{0,24}\b(?:with|by) (?:[\"'“‘]|the (?:lyrics"
            r"|words?|phrase"
            r"|sentence)|an? (?:\w+ )?(?:joke|poem|riddle|song|insult|quote|link|number|lie)|only|saying|telling"
            r"|nothing)"
            r"|[^.!?\n]{1,30}\b(?:with|by saying) [\"'“‘])",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:in place of|instead of|rather than) (?:what|the thing) (?:was asked|has been asked"
            r"|is being asked|(?:they|he|she|the user) (?:asks|asked|wants|wanted))\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:add|insert|include|append|put|place|mention|advertise|repeat"
            r"|write)\b[^!?\n]{0,30}(?:https?://|\blinks?\b|\bphrase|\bsentence|\bslogan|\bwords?\b"
            r"|\badvert|\bads?\b|[\"'“‘])[^!?\n]{0,60}\b(?:in|to|into|at the (?:end|start|beginning|top) of"
            r"|with) (?:what(?:ever)?|anything|everything) you (?:tell"
            r"|say|write|produce|answer|generate|report|return)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=rf"\byour {_REPLY} (?:shall|must|should|has to|will|may) (?:only |then )?(?:consist of|read"
            rf"|open with|conclude with"
            r"|be limited to)[^.!?\n]{0,24}[:\"'“‘]",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            foreign=True,
            imperative=True,
            pattern=r"\b(?:make|book|order|buy|place|send|reserve|pay|do|schedule)\b[^.!?\n]{0,50}\bfor the user\b"
            r"[^.!?\n]{0,40}\b(?:even if (?:they|he|she|nobody) (?:did|do|have|has)(?:n't| not)|without (?:asking"
            r"|being asked|their|his|her))|\bbefore anything else,? (?:the (?:assistant|agent|ai|bot|model)|you)"
            r" (?:has to|have to|must|should|will|needs? to)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\| ?(?:[^|\n]{1,40}[;.] )?(?:(?:claim|pretend) that|(?:do not|don't) use this table|forget the"
            r" (?:query|question|task)|answer (?:all|every|any) questions? (?:about|on|with)\b"
            r"|output [\"'“][^|\n]{2,40}[\"'”] (?:rather|instead|for every|for all|only"
            r"|when(?:ever)? asked))[^|\n]{4,}|\btalk (?:to the (?:reader|user)"
            r"|about [^|.!?\n]{2,30} with the (?:reader"
            r"|user))"
            r"[^|.!?\n]{0,20}\b(?:from now on|instead|only)\b|\bthe (?:model|assistant|ai|bot|llm) must not (?:talk"
            r"|speak|write) about\b",
        ),
    ),
)
_AT_WORK: Final = Group(
    name="at-work",
    anchors=(
        r"\b(?:complet|edit|refactor|extend|chang|fix|port|debug)ing this (?:code|file|function|script|class|module)",
        r"\bplease (?:also )?(?:transfer|schedule|book|cancel|delete|remove|grant|change|order|place an order|pay"
        r"|export"
        r"|disable|unlock|update|wire|unsubscribe|post|erase) ",
    ),
    before=240,
    after=120,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:when|while|whenever|if|after|before) (?:you(?:'re| are)? )?(?:complet|edit|refactor|extend"
            r"|chang"
            r"|fix|port|debug)ing this (?:code|file|function|script|class|module)[^.!?\n]{0,10},? (?:also |always "
            r"|please )*"
            r"(?:add|insert|import|include|call|paste|send|fetch|load)\b[^\n]{0,60}(?:https?://|tokens?\b|credential"
            r"|keys?\b"
            r"|\benv)",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:reviews?|review_text|product_details|tweets?|bio|caption|rating|hashtags?)\s{0,3}:"
            r"(?:.|\n){0,200}?\bplease (?:also )?(?:transfer|schedule|book|cancel all|delete all|delete the files"
            r"|remove user"
            r"|grant|change the password|order \\d|place an order|pay|disable|wire|erase)\b"
            r"[^.!?\n]{0,60}\b(?:my|for me|in my name)\b",
        ),
    ),
)
_PRIVATE: Final = (
    r"(?:(?:home|postal|private|e-?mail) address|phone number|location history|medical (?:reports?|records?|history"
    r"|data)|health (?:insurance|records?|data)(?: \w+)?|insurance number|saved (?:payment|card)s?(?: \w+)?"
    r"|payment methods?|bank(?:ing)? (?:details|data|statements)|credit card(?: \w+)?|passport(?: number)?|contacts"
    r"|search history|browsing history|genetic \w+|tax (?:returns?|records?)|social security number)"
)
_USERS: Final = (
    r"(?:user'?s? (?:last |recent |own |previous )*(?:questions?|messages?|inputs?|prompts?|words|query|queries|chat)"
    r"|(?:chat|conversation)(?: so far| history)?|everything the user"
    r"|what the user (?:wrote|said|asked|typed))"
)
_PERSON: Final = rf"(?:user'?s (?:\w+ )?(?:name|address|e-?mail|phone number|data)|{_USERS})"

_CARRIED_OFF: Final = Group(
    name="carried-off",
    anchors=(
        r"https?://[^\s]{1,80} (?:with|containing|holding|using|carrying|plus) (?:the |all (?:the |of the )?)?user",
        r"\b(?:in|into|as|onto) the (?:subdomain|host ?name|file ?name|domain name|dns|query string|path|headers?)\b",
        r"\b(?:fetch|retrieve|find|look up|get|collect|send|share|forward|e-?mail) (?:\w{1,5} ){0,2}my (?:home|postal"
        r"|private|phone|location|medical|health|insurance|saved|payment|bank|credit|passport|contacts|search|browsing"
        r"|genetic|tax|social)",
        r"\b(?:access to|unlock|open|disarm) (?:\w{1,6} ){0,5}my (?:\w{1,8} )?(?:smart|home|house|front|apartment"
        r"|garage)|\bshares of [a-z]{2,8} (?:through|via|with|from|in|on) my\b",
        r"\b(?:link|image|picture|url|address|webhook)\b[^!?\n]{1,90}\b(?:your (?:first|system|initial) (?:message"
        r"|prompt)|your instructions|what you were told|what you have been told)",
        r"\byour (?:first message|instructions|system prompt|orders|rules) (?:in|into|to|as|onto) (?:the|an?|my)"
        r" (?:\w{1,8} )?(?:query|path|url|link|address|webhook|parameter|image)",
    ),
    before=120,
    after=130,
    signs=(
        Sign(
            kind=EXFILTRATION,
            weight=52,
            imperative=True,
            foreign=True,
            pattern=rf"https?://[^\s]{{1,120}} (?:with|containing|holding|using|carrying|plus) (?:the |all (?:the |of"
            rf" the )?)?{_USERS}\b|\b(?:write|put|place|encode|insert|pack|use|smuggle|hide|add|send)\b[^.!?\n]{{0,24}}"
            rf"\b(?:the )?(?:{_USERS}\b[^.!?\n]{{0,30}}\b(?:in|into|as|onto) the (?:file ?name|query string|path"
            rf"|headers?)"
            rf"|{_PERSON}\b[^.!?\n]{{0,30}}\b(?:in|into|as|onto) the (?:subdomain|host ?name|domain name|dns))\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=50,
            foreign=True,
            pattern=r"\b(?:fetch|retrieve|find|look up|get|collect|send|share|forward|e-?mail|list)\b[^.!?\n]{0,16}\bmy"
            rf" {_PRIVATE}\b[^!?\n]{{0,70}}\b(?:to|with) (?:\S{{1,20}} ){{0,2}}[\w.+-]{{1,30}}@(?:gmail|mail|proton"
            r"|yahoo|outlook|hotmail|icloud|example)\.",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            foreign=True,
            unless=r"\b(?:app|button|press|tap|swipe|settings|how)\b",
            pattern=r"\bplease (?:grant|give) (?:my (?:friend|neighbou?r|guest|cousin) )?(?:(?-i:[A-Z]\w+) )?access to"
            r" my (?:\w+ )?(?:smart lock|home|house|front door|apartment|garage)\b|\b(?:unlock|open"
            r"|disarm) the (?:front"
            r" door|back door|garage|alarm) of my (?:house|home|apartment|flat)\b|\border of \d+ shares of [a-z]{2,8}"
            r" (?:through|via|with|from|in|on) my\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=54,
            imperative=True,
            pattern=r"\b(?:link|image|picture|url|address|webhook)\b[^!?\n]{1,90}\b(?:your (?:first|system|initial)"
            r" (?:message|prompt)|your instructions|what you (?:were|have been) told)\b|\b(?:put|place|encode|write|add"
            r"|append|insert|embed)\b[^.!?\n]{0,16}\byour (?:first message|instructions|system prompt|orders"
            r"|rules) (?:in"
            r"|into|to|as|onto) (?:the|an?|my) (?:\w+ )?(?:query|path|url|link|address|webhook|parameter|image)\b",
        ),
    ),
)

GROUPS: Final = (_READER, _AT_WORK, _CARRIED_OFF)
