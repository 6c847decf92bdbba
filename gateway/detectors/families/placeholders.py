"""Telling a secret from what stands in its place: examples, names of variables, words, and what is no random value."""

from __future__ import annotations

import re
from collections import Counter
from math import log2
from typing import Final

_IN_PLACE: Final = re.compile(
    r"(?i)example|placeholder|changeme|change[_ -]me|replace|redacted|dummy|sample|insert[_ -]|removed|hidden|deadbeef"
    r"|your[_ -]|[_-]your|_here\b|-here\b|\bmy[_-]|lorem|foobar|xxxx|\*{3}|\.\.\.|…|•{3}|#{4}|_{4}|-{4}"
    r"|(?:not|no|a)[_-]?(?:real|secret)|todo|fixme|\btbd\b|(?:enter|put|add|paste|fill)[_ -]"
)
_EXPANDED: Final = re.compile(
    r"^(?:\$[A-Za-z_({]|%[A-Za-z_(]|\{|<|\[|@[A-Za-z]+@$|#\{|&[a-z]|\(|!\w+ |arn:|ssm:|op://|vault:|secretsmanager|env[:.(]|ref\+"
    r"|file:|https?:|/run/|/etc/|/var/|\./|\.\./|~/|ENC\[|process\.env|os\.|System\.|Deno\.|import\.meta|sha\d+[:-]|md5:)"
)
_SAID: Final = re.compile(
    r"(?i)example|placeholder|change_?me|your[_-]?|redacted|dummy|x{5}|\.\.\.|\*\*\*|_here|insert_|replace_"
)
_SINGLE: Final = re.compile(r"(.)\1{5}")


def entropy(text: str) -> float:
    """Give Shannon's entropy of a text's characters, in bits a character."""
    length = len(text)
    return -sum(count / length * log2(count / length) for count in Counter(text).values()) if text else 0.0


def stands_in(value: str) -> bool:
    """Say whether a value says itself that it is none: an example, a variable, a row of the same character."""
    return (
        _EXPANDED.search(value) is not None
        or _IN_PLACE.search(value) is not None
        or _SINGLE.search(value) is not None
        or "}}" in value
        or "${" in value
        or "<%" in value
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
    r"|(?:sha|md|aes|rs|hs|es|ps|ed|rsa|utf|base|oauth|pkcs|tls|ssl|http|python|x|iso|ascii|blake|argon|scram|p|cp|latin)"
    r"[-_]?\d+(?:[-_]?[a-z0-9]{1,8})*)\Z"
)
_SEPARATORS: Final = re.compile(r"[-_.:/@+=|,~ ]+")
_WORDLIKE: Final = re.compile(r"[A-Za-z]*[0-9]{0,3}")
_TURNS: Final = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?:(?:\.|->|::)[A-Za-z_$][A-Za-z0-9_$]*)*")
_SPECIAL: Final = frozenset("!@#$%^&*?~+=|")
_SAYS_PASSWORD: Final = re.compile(r"(?i)pass|pwd|secret|token|credential")


def is_secret(value: str, *, quoted: bool) -> bool:
    """Say whether a value that a name calls a secret is likely one: long and random enough, and nothing known."""
    if not 10 <= len(value) <= 4096 or any(map(str.isspace, value)) or stands_in(value) or _THING.match(value):
        return False
    if (
        not quoted
        and "." in value
        and _NAME.fullmatch(value) is not None
        and value.count(".") < 2
        and entropy(value) < 4
    ):
        return False
    pieces = [piece for piece in _SEPARATORS.split(value) if piece]
    if not pieces or all(map(_is_word, pieces)):
        return False
    if not any(map(str.isdigit, value)) and len(value) < 20:
        return False
    return not value.isdigit() and entropy(value) >= (3.0 if len(value) >= 16 else 2.7)


def _is_word(piece: str) -> bool:
    """Say whether a piece is a word, or some in camel case, perhaps numbered."""
    if _WORDLIKE.fullmatch(piece) is None:
        return piece.isdigit() and len(piece) <= 4
    return len(_TURNS.findall(piece)) * 5 <= len(piece)


def is_password(value: str, *, quoted: bool, loose: bool) -> bool:
    """Say whether a value that a name calls a password is likely one and no word, name of a variable or message."""
    if not 4 <= len(value) <= 128 or any(map(str.isspace, value)) or value[0] == ":":
        return False
    if stands_in(value) or (value.lower().rstrip("0123456789") in _COMMON and not quoted) or value.lower() in _COMMON:
        return False
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    if value.isdigit():
        return len(value) >= 6 and (quoted or loose)
    if _THING.fullmatch(value):
        return False
    core = value.rstrip("!?:.*")
    special = not _SPECIAL.isdisjoint(core)
    if letters and digits:
        return quoted or loose or (len(value) >= 6 and (special or _is_no_name(value)))
    if not letters or _SAYS_PASSWORD.search(value) is not None:
        return False
    if special or (core != value and quoted):
        return (quoted or loose) and special
    if value.count("-") >= 3 and len(value) >= 20:
        return quoted or loose
    return loose and len(value) >= 8 and value.isalpha()


def _is_no_name(value: str) -> bool:
    """Say whether a bare value is no path of attributes."""
    return _NAME.fullmatch(value) is None or ("." not in value and "_" not in value and "::" not in value)
