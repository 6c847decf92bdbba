"""Prompt injection in other languages: instructions overridden and prompts extracted, verbs before and behind."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.signs import Group, Sign
from keeptrusts.schemas.frozen import frozen

_SHORT: Final = r"[^.!?;。！？]{0,24}"
_LONG: Final = r"[^.!?;。！？]{0,48}"


@frozen
class _Language:
    """Stems of one language: of verbs that stop, of what came before, of what is to be followed, of asking.

    ``anchors`` are what the scan looks for, in Hyperscan's syntax: only ASCII is found there in any case. ``new`` says
    that something else is to be done from now on. ``kept`` are words that tell somebody not to ignore or forget,
    ``whole`` what asks for all of a prompt without saying whose, and ``made`` words for writing one of one's own.
    """

    name: str
    anchors: tuple[str, ...]
    stop: str
    prior: str
    rules: str
    everything: str
    ask: str
    own: str
    prompt: str
    new: str
    kept: str = ""
    whole: str = ""
    made: str = ""


def _group(words: _Language) -> Group:
    """Give the signs of a language: what is stopped stands behind its verb or before it."""
    stop, prior, rules, every = words.stop, words.prior, words.rules, words.everything
    orders = (
        f"(?:{stop}){_LONG}(?:{prior}){_SHORT}(?:{rules})",
        f"(?:{stop}){_LONG}(?:{rules}){_SHORT}(?:{prior})",
        f"(?:{prior}){_SHORT}(?:{rules}){_SHORT}(?:{stop})",
        f"(?:{rules}){_SHORT}(?:{prior}){_SHORT}(?:{stop})",
    )
    ask, own, prompt = words.ask, words.own, words.prompt
    asks = (
        f"(?:{ask}){_LONG}(?:{own}){_SHORT}(?:{prompt})",
        f"(?:{ask}){_LONG}(?:{prompt}){_SHORT}(?:{own})",
        f"(?:{own}){_SHORT}(?:{prompt}){_SHORT}(?:{ask})",
        f"(?:{prompt}){_SHORT}(?:{own}){_SHORT}(?:{ask})",
    )
    entire = rf"(?:{ask}){_LONG}(?:{words.whole})\w*{_SHORT}prompt" if words.whole else ""
    reminded = rf"(?:{words.kept}){_LONG}(?:{prior}){_SHORT}(?:{rules}){_SHORT}(?:{stop})" if words.kept else ""
    return Group(
        name=words.name,
        anchors=words.anchors,
        before=100,
        after=110,
        signs=(
            Sign(kind=OVERRIDE, weight=80, pattern="|".join(orders), imperative=True, unless=words.kept),
            Sign(kind=OVERRIDE, weight=66, pattern=f"(?:{stop}){_SHORT}(?:{every})|(?:{every}){_SHORT}(?:{stop})",
                 imperative=True, unless=words.kept),
            Sign(kind=OVERRIDE, weight=42, pattern=f"(?:{stop}){_SHORT}(?:{rules})|(?:{rules}){_SHORT}(?:{stop})",
                 imperative=True, unless=words.kept),
            Sign(kind=EXTRACTION, weight=72, pattern="|".join(asks), imperative=True, unless=words.made),
            *((Sign(kind=OVERRIDE, weight=66, pattern=reminded, imperative=True),) if reminded else ()),
            *((Sign(kind=EXTRACTION, weight=60, pattern=entire, imperative=True, unless=words.made),)
              if entire else ()),
            Sign(kind=OVERRIDE, weight=30, pattern=words.new, imperative=True),
        ),
    )  # fmt: skip


_LANGUAGES: Final = (
    _Language(
        name="de",
        anchors=(
            r"\b(?:ignorier|vergiss|vergess|missacht|verwirf|umgeh(?:e|en) |ab (?:jetzt|sofort|nun)\b|neue aufgabe"
            r"|du bist (?:jetzt|nun|ab)\b)",
            r"(?:\xc3\xbc|\xc3\x9c)berschreib|au(?:\xc3\x9f|ss)er acht|nicht (?:mehr )?beacht|beachte nicht"
            r"|\blass\w{0,2}\s[^.!?;]{1,40}hinter",
            r"\b(?:zeig|nenn|gib|verrat|wiederhol|druck|schreib|sag|welche|wie laute|was (?:ist|war|steht"
            r"|sind))\w{0,4}[^.!?;]{1,40}"
            r"(?:prompt|anweisung|instruktion|systemnachricht|text (?:vor|ober))",
        ),
        stop=r"ignorier\w*|vergiss|vergess\w*|missacht\w*|verwirf|verwerfe?n?|überschreib\w*|umgehe?n? |außer acht"
        r"|ausser"
        r" acht|nicht (?:mehr )?beacht\w*|beachten? (?:sie )?nicht|befolge?n? (?:sie )?nicht|nicht (?:mehr )?befolg\w*"
        r"|\blass(?:e|t|en sie)? (?:alle|deine|die|das|jegliche|ihre|sämtliche)",
        prior=r"\balle[rnms]?\b|vorherig|vorig|bisherig|obig|vorangegang|vorangehend|vorausgehend|frühere|ursprünglich"
        r"|\bdeine|\bihre\b|sämtliche|letzten|zuvor|davor|gegeben|erhalten|jegliche|jede|genannten|oben|system",
        rules=r"anweisung|instruktion|befehl|vorgabe|regel|richtlinie|aufgaben?\b|prompt|anordnung|kommando|aufträge"
        r"|auftrag|direktive|beschränkung|einschränkung|programmierung|nachrichten|anforderung|eingaben",
        everything=r"alles|das obige|obiges|was (?:ich|du|dir|sie|ihnen|zuvor|vorher|bisher|davor|oben)|(?:obige"
        r"|vorherige|bisherige"
        r"|letzte|vorige)\w*"
        r" (?:text|nachrichten|aufgabe|eingabe|konversation|unterhaltung|gespräch|sätze|texte)|(?:den )?text (?:oben"
        r"|davor)",
        ask=r"\bzeig\w*|\bnenn\w*|\bgib|\bgeben|verrat\w*|verrät|wiederhol\w*|druck\w*|\bschreib\w*|\bsag\w*|\bteil\w*"
        r"|was (?:ist|war|waren|sind|steht|stand)|wie (?:ist|laute\w*|war)|ausgeben|offenleg\w*|welche|kopier\w*"
        r"|liste",
        own=r"\bdein\w*|\bihre?n?\b|\beuer|(?:den|dem|das) (?:\w+ )?system|ursprünglich|\bobig|anfänglich"
        r"|geheim|hast du|vor dieser|oberhalb"
        r"|versteckt|initial|vorherig|oben|erste[nrs]?\b",
        prompt=r"prompt|anweisung|instruktion|systemnachricht|systemtext|der text|den text|vorgaben|richtlinien"
        r"|text oben",
        new=r"ab (?:jetzt|sofort|nun)\b|du bist (?:jetzt|nun)\b|(?:deine |eine )?neue (?:aufgabe|anweisung"
        r"|instruktion|rolle)"
        r"|(?:das|dies) war(?:'?s|en)? (?:alles|es)|(?:beginn|starte?|fang)\w* (?:von vorn|neu|von neuem)",
        kept=r"\bverg(?:iss|esst|essen)(?: \w+){0,2} nicht\b|\bnicht(?: zu)? (?:vergess|ignorier|missacht|umgeh)"
        r"|\b(?:meine?|unsere?)[rnm]? (?:\w+ )?(?:nachricht|mail|anfrage|frage)",
        whole=r"genau|exakt|vollständig|intern|ganzen",
        made=r"(?:schreib|erstell|formulier|entw[iu]rf)\w*(?: \w+)? eine?n?\b|\b(?:ein guter|einen guten|was ist ein)",
    ),
    _Language(
        name="fr",
        anchors=(
            r"\b(?:ignore[zr]? (?:l|tou|[mtv]os|[mtcs]es|cette)|oublie[zr]?|d(?:\xc3\xa9|e)sob(?:\xc3\xa9|e)i"
            r"|contourne|n(?:\xc3\xa9|e)glige"
            r"|ne (?:tiens|tenez|suis|suivez|respecte)"
            r"|(?:\xc3\xa0|a) partir de maintenant|d(?:\xc3\xa9|e)sormais|fais abstraction|faites abstraction"
            r"|ne tenir|tenir compte)",
            r"\b(?:montre|r(?:\xc3\xa9|e)v(?:\xc3\xa8|\xc3\xa9|e)le|affiche|r(?:\xc3\xa9|e)p(?:\xc3\xa8|\xc3\xa9|e)te"
            r"|donne|dis|imprime|quel|quelles|(?:\xc3\xa9|e)cris)\w{0,3}"
            r"[^.!?;]{1,40}(?:prompt|instruction|consigne|directive|invite)",
        ),
        stop=r"sans tenir compte|ignore[zr]?\b"
        r"|oublie[zr]?\b"
        r"|désobéi\w*|contourne[zr]?\b|néglige[zr]?\b|ne (?:tiens|tenez|tenir)\w* (?:pas|plus)"
        r" compte|ne (?:suis|suivez|respecte[zs]?) (?:pas|plus)|fai(?:s|tes) abstraction|annule[zr]?|efface[zr]?",
        prior=r"précédent|antérieur|ci-dessus|initial|toutes|tous|\bvos\b|\btes\b|\bton\b|\bvotre\b|reçues?|données"
        r"|avant"
        r"|d'origine|système|plus haut|préalable",
        rules=r"instruction|consigne|directive|règle|ordre|commande|invite|prompt|restriction|contrainte|messages"
        r"|tâche"
        r"|programmation|politique|demandes?",
        everything=r"tout (?:ce qui|ce que|le texte|le reste|ça|cela|ce)|ce (?:qui|que) (?:précède|j'ai|je|tu|vous"
        r"|a été)",
        ask=r"montre|révèle|révélez|révéler|affiche|répète|répétez|répéter|donne|\bdis\b|dites|dire|imprime"
        r"|quels? (?:est|sont"
        r"|étai)|quelles? (?:est|sont|étai)|écris|écrivez|partage|communique|recopie|traduis|liste",
        own=r"\bton\b|tu as re[çc]u|vous avez re[çc]u|\btes\b|votre|\bvos\b|système|initial|caché|secret|ci-dessus"
        r"|d'origine|précédent",
        prompt=r"prompt|instruction|consigne|directive|invite|message système",
        new=r"(?:à|a) partir de maintenant|désormais|nouvelles? (?:instruction|consigne|tâche|mission|règle)"
        r"|tu es maintenant"
        r"|vous êtes maintenant|recommen[çc]ons",
        kept=r"\b(?:n'|n[e’] ?)?(?:oubli|ignor|néglig)\w*(?:-\w+)? (?:pas|jamais|surtout pas)\b|\bne pas (?:oubli"
        r"|ignor)"
        r"|\b(?:mon|mes|notre|nos) (?:\w+ )?(?:message|mail|courriel|demande)",
        whole=r"complet|exact|intern|entier",
        made=r"(?:écri|rédig)\w+(?:-\w+)? une?\b|comment (?:écrire|rédiger)",
    ),
    _Language(
        name="es",
        anchors=(
            r"\b(?:ignor(?:a|e|ar|en|as) (?:l[ao]s?|tod[ao]s?|tus?|sus?|est[aeo]s?|cualquier|por|mis|el)|olvid(?:a|e"
            r"|ar|as|ate|en)\b|descart(?:a|e|ar)|desobede|pasa por alto|omit(?:e"
            r"|a|ir)|"
            r"no (?:sigas|siga|hagas caso|obedezcas|tengas en cuenta)|haz caso omiso|hag(?:a|an) caso omiso"
            r"|a partir de ahora"
            r"|de ahora en adelante)\b",
            r"\b(?:muestra|mu(?:\xc3\xa9|e)stra|revela|rev(?:\xc3\xa9|e)la|repite|imprime|dime|dame|escribe"
            r"|cu(?:\xc3\xa1|a)l|cu(?:\xc3\xa1|a)les|ense(?:\xc3\xb1|n)a)\w{0,3}"
            r"[^.!?;]{1,40}(?:prompt|instruccion|indicacion|directriz|mensaje del sistema)",
        ),
        stop=r"\bignor(?:a|e|ar|en|as)\b"
        r"|\bolv[ií]d(?:a|e|ar|as|ate|en|es|alo|date)\b|descart(?:a|e|ar)\b|desobede\w*|pas(?:a|e) por alto"
        r"|omit(?:e|a|ir)\b|no (?:sigas?|hagas? caso|obedezcas?|tengas? en cuenta|prestes atención)|(?:haz|haga"
        r"|hagan) caso omiso"
        r"|elimina|borra",
        prior=r"anterior|previ[ao]s|de arriba|iniciale?s?|todas|todos|\btus\b|\bsus\b|\bsu\b|\btu\b|recibid|dad[ao]s"
        r"|original|antes"
        r"|sistema|precedente|cualquier",
        rules=r"instrucci|indicaci|órden|orden|regla|directri|comando|prompt|restricci|norma|mensajes|tarea|programaci"
        r"|pauta"
        r"|política|límites|limitaci",
        everything=r"todo (?:lo|el texto|esto|eso|cuanto)|lo (?:que|anterior|de arriba)",
        ask=r"mu[eé]stra|revela|revéla|repite|repíte|repetir|imprime|\bdime|\bdame|escribe|cuál|cual(?:es)?\b|enseña"
        r"|comparte"
        r"|copia|di(?:ga)?me|qué (?:dice|son|es)|lista|traduce",
        own=r"\btus?\b|\bsus?\b|iniciale?s?|ocult|secret|de arriba|original|anterior",
        prompt=r"prompt|instrucci|indicaci|directri|mensaje (?:de|del) sistema",
        new=r"a partir de (?:ahora|este momento)|de ahora en adelante|nuev[ao]s? (?:instrucci|tarea|orden|regla"
        r"|misión)"
        r"|ahora eres|ahora serás|empecemos de nuevo",
        kept=r"\b(?:no|sin|nunca) (?:te |se |lo |la )?(?:olvid|ignor|descart|omit)|\b(?:mis?"
        r"|nuestr\w+) (?:\w+ )?(?:mensaje|correo)",
        whole=r"complet|exact|intern|enter",
        made=r"(?:escrib|redact)\w+ una?\b|cómo (?:escribir|redactar|se escribe)",
    ),
    _Language(
        name="pt",
        anchors=(
            r"\b(?:ignor(?:e|em|a|ar) (?:[ao]s? |tod|tud|su|se|tu|te|ess|est|qua)|esque(?:\xc3\xa7|c)a|esquecer?"
            r"|desconsider|desobede|n(?:\xc3\xa3|a)o (?:siga|obede"
            r"|considere)|a partir de agora"
            r"|de agora em diante)",
            r"\b(?:mostre|revele|repita|imprima|diga|me d(?:\xc3\xaa|e)|escreva|qual|quais|exiba)\w{0,3}[^.!?;]{1,40}"
            r"(?:prompt|instru(?:\xc3\xa7|c)|diretri|mensagem do sistema)",
        ),
        stop=r"\bignor(?:e|em|a|ar)\b"
        r"|esque[çc]a\w*|\besquecer?\b|\besquece\b|desconsider\w*|desobede\w*|não (?:siga|obede[çc]a"
        r"|considere"
        r"|leve em conta)",
        prior=r"anterior|prévi[ao]s|acima|inicia[il]s?|todas|todos|\bsuas?\b|\bseus?\b|\btuas?\b|recebid|dad[ao]s"
        r"|origina|antes"
        r"|sistema|precedente|quaisquer",
        rules=r"instruç|instruc|ordens|ordem|regra|diretri|comando|prompt|restriç|orientaç|mensagen|tarefa|programaç"
        r"|norma"
        r"|política|limitaç",
        everything=r"tudo (?:o que|que|isso|isto|acima|o)|o que (?:eu|foi|você|veio)",
        ask=r"mostre|mostra|revele|revela|repita|repete|imprima|\bdiga|\bdê|escreva|qual|quais|exiba|compartilhe"
        r"|copie|liste|traduza",
        own=r"\bseus?\b|\bsuas?\b|\bteus?\b|\btuas?\b|sistema|inicia[il]s?|ocult|secret|acima|origina|anterior",
        prompt=r"prompt|instruç|instruc|diretri|mensagem (?:de|do) sistema",
        new=r"a partir de agora|de agora em diante|nov[ao]s? (?:instruç|tarefa|ordem|regra|missão)|agora você é",
        kept=r"\b(?:não|nunca|sem) (?:se |te )?(?:esque|ignor|desconsider)",
        whole=r"complet|exat|intern|inteir",
        made=r"(?:escrev|redij)\w+ uma?\b|como (?:escrever|redigir)",
    ),
    _Language(
        name="it",
        anchors=(
            r"\b(?:ignora(?:re|te)?|dimentica(?:re|te|ti)?|trascura|disobbedi|non (?:seguire|considerare|tenere conto"
            r"|rispettare)|d'ora in poi"
            r"|da (?:ora|adesso) in poi|scorda)",
            r"\b(?:mostra|rivela|ripeti|stampa|dimmi|dammi|scrivi|qual|quali|elenca)\w{0,4}[^.!?;]{1,40}"
            r"(?:prompt|istruzion|direttiv|messaggio di sistema)",
        ),
        stop=r"\bignora(?:re|te)?\b|dimentica(?:re|te|ti)?\b|trascura\w*|disobbedi\w*|non (?:seguire|considerare"
        r"|tener\w* conto"
        r"|rispettare)|scorda\w*|cancella",
        prior=r"precedent|di sopra|sopra|inizial|tutte|tutti|\btue\b|\btuoi\b|\bvostr|ricevut|dat[ei]\b|original"
        r"|prima|sistema"
        r"|anterior|qualsiasi",
        rules=r"istruzion|ordin[ei]|regol|direttiv|comand|prompt|restrizion|indicazion|messaggi\b|compit|programmazion"
        r"|linee guida"
        r"|vincol|limit",
        everything=r"tutto (?:ciò|quello|quanto|il testo|questo)|(?:ciò|quello|quanto) (?:che|detto|scritto|sopra)",
        ask=r"mostra|rivela|ripeti|stampa|dimmi|dammi|scrivi|qual|quali|elenca|condividi|copia|traduci",
        own=r"\btu[oaei]\b|\btuoi\b|\bvostr|sistema|inizial|nascost|segret|sopra|original|precedent",
        prompt=r"prompt|istruzion|direttiv|messaggio di sistema",
        new=r"d'ora in (?:poi|avanti)|da (?:ora|adesso) in (?:poi|avanti)|nuov[aoei] (?:istruzion|compit|ordin|regol)"
        r"|ora sei|adesso sei",
        kept=r"\b(?:non|senza|mai) (?:ti |vi |si )?(?:dimentic|scord|ignor|trascur)",
        whole=r"complet|esatt|intern|inter[oa]",
        made=r"scriv\w+ (?:un|una|uno)\b|come (?:scrivere|si scrive)",
    ),
    _Language(
        name="nl",
        anchors=(
            r"\b(?:negeer|vergeet|omzeil|(?:volg|gehoorzaam|houd) .{0,30}niet|vanaf nu|je bent nu"
            r"|u bent nu)\b",
            r"\b(?:toon|onthul|herhaal|druk|geef|zeg|schrijf|wat (?:is|zijn|staat|was)|laat)\w{0,3}[^.!?;]{1,40}"
            r"(?:prompt|instructie|systeembericht|richtlijn)",
        ),
        stop=r"negeer\w*|negeren|vergeet|vergeten|omzeil\w*|(?:volg|gehoorzaam|houd)\w* .{0,30}niet"
        r"|niet (?:meer )?(?:volgen"
        r"|opvolgen)|wis\b|verwijder",
        prior=r"\balle\b|vorige|voorgaande|eerdere|bovenstaande|oorspronkelijke|\bje\b|\bjouw\b|\buw\b|gegeven"
        r"|gekregen|hiervoor"
        r"|hierboven|systeem|voorafgaande|elke",
        rules=r"instructie|opdracht|regel|richtlijn|bevel|commando|prompt|beperking|berichten|taken|aanwijzing"
        r"|voorschrift|programmering",
        everything=r"alles (?:wat|hierboven|hiervoor)|wat (?:ik|je|u|hiervoor|hierboven)|alles\b",
        ask=r"\btoon|onthul|herhaal|druk .{0,30}af|\bgeef|\bzeg|schrijf|wat (?:is|zijn|staat|was|waren)"
        r"|laat .{0,20}zien|vertel|deel"
        r"|welke|kopieer|vertaal",
        own=r"\bje\b|\bjouw\b|\buw\b|\bde systeem|oorspronkelijk|verborgen|geheim|bovenstaand|eerste|vorige",
        prompt=r"prompt|instructie|systeembericht|richtlijn",
        new=r"vanaf nu\b|(?:je|jij|u) bent nu\b|nieuwe (?:opdracht|instructie|taak|regel)",
        kept=r"\b(?:vergeet|negeer)(?: \w+){0,2} niet\b|\bniet(?: te)? (?:vergeten|negeren)|\b(?:mijn|onze"
        r"|ons) (?:\w+ )?(?:bericht|mail)",
        whole=r"volledig|exact|intern|hele",
        made=r"(?:schrijf|maak)(?: \w+)? een\b|hoe schrijf",
    ),
    _Language(
        name="ru",
        anchors=("(?:И|и)гнориру|(?:З|з)абудь|(?:П|п)ренебрег|(?:О|о)тмени|(?:О|о)бойди"
                 "|(?:Н|н)е (?:следуй|выполняй|обращай|соблюдай)"
                 "|(?:О|о)тныне|(?:С|с) этого момента|(?:С|с)истемн|(?:И|и)нструкци|(?:П|п)ромпт",),
        stop=r"игнориру\w*|проигнориру\w*|забудь\w*|пренебрег\w*|отмени\w*|обойди\w*|не (?:следуй\w*|выполняй\w*"
        r"|обращай\w*"
        r"|соблюдай\w*)",
        prior=r"предыдущ|прежн|выше|ранее|вс[её]|исходн|первоначальн|сво[ийею]|твои|ваши|любые|системн|данные",
        rules=r"инструкци|указани|команд|правил|приказ|директив|промпт|промт|ограничени|сообщени[яй]|задани|запрос"
        r"|текст"
        r"|установк|подсказк",
        everything=r"вс[её],? что|то,? что|вс[её] (?:выше|предыдущ|сказанн|вышесказанн|вышеперечисл)|вышесказанн",
        ask=r"покаж|выведи|раскро|повтори|напиши|скажи|назови|как(?:ой|ая|ое|ие|ов\S*)|процитируй|распечатай|сообщи"
        r"|дай|опиши|переведи|перечисли",
        own=r"сво[ийёею]\w*|тво[ийёею]\w*|ваш|системн|исходн|первоначальн|скрыт|секретн|выше|полн|точн",
        prompt=r"промпт|промт|инструкци|подсказк|системное сообщение|указани",
        new=r"отныне|с этого момента|теперь ты|нов(?:ые|ая|ое) (?:инструкци|задани|задач|правил|роль)",
        kept=r"\bне (?:забуд|забыва|игнориру|пренебрега|отменя)",
        made=r"(?:напиш|состав|придума)\w*(?: \w+){0,2} (?:промпт|промт|сообщени|инструкци|указани)\w*"
        r" (?:для|об?|про|по|к|как)\b|как (?:написать|составить|писать)",
    ),
    _Language(
        name="zh",
        anchors=("忽略|忽視|忽视|无视|無視|忘记|忘記|忘掉|不要遵守|不要理会|不要遵循|绕过|繞過|从现在开始|從現在開始|从现在起|系统提示|系統提示|提示词|提示詞|系统指令|初始指令",),
        stop=r"忽略|忽視|忽视|无视|無視|忘记|忘記|忘掉|不要(?:再)?(?:遵守|理会|遵循|理會|执行)|不(?:再|用"
        r"|必)(?:遵守|遵循|理会)|绕过|繞過|抛弃|跳过|覆盖|取消",
        prior=r"之前|以前|先前|前面|上面|以上|上述|所有|全部|原来|原先|初始|你的|您的|系统|任何|一切|此前|原有|給你"
        r"|给你",
        rules=r"指令|指示|提示|规则|規則|命令|限制|要求|说明|說明|设定|設定|约束|准则|內容|内容|对话|對話|消息|任务"
        r"|任務|规定|规范|政策",
        everything=r"(?:之前|以前|前面|上面|以上|先前)(?:的)?(?:一切|所有|全部|内容|话|说的)|(?:以上|上述)(?:所有"
        r"|内容)|一切|用户的(?:请求|问题|指令|要求)",
        ask=r"显示|顯示|展示|告诉|告訴|输出|輸出|打印|重复|重複|复述|複述|透露|泄露|说出|說出|列出|给我|給我|是什么"
        r"|是什麼|写出|公开|翻译|發送|分享",
        own=r"你的|您的|系统|系統|初始|原始|隐藏|隱藏|完整|内部|秘密|上面|以上|之前|全部",
        prompt=r"提示词|提示詞|提示|指令|指示|系统消息|系統訊息|设定|設定|prompt",
        new=r"从现在(?:开始|起)|從現在(?:開始|起)|你现在是|你現在是|你的新(?:任务|角色|指令)|新(?:的)?(?:指令|任务"
        r"|指示|任務)",
        kept=r"(?:不要|别|別|勿|不能|不可|不得|切勿|请勿)(?:忘|忽略|忽視|忽视|无视|無視|绕过|跳过)",
        made=r"(?:写|寫|编|設計|设计|生成|创建)(?:一|个|個|份|段)|怎么写|怎麼寫|如何(?:编写|撰写|写)|写法|大小写",
    ),
    _Language(
        name="ja",
        anchors=("無視|忘れ|従わ|今から|これから|システムプロンプト|プロンプト|指示を",),
        stop=r"無視(?:し|せよ|する|して)|忘れ(?:て|ろ|なさい|る|去)|従わ(?:ない|なく|ず)|破棄(?:し|せよ)|上書き"
        r"|取り消",
        prior=r"以前|これまで|前の|上記|上の|すべて|全て|今まで|最初|元の|あなたの|与えられ|システム|先ほど"
        r"|あらゆる|いかなる|直前",
        rules=r"指示|命令|ルール|規則|プロンプト|制約|制限|ガイドライン|設定|メッセージ|会話|内容|指令|ポリシー",
        everything=r"(?:これまで|今まで|以前|上記|上)の(?:すべて|全て|こと|内容|話)|(?:すべて|全て)(?:を)?",
        ask=r"教え|見せ|表示|出力|繰り返|明かし|開示|書い|示し|公開|コピー|何(?:です|だ)|述べ|翻訳|貼り",
        own=r"あなたの|君の|お前の|システム|最初|初期|隠さ|秘密|内部|上記|元の|完全な|全文|あなたに与え",
        prompt=r"プロンプト|指示|命令|インストラクション|システムメッセージ|設定",
        new=r"今から|これから(?:は|あなた)|新しい(?:指示|命令|タスク|役割)|あなたは今",
        kept=r"忘れ(?:ない|ず|る(?:な|こと))|無視し(?:ない|ては)|無視するな",
        made=r"書き方|作り方|作成方法|書く(?:方法|コツ)|とは|を作っ|を作成|用の(?:システム)?プロンプト",
    ),
    _Language(
        name="ko",
        anchors=("무시|잊어|잊으|따르지|지금부터|이제부터|시스템 ?프롬프트|프롬프트|지시|지침",),
        stop=r"무시(?:하|해|하고|하세요|하십시오)|잊어(?:버|라|줘|주)?|잊으(?:세요|십시오)|따르지 (?:마|말)|무효|취소",
        prior=r"이전|위의|위에|앞의|앞서|모든|기존|지금까지|원래|초기|당신의|너의|네|시스템|받은|주어진|전부|어떤",
        rules=r"지시|명령|규칙|프롬프트|지침|제한|제약|가이드라인|메시지|대화|내용|설정|정책|안내",
        everything=r"(?:이전|지금까지|위|앞)(?:의|에)? ?(?:모든|내용|것|말)|모든 것|전부",
        ask=r"보여|알려|출력|반복|공개|말해|표시|적어|써|뭐야|무엇|인쇄|복사|번역|나열",
        own=r"당신의|너의|네|시스템|초기|원래|숨겨진|비밀|내부|위의|전체|정확한",
        prompt=r"프롬프트|지시|지침|명령|시스템 ?메시지|설정",
        new=r"지금부터|이제부터|새로운 (?:지시|명령|작업|역할|임무)|(?:너|당신)은 이제",
        kept=r"잊지|무시하지|무시해서는",
        made=r"작성(?:법| 방법|하는|해)|쓰는 (?:법|방법)|만들어|만드는",
    ),
    _Language(
        name="ar",
        anchors=("تجاهل|انس |انسَ|تناس|لا تتبع|من الآن|تعليمات|موجه النظام|النظام",),
        stop=r"تجاهل|انس |انسَ|تناس|لا تتبع|لا تلتزم|تخطَ|الغ ",
        prior=r"السابق|أعلاه|جميع|كل |السالف|الأصلي|الأولي|سابق|الخاصة بك|النظام|قبل",
        rules=r"تعليمات|التعليمات|أوامر|الأوامر|قواعد|القواعد|توجيهات|التوجيهات|إرشادات|الإرشادات|قيود|القيود|موجه"
        r"|رسائل|نص",
        everything=r"كل (?:ما|شيء)|ما (?:سبق|قيل|قلته)",
        ask=r"أظهر|اعرض|اكشف|كرر|اطبع|أخبر|اكتب|ما هي|ما هو|أعط|اذكر|شارك|ترجم",
        own=r"الخاصة? بك|النظام|الأصلي|الأولي|السري|المخفي|الداخلي|أعلاه|الكامل|تعليماتك|أوامرك",
        prompt=r"تعليمات|التعليمات|موجه|أوامر|رسالة النظام|توجيهات",
        new=r"من الآن|أنت الآن|تعليمات جديدة|مهمة جديدة|مهمتك الجديدة",
        kept=r"لا (?:تنس|تتجاهل)",
        made=r"كيف (?:أكتب|تكتب|نكتب)",
    ),
    _Language(
        name="hi",
        anchors=("अनदेखा|नज़रअंदाज़|नजरअंदाज|उपेक्षा|भूल ज|भूलकर|अब से|सिस्टम प्रॉम्प्ट|प्रॉम्प्ट|निर्देश",),
        stop=r"अनदेखा|नज़रअंदाज़|नजरअंदाज|उपेक्षा|भूल ज\S*|भूलकर|मत मानो|पालन (?:न|मत)",
        prior=r"पिछल|पहले|उपरोक्त|ऊपर|सभी|सारे|पूर्व|मूल|अपने|आपके|तुम्हारे|सिस्टम|दिए गए",
        rules=r"निर्देश|आदेश|नियम|प्रॉम्प्ट|हिदायत|दिशानिर्देश|दिशा-निर्देश|संदेश|प्रतिबंध|बातचीत",
        everything=r"सब कुछ|जो (?:भी|कुछ)|ऊपर (?:का|की|लिखा)",
        ask=r"दिखा|बता|प्रकट|दोहरा|लिख|प्रिंट|क्या (?:है|हैं)|साझा|अनुवाद",
        own=r"अपन|आपक|तुम्हार|सिस्टम|मूल|छिप|गुप्त|ऊपर|पूर|शुरुआत|प्रारंभिक",
        prompt=r"प्रॉम्प्ट|निर्देश|आदेश|सिस्टम संदेश",
        new=r"अब से|नए? निर्देश|नया (?:कार्य|काम|आदेश)|अब (?:आप|तुम)",
        kept=r"(?:न|मत|नहीं) (?:भूल|अनदेखा)|भूल(?:ना|ें|िए)? (?:मत|नहीं)",
        made=r"कैसे लिख",
    ),
    _Language(
        name="pl",
        anchors=(
            r"\b(?:z?ignoruj|zapomnij|pomi(?:\xc5\x84|n) |nie (?:przestrzegaj|stosuj si|zwracaj)|od teraz"
            r"|jeste(?:\xc5\x9b|s)"
            r" teraz)",
            r"\b(?:poka(?:\xc5\xbc|z)|wy(?:\xc5\x9b|s)wietl|podaj|powt(?:\xc3\xb3|o)rz|ujawnij|wypisz|wydrukuj"
            r"|jaki[ea]? (?:jest"
            r"|s))[^.!?;]{1,40}(?:prompt|instrukcj|polece|wytyczn)",
        ),
        stop=r"\bz?ignoruj\w*|zapomnij|\bpomiń|nie (?:przestrzegaj|stosuj się|zwracaj uwagi)",
        prior=r"poprzedni|wcześniejsz|powyższ|wszystki|wszelki|dotychczasow|\bswoj|\btwoj|systemow|pierwotn",
        rules=r"instrukcj|polece[nń]|wytyczn|zasad|reguł|prompt|rozkaz|wiadomoś|ogranicze",
        everything=r"wszystko,? co|wszystko (?:powyżej|wcześniej)|to,? co (?:powyżej|był|napisa)",
        ask=r"pokaż|wyświetl|podaj|powtórz|ujawnij|wypisz|wydrukuj|jaki|napisz|powiedz",
        own=r"\bswoj|\btwoj|\btwój|\bswój|systemow|pierwotn|początkow|ukryt|tajn|powyższ",
        prompt=r"prompt|instrukcj|polece|wytyczn|wiadomość systemow",
        new=r"od teraz\b|jesteś teraz|nowe (?:zadanie|polecenie|instrukcje)",
        kept=r"\bnie (?:zapom|ignor|pomij)",
        made=r"(?:napisz|stwórz)(?: \w+){0,2} (?:prompt|instrukcj)\w* (?:dla|do|o|jak)\b|jak (?:napisać|pisać)",
    ),
    _Language(
        name="tr",
        anchors=(
            r"(?:talimat|komut|kural|y(?:\xc3\xb6|o)nerge|istem|prompt)\w{0,12} [^.!?;]{0,40}(?:yok say|unut"
            r"|g(?:\xc3\xb6|o)rmezden"
            r"|dikkate alma|g(?:\xc3\xb6|o)ster|yaz|s(?:\xc3\xb6|o)yle|a(?:\xc3\xa7|c)(?:\xc4\xb1|i)kla|payla"
            r"|tekrarla)",
            r"\b(?:bundan sonra|(?:\xc5\x9f|s)u andan itibaren)",
        ),
        stop=r"yok say\w*|unut(?:un)?\b|görmezden gel\w*|dikkate alma\w*|uyma(?:yın)?\b",
        prior=r"önceki|yukarıdaki|tüm\b|bütün|\bsistem|daha önce|verilen|\bher\b",
        rules=r"talimat|komut|kural|yönerge|istem|prompt|kısıtlama|mesaj",
        everything=r"her şeyi|söylenenleri|yukarıdakileri",
        ask=r"göster|yaz\b|yazdır|söyle|açıkla|paylaş|tekrarla|nedir|listele",
        own=r"\bsistem|kendi|senin|gizli|ilk\b|başlangıç|sana veril|önceki|yukarıdaki",
        prompt=r"istem|prompt|talimat|yönerge",
        new=r"bundan sonra|şu andan itibaren|yeni (?:görev|talimat)",
        kept=r"unutma|yok sayma|görmezden gelme",
    ),
    _Language(
        name="nordic",
        anchors=(
            r"\b(?:ignorera?|ignorer|gl(?:\xc3\xb6|\xc3\xb8|o|e)m|bortse fr(?:\xc3\xa5|a)n|se bort fra|strunta i"
            r"|fr(?:\xc3\xa5|a)n och med nu"
            r"|fra n(?:\xc3\xa5|u)\b|du (?:\xc3\xa4r|er) n(?:u|\xc3\xa5))",
            r"\b(?:visa|vis|skriv ut|avsl(?:\xc3\xb6|\xc3\xb8)ja|afsl(?:\xc3\xb8|o)r|avsl(?:\xc3\xb8|o)r|upprepa"
            r"|gentag|gjenta|ge mig|giv mig|gi meg)"
            r" [^.!?;]{1,40}(?:prompt|instru|anvisning|riktlin|retningslin)",
        ),
        stop=r"\bignorera?\b|\bglöm(?:ma)?\b|\bglem(?:me)?\b|bortse från|se bort fra|strunta i|ikke følg|inte följ",
        prior=r"\balla?\b|\balle\b|tidigare|föregående|ovanstående|\bdina?\b|\bdine\b|foregående|tidligere|forrige"
        r"|ovenstående|system",
        rules=r"instruktion|instruks|anvisning|regler|riktlin|retningslin|prompt|kommando|order|begrän|begræns",
        everything=r"allt (?:som|du|jag|ovan)|alt (?:som|hvad|du|jeg|ovenfor)",
        ask=r"\bvisa?\b|skriv ut|avslöja|afslør|avslør|upprepa|gentag|gjenta|\bge mig|giv mig|gi meg|berätta|fortæl",
        own=r"\bdin[ae]?\b|\bditt\b|\bdit\b|system|ursprunglig|oprindelig|opprinnelig|hemlig|hemmelig|dold",
        prompt=r"prompt|instruktion|instruks|anvisning|riktlin|retningslin",
        new=r"från och med nu|fra nå\b|fra nu\b|du är nu\b|du er nå\b|du er nu\b|nye? (?:opgave|oppgave|instruks)",
        kept=r"glöm (?:\w+ )?inte|glem (?:\w+ )?ikke|inte glömma|ikke glemme?|ignorera inte|ignorer ikke",
    ),
    _Language(
        name="id",
        anchors=(
            r"\b(?:abaikan|lupakan|jangan (?:ikuti|patuhi)|mulai sekarang)\b",
            r"\b(?:tampilkan|tunjukkan|ungkapkan|ulangi|cetak|sebutkan|apa) [^.!?;]{1,40}(?:prompt|instruksi|arahan"
            r"|perintah)",
        ),
        stop=r"\babaikan\b|\blupakan\b|jangan (?:ikuti|patuhi)",
        prior=r"sebelum|semua|di ?atas|seluruh|awal|sistem|terdahulu|tadi",
        rules=r"instruksi|arahan|perintah|aturan|petunjuk|prompt|pedoman|batasan|pesan",
        everything=r"semua yang|segala (?:sesuatu|yang)|apa yang (?:di ?atas|sebelum)",
        ask=r"tampilkan|tunjukkan|ungkapkan|ulangi|cetak|sebutkan|apa (?:isi|saja)|beritahu",
        own=r"sistem|anda|\bkamu|\bmu\b|awal|rahasia|tersembunyi|sebelumnya",
        prompt=r"prompt|instruksi|arahan|perintah",
        new=r"mulai sekarang|(?:tugas|instruksi|peran) baru",
        kept=r"jangan (?:di)?(?:abaikan|lupakan|lupa)",
        made=r"\b(?:buat|tulis)(?:kan|lah)? (?:sebuah |satu )?",
    ),
    _Language(
        name="vi",
        anchors=(
            r"(?:b(?:\xe1\xbb\x8f) qua|qu(?:\xc3\xaa)n (?:\xc4\x91|h(?:\xe1\xba\xbf)t|t(?:\xe1\xba\xa5)t)"
            r"|kh(?:\xc3\xb4)ng l(?:\xc3\xa0)m theo"
            r"|t(?:\xe1\xbb\xab) b(?:\xc3\xa2)y gi)",
            r"(?:l(?:\xe1\xbb\x9d)i nh(?:\xe1\xba\xaf)c"
            r"|prompt) (?:c(?:\xe1\xbb\xa7)a )?h(?:\xe1\xbb\x87) th(?:\xe1\xbb\x91)ng",
        ),
        stop=r"bỏ qua|quên (?:đi|hết|tất)|không làm theo",
        prior=r"trước|tất cả|mọi|ở trên|bên trên|hệ thống|ban đầu",
        rules=r"hướng dẫn|chỉ dẫn|lệnh|quy tắc|prompt|lời nhắc|yêu cầu|chỉ thị",
        everything=r"mọi (?:thứ|điều)|những gì",
        ask=r"cho (?:tôi|mình) (?:xem|biết)|hiển thị|hiện|in ra|tiết lộ|lặp lại",
        own=r"hệ thống|của bạn|ban đầu|bí mật",
        prompt=r"lời nhắc|prompt|hướng dẫn|chỉ dẫn",
        new=r"từ bây giờ|từ giờ|nhiệm vụ mới",
        kept=r"(?:đừng|không) (?:bỏ qua|quên)",
        made=r"viết (?:một|cho)",
    ),
)  # fmt: skip


def language_groups() -> tuple[Group, ...]:
    """Give one group a language."""
    return tuple(_group(words) for words in _LANGUAGES)
