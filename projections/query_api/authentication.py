"""Who is asking: an access key, checked against the directory projection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from keeptrusts.projections.query_api.directory_view import Directory, DirectoryView
from keeptrusts.projections.query_api.problems import unauthorized
from keeptrusts.schemas.authorization import Principal
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.keys import opens, parse_key, presented_key
from keeptrusts.schemas.snapshots.directory import KeyValue, MemberValue

_HOW = "send an access key: 'Authorization: Bearer kt_ak_...' (kt key create --purpose access)"


@frozen
class Caller:
    """A member who asks: the principal of the roles table, the member, the key used, and the directory then.

    ``key`` is None where the system asks on the member's behalf.
    """

    principal: Principal
    member: MemberValue
    key: KeyValue | None
    directory: Directory


async def authenticate(
    headers: Mapping[str, str], view: DirectoryView, secrets: Mapping[int, bytes], now: datetime
) -> Caller:
    """Find the caller of a request; raises Refused (401) with the reason and the fix."""
    text = presented_key(headers.get("Authorization"), headers.get("x-api-key"))
    if text is None:
        raise unauthorized("no access key was sent", _HOW)
    parsed = parse_key(text)
    if parsed is None:
        raise unauthorized("this is no key of this system", _HOW)
    if parsed.purpose == "gateway":
        raise unauthorized("this is a gateway key (kt_gk_...); it calls models and cannot read or administer", _HOW)
    key = next(
        (key for key in await view.keys_with(parsed.prefix) if opens(key, text, parsed.prefix, secrets, now)), None
    )
    if key is None or key.purpose != "access":
        raise unauthorized("this access key is not known", _HOW)
    if key.state == "revoked":
        raise unauthorized("this access key was revoked", _HOW)
    if key.expires_at is not None and key.expires_at <= now:
        raise unauthorized("this access key has expired", _HOW)
    directory = await view.of(key.org)
    member = directory.members.get(key.member or "")
    if member is None or member.state != "active":
        raise unauthorized("the member of this access key is not active", "ask an owner of the organization")
    return Caller(
        principal=Principal(org=key.org, member=member.id, role=member.role, teams=member.teams),
        member=member,
        key=key,
        directory=directory,
    )
