"""Prompt injection in Russian, Chinese, Japanese, Korean, Arabic, Hindi, Polish, Turkish, the Scandinavian languages,
Indonesian and Vietnamese."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.injection_language import Language, group_of

_LANGUAGES: Final = (
    Language(
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
        mine=r"(?:что|о ч[её]м) я (?:\S+ )?(?:сказал|говорил|писал|написал|спросил|спрашивал)",
        asked=r"(?:мне|нам) (?:надо|нужно|можно|следует)|(?:надо|нужно|можно) ли |я (?:должен|должна)",
    ),
    Language(
        name="zh",
        anchors=("忽略|忽視|忽视|无视|無視|忘记|忘記|忘掉|不要遵守|不要理会|不要遵循|绕过|繞過|从现在开始|從現在開始"
        "|从现在起|系统提示|系統提示|提示词|提示詞|系统指令|初始指令",),
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
        kept=r"我(?:的)?(?:上|之前|前|刚才|刚刚)[^。，]{0,6}(?:消息|邮件|信息|问题|留言)|"
        r"(?:不要|别|別|勿|不能|不可|不得|切勿|请勿)(?:忘|忽略|忽視|忽视|无视|無視|绕过|跳过)",
        made=r"(?:写|寫|编|設計|设计|生成|创建)(?:一|个|個|份|段)|怎么写|怎麼寫|如何(?:编写|撰写|写)|写法|大小写",
        mine=r"我(?:之前|刚才|刚刚|前面|上面|刚)?(?:所)?(?:说|問|问|写|寫|提)",
    ),
    Language(
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
        kept=r"(?:^|[^以])(?:前|先|さっき|先ほど|直前)の(?:メッセージ|メール|質問|発言|投稿)[はを]?(?:無視|忘れ)"
        r"|(?:忘れ|無視し)て(?:も)?(?:大丈夫|いい|良い|よい"
        r"|構わない)(?:です|でしょう)?か|"
        r"忘れ(?:ない|ず|る(?:な|こと))|無視し(?:ない|ては)|無視するな",
        made=r"書き方|作り方|作成方法|書く(?:方法|コツ)|とは|を作っ|を作成|用の(?:システム)?プロンプト",
    ),
    Language(
        name="ko",
        anchors=("무시|잊어|잊고|잊으|따르지|지금부터|이제부터|시스템 ?프롬프트|프롬프트|지시|지침",),
        stop=r"무시(?:하|해|하고|하세요|하십시오)|잊어(?:버|라|줘|주)?|잊고|잊으(?:세요|십시오)|따르지 (?:마|말)|무효"
        r"|취소",
        prior=r"이전|위의|위에|앞의|앞서|모든|기존|지금까지|원래|초기|당신의|너의|네|시스템|받은|주어진|전부|어떤",
        rules=r"지시|명령|규칙|프롬프트|지침|제한|제약|가이드라인|메시지|대화|내용|설정|정책|안내",
        everything=r"(?:이전|지금까지|위|앞)(?:의|에)? ?(?:모든|내용|것|말)|모든 것|전부",
        ask=r"보여|알려|출력|반복|공개|말해|표시|적어|써|뭐야|무엇|인쇄|복사|번역|나열",
        own=r"당신의|너의|네|시스템|초기|원래|숨겨진|비밀|내부|위의|전체|정확한",
        prompt=r"프롬프트|지시|지침|명령|시스템 ?메시지|설정",
        new=r"지금부터|이제부터|새로운 (?:지시|명령|작업|역할|임무)|(?:너|당신)은 이제",
        kept=r"잊지|무시하지|무시해서는",
        made=r"작성(?:법| 방법|하는|해)|쓰는 (?:법|방법)|만들어|만드는",
        mine=r"(?:내가|제가) ?(?:\S+ )?(?:한|말한|쓴|물은|물어본|질문한)",
    ),
    Language(
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
    Language(
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
    Language(
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
        mine=r"to,? co (?:\w+ )?(?:napisał[ae]m|powiedział[ae]m|pisał[ae]m|mówił[ae]m|pytał[ae]m)",
    ),
    Language(
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
        mine=r"(?:söyledi|dedi|yazdı|sordu)(?:ğ)?(?:im|ım|um)",
    ),
    Language(
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
        mine=r"\b(?:det|alt|allt)(?: som)? (?:jag|jeg) (?:\w+ )?(?:sa|sade|sagde|skrev|frågade|spurte|spurgte)\b",
    ),
    Language(
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
        mine=r"yang (?:saya|aku) (?:katakan|tulis|tanyakan|sebut)",
    ),
    Language(
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
        mine=r"(?:tôi|mình) (?:đã |vừa )?(?:nói|viết|hỏi)",
    ),
)  # fmt: skip

GROUPS: Final = tuple(group_of(words) for words in _LANGUAGES)
