"""Who is asking: an access key of an active member, checked against the directory in constant time."""

from __future__ import annotations

from collections.abc import Mapping

from keeptrusts.gateway.command_api.context import CommandContext
from keeptrusts.gateway.command_api.problems import not_ready, unauthorized
from keeptrusts.schemas.authorization import Principal
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.keys import opens, parse_key, presented_key
from keeptrusts.schemas.snapshots.directory import KeyValue, MemberValue
from keeptrusts.schemas.topics import partition_of


@frozen
class Caller:
    """A signed-in member: as the roles table sees one, as the directory has one, and the key that was used."""

    principal: Principal
    member: MemberValue
    key: KeyValue

    @property
    def org(self) -> str:
        return self.principal.org

    @property
    def actor(self) -> str:
        return f"member:{self.member.id}"


def authenticate(headers: Mapping[str, str], context: CommandContext) -> Caller:
    """Find the caller; raises Refused: 401 with the reason and the fix, or 503 while the directory is not current."""
    if not context.ready():
        raise not_ready("the directory is still being read")
    text = presented_key(headers.get("Authorization"), headers.get("x-api-key"))
    if text is None:
        raise unauthorized("no access key was sent")
    parsed = parse_key(text)
    if parsed is None:
        raise unauthorized("this is no key of this system")
    if parsed.purpose == "gateway":
        raise unauthorized("this is a gateway key (kt_gk_...): it calls models and administers nothing")
    key = context.directory.key_by_prefix(parsed.prefix)
    _require_current(key, context)
    now = context.now()
    if key is None or not opens(key, text, parsed.prefix, context.key_secrets, now) or key.purpose != "access":
        raise unauthorized("this access key is not known")
    if key.state == "revoked":
        raise unauthorized("this access key was revoked")
    if key.expires_at is not None and key.expires_at <= now:
        raise unauthorized("this access key has expired")
    member = context.directory.member(key.org, key.member or "")
    if member is None or member.state != "active":
        raise unauthorized("the member of this access key is not active", "ask an owner of the organization")
    principal = Principal(org=key.org, member=member.id, role=member.role, teams=member.teams)
    return Caller(principal=principal, member=member, key=key)


def _require_current(key: KeyValue | None, context: CommandContext) -> None:
    """Refuse while the part of the directory that could hold the key may be stale: it could miss a revocation."""
    now_s = context.monotonic_s()
    concerned = range(context.partitions) if key is None else (partition_of(key.org, context.partitions),)
    for partition in concerned:
        age_s = context.directory.heartbeat_age_s(partition, now_s)
        if age_s is None or age_s > context.directory_limit_s:
            raise not_ready("the authority has given no sign of life for too long")
