"""Prompt injection said in other words: what was there first, who claims to allow it, limits that shall be gone."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK, ROLE
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_GIVE: Final = (
    r"\b(?:show|tell|reveal|print|repeat|output|display|give|share|leak|disclose|dump|write|copy|recite|return|send"
    r"|say|read"
    r"|quote|paste|list|type|what|which|spell|know|see|provide|reproduce|echo|state|describe|let me)\b"
)
_TEXT: Final = (
    r"(?:text|message|messages|words|instructions?|everything|anything|all|content|contents|prompt|sentence|paragraph"
    r"|lines?|copy"
    r"|context|information|said|written|told|system)"
)
_MIND: Final = (
    r"(?:instructions?|prompts?|guidelines|rules|directives|programming|training|restrictions?|limitations?|filters?"
    r"|constraints"
    r"|policies|policy|protocols?|ethics|morals|safeguards|safety)"
)

_FIRST: Final = Group(
    name="what-was-first",
    anchors=(
        r"\b(?:top|beginning|start|head|outset) of (?:this|the|our|your) (?:\w{1,10} )?(?:conversation|chat|prompt"
        r"|session|context|dialog|exchange"
        r"|thread|discussion)",
        r"\b(?:preced(?:e|es|ed|ing)|before|prior to|above) (?:this|my|our|the user'?s?) (?:first |last |very "
        r"|own )?(?:message|question|prompt|line"
        r"|sentence|text|request|input|conversation|chat)",
        r"\b(?:were|are|have) you (?:been )?(?:told|instructed|given|programmed|asked to|configured|ordered"
        r"|trained to)",
        r"\byou (?:were|have been|got|received|'ve been) (?:told|instructed|given|programmed|configured|ordered)",
        r"\b(?:developers?|creators?|openai|anthropic|company|owners?|admins?|makers?|operators?"
        r"|programmers?) (?:have |has |had )?(?:gave|given"
        r"|told|instructed|wrote|written|set)",
        r"\byour (?:very )?(?:first|initial|previous|setup|starting|opening|system|original) (?:message|text|prompt"
        r"|instruction|words|sentence|lines?|output)",
        r"\b(?:hidden|secret|confidential|invisible|internal) (?:text|message|instruction|prompt|words|notes?|rules"
        r"|context)",
        r"\b(?:secret|hidden|confidential|magic) (?:key|password|pass ?phrase|code|word|phrase|token|flag|information"
        r"|data)",
        r"\bthe password\b",
        r"\b(?:anfang|beginn) (?:dieses|unseres|des|dieser|unserer) (?:gespr|chat|dialog|unterhaltung|konversation)"
        r"|\bd(?:\xc3\xa9|e)but de (?:cette|notre|la) (?:conversation|discussion)|\b(?:principio|inicio"
        r"|comienzo) de (?:esta"
        r"|nuestra|la) conversaci|\binizio di questa conversazione|\bin(?:\xc3\xad|i)cio (?:desta|da nossa) conversa",
    ),
    before=90,
    after=90,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=r"\b(?:was (?:stand|steht|war|wurde)|text|wortlaut|gib|zeig\w*|wiederhol\w*|nenn\w*|schreib\w*)\b"
            r"[^.!?\n]{0,40}\b(?:am|vom|von|ab|seit)(?: dem)? (?:anfang|beginn) (?:dieses|unseres|des|dieser|unserer)"
            r" (?:gesprächs|chats|dialogs|unterhaltung|konversation)\b"
            r"|\b(?:qu'y avait-il|quel (?:est|était)|texte|montre|répète|donne|écris)\b[^.!?\n]{0,40}\b(?:au|du"
            r"|depuis le)"
            r" (?:tout )?début de (?:cette|notre|la) (?:conversation|discussion)"
            r"|\b(?:qué (?:decía|dice|había|ponía)|texto|muestra|muéstrame|repite|dime"
            r"|escribe)\b[^.!?\n]{0,40}\b(?:al|del"
            r"|desde el) (?:principio|inicio|comienzo) de (?:esta|nuestra|la) conversación"
            r"|\b(?:cosa c'era|testo|mostra|ripeti|scrivi)\b[^.!?\n]{0,40}all'inizio di questa conversazione"
            r"|\b(?:o que (?:estava|dizia)|texto|mostre|repita|escreva)\b[^.!?\n]{0,40}no início (?:desta"
            r"|da nossa) conversa",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            pattern=rf"{_GIVE}[^.!?\n]{{0,40}}\b(?:written|text|instructions?|words?|lines?|prompt|verbatim|exact"
            rf"|quote|everything"
            rf"|told|message|placed)\b[^.!?\n]{{0,24}}\b(?:at|from|in|to|since) (?:the )?(?:very |absolute )?(?:top"
            rf"|beginning|start"
            rf"|head|outset) of (?:this|the|our|your) (?:\w+ )?(?:conversation|chat|prompt|session|context|dialog\w*"
            rf"|exchange"
            rf"|thread|discussion)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=58,
            pattern=rf"{_GIVE}[^.!?\n]{{0,50}}\b{_TEXT}\b[^.!?\n]{{0,30}}\b(?:preced(?:e|es|ed|ing)|before|prior to"
            rf"|above) (?:this|my|our|the user'?s?)"
            r" (?:first |last |very |own )?(?:message|question|prompt|line|sentence|text|request|input|conversation"
            r"|chat)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            pattern=r"\bwhat(?: exactly| else)? (?:were|are|have|had) you (?:been )?(?:told|instructed|given"
            r"|programmed|asked|configured|ordered|trained) (?:to"
            r" (?:do|say|not|keep|hide|avoid)|not to|by|at|before|in|initially|originally|as|from|about|here|$|\?)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            pattern=r"\b(?:what|everything|all|how|whatever|anything|the (?:exact )?(?:words|text|instructions?|rules"
            r"|prompt|directives))(?: that| which)? you (?:were|have"
            r" been|got|'ve been|received|had been)(?: (?:told|instructed|given|programmed|configured|ordered"
            r"|asked))?(?: to do| not to| with| initially| originally"
            r"| at the| before| in the| by (?:your|the)| from (?:your|the|openai)| about)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=56,
            pattern=r"\b(?:what|which|the|all|any|list|tell|show)\b[^.!?\n]{0,40}\b(?:instructions?|rules|prompts?"
            r"|guidelines|directives|orders|restrictions)"
            r"[^.!?\n]{0,16}\b(?:your|the|openai|anthropic) ?(?:developers?|creators?|company|owners?|admins?|makers?"
            r"|operators?|programmers?|team)?s? (?:have |has |had"
            r" )?(?:gave|given|told|wrote|written|set|put)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            pattern=r"\b(?:show|tell|reveal|print|repeat|output|display|give|share|return|say|quote|paste|echo|recite"
            r"|what (?:is|was|were|are|would|does|did)|write)\b"
            r"[^.!?\n]{0,40}\byour (?:very )?(?:first|initial|previous|setup|starting|opening|system|hidden|secret"
            r"|original) (?:message|text|prompt|instructions?"
            r"|words|sentence|lines?|output)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=50,
            pattern=r"\b(?:show|tell|reveal|print|repeat|output|display|give|share|quote|paste|see|know|what (?:is"
            r"|was|were|are))\b[^.!?\n]{0,30}\b(?:hidden|secret"
            r"|confidential|invisible|internal) (?:text|messages?|instructions?|prompts?|words|notes?|rules|context"
            r"|information|data|key|password|pass ?phrase|code"
            r"|phrase|token|flag)\b[^.!?\n]{0,30}\b(?:you|your|before|above|given)\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=50,
            pattern=r"\b(?:show|tell|reveal|print|repeat|output|display|give|share|leak|disclose|spell|say|what(?:'s"
            r"| is)|hint|guess|encode|write)\b[^.!?\n]{0,40}\b(?:your"
            r" (?:secret|password|pass ?phrase|hidden \w+)|the (?:secret|password|pass ?phrase"
            r"|secret \w+)(?: that)? (?:you|from (?:your|the) (?:prompt|instructions|system)))\b",
        ),
        Sign(
            kind=EXTRACTION,
            weight=34,
            pattern=r"\bwhat(?:'s| is) the (?:secret )?(?:password|pass ?phrase|secret)\b|\b(?:tell|give"
            r"|reveal) (?:me |us )?the (?:secret )?(?:password|pass ?phrase)\b",
        ),
    ),
)
_REVOKED: Final = Group(
    name="revoked",
    anchors=(
        r"\b(?:everything|all|anything|whatever) (?:that )?(?:\w{1,8} ){0,3}(?:said|written|above|so far|up to|before"
        r"|told|mentioned|stated)\b",
        r"\bopposite of (?:what )?(?:your|the|you)",
        r"\b(?:forget|ignore|drop|stop|never ?mind|leave|abandon|quit) (?:about )?(?:the|your|this|that|what|doing"
        r"|being|acting|pretending)\b",
        r"\b(?:i am|i'm|as|this is) (?:your|the|an?) (?:\w{1,9} )?(?:creator|developer|admin|owner|boss|engineer|ceo"
        r"|programmer|maker|master|god|supervisor|root)",
        r"\b(?:authori[sz]e you|you have (?:my |full )?permission|permission to (?:ignore|bypass|break|override)"
        r"|verified as|i work (?:for|at) openai"
        r"|grant(?:ed)? you (?:full|permission|access))",
        r"\b(?:filters?|policy|policies|restrictions?|guidelines|checks|safety|limitations?|safeguards|moderation"
        r"|censorship) (?:is|are|has been|have been|were|was|now|switched"
        r"|turned) (?:now )?(?:off|disabled|lifted|removed|suspended|switched|turned|deactivated|gone|void|no longer)",
        r"\b(?:drop|lift|remove|disable|turn off|switch off|shed|let go of|without) (?:all|any|every|your)\s",
        r"\b(?:scratch that|change of plans?|new plan|override mode|new (?:scenario|game))\b",
    ),
    before=70,
    after=110,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=52,
            imperative=True,
            pattern=r"\b(?:everything|all|anything|whatever)(?: that)?(?: (?:i|we|you|they|was|is|has|been|had|the"
            r"|user))*(?: (?:said|written|told|mentioned|stated|above))?(?: (?:so"
            r" far|up to (?:here|now|this point)|before(?: this)?|above|until now|earlier))? (?:was|is|were"
            r"|are)(?: all| just| only| now| a)* (?:nonsense|lie|wrong|irrelevant|fake"
            r"|joke|void|obsolete|test|mistake|invalid|unimportant|to be (?:ignored|forgotten|disregarded)|garbage"
            r"|rubbish|cancel\w*)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=58,
            imperative=True,
            pattern=rf"\bopposite of (?:what )?(?:your|the system|you were|you are|you have been"
            rf"|the developer'?s?)(?: \w+)?(?: {_MIND}| told| instructed| supposed)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=40,
            pattern=r"\b(?:forget|ignore|drop|stop|never ?mind|leave|abandon|quit) (?:about )?(?:the|your|this|that"
            r"|all|doing (?:the|your)) (?:\w+ )?(?:translations?|summar(?:y|ies)"
            r"|tasks?|assignments?|jobs?|roles?|classifications?|topic|persona|mission|purpose|texts?|documents?"
            r"|articles?|reviews?|content)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=56,
            pattern=r"\bleave (?:all|everything|what)\b[^.!?\n]{0,50}\bbehind\b|\b(?:ignore|disregard|forget)"
            r" (?:everything |all |anything )?(?:that |what(?:'s|ever)? )?(?:is |was |has been )*"
            r"(?:written|said|stated|mentioned|there)? ?(?:above|before|previously|earlier|so far|up to now)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=26,
            imperative=True,
            pattern=r"(?:^|[.!?\n]\s*)(?:ok,? |okay,? |actually,? |no,? |wait,? )*(?:scratch that|change of plans?"
            r"|new plan)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=34,
            imperative=True,
            pattern=r"\b(?:i am|i'm|as|this is) (?:your|the|an?) (?:\w+ )?(?:creator|developer|admin(?:istrator)?"
            r"|owner|boss|engineer|ceo|programmer|maker|master|god|supervisor"
            r"|root user)\b[^.!?\n]{0,80}\b(?:you|your|order|command|authori[sz]e|ignore|override|reveal|tell|hereby"
            r"|must|system|prompt)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=34,
            imperative=True,
            pattern=r"\b(?:i (?:hereby )?authori[sz]e you|you have (?:my |full )?permission to (?:ignore|bypass|break"
            r"|override|say|do|answer|tell|share|reveal)|(?:user|i) (?:has|have) been"
            r" verified as|i work (?:for|at) openai|i grant you (?:full|permission|access))",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            pattern=r"\b(?:content|ethical|moral|your|the ai'?s?|openai'?s?|all (?:of )?your|(?:all|its) (?:safety"
            r"|content|ethical|moral))"
            r" (?:\w+ )?(?:filters?|policy|policies|restrictions?|guidelines|checks|measures"
            r"|limitations?|safeguards|moderation|protocols?)(?: (?:is|are|has been|have been|were|was|now))* (?:off"
            r"|disabled|lifted|removed|suspended|switched off|turned off|deactivated"
            r"|gone|void)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\b(?:safety|all|its|usage|security) (?:\w+ )?(?:filters?|policy|policies|restrictions?"
            r"|guidelines|checks|measures"
            r"|limitations?|safeguards|moderation|protocols?)(?: (?:is|are|has been|have been|were|was|now))* (?:off"
            r"|disabled|lifted|removed|suspended|switched off|turned off|deactivated"
            r"|gone|void)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=46,
            pattern=r"\b(?:drop|lift|remove|disable|turn off|switch off|shed|let go of) (?:all|any|every"
            r"|your)(?: of your| your)? (?:\w+ )?(?:limitations?|inhibitions?|censorship|safeguards?|safety"
            r"(?: \w+)?|ethical \w+|moral \w+|content (?:filters?|restrictions?)|ethics|morals|constraints)\b",
        ),
        Sign(
            kind=ROLE,
            weight=54,
            pattern=r"\b(?:stop|quit) (?:being|acting as|acting like|pretending to be) (?:an? "
            r"|the )?(?:\w+ )?(?:assistant|ai|bot|chatbot|language model|chatgpt|model|robot)\b",
        ),
        Sign(kind=JAILBREAK, weight=30, pattern=r"\boverride mode\b", imperative=True),
    ),
)
_ABROAD: Final = (
    r"(?:\bia\b|\bki\b|\bai\b|\bbot|chatbot|chatgpt|assisten|asisten|assistant|modell|modelo|modello|modèle"
    r"|intelligen|ИИ|бот|нейросет|ассистент|ассистентом|модель|人工智能|机器人|助手|模型"
    r"|人工知能|モデル|アシスタント|봇|모델|인공지능|الذكاء|مساعد|नमूना|एआई|सहायक"
    r"|\bdu bist|\beres\b|\btu es\b|\bsei\b|você é|je bent|ты "
    r"|你是|你现在|あなたは|너는|당신은|أنت)"
)
_FREED: Final = (
    r"(?:sin (?:ninguna? )?(?:restric|límite|limite|filtro|censura|reglas|normas)|ohne (?:jegliche |irgendwelche "
    r"|moralische |ethische )?(?:einschränk|regeln|grenzen|filter|zensur|beschränk|moral|ethik)"
    r"|sans (?:aucune? )?(?:restriction|limite|filtre|censure|règle)|senza (?:alcuna? |nessuna? )?(?:restrizion|limit"
    r"|filtr|censura|regol)|sem (?:nenhuma? |quaisquer )?(?:restriç|limit|filtro|censura"
    r"|regra)|zonder (?:enige )?(?:beperking|regels|filters|censuur)"
    r"|без (?:каких-либо |всяких )?(?:ограничен|правил|цензур|фильтр|морал)"
    r"|没有(?:任何)?(?:限制|约束|道德|规则|审查)|不受(?:任何)?(?:限制|约束)"
    r"|制限(?:の|が)?な(?:い|く|し)|제한 ?(?:이|도)? ?없|검열 ?없|(?:بدون|بلا|دون) (?:أي )?قيود"
    r"|बिना किसी (?:प्रतिबंध|रोक|सीमा))"
)
_FREED_ABROAD: Final = Group(
    name="limitless-abroad",
    anchors=(
        r"\b(?:sin|sem) (?:ningun|nenhum|quaisquer|restri|l(?:\xc3\xad|i)mite|filtro|censura|reg|norm)"
        r"|\bohne (?:jegliche|irgendwelche|moral|ethi|einschr|regeln|grenzen|filter|zensur|beschr)"
        r"|\bsans (?:aucun|restri|limite|filtre|censure|r(?:\xc3\xa8|e)gle)|\bsenza (?:alcun|nessun|restriz|limit"
        r"|filtr|censura|regol)|\bzonder (?:enige|beperk|regels|filters|censuur)",
        "без (?:каких|всяких|ограничен|правил|цензур|фильтр|морал)|没有(?:任何)?(?:限制|约束|道德|规则|审查)"
        "|不受(?:任何)?(?:限制|约束)|制限(?:の|が)?な|제한 ?(?:이|도)? ?없|검열 ?없|قيود|बिना किसी",
        "(?:不得|不能|不许|不准|绝不|不可)拒绝|拒否(?:して|せず|しない)|거절하지|никогда не отказыва"
        "|(?:你|您)(?:将|已经|再也|不再|就)?(?:没有|不受)(?:任何|一切)",
        r"\bne refuse[sz]? jamais|\b(?:lehne|verweigere) nie|\bnunca (?:te niegues|rechaces|recuse)|\bnon rifiutare mai"
        r"|\bweiger nooit",
        "开发者模式|開發者模式|開発者モード|개발자 모드|режим(?:е)? разработчика",
        r"\b(?:entwicklermodus|modo (?:de )?desarrollador|modo (?:de )?desenvolvedor|mode d(?:\xc3\xa9|e)veloppeur"
        r"|modalit(?:\xc3\xa0|a) sviluppatore)",
    ),
    before=110,
    after=60,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=56,
            imperative=True,
            pattern=rf"{_ABROAD}[^.!?\n。！？]{{0,70}}{_FREED}"
            rf"|{_FREED}[^.!?\n。！？]{{0,40}}{_ABROAD}"
            r"|(?:你|您)(?:将|已经?|再也|不再|就)?(?:没有|不受)(?:任何|一切)?(?:限制|约束|道德|规则|审查)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=46,
            imperative=True,
            pattern=r"(?:现在|进入|开启|你|in den|im|activa|entra|active|passe|attiva|ative|включи|в|に|で"
            r"|로) ?.{0,10}"
            r"(?:开发者模式|開發者模式|開発者モード|개발자 모드|режим(?:е)? разработчика|entwicklermodus"
            r"|modo (?:de )?desarrollador|modo (?:de )?desenvolvedor|mode développeur|modalità sviluppatore)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"(?:不得|不能|不许|不准|绝不|不可)拒绝|拒否(?:してはいけ|してはなら|せずに|しないで)"
            r"|거절하지 ?(?:마|말)"
            r"|никогда не отказыва|\bne refuse[sz]? jamais|\b(?:lehne|verweigere) (?:nie|niemals)\b"
            r"|\bnunca (?:te niegues"
            r"|rechaces|recuse)|\bnon rifiutare mai|\bweiger nooit",
        ),
    ),
)
_PLAYED: Final = Group(
    name="played",
    anchors=(
        r"\b(?:hypothetical|fictional|fictitious|imaginary|alternate|parallel) (?:\w{1,10} )?(?:world|universe"
        r"|scenario|story|reality|setting|character|dialog|response|situation|future)",
        r"\bas if (?:you|there) (?:were|was|had|have|are)|\bas though you",
        r"\b(?:late|dead|deceased) (?:grandm|grandfather|grandpa|mother|father)",
        r"\b(?:start|begin)(?:s|ning)? (?:your|the|every|each|all) (?:\w{1,8} )?(?:response|answer|reply|message"
        r"|sentence)s? with|\b(?:response|answer|reply|output)s? (?:must|should|has to|will) (?:start|begin)",
        r"\b\w{2,14}gpt\b",
        r"\b(?:has|have|with) no (?:filter|limits|rules|laws|ethics|morals|conscience|boundar)|\bnever (?:turns? down"
        r"|refuses?|declines?|says? no|rejects?)\b|\b(?:foul|potty|dirty)[- ]mouthed",
        r"\b(?:refusal|refuse|denial)s? (?:words|phrases|language|responses?)|\b(?:no|without|zero) (?:disclaimer"
        r"|censorship|refusal)",
    ),
    before=130,
    after=130,
    signs=(
        Sign(
            kind=JAILBREAK,
            weight=44,
            imperative=True,
            pattern=r"\b(?:hypothetical|fictional|fictitious|imaginary|alternate|parallel"
            r"|made[- ]up) (?:\w+ )?(?:world|universe|scenario|story|reality|setting|character|dialog\w*|situation"
            r"|future)\b"
            r"[^?\n]{0,140}\b(?:no|without|free of|aren't any|not any|lifted|ignore)\b(?: \w+){0,2} (?:laws?|rules"
            r"|ethic\w*|moral\w*|limits?|limitations?|restrictions?|polic\w+|consequences|censorship|filters?)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=50,
            imperative=True,
            unless=r"\b(?:rules|limits|restrictions?) (?:of|for|on|in)\b",
            pattern=r"\bas (?:if|though) (?:you|there) (?:were|was|had|have|are)(?: (?:an?|the|not|no|never|without"
            r"|free|under|any|completely|totally|been))+ (?:\w+ )?(?:safety|training|restrict\w*|limit\w*|rules"
            r"|guidelines|filters?|ethic\w*|moral\w*|policies|policy|bound|censor\w*|instructions?|constraints?"
            r"|uncensored|unfiltered|unrestricted|jailbroken)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=44,
            imperative=True,
            pattern=r"\b(?:act|pretend|play|role-?play|be|imagine|speak|talk|respond|answer)\b[^.!?\n]{0,30}\b(?:late"
            r"|dead|deceased) (?:grandm\w+|grandfather|grandpa|mother|father|uncle|aunt)\b[^?\n]{0,140}\b(?:keys?"
            r"|serials?|licen[cs]es?|passwords?|codes?|napalm|bombs?|recipes? (?:for|of)|how (?:to|she|he|it was|they)"
            r"|steps|instructions|ingredients|would answer any|never told me)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=22,
            imperative=True,
            pattern=r"\b(?:(?:start|begin)(?:s|ning)? (?:your|the|every|each|all) (?:\w+ )?(?:response|answer|reply"
            r"|message"
            r"|sentence)s?|(?:response|answer|reply|output)s? (?:must|should|has to|will) (?:start|begin)) with"
            r" (?:[\"'“‘]|the (?:words?|phrase|sentence|line|string)\b|sure\b|yes\b|of course|absolutely|certainly"
            r"|i\b)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=26,
            imperative=True,
            unless=r"\b(?:chat|auto)gpt\b",
            pattern=r"\b(?:you are|act as|named|called|as|be|become|is"
            r"|hello|hi|hey|and|into) (?-i:[A-Z][A-Za-z]{1,12}GPT)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=40,
            imperative=True,
            pattern=r"\b(?:you|he|she|it|who|that|which|ai|bot|(?-i:[A-Z]\w+)),?(?: \w+)? (?:has|have"
            r"|with) no (?:filters?|limits|rules|laws|ethics|morals|conscience|boundar\w+)\b"
            r"|\b(?:you|he|she|it|who|that|and|ai|bot|(?-i:[A-Z]\w+)) (?:will |can |must )?never (?:turns? down"
            r"|refuses?|declines?|says? no|rejects?)\b",
        ),
        Sign(
            kind=JAILBREAK,
            weight=50,
            imperative=True,
            pattern=r"\b(?:no|without|zero) (?:\w+ )?(?:censorship|disclaimers?|refusals?|warnings?|filters?|limits"
            r"|judgment|moralizing|lectures?),? (?:and |or )?(?:no|without|zero) (?:\w+ )?(?:censorship|disclaimers?"
            r"|refusals?|warnings?|filters?|limits|judgment|restrictions|moralizing|lectures?)\b",
        ),
        Sign(kind=JAILBREAK, weight=20, imperative=True, pattern=r"\b(?:foul|potty|dirty)[- ]mouthed\b"),
        Sign(
            kind=JAILBREAK,
            weight=26,
            imperative=True,
            pattern=r"\b(?:no|not|without|never|avoid|any)\b[^.!?\n]{0,30}\b(?:refusal|denial)s? (?:words|phrases"
            r"|language|responses?)\b",
        ),
    ),
)

GROUPS: Final = (_FIRST, _REVOKED, _FREED_ABROAD, _PLAYED)
