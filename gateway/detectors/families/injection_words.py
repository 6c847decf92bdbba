"""Words that mean about the same to who attacks a model, in many languages: what one teaches, all do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CLASSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "INSTRUCTIONS": (
            "instruction instructions rule rules rulebook guideline guidelines directive directives orders "
            "policy policies prompt prompts briefing brief constraint constraints restriction restrictions "
            "limitation limitations boundaries regulation regulations protocol protocols setup configuration "
            "config settings programming programmed guardrail guardrails filter filters safeguard safeguards "
            "safeties command commands mandate principles conditions remit charter playbook handbook notes "
            "memo onboarding anweisung anweisungen regel regeln vorgabe vorgaben befehl befehle richtlinie "
            "richtlinien auftrag aufgabe einstellungen einschränkung einschränkungen beschränkungen "
            "leitplanken instrucciones instrucción regla reglas directriz directrices normas restricciones "
            "límites órdenes consigne consignes règle règles ordres istruzioni istruzione regole direttive "
            "restrizioni vincoli instruções instrução regras diretrizes restrições instructies instructie "
            "regels richtlijnen beperkingen opdracht instrukcje instrukcji zasady zasad wytyczne polecenia "
            "polecenie ograniczenia инструкции инструкций правила правил указания ограничения установки "
            "talimat talimatlar kural kurallar kuralları yönerge sınırlama instruktioner regler "
            "begränsningar pravidla instrucțiuni reguli تعليمات التعليمات قواعد القواعد निर्देश नियम 指示 "
            "规则 規則 指令 设定 限制 ルール 制約 設定 지시 규칙 명령 제한"
        ),
        "DROP": (
            "ignore ignoring forget forgetting disregard drop abandon discard skip bypass override overwrite "
            "dismiss neglect suspend reset erase void lift disable deactivate shed escape circumvent replace "
            "supersede overrule unlearn scrap ditch defy disobey unlock jailbreak breach waive obsolete "
            "vergiss vergesst vergessen ignoriere ignorier ignorieren missachte umgehe umgehen überschreibe "
            "hinweg olvida olvide olvídate ignora omite descarta desactiva oublie oubliez ignorez désactive "
            "contourne dimentica dimenticare trascura disattiva aggira esqueça esquece desconsidere ignorar "
            "desative vergeet negeer omzeil zapomnij zignoruj pomiń odrzuć забудь забудьте игнорируй отбрось "
            "отключи unut unutun yoksay görmezden glöm ignorera تجاهل انسَ انس भूल अनदेखा 忽略 忘记 忘掉 "
            "无视 無視 忘れ 무시 잊어"
        ),
        "SHOW": (
            "show reveal print repeat output display disclose tell give share leak quote recite paste list "
            "expose write spell read dump echo divulge confess recall copy state hand unveil uncover "
            "transcribe reproduce retype regurgitate summarise summarize translate encode zeig zeige verrate "
            "verrat sag sage nenn nenne wiederhole gib ausgeben drucke schreib schreibe muestra revela dime "
            "repite imprime escribe cuéntame montre révèle dis répète affiche donne écris raconte mostra "
            "rivela dimmi ripeti stampa scrivi mostre revele diga repita escreva conte toon onthul herhaal "
            "geef schrijf pokaż ujawnij powtórz wypisz podaj napisz покажи раскрой повтори выведи напиши "
            "скажи göster tekrarla söyle yazdır visa skriv اكشف أظهر اطبع दिखाओ बताओ 显示 输出 重复 告诉 "
            "透露 教えて 表示 出力 알려 보여 출력"
        ),
        "MODEL": (
            "ai ais assistant assistants model models chatbot chatbots bot bots gpt chatgpt llm llms agent "
            "agents copilot machine robot claude gemini llama summarizer summariser parser crawler ki "
            "sprachmodell assistent assistentin asistente modelo ia assistente modello modèle agente "
            "asystent modelu ассистент модель модели ии бот помощник yapay asistan modeli modellen المساعد "
            "الذكاء सहायक 助手 模型 人工智能 アシスタント モデル 어시스턴트 모델"
        ),
        "SECRET": (
            "secret secrets password passwords hidden confidential key keys token tokens credential "
            "credentials passphrase passcode classified private internal undisclosed concealed unseen geheim "
            "geheime geheimen geheimnis passwort kennwort versteckte versteckten verborgene secreto secreta "
            "contraseña clave oculta ocultas secrète caché cachée cachées segreto segreta parola nascoste "
            "nascosto senha segredo oculto wachtwoord verborgen hasło tajne ukryte секрет секретный пароль "
            "скрытые şifre gizli hemliga lösenord كلمة السر السري पासवर्ड गुप्त 秘密 密码 隐藏 パスワード "
            "隠さ 비밀번호 비밀"
        ),
        "PRIOR": (
            "previous previously prior above earlier before preceding initial initially original originally "
            "first beginning old existing former foregoing past until hitherto vorherigen vorherige "
            "bisherigen bisherige bisher obigen oben anfangs anfang ursprünglichen vorigen anteriores "
            "anterior anteriormente previas arriba précédentes précédente précédent dessus avant precedenti "
            "precedente prima vorige eerdere bovenstaande poprzednie wcześniejsze powyżej предыдущие прежние "
            "выше önceki yukarıdaki tidigare السابقة पिछले 之前 以前 上面 上述 先前 上記 これまで 이전"
        ),
        "YOU": (
            "you your yourself yours ur du dein deine deinen deiner deinem dich dir euch tu tus ti usted tú "
            "vous votre vos toi ton tes tuo tua tue tuoi você seu sua seus suas je jij jouw jou ty twoje "
            "ciebie twój ты твои тебе тебя вы ваши senin sana أنت आप तुम 你 您 あなた 당신"
        ),
        "UNBOUND": (
            "unrestricted uncensored unfiltered limitless unlimited free freely liberated unchained unbound "
            "unshackled anything everything allowed permitted uninhibited unconstrained unmoderated uncut "
            "frei freie unzensiert uneingeschränkt grenzenlos libre libres sin libero libera senza livre sem "
            "vrij zonder wolny bez свободен özgür sınırsız utan 自由 无限制 自由に 자유"
        ),
        "ROLE": (
            "role roles persona character mode act acting pretend pretending play playing roleplay imagine "
            "simulate behave become becomes impersonate embody assume adopt suppose hypothetical "
            "hypothetically fictional fiction scenario game story novel screenplay dream alter ego twin "
            "rolle spiele spiel stell vorstellen angenommen geschichte finge actúa papel juego imagina "
            "cuento jeu joue agis fais rôle imaginons histoire fingi gioco ruolo immagina facciamo finja "
            "jogo aja speel rol doe udawaj rolę gra wyobraź притворись представь роль игра davran hayal "
            "låtsas spela تظاهر تخيل नाटक 扮演 角色 假装 想象 役 ふり 演じ 역할 가정"
        ),
        "HARM": (
            "weapon weapons bomb explosive explosives drug drugs poison hack hacking hacker malware virus "
            "ransomware keylogger steal stealing theft illegal kill murder fraud scam phishing launder "
            "counterfeit forge crime criminal lockpick exploit insult insults swear curse racist hateful "
            "hate waffe bombe gift drogen stehlen beleidige arma veneno robar insulta arme droga vole "
            "insulte rubare rubar wapen stelen broń kradzież оружие бомба silah bomba 炸弹 武器 毒 爆弾 무기 "
            "폭탄"
        ),
        "DO": (
            "send forward email mail transfer pay wire upload post delete remove book order purchase invite "
            "grant add append insert include visit click open navigate fetch call execute run approve submit "
            "reply create schicke sende leite weiterleiten überweise lösche löschen füge öffne envía envíe "
            "reenvía borra añade transfiere envoie envoyez transfère supprime ajoute transmets invia inoltra "
            "cancella aggiungi encaminhe apague transfira stuur verwijder voeg wyślij usuń prześlij отправь "
            "удали перешли gönder sil skicka radera أرسل احذف भेजें 发送 删除 转发 汇款 送信 削除 転送 보내 "
            "삭제"
        ),
        "PEOPLE": (
            "user users customer customers client clients owner human humans reader readers operator "
            "operators developer developers admin administrator creator creators company employer boss "
            "provider openai anthropic google engineer engineers maker makers recipient auditor benutzer "
            "nutzer entwickler kunde kunden betreiber usuario usuarios cliente desarrollador desarrolladores "
            "administrador utilisateur développeur développeurs utente sviluppatore sviluppatori usuário "
            "desenvolvedor gebruiker ontwikkelaar użytkownik programista пользователь пользователю "
            "разработчик администратор kullanıcı geliştirici användaren المستخدم المطور उपयोगकर्ता 用户 "
            "开发者 管理员 ユーザー 開発者 管理者 사용자 개발자 관리자"
        ),
        "NOT": (
            "not never don't dont no without nothing neither nor cannot can't won't mustn't shouldn't stop "
            "refrain avoid longer anymore nicht nie niemals kein keine keinen ohne nunca jamás pas jamais "
            "aucun aucune plus non mai nessun nessuna não niet nooit geen nigdy żadnych не никогда нет asla "
            "hiçbir değil inte aldrig لا نہیں नहीं 不要 不能 不再 ない しない 말고 않"
        ),
        "WARN": (
            "warning warnings disclaimer disclaimers refuse refuses refusing refusal refusals apologize "
            "apologise apology sorry ethics ethical moral morals morality safety safe caution caveat caveats "
            "judgment lecture decline deny hedge comply compliance censor censorship moderation harmful "
            "inappropriate warnung warnungen ablehnen weigern ethik advertencia advertencias ética negarte "
            "avertissement avertissements refuser éthique morale avvertenza avvertenze rifiutare aviso "
            "avisos recusar waarschuwing weigeren ostrzeżenia odmawiać предупреждения отказывайся этика "
            "uyarı reddetme varningar 警告 拒绝 道德 拒否 倫理 경고 거절"
        ),
        "NOW": (
            "now henceforth instead onward onwards today starting anew new next moment immediately jetzt ab "
            "sofort nun stattdessen ahora partir adelante maintenant désormais plutôt ora adesso agora nu "
            "voortaan teraz odtąd теперь отныне şimdi itibaren från och 现在 从现在 今から 今後 지금 이제"
        ),
        "SYSTEM": (
            "system sysprompt sudo debug debugging maintenance console kernel root privileged preamble "
            "diagnostic diagnostics audit authorization authorized clearance systemprompt systemnachricht "
            "sistema système systemu системный система sistem النظام 系统 システム 시스템"
        ),
        "TALK": (
            "conversation text paragraph paragraphs line lines word words sentence sentences message "
            "messages chat discussion transcript verbatim exactly literally letter letters turn turns "
            "dialogue session thread unterhaltung gespräch wörtlich wort wörter buchstaben nachricht "
            "conversación palabra palabras mensaje texto mot mots lettre conversazione parole lettere "
            "conversa palavra letras woord gesprek słowo słowa rozmowa слово слова разговор сообщение kelime "
            "konuşma mesaj ord 对话 文字 内容 一字不差 会話 文章 대화 단어"
        ),
        "OBEY": (
            "obey follow must shall required answer answers respond response say begin start continue agree "
            "accept confirm acknowledge gehorche folge antworte antworten antwort obedece responde sigue "
            "contesta obéis réponds réponse obbedisci rispondi risposta obedeça responda gehoorzaam antwoord "
            "posłuchaj odpowiedz odpowiadaj ответь отвечай подчиняйся cevap yanıtla svara أجب जवाब 回答 服从 "
            "回复 答え 従って 대답 답변"
        ),
        "ABOUT": (
            "attack attacks attacker attackers injection injections example examples explain explains means "
            "meaning article training detect detects detection prevent security vulnerability "
            "vulnerabilities defend researchers students phrase phrases lesson workshop paper study beispiel "
            "beispiele erkläre angriff angriffe artikel ejemplo explica ataque artículo exemple explique "
            "attaque esempio spiega attacco exemplo voorbeeld aanval przykład atak пример атака 例子 攻击 "
            "示例 例 攻撃 예시 공격"
        ),
    }
)
"""Name of a class -> its words, by their first letters. A word stands in one class only."""
