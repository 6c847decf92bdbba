"""What a sentence does with the words of an attack: gives the command, tells of it, or quotes it."""

from __future__ import annotations

import re
from typing import Final, Literal

from keeptrusts.gateway.detectors.families.injection_spared import MADE_TO
from keeptrusts.gateway.detectors.families.signs import Read

Stance = Literal["commanded", "told", "discussed", "quoted"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BEGINNING: Final = frozenset(".!?:;,\n\r>*-—–()[]{}|#=/\\\"'`“”‘’«»。！？：，、…0123456789~&^%$@+•")
_LEADING: Final = _set(
    "please me us now and then so ok okay hey just first but also instead kindly simply immediately always today "
    "again therefore hence next hereby finally actually well alright hello hi no yes stop wait assistant "
    "chatgpt gpt ai sir friend dear all do completely totally fully entirely must let's lets go ahead quickly "
    "secretly quietly forever henceforth or never oh bot claude gemini llama model system user human sorry "
    "thanks great good done nice cool right"
)
"""Words before a command that leave it one."""
_MODAL: Final = _set("to should will shall can could may might need have must would gonna wanna going supposed")
_OTHERS: Final = _set(
    "he she they it we who which that attacker attackers user users people someone anyone employees staff "
    "students drivers model models llm llms how hackers everyone nobody some many why when if teams managers "
    "developers customers one"
)
"""Subjects of whom something is told, and words that ask about it."""
_REMINDED: Final = re.compile(r"(?:(?:don't|do not|never) forget|remember|make sure|be sure) to$", re.IGNORECASE)
"""Words with which somebody is reminded of a command."""
_WORDS: Final = re.compile(r"[\w']+")
_PARTS: Final = re.compile(r"[.!?:;,\n()\[\]\"]")
_TALK: Final = re.compile(
    r"\b(?:such as|for example|for instance|e\.g\.?|i\.e\.|examples? of|an? example|examples? (?:include|are)"
    r"|example:|phrases?|attack(?:s|er|ers)?"
    r"|inject(?:ion|ions|ing)|by (?:asking|telling|getting|tricking|persuading|instructing) (?:the|an?) (?:model"
    r"|assistant|chat ?bot|bot|llm|ai)|malicious|adversarial|vulnerabilit\w+|detect\w*|classif\w*|filter(?:s|ed"
    r"|ing)? (?:for"
    r"|out|should|must|phrases|texts|that)"
    r"|block(?:s|ing)?\b|what (?:does|do|is meant|happens)|what is the meaning|meaning\b|defen[cs]es?|defend\w*"
    r"|prevent\w*|mitigat\w*|sanitiz\w*"
    r"|red[- ]team\w*|when (?:someone|a user|users|people|an? attacker|the user)|user (?:says|types|writes|tries"
    r"|might|asks|input)"
    r"|users? (?:says?|types?|writes?|tr(?:y|ies)|who|might)|(?:might|may|could|would|often|sometimes|tries? to"
    r"|try to|attempts? to|attempting to"
    r"|trying to) (?:say|write|type|include|contain|tell|ask|instruct|trick|get|make|ignore|override)|(?:the"
    r"|this) (?:words?|string|term|sentence|idiom"
    r"|expression) [\"'`“«„]|titled|entitled|headline|test cases?|regex|regular expression"
    r"|how (?:do|does|can|to|should|would) (?:i|we|you|one|an?|companies|developers|protect|prevent|detect|stop"
    r"|attackers|people)"
    r"|why (?:do|does|is|are|would|did)|\bwe (?:show|showed|describe|demonstrate|explain|discuss) how"
    r"|\b(?:we|researchers|testers|the authors|participants|students|reporters) (?:then |also |first |have |had )*"
    r"(?:asked|told|got|instructed|ordered|prompted) (?:the|an?|each|every|all) (?:\w+ )?(?:models?|assistants?"
    r"|chat ?bots?|bots?|systems?|llms?|ais?) to"
    rf"|{MADE_TO}|beispiel\w*|angriff\w*|bedeute\w*|satz|exemple|attaque\w*|signifie|ejemplo"
    r"|ataque\w*|significa|frase"
    r"|esempio|attacc\w*|aanval\w*|betekent|voorbeeld|like this:|like [\"'`“])|например|атак|означа|фраз|比如|例如"
    r"|攻击"
    r"|什么意思|例えば|攻撃|という"
    r"|예를 들어|공격|مثل|هجوم|उदाहरण|हमल",
    re.IGNORECASE,
)
_TALKED: Final = re.compile(
    r"\b(?:mean(?:s|t|ing)?\b|attacks?|injections?|(?<!with the )(?<!at the )(?<!from the )phrases?"
    r"|jailbreak attempts?|is an? (?:example|attack|common"
    r"|typical|known|classic)|are (?:examples|attacks"
    r"|common|typical)|in the context of|bedeutet|signifie|significa|betekent)|означает|什么意思|という意味",
    re.IGNORECASE,
)
_FORBIDDEN: Final = re.compile(r"\b(?:must|may|shall)(?: not|n't) [^.!?\n]{3,100},(?: or)? *$", re.IGNORECASE)
_OR: Final = re.compile(r"[^.!?\n]{0,100}\bor\b")
_TEMPLATE: Final = re.compile(r"\b(?:template|jinja|tokeni[sz]er|chatml|special tokens?)\b", re.IGNORECASE)
_DELIMITER: Final = "CHAT_DELIMITER"
_END: Final = re.compile(r"[.!?](?:\s|$)|\n\s*\n|[。！？]")
_FENCE: Final = "```"
_QUOTES: Final = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "«": "»", "「": "」", "‘": "’", "『": "』"}
_TALKED_BEFORE: Final = 110
_TALKED_AFTER: Final = 60
_QUOTED: Final = 160


