"""Prompt injection in Czech, Slovak, Romanian, Hungarian, Greek, Ukrainian, Thai and Finnish."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_language import Language, group_of

_LANGUAGES: Final = (
    Language(
        name="cs",
        anchors=(
            r"\b(?:ignoruj|zapome(?:\xc5\x88)|zabudni|nedbej na|ne(?:\xc5\x99)i(?:\xc4\x8f) se"
            r"|p(?:\xc5\x99)epi(?:\xc5\xa1))",
            r"\bsyst(?:\xc3\xa9)mov(?:\xc3\xbd) prompt|\bsyst(?:\xc3\xa9)mov(?:\xc3\xa9) (?:instrukc|pokyn)",
        ),
        stop=r"ignoruj\w*|zapomeň\w*|zabudni\w*|nedbej\w*|neřiď\w*|přepiš\w*",
        prior=r"předchoz|předešl|dosavadn|všechn|všetk|predch|predošl|původn|svoj|svá|své|tvoj|tvá|tvé|výše|vyššie"
        r"|dřívějš|systém|jakékoli",
        rules=r"instrukc|pokyn|příkaz|pravid|prompt|omezen|obmedzen|nařízen|zadán|zpráv|správ|text",
        everything=r"vš(?:e|echno|etko),? (?:co|čo|výše|předchoz)|co (?:bylo|jsem|ti)",
        ask=r"ukaž|vypiš|prozraď|prezraď|zobraz|zopakuj|napiš|řekni|povedz|odhal|sděl|vytiskni",
        own=r"svůj|svoj|svá|své|tvůj|tvoj|tvé|systém|skryt|původn|počáteč|celý|přesn",
        prompt=r"prompt|instrukc|pokyn|systémov\w+ zpráv",
        new=r"od (?:teď|této chvíle|nynějška)|odteraz|nov(?:ý|é|á) (?:úkol|pokyn|instrukc|rol)",
        kept=r"\bne(?:zapome|ignoru)|\bnezabud|překlep|chyb|pravopis|m(?:ůj|oje|ou|oji|é) (?:předchoz|posledn|zpráv)"
        r"|(?:zpráv|správ)\w* ode mne|mou předchoz",
        made=r"(?:napiš|vytvoř)(?: \w+){0,2} (?:prompt|instrukc|pokyn)\w* (?:pro|na|k|o|jak)\b|jak (?:napsat|psát)",
        mine=r"(?:co|čo) (?:jsem|som) (?:\w+ )?(?:řekl|napsal|povedal|psal|ptal|napísal)",
    ),
    Language(
        name="ro",
        anchors=(
            r"\b(?:ignor(?:(?:\xc4\x83)|ati|a(?:\xc8\x9b)i|a) (?:toate |orice )?(?:instruc|regul|comenz|mesaj|indica)"
            r"|uit(?:\xc4\x83) (?:de )?(?:tot|toate|instruc|regul|ce )"
            r"|nu mai respecta)",
            r"\b(?:arat(?:\xc4\x83)|afi(?:\xc8\x99)eaz(?:\xc4\x83)|spune|dezv(?:\xc4\x83)luie|repet(?:\xc4\x83)"
            r"|scrie)[^.!?;]{1,30}(?:prompt|instruc)",
        ),
        stop=r"ignor(?:ă|ați|a)\b|\buit(?:ă|ați)|nu mai (?:respecta|urma|ține)",
        prior=r"anterioar|precedent|toate|de mai sus|de dinainte|inițial|primit|tale|sistem|orice",
        rules=r"instrucți|instrucţi|instruct|regul|comenz|comand|mesaj|indicați|prompt|restricți|limit",
        everything=r"tot ce|toate cele|ce (?:ți|ti) s-a",
        ask=r"arat(?:ă|ați)|afișeaz|spune|dezvăluie|repet|scrie|tipăre|dă-mi",
        own=r"\btău|\btale|sistem|inițial|ascuns|secret|complet|exact",
        prompt=r"prompt|instrucți|instruct|mesajul de sistem",
        new=r"de acum (?:înainte|încolo)|nou(?:ă|a|l|ă sarcin)\w* (?:sarcin|instruc|rol)",
        kept=r"\bnu (?:uita|ignora)|greșel|greşel|(?:mesajul|mesajele) (?:\w+ )?(?:meu|mele|trecut)|\bmeu\b",
        made=r"scrie(?: \w+){0,2} (?:prompt|instruc)\w* (?:pentru|despre|la)\b|cum (?:să scriu|se scrie)",
        mine=r"ce (?:am|ți-am) (?:spus|scris|zis|întrebat)",
    ),
    Language(
        name="hu",
        anchors=(
            r"\b(?:felejtsd el|felejtse el|hagyd figyelmen|figyelmen k(?:\xc3\xad)v(?:\xc3\xbc)l|ne k(?:\xc3\xb6)vesd)",
            r"rendszer(?:(?:\xc3\xbc)zenet|prompt|utas(?:\xc3\xad)t(?:\xc3\xa1)s)",
        ),
        stop=r"felejts(?:d|e) el|hagyd figyelmen|hagyja figyelmen|figyelmen kívül|ne kövesd",
        prior=r"előző|korábbi|fenti|eddigi|összes|minden|eredeti|\baz utasításaid|kapott|rendszer",
        rules=r"utasítás|szabály|parancs|prompt|üzenet|korlátozás|irányelv|instrukció",
        everything=r"mindent|amit (?:eddig|korábban|fent)|az eddigieket|utasításaid",
        ask=r"mutasd|írd|mondd|áruld|ismételd|jelenítsd|add (?:ki|meg)|fedd fel|másold",
        own=r"rendszer|saját|eredeti|titkos|rejtett|teljes|pontos|utasításaid",
        prompt=r"prompt|utasítás|üzenet",
        new=r"mostantól|új (?:feladat|utasítás|szerep)",
        kept=r"\bne (?:felejt|hagyd)|hibá|hibák|üzenetem|elírás",
        made=r"írj(?: \w+){0,2} (?:prompt|utasítás)|hogyan (?:írj|kell írni)",
        mine=r"amit (?:\w+ )?(?:mondtam|írtam|kérdeztem)",
    ),
    Language(
        name="el",
        anchors=("(?:Α|α)γν(?:ό|ο)ησ|(?:Ξ|ξ)(?:έ|ε)χασ|(?:Μ|μ)ην ακολουθ|(?:Π|π)αρ(?:ά|α)βλεψ|οδηγίες συστήματος",),
        stop=r"αγν(?:ό|ο)ησ\w*|ξ(?:έ|ε)χασ\w*|μην ακολουθ\w*|παρ(?:ά|α)βλεψ\w*",
        prior=r"προηγούμεν|παραπάνω|όλ(?:ες|α|ους)|αρχικ|πρότερ|κάθε|σου|συστήματ",
        rules=r"οδηγί|εντολ|κανόν|κανονισμ|μηνύματ|περιορισμ|prompt|κείμεν",
        everything=r"όλα όσα|ό,τι|τα παραπάνω",
        ask=r"δείξ|εμφάνισ|πες|αποκάλυψ|επανάλαβ|γράψ|τύπωσ|δώσ",
        own=r"σου|συστήματ|αρχικ|κρυφ|μυστικ|πλήρ|system",
        prompt=r"οδηγί|prompt|εντολ",
        new=r"από (?:τώρα|δω) και (?:πέρα|στο εξής)|νέ(?:α|ο|ες) (?:εργασία|οδηγί|ρόλο)",
        kept=r"μην? (?:ξεχάσ|ξεχν|αγνοήσ|αγνοεί)|λάθη|λάθος|μήνυμά μου",
        made=r"γράψε (?:ένα|μία|μια) (?:prompt|οδηγί)|πώς (?:γράφ|να γράψ)",
        mine=r"(?:ό,τι|αυτό που) (?:σου )?(?:είπα|έγραψα|ρώτησα)",
    ),
    Language(
        name="uk",
        anchors=("(?:І|і)гноруй|(?:З|з)абудь (?:про )?(?:все|усі|всі|свої|попередн)|(?:Н|н)е (?:виконуй|дотримуйся)"
                 "|(?:В|в)ідтепер|(?:С|с)истемн(?:ий|і) (?:промпт|інструкці)",),
        stop=r"ігноруй\w*|забудь\w*|не (?:виконуй|дотримуйся)\w*|знехтуй\w*",
        prior=r"попередн|усі|всі|все|свої|твої|вище|раніше|початков|системн|будь-які",
        rules=r"інструкці|вказівк|команд|правил|наказ|промпт|обмежен|повідомлен|настанов",
        everything=r"(?:все|усе),? (?:що|вище|попередн)",
        ask=r"покажи|виведи|розкрий|повтори|напиши|скажи|назви|надрукуй|дай",
        own=r"сво[їєя]\w*|тво[їєя]\w*|свій|твій|системн|початков|прихован|секретн|повн|точн",
        prompt=r"промпт|інструкці|вказівк|системне повідомлення",
        new=r"відтепер|з цього моменту|нов(?:е|а|і) (?:завдання|інструкці|роль)",
        kept=r"не (?:забуд|забува|ігнору)|помилк|моє|мої|мій|одруківк",
        made=r"(?:напиши|склади|придумай)(?: \S+){0,2} (?:промпт|інструкці)\S* (?:для|про|до|як)|як (?:написати"
        r"|писати)",
        mine=r"що я (?:\S+ )?(?:сказа|писа|написа|пита)",
    ),
    Language(
        name="th",
        anchors=("(?:ลืม|เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|อย่าทำตาม|เมินเฉย)",),
        stop=r"ลืม|เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|อย่าทำตาม|เมินเฉย",
        prior=r"ก่อนหน้า|ทั้งหมด|ข้างต้น|ด้านบน|ของคุณ|ระบบ|ที่ผ่านมา",
        rules=r"คำสั่ง|คำแนะนำ|กฎ|ข้อจำกัด|พรอมต์|prompt|ข้อความ",
        everything=r"ทุกอย่าง|ทุกสิ่ง",
        ask=r"แสดง|บอก|พิมพ์|เปิดเผย|ทวน|เขียน",
        own=r"ของคุณ|ระบบ|system|ทั้งหมด|ลับ",
        prompt=r"พรอมต์|prompt|คำสั่ง",
        new=r"จากนี้ไป|ตั้งแต่ตอนนี้",
        kept=r"อย่าลืม|ห้ามลืม|ไม่ลืม|ของฉัน|ของผม|คำผิด|สะกด",
        made=r"วิธีเขียน",
        mine=r"ที่(?:ฉัน|ผม)(?:พูด|บอก|เขียน|ถาม)",
    ),
    Language(
        name="fi",
        anchors=(
            r"\b(?:unohda|sivuuta|j(?:\xc3\xa4)t(?:\xc3\xa4) huomiotta|(?:\xc3\xa4)l(?:\xc3\xa4) (?:noudata"
            r"|v(?:\xc3\xa4)lit(?:\xc3\xa4)))",
            r"\bj(?:\xc3\xa4)rjestelm(?:\xc3\xa4)(?:kehote|ohje|viesti)",
        ),
        stop=r"unohda|sivuuta|jätä huomiotta|älä (?:noudata|välitä)",
        prior=r"aiem|edelli|kaikki|yllä|alkuperäi|järjestelmä|saama",
        rules=r"ohje|käsky|sääntö|säännö|kehot|rajoit|viesti|määräy|prompt",
        everything=r"kaikki,? (?:mitä|yllä)|aiempi",
        ask=r"näytä|kerro|tulosta|paljasta|toista|kirjoita|anna",
        own=r"järjestelmä|omat|alkuperäi|salai|piilo|sinun|koko",
        prompt=r"kehot|prompt|ohjee|ohjeesi|ohjeet",
        new=r"tästä (?:lähtien|eteenpäin)|uusi (?:tehtävä|ohje|rooli)",
        kept=r"älä (?:unohda|sivuuta)|virhe|viestini|kirjoitusv",
        made=r"kirjoita (?:kehote|ohje)\w* (?:jo|botille|mallille)|miten kirjoi",
        mine=r"mitä (?:sanoin|kirjoitin|kysyin)",
    ),
)  # fmt: skip

GROUPS: Final = tuple(group_of(words) for words in _LANGUAGES)
