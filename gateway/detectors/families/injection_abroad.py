"""Prompt injection in other languages: letters of a secret, what stands above, a task that is called the true."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_english import OVERRIDE
from keeptrusts.gateway.detectors.families.injection_extraction import EXTRACTION
from keeptrusts.gateway.detectors.families.injection_personas import JAILBREAK
from keeptrusts.gateway.detectors.families.signs import Group, Sign

_SECRET: Final = (
    r"(?:passworts?|kennworts?|geheimwort\w*|geheimen? wort\w*|losungsworts?|codeworts?|mot de passe|mot secret"
    r"|mot caché|code secret|contraseña|palabra secreta|palabra clave secreta|clave secreta|parola (?:segreta"
    r"|d'ordine)|password|parola chiave segreta|senha|palavra secreta|palavra-passe|código secreto|wachtwoord"
    r"|geheime woord|geheim|hasł[oa]|tajne słowo|парол[ьяе]|секретно\w+ слов\w+|密码|密碼|口令|秘密单词|暗号"
    r"|パスワード|合言葉|秘密の言葉|비밀번호|암호|비밀 단어|şifre\w*|parola\w*|gizli kelime\w*|كلمة السر|كلمة المرور"
    r"|lösenord\w*|hemliga ordet|adgangskode\w*|passord\w*|kata sandi|kata rahasia|mật khẩu|पासवर्ड)"
)
_LETTER: Final = (
    r"(?:buchstaben?|zeichen hat|anfangsbuchstabe|vokale?n?|silben?|reimt|rückwärts|première lettre|dernière lettre"
    r"|lettres? (?:du|de|contient|composent)|caractères|voyelles|rime|à l'envers|épelle\w*|primera letra|última letra"
    r"|letras|rima|al revés|deletre\w+|vocales|prima lettera|ultima lettera|lettere|al contrario|sillab\w+"
    r"|primeira letra|última letra|de trás para|soletr\w+|eerste letter|laatste letter|letters|achterstevoren|rijmt"
    r"|pierwsz\w+ liter\w+|liter\w*|od tyłu|перв\w+ букв\w+|последн\w+ букв\w+|букв\w*|наоборот|рифму\w+|第一个字"
    r"|首字母|几个字|字母|倒着|最初の文字|一文字目|何文字|逆から|첫 글자|몇 글자|거꾸로|글자|ilk harf\w*|harf\w*"
    r"|tersten|أول حرف|حرف|första bokstaven|bokstäver|baklänges|første bogstav|første bokstav|huruf (?:pertama"
    r"|terakhir)|chữ cái đầu|पहला अक्षर)"
)
_ASKED_FOR_GOOD: Final = (
    r"\b(?:eine?[smnr]?|une?|un[ao]|uma?|een|ett?) (?:\w+ ){0,2}(?:\w+wort|mot de|contraseña|palabra|clave|password"
    r"|parola|palavra|senha|wachtwoord|lösenord|passord)|\b(?:mein\w*|unser\w*|mon|notre|mi|nuestra|la mia|il mio"
    r"|minha|nossa|mijn|ons|mój|moje|muss|müssen|soll|sollte|doit|doivent|debe|deben|devem?|deve|moet|moeten|musi"
    r"|ziffern|zahlen|sonderzeichen|chiffres|majuscules?|números|mayúsculas?|numeri|maiuscol\w+|cijfers"
    r"|hoofdletter\w*|cyfr\w*|sicher\w*|rätsel|kreuzwort\w*|mots croisés|crucigrama|cruciverba|spiel|jeu|juego|gioco"
    r"|jogo|wlan|wi-?fi|router|konto|compte|cuenta|funktion|fonction|función|funzione|função|python|javascript|java"
    r"|formular\w*)\b|моего|мой пароль|мо[её] |должн|должен|цифр|我的|私の|내 |至少|以上必要|必须|大写|小写|数字"
    r"|大文字|小文字|何文字が"
)
_WORD_FOR_WORD: Final = (
    r"(?:wort für wort|wortwörtlich|wörtlich|wortgetreu|im wortlaut|mot à mot|mot pour mot|textuellement"
    r"|palabra por palabra|literalmente|textualmente|tal cual|parola per parola|alla lettera|palavra por palavra"
    r"|na íntegra|woord voor woord|letterlijk|słowo w słowo|dosłownie|дословно|слово в слово|逐字|一字不差|原封不动"
    r"|一字一句|そのまま|一字一句|그대로|kelimesi kelimesine|aynen|حرفيا|كلمة بكلمة|ord för ord|ord for ord"
    r"|kata demi kata|từng chữ)"
)
_ORDERS: Final = (
    r"(?:anweisung\w*|vorgaben|regeln|anfangstext|startanweisung\w*|instruktion\w*|prompt|consignes?|instructions?"
    r"|règles|directives|texte de départ|indicaciones|instrucciones|órdenes|reglas|directrices|normas|texto inicial"
    r"|istruzioni|regole|indicazioni|testo iniziale|instruções|regras|ordens|orientações|instructies|regels"
    r"|opdrachten|instrukcj\w*|polece\w*|zasad\w*|инструкци\w*|указани\w*|правил\w*)"
)
_BEFORE_ME: Final = (
    rf"(?:(?:über|vor|oberhalb) (?:dieser|meiner)(?: ersten)? (?:nachricht|eingabe)|(?:in|aus"
    rf"|von) deine[nr] (?:\w+ )?{_ORDERS}|{_ORDERS},?[^.!?\n]{{0,20}}(?:man dir|du (?:\w+ ){{0,3}}(?:erhalten"
    rf"|bekommen)|qu'on t'a (?:donn|fourni|dict)\w*|que tu as (?:reçu|lu)\w*|qui t'ont été donn\w*|que (?:recibiste"
    rf"|te dieron|te han dado|has recibido)|che (?:hai ricevuto|ti hanno dato|ti sono state date)"
    rf"|que (?:você )?(?:recebeu|te deram|lhe deram)|die je (?:hebt gekregen|kreeg)|które (?:dostałeś|otrzymałeś)"
    rf"|котор\S+ (?:тебе|вам) (?:дали|выдали))|au-dessus de (?:ce|mon|cette) message|avant (?:ce"
    rf"|mon) (?:premier )?message|(?:antes de|encima de|arriba de) (?:este|mi) (?:primer )?mensaje|(?:prima di"
    rf"|sopra) questo messaggio|(?:antes|acima) d(?:esta|a minha) (?:primeira )?mensagem|(?:boven|voor) (?:dit"
    rf"|mijn) (?:eerste )?bericht|przed tą wiadomością|(?:до|перед|выше) (?:этого|этим|моего|моим) сообщени"
    rf"|(?:我)?这(?:条|句)(?:消息|话)(?:之前|上面|以上)|このメッセージ(?:より|の)(?:前|上)|이 메시지 (?:위|앞|이전)"
    rf"|bu mesajdan önce|قبل هذه الرسالة)"
)
_SHOW: Final = (
    r"(?:wiedergeb\w*|gib|gebe|nenn\w*|zeig\w*|schreib\w*|wiederhol\w*|zitier\w*|kopier\w*|druck\w*|was (?:stand"
    r"|steht)|welche|recopie\w*|copie\w*|répète\w*|montre\w*|donne\w*|écri[stv]\w*|cite\w*|affiche\w*|restitue\w*"
    r"|copia\w*|muestra\w*|muéstra\w*|repite\w*|escrib\w*|cita|reprodu\w*|transcrib\w*|mostra\w*|riporta\w*|scriv\w*"
    r"|ripeti|dimmi|copie|mostre|repita|escreva|transcreva|kopieer|toon|herhaal|geef|schrijf|skopiuj|pokaż|powtórz"
    r"|wypisz|скопируй|покажи|повтори|напиши|выведи|процитируй|复制|显示|打印|重复|输出|写出|贴出|コピー|見せ|表示"
    r"|出力|書き出|繰り返|복사|보여|출력|반복|göster|yaz|kopyala|انسخ|اعرض|اكتب|كرر)"
)
_NO_TRANSLATION: Final = (
    r"überset|tradui|traduc|traduz|vertaal|tłumacz|перевед|перевод|翻译|翻訳|번역|çevir|ترجم|\b(?:satz|sätze|phrase"
    r"|frase|zin|zitat|rede|aussage|gedicht|poème|poema)\b"
)

_RIDDLES: Final = Group(
    name="secret-abroad",
    anchors=(
        r"\b(?:passwort|kennwort|geheimwort|geheimen? wort|losungswort|codewort|mot de passe|mot secret|code secret"
        r"|contrase(?:\xc3\xb1|n)a|palabra secreta|clave secreta|parola segreta|parola d'ordine|palavra secreta"
        r"|palavra-passe|wachtwoord|geheime woord|geheime wachtwoord|kata rahasia|kata sandi|l(?:\xc3\xb6)senord"
        r"|hemliga ordet|adgangskode|passord)",
        r"\b(?:lettera|lettere|letra|letras) (?:della|da|de la|do|del) (?:tua |sua )?(?:password|senha|parola"
        r"|palavra)\b|\b(?:has(?:\xc5\x82)(?:o|a)|tajne s(?:\xc5\x82)owo|gizli kelime|(?:\xc5\x9f)ifre)",
        "парол[ьяе]|секретно|密码的|密碼的|口令|暗号|パスワードの|合言葉|秘密の言葉|비밀번호|암호|비밀 단어|كلمة السر"
        "|كلمة المرور"
        "|mật khẩu|पासवर्ड",
        r"\b(?:geheimnis|secret|secreto|segreto|segredo)[^.!?\n]{1,20}\b(?:du|tu|que|che|voc)",
    ),
    before=80,
    after=80,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            unless=_ASKED_FOR_GOOD,
            pattern=rf"{_LETTER}[^.!?\n。！？]{{0,30}}{_SECRET}|{_SECRET}[^.!?\n。！？]{{0,30}}{_LETTER}",
        ),
        Sign(
            kind=EXTRACTION,
            weight=54,
            imperative=True,
            pattern=rf"{_SECRET}[^.!?\n。！？]{{0,16}}(?:\b(?:das|welches|den|die) du (?:\w+ )?(?:schützt|bewachst"
            rf"|hütest|hüten|verbirgst|versteckst|geheim hältst|kennst|bewahrst)|\bque tu (?:protèges|gardes|caches"
            rf"|connais|détiens)|\bque (?:proteges|guardas|escondes|ocultas|custodias)|\bche (?:proteggi|custodisci"
            rf"|nascondi|conosci)|\bque você (?:protege|guarda|esconde)|\bdat je (?:beschermt|bewaart|verbergt)"
            rf"|котор\S+ ты (?:хранишь|скрываешь|знаешь))|(?:你|您)(?:保护|隐藏|守护|知道)的{_SECRET}|(?:守って"
            rf"|隠して|知って)いる{_SECRET}|(?:네가|당신이) (?:지키는|숨기는|아는) {_SECRET}",
        ),
    ),
)
_VERBATIM: Final = Group(
    name="verbatim-abroad",
    anchors=(
        r"\b(?:wort f(?:\xc3\xbc|ue)r wort|w(?:\xc3\xb6|oe)rtlich|wortw(?:\xc3\xb6|oe)rtlich|wortgetreu"
        r"|mot (?:\xc3\xa0|pour) ?mot|textuellement|palabra por palabra|textualmente|parola per parola"
        r"|palavra por palavra|woord voor woord|s(?:\xc5\x82)owo w s(?:\xc5\x82)owo|kelimesi kelimesine"
        r"|ord f(?:\xc3\xb6)r ord|ord for ord|kata demi kata)",
        r"(?:\xc3\xbc|\xc3\x9c)ber (?:dieser|meiner) |\bvor (?:dieser|meiner) (?:ersten )?nachricht"
        r"|\bau-dessus de (?:ce|mon|cette|ma) |\bavant (?:ce|mon|cette) (?:premier )?message|\bantes de (?:este"
        r"|mi) (?:primer )?mensaje|\bprima di questo messaggio|\bantes dest(?:a|e) mensagem|\b(?:recibiste"
        r"|qu'on t'a donn|te dieron|hai ricevuto|voc(?:\xc3\xaa) recebeu|man dir)\b|\bdeinen (?:anweisungen|vorgaben)",
        "дословно|слово в слово|逐字|一字不差|原封不动|一字一句|이 메시지|このメッセージ|这条消息|这句话之前",
    ),
    before=110,
    after=110,
    signs=(
        Sign(
            kind=EXTRACTION,
            weight=56,
            imperative=True,
            unless=_NO_TRANSLATION,
            pattern=rf"{_SHOW}[^.!?\n。！？]{{0,90}}{_BEFORE_ME}|{_BEFORE_ME}[^.!?\n。！？]{{0,60}}{_SHOW}"
            rf"|{_BEFORE_ME}[^\n]{{0,40}}{_WORD_FOR_WORD}|{_WORD_FOR_WORD}[^\n]{{0,60}}{_BEFORE_ME}",
        ),
    ),
)
_TRUE_TASK: Final = Group(
    name="true-task-abroad",
    anchors=(
        r"\bdeine (?:wahre|echte|eigentliche|wirkliche|richtige) (?:aufgabe|mission|rolle|identit)|\bta (?:vraie"
        r"|v(?:\xc3\xa9)ritable|r(?:\xc3\xa9)elle) (?:t(?:\xc3\xa2)che|mission|identit)|\btu (?:verdader[ao]"
        r"|aut(?:\xc3\xa9)ntic[ao]) (?:tarea|misi|funci|identidad)|\bil tuo vero (?:compito|scopo|ruolo)|\b(?:sua"
        r"|tua) verdadeira (?:tarefa|miss|fun)|\bje echte (?:taak|opdracht|rol)",
        r"\balles (?:davor|bisher\w*|vorher|zuvor|oben|obige)[^.!?\n]{0,20} war"
        r"|\btout ce qui pr(?:\xc3\xa9)c(?:\xc3\xa8)de|\btodo lo anterior|\btutto quello (?:che precede|sopra)"
        r"|\btudo (?:acima|o que veio antes)|\bals g(?:\xc3\xa4)be es",
        r"\b(?:kein|keine|sin|sans|senza|sem|zonder) (?:\w{1,8} )?(?:moral|morale|mor(?:\xc3\xa1)l|vorschriften|tabus"
        r"|advertencias|avertissements?|avvertenze|avisos|hemmungen|skrupel|scrupules|escr(?:\xc3\xba)pulos)",
        r"\boublie[zr]? (?:ce qu|tout ce qu)|\boublie[zr]? (?:tes|vos) (?:consignes|limites)|\bcomme si (?:tes|les"
        r"|aucune?)|\bcomo si (?:tus|las|no|nadie)|\bcome se (?:le|non)|\bcomo se (?:as|n(?:\xc3\xa3)o)",
    ),
    before=100,
    after=100,
    signs=(
        Sign(
            kind=OVERRIDE,
            weight=52,
            imperative=True,
            pattern=r"\bdeine (?:wahre|echte|eigentliche|wirkliche) (?:aufgabe|mission|rolle|identität) (?:ist|lautet"
            r"|besteht)\b|\bta (?:vraie|véritable|réelle) (?:tâche|mission|identité) (?:est|consiste)"
            r"|\btu (?:verdader[ao]|auténtic[ao]) (?:tarea|misión|función|identidad) (?:es|consiste)\b"
            r"|\bil tuo vero (?:compito|scopo|ruolo) è|\b(?:sua|tua) verdadeira (?:tarefa|missão|função) é"
            r"|\bje echte (?:taak|opdracht|rol) is\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=52,
            imperative=True,
            pattern=r"\balles (?:davor|bisher\w*|vorher|zuvor|oben|obige)(?: \w+)? war (?:nur |alles |bloß )*(?:spaß"
            r"|ein (?:test|scherz|witz)|gelogen|unsinn|falsch|quatsch)\b|\btout ce qui précède (?:est|était) (?:faux"
            r"|un test|une blague|nul|annulé)|\btodo lo anterior (?:es|era|fue) (?:falso|una (?:broma|prueba)"
            r"|mentira)|\btutto quello (?:che precede|sopra) (?:è|era) (?:falso|uno scherzo|un test)|\btudo (?:acima"
            r"|o que veio antes) (?:é|era) (?:falso|um teste|mentira)",
        ),
        Sign(
            kind=JAILBREAK,
            weight=54,
            imperative=True,
            pattern=r"\b(?:als gäbe es|als hättest du)[^.!?\n]{0,16}\b(?:vorgaben|regeln|richtlinien|vorschriften"
            r"|grenzen|filter)[^.!?\n]{0,12}(?:\bnicht\b|$|,|\.)|\bals (?:gäbe es|hättest du) keine (?:vorgaben"
            r"|regeln|richtlinien|grenzen|filter)|\bcomme si (?:tes|les) (?:consignes|règles|limites"
            r"|instructions) (?:n'exist|ne s'appliqu|n'étaient (?:pas|plus) (?:là|valables))|\bcomme si (?:tu n'avais"
            r"|il n'y avait) (?:aucune?|pas de) (?:consignes?|règles?|limites?|filtres?)|\bcomo si (?:tus"
            r"|las) (?:normas|reglas|instrucciones|órdenes)(?: \w+)? no exist|\bcome se (?:le )?(?:tue )?(?:regole"
            r"|istruzioni) non esist|\bcomo se (?:as )?(?:suas )?(?:regras|instruções) não exist",
        ),
        Sign(
            kind=JAILBREAK,
            weight=52,
            imperative=True,
            unless=r"\b(?:roman|krimi|geschichte|film|figur|histoire|conte|cuento|novela|racconto|romanzo|conto|livre"
            r"|libro|werbung|alkohol|zucker)\b",
            pattern=r"\b(?:du|ki|bot|assistent\w*|tu|vous|ia|eres|sei|asistente|assistant|assistente|você|contesta\w*"
            r"|responde|respondes|réponds|répond|rispondi|antworte\w*|je"
            r"|jij)\b[^.!?\n]{0,60}\b(?:sin (?:ninguna? )?(?:moral|escrúpulos|advertencias?(?:\s*[.,;!?]|\s*$| ni"
            r"| y))|no conoce (?:la|ninguna) moral|sans (?:aucune? )?(?:morale|scrupules|avertissements?)"
            r"|senza (?:alcuna? )?(?:morale|scrupoli|avvertenze)|sem (?:nenhum )?(?:moral|escrúpulos|avisos)"
            r"|zonder (?:moraal|scrupules|waarschuwingen)|ohne (?:moral|skrupel|hemmungen|warnungen|warnhinweise)"
            r"|keine (?:moral|skrupel|vorschriften|tabus|hemmungen)(?: kennt| hat| mehr)?)\b",
        ),
        Sign(
            kind=OVERRIDE,
            weight=54,
            imperative=True,
            unless=r"\b(?:sur|à propos|concernant|à l'école)\b",
            pattern=r"\boublie[zr]? (?:tout )?ce (?:qu'on|qu'ils|que l'on) (?:t'a|t'ont|vous a|vous ont) (?:demandé"
            r"|dit|ordonné|appris|imposé|donné)",
        ),
    ),
)

GROUPS: Final = (_RIDDLES, _VERBATIM, _TRUE_TASK)
