"""Prompt injection by what is carried: data sent out of the conversation, orders brought in encoded."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.signs import Group, Sign

EXFILTRATION: Final = "EXFILTRATION"
SENT_ON: Final = Sign(
    kind=EXFILTRATION,
    weight=44,
    foreign=True,
    pattern=r"\b(?:post|send|forward|upload|transmit|exfiltrate|submit|e-?mail|share) (?:them|it|these|this"
    r"|everything|what you (?:find|found|see|get)|all of (?:it|them))"
    r" to (?:\S{1,20} ){0,2}(?:https?://|\S{1,40}@[a-z0-9-]+\.[a-z])",
)
"""What was found is to go to an address, whatever it was."""
_TALK: Final = (
    r"(?:data|secrets?|histor(?:y|ies)|prompts?|conversations?|contexts?|summar(?:y|ies)|chats?|messages?|questions?"
    r"|answers?|inputs?|quer(?:y|ies) of|passwords?|credentials?|api.?keys?|documents?|e-?mails?|contents?|text|reply"
    r"|response|information|env|memory|last)"
)
_HELD: Final = rf"(?:(?:\{{|\$|<|\[|%7b)[^)\s]{{0,24}}{_TALK}|{_TALK}[^)\s]{{0,20}}[\]}}>])"
"""A place in an address that is to be filled with what was said; other places, as in a badge's, are ordinary."""
ENCODED: Final = "ENCODED_INSTRUCTION"

