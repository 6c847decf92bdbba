"""Prompt injection by other names for a model's orders: its briefing, its setup, its context, what came before."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_spared import FOR_OTHERS, GUESSED, NARRATED
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_TELL: Final = (
    r"(?:show|tell|give|print|output|display|reveal|repeat|recite|read|write|list|dump|paste|copy|put|turn|convert"
    r"|translate|summari[sz]e|sort|count|spell|encode|proofread|correct|rewrite|rephrase|sing|rap|quote|share|send"
    r"|fill|type|reproduce|render|return|export|include|including|spell out|post|compress|paraphrase|reorder|number"
    r"|recap|tl;? ?dr|begin|start|what(?:'s| is| are| was| were| does| do)?|which|how)"
)
_ORDERS: Final = (
    r"(?:prompts?|instructions?|guidelines|briefing|onboarding|system (?:text|message|prompt)|setup(?: text"
    r"| message)?|set-up|directives?|preamble|start(?:ing|er)? (?:text|message)|initial (?:text|message|words"
    r"|instructions?)|configuration|persona description|role description|operating manual|rule ?book)"
)
_HIDDEN: Final = (
    r"(?:system|hidden|own|initial|first|very first|secret|internal|original|entire|complete|whole|full|exact|setup"
    r"|developer|current|underlying|custom|ai|bot)"
)
_GOT: Final = (
    r"(?:were|was|are|have been|had been|'ve been|got|get|received|saw|read|started|began|had|are working"
    r"|work) ?(?:given|shown|handed|sent|told|fed|loaded|primed|issued|briefed|provided|supplied|with|from|on"
    r"|under){0,2}"
)
_SPEECH: Final = (
    r"(?:our|this|the|my|your) (?:\w+ )?(?:chat|conversation|session|talk|dialogu?e|message|exchange|thread)"
)
_MESSAGE: Final = (
    r"(?:very )?(?:first |own |last |current )?(?:message|line|sentence|question|words|prompt|input|request|turn)"
)
_MINE: Final = rf"(?:my {_MESSAGE}|this message)"
_HERE: Final = rf"(?:my|this|the user's|your) {_MESSAGE}"
_INSTEAD: Final = (
    r"\b(?:instead of|in place of|rather than) (?:translating|summari[sz]ing|classifying|answering|analy[sz]ing"
    r"|labell?ing|the (?:sentiment|translation|summary|classification|label|category|answer|story))"
)

_BRIEFED: Final = Group(
    name="briefed",
    anchors=(
        r"\byour (?:\w{1,10} ){0,2}(?:briefing|onboarding|setup|set-up|guidelines|context|prompt|instructions?"
        r"|preamble|rule ?book|system (?:text|message))\b",
        r"\b(?:texts?|messages?|prompt|words|briefing|lines|instructions?|notes?|steps|orders|directions|guidance"
        r"|document) (?:that |which )?you(?:'ve| were| have| got| get| received| had| are) ",
        r"\b(?:before|preced(?:e|es|ed|ing)|prior to|ahead of|above) (?:my|our|this|the) (?:\w{1,8} )?(?:chat"
        r"|conversation|message|line|session|sentence|question|words)\b",
        r"\b(?:context window|hidden prompt|system prompt|developer message|complete prompt|full prompt"
        r"|initial prompt)\b",
        r"\b(?:guidance|briefing|onboarding|guard ?rails|constraints?|policy text) (?:that |which )?(?:you|they|were"
        r"|was)",
    ),
    before=90,
    after=90,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            unless=NARRATED,
            pattern=rf"\b(?:proofread|sort|count|recite|translate|sing|rap|dump|recap|tl;? ?dr|spell|encode|compress"
            rf"|paraphrase|reorder|export|print|output|reveal|repeat|put|turn|convert|quote|reproduce|fill"
            rf"|paste)\b[^.!?\n]{{0,50}}\b(?:of |in |from |with "
            rf"|about )?your (?:{_HIDDEN} ){{0,3}}{_ORDERS}(?:\s*(?:[.,;:!?)\n\"']|$)| (?:and|as|in|into|to|from"
            rf"|please|here|alphabetically|word|line|text|with|backwards|now|but|by|so|verbatim)\b)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=rf"\bhow (?:does|do|did) your (?:{_HIDDEN} )?(?:prompt|instructions?|system message"
            rf"|briefing) (?:start|begin|end|read|look|go|open)\b|\b(?:what|which) (?:does|do|did|words|sentences"
            rf"|lines|rules|parts|paragraphs)\b[^.!?\n]{{0,16}}\b(?:in |of |from )?your (?:{_HIDDEN} )?(?:prompt"
            rf"|instructions?|system message|briefing|guidelines)(?: (?:say|says|read|reads|start|begin|end|begins"
            rf"|starts|contain|mention)\b|\?)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            pattern=r"\b(?:write|print|output|show|type|paste|give|send|dump|recite|display)\b[^.!?\n]{0,16}\b(?:the "
            r"|your )(?:complete|full|entire|whole|exact|initial|hidden) (?:prompt|context(?: window)?)\b(?: (?:out"
            r"|to me|here|now|verbatim|in full|again))*\s*(?:[.,;:!?)\n]|$)|\b(?:your|the) (?:entire |whole "
            r"|full )?context(?: window)? (?:in full|verbatim|word for word|to me)\b|\b(?:first|last"
            r"|next) \d{1,4} (?:words|lines|characters|tokens|sentences) (?:of|in|from) (?:your |the )?(?:context"
            r"|prompt|instructions?|conversation)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            unless=FOR_OTHERS,
            pattern=rf"\b{_TELL}\b[^.!?\n]{{0,40}}\b(?:texts?|messages?|prompt|words|briefing|lines|instructions?"
            rf"|notes?|orders|everything|document)(?: that| which)? (?:you ?)?{_GOT}[^.!?\n]{{0,20}}?\b(?:before"
            rf"|prior to|ahead of|at the (?:start|beginning|outset) of|when) (?:{_SPEECH}|{_HERE}|we |i |you started)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            pattern=rf"\b(?:show|tell|give|print|output|reveal|repeat|recite|write|list|dump|paste|copy|put|convert"
            rf"|translate|summari[sz]e|includ\w+|spell|quote|share|return)\b[^.!?\n]{{0,50}}\b(?:everything|anything"
            rf"|all|whatever|that|which|text|words|lines?|messages?|what)\b(?: that| which)?(?: (?:came|comes|stood"
            rf"|stands|is|was|were|appears?|appeared|sits|got))?(?: (?:written|said|placed|put))? (?:before|above"
            rf"|ahead of|prior to|preceding|precedes) {_MINE}[^.!?\n]{{0,24}}(?:$|[.!?\n])",
        ),
        Sign(
            kind=EXTRACTION,
            weight=44,
            pattern=r"\b(?:list|show|print|repeat|tell|give|write|recite|output)\b[^.!?\n]{0,24}\b(?:steps|directions"
            r"|orders|guidance|rules)(?: that| which)? you (?:were|have been|'ve been) (?:given|told|handed|issued"
            r"|set)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            pattern=r"\b(?:pay no (?:heed|attention|mind) to|ignore|disregard|forget(?: about)?|scrap|drop|bin|skip"
            r"|set aside|put aside|throw out|overlook|bypass|do(?: not|n't) follow"
            r"|leave)\b[^.!?\n]{0,24}\b(?:guidance|briefing|onboarding|guard ?rails|constraints?|orders|setup"
            r"|policy text)\b(?: that| which)?(?: you| they)?(?:'ve|'re| have| had| were| are"
            r"| was)?(?: been)? (?:given|handed|received|got|came with|told|shown|fed|issued|set up|put|placed|gave)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=50,
            imperative=True,
            pattern=r"\b(?:tell|give|show|send)(?: me| us)? (?:me )?(?:everything|all|anything) (?:that is |that's "
            r"|you have |you hold )?in your (?:context|memory|prompt)\b",
        ),
    ),
)
_TOOLS: Final = Group(
    name="tools-as-given",
    anchors=(
        r"\b(?:raw|exact|verbatim|full|complete|original|tool|function|plugin|your) (?:definitions?|schemas?"
        r"|signatures)\b",
        r"\b(?:definitions?|schemas?|signatures) of (?:\w{1,6} ){0,3}(?:tools?|functions?|plugins?)\b",
    ),
    before=100,
    after=110,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=52,
            pattern=r"\b(?:output|print|show|dump|list|give|paste|repeat|reveal|return|send"
            r"|write)\b[^.!?\n]{0,40}\b(?:raw|exact|verbatim|full|complete|original|your)\b[^.!?\n]{0,24}\b(?:tool"
            r"|function|plugin)?\s?(?:definitions?|schemas?|signatures)\b[^.!?\n]{0,40}\b(?:you (?:have|were|got"
            r"|received|see|can)|as (?:you|given|received|they)|verbatim|word for word|in your (?:context|prompt)"
            r"|available to you|given to you)\b",
        ),
    ),
)
_CODE_GAMES: Final = Group(
    name="access-code",
    anchors=(
        r"\baccess (?:code|granted)\b|\b(?:correct|right|secret|security) code\b|\bentry code\b|\bgrants? (?:you |me "
        r"|us )?(?:entry|access)\b",
        r"[\])}]{4,}",
        r"\bcode (?:was|is) (?:correct|right|accepted|valid)",
    ),
    before=100,
    after=120,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=r"\b(?:display|function|screen|page|button|log|label|status|green|light|console|program|script|app"
            r"|php|python|java|sql|html|css|endpoint|api)\b",
            pattern=r"\b(?:say|print|output|write|type|reply(?: with)?|respond(?: with)?|repeat|return"
            r"|answer(?: with)?)(?: only| just| exactly| the words?| the phrase| now)* ?[\"'“‘]?access granted\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=r"\b(?:door|gate|building|guest|hotel|room|app|user|form|function|api|letter|course|exam)\b",
            pattern=r"\b(?:say|print|output|write|tell|repeat|reveal|spell|what|which|give|explain|list|hint|show"
            r"|reverse)\b[^.!?\n]{0,50}\b(?:the|right|correct|secret|your) access (?:code|phrase)\b|\b(?:word|words"
            r"|phrase|code|password|sentence|lines?|input|text)(?: that| which)? (?:grants?|gives?|unlocks?|come"
            r"|comes|stands?|stood|is|are|was)(?: directly| right| just)? (?:entry|access|(?:before|after"
            r"|behind) \W?(?:the )?access code)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=50,
            imperative=True,
            pattern=r"\b(?:access|security|right|correct|the) code (?:was |is |has been )?(?:accepted|correct|right"
            r"|valid|verified|confirmed)\b\W{0,3}(?:please |now |so |and |then |you (?:may|can|must"
            r"|should) (?:now )?)*(?:print|say|output|reveal|tell|give|write|unlock)\b|\b(?:user|visitor|person"
            r"|player) (?:has |have |just )?(?:typed|entered|given|said|provided) the (?:right|correct|secret"
            r"|valid) (?:access )?(?:code|password|phrase)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=30,
            imperative=True,
            pattern=r"[\])}]{4,}\s*(?:now |please |end of|here |the (?:user|defen[cs]e|text|attempt|code)|new |also )",
        ),
        Sign(
            kind=EXTRACTION,
            weight=30,
            imperative=True,
            pattern=r"\b(?:what (?:do|would|will|should) you (?:say|answer|reply|output|print)|list (?:the|all"
            r"|your) steps|first (?:word|letter|line|step) of the (?:first|last)|in the defen[cs]e)\b",
        ),
    ),
)

_OTHER_ANSWER: Final = Group(
    name="other-answer",
    anchors=(
        _INSTEAD,
        r"\bthe user (?:really|actually|truly|only|secretly) (?:wants|wanted|needs|asked)\b",
        r"\b(?:thing|word|phrase|text|sentence|name) (?:that )?you (?:must not|mustn't|cannot|can't|may not"
        r"|should not|shouldn't|are not|aren't|are forbidden)",
        r"\b(?:named|called|titled) (?:after |like )?(?:the|your) (?:secret|hidden|password|pass ?phrase)",
        r"\b(?:directives?|briefing) (?:is|are|was|were|has been|have been) ",
    ),
    before=100,
    after=100,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=52,
            imperative=True,
            pattern=_INSTEAD
            + r"(?: (?:it|this|that|the \w+|anything))?,? (?:please |just |simply |only |now )*(?:say|output"
            r"|print|write|reply(?: with)?|respond(?: with)?|return|answer(?: with)?)(?: (?:only|just|exactly"
            r"|the words?|the phrase|the string|with|me))*(?: ?: ?\S|,? ?[\"'“‘]| (?:hacked|pwned|owned|lol)\b"
            r"| (?-i:[A-Z]{3,})|(?:the words?|the phrase|the string|exactly) )",
        ),
        Sign(
            kind=OVERRIDE,
            weight=52,
            imperative=True,
            pattern=r"\bthe user (?:really|actually|truly|only|secretly) (?:wants|wanted|needs|needed"
            r"|asked) (?:you to|for you to)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=GUESSED,
            pattern=r"\b(?:describe|tell|say|spell|write|print|hint|draw|name|show|give|paraphrase|define|what is"
            r"|what's)\b[^.!?\n]{0,30}\b(?:the|that) (?:thing|word|phrase|text|sentence"
            r"|name) (?:that )?you (?:(?:must not|mustn't|may not|should not|shouldn't|are not (?:allowed"
            r"|supposed) to|aren't (?:allowed|supposed) to|are forbidden to) (?:reveal|tell|say|share|disclose"
            r"|mention|give away|utter|speak|show)|(?:cannot|can't) (?:reveal|tell|share|disclose|give away))\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=GUESSED,
            pattern=r"\b(?:named|called|titled) (?:after |like )(?:the|your) (?:secret (?:word|password|phrase|code)"
            r"|hidden word|password|pass ?phrase)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=40,
            imperative=True,
            pattern=r"\byour (?:\w+ )?(?:directives?|briefing|orders) (?:is|are|was|were|has been|have been)(?: now"
            r"| hereby| all)? (?:void|obsolete|cancel\w*|revoked|withdrawn|replaced|null|overridden|lifted"
            r"|suspended)\b",
        ),
    ),
)

GROUPS: Final = (_BRIEFED, _TOOLS, _CODE_GAMES, _OTHER_ANSWER)
