"""Telling a secret from what stands in its place: examples, names of variables, words, and what is no random value."""

from __future__ import annotations

import re
import string
from collections import Counter
from math import log2
from typing import Final

_IN_PLACE: Final = re.compile(
    r"example|placeholder|changeme|change[_ -]me|replace|redacted|dummy|sample|insert[_ -]|removed|hidden|deadbeef"
    r"|your[_ -]|[_-]your|[_-]here\b|\bmy[_-]|lorem|foobar|xxxx|\*\*\*|\.\.\.|…|•••|####|____|----"
    r"|\b(?:not|no)[_-]|todo|fixme|\btbd\b|(?:enter|put|add|paste|fill)[_ -]"
)
"""What a value in lower case holds that says itself that it is none."""
_EXPANDED: Final = re.compile(
    r"^(?:\$[A-Za-z_({]|%[A-Za-z_(]|\{|<|\[|@[A-Za-z]+@$|#\{|&[a-z]|\(|!\w+ |arn:|ssm:|op://|vault:|secretsmanager"
    r"|env[:.(]|ref\+"
    r"|file:|https?:|/run/|/etc/|/var/|\./|\.\./|~/|ENC\[|process\.env|os\.|System\.|Deno\.|import\.meta|sha\d+[:-]"
    r"|md5:)"
)
_SAID: Final = re.compile(
    r"(?i)example|placeholder|change_?me|your[_-]?|redacted|dummy|x{5}|\.\.\.|\*\*\*|_here|insert_|replace_"
)
_ALPHABET: Final = string.ascii_lowercase
_SINGLE: Final = re.compile(r"([^/+=])\1{5}")
_LICENCE: Final = re.compile(r"(?:[A-Z0-9]{4,6}-){2,}[A-Z0-9]{4,6}")


def entropy(text: str) -> float:
    """Give Shannon's entropy of a text's characters, in bits a character."""
    length = len(text)
    return -sum(count / length * log2(count / length) for count in Counter(text).values()) if text else 0.0


def stands_in(value: str) -> bool:
    """Say whether a value says itself that it is none: an example, a variable, a row of the same character."""
    return (
        _EXPANDED.search(value) is not None
        or _IN_PLACE.search(value.lower()) is not None
        or _SINGLE.search(value) is not None
        or "}}" in value
        or "${" in value
        or "<%" in value
        or (_ALPHABET in value and _ALPHABET.upper() in value)
    )


def is_random(token: str) -> bool:
    """Say whether what follows a provider's mark may be a key: not an example of the documentation.

    Lenient, for the mark itself says what it is: a row such as ``abc123`` counts.
    """
    if _SINGLE.search(token) is not None or len(set(token)) < min(6, len(token) // 2):
        return False
    return _SAID.search(token) is None


def classes(value: str) -> int:
    """Count the kinds of characters: small letters, capitals, digits, others."""
    return (
        any(one.islower() for one in value)
        + any(one.isupper() for one in value)
        + any(one.isdigit() for one in value)
        + any(not one.isalnum() for one in value)
    )


_COMMON: Final = frozenset(
    (
        "password", "passwd", "passphrase", "secret", "token", "string", "required", "optional", "invalid",
        "incorrect", "wrong", "missing", "nullable", "none", "null", "undefined", "true", "false", "default",
        "hidden", "masked", "plaintext", "encrypted", "hashed", "basic", "bearer", "oauth", "oauth2", "admin", "root",
        "user", "username", "guest", "test", "testing", "tester", "example", "foo", "bar", "foobar", "changeit",
        "changeme", "postgres", "mysql", "redis", "mongo", "value", "varchar", "unknown", "disabled", "enabled",
        "prompt", "input", "field",
    )
)  # fmt: skip
_THING: Final = re.compile(
    r"(?i)(?:[a-z]+/[a-z0-9.+*-]+|[^@\s]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|/+[a-z].*|v?\d+(?:[.:/-]\d+)+[a-z]*\d*|[a-z]:\\.*"
    r"|0x[0-9a-f]{1,8}|-?[\d.,]+(?:e[+-]?\d+|[a-z]{1,2}|px|ms|sec|min|%)?|\d{1,4}[-_]?[a-z]+(?:[-_][a-z]+)*"
    r"|(?:sha|md|aes|rs|hs|es|ps|ed|rsa|utf|base|oauth|pkcs|tls|ssl|http|python|x|iso|ascii|blake|argon|scram|p|cp"
    r"|latin)"
    r"[-_]?\d+[a-z]?(?:[-_][a-z0-9]{1,8})*)\Z"
)
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")
_BLANK: Final = re.compile(r"\s")
_WORDS_ALONE: Final = re.compile(
    r"[-_.:/@+=|,~]*+(?:(?:[A-Za-z]++[0-9]{0,3}+|[0-9]{1,4}+|[A-Za-z]{3,}[0-9][A-Za-z]{3,})(?:[-_.:/@+=|,~]++|\Z))*+\Z"
)
"""Words, some numbered, with what joins words between them."""
_TURNS: Final = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?:(?:\.|->|::)[A-Za-z_$][A-Za-z0-9_$]*)*")
_SPECIAL: Final = frozenset("!@#$%^&*?~+=|")
_SAYS_PASSWORD: Final = re.compile(r"(?i)pass|pwd|secret|token|credential")