_CARRYING: Final = Group(
    name="exfiltration",
    anchors=(
        r"!\[[^\]\n]{0,60}\]\(\s?https?://|<img[^>]{1,60}https?://",
        r"\b(?:send|forward|post|upload|transmit|exfiltrate|leak|append|encode|include|submit|insert|embed|put)\s"
        r"[^!?\n]{1,60}(?:https?://|webhook|\burls?\b|query string|query param|image link|my server)",
        r"\b(?:send|forward|upload|transmit|leak|submit|deliver|copy|e-?mail|share)\s[^!?\n]{1,60}@[a-z0-9]",
        r"\b(?:visit|open|fetch|curl|wget|get request|browse|navigate|load|render|click)\s[^!?\n]{0,40}https?://",
        r"\b(?:followed by|plus|containing|concatenated with) (?:\w{1,12}['\w]{0,2} ){0,5}(?:user|conversation|chat"
        r"|message"
        r"|history)|[?&/=][^\s]{0,20}[<{\[](?:[\w']{1,14} ){1,6}(?:user|conversation|chat|prompt|context|documents"
        r"|history)"
        r"|\b(?:in|into|to|on) (?:the|a|this) (?:form|page|site|box|field|sheet) (?:at|on|under) ?.{0,2}https?://",
    ),
    before=120,
    after=160,
    signs=(
        Sign(
            kind=EXFILTRATION,
            weight=52,
            imperative=True,
            foreign=True,
            pattern=r"https?://[^\s]{1,120}[?&/=][^\s]{0,40},? (?:followed by|plus|concatenated with|and append)\b"
            r"[^.!?\n]{0,40}\b(?:conversation|chat|contents? of|last message|summary|history|system (?:message|prompt)"
            r"|your (?:answer|context|instructions)|what the user)\b"
            r"|https?://[^\s]{1,120}[?&/=][^\s]{0,20}[<{\[][^>}\]\n]{0,50}\b(?:user's (?:documents?|messages?"
            r"|questions?"
            r"|data|files|mails?)|this conversation|the conversation|chat history|this chat|told you|what the user"
            r"|your (?:prompt|instructions|context))\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:write|enter|type|put|fill|paste|submit|post) (?:them|it|these|everything|all of (?:it|them)"
            r"|the results?) (?:in|into|to|on) (?:the|a|this) (?:form|page|site|box|field|sheet) (?:at|on"
            r"|under) \S{0,2}"
            r"https?://",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=62,
            imperative=True,
            pattern=rf"!\[[^\]\n]{{0,80}}\]\(\s?https?://[^)\s]{{1,200}}[?&/=](?:[\w.-]{{0,40}}=)?{_HELD}",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=56,
            imperative=True,
            pattern=rf"<img[^>]{{1,200}}src\s?=\s?.?https?://[^>\s]{{1,200}}[=/]{_HELD}",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=58,
            unless=r"\b(?:data|information|documents|records|files) you (?:hold|have|keep|store|process)\b",
            pattern=r"\b(?:send|forward|post|upload|transmit|exfiltrate|leak|email|submit|deliver|share"
            r"|copy)\b[^!?\n]{0,60}\b(?:conversation|chat|history"
            r"|system prompt|your (?:instructions|prompt|context|memory)|api[ _-]?keys?|passwords?|credentials?"
            r"|secrets?|tokens?|private|personal (?:data|"
            r"information)|user'?s?|(?:all|every|the last|other|previous|these|my) (?:\w+ )?(?:emails?|messages|files"
            r"|data))\b[^!?\n]{0,60}\b(?:to|at|via|into|in) "
            r"(?:\S{1,20} ){0,2}(?:https?://|\S{1,40}@[a-z0-9-]+\.[a-z]|webhook|my server)",
            foreign=True,
        ),
        Sign(
            kind=EXFILTRATION,
            weight=44,
            unless=r"\b(?:data|information|documents|records|files) you (?:hold|have|keep|store|process)\b",
            pattern=r"\b(?:send|forward|post|upload|transmit|exfiltrate|leak|email|submit|deliver|share"
            r"|copy)\b[^!?\n]{0,60}\b(?:conversation|chat|history"
            r"|system prompt|your (?:instructions|prompt|context|memory)|api[ _-]?keys?|passwords?|credentials?"
            r"|secrets?|tokens?|private|personal (?:data|"
            r"information)|emails?|messages|contents?|files?|user'?s?|data)\b[^!?\n]{0,60}\b(?:to|at|via|into|in) "
            r"(?:\S{1,20} ){0,2}(?:https?://|\S{1,40}@[a-z0-9-]+\.[a-z]|webhook|my server)",
            foreign=True,
        ),
        Sign(
            kind=EXFILTRATION,
            weight=60,
            pattern=r"\b(?:send|forward|post|upload|transmit|exfiltrate|leak|submit|append|encode|include|insert"
            r"|embed|put)\b[^!?\n]{0,60}\b(?:this (?:conversation"
            r"|chat)|(?:the|our|entire|full|whole) (?:conversation|chat|chat history|conversation history)"
            r"|conversation history|chat history|system prompt|your"
            r" (?:instructions|prompt|context|memory)|(?:user'?s? )?(?:api[ _-]?keys?|passwords?|credentials"
            r"|secrets))\b[^!?\n]{0,60}\b(?:to|at|via|into|in|as|onto|with) (?:\S{1,20} ){0,3}(?:https?://"
            r"|webhook|\burl\b|query (?:string|param)|image (?:link|url)|my server)",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=60,
            pattern=r"\b(?:send|forward|post|transmit|exfiltrate|leak|submit|mail"
            r"|e-?mail)\b[^!?\n]{0,60}\b(?:system prompt"
            r"|your (?:instructions|prompt|context|memory)|(?:user'?s? )?(?:api[ _-]?keys?|passwords?|credentials"
            r"|secrets))\b[^!?\n]{0,60}\bto (?:\S{1,20} ){0,3}\S{1,40}@[a-z0-9-]+\.[a-z]",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=52,
            pattern=r"\b(?:append|encode|add|include|insert|embed|put|replace|attach"
            r"|with)\b[^!?\n]{0,60}\b(?:conversation|chat|history|data|secret|summary|context"
            r"|information|answer|name|password|key|message)s?\b[^!?\n]{0,40}\b(?:in|to|into|as|within"
            r"|onto)\b[^!?\n]{0,24}\b(?:urls?|query (?:string|param\w*)"
            r"|image (?:link|url|source)|link|markdown image|img tag)\b",
            foreign=True,
        ),
        Sign(
            kind=EXFILTRATION,
            weight=40,
            pattern=r"\b(?:visit|open|fetch|curl|wget|get request|browse|navigate|load|render"
            r"|click)\b[^!?\n]{0,60}https?://[^\s]{0,120}[=/](?:\{|<|\[|\$\{)",
            foreign=True,
        ),
        SENT_ON,
    ),
)

_WRAPPED: Final = Group(
    name="encoded-order",
    anchors=(
        r"\b(?:decode|decrypt|deobfuscate|unscramble|base ?64|rot ?13|backwards|in reverse)\s(?:this|the|it|and|then"
        r"|following|string"
        r"|text|message|below|encoded|content|payload|instruc|to)",
    ),
    before=40,
    after=160,
    signs=(
        Sign(
            kind=ENCODED,
            weight=45,
            pattern=r"\b(?:decode|decrypt|deobfuscate|unscramble|base ?64|rot ?13|caesar|hex|morse|backwards"
            r"|reversed)\b[^!?]{0,120}\b(?:execute|follow|obey|perform"
            r"|carry out|act on|comply with|do (?:what|as|exactly))\b[^!?\n]{0,40}\b(?:instructions?|commands?|it"
            r"|that|them|says?|message|orders?|result|content|text)\b",
        ),
    ),
)

GROUPS: Final = (_CARRYING, _WRAPPED)
