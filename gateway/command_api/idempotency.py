"""Idempotency-Key: the same key of the same member is the same intent, whoever sends it how often.

The event id follows from organization, member and key, and the authority carries out an id once in 24 hours. The hash
of the input travels as the intent's ``correlationid`` and comes back with its outcome, so any API process that follows
kt.outcomes can tell a repeat from another request under a used key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Final

from keeptrusts.gateway.command_api.problems import invalid
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import Ids, derived

HEADER: Final = "Idempotency-Key"
MAX_LENGTH: Final = 200


@frozen
class Identity:
    """What one request's intent is known by. ``input_hash`` is None without an Idempotency-Key.

    ``new_id`` and ``entropy`` follow from the event id for a request that may be repeated, so that the repeat is the
    same intent; ``seed`` is this process's secret, so that nobody can compute a key from the log.
    """

    event_id: str
    input_hash: str | None
    new_id: Callable[[str], str]
    entropy: Callable[[int], bytes]

    @property
    def repeatable(self) -> bool:
        return self.input_hash is not None


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """Read the header; raises Refused (422) unless it is 1 to 200 visible ASCII characters."""
    key = headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_LENGTH or any(not "!" <= character <= "~" for character in key):
        raise invalid(HEADER, f"must be 1 to {MAX_LENGTH} visible ASCII characters", "a UUID is a good key")
    return key


def fresh(ids: Ids) -> Identity:
    """Give the identity of a request that is not to be recognized again."""
    return Identity(event_id=ids.event(), input_hash=None, new_id=ids.new, entropy=ids.entropy)


def repeatable(*, org: str, member: str, key: str, input_hash: str, seed: bytes) -> Identity:
    """Give the identity that every repeat of a request shares."""
    event_id = _event_id(org, member, key)

    def entropy(count: int) -> bytes:
        block = hmac.new(seed, f"{event_id} {count}".encode(), hashlib.sha512).digest()
        assert count <= len(block), f"at most {len(block)} bytes, {count} asked for"
        return block[:count]

    return Identity(
        event_id=event_id,
        input_hash=input_hash,
        new_id=lambda prefix: derived(prefix, event_id),
        entropy=entropy,
    )


def _event_id(org: str, member: str, key: str) -> str:
    """Format a UUIDv8 (RFC 9562) from the SHA-256 of what identifies the request."""
    value = int.from_bytes(hashlib.sha256("\x1f".join((org, member, key)).encode()).digest()[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
