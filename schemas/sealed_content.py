"""Contents to encrypted records and back: compressed, cut to what a record may hold, each piece bound to its place.

Nothing of a content is in clear but its length after compression: references are random, HMACs keyed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import zlib
from collections.abc import Sequence
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keeptrusts.schemas.content_keys import NONCE_BYTES, DataKey, Entropy
from keeptrusts.schemas.errors import KeeptrustsError
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.content import ContentRecord

CONTENT: Final = "cnt"
"""The prefix of a content's reference."""
CONTENT_KEY: Final = "cky"
PIECE_BYTES: Final = 600_000
"""Ciphertext of one record: in base64 and with the rest of the record it stays below a record's largest size."""
MOST_BYTES: Final = 10 * 1024 * 1024
"""The longest content that is kept whole; of a longer one the beginning is."""
_LEVEL: Final = 1

Part = Literal["input", "output", "excerpt", "edited"]
Captured = Literal["redacted", "full"]


class SealError(KeeptrustsError):
    """Records that do not open: what is wrong with them. Never holds content."""


@frozen
class Sealed:
    """A content ready to be appended: the records in order, and what an event says of it."""

    ref: str
    hmac: str
    records: tuple[ContentRecord, ...]


def seal(
    plain: bytes, key: DataKey, *, ref: str, request: str, part: Part, captured: Captured, entropy: Entropy
) -> Sealed:
    """Encrypt a content of at most MOST_BYTES; what is longer is cut there, and says so (``truncated``)."""
    kept = plain[:MOST_BYTES]
    packed = zlib.compress(kept, _LEVEL)
    pieces = [packed[start : start + PIECE_BYTES] for start in range(0, len(packed), PIECE_BYTES)]
    digest = key.digest(kept)
    cipher = AESGCM(key.seal)
    records = []
    for number, piece in enumerate(pieces):
        nonce = entropy(NONCE_BYTES)
        place = _place(key, ref, request, part, number, len(pieces))
        records.append(
            ContentRecord(
                ref=ref,
                org=key.org,
                subject=key.subject,
                period=key.period,
                request=request,
                part=part,
                nonce=base64.b64encode(nonce).decode(),
                ciphertext=base64.b64encode(cipher.encrypt(nonce, piece, place)).decode(),
                hmac=digest,
                key_id=key.id,
                piece=number,
                pieces=len(pieces),
                captured=captured,
                truncated=len(plain) > MOST_BYTES or None,
            )
        )
    return Sealed(ref=ref, hmac=digest, records=tuple(records))


def unsealed(records: Sequence[ContentRecord], key: DataKey) -> bytes:
    """Decrypt a content from all its records, in any order. Raises SealError when one is missing or changed."""
    ordered = sorted(records, key=lambda record: record.piece or 0)
    if not ordered or [record.piece or 0 for record in ordered] != list(range(ordered[0].pieces or 1)):
        raise SealError("a content's records are not complete")
    cipher, pieces = AESGCM(key.seal), []
    for record in ordered:
        place = _place(key, record.ref, record.request, record.part, record.piece or 0, record.pieces or 1)
        try:
            nonce, sealed = (base64.b64decode(text, validate=True) for text in (record.nonce, record.ciphertext))
            pieces.append(cipher.decrypt(nonce, sealed, place))
        except (InvalidTag, binascii.Error, ValueError):
            raise SealError(f"content {record.ref} does not decrypt: it was changed, or the key is another") from None
    plain = _unpacked(b"".join(pieces), ordered[0].ref)
    if not hmac.compare_digest(key.digest(plain), ordered[0].hmac):
        raise SealError(f"content {ordered[0].ref} is not what its HMAC says")
    return plain


def _unpacked(packed: bytes, ref: str) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(packed, MOST_BYTES)
    except zlib.error:
        raise SealError(f"content {ref} cannot be unpacked") from None
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise SealError(f"content {ref} is not whole, or longer than any that is kept")
    return plain


def _place(key: DataKey, ref: str, request: str, part: str, piece: int, pieces: int) -> bytes:
    """Give what a piece is bound to: it decrypts nowhere else."""
    parts = (key.org, key.subject, key.period, key.id, ref, request, part, str(piece), str(pieces))
    return "".join(f"{len(one)}:{one}" for one in parts).encode()