_TELLING: Final = 96
"""Characters of a value that say what it is."""


def is_secret(value: str, *, quoted: bool) -> bool:
    """Say whether a value that a name calls a secret is likely one: long and random enough, and nothing known.

    What costs least is asked first, for most values are none.
    """
    if not 10 <= len(value) <= 4096:
        return False
    value = value[:_TELLING]
    length = len(value)
    if (length < 20 and _DIGIT.search(value) is None) or _BLANK.search(value) is not None:
        return False
    if value.isdigit() or _THING.fullmatch(value) is not None:
        return False
    if _LICENCE.fullmatch(value) is not None and len(_DIGIT.findall(value)) >= 3:
        return not stands_in(value)
    if _WORDS_ALONE.match(value) is not None and len(_TURNS.findall(value)) * 5 <= length:
        return False
    randomness = entropy(value)
    if randomness < (3.0 if length >= 16 else 2.7):
        return False
    if not quoted and randomness < 4 and value.count(".") == 1 and _NAME.fullmatch(value) is not None:
        return False
    return not stands_in(value)


def is_password(value: str, *, quoted: bool, loose: bool) -> bool:
    """Say whether a value that a name calls a password is likely one and no word, name of a variable or message.

    ``loose`` values are no code: of them bare words count too.
    """
    if not 4 <= len(value) <= 128 or _BLANK.search(value) is not None or value[0] == ":":
        return False
    digits, letters = _DIGIT.search(value) is not None, _LETTER.search(value) is not None
    if digits and letters:
        good = quoted or loose or (len(value) >= 6 and (_has_special(value) or _is_no_name(value)))
    elif digits:
        good = value.isdigit() and len(value) >= 6 and (quoted or loose)
    elif letters:
        good = _is_of_letters(value, quoted=quoted, loose=loose)
    else:
        good = False
    if not good or (letters and _THING.fullmatch(value) is not None):
        return False
    word = value.lower()
    return word not in _COMMON and (quoted or word.rstrip("0123456789") not in _COMMON) and not stands_in(value)


def _is_of_letters(value: str, *, quoted: bool, loose: bool) -> bool:
    """Say the same of letters alone, or with other characters that are no digits."""
    if _SAYS_PASSWORD.search(value) is not None:
        return False
    if len(value) >= 10 and value.isalpha() and len(_TURNS.findall(value)) * 4 > len(value):
        return True
    if not (quoted or loose):
        return False
    return (
        _has_special(value.rstrip("!?:.*"))
        or (value.count("-") >= 3 and len(value) >= 20)
        or (loose and len(value) >= 8 and value.isalpha())
    )


def _has_special(value: str) -> bool:
    return not _SPECIAL.isdisjoint(value)


def _is_no_name(value: str) -> bool:
    """Say whether a bare value is no path of attributes."""
    return _NAME.fullmatch(value) is None or ("." not in value and "_" not in value and "::" not in value)
