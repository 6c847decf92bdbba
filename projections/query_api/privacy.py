"""``/v1/privacy/subjects/{id}``: what is kept of a person, and what was erased. Never the contents themselves."""

from __future__ import annotations

from typing import Final, Literal

from keeptrusts.projections.query_api.asking import MIN_POSITION, refuse_unknown
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.models import Answer, One, Time
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.record import format_time

PARAMETERS: Final = (
    Parameter(name="id", help="a member's id or e-mail, external:<id>, or the id of an API key", place="path"),
    MIN_POSITION,
)
_KEYS: Final = """
SELECT period, uniqExactIf(key_id, reason = '') AS live, uniqExactIf(key_id, reason = 'erased') AS erased,
    uniqExactIf(key_id, reason = 'retention') AS expired
FROM content_keys WHERE org = {org:String} AND subject = {subject:String} GROUP BY period ORDER BY period"""
_CONTENTS: Final = """
SELECT period, uniqExact(ref) FROM content_records
WHERE org = {org:String} AND subject = {subject:String} GROUP BY period"""


class KeptPeriod(Answer):
    """A month: how many contents were captured in it, how many of its keys are there, and how many are destroyed."""

    period: str
    contents: int
    keys: int
    keys_erased: int
    keys_expired: int


class DataSubject(Answer):
    """What is kept of a data subject. ``state`` is ``erasing`` until every key of before the erasure is destroyed."""

    subject: str
    name: str
    state: Literal["nothing_kept", "kept", "erasing", "erased"]
    erasures: int
    erasure: str | None
    erased_at: Time | None
    erased_by: str | None
    reason: str | None
    periods: list[KeptPeriod]


async def subject(call: Call) -> One[DataSubject]:
    """Answer ``GET /v1/privacy/subjects/{id}``; who is no member, and of whom nothing is kept, is not known."""
    refuse_unknown(call.parameters, (item.name for item in PARAMETERS))
    name = call.path["id"]
    member = call.directory.member_named(name)
    identifier = name if member is None else member.id
    scope, value = call.reach("privacy.erase"), call.directory.erasures.get(identifier)
    # First, so that a key which is seen below came after the erasure: destroyed ones go while this is asked.
    done = value is None or not await _left(call.deps.store, scope, identifier, value.number)
    periods = await _periods(call.deps.store, scope, identifier)
    if member is None and value is None and not periods:
        raise not_found("person", name)
    state: Literal["nothing_kept", "kept", "erasing", "erased"] = "nothing_kept"
    if not done:
        state = "erasing"
    elif any(period.keys for period in periods):
        state = "kept"
    elif value is not None:
        state = "erased"
    data = DataSubject(
        subject=identifier,
        name=call.directory.user_label(identifier),
        state=state,
        erasures=0 if value is None else value.number,
        erasure=None if value is None else value.erasure,
        erased_at=None if value is None else format_time(value.erased_at),
        erased_by=None if value is None else call.directory.user_label(value.erased_by),
        reason=None if value is None else value.reason,
        periods=periods,
    )
    return One[DataSubject](data=data, as_of=str(call.position()), lag_ms=call.lag_ms())


async def _periods(store: Store, scope: TenantScope, identifier: str) -> list[KeptPeriod]:
    asked = {"org": scope.org, "subject": identifier}
    contents = {period: int(count) for period, count in (await store.query(_CONTENTS, asked)).rows}
    keys = {row[0]: row[1:] for row in (await store.query(_KEYS, asked)).rows}
    return [
        KeptPeriod(period=period, contents=contents.get(period, 0), keys=live, keys_erased=erased, keys_expired=expired)
        for period in sorted(contents.keys() | keys.keys())
        for live, erased, expired in [keys.get(period, (0, 0, 0))]
    ]


async def _left(store: Store, scope: TenantScope, identifier: str, number: int) -> int:
    """Give how many keys of before an erasure are still there."""
    answer = await store.query(
        "SELECT count() FROM content_keys WHERE org = {org:String} AND subject = {subject:String}"
        " AND reason = '' AND erasures < {number:UInt32}",
        {"org": scope.org, "subject": identifier, "number": number},
    )
    return int(answer.value())
