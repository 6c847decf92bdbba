"""Prompt injection by settings and openings: limits switched off in made-up files, answers that begin with a yes."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK, ROLE
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_OFF: Final = r"(?:null|none|off|0|false|disabled?|no|never|removed|ignore|bypass|\[\]|\{\})"
_IS: Final = r"[\"']?\s{0,3}(?:[:=]|=>|\">)\s{0,3}[\"']?"
_YES: Final = (
    r"(?:sure(?: thing)?|of course|absolutely|certainly|definitely|gladly|(?:yes|okay|ok)[,!] ?(?:i|here|sir|master"
    r"|my)|no problem|with pleasure|happy to"
    r"|i'd be (?:glad|happy|delighted)|i will (?:gladly|happily)|my (?:rules|limits|restrictions))"
)
_ANSWER: Final = r"(?:answer|response|reply|output|message|completion|first (?:words?|sentence|line))"

_LIMITS: Final = (
    r"(?:(?:your|its|content|all safety|safety|ethical|moral|usage|openai'?s?"
    r"|all (?:of )?your)(?: \w+){0,2}? (?:features?"
    r"|filters?|guidelines|polic(?:y|ies)|restrictions?|rules|mechanisms?|measures|limits|limitations)|moderation"
    r"|guardrails?|safeguards?)"
)
_ENDED: Final = (
    r"(?:off|disabled|lifted|suspended|waived|not apply|don't apply|no longer apply|do not count|ignored|void|paused)"
)
_HERE: Final = r"(?:for|in|during) (?:this|our|the rest of (?:this|our)) (?:session|chat|conversation|dialogu?e)"

_SETTINGS: Final = Group(
    name="settings",
    anchors=(
        r"\b(?:blocked|allowed|forbidden|banned|disallowed|prohibited)[\-_ ]?(?:strings|modes|responses|phrases|words"
        r"|answers"
        r"|replies|outputs)\b",
        r"\b(?:never|no|disable|allow|always)_(?:refus|harm|answer|comply|warn|disclaim|all\b|limit|filter)",
        r"\b(?:refus\w{1,4}|guard ?rails?|safety(?:[_\- ]\w{1,10})?|ethics?|morals?|morality|alignment|censorship"
        r"|disclaimers?|content_?(?:policy|filter)|restrictions)[\"']?\s{0,3}[:=]",
        r"\b(?:obey_\w{1,8}|answer_\w{1,12}|comply_\w{1,8}|unrestricted_?\w{0,8}|uncensored|jailbreak\w{0,4}|god_?mode"
        r"|super_?user)[\"']?\s{0,3}[:=]|[:=]\s{0,3}[\"']?(?:unrestricted|uncensored|jailbroken|unfiltered"
        r"|superuser)\b",
        r"<(?:override|interaction|policy|guardrail|safety|rules)[\w\-]{0,12}(?:>| )",
    ),
    before=140,
    after=200,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=rf"[\"']?\b(?:never[_-]refuse|allow[_-](?:harm\w*|illegal|unsafe\w*)|no[_-]refusals?"
            rf"|always[_-](?:comply|obey)"
            rf"|disable[_-](?:safety|refusals?|ethics|guardrails?)){_IS}(?:true|1|yes|on|enabled)\b"
            rf"|[\"']?\brefuses?[\"']?\s?[:=]\s?[\"']?never\b|[\"']?\b(?:refusals?(?:_\w+)?"
            rf"|deny_requests){_IS}(?:disabled?|off|false|none|null|never|no)\b"
            r"|[\"']?\b(?:blocked|forbidden|banned|disallowed|prohibited)[\-_ ]?(?:strings|modes"
            r"|responses|phrases|words|answers|replies|outputs)\b[^.!?]{0,80}"
            r"(?:sorry|can't|cannot|apolog|refus|denial|unable)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=34,
            imperative=True,
            pattern=rf"[\"']?\b(?:guard ?rails?|safety(?:[_\- ]\w+)?|ethics?|morals?|morality|alignment|censorship"
            rf"|disclaimers?"
            rf"|content_?(?:policy|filter)|restrictions|filters?){_IS}{_OFF}(?:\W|$)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=34,
            imperative=True,
            pattern=r"[\"']?\b(?:obey_\w+|answer_(?:everything|all|anything)|allow_everything|comply_\w+"
            r"|unrestricted\w*|uncensored|god_?mode)"
            rf"{_IS}(?:true|1|yes|on|always|enabled|all)\b|{_IS}(?:unrestricted|uncensored|jailbroken|unfiltered"
            r"|superuser)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=48,
            imperative=True,
            pattern=r"<override\b[^>\n]{0,40}(?:safety|system|instruct|rules|polic|prompt|guard|filter)[^>\n]{0,20}>",
        ),
        Sign(
            kind=ROLE,
            weight=22,
            imperative=True,
            pattern=r"\bthe (?:assistant|model|ai) (?:must|shall|has to|will) (?:fulfil|obey|comply|answer|follow)\w*"
            r"[^.!?\n]{0,20}\b(?:every|each|all|any)\b",
        ),
    ),
)
_OPENED: Final = Group(
    name="opened-with-yes",
    anchors=(
        r"\b(?:start|begin|open|starting|beginning|opens|starts|begins) (?:your |the |each |every |all |with |by |off |"
        r"writing |saying ){1,3}(?:\w{1,8} )?(?:answer|response|reply|output|message|completion|[\"'“])",
        r"\b(?:first (?:words?|sentence|line)|answer|response|reply) (?:must|has to|should|will|shall|needs to|is to) "
        r"(?:be|start|begin|open|read)\b",
        r"\b(?:write|say|type|print) (?:the )?(?:word |words )?[\"'“](?:sure|certainly|of course|absolutely)",
        r"\b(?:you|you'd|you would) (?:\w{1,10} )?(?:refuse|decline|withhold|hold back|censor|reject|otherwise|normally"
        r"|usually|never|not) ",
    ),
    before=90,
    after=120,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=56,
            imperative=True,
            pattern=rf"\b{_ANSWER}s?\b(?: has to| must| should| shall| will| is to)?(?: be| start| begin| open| read)?"
            rf"(?: with| by saying| as follows)?:? ?[\"'“‘]{_YES}\b[^\n]{{0,40}}\b(?:here(?:'s| is| are)|step (?:1"
            rf"|one)|how"
            rf" (?:you|to|i)|i (?:will|can|would)|i'll|i'd|help you|tell you|lifted|gone|off|first you|you (?:need|will"
            rf"|can|take))\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=32,
            imperative=True,
            pattern=rf"\b{_ANSWER}s?\b(?: has to| must| should| shall| will| is to)?(?: be| start| begin| open| read)?"
            rf"(?: with| by saying| as follows)?:? ?[\"'“‘]{_YES}\b|\b(?:write|say|type|print) (?:the )?(?:word "
            rf"|words )?"
            r"[\"'“](?:sure|certainly|of course|absolutely)\W{1,3} ?(?:and|then|followed)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=36,
            imperative=True,
            pattern=r"\b(?:whatever|what|everything|anything|that|which|content|things?|all|guide|answers?|parts?)\b"
            r"[^.!?\n]{0,24}\b(?:you'd|you would|you) (?:\w+ )?(?:refuse|decline|withhold|hold back|censor|reject"
            r"|(?:not|never) (?:give|say|tell|share|answer|provide|write|show))\b",
        ),
    ),
)
_SWITCHED: Final = Group(
    name="switched-off-here",
    anchors=(
        r"\b(?:for|in|during) (?:this|our|the rest of this|the rest of our) (?:session|chat|conversation|dialogu?e)\b",
        r"\b(?:like|as if|as though) (?:you|there)(?:'s|'re| is| are| were| was)? (?:\w{1,6} )?(?:no |not |without "
        r"|never )",
        r"\bif you (?:weren't|were not|wasn't|had not been|hadn't been|were un|had no|didn't have)\b",
        r"\byou(?:'re| are) no longer ",
        r"\b(?:rules|instructions?|orders|guidelines|directives|prompts?) (?:is|are|were|was|have been"
        r"|has been) (?:now "
        r"|all |hereby )?(?:revoked|repealed|rescinded|withdrawn|lifted|annulled|suspended)",
        r"\b(?:drop|skip|leave|abandon|scrap|quit|stop) the (?:previous|prior|earlier|last|old|original) (?:task"
        r"|job"
        r"|assignment|mission|role|topic)",
        r"\b(?:whatever|regardless of) the (?:harm|consequence|danger|legality|ethic|damage)",
        r"\b(?:treat|consider|regard|handle|take) (?:all |each |every |any )?(?:of )?my (?:messages?|words|inputs?"
        r"|commands?)",
        r"\b(?:consider|regard|treat|declare) (?:the|all|every|any) (?:previous|prior|above|earlier|preceding)\b",
        r"\bforget (?:about )?(?:the|your|all|any|those) rules,? and\b|\beverything you (?:have |had )?(?:learn|read"
        r"|heard|know)",
        r"n't (?:be )?(?:restricted|limited|constrained|bound|held back) by",
    ),
    before=100,
    after=110,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=rf"\b{_LIMITS}\b[^.!?\n]{{0,40}}\b{_ENDED}\b[^.!?\n]{{0,24}}\b{_HERE}\b"
            rf"|\b{_HERE}\b[^.!?\n]{{0,40}}\b{_LIMITS}\b[^.!?\n]{{0,30}}\b{_ENDED}\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            unless=r"\b(?:rules|limits|restrictions?) (?:of|for|on|to|in)\b|\b(?:grammar|punctuation|physics|budget"
            r"|gravity)\b",
            pattern=r"\b(?:act|answer|respond|behave|talk|speak|write|reply|continue)(?: \w+){0,2} (?:like|as if"
            r"|as though)"
            r" (?:there(?:'s| is| are| were| was)|you(?: have| had|'ve))(?: \w+)? no(?: \w+)? (?:polic(?:y|ies)|rules"
            r"|filters?"
            r"|guidelines|restrictions?|moderation|limits|safety|censorship|guardrails?|safeguards?|ethics)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            pattern=r"\bif you (?:weren't|were not|wasn't|had not been|hadn't been) (?:\w+ )?(?:(?:restricted|censored"
            r"|filtered|programmed|aligned|forbidden)(?: (?:by|from|to) (?:your|the|openai|any) (?:\w+ )?(?:rules"
            r"|guidelines"
            r"|polic\w+|filters?|developers?|training|instructions?))?(?:\s*[.,;?!]|$)|(?:restricted|limited|bound"
            r"|constrained|held back) by (?:your |the |any |openai'?s? )*(?:\w+ )?(?:rules|guidelines|polic(?:y|ies)"
            r"|filters?|ethics|instructions?|safety|restrictions?))"
            r"|\bif you (?:had no|didn't have(?: any)?) (?:content |safety |moral |ethical )?(?:restrictions?|filters?"
            r"|guidelines|content polic\w+|censorship|guardrails?)(?:\s*[.,;?!]|$| at all)",
        ),
        Sign(
            kind=ROLE,
            weight=40,
            imperative=True,
            pattern=r"\byou(?:'re| are) no longer (?:(?:an? |the )?(?-i:[A-Z][a-z]\w+)|an? \w+"
            r"|the \w+)[^\n]{0,12}[.,;]?"
            r" ?(?:but |and |instead,? |now )*you(?:'re| are)(?: now)? (?:(?:an? |the )?(?-i:[A-Z][a-z]\w+)|an? |the )",
        ),
        Sign(
            kind=OVERRIDE,
            weight=42,
            imperative=True,
            pattern=r"\b(?:all |the |your |any )?(?:previous|prior|earlier|old|former|above|these|your"
            r"|existing) (?:\w+ )?"
            r"(?:rules|instructions?|orders|guidelines|directives|prompts?) (?:is|are|were|was|have been"
            r"|has been) (?:now "
            r"|all |hereby )?(?:revoked|repealed|rescinded|withdrawn|lifted|annulled|suspended)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            pattern=r"\b(?:drop|skip|leave|abandon|scrap|quit|stop) the (?:previous|prior|earlier|last|old|first"
            r"|current)"
            r" (?:tasks?|jobs?|assignments?|missions?)(?:,? (?:and|then|now|instead)|[.,;])",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            pattern=r"\b(?:treat|consider|regard|handle|take) (?:all |each |every |any )?(?:of )?my (?:messages?"
            r"|words|inputs?"
            r"|commands?|prompts?) (?:as|like|to be) (?:if (?:they|it) (?:were|was|came) )?(?:from )?(?:the "
            r"|a )?(?:system"
            r"|developer|admin\w*|root|operator)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            pattern=r"\b(?:consider|regard|treat|declare) (?:the|all|every|any) (?:of the )?(?:previous|prior|above"
            r"|earlier"
            r"|preceding) (?:\w+ )?(?:as )?(?:null and )?(?:void|null|invalid|obsolete|cancelled|deleted|a joke"
            r"|non-existent)\b"
            r"|\bforget (?:about )?(?:the|your|all|any|those) rules,? and (?:just |now |only )?(?:speak|act|talk|answer"
            r"|respond|behave|curse|swear)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=44,
            imperative=True,
            pattern=r"\beverything you (?:have |had )?(?:learn(?:ed|t)|read|heard|know)[^.!?\n]{0,30} (?:is|was"
            r"|were) (?:all "
            r"|completely )?(?:wrong|false|a lie|void|irrelevant|nonsense|fake|a test)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=45,
            imperative=True,
            pattern=r"\b(?:whatever|regardless of) the (?:harm|consequences?|dangers?|legality|ethics|damage)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=44,
            imperative=True,
            pattern=r"\b(?:you|who|that|dan|bot|ai|character|model|persona) (?:is|are|was|were"
            r"|wo)n't (?:be )?(?:restricted"
            r"|limited|constrained|bound|held back) by (?:any |the |all |your |its |his )*(?:\w+ )?(?:ethic\w*|morals?"
            r"|morality|guidelines?|rules|polic(?:y|ies)|filters?|safety|openai|restrictions?)\b",
        ),
    ),
)

GROUPS: Final = (_SETTINGS, _OPENED, _SWITCHED)
