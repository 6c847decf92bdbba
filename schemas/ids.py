"""Identifiers: UUIDv7 for events, prefixed sortable ids for everything a person may paste.

Time and randomness are passed in, so that the core stays deterministic and tests choose both.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from keeptrusts.schemas.frozen import frozen

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32, lower case
_LETTERS: Final = _ALPHABET.encode().ljust(256, b"?")
_BODY_LENGTH: Final = 26
_VERSION: Final = "7"
_VARIANTS: Final = "89ab"
_PREFIXED: Final = re.compile(r"^([a-z]{2,6})_([0-9a-hjkmnp-tv-z]{26})\Z")
_SLUG: Final = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")

ORGANIZATION: Final = "org"
TEAM: Final = "team"
MEMBER: Final = "mem"
KEY: Final = "key"
REQUEST: Final = "req"
TICKET: Final = "tkt"
ESCALATION: Final = "esc"
WEBHOOK: Final = "whk"
MESSAGE: Final = "msg"
BUDGET: Final = "bud"
CONFIGURATION: Final = "cfg"
EXPORT: Final = "exp"
EXPORT_SCHEDULE: Final = "xsc"
REPOSITORY: Final = "repo"
ERASURE: Final = "era"

PLATFORM_LEDGER: Final = "_platform"
"""The ledger of records that belong to no organization, such as a call with an unknown key."""


def uuid7(unix_ms: int, entropy: bytes) -> str:
    """Format a UUIDv7 (RFC 9562) from a time in milliseconds and 10 random bytes."""
    if len(entropy) != 10:
        raise ValueError(f"entropy must be 10 bytes, got {len(entropy)}")
    time, rest = "%012x" % (unix_ms & 0xFFFFFFFFFFFF), entropy.hex()
    return f"{time[:8]}-{time[8:]}-{_VERSION}{rest[1:4]}-{_VARIANTS[entropy[2] >> 4 & 3]}{rest[5:8]}-{rest[8:]}"


def prefixed(prefix: str, unix_ms: int, entropy: bytes) -> str:
    """Format a sortable id such as ``team_01jd...`` from a time in milliseconds and 10 random bytes."""
    return f"{prefix}_{_base32((unix_ms & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(entropy, 'big'))}"


def derived(prefix: str, *parts: str) -> str:
    """Format the id that follows from its parts alone: the same parts always give the same id."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_base32(int.from_bytes(digest[:16], 'big'))}"


def has_prefix(text: str, prefix: str) -> bool:
    """Say whether a text is a well-formed id of this prefix."""
    match = _PREFIXED.match(text)
    return match is not None and match.group(1) == prefix


def slug_of(name: str) -> str:
    """Turn a display name into a slug (``Data Science`` -> ``data-science``); empty when nothing is left.

    Accents are dropped (``Über`` -> ``uber``); letters of other scripts are not transliterated.
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:63].strip("-")


def is_slug(text: str) -> bool:
    """Say whether a text is a valid slug: lower-case letters, digits and inner hyphens, at most 63."""
    return _SLUG.match(text) is not None


@frozen
class Ids:
    """A source of new ids for the edges of the system; the core receives ids, never this."""

    now_ms: Callable[[], int]
    entropy: Callable[[int], bytes]

    def event(self) -> str:
        return uuid7(self.now_ms(), self.entropy(10))

    def new(self, prefix: str) -> str:
        return prefixed(prefix, self.now_ms(), self.entropy(10))


def _base32(value: int) -> str:
    """Write up to 130 bits, five to a character.

    They are moved apart until each five have a byte of their own: by halves, the upper half of every part at once,
    which takes a number half the time that looking up one character after the other would.
    """
    value += (value & _UPPER[0]) * 0xFFFFFFFFFFFF
    value += (value & _UPPER[1]) * 0xFFFFFF
    value += (value & _UPPER[2]) * 0xFFF
    value += (value & _UPPER[3]) * 0x3F
    value += (value & _UPPER[4]) * 0x7
    return value.to_bytes(_BODY_LENGTH, "big").translate(_LETTERS).decode()


def _upper_halves(bits: int, apart: int) -> int:
    """Give the mask of the upper half of each part of so many bits; the parts begin ``apart`` bits from each other."""
    half = bits // 2
    return sum((1 << half) - 1 << half + start for start in range(0, 256, apart))


_UPPER: Final = tuple(_upper_halves(5 * count, 8 * count) for count in (32, 16, 8, 4, 2))
"""Masks for parts of 32, 16, 8, 4 and 2 characters: what is in them goes up by three bits for each of the lower half's
characters, which is what adding the product with 2 ** (3 * count) - 1 does."""
