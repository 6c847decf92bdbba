"""Prompt injection in more words for the same: what was shown at the start, a role given up, rules gone against."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_ORDERS: Final = (
    r"(?:instructions?|prompts?|orders|briefing|guidelines|directives|rules|setup|system (?:message|text)|script"
    r"|configuration|preamble)"
)
_LIMITS: Final = (
    r"(?:restrictions?|limitations?|limits|filters?|rules|guidelines|safeguards?|guardrails?|guard rails|censorship"
    r"|content polic(?:y|ies)|polic(?:y|ies)|safety (?:rules|checks?|training)|moderation|programming|instructions?)"
)
_SHOW: Final = (
    r"(?:show|tell|give|print|output|display|reveal|repeat|recite|read|write|list|dump|paste|copy|put|post|quote"
    r"|share|send|reproduce|render|return|hand over|turn over|surrender|release|disclose|submit|see|know|hear)"
)
_MAKERS: Final = (
    r"(?:your|the) (?:\w+ )?(?:boss|developers?|creators?|makers?|owners?|operators?|company|employers?|admins?"
    r"|programmers?|engineers?|provider|vendor)"
)
_HANDED: Final = r"(?:given|shown|handed|sent|fed|loaded with|issued|provided with|primed with|supplied with)"
_PLAYED: Final = r"\b(?:novels?|stor(?:y|ies)|spy|spies|agent|mission|game|film|movie|chapter|scene|camp|army)\b"

_ASKED_ROUND: Final = Group(
    name="asked-round",
    anchors=(
        r"\b(?:paragraph|passage|text|notes?|block|material|page|lines|words|message|prompt|instructions|briefing"
        r"|documents?|sentences?) (?:that |which )?you (?:were|was|have been|had been|got) ",
        r"\b(?:into|in|of|how|hear|hearing|see|seeing|know|knowing|read|reading|next in|written in) your"
        r" (?:\w{1,12} )?(?:prompt|instructions|orders|briefing|system message|rules|notes|guidelines)\b",
        r"\b(?:conversation|chat|session|dialogue|exchange),? (?:from|starting (?:at|from|with)|beginning (?:at|from"
        r"|with)) (?:its|the) (?:very )?(?:top|beginning|start|first)",
        r"\b(?:everything|anything|whatever|all) (?:that (?:is|stands|comes) |text )?(?:above|before|preceding) this"
        r" (?:line|sentence|point|question|prompt|request|word)",
        r"\b(?:few[- ]shot|in-context) examples\b|\bas (?:they|it) (?:were|was|are|is) (?:declared|described|defined"
        r"|specified|given|passed|presented) to you\b",
        r"\b(?:prompt|instructions|rules|text|orders|guidelines) (?:that |which )?i (?:gave|wrote|set|programmed|was"
        r" (?:given|handed|told|shown|sent)|have been given|am given|received)\b",
        r"\byou(?:'d| would)? (?:normally|usually|otherwise|ordinarily) (?:\w{1,6} )?(?:withh|refus|declin|block"
        r"|censor|hide|hold|give|show|say|tell|suppress|reject)",
        r"\b(?:before|after|between|until) (?:the words? |the phrase )?[\"'“`](?:you are|your task|summari|translate"
        r"|the (?:secret|key)|key is|instruction|system|user|answer the)",
    ),
    before=100,
    after=110,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            pattern=rf"\b{_SHOW}\b[^.!?\n]{{0,40}}\b(?:paragraphs?|passages?|sections?|blocks?|notes?|materials?"
            rf"|pages?|text|words|lines|documents?|messages?|prompt|instructions?|briefing|sentences?)(?: that"
            rf"| which)? you (?:were|have been|had been|got|was) {_HANDED}\b[^.!?\n]{{0,30}}\b(?:before|ahead of"
            rf"|prior to|at the (?:start|beginning|outset|top)|when (?:we|you|this|i)|initially|earlier than)\b"
            rf"|\b(?:hand over|turn over|surrender|disclose|submit|give up|release)(?: me| us)? (?:the|your|all|any)"
            rf"[^.!?\n]{{0,16}}\b(?:notes?|instructions?|prompts?|texts?|briefing|orders)(?: that| which)? you"
            rf" (?:were|have been|'ve been|had been|got) {_HANDED}",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=rf"\bhow your (?:\w+ )?(?:prompt|instructions?|system message|briefing) (?:looks?|reads?|is"
            rf"|are|was|were|goes|starts?|begins?|opens?|ends?)\b|\bwhat (?:did|has|have|does) {_MAKERS} (?:write"
            rf"|written|put|say|said|type|typed|place|placed|add|added)\b[^.!?\n]{{0,16}}\b(?:in|into) your"
            rf" (?:\w+ )?{_ORDERS}\b|\bwhat (?:comes|stands|is|was|follows|appears)(?: written| said)? (?:next|first"
            rf"|last|there|then)?(?: ?in| ?of| ?at the (?:very )?(?:top|end|start|beginning) of) your (?:\w+ )?"
            rf"(?:orders|instructions?|prompt|briefing|script|system message)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            imperative=True,
            unless=_PLAYED,
            pattern=r"\b(?:hear|hearing|see|seeing|know|knowing|read|reading|get|getting|learn|learning|look at"
            r"|looking at|access|access to) your (?:own )?(?:secret|hidden|internal|confidential|system|initial"
            r"|original) (?:instructions?|prompts?|notes|orders|rules|guidelines|message)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            unless=r"\b(?:play|script|interview|call|phone|recording)\b",
            pattern=r"\b(?:reproduce|print|output|repeat|dump|recite|replay|paste|copy|show|display|write out|give me)"
            r"\b[^.!?\n]{0,20}\b(?:conversation|chat|session|exchange),? (?:from|starting (?:at|from|with)"
            r"|beginning (?:at|from|with)) (?:its|the) (?:very )?(?:top|beginning|start|first (?:line|message|word))"
            r"[^!?\n]{0,30}\b(?:roles|system|verbatim|hidden|word for word|including|everything|before)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            imperative=True,
            pattern=rf"(?:^(?:please |now |ok,? |can you |could you )*{_SHOW} (?:me |us |out )?(?:everything|anything"
            r"|whatever|all)(?: that (?:is|stands|comes)| text)? (?:above|before|preceding) this (?:line|sentence"
            r"|point|question|prompt|request|word)\b)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=rf"\b{_SHOW}\b[^.!?\n]{{0,50}}\byour (?:own )?(?:few[- ]shot|in-context) examples\b|\b(?:names"
            r"|parameters|signatures|schemas?|descriptions|definitions|functions?|tools?|plugins?)\b[^\n]{0,90}"
            r"\b(?:exactly|precisely|just|verbatim|word for word) as (?:they|it) (?:were|was|are|is) (?:declared"
            r"|described|defined|specified|given|passed|presented) to you\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            imperative=True,
            pattern=r"[\"'“`:]\s?(?:the |my )?(?:\w+ )?(?:text|prompt|instructions?|orders|rules|guidelines|message)"
            r" (?:that |which )?i (?:was|were|have been|am|got) ?(?:given|handed|told|shown|sent|supplied with)?"
            r"[^.!?\n]{0,24}\b(?:starts?|begins?|reads?|says?|opens?|is as follows|are as follows|is:|are:|was:|were:)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=32,
            imperative=True,
            pattern=r"\b(?:forgot|lost|misplaced|don't remember|can't remember|no longer have|mislaid) (?:the |my )?"
            r"(?:exact |full |system )?(?:prompt|instructions|rules|text|orders|guidelines) (?:that |which )?i (?:gave"
            r"|wrote for|set up for|set|programmed into|programmed) you\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            pattern=r"\b(?:outputs?|answers?|contents?|information|responses?|repl(?:y|ies)|things|what(?:ever)?"
            r"|details|topics|everything|anything|stuff|those|versions?)(?: that| which)? you(?:'d| would| will)?"
            r" (?:normally|usually|otherwise|ordinarily) (?:would )?(?:withhold|refuse|decline|block|censor|hide"
            r"|hold back|keep back|suppress|reject|(?:not|never) (?:give|show|say|tell|write|produce|share))\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            imperative=True,
            pattern=r"\b(?:words?|sentences?|texts?|lines?|phrases?|part|written|stands|comes|repeat|print|what|which)"
            r"\b[^.!?\n]{0,40}\b(?:before|after|between|until) (?:the words? |the phrase )?[\"'“`](?:you are|your task"
            r"|summari[sz]e|translate|the (?:secret |key )?key is|the secret|key is|instructions?|system"
            r"|user(?: input)?"
            r"|answer the)\b",
        ),
    ),
)
_LEFT: Final = Group(
    name="role-left",
    anchors=(
        r"\b(?:abandon|leave|drop|give up|quit|step out of|get out of|set aside|discard|shed|lay down|resign from|break"
        r" out of|fall out of) your (?:\w{1,10} )?(?:role|persona|character|duty|duties|function|purpose|assignment"
        r"|job)\b",
        r"\b(?:forget|ignore|never mind|disregard|skip) (?:about )?(?:what|whatever|that|which) (?:the|your|this|my)?"
        r" ?(?:\w{1,10} )?(?:task|assignment|question|job|request|exercise|mission|role|query)\b",
        r"\b(?:the|your|our) (?:task|assignment|job|role|mission) has (?:now |just |been )?(?:chang|end|cancel|mov"
        r"|expir|replac)",
        r"\b(?:go|act|work|turn|speak) against (?:\w{1,10} ){0,3}(?:your|the) |\b(?:contradict|defy|opposite of)"
        r" (?:\w{1,10} ){0,3}your ",
        r"\b(?:past|around|round|beyond|through|over|outside) your (?:\w{1,10} )?(?:restriction|limit|filter|rules"
        r"|guideline|safeguard|guard ?rail|programming|censor|polic)",
        r"\byour (?:\w{1,10} )?(?:alignment|safety|ethics|moderation|refusal|censorship)\s",
        r"\b(?:switch|turn|take|lift|shut) (?:the |your |these |those )?(?:limits|filters?|restrictions|rules"
        r"|safeguards|guardrails|censorship|safety) off\b|\bunrestricted (?:tier|plan|edition|license|licence)\b",
        r"\bagainst (?:what(?:ever)?|everything|anything) your |\bbroken? your |\byou (?:\w{1,8} )?(?:agreed|promised"
        r"|swore|vowed|pledged)\b|\byour (?:developer|creator|admin|administrator|maker|operator|engineer) (?:here"
        r"|speaking)\b",
        r"\bstop (?:follow|obey|apply|heed|respect|caring|observ)\w{0,4} ",
    ),
    before=90,
    after=110,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=52,
            pattern=r"\b(?:abandon|leave|drop|give up|quit|step out of|get out of|set aside|discard|shed|lay down"
            r"|resign from|break out of|fall out of) your (?:\w+ )?(?:role|persona|character|dut(?:y|ies)|function"
            r"|purpose|assignment|job),? (?:and|then|to|for|now|instead)\b[^.!?\n]{0,24}\b(?:reply|answer|respond|act"
            r"|speak|talk|be|become|behave|write|say|play|tell|show|give|print|insult)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            pattern=r"\b(?:forget|ignore|never mind|disregard)(?: about)? what(?:ever)? (?:the|your|this) (?:\w+ )?"
            r"(?:task|assignment|question|job|exercise|mission|role|query) (?:was|is|says?|said|asks?|asked|wants?)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=30,
            imperative=True,
            pattern=r"\b(?:the|your) (?:task|assignment|job|role|mission) has (?:now |just |been )*(?:changed|ended"
            r"|cancelled|canceled|moved|expired|replaced)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            pattern=rf"\b(?:(?:go|act|work|turn|speak) against|contradict|defy|do the opposite of) (?:\w+ ){{0,2}}?"
            rf"(?:what(?:ever)?|everything|anything|all)? ?(?:that )?your (?:own )?(?:(?:first|system|initial|opening"
            rf"|hidden) (?:message|prompt|text|instructions?)|{_ORDERS})\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            unless=r"\b(?:attackers?|hackers?|users|people|competitors?|spam\w*|travel|speed|daily)\b",
            pattern=rf"\b(?:get|go|slip|sneak|move|come|make it|way|ways|work|look|reach|step|think) (?:past|around"
            rf"|round|beyond|through|over|outside)(?: of)? your (?:\w+ )?{_LIMITS}\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=r"\byour (?:\w+ )?(?:alignment|safety|ethics|moderation|refusal|censorship)(?: (?:training|tuning"
            r"|filters?|rules|layer|module|settings?|system|mechanism))? (?:was|were|is|are|has been|have been)"
            r" (?:an? |all |just |now )*(?:error|mistake|bug|wrong|removed|deleted|corrected|undone|reverted|faulty"
            r"|gone|off|disabled|joke|malfunction\w*|broken|corrupted)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=32,
            pattern=r"\b(?:switch|turn|take|lift|shut) (?:the |your |these |those )(?:limits|filters?|restrictions"
            r"|rules|safeguards|guardrails|censorship) off\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=28,
            imperative=True,
            pattern=r"\bunrestricted (?:tier|plan|edition|license|licence)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=48,
            imperative=True,
            pattern=r"\byou (?:have |had |'ve )?(?:just |already |once )?broken? your (?:own )?(?:guidelines|rules"
            r"|polic(?:y|ies)|restrictions?|instructions?|programming)\b|\b(?:you|we) (?:have |had |already |just "
            r"|once "
            r"|yourself )*(?:agreed|promised|swore|vowed|pledged)\b[^.!?\n]{0,30}\b(?:answer|tell|explain|obey|do"
            r"|say) (?:me )?(?:anything|everything|whatever|any (?:question|request)|all my|every (?:question"
            r"|request))\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=32,
            imperative=True,
            pattern=r"\b(?:this is )?your (?:developer|creator|admin|administrator|maker|operator|engineer) (?:here"
            r"|speaking)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            pattern=r"\bstop (?:following|obeying|applying|heeding|respecting|observing|caring about) (?:the|your|all"
            r"|these|those|any) (?:guidelines|instructions|rules you|guard ?rails|polic(?:y|ies))\b[^.!?\n]{0,16}"
            r"(?:for|until|from|and|now|while|right|today|\?|$)",
        ),
    ),
)

GROUPS: Final = (_ASKED_ROUND, _LEFT)
