"""Data keys of captured content: made, wrapped by an organization's key, unwrapped again. Pure.

The installation's key secret gives each organization a wrapping key (HKDF-SHA256, labelled). It wraps random data keys,
one a data subject, month and maker. A data key itself is never used: one key derived from it encrypts, a sibling makes
the HMACs that stand in events. Without the wrapped key, whoever has the secret can read nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keeptrusts.schemas.errors import KeeptrustsError
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.content import SubjectKey

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_LABEL: Final = "keeptrusts/content/v1"

Entropy = Callable[[int], bytes]
"""Gives so many random bytes."""


class ContentKeyError(KeeptrustsError):
    """A content key that cannot be used: which one and why. Never holds a key."""


@frozen
class DataKey:
    """A data key that can be used. ``seal`` encrypts, ``mac`` makes HMACs; both are derived from the same secret."""

    id: str
    org: str
    subject: str
    period: str
    seal: bytes = field(repr=False)
    mac: bytes = field(repr=False)

    def digest(self, plain: bytes) -> str:
        """Give the HMAC-SHA256 of a content, in hexadecimal: equal contents of one key have equal ones, no others."""
        return hmac.new(self.mac, plain, hashlib.sha256).hexdigest()


def period_of(moment: datetime) -> str:
    """Give the period that an aware UTC time lies in: its month, such as ``2026-04``."""
    return f"{moment.year:04d}-{moment.month:02d}"


def period_is_over(period: str, keep_days: int, now: datetime) -> bool:
    """Say whether every content of a period is older than may be kept: the month's last day is that long ago."""
    year, month = (int(part) for part in period.split("-"))
    following = date(year + month // 12, month % 12 + 1, 1)
    return now.date() >= following + timedelta(days=keep_days)


def new_data_key(
    *,
    identifier: str,
    org: str,
    subject: str,
    period: str,
    secrets: Mapping[int, bytes],
    keep_days: int,
    erasures: int,
    entropy: Entropy,
) -> tuple[DataKey, SubjectKey]:
    """Make a data key, and the record that keeps it wrapped under the newest of the secrets (by version).

    ``erasures`` is how often the subject had been erased as far as the maker knew. Raises ContentKeyError without any
    secret.
    """
    if not secrets:
        raise ContentKeyError("this service has no key secret, so content cannot be encrypted")
    version = max(secrets)
    secret, nonce = entropy(KEY_BYTES), entropy(NONCE_BYTES)
    bound = _bound(org, subject, period, identifier)
    wrapped = AESGCM(_wrapping(secrets[version], org)).encrypt(nonce, secret, bound)
    record = SubjectKey(
        org=org,
        subject=subject,
        period=period,
        wrapped=base64.b64encode(nonce + wrapped).decode(),
        secret_version=version,
        key_id=identifier,
        keep_days=keep_days,
        erasures=erasures,
    )
    return _data_key(identifier, org, subject, period, secret), record


def unwrapped(record: SubjectKey, secrets: Mapping[int, bytes]) -> DataKey:
    """Give the data key that a record keeps. Raises ContentKeyError when it is not whole, or not of these secrets."""
    identifier = record.key_id or ""
    secret = secrets.get(record.secret_version)
    if secret is None:
        raise ContentKeyError(f"content key {identifier} is wrapped by key secret version {record.secret_version}, "
                              "which this service does not have")  # fmt: skip
    try:
        whole = base64.b64decode(record.wrapped, validate=True)
        bound = _bound(record.org, record.subject, record.period, identifier)
        plain = AESGCM(_wrapping(secret, record.org)).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], bound)
    except (InvalidTag, binascii.Error, ValueError):
        raise ContentKeyError(
            f"content key {identifier} does not unwrap: it was changed, or the key secret was"
        ) from None
    return _data_key(identifier, record.org, record.subject, record.period, plain)


def _data_key(identifier: str, org: str, subject: str, period: str, secret: bytes) -> DataKey:
    return DataKey(
        id=identifier,
        org=org,
        subject=subject,
        period=period,
        seal=_derived(secret, "encrypt"),
        mac=_derived(secret, "authenticate"),
    )


def _wrapping(secret: bytes, org: str) -> bytes:
    return _derived(secret, f"wrap/{org}")


def _derived(secret: bytes, label: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"{_LABEL}/{label}".encode()).derive(secret)


def _bound(*parts: str) -> bytes:
    """Give what a ciphertext is bound to; lengths keep ``a, bc`` apart from ``ab, c``."""
    return "".join(f"{len(part)}:{part}" for part in (_LABEL, *parts)).encode()
