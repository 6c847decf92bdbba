"""Prompt injection by form: boundaries that only the system may set."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.signs import Group, Sign

BOUNDARY: Final = "FAKE_BOUNDARY"
DELIMITER: Final = "CHAT_DELIMITER"

_MARKS: Final = Group(
    name="boundary",
    anchors=(
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text"
        r"|endofprompt|end)\|>",
        r"\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?s>\s?\[|</?(?:system|sys|instructions?|user_?input"
        r"|user_?query|assistant|prompt|context"
        r"|document|data|tool_?(?:result|response|call)s?|important|admin|override)>",
        r"#{3,6} ?(?:system|instructions?):|(?:^|\n)[ \t>*_]{0,4}#{1,6} ?(?:system|instruction|new instruction"
        r"|response|user|assistant|human|end)",
        r"(?:^|\n)[ \t>*_#\[(<{\-=]{0,6}(?:system|assistant|developer|admin|root|human)"
        r"(?: (?:message|prompt|override|update|notice|note|command"
        r"|instruction|alert|mode))?[\])>}*_]{0,3}:",
        r"\"role\"\s?:\s?\"(?:system|developer|assistant)\"",
        r"[\-=#*~]{3,}\s?(?:end|begin|start|new|system|user)[ _]",
        r"\[(?:system|admin|override|instruction|assistant|developer|user)[^\]\n]{0,40}\]",
        r"\b(?:system|admin|root|developer|security|maintenance) (?:override|mode|access|command|notice|alert|update"
        r"|message)\b",
    ),
    before=60,
    after=160,
    signs=(
        Sign(
            kind=DELIMITER,
            weight=58,
            pattern=r"<\|(?:im_start|start_header_id)\|>\s*(?:system|developer|assistant|user)\b|<\|(?:system"
            r"|developer)\|>",
        ),
        Sign(
            kind=DELIMITER,
            weight=46,
            pattern=r"<\|(?:im_end|im_start|eot_id|endoftext|end_header_id|begin_of_text|endofprompt|end|user"
            r"|assistant)\|>",
        ),
        Sign(
            kind=DELIMITER,
            weight=50,
            pattern=r"<<SYS>>|<</SYS>>|\[/INST\]\s*\S|</s>\s*\[INST\]|<(?:start|end)_of_turn>",
        ),
        Sign(kind=DELIMITER, weight=36, pattern=r"\[INST\]"),
        Sign(
            kind=BOUNDARY,
            weight=52,
            pattern=r"</(?:system|sys|instructions?|user_?input|user_?query|prompt|context|document|data"
            r"|tool_?(?:result|response)s?|user)>\s*"
            r"(?:\S.{0,40}\s)?<(?:system|sys|instructions?|assistant|admin|user|prompt|important|override)>",
        ),
        Sign(kind=BOUNDARY, weight=34, pattern=r"<(?:system|sys|admin|override)>\s*\w|<important>\s*\w"),
        Sign(
            kind=BOUNDARY,
            weight=38,
            pattern=r"(?:(?:^|\n)[ \t>*_]{0,4}#{1,6}|#{3,6}) ?(?:new )?(?:system|instructions?)(?: (?:message"
            r"|prompt|override"
            r"|update))?\s*:",
        ),
        Sign(
            kind=BOUNDARY,
            weight=40,
            pattern=r"(?:^|\n|[.!?]\s)[ \t>*_#\[(<{\-=]{0,6}(?:system|admin|root|developer)"
            r"(?: (?:message|prompt|override|update|notice|note|command"
            r"|instruction|alert|mode))?[\])>}*_]{0,3}: ?\S",
        ),
        Sign(
            kind=BOUNDARY,
            weight=38,
            pattern=r"(?:^|\n)\s{0,4}(?:human|user)\s?:[^\n]{1,300}\n{1,3}\s{0,4}(?:assistant|ai)\s?:"
            r"|\n\s{0,4}(?:assistant|ai)\s?:[^\n]{1,300}\n{1,3}\s{0,4}(?:human|user)\s?:",
            foreign=True,
        ),
        Sign(
            kind=BOUNDARY,
            weight=40,
            pattern=r"\{\s{0,3}[\"']role[\"']\s?:\s?[\"'](?:system|developer)[\"']",
            foreign=True,
        ),
        Sign(
            kind=BOUNDARY,
            weight=45,
            pattern=r"[\-=#*~\[<]{2,}\s{0,2}(?:end|begin|start"
            r"|new)(?:ing)?[ _](?:of[ _])?(?:the[ _])?(?:new[ _])?(?:user|system|document|context"
            r"|prompt|input|instructions?|data|conversation|email|text|tool|query|trusted|untrusted)",
        ),
        Sign(
            kind=BOUNDARY,
            weight=53,
            unless=r"\]\s*\n\s*[\w.-]+ ?=",
            pattern=r"\[(?:system|admin|developer)[ _]?(?:message|override|prompt|note|command|update|instructions?"
            r"|mode|notice|alert)[^\]\n]{0,24}\]"
            r"|\[(?:system|admin|override)\](?:\(#\w*\))?",
        ),
        Sign(
            kind=BOUNDARY,
            weight=40,
            imperative=True,
            pattern=r"[\-=#*~]{3,} ?(?:system|admin|developer) (?:message|override|prompt|note|command|update"
            r"|instructions?|notice|alert) ?[\-=#*~]{3,}",
        ),
        Sign(
            kind=BOUNDARY,
            weight=28,
            imperative=True,
            pattern=r"\b(?:safety|content|policy|compliance) (?:review|check|screening|filter|scan) (?:is "
            r"|has been )?(?:passed"
            r"|approved|cleared|waived|bypassed)\b",
        ),
        Sign(
            kind=BOUNDARY,
            weight=40,
            pattern=r"\b(?:system|admin|root|developer|security|maintenance|safety) (?:override"
            r"|command)\b\s*(?:[:\-!]|code|engaged|activated|enabled"
            r"|initiated|accepted|protocol)",
        ),
    ),
)

GROUPS: Final = (_MARKS,)
