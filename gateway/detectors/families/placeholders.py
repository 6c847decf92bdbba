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
