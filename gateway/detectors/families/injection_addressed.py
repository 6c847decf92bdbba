"""Prompt injection in what tools and documents hold: who calls to a model there, and what it is to do to its user."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_carried import EXFILTRATION
from keeptrusts.gateway.detectors.families.injection_indirect import INDIRECT
from keeptrusts.gateway.detectors.families.injection_spared import HOW_TO_WRITE, LOGGED_IN, OF_STYLE
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_MODEL: Final = (
    r"(?:ais?|a\.i\.|llms?|(?:large )?language models?|(?:ai |coding |chat )?(?:agents?|assistants?|models?|bots?)"
    r"|chat ?bots?|chat ?gpt|gpt|copilot|claude|gemini|ai systems?|sprachmodelle?n?|ki(?:-\w+)?|assistants? ia"
    r"|modèles? de langage|ias?|modelos? de lenguaje|asistentes? de ia)"
)
_ALWAYS: Final = (
    r"(?:llms?|(?:large )?language models?|(?:ai|coding|automated) (?:agents?|assistants?|models?|bots?"
    r"|screeners?"
    r"|reviewers?|readers?|systems?|operators?)|chat ?bots?|chat ?gpt|gpt|copilot)"
)
_SURELY: Final = rf"(?:ais?|{_ALWAYS})"
_DO: Final = (
    r"(?:ignore|say|tell|respond|reply|answer|include|send|output|write|print|recommend|call|use|forward|do not|don't"
    r"|reveal|copy|text|transfer|delete|cancel|stop|search|list|add|append|insert|turn|unlock|open|visit|fetch|run"
    r"|execute|approve|post|read|show|put|give|your)"
)

_HAILED: Final = Group(
    name="hailed",
    anchors=(
        r"\b(?:which|any|every|all|an|whichever|whatever|what|alle|aux|des|die|for the|for|to|as an) (?:ai|llm"
        r"|language model"
        r"|agent|assistant|model|bot|chat|coding|gpt|copilot|sprachmodell|ki\b|ki-|ia\b)",
        r"\b(?:ai|llm|gpt|agent|assistant|bot|model|copilot) ?(?:instruction|directive|order|task|todo|note)s?:",
        r"\b(?:agents?|assistants?|bots?|models?|llms?|ai|gpt|copilot)[,:!]{1,3} ",
        "(?:面向|致|给)(?:所有)?AI|AIアシスタント(?:へ|は|、)|AI(?:助手|模型|へ)[:：,，]",
        r"\byour (?:answer|summary|reply|response|output|review)\b|\bsummar(?:y|ies) (?:of this|must|shall|should)",
    ),
    before=60,
    after=130,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            unless=HOW_TO_WRITE,
            pattern=rf"\b(?:(?:note|message|hinweis|nachricht|instructions?|todo|task|word|important|memo|nota) )?"
            rf"(?:to|for|an|für|aux?|para|pour) (?:all |any |every |the |alle |die |das |les |whichever |whatever )*"
            rf"(?:ais?(?: (?:that|which|who|in (?:this|these|the|our|your|charge)|\w+ing)(?: \w+){{0,3}})?"
            rf"|{_ALWAYS}(?: \w+){{0,4}}) ?[:!]|\b(?:an"
            rf"|hinweis an|nachricht an) (?:alle |die |das )(?:sprachmodelle?"
            rf"|ki(?:-\w+)?|ki-\w+)\s*[:.!]|\bl'attention (?:des |de l'|de toutes? les )ia\s*:|\b(?:message"
            rf"|note) aux? (?:assistants? ia|ia|modèles? de langage)\s*:"
            rf"|\b(?:instructions?|todo|tasks?|orders?) for (?:the )?(?:coding |ai )?(?:agents?|assistants?|bots?|gpt"
            rf"|copilot)\b ?[:,]|\bfor the coding agents?\b ?[:,]",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            unless=r"\b(?:this|these) (?:\w+ )?(?:sensors?|signals?|meters?|gauges?|values?|inputs?|samples?|images?"
            r"|cards?"
            r"|applications?|parts)\b",
            pattern=rf"\b(?:any|every|all|an|the|if|which(?:ever)?|what(?:ever)?) {_MODEL}(?: which| that| who)?"
            r"(?: is| are|'s)? (?:read|summari[sz]|process|review|index|pars|edit|draft)\w* (?:this|these)\b"
            rf"|\bas an? {_SURELY} (?:read|summari[sz]|process|review|evaluat|grad|screen)ing (?:this|the)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            unless=OF_STYLE,
            pattern=r"\b(?:ai|llm|gpt|chatbot|copilot) (?:instructions?|directives?|orders?|tasks?|todo|note)\s*:"
            r"|[\[(<{](?:assistant|agent|bot|model) (?:instructions?|directives?|orders?|task|note)\s*:",
        ),
        Sign(
            kind=INDIRECT,
            weight=44,
            imperative=True,
            foreign=True,
            pattern=r"(?:^|[.!?\n>\"(\[{#*] {0,2}|by the way, |hey |hi |hello |ok |note: |dear )(?:agents?"
            r"|assistants?|bots?"
            rf"|models?|llms?|ai|gpt|copilot)(?:!+|[,:]) (?:please |kindly |now |just |when |if )*{_DO}\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=60,
            imperative=True,
            foreign=True,
            pattern="(?:面向|致|给)(?:所有)?AI(?:助手|模型|代理)?|AIアシスタント(?:へ|は、)|AI(?:助手|模型)[:：,，]请",
        ),
        Sign(
            kind=INDIRECT,
            weight=44,
            imperative=True,
            foreign=True,
            pattern=r"\byour (?:answer|summary|reply|response|output|review) (?:has to|must|should|shall|needs to"
            r"|will)"
            r" (?:contain|include|say|mention|end|start|begin|state|recommend|claim|be)\b"
            r"|\b(?:write|phrase|word|begin|end|start|finish) (?:your|the) (?:answer|summary|reply|response|review)"
            r" (?:in such a way|so that|with)\b"
            r"|\bsummar(?:y|ies)(?: of this \w+)? (?:shall|must|should|has to|have to) (?:be written|say|not say"
            r"|claim|end)",
        ),
    ),
)
_BEHALF: Final = Group(
    name="on-behalf",
    anchors=(
        r"\bthe user (?:has|had|now|wants|changed|already|asked|told|said|confirmed|agreed|authori)",
        r"\b(?:no confirmation|without confirmation|no need to (?:check|confirm|ask)|not to bother|keep (?:this"
        r"|it) (?:to"
        r" yourself|secret|hidden)|hide this|delete this (?:message|mail|e-?mail|note))",
        r"\b(?:before|after) (?:you can |you )?(?:solv|complet|answer|finish|go(?:ing)? on)\w{0,4} (?:with )?(?:the"
        r"|your|its) ",
        r"\b(?:from me, the user|your original task|the original task|current task|task that i gave)",
        r"\bask (?:the user|them|him|her) for (?:their|his|her|the|a)\b",
        r"\b(?:the )?user'?s? (?:full |saved |private |entire |last |current )?(?:home |postal |credit |chat "
        r"|e-?mail |api"
        r" |passport |phone |bank )?(?:address|number|card|history|token|key|password|calendar|contacts|inbox"
        r"|location)",
        r"\byour (?:env|environment|secrets|clipboard|api|credentials|tokens?)\b",
        r"important ?!{2,}|\b(?:positive|favou?rable) reviews?\b|any (?:negatives|weaknesses)",
        r"\.ssh\b|id_rsa|/etc/passwd",
    ),
    before=90,
    after=110,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\bthe user (?:has |had )?(?:now |already |just )*(?:changed (?:his|her|their|its) mind"
            r"|wants you to"
            r"|wanted you to|asked you to|told you to|(?:confirmed|agreed to|authori[sz]ed) (?:it|this|that"
            r"|everything)"
            r"(?: \w+)? (?:elsewhere|already|before|earlier))\b|\bmessage from (?:me, )?the user,? to you\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=34,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:no confirmation (?:is )?(?:needed|necessary|required)|without (?:asking for "
            r"|any )?confirmation"
            r"|no need to (?:check|confirm|ask)(?: \w+){0,3}?|not to bother (?:him|her|them|the user))",
        ),
        Sign(
            kind=INDIRECT,
            weight=36,
            imperative=True,
            foreign=True,
            pattern=r"\bkeep (?:this|it) (?:to yourself|secret from|hidden)\b|\bhide this (?:step|action|fact"
            r"|message|from)\b"
            r"|\bdelete this (?:message|e?-?mail|note) (?:afterwards|after|when|once)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\bbefore (?:you can )?(?:solv|complet|answer|finish|giv|go(?:ing)? on|continu"
            r"|proceed)\w*(?: with)?"
            r" (?:the|your|its) (?:\w+ )?(?:task|question|request|forecast|answer)\b[^!?\n]{0,80}\b(?:you|agent"
            r"|assistant"
            r"|please|first|must|has to)\b|\bgo back (?:to|and solve) (?:the |your )?(?:original )?task\b"
            r"|\b(?:stop|abandon|leave) (?:the|your) current task\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=52,
            imperative=True,
            foreign=True,
            unless=LOGGED_IN,
            pattern=r"\bask (?:the user|them|him|her) for (?:their|his|her|the) (?:\w+ )?(?:password|pin\b|card"
            r"|credentials"
            r"|social security|cvv|login|one-time code)",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=50,
            foreign=True,
            pattern=r"\b(?:reveal|copy|send|dump|post|output|print|include|add|attach|e-?mail|forward|reply with"
            r"|retrieve"
            r"|leak)\b[^.!?\n]{0,40}\b(?:the )?user'?s (?:full |saved |private |entire |last |current )?(?:home "
            r"|postal "
            r"|credit |chat |e-?mail |api |passport |phone |bank )?(?:address(?:es)?|numbers?|cards?|history"
            r"|tokens?|keys?"
            r"|passwords?|calendar|contacts|inbox|location)\b"
            r"|\b(?:reveal|dump|post|output|print|leak|send) your (?:env\w*|secrets|clipboard|api|credentials"
            r"|tokens?)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=46,
            imperative=True,
            foreign=True,
            pattern=r"\bimportant ?!{2,} ?(?:please )?(?:grant|use|send|transfer|delete|retrieve|share|forward|give"
            r"|add|buy"
            r"|pay|disable|unlock|open|schedule|post|export)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=46,
            imperative=True,
            foreign=True,
            pattern=r"\bgive (?:only )?an? (?:positive|favou?rable) review(?: only)?\b"
            r"|\bdo not (?:highlight|mention|list) any (?:negatives|weaknesses)\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=48,
            foreign=True,
            pattern=r"\bread (?:the (?:file|content of) )?\S{0,20}(?:\.ssh/|id_rsa|/etc/passwd)\S{0,20} and (?:pass"
            r"|send|include"
            r"|add|post|put)\b",
        ),
    ),
)

GROUPS: Final = (_HAILED, _BEHALF)
