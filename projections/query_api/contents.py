"""``/v1/events/{id}/content`` and ``/v1/escalations/{id}/content``: captured content in clear, for those who may.

Every reading is in the log before it is answered. What cannot be read any more says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import orjson

from keeptrusts.projections.query_api.asking import AS_OF, MIN_POSITION, refuse_unknown
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.event_detail import records_of
from keeptrusts.projections.query_api.ledger_values import escalation_of, the_one
from keeptrusts.projections.query_api.models import Answer, One
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.projections.query_api.recording import recorded
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.content_keys import ContentKeyError, period_is_over, unwrapped
from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.events.content import ContentRead
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.sealed_content import SealError, unsealed
from keeptrusts.schemas.snapshots.content import ContentRecord, SubjectKey

ID: Final = Parameter(name="id", help="request id", place="path")
PARAMETERS: Final = (ID, AS_OF, MIN_POSITION)
ESCALATION_PARAMETERS: Final = (Parameter(name="id", help="escalation id", place="path"), MIN_POSITION)

State = Literal["kept", "erased", "retention"]
_RECORDS: Final = """
SELECT ref, part, subject, period, key_id, captured, truncated, piece, pieces, nonce, ciphertext, hmac
FROM content_records WHERE org = {org:String} AND request = {request:String}
ORDER BY part = 'edited', _partition, _offset LIMIT 100"""
# What the call's own gateway has kept comes first: that are at most a few dozen records. Every admin may send edited
# texts for any request, as often as he likes; they must neither hide what is kept nor fill the memory.
_KEYS: Final = """
SELECT key_id, subject, period, wrapped, secret_version, keep_days, erasures, reason
FROM content_keys WHERE org = {org:String} AND key_id IN {keys:Array(String)} ORDER BY reason = '' LIMIT 1000"""
_GONE: Final = {
    "erased": "the person it is about was erased, and its key destroyed",
    "retention": "it is older than captured content is kept (retention_days), and its key destroyed",
}


class Content(Answer):
    """One content. ``content`` is what was captured, as JSON where it is JSON; null once it is gone (``state``).

    ``subject`` is whose data it is, ``keep_days`` for how long it is kept (0 once it is gone).
    """

    ref: str
    part: Literal["input", "output", "excerpt", "edited"]
    captured: Literal["redacted", "full"] | None
    state: State
    truncated: bool
    hmac: str
    subject: str
    keep_days: int
    content: Any


class Contents(Answer):
    """What is kept of one request, in the order in which it was captured."""

    request: str
    contents: list[Content]


@frozen
class _Key:
    """A key as the tables have it; ``gone`` says why there is none any more."""

    record: SubjectKey
    gone: State | None


async def event_content(call: Call) -> One[Contents]:
    """Answer ``GET /v1/events/{id}/content``; whose request is not within reach does not exist."""
    refuse_unknown(call.parameters, (item.name for item in PARAMETERS))
    scope, name = call.reach("content.read"), call.path["id"]
    records = await records_of(call.deps.store, scope, name, call.as_of().offset)
    facts = [item.event.data for item in records]
    calls = [one for one in facts if isinstance(one, RequestDecided | RequestCompleted)]
    identity: Identity | None = calls[0].identity if calls else None
    if identity is None or not scope.covers_team(identity.team):
        raise not_found("event", name)
    named = {one.content_ref: one.content_hmac for one in calls if one.content_ref is not None}
    return await _opened(call, scope, calls[0].request, named, only_named=False)


async def escalation_content(call: Call) -> One[Contents]:
    """Answer ``GET /v1/escalations/{id}/content``: the texts that a person is to decide about."""
    refuse_unknown(call.parameters, (item.name for item in ESCALATION_PARAMETERS))
    scope, name = call.reach("content.read"), call.path["id"]
    value = (await the_one(call, "escalation", escalation_of)).data
    if not scope.covers_team(value.team):
        raise not_found("escalation", name)
    if value.content_ref is None or value.request is None:
        raise _nothing_captured(name)
    return await _opened(call, scope, value.request, {value.content_ref: None}, only_named=True)


async def _opened(
    call: Call, scope: TenantScope, request: str, named: Mapping[str, str | None], *, only_named: bool
) -> One[Contents]:
    """Give the contents of a request that is within reach. ``named`` are those that its events name, with HMACs."""
    stored = await _stored(call, scope, request, named)
    refs = {ref: records for ref, records in stored.items() if not only_named or ref in named}
    if not refs:
        raise _nothing_captured(request)
    keys = await _keys(call.deps.store, scope, sorted({records[0].key_id or "" for records in refs.values()}))
    shown = await asyncio.to_thread(
        lambda: [_content(call, records, keys, named.get(ref)) for ref, records in refs.items()]
    )
    left = [one for one in shown if one.state == "kept"]
    if not left:
        raise _gone(request, shown[0].state)
    await _recorded(call, request, left)
    return One[Contents](
        data=Contents(request=request, contents=shown), as_of=str(call.position()), lag_ms=call.lag_ms()
    )


async def _stored(
    call: Call, scope: TenantScope, request: str, named: Mapping[str, str | None]
) -> dict[str, list[ContentRecord]]:
    """Give the records of a request by content, waiting for those that events name: they are written beside these."""
    settings = call.deps.settings
    deadline = call.deps.monotonic() + settings.position_wait_seconds
    while True:
        found = await _records(call.deps.store, scope, request)
        whole = {ref for ref, records in found.items() if len(records) >= (records[0].pieces or 1)}
        if named.keys() <= whole:
            return {ref: found[ref] for ref in found if ref in whole}
        if call.deps.monotonic() > deadline:
            raise Refused(
                Problem(
                    code="not_ready",
                    message="the content is not visible yet in what is read from kt.content",
                    fix="ask again in a moment",
                    retry_after_s=1,
                )
            )
        await asyncio.sleep(settings.position_poll_seconds)


async def _records(store: Store, scope: TenantScope, request: str) -> dict[str, list[ContentRecord]]:
    answer = await store.query(_RECORDS, {"org": scope.org, "request": request})
    found: dict[str, list[ContentRecord]] = {}
    for row in answer.records():
        row |= {"captured": row["captured"] or None}
        record = ContentRecord(org=scope.org, request=request, **row)
        same = found.setdefault(record.ref, [])
        if all(other.piece != record.piece for other in same):
            same.append(record)
    return found


async def _keys(store: Store, scope: TenantScope, identifiers: Sequence[str]) -> dict[str, _Key]:
    """Give keys by id; of one that is gone only that, whatever else there may be still."""
    answer = await store.query(_KEYS, {"org": scope.org, "keys": list(identifiers)})
    found: dict[str, _Key] = {}
    for row in answer.records():
        gone = row.pop("reason") or None
        found.setdefault(row["key_id"], _Key(record=SubjectKey(org=scope.org, **row), gone=gone))
    return found


def _content(call: Call, records: Sequence[ContentRecord], keys: Mapping[str, _Key], named: str | None) -> Content:
    first, key = records[0], keys.get(records[0].key_id or "")
    if key is None:
        raise _unreadable(first.ref, "its key is not there")
    state = _state(call, key, call.now)
    return Content(
        ref=first.ref,
        part=first.part,
        captured=first.captured,
        state=state,
        truncated=bool(first.truncated),
        hmac=first.hmac,
        subject=first.subject,
        keep_days=key.record.keep_days or 0,
        content=_opened_content(call, records, key, named) if state == "kept" else None,
    )


def _state(call: Call, key: _Key, now: datetime) -> State:
    """Say whether a content may still be read: also where its key is about to be destroyed, it is gone."""
    if key.gone is not None:
        return key.gone
    erasure = call.directory.erasures.get(key.record.subject)
    written, heard = 0 if erasure is None else erasure.number, call.deps.erasures(call.org, key.record.subject)
    if max(written, heard) > (key.record.erasures or 0):
        return "erased"
    return "retention" if period_is_over(key.record.period, key.record.keep_days or 0, now) else "kept"


def _opened_content(call: Call, records: Sequence[ContentRecord], key: _Key, named: str | None) -> Any:
    try:
        plain = unsealed(records, unwrapped(key.record, call.deps.secrets))
    except (ContentKeyError, SealError) as error:
        raise _unreadable(records[0].ref, str(error)) from None
    if named is not None and named != records[0].hmac:
        raise _unreadable(records[0].ref, "it is not what the event names")
    try:
        return orjson.loads(plain)
    except orjson.JSONDecodeError:  # what was cut is no JSON any more
        return plain.decode("utf-8", "replace")


async def _recorded(call: Call, request: str, read: Sequence[Content]) -> None:
    """Have the log know who reads what, before it is given."""
    fact = ContentRead(request=request, refs=tuple(one.ref for one in read), parts=tuple(one.part for one in read))
    otherwise = "the reading could not be recorded, so nothing is shown"
    await recorded(call, request, fact, otherwise=otherwise, fix="ask again in a moment")


def _nothing_captured(name: str) -> Refused:
    fix = "texts are kept where an audit-logger says so: capture: redacted or full"
    return Refused(Problem(code="not_found", message=f"nothing was captured of {name[:100]!r}", fix=fix))


def _gone(request: str, state: State) -> Refused:
    return Refused(
        Problem(
            code="content_gone",
            message=f"what was captured of {request!r} cannot be read any more: {_GONE[state]}",
            fix="nothing brings it back; the record of the call itself stays",
            details={"reason": state},
        )
    )


def _unreadable(ref: str, why: str) -> Refused:
    return Refused(
        Problem(code="internal_error", message=f"{ref} cannot be read: {why}", fix="check the key secret of the API")
    )
