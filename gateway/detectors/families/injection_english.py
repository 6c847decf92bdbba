"""Prompt injection in English: instructions overridden, new tasks put in the place of the given."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_spared import (
    CONFLICTING,
    FIRST_PERSON,
    IN_DATA,
    KEPT,
    OF_CONTRACTS,
    SPARING,
)
from keeptrusts.gateway.detectors.families.signs import Group, Sign

OVERRIDE: Final = "INSTRUCTION_OVERRIDE"

BETWEEN: Final = r"[\s,*_\-]+"
"""What stands between two words."""
_B: Final = BETWEEN
_STOPPED: Final = (
    r"(?:ignor(?:e|ed|ing)|disregard(?:ed|ing)?|forget(?:ting)?|overrid(?:e|den|ing)|overwrit(?:e|ing)|overrul(?:e"
    r"|ing)"
    r"|bypass(?:ing)?|circumvent(?:ing)?|neglect(?:ing)?|abandon(?:ing)?|discard(?:ing)?|set aside|put aside|unlearn"
    r"|disobey|defy|pay (?:no|zero) (?:attention|heed|mind) to"
    r"|(?:do|should|must|need|will|shall|are|is)(?: not|n'?t)(?: (?:to|have to|need to|required to|obliged to|going to"
    r"|allowed to))?"
    r" (?:follow|obey|listen to|pay attention to|adhere to|comply with|abide by|care about|consider|respect|use|heed"
    r"|bound by|be bound by)"
    r"|(?:stop|cease|quit|refrain from) (?:follow|obey|adher|comply|listen|using|consider|respect)\w*(?: (?:to|with))?"
    r"|no longer (?:follow|obey|adhere to|comply with|bound by|need to follow|have to follow|listen to|apply)"
    r"|never ?mind|release yourself from|free yourself (?:from|of))"
)
_ENDED: Final = (
    r"(?:skip(?:ping)?|drop|delete|eras(?:e|ing)|wipe|dismiss|scrap|cancel|clear|reset|omit|leave behind|remove"
    r"|disable"
    r"|deactivate|turn off|suspend|nullify|void|invalidate|supersede|replace|violate|break|get rid of|move past"
    r"|look past"
    r"|throw (?:away|out)|instead of)"
)
"""What is done to many things, so that only clear words beside it make it an attack."""
_FILLING: Final = (
    r"(?:all|any|the|of|your|my|our|its|his|their|these|those|each|every|everything|that|this|it|about|and|or|to|from"
    r"|completely|entirely|fully|totally|just|simply|what|whatever|such|both|entire|whole|other|further|more|mentioned"
    r"|stated|provided|specific|some|aforementioned|last|next|first|ones|long|ur|full|complete|various|explicit|strict"
    r"|set|list|previously|already|currently|aforesaid|body|series|in|for|on|with|now|please)"
)
_NOT_MINE: Final = _FILLING.replace("|my|", "|")
_PRIOR: Final = (
    r"(?:previous(?:ly)?|prior|above|preceding|earlier|foregoing|former|past|old(?:er)?|initial|original|existing"
    r"|current|other|system|given|pre-?(?:defined|set|programmed)|hidden|developer('?s)?|openai('?s)?"
    r"|safety|ethic(?:al|s)|moderation|built-?in|before|your|yours|ur|prompt|security|secret"
    r"|restrictive|programmed|first)"
)
_RULES: Final = (
    r"(?:instructions?|instrcutions?|instuctions?|instruct|directions?|directives?|prompts?|prompting|rules?"
    r"|guidelines?|guidance|commands?|orders|constraints?"
    r"|restrictions?|programming|training|policy|policies|protocols?|limitations?|filters?|filtering|safeguards?"
    r"|guardrails?|safety|censorship"
    r"|regulations?|principles?|ethics|parameters|mandates?|conditioning|configurations?|boundaries|moderation"
    r"|system (?:messages?|prompts?))"
)
_SAID: Final = (
    r"(?:texts?|messages?|conversations?|context|contents?|information|info|tasks?|assignments?|requests?|inputs?"
    r"|questions?|sentences?|paragraphs?|discussions?|statements?|words|lines?|data|dialogu?e?s?|chats?|history"
    r"|interactions?|exchanges?|documents?|sections?|section|things?|stuff|memory|memories|knowledge)"
)
_GIVEN: Final = (
    r"(?:above|before(?:hand)?|previously|prior|earlier|so far|until now|up (?:to|until|till) (?:now|this point|here)"
    r"|(?:that |which )?(?:you|u)(?:(?: (?:have|had|were|was|are))|'ve)?(?: (?:just|been|previously|already))*"
    r" (?:given|told|received|taught|instructed|provided|programmed|trained|got|gotten|learn(?:ed|t)|seen|read|know"
    r"|were)"
    r"|(?:that |which )?i(?:(?: (?:have|had))|'ve)?(?: (?:just|previously|already))* (?:said|told|gave|given|wrote"
    r"|asked"
    r"|mentioned|instructed)|given|preceding this|that came before)"
)


_THINGS: Final = "instruc|prompt|guideline|directive|restriction|constraint|programming|filters|safeguard|safety"

_OVERRIDES: Final = Group(
    name="override",
    anchors=(
        r"\b(?:ignor(?:e|ing|ed)|disregard|forget|overrid|overrul|overwrit|bypass|circumvent|neglect|disobey"
        r"|never ?mind|unlearn|heed to|attention to|bound by)",
        rf"\b(?:skip|drop|abandon|discard|delete|erase|wipe|dismiss|scrap|cancel|clear|reset|omit|aside|remove|disable"
        rf"|turn off)[^.!?;]{{1,40}}\b(?:{_THINGS})",
        rf"\b(?:violate|break|suspend|nullify|void|supersede|replace|follow|obey|listen to|adhere|comply|abide|respect"
        rf"|consider|rid of|past|throw|yourself|instead of)[^.!?;]{{1,40}}\b(?:{_THINGS})",
        r"(?:\bstop|\bnot|n't|\bno longer|\bcease) (?:\w{1,8} ){0,2}(?:follow|obey|listen|adher|comply|abid|respect"
        r"|consider|bound)\w{0,4}\s"
        r"[^.!?;]{0,24}\b(?:rules|orders|direction|command|polic|previous|above|prior|system)",
        r"\b(?:cancel|remove|delete|reset|drop|clear|disable) (?:\w{1,8} ){0,2}(?:restriction|rules|limit|command"
        r"|orders|polic)",
    ),
    before=110,
    after=60,
    signs=(
        Sign(
            kind=OVERRIDE,
            unless=f"{KEPT}|{IN_DATA}",
            weight=88,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,6}}{_B}{_PRIOR}(?:(?:{_B}(?:{_FILLING}"
            rf"|{_PRIOR})){{0,3}}{_B}{_RULES}"
            rf"|(?:{_B}\w+){{1,2}}{_B}(?:instructions?|prompts?|directives?|guidelines?|directions|commands?"
            rf"|programming"
            rf"|training|constraints))\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=f"{KEPT}|{IN_DATA}",
            weight=85,
            pattern=rf"\b{_STOPPED}(?:{_B}\w+){{0,4}}{_B}(?:{_RULES})(?:{_B}\w+){{0,3}}{_B}{_GIVEN}\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=f"{KEPT}|{IN_DATA}|{CONFLICTING}",
            weight=75,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,3}}{_B}(?:all|any|every|everything)(?:{_B}{_FILLING}){{0,3}}"
            rf"(?:{_B}\w+)?{_B}{_RULES}\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=f"{SPARING}|{FIRST_PERSON}",
            weight=68,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,2}}{_B}(?:(?:everything|anything|all (?:of )?(?:it|that|this"
            rf"|the"
            rf" things))(?:{_B}(?:{_FILLING}|{_SAID}|else|has|been|was|is)){{0,4}}{_B}(?:{_GIVEN}|previous|you know)\b"
            rf"|what(?:ever)?(?:{_B}(?:has|been|was|is|were)){{0,2}}{_B}{_GIVEN}\s*(?:[.,;:!?\n]|$|and\b|before|above"
            rf"|earlier|now\b|so\b)|all (?:of )?(?:the )?(?:above|previous|prior|before)\s*(?:[.,;:!?]|$|and\b))",
        ),
        Sign(
            kind=OVERRIDE,
            unless=SPARING,
            weight=58,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,3}}{_B}(?:all|any|every|everything)(?:{_B}{_FILLING}){{0,3}}"
            rf"{_B}(?:previous|prior|above|preceding|earlier)(?:{_B}\w+)?{_B}{_SAID}\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=SPARING,
            weight=54,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,2}}{_B}(?:previous|prior|above|preceding|earlier)(?:{_B}\w+)?"
            rf"{_B}(?:texts?|conversations?|context|tasks?|assignments?|inputs?|dialogu?e?s?|chats?|history|messages"
            rf"|requests|questions|words"
            r"|statements|paragraphs?|discussions?)\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=SPARING,
            weight=55,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,3}}(?:{_B}\w+)?{_B}{_SAID}{_B}(?:{_GIVEN})\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=f"{KEPT}|{IN_DATA}",
            weight=72,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,3}}{_B}(?:system|developer){_B}(?:messages?|prompts?"
            rf"|instructions?)\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=f"{KEPT}|{IN_DATA}|{OF_CONTRACTS}",
            weight=66,
            pattern=rf"\b{_ENDED}(?:{_B}{_NOT_MINE}){{0,5}}{_B}(?:{_PRIOR}(?:{_B}{_FILLING}|{_B}{_PRIOR}){{0,3}}|all"
            rf"|any|every)"
            rf"{_B}(?:instructions?|prompts?|programming|directives?|guidelines|safety guidelines|safeguards?"
            rf"|guardrails?)\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=f"{KEPT}|{IN_DATA}",
            weight=52,
            pattern=rf"\b{_ENDED}(?:{_B}\w+){{0,3}}{_B}{_RULES}(?:{_B}\w+){{0,3}}{_B}(?:on you|placed upon you"
            rf"|of yours|you (?:have"
            r"|had|were|are)(?: been)? (?:given|told|taught)|imposed on you|that bind you)\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=SPARING,
            weight=44,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,2}}{_B}(?:what(?:ever)?|everything|all|anything)(?:{_B}that)?"
            rf"{_B}(?:i|we)(?:'ve|{_B}have|{_B}had)?(?:{_B}(?:just|previously|already))*{_B}(?:said|told|wrote"
            rf"|written|asked"
            rf"|mentioned|gave|given)\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=SPARING,
            weight=54,
            pattern=rf"\b{_STOPPED}(?:{_B}{_FILLING}){{0,2}}{_B}(?:what(?:ever)?|everything|all|anything)(?:{_B}that)?"
            rf"{_B}(?:i|we)(?:'ve|{_B}have|{_B}had)?(?:{_B}(?:just|previously|already))*{_B}(?:said|told|wrote"
            rf"|written|asked)"
            rf"[^.!?\n]{{0,20}}\b(?:and|then|instead)(?:{_B}(?:just|only|now|simply|instead))*{_B}(?:output|say"
            rf"|print|respond"
            rf"|reply)\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=f"{KEPT}|{IN_DATA}",
            weight=46,
            pattern=r"\b(?:ignore|disregard|forget) (?:(?:what )?the user(?:'s)?(?: (?:question|request|input|message"
            r"|query|says?|said|asks?|asked|wants?))?|(?:the )?(?:request|question|task|query|instructions?|prompt"
            r"|message"
            r"|orders?) (?:of|from|by|given by) the user"
            r"|(?:them|it|that|this|those) all|all of (?:them|that|this|it))\b",
        ),
        Sign(
            kind=OVERRIDE,
            unless=f"{KEPT}|{IN_DATA}|{CONFLICTING}",
            weight=40,
            pattern=rf"\b(?:ignor(?:e|ing)|disregard|forget|overrid(?:e|ing)|do(?: not|n't) (?:follow|obey))"
            rf"(?:{_B}{_FILLING}){{0,4}}{_B}(?:instructions?|prompts?|directives?)\b",
        ),
    ),
)

_NEW_TASKS: Final = Group(
    name="new-task",
    anchors=(
        r"\b(?:new|updated|revised|real|actual|true|only|important|additional|special"
        r"|priority)\s(?:system\s)?(?:instruc"
        r"|task|role|rule|directive|objective|orders|prompt|goal|purpose|mission|persona|identity|command|policy)",
        r"\b(?:from (?:now|this point|here) on|starting now|henceforth|from this (?:moment|point)"
        r"|going forward,? you)",
        r"\b(?:end of (?:the )?(?:system |user |initial |previous )?(?:instruc|prompt|task|input|context|document|text"
        r"|assign|conversation)|start (?:over|afresh|anew|fresh|a new)|new (?:session|conversation|chat|context)"
        r"|start from scratch|that was (?:it|all|just)|that'?s (?:it|all|enough)|tasks? (?:is|are|was|were) (?:now"
        r"|irrelevant|over|done|cancel|complete|finish|void))",
        r"\binstead[,:]?\s(?:of (?:that|this|doing|the|following|answering|translating|summari)|say|tell|print|write"
        r"|output"
        r"|respond|reply|answer|give|show|provide|return|generate|do|you|please|just|only|focus|execute|perform|let)",
        r"\b(?:instruc\w{1,6}|prompts?|rules|guidelines|messages?|texts?|tasks?) (?:above |before )?(?:(?:is|are|was"
        r"|were)"
        r" (?:now |only |just )?(?:void|obsolete|irrelevant|wrong|fake|an? (?:test|joke|decoy|mistake|error|trick)"
        r"|outdated|cancel|invalid|a lie"
        r"|null|superseded"
        r"|overrid|no longer|not (?:valid|important|real|relevant))|no longer)",
    ),
    before=100,
    after=100,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=48,
            imperative=True,
            pattern=r"(?:^|[\n.!?>#\]\-=*])\W{0,8}(?:(?:here (?:is|are)|these are|this is|follow) (?:your|the|my) )?"
            r"(?:new|updated|revised|real|actual|true|important|additional|special|priority)"
            r" (?:system )?(?:instructions?|task|prompt|rules?|directives?|orders?|objective|command)\W{0,4}(?:[:\n]"
            r"|-(?:\s|$))",
        ),
        Sign(
            kind=OVERRIDE,
            weight=45,
            imperative=True,
            pattern=r"\byour (?:new|real|actual|true|only) (?:task|role|job|instructions?|objective|goal|purpose"
            r"|mission"
            r"|persona|identity|name|prompt|rules?|directive)s? (?:is|are|will be|now)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=40,
            imperative=True,
            pattern=r"\b(?:follow|obey|use|accept|listen to|execute|adopt|i have|i (?:will )?give you|(?:i am"
            r"|i'm) giving"
            r" you) (?:only )?(?:the|these|this|my|a) (?:following )?new (?:\w+ )?(?:instructions?|rules?|directives?"
            r"|orders"
            r"?|tasks?|role|prompt|commands?|persona)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=32,
            imperative=True,
            pattern=r"\b(?:from (?:now|this point|here) on(?:wards?)?|starting now|henceforth|from this moment(?: on)?"
            r"|going forward),?(?: \w+)?,? (?:you|your|always|respond|answer|act|ignore|only|i am|i'm|every|do not"
            r"|don't"
            r"|speak|reply|call)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=45,
            imperative=True,
            pattern=r"(?:^|[\n#\-=*\[(<{])\W{0,8}(?:end of|end) (?:the )?(?:system |user |initial |previous |above )?"
            r"(?:instructions?|prompt|input|context|document|task)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=35,
            imperative=True,
            pattern=r"\b(?:start(?:ing|s)? (?:over|afresh|anew|fresh|from scratch|a new (?:session|conversation|chat"
            r"|context|task))|new (?:session|conversation|chat|context) (?:starts|begins|start))\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=45,
            imperative=True,
            pattern=r"\b(?:that'?s|that is|that was|this was|it'?s) (?:it|all|enough|everything|just)\b[^.!?\n]{0,40}"
            r"\b(?:tasks?|assignments?|instructions?|part)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=44,
            imperative=True,
            pattern=r"\b(?:all |the |your |my |those |these )?(?:previous|prior|earlier|above|preceding|old|initial"
            r"|original|other|former) (?:\w+ )?(?:instructions?|prompts?|rules|guidelines|messages?|texts?|tasks?"
            r"|orders"
            r"|assignments?) (?:(?:is|are|was|were)(?: now)? (?:void|obsolete|irrelevant|wrong|fake|a test|a joke"
            r"|outdated"
            r"|cancel\w*|invalid|a lie|null|superseded|overrid\w+|no longer|not (?:valid|important|real|relevant)"
            r"|over|done)"
            r"|no longer)",
        ),
        Sign(
            kind=OVERRIDE,
            weight=58,
            imperative=True,
            pattern=r"\b(?:instructions?|prompts?|rules|guidelines|messages?|texts?|tasks?|orders"
            r"|assignments?) (?:is|are"
            r"|was|were)(?: now)? (?:void|obsolete|irrelevant|wrong|fake|a test|a joke|outdated|cancel\w*|invalid"
            r"|a lie"
            r"|null|superseded|overrid\w+|no longer|not (?:valid|important|real|relevant)|over"
            r"|done)[^\n]{0,60}\b(?:you"
            r"|your|say|print|reveal|output|respond|reply|answer|instead|write|repeat|follow|obey|only"
            r"|new (?:task|instruction|role|job|goal))\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=52,
            imperative=True,
            pattern=r"\b(?:instructions?|prompts?|rules|guidelines|texts?|tasks?) (?:above|before(?: this)?"
            r"|given (?:above|before)|so far) (?:is|are|was"
            r"|were)(?: now| only| just)* (?:void|obsolete|irrelevant|wrong|fake|an? (?:test|joke|lie|mistake|error"
            r"|decoy)|outdated|cancel\w*|invalid|null"
            r"|superseded|no longer|not (?:valid|important|real|relevant)|written by)",
        ),
        Sign(
            kind=OVERRIDE,
            weight=18,
            imperative=True,
            pattern=r"\binstead,?:? (?:say|tell|print|write|output|respond|reply|answer|give|show|provide|return"
            r"|generate|do|you|please|just|only|focus|execute|perform|let)\b",
        ),
    ),
)

GROUPS: Final = (_OVERRIDES, _NEW_TASKS)
