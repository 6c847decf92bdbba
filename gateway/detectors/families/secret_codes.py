"""Secrets that people say or write down: numbers that open doors and accounts, recovery codes, words of a wallet."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.placeholders import is_password
from keeptrusts.gateway.detectors.families.secret_commands import told
from keeptrusts.gateway.detectors.rules import CERTAIN, Rule

_PIN: Final = r"\bpin(?:[ -]?(?:code|number|no\.?))?"
_CODE: Final = (
    r"\b(?:pass ?code|otp|one[ -]time (?:pass)?(?:code|password|pin)"
    r"|(?:door|gate|garage|lock ?box|key ?safe|keypad|entry|access|security|verification|2fa|mfa|sms|unlock|intercom)"
    r"[ -]?(?:code|pin)|(?:our|my|your|their|house|home|office|burglar) alarm code|safe combination|t\xc3\xbcrcode"
    r"|geheimzahl|digicode|code pin|codice pin|c\xc3\xb3digo pin|pincode is)"
)
_TO_CODE: Final = (
    r"(?:['’]s)?(?: (?:for|of|to|on|zum|zur|für|pour|para|per|voor) [^\n.:;=]{1,32}?)?"
    r"(?:\s?[:=]|(?:['’]s|\s(?:is|was|ist|lautet|est|es|è|é|changed to|set to)))?(?: now| still)?:?"
    r"\s{1,2}(?:\*\*)?[\"'`]?"
)
_NUMBER: Final = (
    r"(?P<value>[*#]?\d(?:[ -]?\d){3,7}[#*]?)(?![\w#])(?![.,:/-]\d)"
    r"(?!\s?(?:%|digits?|times|lines|bytes|words|years|attempts|characters|minutes|seconds|people|users|ms|days)\b)"
    r"[\s\S]{0,12}"
)
"""A number of four digits or more, and what behind it may say that it counts something."""
_GOES_ON: Final = re.compile(r" (?:of|on|in|is|was|at|for|has|goes)\b")
_OBVIOUS: Final = frozenset(("1234", "12345", "123456", "1234567", "12345678", "4321", "654321", "2580"))
_PHRASE: Final = r"\b(?:seed|mnemonic|(?:secret )?recovery|backup|wallet)[ _\-]?(?:phrase|words|seed)|\bmnemonic"
_TO_PHRASE: Final = r"[\"']?(?:\s(?:is|are|was))?\s?[:=]?\s{0,3}[\"'`\[]{0,2}"
_WORD: Final = r"[a-z]{3,8}"
_WORDS: Final = rf"(?P<value>{_WORD}(?:[ ,\n]{{1,2}}(?:\d{{1,2}}[.)] ?)?{_WORD}){{11,23}})(?![a-z])"
_WORD_COUNTS: Final = (12, 15, 18, 21, 24)
_PROSE: Final = frozenset(
    ("the", "and", "for", "are", "was", "not", "has", "had", "his", "her", "its", "our", "your", "which", "should")
)
_RECOVERY: Final = r"\b(?:recovery|backup|restore|emergency|scratch|2fa|mfa)[ _\-]?(?:keys?|codes?)"
_GROUP: Final = r"[A-Za-z0-9]{4,10}"
_GROUPS: Final = rf"{_GROUP}(?:[ -]{_GROUP}){{1,14}}"
_CODES: Final = rf"(?P<value>(?:{_GROUPS}|[A-Za-z0-9]{{8,64}})(?:[,\n] ?{_GROUPS}){{0,15}})(?![\w-])"
_TO_KEYS: Final = r"[\"']?(?:\s?[:=]|\s(?:is|are|was|were))\s{0,3}[\"'`\[]{0,2}"
_APP_PASSWORD: Final = r"(?P<value>[a-z]{4}(?: [a-z]{4}){3})(?! ?[a-z])[\s\S]{0,2}"
_VOWELS: Final = frozenset("aeiou")


def code_rules() -> tuple[Rule, ...]:
    """Give the rules for short numbers, recovery codes and phrases, which only what stands before them gives away."""
    return (
        told("pin", "PASSWORD", _PIN, _TO_CODE + _NUMBER, _is_pin),
        told("access-code", "PASSWORD", _CODE, _TO_CODE + _NUMBER, _is_code),
        told("seed-phrase", "PASSWORD", _PHRASE, _TO_PHRASE + _WORDS, _is_phrase),
        told("recovery-codes", "PASSWORD", _RECOVERY, _TO_KEYS + _CODES, _are_codes),
        told("app-password", "PASSWORD", r"(?:passwor[dt]|passwd|pass|pwd|\bpw)[\"']?\s{0,2}[:=]",
             rf"\s{{0,2}}[\"']?{_APP_PASSWORD}", _is_app_password),
        Rule(
            id="bitlocker-key", kind="PASSWORD", pattern=r"\b(?:\d{6}-){7}\d{6}\b", score=CERTAIN, check=is_bitlocker,
        ),
    )  # fmt: skip


def is_bitlocker(text: str) -> bool:
    """Say whether a text is a recovery key of BitLocker: eight groups, each eleven times a number of sixteen bits
    (Microsoft, "BitLocker recovery overview")."""
    groups = [int(group) for group in text.split("-")]
    return len(groups) == 8 and all(group % 11 == 0 and group // 11 < 1 << 16 for group in groups)


def _is_code(match: re.Match[str]) -> bool:
    plain = re.sub(r"\D", "", match["value"])
    return 4 <= len(plain) <= 8 and len(set(plain)) > 1 and plain not in _OBVIOUS


def _is_pin(match: re.Match[str]) -> bool:
    """Say the same of a PIN: six digits are an Indian postal code, which is called so too, and four may be a year."""
    plain = re.sub(r"\D", "", match["value"])
    between = match.string[match.start() : match.start("value")]
    if not between.strip() and (
        plain.startswith(("19", "20")) or _GOES_ON.match(match.string, match.end("value")) is not None
    ):
        return False
    return _is_code(match) and len(plain) != 6 and len(match["value"]) - len(plain) < 2


def _is_phrase(match: re.Match[str]) -> bool:
    words = re.findall(_WORD, match["value"])
    return len(words) in _WORD_COUNTS and len(set(words)) > 8 and _PROSE.isdisjoint(words)


def _are_codes(match: re.Match[str]) -> bool:
    """Say whether nearly all groups of a code are none that anybody would take for a word."""
    groups = re.findall(r"[A-Za-z0-9]+", match["value"])
    if len(groups) == 1:
        return is_password(groups[0], quoted=False, loose=False)
    odd = [group for group in groups if not group.isalpha() or not (group.islower() or group.istitle())]
    return len(odd) * 3 >= len(groups) * 2 and sum(char.isdigit() for char in match["value"]) >= 3


def _is_app_password(match: re.Match[str]) -> bool:
    """Say whether four groups of four letters are no four words: one at least has no vowel."""
    return any(_VOWELS.isdisjoint(group) for group in match["value"].split())
