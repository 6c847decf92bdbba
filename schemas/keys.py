"""Keys: ``kt_ak_...`` for the control plane, ``kt_gk_...`` for the data plane; stored as HMAC, looked up by prefix.

A key is ``kt_<ak|gk>_<8 characters of look-up prefix><32 characters of secret>``, all of it random. Only the part up
to the look-up prefix and an HMAC-SHA-256 of the whole key are ever recorded.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from keeptrusts.schemas.commands.people import KeyPurpose
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.directory import KeyValue

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghijkmnopqrstvwxyz"
_MARKS: Final[dict[str, KeyPurpose]] = {"ak": "access", "gk": "gateway"}
_KEY: Final = re.compile(r"^kt_(ak|gk)_([0-9A-Za-z]{8})([0-9A-Za-z]{32})\Z")
ENTROPY_BYTES: Final = 40
"""Random bytes that make one key: one a character."""


@frozen
class ParsedKey:
    """A well-formed key: its purpose and the prefix to look it up by. Says nothing about whether it is valid."""

    purpose: KeyPurpose
    prefix: str


def new_key(purpose: KeyPurpose, entropy: bytes) -> str:
    """Make a key of a purpose from 40 random bytes (5.8 bits of each are used: 187 bits of secret)."""
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"entropy must be {ENTROPY_BYTES} bytes, got {len(entropy)}")
    mark = next(mark for mark, named in _MARKS.items() if named == purpose)
    return f"kt_{mark}_" + "".join(_ALPHABET[byte * len(_ALPHABET) >> 8] for byte in entropy)


def parse_key(text: str) -> ParsedKey | None:
    """Read a key's purpose and look-up prefix; None when the text is no key of ours."""
    match = _KEY.match(text)
    if match is None:
        return None
    mark, prefix, _ = match.groups()
    return ParsedKey(purpose=_MARKS[mark], prefix=f"kt_{mark}_{prefix}")


def key_digest(key: str, secret: bytes) -> str:
    """Give the HMAC-SHA-256 of a key in hex, under the installation's key secret."""
    return hmac.digest(secret, key.encode(), "sha256").hex()


def digest_matches(key: str, secret: bytes, digest: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(key_digest(key, secret), digest)


def presented_key(authorization: str | None, x_api_key: str | None) -> str | None:
    """Give the key of ``Authorization: Bearer ...`` or ``x-api-key``; None when neither was sent."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return (x_api_key or "").strip() or None


def opens(key: KeyValue, text: str, prefix: str, secrets: Mapping[int, bytes], now: datetime) -> bool:
    """Say whether a presented key is this one's current secret, or its previous one while the overlap lasts.

    ``secrets`` are the installation's by version. Says nothing about revocation, expiry or purpose.
    """
    secret = secrets.get(key.secret_version)
    if key.prefix == prefix and secret is not None and digest_matches(text, secret, key.digest):
        return True
    overlapping = key.overlap_until is not None and now < key.overlap_until
    if not overlapping or key.previous_prefix != prefix or key.previous_digest is None:
        return False
    digest = key.previous_digest
    return any(digest_matches(text, older, digest) for older in secrets.values())
