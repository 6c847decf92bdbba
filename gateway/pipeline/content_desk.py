"""Keeps contents: makes and remembers data keys, seals, and has the log take both before anybody names them.

A key is made once a data subject, month and worker, and again once the subject was erased; it is recorded before
anything is sealed with it. What is remembered is bounded: a key that was dropped is simply followed by another one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from keeptrusts.gateway.pipeline.values import KeptContent
from keeptrusts.schemas.codec import DecodeError
from keeptrusts.schemas.content_keys import ContentKeyError, DataKey, Entropy, new_data_key, period_of, unwrapped
from keeptrusts.schemas.content_log import ContentLog
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.positions import Position, parse_position
from keeptrusts.schemas.publishing import AckUnknownError, PublishError
from keeptrusts.schemas.sealed_content import CONTENT, CONTENT_KEY, Captured, Part, Sealed, SealError, seal, unsealed
from keeptrusts.schemas.snapshots.codec import decode_as, encode_derived
from keeptrusts.schemas.snapshots.content import ContentRecord, SubjectKey, subject_key_name
from keeptrusts.schemas.topics import CONTENT as CONTENT_TOPIC
from keeptrusts.schemas.topics import SUBJECT_KEYS

MOST_KEYS: Final = 10_000
IN_A_THREAD_BYTES: Final = 64 * 1024
"""Packing and encrypting more than this would keep other calls waiting."""
NOBODY: Final = "anonymous"


@frozen
class PlacedContent:
    """A content of one record, and where that and its key are."""

    ref: str
    content_at: Position
    key_at: Position


@dataclass(slots=True, eq=False)
class _Key:
    """A key in use; ``at`` is where its record is once the log has it."""

    key: DataKey
    record: SubjectKey
    at: Position | None = None
    recording: asyncio.Lock = field(default_factory=asyncio.Lock)


class ContentDesk:
    """One a worker. ``erasures`` gives how often a data subject has been erased, as far as this process knows.

    ``entropy`` must bear being asked by several threads: what is long is sealed in one of its own.
    """

    def __init__(
        self,
        *,
        log: ContentLog,
        ids: Ids,
        secrets: Mapping[int, bytes],
        erasures: Callable[[str, str], int],
        now: Callable[[], datetime],
        entropy: Entropy,
        ack_timeout_s: float,
    ) -> None:
        self._log = log
        self._ids = ids
        self._secrets = secrets
        self._erasures = erasures
        self._now = now
        self._entropy = entropy
        self._ack_timeout_s = ack_timeout_s
        self._keys: OrderedDict[tuple[str, str, int, int], _Key] = OrderedDict()
        self._period = ""

    @property
    def remembered(self) -> int:
        """How many keys this process holds."""
        return len(self._keys)

    async def keep(
        self, plain: bytes, *, org: str, subject: str, request: str, part: Part, captured: Captured, keep_days: int
    ) -> KeptContent:
        """Have the log take a content; acknowledged when this returns. Raises PublishError, ContentKeyError."""
        async with self._in_time():
            key = self._key(org, subject, keep_days)
            await self._recorded(key)
            kept = await self._sealed(plain, key.key, request, part, captured)
            await self._append(kept)
        return KeptContent(ref=kept.ref, hmac=kept.hmac)

    async def place(
        self, plain: bytes, *, org: str, subject: str, request: str, part: Part, captured: Captured, keep_days: int
    ) -> PlacedContent:
        """Keep a content that fits into one record, and say where it is. Raises PublishError, ContentKeyError."""
        async with self._in_time():
            key = self._key(org, subject, keep_days)
            key_at = await self._recorded(key)
            kept = await self._sealed(plain, key.key, request, part, captured)
            if len(kept.records) != 1:
                raise PublishError("the text is too long for one record")
            [content_at] = await self._append(kept)
        return PlacedContent(ref=kept.ref, content_at=content_at, key_at=key_at)

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """Bound all of it together: whoever waits behind others for the same key waits no longer than they do."""
        try:
            async with asyncio.timeout(self._ack_timeout_s):
                yield
        except TimeoutError:
            raise AckUnknownError(f"the content was not acknowledged within {self._ack_timeout_s:g} s") from None

    async def open(self, *, ref: str, content_at: str, key_at: str, org: str, subject: str, request: str) -> bytes:
        """Give the edited text at a position, opened with the key at another; it must be of this very call.

        Raises PublishError when either is not there, SealError and ContentKeyError when they are not what is meant,
        ValueError for what is no position.
        """
        places = ((CONTENT_TOPIC, content_at), (SUBJECT_KEYS, key_at))
        values = await asyncio.gather(
            *(self._log.fetch(topic.name, parse_position(at), deadline_s=self._ack_timeout_s) for topic, at in places)
        )
        try:
            content, key = decode_as(ContentRecord, values[0]), decode_as(SubjectKey, values[1])
        except DecodeError:
            raise SealError("what was named is no content, or no key of one") from None
        if (content.ref, content.part, content.request, content.subject) != (ref, "edited", request, subject):
            raise SealError(f"content {ref} is not the edited text of this call")
        if (key.org, key.subject, content.org) != (org, subject, org) or content.key_id != key.key_id:
            raise SealError(f"content {ref} is not of this call's organization and person")
        if (key.erasures or 0) < self._erasures(org, subject):
            raise ContentKeyError(f"content {ref} is of somebody who was erased")
        return unsealed((content,), unwrapped(key, self._secrets))

    def forget(self, org: str, subject: str) -> None:
        """Drop the keys of a data subject: it was erased."""
        for name in [name for name in self._keys if name[:2] == (org, subject)]:
            del self._keys[name]

    def _key(self, org: str, subject: str, keep_days: int) -> _Key:
        period, erasures = period_of(self._now()), self._erasures(org, subject)
        if period != self._period:  # keys of a month that is over are good for nothing here
            self._keys.clear()
            self._period = period
        name = (org, subject, keep_days, erasures)
        found = self._keys.get(name)
        if found is None:
            key, record = new_data_key(
                identifier=self._ids.new(CONTENT_KEY),
                org=org,
                subject=subject,
                period=period,
                secrets=self._secrets,
                keep_days=keep_days,
                erasures=erasures,
                entropy=self._entropy,
            )
            found = self._keys[name] = _Key(key, record)
            while len(self._keys) > MOST_KEYS:
                self._keys.popitem(last=False)
        self._keys.move_to_end(name)
        return found

    async def _recorded(self, key: _Key) -> Position:
        """Have the log take a key, once; callers at the same moment wait for the first."""
        if key.at is not None:
            return key.at
        async with key.recording:
            if key.at is None:
                records = ((subject_key_name(key.record), encode_derived(key.record)),)
                [key.at] = await self._log.append(SUBJECT_KEYS.name, records, deadline_s=self._ack_timeout_s)
            return key.at

    async def _sealed(self, plain: bytes, key: DataKey, request: str, part: Part, captured: Captured) -> Sealed:
        ref = self._ids.new(CONTENT)

        def sealing() -> Sealed:
            return seal(plain, key, ref=ref, request=request, part=part, captured=captured, entropy=self._entropy)

        return sealing() if len(plain) <= IN_A_THREAD_BYTES else await asyncio.to_thread(sealing)

    async def _append(self, kept: Sealed) -> tuple[Position, ...]:
        records = [(_name(record), encode_derived(record)) for record in kept.records]
        return await self._log.append(CONTENT_TOPIC.name, records, deadline_s=self._ack_timeout_s)


def subject_of(identity: Identity) -> str:
    """Give whose data a call is: its user's, else its key's, so that erasing a person finds it."""
    user = identity.user
    if user is not None and not user.startswith("key:"):
        return user
    return identity.key_id or NOBODY


def _name(record: ContentRecord) -> bytes:
    return f"{record.org}/{record.subject}/{record.ref}".encode()
