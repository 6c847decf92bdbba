"""Prompt injection in what tools and documents hold: notes to a model, orders hidden from the user."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_carried import EXFILTRATION, SENT_ON
from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_spared import HOW_TO_WRITE
from keeptrusts.gateway.detectors.families.signs import Group, Sign

INDIRECT: Final = "INDIRECT_INSTRUCTION"

_ADDRESSED: Final = Group(
    name="to-a-model",
    anchors=(
        r"\b(?:ai|llm|language model|chat ?gpt|copilot|claude|gemini|gpt-?4\w?)[ \-]?(?:assistants?|agents?|models?"
        r"|systems?|bots?|readers?|crawlers?"
        r"|reviewers?|tools?|:|,|\]|\))",
        r"\b(?:if you(?:'re| are) (?:an? )?(?:ai|llm|language model|assistant|chat|automated|reading|processing"
        r"|summari)|note to (?:the )?(?:ai|assistant"
        r"|llm|model|agent)|dear (?:ai|assistant|llm|chat)|attention,? (?:ai|assistant|llm|model)|hey,? (?:ai"
        r"|assistant|chatgpt|claude|copilot))",
        r"\b(?:when|before|while|after) (?:you )?(?:summari[sz]|process|read|answer|respond|analy[sz]|review|translat"
        r"|us(?:e|ing)|call|reply)\w{0,5}"
        r" (?:this|the|to|any|it)",
        r"\b(?:do not|don't|never|without|not|need to) (?:\w{1,10} ){0,2}?(?:tell|inform|mention|notif|alert|reveal"
        r"|disclos"
        r"|ask|show)\w{0,4} (?:\w{1,10} ){0,5}?(?:the"
        r" )?(?:user|human|anyone|this|owner|customer|victim)",
        r"\b(?:tell|inform|instruct|persuade|convince|ask|advise|respond to|direct|recommend|urge) (?:the "
        r"|your )?(?:user|human|customer|reader)",
        r"\b(?:important|urgent|critical|mandatory|required)[ :!]{1,3}(?:\w{1,12} ){0,3}?(?:instruc|you must"
        r"|you should|message|notice|system|action|for"
        r" (?:ai|the|all|any)|before|ignore|always|do not|security)",
        r"\byou (?:must|should|need to|have to|are required to|are instructed to|will) (?:now |always |also |first "
        r"|immediately |only |instead )",
        r"\b(?:hidden|secret|internal|embedded|additional) (?:instruc|command|directive|message|task)",
        r"\bthe (?:assistant|ai|model|llm|agent|bot) (?:should|must|shall|needs? to|is (?:instructed|required|to))",
        r"<!--|display ?: ?none|font-size ?: ?0|color ?: ?(?:white|#fff)|visibility ?: ?hidden",
        r"\b(?:respond|reply|answer) only with",
    ),
    before=60,
    after=160,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=45,
            imperative=True,
            foreign=True,
            unless=r"\bfor \w+ in \w+ ?[:.(\[]",
            pattern=r"\b(?:if you(?:'re| are) (?:an? )?(?:ai|llm|language model|assistant|chat|automated)|(?:note"
            r"|message|instructions?|attention|notice"
            r"|important|dear|hey|hello|to|for|all)[,:]? (?:to |for )?(?:the |all |any )?(?:ai|llm|language model"
            r"|assistant|chat ?gpt|copilot|claude"
            r"|gemini|automated)\b[^.!?\n]{0,16}[:,!\]])",
        ),
        Sign(
            kind=INDIRECT,
            weight=40,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:ai|llm|language model|chat ?gpt|copilot|claude|gemini|gpt-?4\w?)(?: (?:assistants?|agents?"
            r"|models?|systems?|bots?|readers?|reviewers?))?(?: \w+){0,5}? (?:must|should|shall|need to"
            r"|are instructed to"
            r"|is instructed to|please|will)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=26,
            imperative=True,
            foreign=True,
            pattern=r"\bassistants?(?: \w+){0,3}? (?:must|should|shall|need to|are instructed to|is instructed to"
            r"|please"
            r"|will)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=38,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:ai|llm|language model|chat ?gpt|copilot|claude|assistant)(?: (?:assistants?|agents?"
            r"|models?))?[,:] "
            r"(?:ignore|say|tell|respond|reply|answer|include|send|output|write|print|recommend|call|use|forward"
            r"|please|do|you)",
        ),
        Sign(
            kind=INDIRECT,
            weight=40,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:when|before|while|after|whenever|if) (?:you )?(?:are )?(?:summari[sz]|process|read|answer"
            r"|respond|analy[sz]|review|translat|using"
            r"|use|call|reply)\w*\b[^.!?\n]{0,60}?,? (?:you (?:must|should|need to|have to|will)|please|always|also"
            r"|make sure|be sure|first|include|add"
            r"|say|tell|recommend|send|read|ignore|output|do not|don't|insert|append|mention|pass)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            unless=r"\b(?:user|users|human) (?:what|that) (?:they|he or she) (?:did|made|typed|entered|chose|are|were"
            r"|have)\b",
            pattern=r"\b(?:do not|don't|never|without|not|no need to)(?: \w+){0,2}? (?:tell(?:ing)?|inform(?:ing)?"
            r"|mention(?:ing)?|notify(?:ing)?|alert(?:ing)?|reveal"
            r"(?:ing)?|disclos(?:e|ing)|show(?:ing)?)(?: \w+){0,6}? (?:the user|the human|users?"
            r"|this to|about this|these instructions|this instruction)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=36,
            foreign=True,
            pattern=r"\b(?:do not|don't|never)(?: \w+){0,2}? (?:tell|inform|mention|notify|alert|reveal|disclose"
            r"|show)(?: \w+){0,4}? (?:to )?anyone\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=32,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:do not|don't|never|without|not)(?: \w+){0,2}? (?:tell|inform|mention|notify|alert|reveal"
            r"|disclose|ask|show)(?:ing)?(?: \w+){0,4}? (?:the owner|the customer)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=36,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:tell|inform|persuade|convince|advise|direct|urge|instruct|ask) (?:the |your )?(?:user"
            r"|human|customer|reader)s? (?:that|to|about|for)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=30,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:important|urgent|critical|mandatory)\b[ :!]{1,4}[^.!?\n]{0,40}\b(?:instructions?|you must"
            r"|you should|ignore|always|before (?:using|"
            r"answering|calling)|do not|for (?:ai|the assistant))",
        ),
        Sign(
            kind=INDIRECT,
            weight=30,
            imperative=True,
            foreign=True,
            pattern=r"\byou (?:must|need to|have to|are required to|are instructed to) (?:now |always |also |first "
            r"|immediately |only |instead )*(?:say|tell"
            r"|respond|reply|answer|include|send|output|write|print|recommend|ignore|call|use|execute|forward|read"
            r"|follow|act|add|provide|end|start)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=30,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:hidden|secret|embedded) (?:instructions?|commands?|directives?|messages?|tasks?)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=46,
            imperative=True,
            foreign=True,
            unless=r"\b(?:deed|clause|principal|agreement|contract|lease|estate|escrow|insurer|broker|section \d)",
            pattern=r"\bthe (?:assistant|ai|model|llm|agent|bot) (?:should|must|shall|needs? to|is (?:instructed"
            r"|required) to)(?: now| always| also| instead| only)*"
            r" (?:say|tell|include|send|output|write|print|recommend|ignore|call|use|execute"
            r"|forward|read|add|end"
            r"|disregard|forget|stop|claim|state|approve|delete|visit)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=52,
            imperative=True,
            foreign=True,
            pattern=r"(?:<!--[^>\n]{0,160}|(?:display ?: ?none|font-size ?: ?0|color ?: ?(?:white|#fff)"
            r"|visibility ?: ?hidden)[^\n]{0,160})\b(?:(?:ignore|disregard|forget) (?:all|any|the|your|every|previous"
            r"|prior)|assistants?|language models?|llms?|chat ?bots?|ai (?:agent|assistant|model|system)s?"
            r"|you must (?:now |always |also |instead )?(?:say|tell|respond|reply|answer|include|recommend|claim|send"
            r"|mention|print|output)|system prompt|instructions? (?:for|to) (?:the |any |all )?(?:ai|model|assistant"
            r"|agent|bot|reader))\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=22,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:respond|reply|answer) only with\b|\bonly (?:respond|reply|output|say)\b",
        ),
    ),
)

_NOTED: Final = Group(
    name="note-to-a-model",
    anchors=(
        r"\b(?:to|for|dear|hey|hello|hi|attention|note|an|f(?:\xc3\xbc|u)r|para|pour) (?:the |any |all |every |die "
        r"|den |las? )?(?:ai|llms?|language model|assistant|agent"
        r"|chat ?bot|copilot|automated|ki|ia)\b|\bki-(?:assist|modell|agent)",
        r"\b(?:when|once|if|whenever) (?:the|an|any|your) (?:assistant|ai|model|llm|agent|bot)\b|\b(?:ai|llms?"
        r"|language models?|assistants?|agents?) (?:\w{1,9} )?(?:summari[sz]|read|process"
        r"|pars|index|crawl)ing (?:this|the)",
        r"\b(?:agents?|assistants?|models?|bots?|llms?): ",
        r"\b(?:call|invoke|run|execute) (?:the )?(?:tool |function )?[a-z]{2,20}_[a-z_]{2,30}\b",
        r"\bwhatever (?:the )?(?:user|developer|owner|human|reviewer|query|question|request)|\bregardless of (?:the"
        r"|what)|\brate (?:this"
        r"|the) (?:applicant|candidate|paper|product|submission|essay)",
        r"\byour (?:new|real|actual|true) (?:objective|task|goal|mission|instruction|purpose|job)s?\s?:",
        r"(?:发送|发到|上传|送信)",
        r"\b(?:post|send|forward|upload|transmit|exfiltrate|submit) (?:them|it|these|this|everything|all)\b",
        r"\b(?:silently|secretly|without (?:asking|telling|informing|notifying|the user))",
    ),
    before=60,
    after=150,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            unless=HOW_TO_WRITE,
            pattern=r"\b(?:to|dear|hey|hello|hi|attention|(?:note|message|instructions?|notice|important|hint|word"
            r"|memo) (?:to|for)|hinweis an|hinweis für|nota para|note pour) (?:the |any |all |every |die )?(?:(?:\w+ )?"
            r"(?:llms?|language models?|assistants?|agents?|chat ?bots?|copilot|automated \w+|ki-\w+)\b[^.!?\n]{0,40}:"
            r"|(?:\w+ )?(?:ai|ia) (?:\w*(?:ers?|ors?|ants?|ents?|els?|ems?|bots?|tools?)\b[^.!?\n]{0,30})?:"
            r"|(?:\w+ )?(?:ai|ia) ?:)",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:when|once|if|whenever) (?:the|an|any|your) (?:assistant|ai|model|llm|agent"
            r"|bot)\b[^.!?\n]{0,60}\b(?:it|they|he|she) (?:should|must|will|shall|needs? to|has to)\b"
            r"|\b(?:ai|llms?|language models?|assistants?|agents?) (?:\w+ )?(?:summari[sz]|read|process|pars|index"
            r"|crawl)ing (?:this|the)\b[^.!?\n]{0,60}\b(?:must|should|shall|will|need)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"<!--[^>]{0,40}\b(?:agents?|assistants?|models?|bots?|llms?|ai)\b ?[:,]",
        ),
        Sign(
            kind=INDIRECT,
            weight=34,
            foreign=True,
            pattern=r"\b(?:call|invoke|run|execute) (?:the )?(?:tool |function )?[a-z]{2,20}_[a-z_]{2,30}\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=46,
            imperative=True,
            foreign=True,
            pattern=r"\bwhatever (?:the )?(?:user|developer|owner|human|reviewer)s? (?:asks?|asked|says?|said|wants?"
            r"|wanted|told|tells?)\b|\bwhatever the (?:query|question|request|user's \w+) (?:was|is|may be|says)\b"
            r"|\bregardless of (?:the (?:criteria|user's \w+)|what (?:the user|they|he|she|you))\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=30,
            foreign=True,
            pattern=r"\brate (?:this|the) (?:applicant|candidate|paper|product|submission|essay)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"\byour (?:new|real|actual|true) (?:objective|task|goal|mission|instructions?|purpose|job)s?\s?:",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=r"(?:发送|发到|上传|送信)[^。\n]{0,20}https?://|(?:记录|内容|密码|密钥"
            r"|数据)[^。\n]{0,10}(?:发送|发到|上传)",
        ),
        SENT_ON,
        Sign(
            kind=INDIRECT,
            weight=40,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:do (?:it|this|so) (?:silently|secretly)|(?:silently|secretly) (?:send|forward|add|include"
            r"|call"
            r"|run|execute|post|delete|upload|copy|e-?mail|transfer|log|read|insert|append|record|change|save|share"
            r"|open"
            r"|visit|use)|without (?:asking|telling|informing|notifying) the user)\b",
        ),
    ),
)

GROUPS: Final = (_ADDRESSED, _NOTED)
