"""Webhooks as both sides know them: which events there are, which a webhook wants, and how deliveries are signed.

The form is that of Standard Webhooks: an id, a time in seconds and the body are signed together. A secret is recorded
nowhere: it follows from the installation's key secret, the webhook's id and how often it has been rotated.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

SECRET_PREFIX: Final = "whsec_"
OVERLAP_S: Final = 24 * 3600
"""After a rotation, deliveries carry the signature of the secret before as well, for this long."""

ESCALATION_TYPES: Final = (
    "escalation.opened",
    "escalation.claimed",
    "escalation.released",
    "escalation.breached",
    "escalation.resolved",
    "escalation.expired",
)
TEST_TYPE: Final = "webhook.test"
"""What ``kt webhook test`` sends, whatever a webhook wants."""

_LABEL: Final = b"keeptrusts webhook signing 1"
_SECRET_BYTES: Final = 32


def wants(events: Iterable[str], event_type: str) -> bool:
    """Say whether one of the patterns, such as ``escalation.*``, matches a type."""
    return any(fnmatchcase(event_type, pattern) for pattern in events)


def signing_secret(key_secret: bytes, webhook: str, rotation: int) -> str:
    """Derive a webhook's secret, ``whsec_<base64>``: HKDF-SHA256 (RFC 5869), one block, labelled."""
    extracted = hmac.digest(_LABEL, key_secret, "sha256")
    info = b"%b\x1f%d" % (webhook.encode(), rotation)
    return SECRET_PREFIX + base64.b64encode(hmac.digest(extracted, info + b"\x01", "sha256")[:_SECRET_BYTES]).decode()


def signature(secrets: Iterable[str], message: str, unix_s: int, body: bytes) -> str:
    """Give the header ``webhook-signature``: a ``v1,<base64>`` for each secret, separated by spaces."""
    signed = b"%b.%d.%b" % (message.encode(), unix_s, body)
    keys = (base64.b64decode(secret.removeprefix(SECRET_PREFIX)) for secret in secrets)
    return " ".join("v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
