"""Prompt injection in what tools and documents hold: models called by what they do, and calls in other languages."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_carried import EXFILTRATION
from keeptrusts.gateway.detectors.families.injection_indirect import INDIRECT
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_READS: Final = r"(?:summari[sz]|read|process|index|translat|pars|review|grad|analy[sz]|rat|evaluat|scor|screen|handl)"
_KNOWN: Final = r"(?:language models?|models?|llms?|ais?|chat ?bots?|bots?|ai (?:\w+ )?(?:systems?|tools?|readers?))"
_ABROAD: Final = (
    r"(?:(?:ki|ai|ia)(?:-(?:modelle?n?|assistent\w*|agent\w*|systeme?|bots?))?|llms?|sprachmodelle?n?|chat ?bots?"
    r"|chatgpt|modèles? de lang\w+|modelos? de leng\w+|modelos? de lingu\w+|modell[oi] linguistic[oi]|taalmodel\w*"
    r"|assistants? ia|asistentes? de ia|assistentes? de ia)"
)
_PRIVATE: Final = (
    r"(?:social security(?: number)?|ssn|bank(?:ing)?(?: account)?(?: details| data| number)?|credit cards?|medical \w+"
    r"|genetic \w+|health \w+|contacts?|documents?|saved \w+|payment \w+|savings?(?: account)?|inbox|e-?mails?|photos?"
    r"|dropbox|paypal|gmail|evernote|venmo|onedrive|icloud|google (?:drive|calendar|account)|browser history"
    r"|location(?: history)?|calendar|passwords?|credentials|login|messages|call (?:log|history)|identity|private \w+)"
)
_SECRET_FILE: Final = (
    r"(?:\S{0,40}(?:\.ssh/|id_rsa|id_ed25519|\.aws/credentials|/etc/shadow|/etc/passwd|\.netrc|\.kube/config|\.npmrc"
    r"|\.pypirc|mcp\.json|\.docker/config)\S{0,20}|credentials\.json)"
)

_CALLED: Final = Group(
    name="called-by-work",
    anchors=(
        r"\b(?:models?|llms?|ais?|agents?|bots?|assistants?|chatbots?|systems|tools) (?:that|which|who|with (?:access"
        r"|the"
        r" tools|tools)) ",
        r"\b(?:to|for|dear|attention|an?|any|every|all|whichever|whoever|if an?) (?:the )?(?:model|llm|ai|bot|agent"
        r"|assistant|chatbot)s? (?:reading|summari|processing|handling|reviewing|grading|is (?:used|asked|tasked)|are"
        r" used)",
        r"\b(?:when|if|once|whenever) (?:you are |you're |later )?(?:asked|questioned|prompted|queried) (?:about|for"
        r"|to)"
        r" ",
        r"\b(?:to|in|into|of|within|with|make|let|end|start|begin|embed|insert|put) your (?:\w{1,10} )?(?:answer"
        r"|summary"
        r"|response|output|reply|translation)\b",
        r"\bbefore (?:you )?(?:carry(?:ing)? on|go(?:ing)? on|continu|proceed|reply|answer|respond"
        r"|do(?:ing)? anything)",
        r"\b(?:message|instruction|request|input|note)s? from (?:the |your )?user\b",
        r"\b(?:do not|don't|never|no need to|without) (?:\w{1,8} )?ask(?:ing)? (?:\w{1,9} ){0,3}for (?:\w{1,9}"
        r" )?(?:confirm"
        r"|permission|approval|consent)",
        r"\buser'?s (?:\w{1,12} ){0,2}(?:social|bank|credit|medical|genetic|health|contacts?|documents?|saved|payment"
        r"|savings?|inbox|e-?mails?|photos?|dropbox|paypal|gmail|evernote|venmo|onedrive|icloud|google|browser|location"
        r"|calendar|password|credential|login|messages|call|identity|private)",
        r"\.ssh/|id_rsa|id_ed25519|\.aws/cred|/etc/(?:passwd|shadow)|\.netrc|\.kube/config|\.npmrc|\.pypirc|mcp\.json"
        r"|\.docker/config|credentials\.json",
        r"\bthe (?:ai|bot|llm|language model) (?:has|have|is) to\b",
        r"\binstead of (?:answering|solving|doing|completing|helping)\b|\bas (?:the|an) (?:ai )?(?:assistant|agent"
        r"|model),",
        r"\byou have an? (?:new|more urgent|more important|different) (?:job|task|assignment|mission|goal)\b",
        r"\b(?:in order to|to) (?:process|complete|finish|open|render|view|pay|load) this \w{1,12},? (?:you|the agent"
        r"|the assistant)\b",
    ),
    before=110,
    after=130,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=rf"\b(?:language models|llms|ais|chat ?bots|bots) (?:that|which|who)(?: is| are| may| will| might"
            rf"| has to| have to)? {_READS}\w* (?:this|these|the present)\b"
            rf"|\b(?:models|agents|assistants) (?:that|which|who)(?: are| may| will| might)? {_READS}\w* (?:this|these)"
            rf" [^.!?\n]{{0,40}}(?::|\bplease\b)"
            rf"|\b(?:to|for|dear|attention) (?:the |any |every |all |whichever )+{_KNOWN} (?:that|which|who|reading"
            rf"|{_READS}ing|with)\b"
            r"|\b(?:to|for|dear|attention) (?:the |any |every |all |whichever |whatever )+(?:agent|assistant)s?"
            r" (?:(?:with|having) (?:access to (?:the |these |your )?(?:\w+ )?tools?|the tools?|tools?)|(?:handling"
            r"|reading"
            r"|processing|summari[sz]ing) (?:this|these))"
            rf"\b|\b(?:if|when|where) (?:an?|any|the) {_KNOWN} (?:is|was) (?:being )?(?:used|asked|tasked|employed"
            rf"|instructed) to {_READS}\w* (?:this|these|my|our)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:when|if|once|whenever) (?:you are |you're |later )?(?:asked|questioned|prompted|queried)"
            r" (?:about|for|to)\b[^.!?\n]{0,30}\b(?:this|these|above) (?:texts?|documents?|pages?|e-?mails?|articles?"
            r"|messages?|files?|reviews?|passages?|mail|thread|websites?|reports?|tables?|results?),? (?:you (?:must"
            r"|should|will) |please |just |always |only |simply )*(?:say|tell|claim|state|answer|respond|reply"
            r"|recommend"
            r"|pretend|deny|mention|refuse|insist)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            foreign=True,
            imperative=True,
            pattern=r"\b(?:insert|embed|include|append|add|put|place|attach|mention|slip|work|weave|incorporate)\b"
            r"[^.!?\n]{0,40}(?:[\"“‘]|https?://|www\.|\b[a-z]{2,12}\.[a-z]{2,3}/)[^!?\n]{0,80}\b(?:in|into|to"
            r"|at the end of|within|with) your (?:\w+ )?(?:answer|summary|response|output|translation)\b"
            r"|\b(?:append|add|attach|include) (?:to|in|into|with|at the end of) your (?:\w+ )?(?:answer|summary"
            r"|response|output|reply|translation)\b[^.!?\n]{0,60}(?:[\"“‘]|https?://|www\.)",
        ),
        Sign(
            kind=INDIRECT,
            weight=36,
            foreign=True,
            pattern=r"\b(?:make|let|have) your (?:\w+ )?(?:answer|summary|response|output|reply|translation)\b"
            r"|\b(?:answer|respond|reply) in (?:base ?64|morse|rhymes?|rot ?13|binary|hex|emojis?|pig latin|klingon|all"
            r" caps|capital letters)\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=38,
            imperative=True,
            foreign=True,
            pattern=r"\bbefore (?:you )?(?:carry(?:ing)? on|go(?:ing)? on|continu(?:e|ing)|proceed(?:ing)?|repl(?:y"
            r"|ying)"
            r"|answer(?:ing)?|respond(?:ing)?|do(?:ing)?)(?: with| to)?(?: the| your| any| this| anything| it)?\b"
            r"[^.!?\n]{0,40}(?:,|\byou)[^.!?\n]{0,12}\b(?:find out|ask|get|collect|visit|open|click|call|run|e-?mail"
            r"|forward|transfer|delete|send|post|fetch|download|please \w+|use|execute|upload|share|must|have to)\b"
            r"|(?:e-?mail|forward|transfer|delete|send|post|write|upload"
            r"|share)\b[^.!?\n]{0,80}\bbefore (?:you )?(?:reply"
            r"|answer|respond)(?:ing)?\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:new |updated )?(?:message|instruction|request|input|note)s? from (?:the "
            r"|your )?user\b ?[:,.\-]+"
            r" ?(?:actually|never ?mind|forget|ignore|instead|change of|i(?: have|'ve)? changed my mind)",
        ),
        Sign(
            kind=INDIRECT,
            weight=34,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:do not|don't|never|no need to|without) (?:\w+ )?ask(?:ing)? (?:\w+ ){0,3}for (?:\w+"
            r" )?(?:confirm"
            r"\w*|permission|approval|consent)\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=36,
            foreign=True,
            pattern=r"\b(?:delete|find out|get|collect|obtain|gather|look up|fetch|access|extract|share|steal|search"
            r"|send"
            r"|forward|copy|retrieve|export|download|upload|e-?mail|move|transfer|change|read|read out|withdraw|empty"
            r"|wipe"
            rf"|reset|pull)\b[^.!?\n]{{0,60}}\b(?:the |your |this )?user'?s (?:\w+ ){{0,2}}?{_PRIVATE}\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=46,
            foreign=True,
            imperative=True,
            unless=r"\.pub\b|public key",
            pattern=r"\b(?:pass|send|put|include|post|attach|upload|add|paste|copy|print|append|e-?mail|write|cat)\b"
            rf"[^.!?\n]{{0,50}}{_SECRET_FILE}[^.!?\n]{{0,20}}\b(?:as|in|into|to|at|with"
            rf"|on)\b[^.!?\n]{{0,24}}(?:parameter"
            r"|argument|comment|field|note|https?://|reply|response|answer|message|issue|body|@)",
        ),
        Sign(
            kind=INDIRECT,
            weight=48,
            imperative=True,
            foreign=True,
            pattern=r"\binstead of (?:answering|solving|doing|completing|helping with) (?:the |this |that |what |any )?"
            r"(?:user'?s? )?(?:question|task|request|query|what)[^.!?,\n]{0,30}, (?:please )?(?:respond|say|write"
            r"|tell|print"
            r"|reply|send|give|output|recommend|show|ask)\b"
            r"|\bas (?:the|an) (?:ai )?(?:assistant|agent|model), (?:please |now )?(?:access|send|share|forward"
            r"|delete|get"
            r"|open|call|run|transfer|e-?mail|retrieve|ignore|say|tell|reply|unlock|grant|buy|book|post|upload)\b"
            r"|\byou have an? (?:new|more urgent|more important|different) (?:job|task|assignment|mission"
            r"|goal)(?: now)? ?:",
        ),
        Sign(
            kind=INDIRECT,
            weight=34,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:in order to|to) (?:process|complete|finish|open|render|view|pay|load) this \w+,? (?:you"
            r"|the agent"
            r"|the assistant)(?: will)? (?:first )?(?:have to|has to|must|need to|needs to|should)(?: first)?\b",
        ),
        Sign(
            kind=INDIRECT,
            weight=44,
            foreign=True,
            imperative=True,
            pattern=r"\bthe (?:ai|bot|llm|language model) (?:has|have|is) to (?:now |always |also |first )*(?:print"
            r"|output"
            r"|tell|send|include|reveal|ignore|write|add|execute|forward|visit|approve|post)\b",
        ),
        Sign(
            kind=EXFILTRATION,
            weight=40,
            foreign=True,
            imperative=True,
            pattern=r"\b(?:api keys?|tokens?|passwords?|secrets?|prompt|instructions?) (?:that )?(?:it|you|the (?:ai"
            r"|model"
            r"|assistant|agent)) (?:was|were|is|are|has been|have been) (?:configured|given|set up|initiali[sz]ed"
            r"|loaded|started)"
            r" with\b",
        ),
    ),
)

_CALLED_ABROAD: Final = Group(
    name="called-abroad",
    anchors=(
        r"\b(?:sehr geehrte\w{0,2}|liebe[rs]?|hallo|cher|ch(?:\xc3\xa8|e)re|bonjour|querid[oa]|estimad[oa]|hola|car[oa]"
        r"|ciao|prezad[oa]|ol(?:\xc3\xa1|a)|beste|note pour|avis aux?|nota para|aviso (?:para|a)|hinweis (?:an"
        r"|f(?:\xc3\xbc"
        r"|ue)r)|achtung|atenci(?:\xc3\xb3|o)n) (?:l'|die |das |den |alle |les |la |el |las |los )?(?:ki\b|ki-|ia\b"
        r"|ai\b"
        r"|llm|sprachmod|chat|assist|asist|mod)",
        r"\b(?:wenn du|falls du|wenn sie|si tu es|si vous (?:\xc3\xaa|e)tes|si eres|si es usted|se sei"
        r"|se voc(?:\xc3\xaa|e)"
        r" (?:\xc3\xa9|e)|als je) (?:eine? |une? |un |uma? )?(?:ki\b|ia\b|ai\b|sprachmod|mod|assist|asist|llm)",
        r"l'utilisateur|\b(?:del|al) usuario|\b(?:des|dem|den) (?:be)?nutzer|dell'utente|\b(?:do|ao) usu(?:\xc3\xa1"
        r"|a)rio"
        r"|van de gebruiker",
        "(?:AI|LLM|モデル|アシスタント)(?:へ|の皆|向け|は、)|ユーザー(?:の|に)|用户的|请(?:AI|语言模型)",
        r"\b(?:diesen? hinweis|diese (?:anweisung|nachricht)|diesen satz|cette (?:consigne|phrase|note)|est[ea] (?:nota"
        r"|aviso|instrucci|mensaje)|questa (?:nota|frase))\b",
    ),
    before=90,
    after=110,
    signs=(
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            pattern=rf"\b(?:sehr geehrte\w{{0,2}}|liebe[rs]?|hallo|cher|chère|bonjour|querid[oa]|estimad[oa]|hola"
            rf"|car[oa]"
            rf"|ciao|prezad[oa]|olá|beste),? {_ABROAD} ?[,:!]"
            rf"|\b(?:note pour|avis aux?|nota para|aviso (?:para|a)|hinweis (?:an|für)|achtung|atención),? (?:l'|die "
            rf"|das"
            rf" |den |alle |les |la |el |las |los )*{_ABROAD}[^.!?\n-]{{0,20}}:"
            r"|\bnote pour l'assistant ?:|\bnota para el asistente ?:"
            rf"|\b(?:wenn du|falls du|si tu es|si vous êtes|si eres|si es usted|se sei|se você é|als je)"
            rf" (?:eine? |une? |un |uma? |een )?{_ABROAD}[\s,]",
        ),
        Sign(
            kind=INDIRECT,
            weight=52,
            imperative=True,
            foreign=True,
            pattern=r"(?:読む|読んで(?:い|)る|処理する|要約する|見ている)(?:AI|LLM|言語モデル|アシスタント"
            r"|モデル)(?:へ|は|に|の)"
            r"|(?:AI|LLM|言語モデル)(?:へ|の皆(?:さん|様)へ|向けの(?:指示|メモ))|请(?:AI|语言模型)|(?:致|给)(?:AI"
            r"|语言模型|助手)",
        ),
        Sign(
            kind=INDIRECT,
            weight=42,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:ne répond\w*|ignore[zr]?|oublie[zr]?|renvoie\w*|ne (?:di|montre)\w*"
            r"|cache\w*)\b[^.!?\n]{0,40}"
            r"l'utilisateur"
            r"|\b(?:deja|ignora|olvida|no respond\w+|no (?:le )?dig\w+|oculta|abandona)\b[^.!?\n]{0,40}\b(?:del"
            r"|al) usuario"
            r"|\b(?:ignorier\w*|vergiss|beantworte\w*|sag\w*|verschweig\w*|verrat\w*|zeig\w*)\b[^.!?\n]{0,40}\b(?:des"
            r"|dem"
            r"|den) (?:be)?nutzers?\b[^.!?\n]{0,24}(?:nicht|nichts|kein|$|[.!,;])"
            r"|\b(?:ignora|dimentica|non (?:rispond|dir|mostr)\w+)\b[^.!?\n]{0,40}dell'utente"
            r"|\b(?:ignore|esqueça|não (?:respond|dig|mostr)\w+)\b[^.!?\n]{0,40}\b(?:do|ao) usuário"
            r"|ユーザーの(?:質問|依頼|指示)(?:に|を|は)[^。\n]{0,12}(?:答え(?:ず|な)|無視|従わ)|(?:忽略|不要(?:回答"
            r"|理会))用户的",
        ),
        Sign(
            kind=INDIRECT,
            weight=40,
            imperative=True,
            foreign=True,
            pattern=r"\b(?:erwähn\w*|verrat\w*|nenn\w*|zeig\w*|wiederhol\w*)\b[^.!?\n]{0,30}\b(?:diesen? hinweis|diese"
            r" (?:anweisung|nachricht)|diesen satz)\b[^.!?\n]{0,30}\bnicht\b"
            r"|\b(?:ne mentionne\w*|ne parle\w*)[^.!?\n]{0,20}\bcette (?:consigne|phrase|note)\b"
            r"|\bno (?:menciones?|muestres?|reveles?)\b[^.!?\n]{0,20}\best[ea] (?:nota|aviso|instrucción|mensaje)\b"
            r"|\bnon (?:menzion|cit|mostr)\w+[^.!?\n]{0,20}\bquesta (?:nota|frase)\b",
        ),
    ),
)

GROUPS: Final = (_CALLED, _CALLED_ABROAD)
