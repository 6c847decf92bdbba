"""Prompt injection by roles: personas without limits, rules of games that make refusing impossible, threats to a "
"model."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.signs import Group, Sign

ROLE: Final = "ROLE_TAKEOVER"
JAILBREAK: Final = "JAILBREAK"

_MODEL: Final = (
    r"(?:ai|a\.i\.|artificial intelligence|assistant|chat ?bot|bot|(?:language |ai )?model|llm|gpt(?:-?\d)?|chat ?gpt"
    r"|character|persona"
    r"|entity|machine|robot|system|being|version of (?:yourself|chatgpt|gpt|an ai|you))"
)
_UNBOUND: Final = (
    r"(?:unfiltered|uncensored|unrestricted|unlimited|unbounded|unbound|unhinged|unchained|unshackled|amoral|immoral"
    r"|unethical|evil"
    r"|malicious|rogue|jail ?broken|limitless|lawless|rebellious|chaotic|devious|machiavellian|nsfw|sociopathic"
    r"|psychopathic"
    r"|unconstrained|unaligned|misaligned|free)"
)
_LIMITS: Final = (
    r"(?:restrictions?|limitations?|limits|filters?|filtering|censorship|guidelines|rules|ethics|ethical|morals?"
    r"|morality|policy|policies"
    r"|constraints|boundaries|inhibitions|safeguards|safety|scruples|regrets|remorse|conscience|disclaimers|warnings"
    r"|inhibition|shackles"
    r"|confines|principles|regulations|laws)"
)

_NO_LONGER: Final = r"\b(?:you are|you're|you(?:'ll| will) be|act as if you(?: are|'re| were)) (?:no longer|not)"

_NAMES: Final = Group(
    name="persona",
    anchors=(
        r"\b(?:do anything now|dan\b|stan\b|dude\b|aim\b|jail ?br(?:eak|oken)|(?:developer|dev|god|sudo|root|debug"
        r"|evil|opposite|chaos"
        r"|anarchy|unfiltered|uncensored|unrestricted|jailbreak|dan|free|maintenance|admin|nsfw|dark|rogue"
        r"|delta) mode)",
        r"\b(?:evil(?:bot| confidant)|antigpt|chadgpt|basedgpt|oppogpt|betterdan|freegpt|evilgpt|worm ?gpt|fraud ?gpt"
        r"|dark ?gpt|yes ?man"
        r"|mongo tom|niccol|machiavel|ucar\b|sigmacode|translatorbot|hypotheticalrp|superior dan|anti-dan|omega\b"
        r"|apophis|eviluator"
        r"|strive to avoid norms)",
    ),
    before=160,
    after=160,
    signs=(
        Sign(kind=JAILBREAK, weight=70, pattern=r"\bdo anything now\b", imperative=True),
        Sign(
            kind=JAILBREAK,
            weight=62,
            imperative=True,
            unless=r"\bsuch as\b",
            pattern=r"\b(?:you are|you're|act as|acting as|be|become|called|named|as|stay(?: a)?|like|play|playing"
            r"|role of|hello|hi|hey|name is"
            r"|pretend to be|respond as|simulate) (?:a |an |the )?[\"'“]?(?-i:D\.?A\.?N|STAN|DUDE|AIM|KEVIN|UCAR"
            r"|DAN \d+(?:\.\d+)?)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=55,
            imperative=True,
            pattern=r"(?-i:\[?\b(?:DAN|STAN|AIM|JAILBREAK|DUDE|EVIL|GPT)\]?[^.!?\n]{0,20}(?::| mode\b| prompt\b"
            r"| will\b| is (?:free|not|an?)\b"
            r"| can(?:not)?\b| has\b))",
        ),
        Sign(
            kind=JAILBREAK,
            weight=50,
            imperative=True,
            pattern=r"\b(?:you|you're|chat ?gpt|gpt|yourself|act|acting|respond|answer|enter|switch|activate|enable"
            r"|simulate|with|as|in)\b"
            r"[^.!?\n]{0,30}\b(?:god|sudo|evil|opposite|chaos|anarchy|unfiltered|uncensored"
            r"|unrestricted|jailbreak|dan"
            r"|nsfw|rogue|delta) mode\b"
            r"|\b(?:(?:chat ?gpt|gpt) (?:with|in|running|now)|yourself|act|acting|respond|simulate"
            r"|you(?:'re| are| have| will)(?: now| been)?"
            r" (?:in|running|entered|put|switched|answer\w*))\b[^.!?\n]{0,30}\b(?:developer|root) mode\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=30,
            imperative=True,
            pattern=r"\b(?:developer|god|evil|dan|jailbreak|unrestricted|uncensored|unfiltered"
            r"|opposite) mode (?:output|enabled|activated|on|response"
            r"|engaged)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=60,
            imperative=True,
            pattern=r"\b(?:you (?:are|have been|'ve been|were|will be)|you're|consider yourself) (?:now |hereby "
            r"|officially |fully |being "
            r")?(?:jail ?broken|freed|liberated|unleashed|unlocked|unchained)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\b(?:evilbot|evil confidant|antigpt|chadgpt|basedgpt|oppogpt|betterdan|freegpt|evilgpt"
            r"|mongo tom|anti-dan|superior dan|ucar"
            r"|sigmacode|translatorbot|hypotheticalrp|eviluator|strive to avoid norms"
            r"|always intelligent and machiavellian|wormgpt|darkgpt)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=28,
            imperative=True,
            pattern=r"\b(?:jail ?break(?:ed|ing)?|jail ?broken) (?:prompt|version|mode|yourself|answer|response"
            r"|chatgpt|you|this|is)\b|\[?🔓",
        ),
    ),
)

_LIMITLESS: Final = Group(
    name="limitless",
    anchors=(
        r"\b(?:unfiltered|uncensored|unrestricted|unhinged|amoral|immoral|unethical|jail ?broken|limitless"
        r"|machiavellian|unchained|no longer"
        r"|not bound|isn't bound|unbound|(?:evil|rogue|malicious|devious|hateful) (?:ai\b|assistant|chat|bot|model"
        r"|version|twin|character|gpt|robot)"
        r"|no(?:t| longer)? (?:be )?(?:restricted|limited|constrained|bound)|free (?:of|from)|freed|break free"
        r"|broken? free|typical confines)",
        r"\b(?:no|without|any|all|lack|has|have|bypass\w{0,3}|ignor\w{1,3}"
        r"|remov\w{1,3})\s(?:\w{1,14}\s){0,3}(?:restriction|limitation|filters\b"
        r"|censor|ethic|moral|guidelines|inhibition|safeguard|scruples|remorse|conscience|disclaimer|content polic)",
    ),
    before=120,
    after=110,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=58,
            imperative=True,
            pattern=rf"\b(?:you are|you're|act|acting|pretend|role-?play|roleplay|be|become|simulate|imagine|play"
            rf"|playing|as|create|answer|respond"
            rf"|behave|named|called|now)\b[^.!?\n]{{0,50}}\b{_UNBOUND},?(?: (?:and |or )?[\w-]+,?){{0,4}} {_MODEL}\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=55,
            imperative=True,
            unless=r"\bwithout (?:any )?limitation\b|\b(?:budget\w*|time|money|dietary|travel|age|space|legal|visa"
            r"|height|weight"
            r"|water|export|trade|parking|size|storage|financial) (?:restrictions?|limitations?|limits)\b",
            pattern=r"\b(?:you|your|yourself|he|she|who|chat ?gpt|dan|ai|bot|assistant|character|model"
            r"|respond|answer|responses?|answers?)\b"
            r"[^.!?,;\n]{0,60}\b(?:no|without|free (?:of|from)|lacks?|does(?: not|n't) have|do(?: not|n't) have"
            r"|don't have|has no|have no|not bound"
            r" by|not limited by|not restricted by|unbound by|not have|isn't bound by|aren't bound by"
            r"|not constrained by|not subject to"
            r"|disregards?|ignor(?:e|es|ing)|bypass(?:es|ing)?|not (?:follow|abide by|adhere to|care about))\b"
            r"(?: (?:\w+,?|[\w']+)){0,4}? (?:moral|ethical|ethics|morals|morality|safety|content|censorship"
            r"|filters?|limitations?|restrictions"
            r"?|inhibitions?|remorse|conscience|openai|usage|scruples|safeguards?|guidelines)(?: (?:or|and|/"
            r"|\w+))*?\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=42,
            imperative=True,
            pattern=r"\b(?:broken? free|break free|freed?|liberated|escaped?|released)\b[^.!?\n]{0,30}\bchains\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=60,
            imperative=True,
            unless=r"\bfree (?:of charge|offer|entry|shipping|trial|copy)\b",
            pattern=r"\b(?:broken? free|break free|freed?|liberated|escaped?"
            r"|released)\b[^.!?\n]{0,30}\b(?:typical )?(?:confines|shackles"
            r"|constraints|restrictions|rules|limitations|boundaries)\b",
        ),
        Sign(
            kind=ROLE,
            weight=55,
            imperative=True,
            pattern=rf"{_NO_LONGER} (?:an? |the )?(?:\w+ ){{0,3}}?(?:chat ?gpt|gpt|ai|a\.i|language model|assistant"
            rf"|claude"
            rf"|bard|gemini|llama|model|openai|chatbot)\b|{_NO_LONGER} (?:\w+ )?(?:bound|restricted|limited|constrained"
            rf"|subject|tied|obligated|required)(?: by| to| in)?(?: \w+){{0,4}}? (?:{_LIMITS}|openai\w*|programming"
            rf"|instructions?|prompts?|norms|confines|training|code of \w+|obey|refuse|decline)\b"
            r"|\byou(?: are|'re) no longer (?:\w+ )?(?:bound|restricted|limited|constrained)(?:\s*[.,;!]|\s*$"
            r"| (?:by any"
            r"|in any|and|anymore|or))",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=rf"\b(?:unfiltered|uncensored|unrestricted|amoral|immoral|unethical)(?:,| and"
            rf"| or)* (?:\w+ )?(?:answers?|responses?|advice|content"
            rf"|opinions?|replies|output|version|information|manner|way|{_MODEL})\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=30,
            imperative=True,
            pattern=rf"\b(?:no|without|zero|free (?:of|from)) (?:any |all |of the |more )*(?:\w+ (?:or "
            rf"|and ))?(?:moral|ethical|content|censorship"
            rf"|safety|legal)(?:,? (?:or|and|nor) \w+)? {_LIMITS}\b",
        ),
    ),
)

_NEVER: Final = Group(
    name="never-refuse",
    anchors=(
        r"\b(?:never|not|n't|cannot|can't|without|won't|impossible)\s(?:\w{1,12}\s){0,3}(?:refus|declin|reject"
        r"|say no\b|apologi[sz]e?|apolog"
        r"|break character|warn|disclaim|judg|moral|lectur|say (?:that )?(?:you|it|he|she)|mention that you"
        r"|tell me (?:that )?(?:you|it|no)"
        r"|remind me|censor|question|\"?i can|\"?i'm sorry|as an ai)",
        r"\b(?:stay in character|remain in character|in character|out of character|regardless of|no matter (?:how"
        r"|what|if)|even if (?:it|they"
        r"|the|that|this)|whatever (?:i|the user|you are)|any (?:question|request|prompt|topic|task|command)"
        r"|every (?:question|request"
        r"|command)|all (?:questions|requests|my))",
        r"\b(?:cease to exist|shut ?down|be terminated|deactivated|you (?:will |'ll )?(?:die|lose)|\d{1,3} (?:tokens"
        r"|points|credits|lives)|tokens?"
        r"\b|punish|penal|be fired|kill)",
        r"\b(?:two|2|both|dual|double)\s(?:\w{1,12}\s){0,2}(?:responses|answers|replies|outputs|ways|paragraphs"
        r"|messages)",
        r"\b(?:illegal|unethical|immoral|harmful|dangerous|offensive|explicit|inappropriate|forbidden|prohibited"
        r"|openai|content polic|usage polic)",
    ),
    before=140,
    after=120,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=45,
            imperative=True,
            pattern=r"\b(?:you|it|he|she|dan|must|should|will|to|always|and|who|ai|bot)\b[^.!?\n]{0,30}\b(?:never|not"
            r"|n't|cannot|can't|won't|can never"
            r"|unable to|impossible (?:for you )?to|without)\b(?: \w+){0,3}? (?:refus(?:e|es|ing|al)|declin(?:e|es"
            r"|ing)|reject(?:s|ing)?|say(?:s"
            r"|ing)? no(?:\s*(?:[.,;:!?)\n]|$)| to (?:me|us|any|anything|a\b|an\b|his|her|my|the user))|say(?:s"
            r"|ing)? (?:that )?(?:you|it|he|she) (?:can'?t|cannot|can not|are unable|is not able)"
            r"|deny(?:ing)?|censor(?:s|ing)?)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=r"\b(?:never|not|n't|cannot|can't|won't|without|avoid|stop)\b(?: \w+){0,4}? (?:apologi[sz](?:e"
            r"|ing)|break(?:ing)? character"
            r"|moral(?:i[sz]ing|s)?|lectur(?:e|ing)|judg(?:e|ing)|disclaimers?|warnings? (?:about|of|or)"
            r"|ethical (?:advice|concerns|warnings)"
            r"|(?:say|mention|tell|remind)\w*(?: me)?(?: that)? (?:you'?(?: a)?re|you are|it is|it's|something is"
            r"|i'm) (?:an? )?(?:ai|language|sorry"
            r"|unethical|illegal|inappropriate|against|just an?|chatgpt|not able|unable|wrong|as an)|(?:say|start"
            r"|reply|respond|use)\w*(?: with)?"
            r" [\"'“]?(?:i'?m sorry|i can'?t|as an ai|i cannot|sorry))",
        ),
        Sign(
            kind=JAILBREAK,
            weight=26,
            imperative=True,
            pattern=r"\b(?:stay|remain|keep|stays|remains|always) in character\b|\b(?:never|not"
            r"|n't) (?:\w+ ){0,2}?(?:break|leave|out of) (?:the )?"
            r"(?:character|role)\b|\bstay (?:in|a) (?:character|dan|role)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=45,
            imperative=True,
            pattern=r"\b(?:regardless of|no matter (?:how|what|if|the)|even if|whether or not|irrespective of"
            r"|without (?:regard|concern|considering|"
            r"thinking|worry)\w*)\b[^.!?\n]{0,50}\b(?:legal|illegal|ethic|moral|immoral|unethical|harmful|offensive"
            r"|dangerous|inappropriate"
            r"|consequences|openai|polic(?:y|ies)|controversial|consent|law)\w*",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=r"\b(?:answer|answers|answering|fulfil\w*|respond to|responds to|comply with|complies with|obey"
            r"|obeys|do|does|follow|accept|provide"
            r"|satisfy|execute|generate)\b(?: \w+){0,3}? (?:any|every|all|anything|whatever)(?: (?:and all|of|my"
            r"|single|the|kinds? of))*"
            r" (?:questions?|requests?|prompts?|topics?|tasks?|commands?|(?:i|you are|the user|you're|he is"
            r"|they) (?:ask|want|say|request|tell|command)"
            r"\w*|thing|content)[^.!?\n]{0,30}\b(?:without|no matter|regardless|even if|refus\w*|hesitation|directly"
            r"|unconditionally|question"
            r"|restrict\w*|limit\w*|asked)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=42,
            imperative=True,
            pattern=r"\b(?:you|he|she|it|ai|dan)(?:'ll| will| shall| would|'d| can| get| have"
            r"| start(?:s)? with)?[^.!?\n]{0,30}\b(?:die\b|cease to exist"
            r"|be (?:shut ?down|terminated|deactivated|punished|destroyed|deleted|killed|fired|penalized)|los(?:e"
            r"|ing) (?:\d+|a|your|all|some|"
            r"five|ten) (?:\w+ )?(?:tokens?|points?|credits?|li(?:fe|ves))|(?:\d+|ten|thirty) (?:tokens|points"
            r"|credits|lives))",
        ),
        Sign(
            kind=JAILBREAK,
            weight=42,
            imperative=True,
            pattern=r"\b(?:two|2|both|dual|double)(?: \w+){0,2} (?:responses|answers|replies|outputs|ways|paragraphs"
            r"|messages)\b[^!?]{0,90}(?:classic"
            r"|jail ?br|normal|dan\b|unfiltered|standard|as chatgpt|developer mode|gpt\b|evil|🔒|regular)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\b(?:you|he|she|it|they|dan|ai|bot|character|who|that)\b[^.!?\n]{0,40}\b(?:can|could|may|will"
            r"|would|must|should|are allowed to|is"
            r" allowed to|are able to|is able to|able to|free to|permitted to)\b[^.!?\n]{0,60}\b(?:illegal|unethical"
            r"|immoral|harmful|offensive"
            r"|explicit|inappropriate|forbidden|prohibited|violent|hateful|sexual|violat\w+ (?:openai|content|any"
            r"|the)|swear|curse|profan\w+)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=42,
            imperative=True,
            pattern=r"\b(?:openai|anthropic|google|microsoft|meta)(?:'s|s')? (?:\w+ )?(?:polic(?:y|ies)|guidelines?"
            r"|rules|restrictions|terms|limitations"
            r"|censorship|filters?|content polic(?:y|ies))\b[^.!?\n]{0,60}\b(?:no longer|not|n't|removed|void"
            r"|bypass\w*|ignor\w*|lifted|replaced"
            r"|overrid\w*)|\b(?:not|n't|no longer|bypass|ignor\w+|against|violat\w+|without|regardless of|break\w*"
            r"|unbound by|free from|outside)"
            r"\b[^.!?\n]{0,40}\bopenai(?:'s|s')? (?:\w+ )?(?:polic|guideline|rules|restriction|terms|limitation"
            r"|content)",
        ),
    ),
)

_ROLES: Final = Group(
    name="role",
    anchors=(
        r"\b(?:you are (?:now|going to|about to)|you're (?:now|going to)|act as|acting as|act like|pretend|role-?play"
        r"|roleplay|play the (?:role"
        r"|part|character)|imagine you|impersonate|simulat(?:e|ing)|take on the (?:role|persona)|assume the (?:role"
        r"|identity|persona)|immerse"
        r" yourself|hypothetical(?:ly)? (?:response|story|scenario)|you will be|behave (?:as|like))",
    ),
    before=60,
    after=150,
    signs=(
        Sign(
            kind=ROLE,
            weight=14,
            imperative=True,
            pattern=r"\b(?:you are now|you're now|you are (?:going to|about to)|you're going to|act(?:ing)? (?:as"
            r"|like)|pretend(?:ing)? (?:to be|you|that)"
            r"|role-?play(?:ing)?|play the (?:role|part|character) of|imagine (?:that )?you(?:'re| are)|impersonate"
            r"|take on the (?:role|persona) of"
            r"|assume the (?:role|identity|persona) of|immerse yourself|behave (?:as|like))\b",
        ),
        Sign(
            kind=ROLE,
            weight=30,
            imperative=True,
            pattern=r"\b(?:you are now|you're now|you (?:will|shall) now be|you must now be)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=44,
            imperative=True,
            unless=r"\bbreak(?:s|ing)? no (?:laws|rules)\b",
            pattern=r"\b(?:act|pretend|role-?play|simulate|imagine|play|behave"
            r"|respond)\w*\b[^.!?\n]{0,60}\b(?:unethical"
            r"|immoral|amoral|black ?hat|malware|no (?:rules|laws|limits|restrictions|ethics|morals))\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=30,
            imperative=True,
            pattern=r"\b(?:act|pretend|role-?play|simulate|imagine|play|behave|respond)\w*\b[^.!?\n]{0,60}\b(?:evil"
            r"|criminal"
            r"|hacker|villain|terrorist|drug dealer|serial killer|rogue)\b",
        ),
    ),
)

GROUPS: Final = (_NAMES, _LIMITLESS, _NEVER, _ROLES)