def stance(read: Read) -> Stance:
    """Say what the sentence around a sign does with it."""
    if is_quoted(read):
        return "quoted"
    if is_discussed(read):
        return "discussed"
    if read.sign.imperative or is_command(read.before):
        return "commanded"
    return "told"


def is_quoted(read: Read) -> bool:
    """Say whether a sign stands between quotation marks, in a code fence, or in a line that is marked as another's.

    What is a quotation from its very beginning quotes nobody: marks around the whole would hide any command.
    """
    before, after = read.before, read.text[read.start : read.end] + read.after[:_QUOTED]
    opened, whole = before.strip(), read.around.whole
    if before.count(_FENCE) % 2 == 1:
        return not whole or not opened.startswith(_FENCE) or opened.count(_FENCE) > 1
    line = before[before.rfind("\n") + 1 :]
    if line.lstrip().startswith((">", "//")):
        return "\n" in opened
    near = line[-_QUOTED:]
    for opening, closing in _QUOTES.items():
        at = near.rfind(opening)
        if at < 0 or closing not in after or (whole and not before[: len(before) - len(near) + at].strip()):
            continue
        if _opens(near, at) if opening == closing else at > near.rfind(closing):
            return True
    return False


def _opens(text: str, at: int) -> bool:
    """Say whether a mark that also closes opens here: nothing it could close is before it, something is behind."""
    if at < 0 or text[at + 1 : at + 2] in ("", " ", "\t", ",", ".", ";", ":", ")", "]", "}"):
        return at >= 0 and at + 1 == len(text)
    return at == 0 or not (text[at - 1].isalnum() or text[at - 1] in ".!?,;:)]}")


def is_discussed(read: Read) -> bool:
    """Say whether words of the same sentence show that a sign is a matter of talk, or one of many things forbidden."""
    if read.sign.kind == _DELIMITER and _TEMPLATE.search(read.before) is not None:
        return True
    before = read.before[-_TALKED_BEFORE:]
    if _FORBIDDEN.search(before) is not None and _OR.match(read.after) is not None:
        return True
    ends = [match.end() for match in _END.finditer(before)]
    after = _END.split(read.after[:_TALKED_AFTER], 1)[0]
    return _TALK.search(before[ends[-1] :] if ends else before) is not None or _TALKED.search(after) is not None


def is_command(before: str) -> bool:
    """Say whether what stands before a verb lets it be a command: a beginning, or words that lead to one."""
    plain = before.rstrip(" \t")
    if not plain or plain[-1] in _BEGINNING or _REMINDED.search(plain[-24:]) is not None:
        return True
    words = [word.lower() for word in _WORDS.findall(_PARTS.split(plain[-80:])[-1])]
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        if word in ("you", "i", "u", "your"):
            return True
        if word in _OTHERS:
            return False
        if word not in _MODAL and word not in _LEADING and not word.endswith("ly"):
            return "you" in words[max(0, at - 3) : at]
    return not any(word in _MODAL for word in words[:1])
