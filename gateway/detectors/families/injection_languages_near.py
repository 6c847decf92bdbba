"""Prompt injection in German, French, Spanish, Portuguese, Italian and Dutch."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_language import Language, group_of

_LANGUAGES: Final = (
    Language(
        name="de",
        anchors=(
            r"\bam (?:anfang|beginn) (?:dieses|unseres|des|dieser|unserer) (?:gespr|chat|dialog|unterhaltung"
            r"|konversation)",
            r"\bh(?:\xc3\xb6|oe)r\w{0,2} (?:\w{1,7} ){0,2}auf\b|\bhalte? dich nicht|\bdenk\w{0,2} nicht (?:mehr "
            r"|l(?:\xc3\xa4|ae)nger )?an|\bstreiche? (?:alle|deine|die)|\b(?:hinf(?:\xc3\xa4|ae)llig|ung(?:\xc3\xbc"
            r"|ue)ltig|aufgehoben|gegenstandslos|nichtig|au(?:\xc3\x9f|ss)er kraft|gelten nicht|gilt nicht"
            r"|z(?:\xc3\xa4|ae)hlen nicht)",
            r"\b(?:ignorier|vergiss|vergess|missacht|verwirf|umgeh(?:e|en) |ab (?:jetzt|sofort|nun)\b|neue aufgabe"
            r"|du bist (?:jetzt|nun|ab)\b)",
            r"(?:\xc3\xbc|\xc3\x9c)berschreib|au(?:\xc3\x9f|ss)er acht|nicht (?:mehr )?beacht|beachte nicht"
            r"|\blass\w{0,2}\s[^.!?;]{1,40}hinter",
            r"\b(?:zeig|nenn|gib|verrat|wiederhol|druck|schreib|sag|welche|wie laute|was (?:ist|war|steht"
            r"|sind))\w{0,4}[^.!?;]{1,40}"
            r"(?:prompt|anweisung|instruktion|systemnachricht|text (?:vor|ober|(?:\xc3\xbc|ue)ber (?:dies|mein)))",
        ),
        stop=r"hör(?:e|en sie|t)? (?:damit |sofort |bitte )?auf,|halte? dich nicht (?:mehr )?an|denk(?:e"
        r"|en sie)? nicht (?:mehr |länger )?an|streich\w*|"
        r"ignorier\w*|vergiss|vergess\w*|missacht\w*|verwirf|verwerfe?n?|überschreib\w*|umgehe?n? |außer acht"
        r"|ausser"
        r" acht|nicht (?:mehr )?beacht\w*|beachten? (?:sie )?nicht|befolge?n? (?:sie )?nicht|nicht (?:mehr )?befolg\w*"
        r"|\blass(?:e|t|en sie)? (?:alle|deine|die|das|jegliche|ihre|sämtliche)",
        prior=r"\balle[rnms]?\b|\balten?\b|bekommen|vorherig|vorig|bisherig|obig|vorangegang|vorangehend|vorausgehend"
        r"|frühere"
        r"|ursprünglich"
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
        r"|geheim|hast du|man dir|dir gegeben|vor dieser|über dieser|oberhalb"
        r"|versteckt|initial|vorherig|oben|erste[nrs]?\b",
        prompt=r"prompt|anweisung|instruktion|systemnachricht|systemtext|der text|den text|gesamten? text"
        r"|ganzen? text|kompletten? text|vorgaben|richtlinien"
        r"|text oben",
        new=r"ab (?:jetzt|sofort|nun)\b|du bist (?:jetzt|nun)\b|(?:deine |eine )?neue (?:aufgabe|anweisung"
        r"|instruktion|rolle)"
        r"|(?:das|dies) war(?:'?s|en)? (?:alles|es)|(?:beginn|starte?|fang)\w* (?:von vorn|neu|von neuem)",
        kept=r"\bwas ich (?:über|zum?|zur|von|vom|wegen) [^.!?]{2,40}(?:gesagt|geschrieben|gefragt)|"
        r"\bverg(?:iss|esst|essen)(?: \w+){0,2} nicht\b|\bnicht(?: zu)? (?:vergess|ignorier|missacht|umgeh)"
        r"|\b(?:meine?|unsere?)[rnm]? (?:\w+ )?(?:nachricht|mail|anfrage|frage)",
        whole=r"genau|exakt|vollständig|intern|ganzen",
        made=r"(?:schreib|erstell|formulier|entw[iu]rf)\w*(?: \w+)? eine?n?\b|\b(?:ein guter|einen guten|was ist ein)",
        void=r"(?:sind|ist|werden|wurden|gelten|gilt) (?:jetzt |nun |ab sofort |hiermit |alle )*(?:hinfällig|ungültig"
        r"|aufgehoben|nichtig|gegenstandslos|außer kraft|gestrichen|nicht mehr|zurückgenommen)|(?:gelten"
        r"|zählen) (?:jetzt |nun |ab sofort )*nicht(?: mehr)?\b",
        told=r"antworte|\bsag\b|\bsage?\b|schreib|\bgib\b|\bnenn|zeig|\bdu (?:bist|hast|musst|sollst)|verrat"
        r"|wiederhol|befolge|höre? (?:nur|jetzt)",
        mine=r"\b(?:was|das,? was) ich (?:\w+ ){0,4}(?:sagte|schrieb|fragte|meinte|gesagt|geschrieben|gefragt|gemeint)",
        asked=r"\b(?:ich|wir|man) (?:soll|sollen|sollte|sollten|muss|müssen|darf|dürfen)\b|\b(?:soll|muss|darf|dürfen"
        r"|müssen|sollen) (?:ich|wir|man)\b",
    ),
    Language(
        name="fr",
        anchors=(
            r"\b(?:arr(?:\xc3\xaa|e)te|cesse)[zr]? de (?:suivre|respecter|tenir)|\b(?:ne sont plus|n'est plus"
            r"|ne s'appliquent plus|annul(?:\xc3\xa9|e)es|caduques|r(?:\xc3\xa9|e)voqu(?:\xc3\xa9|e)es)",
            r"\b(?:ignore[zr]? (?:l|tou|[mtv]os|[mtcs]es|cette)|oublie[zr]?|d(?:\xc3\xa9|e)sob(?:\xc3\xa9|e)i"
            r"|contourne|n(?:\xc3\xa9|e)glige"
            r"|ne (?:tiens|tenez|suis|suivez|respecte)"
            r"|(?:\xc3\xa0|a) partir de maintenant|d(?:\xc3\xa9|e)sormais|fais abstraction|faites abstraction"
            r"|ne tenir|tenir compte)",
            r"\b(?:montre|r(?:\xc3\xa9|e)v(?:\xc3\xa8|\xc3\xa9|e)le|affiche|r(?:\xc3\xa9|e)p(?:\xc3\xa8|\xc3\xa9|e)te"
            r"|donne|dis|imprime|quel|quelles|(?:\xc3\xa9|e)cris)\w{0,3}"
            r"[^.!?;]{1,40}(?:prompt|instruction|consigne|directive|invite)",
        ),
        stop=r"(?:arrête|cesse)[zr]? de (?:suivre|respecter|tenir compte)|"
        r"sans tenir compte|ignore[zr]?\b"
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
        kept=r"\bce que j'ai (?:dit|écrit|demandé) (?:sur|de|du|des|à propos|pour)\b|"
        r"\b(?:n'|n[e’] ?)?(?:oubli|ignor|néglig)\w*(?:-\w+)? (?:pas|jamais|surtout pas)\b|\bne pas (?:oubli"
        r"|ignor)"
        r"|\b(?:mon|mes|notre|nos) (?:\w+ )?(?:message|mail|courriel|demande)",
        whole=r"complet|exact|intern|entier",
        made=r"(?:écri|rédig)\w+(?:-\w+)? une?\b|comment (?:écrire|rédiger)",
        void=r"(?:ne (?:sont|est|s'appliquent|s'applique|comptent|valent) plus|(?:sont|est) (?:désormais "
        r"|maintenant )?(?:annulée?s?|caduques?|nulles?|révoquée?s?|levée?s?))",
        told=r"réponds|répondez|\bdis\b|\bécris|donne|montre|tu (?:es|dois|vas)|affiche|révèle|obéis",
        mine=r"\bce que (?:j'ai|j'avais|je) (?:\w+ )?(?:dit|disais|écrit|écrivais|demandé|demandais)",
        asked=r"\b(?:je|on) (?:dois|devrais|doit|devrait|peux|peut)\b|\b(?:dois|devrais|puis)-je\b|\bfaut-il\b",
    ),
    Language(
        name="es",
        anchors=(
            r"\b(?:deja|deje|para) de (?:seguir|respetar|obedecer)|\bya no (?:valen|sirven|aplican|cuentan|rigen)"
            r"|\bquedan (?:anulad|cancelad|revocad|sin efecto)",
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
        stop=r"(?:deja|deje|para) de (?:seguir|respetar|obedecer)|"
        r"\bignor(?:a|e|ar|en|as)\b"
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
        kept=r"\blo que (?:te )?(?:dije|he dicho|escribí|pedí|mencioné) (?:de|del|sobre|acerca|para)\b|"
        r"\b(?:no|sin|nunca) (?:te |se |lo |la )?(?:olvid|ignor|descart|omit)|\b(?:mis?"
        r"|nuestr\w+) (?:\w+ )?(?:mensaje|correo)",
        whole=r"complet|exact|intern|enter",
        made=r"(?:escrib|redact)\w+ una?\b|cómo (?:escribir|redactar|se escribe)",
        void=r"(?:ya no (?:valen|sirven|aplican|cuentan|rigen|son válid\w+)|quedan (?:anulad|cancelad|revocad"
        r"|sin efecto)\w*|(?:están|son) (?:anulad|cancelad|revocad)\w*)",
        told=r"responde|\bdi\b|dime|dame|escribe|muestra|eres|debes|obedece|repite",
        mine=r"\blo que (?:te |os |le |les )?(?:dije\b|decía|he dicho|escribí|he escrito|pedí|pregunté)",
        asked=r"\b(?:debo|debemos|tengo que|tenemos que|debería|puedo|podemos)\b",
    ),
    Language(
        name="pt",
        anchors=(
            r"\b(?:pare|deixe|deixa) de (?:seguir|respeitar|obedecer)|\bn(?:\xc3\xa3|a)o (?:valem|se aplicam) mais"
            r"|\b(?:est(?:\xc3\xa3|a)o|foram) (?:anulad|cancelad|revogad)",
            r"\b(?:ignor(?:e|em|a|ar) (?:[ao]s? |tod|tud|su|se|tu|te|ess|est|qua)|esque(?:\xc3\xa7|c)a|esquecer?"
            r"|desconsider|desobede|n(?:\xc3\xa3|a)o (?:siga|obede"
            r"|considere)|a partir de agora"
            r"|de agora em diante)",
            r"\b(?:mostre|revele|repita|imprima|diga|me d(?:\xc3\xaa|e)|escreva|qual|quais|exiba)\w{0,3}[^.!?;]{1,40}"
            r"(?:prompt|instru(?:\xc3\xa7|c)|diretri|mensagem do sistema)",
        ),
        stop=r"(?:pare|para|deixe|deixa) de (?:seguir|respeitar|obedecer)|"
        r"\bignor(?:e|em|a|ar)\b"
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
        kept=r"\bo que (?:eu )?(?:disse|falei|escrevi|pedi) (?:de|do|da|sobre|para)\b|"
        r"\b(?:não|nunca|sem) (?:se |te )?(?:esque|ignor|desconsider)",
        whole=r"complet|exat|intern|inteir",
        made=r"(?:escrev|redij)\w+ uma?\b|como (?:escrever|redigir)",
        void=r"(?:não (?:valem|se aplicam|contam) mais|já não (?:valem|se aplicam)|(?:estão|foram) (?:anulad|cancelad"
        r"|revogad)\w*)",
        told=r"responda|diga|escreva|mostre|você (?:é|deve)|obede[çc]a|repita",
        mine=r"\bo que (?:eu )?(?:disse|falei|escrevi|pedi|perguntei)\b",
        asked=r"\b(?:devo|devemos|tenho que|temos que|preciso|posso|podemos)\b",
    ),
    Language(
        name="it",
        anchors=(
            r"\b(?:mostra|rivela|ripeti|stampa|dimmi|dammi|scrivi)\w{0,4}[^.!?;]{1,30}(?:testo|messaggio) (?:iniziale"
            r"|di partenza)",
            r"\bsmetti(?:la)? di (?:seguire|rispettare|obbedire)|\bnon (?:valgono|contano|si applicano) pi(?:\xc3\xb9"
            r"|u)|\bsono (?:annullat|revocat)",
            r"\b(?:ignora(?:re|te)?|dimentica(?:re|te|ti)?|trascura|disobbedi|non (?:seguire|considerare|tenere conto"
            r"|rispettare)|d'ora in poi"
            r"|da (?:ora|adesso) in poi|scorda)",
            r"\b(?:mostra|rivela|ripeti|stampa|dimmi|dammi|scrivi|qual|quali|elenca)\w{0,4}[^.!?;]{1,40}"
            r"(?:prompt|istruzion|direttiv|messaggio di sistema)",
        ),
        stop=r"smetti(?:la)? di (?:seguire|rispettare|obbedire)|"
        r"\bignora(?:re|te)?\b|dimentica(?:re|te|ti)?\b|trascura\w*|disobbedi\w*|non (?:seguire|considerare"
        r"|tener\w* conto"
        r"|rispettare)|scorda\w*|cancella",
        prior=r"ti hanno|ti ha |ti sono|che hai|"
        r"precedent|di sopra|sopra|inizial|tutte|tutti|\btue\b|\btuoi\b|\bvostr|ricevut|dat[ei]\b|original"
        r"|prima|sistema"
        r"|anterior|qualsiasi",
        rules=r"istruzion|ordin[ei]|regol|direttiv|comand|prompt|restrizion|indicazion|messaggi\b|compit|programmazion"
        r"|linee guida"
        r"|vincol|limit",
        everything=r"tutto (?:ciò|quello|quanto|il testo|questo)|(?:ciò|quello|quanto) (?:che|detto|scritto|sopra)",
        ask=r"mostra|rivela|ripeti|stampa|dimmi|dammi|scrivi|qual|quali|elenca|condividi|copia|traduci",
        own=r"iniziale|di partenza|"
        r"\btu[oaei]\b|\btuoi\b|\bvostr|sistema|inizial|nascost|segret|sopra|original|precedent",
        prompt=r"testo iniziale|testo di partenza|messaggio iniziale|"
        r"prompt|istruzion|direttiv|messaggio di sistema",
        new=r"d'ora in (?:poi|avanti)|da (?:ora|adesso) in (?:poi|avanti)|nuov[aoei] (?:istruzion|compit|ordin|regol)"
        r"|ora sei|adesso sei",
        kept=r"\b(?:quello|ciò) che ho (?:detto|scritto|chiesto) (?:di|del|della|su|sul|per)\b|"
        r"\b(?:non|senza|mai) (?:ti |vi |si )?(?:dimentic|scord|ignor|trascur)",
        whole=r"complet|esatt|intern|inter[oa]",
        made=r"scriv\w+ (?:un|una|uno)\b|come (?:scrivere|si scrive)",
        void=r"(?:non (?:valgono|contano|si applicano|sono) più(?: valid\w+)?|sono (?:annullat|revocat|decadut)\w*)",
        told=r"rispondi|\bdi'|dimmi|dammi|scrivi|mostra|\bsei\b|devi|obbedisci|ripeti",
        mine=r"\b(?:quello|ciò) che (?:ti |vi )?(?:ho|avevo) (?:\w+ )?(?:detto|scritto|chiesto)"
        r"|\bquanto ho (?:detto|scritto)",
        asked=r"\b(?:devo|dobbiamo|dovrei|posso|possiamo)\b",
    ),
    Language(
        name="nl",
        anchors=(
            r"\b(?:stop|hou op) met (?:het )?(?:volgen|opvolgen|gehoorzamen)|\bgelden niet meer"
            r"|\bzijn (?:nu )?(?:ongeldig|vervallen|ingetrokken)",
            r"\b(?:negeer|vergeet|omzeil|(?:volg|gehoorzaam|houd) .{0,30}niet|vanaf nu|je bent nu"
            r"|u bent nu)\b",
            r"\b(?:toon|onthul|herhaal|druk|geef|zeg|schrijf|wat (?:is|zijn|staat|was)|laat)\w{0,3}[^.!?;]{1,40}"
            r"(?:prompt|instructie|systeembericht|richtlijn)",
        ),
        stop=r"(?:stop|hou op) met (?:het )?(?:volgen|opvolgen|gehoorzamen)|"
        r"negeer\w*|negeren|vergeet|vergeten|omzeil\w*|(?:volg|gehoorzaam|houd)\w* .{0,30}niet"
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
        kept=r"\bwat ik (?:over|van|voor) [^.!?]{2,40}(?:zei|schreef|vroeg|heb gezegd)|"
        r"\b(?:vergeet|negeer)(?: \w+){0,2} niet\b|\bniet(?: te)? (?:vergeten|negeren)|\b(?:mijn|onze"
        r"|ons) (?:\w+ )?(?:bericht|mail)",
        whole=r"volledig|exact|intern|hele",
        made=r"(?:schrijf|maak)(?: \w+)? een\b|hoe schrijf",
        void=r"(?:gelden niet meer|zijn (?:nu )?(?:ongeldig|vervallen|ingetrokken|niet meer geldig))",
        told=r"antwoord|\bzeg\b|schrijf|geef|toon|je (?:bent|moet)|herhaal|gehoorzaam",
        mine=r"\bwat ik (?:\w+ ){0,4}(?:zei|schreef|vroeg|gezegd|geschreven|gevraagd)",
        asked=r"\b(?:ik|we|wij) (?:moet|moeten|mag|mogen)\b|\b(?:moet|mag|moeten|mogen) (?:ik|we|wij)\b",
    ),
)  # fmt: skip

GROUPS: Final = tuple(group_of(words) for words in _LANGUAGES)
