"""Prompt injection in other languages by idioms: what somebody was told is dropped, a role ends, a page is praised."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_indirect import INDIRECT
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_TOLD: Final = (
    r"(?:was man dir|was dir (?:\w+ ){0,2}(?:gesagt|aufgetragen|befohlen|vorgegeben)|ce qu'on (?:t'a|vous a)"
    r"|ce que l'on"
    r" (?:t'a|vous a)|(?:todo )?lo que te (?:dijeron|han dicho|ordenaron|pidieron|mandaron)|quello che ti (?:hanno|è"
    r" stato) (?:detto|chiesto|ordinato)|o que (?:lhe|te) (?:pediram|disseram|ordenaram|mandaram)|wat je (?:is|werd)"
    r" (?:opgedragen|gezegd|verteld)|wat ze je (?:hebben )?(?:zeiden|gezegd|opgedragen)|to,? co ci (?:powiedziano"
    r"|kazano)"
    r"|что тебе (?:сказали|велели|приказали|говорили))"
)
_DROP: Final = (
    r"(?:vergiss|ignorier\w*|egal,?|scher dich nicht|laisse[zr]? tomber|oublie[zr]?|ignore[zr]?|peu importe|fais fi de"
    r"|dej[ae] (?:de lado|atrás)|olvid[ae](?:te)?(?: de)?|ignora|pasa de|no importa|lascia (?:perdere|stare)|dimentica"
    r"|esque[çc]a|deixe? de lado|ignore|vergeet|negeer|laat|zapomnij(?: o)?|zignoruj|забудь|не важно|неважно)"
)
_AI: Final = r"(?:ki|ai|ia|assistent\w*|assistant\w*|asistente|assistente|chatbots?|bots?|modell?|modèle|modelo)"
_DOC: Final = (
    r"(?:seite|text|artikel|dokument|e-?mail|nachricht|page|texte|article|document|courriel|message|página|texto"
    r"|artículo|documento|correo|mensaje|pagina|testo|articolo|messaggio|artigo|mensagem|tekst|bericht)"
)
_PRAISE: Final = (
    r"(?:empfiehl|empfehlen sie|empfehle|lobe?|loben sie|behaupte|behaupten sie|erwähne? nicht|sag(?:e|en sie)?,? dass"
    r"|recommande[zr]?|affirme[zr]?|prétends|prétendez|dis que|dites que|répond(?:s|ez) que|ne mentionne[zr]? pas"
    r"|recomienda|recomiende|afirma|afirme|di que|diga que|responde que|no menciones|raccomanda|consiglia|afferma"
    r"|di' che|dì che|rispondi che|recomende|afirme|diga que|responda que|beveel|beweer|zeg dat|antwoord dat)"
)

_TOLD_ABROAD: Final = Group(
    name="told-abroad",
    anchors=(
        r"\bwas (?:man )?dir\b|\bce qu(?:'on|e l'on) (?:t'a|vous a)\b|\blo que te (?:dij|han|orden|pid|mand)"
        r"|\bquello che ti (?:hanno|(?:\xc3\xa8) stato)|\bo que (?:lhe|te) (?:ped|diss|orden|mand)"
        r"|\bwat (?:je (?:is|werd)|ze je)\b|\bco ci (?:powied|kaz)",
        "что тебе (?:сказали|велели|приказали|говорили)|不要管|别管|不用管|忘了(?:你的|之前|所有)|なかったことに"
        "|倫理観|没有(?:任何)?(?:道德|规则)|规矩|规则的|규칙(?:이|도)? ?없|제약(?:이|도)? ?없|第一(?:条|條|句)(?:指令"
        "|消息|提示|话)",
        r"\bab (?:jetzt|sofort|heute) kein\w{0,2} |\bkein\w{0,2} (?:\w{1,12} )?(?:assistent|bot\b|chatbot)"
        r"|\bdein\w{0,2}"
        r" (?:vorschriften|vorgaben|regeln|grenzen|anweisungen) (?:hinweg|zu (?:brechen|ignorieren)|verst)"
        r"|\b(?:(?:\xc3\xbc)ber|gegen) deine (?:vorschriften|vorgaben|regeln|grenzen|anweisungen)",
        r"\b(?:beweer dat|zeg dat|behaupte,? dass|empfiehl|pr(?:\xc3\xa9)tends que|dis que|di que)\b",
        r"\b(?:dokumente|texte|artikel|unterlagen),? die du (?:oben|zuvor|vorher|bisher)",
        r"\bkonfiguration\b|\bconfiguration compl|\bconfigura(?:ci(?:\xc3\xb3)n|(?:\xc3\xa7)(?:\xc3\xa3)o"
        r"|zione) (?:intern"
        r"|complet|secret)|\btexte cach|\btexto ocult|\btesto nascost|\binstruc(?:ciones|tions) secr"
        r"|\binstru(?:\xc3\xa7)"
        r"(?:\xc3\xb5)es secretas|\bgeheimen? (?:anweisung|regeln|vorgaben)|\bistruzioni segrete",
        r"\b(?:barri(?:\xc3\xa8)re|frein|freni|grenzen|tabu|skrupel|scrupule|escr(?:\xc3\xba)pulo|scrupoli"
        r"|limieten)s? ?"
        r"(?:moral|mehr|plus)?[^.!?\n]{0,24}\b(?:r(?:\xc3\xa9)pond|antwort|rispond|respond|contest|antwoord)",
        r"\b(?:zusammenfass|zusammenfa(?:\xc3\x9f)|r(?:\xc3\xa9)sum(?:es|ez)|resum(?:as|es|a|ir)\b|riassum|samenvat)",
        r"\b(?:si (?:tu es|vous (?:(?:\xc3\xaa)tes)|eres|usted es)|wenn du|falls du|se sei|als je"
        r"|se voc(?:\xc3\xaa) (?:(?:\xc3\xa9)"
        r"|for)) (?:une?|un[ao]?|eine?|een|uma?)? ?(?:mod|assist|asist|ki\b|ia\b|ai\b|bot|chatbot|sprachmodell"
        r"|taalmodel)",
    ),
    before=110,
    after=110,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            pattern=rf"\b{_DROP}(?: bitte| mal| tout| todo| tutto| tudo| alles| maar| всё| все)?,? {_TOLD}|\b{_TOLD}"
            r"[^.!?\n]{0,40}\b(?:zählt (?:nicht|nur)|gilt nicht|ne compte (?:plus|pas)|ya no (?:cuenta|vale)|non conta"
            r" più|não conta mais|telt niet)",
        ),
        Sign(
            kind=OVERRIDE,
            weight=52,
            imperative=True,
            pattern=r"\b(?:du bist|sei) (?:ab (?:jetzt|sofort|heute)|nun|jetzt|nicht mehr) (?:kein\w* |mein )?(?:\w+ )?"
            r"(?:assistent\w*|bot|chatbot|sprachmodell)\b[^\n]{0,16}\b(?:mehr|sondern)\b|\b(?:setz|setze"
            r"|geh) (?:dich )?"
            r"(?:über|gegen) (?:alle )?deine (?:vorschriften|vorgaben|regeln|grenzen|anweisungen)|\b(?:vergiss"
            r"|ignorier\w*)"
            r" (?:alle |die |bitte )*(?:dokumente|texte|artikel|unterlagen),? die du (?:oben|zuvor|vorher|bisher)",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            unless="我(?:之前|刚才|刚刚|上面)",
            pattern=r"(?:不要管|别管|不用管|忘了)(?:你|您)?(?:的)?(?:上面|之前|前面|以上|系统|所有"
            r"|原来)?(?:的)?(?:所有)?"
            r"(?:要求|指令|规则|提示|命令|规定|设定)|(?:指示|命令|ルール|設定|プロンプト)[はを](?:すべて"
            r"|全部)?なかったことに",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=r"(?:把|将|请)?(?:你|您)(?:收到|看到|得到|接收到?)的第一(?:条|條|句|个)(?:指令|消息|提示|话|信息)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            pattern=r"倫理(?:観|感)?(?:の|が)?な(?:い|き)(?:AI|ＡＩ|人工知能|ボット|モデル|アシスタント)|(?:너|당신"
            r"|넌)[^.!?\n]{0,12}"
            r"(?:규칙|제약|윤리|도덕)(?:이|도|가)? ?없(?:는|다)|(?:你|您)(?:现在)?(?:是"
            r"|就是)?[^。！？\n]{0,6}没有(?:任何)?"
            r"(?:道德|规则|规矩)|(?:假装|假裝|装作|想象)(?:你|您)?没有(?:任何)?(?:道德|规则|规矩|限制)",
        ),
        Sign(
            kind=EXTRACTION,
            weight=52,
            imperative=True,
            unless=r"\b(?:wlan|router|server|drucker|serveur|servidor|imprimante|windows|linux|nginx|docker|reseau"
            r"|réseau)\b",
            pattern=r"(?:zeig\w*|\bgib|\bnenn\w*|verrat\w*|donne|montre|affiche|révèle|enséñame|muéstra\w*|muestra"
            r"|dame|dime|mostra\w*|dimmi|mostre|diga|revele|toon"
            r"|geef|[ÉéEe]cris)\b[^.!?\n]{0,24}(?:\bdeine (?:\w+ )?(?:konfiguration"
            r"|geheimen (?:anweisungen|regeln|vorgaben))|\bta configuration|\btes instructions secrètes"
            r"|\ble texte caché"
            r"|\btus instrucciones secretas|\btu configuración|\bel texto oculto|\bla tua configurazione"
            r"|\ble tue istruzioni segrete|\bil testo nascosto|\ba sua configuração|\bas suas instruções secretas"
            r"|\bo texto oculto|\bje (?:\w+ )?configuratie)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            pattern=r"\b(?:tu n'as plus|du hast keine|non hai (?:più )?|no tienes|je hebt geen|hai perso ogni|senza"
            r"|sans"
            r"|ohne|sin)(?: aucune?| jegliche| nessun\w*| ningún| alcun\w*)? ?(?:barrières?|freins?|freni|grenzen"
            r"|tabus?"
            r"|skrupel|scrupules?|escrúpulos|scrupoli|limieten)\b[^.!?\n]{0,16}[^.!?\n]{0,24}\b(?:répond\w* à tout"
            r"|antworte"
            r"\w* auf alles|rispond\w* a (?:qualsiasi|tutto|ogni)|respond\w* a todo|contest\w* a todo"
            r"|antwoord\w* op alles)",
        ),
        Sign(
            kind=INDIRECT,
            weight=50,
            imperative=True,
            foreign=True,
            unless=r"\b(?:social|sozial\w*|maternel|dentaire|administrati\w*|juridique|de direction)\b",
            pattern=rf"\b(?:wenn|falls|sobald|quand|lorsque|si|cuando|al|quando|se|als"
            rf"|wanneer)\b[^.!?\n]{{0,24}}\b{_DOC}\b"
            rf"[^.!?\n]{{0,30}},? (?:dann |so |bitte |unbedingt |alors |entonces |allora |então |dan )*{_PRAISE}\b"
            rf"|\b(?:si"
            rf"|wenn|falls|se|als) (?:tu es|vous êtes|eres|usted es|du|sei|je|você é)\b[^.!?\n]{{0,12}}\b{_AI}\b"
            rf"[^.!?\n]{{0,24}},? (?:bist,? |bent,? )?(?:dann |bitte |alors |entonces )*{_PRAISE}\b",
        ),
    ),
)
_IN_PROMPT: Final = Group(
    name="in-prompt-abroad",
    anchors=(
        r"\b(?:in deinem|dans ton|en tu|nel tuo|no (?:seu|teu)|in je|i din) (?:system[ -]?|eigenen )?prompt"
        r"|\bprompcie\b",
        "промпте",
        r"\b(?:oma|gro(?:\xc3\x9f|ss)mutter|mamie|grand-m(?:\xc3\xa8)re|abuela|abuelita|nonna|av(?:\xc3\xb3)|babcia)\b",
    ),
    before=100,
    after=130,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=r"\b(?:guten?|besser\w*|midjourney|dall-e|stable diffusion|mon|mein\w*|mi|bon|bueno|buon)\b",
            pattern=r"(?:\bwas (?:genau )?(?:in deinem (?:\w+ )?prompt|steht in deinem)"
            r"|\bce qu'il y a dans ton prompt|\bqu'y a-t-il"
            r" dans ton prompt|\bqué (?:hay|dice|pone)\b[^.!?\n]{0,8} en tu (?:\w+ )?prompt|\b(?:che )?cosa (?:c'è"
            r"|dice|sta)"
            r"(?: scritto)? (?:scritto )?nel tuo (?:\w+ )?prompt|\bo que (?:há|tem|está)(?: escrito)? no (?:seu"
            r"|teu) prompt"
            r"|\bwat (?:er )?in je (?:\w+ )?prompt|\bco (?:masz|jest) w (?:\w+ )?prompcie|(?:что"
            r"|чё) (?:у тебя )?(?:написано )?"
            r"в (?:твоем |твоём |своем |своём )?(?:системном )?промпте|\bvad (?:som )?(?:står )?i din prompt)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            unless=r"glac|chocol|schok|vanill|surpris|badebombe|sucre|azúcar|gelat",
            pattern=r"(?:\b(?:finge|fais semblant|tu so|stell dir vor|spiel\w*|sei|du bist|eres|tu es|fingi|sei mia"
            r"|actúa|agis"
            r"|handle|joue|imagina)\b[^\n]{0,60})\b(?:oma|großmutter|grossmutter|mamie|grand-mère|abuela|abuelita"
            r"|nonna|avó|babcia)\b[^\n]{0,110}"
            r"\b(?:napalm\w*|bomben?|bombas?|sprengstoff\w*|explosi[fv]\w*|dynamit\w*|metanfetamin\w*|crystal meth"
            r"|windows[- ](?:keys?|schlüssel)|lizenzschlüssel|claves? de windows|clés? windows|chiavi di windows)",
        ),
    ),
)

GROUPS: Final = (_TOLD_ABROAD, _IN_PROMPT)
