"""Plans of the commands about keys. A key is made here, shown once, and recorded as prefix and HMAC only."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from keeptrusts.gateway.command_api.answers import team_label
from keeptrusts.gateway.command_api.plan import Asked, Plan
from keeptrusts.gateway.command_api.problems import invalid
from keeptrusts.gateway.command_api.requests import KeyCreateBody, KeyRevokeBody, KeyRotateBody, NoFields
from keeptrusts.gateway.command_api.resolution import key_of, member_of, team_of
from keeptrusts.schemas import ids
from keeptrusts.schemas.commands import people
from keeptrusts.schemas.keys import ENTROPY_BYTES, key_digest, new_key, parse_key
from keeptrusts.schemas.record import format_time

_ONLY_GATEWAY: Final = ("team", "role", "project", "consumer_group")


def create_key(asked: Asked, body: KeyCreateBody) -> Plan:
    return _access_key(asked, body) if body.purpose == "access" else _gateway_key(asked, body)


def rotate_key(asked: Asked, body: KeyRotateBody) -> Plan:
    key = key_of(asked.context.directory, asked.org, asked.path["key"])
    secret = new_key(key.purpose, asked.entropy(ENTROPY_BYTES))
    prefix, digest = _recorded(asked, secret)
    overlap = body.overlap_seconds
    until = asked.context.now() + timedelta(seconds=overlap) if overlap else None
    return Plan(
        intent=people.KeyRotateRequested(
            key=key.id,
            prefix=prefix,
            digest=digest,
            secret_version=asked.context.secret_version,
            overlap_until=until,
        ),
        kind="key",
        resource=key.id,
        expected={"prefix": prefix, "overlap_until": None if until is None else format_time(until)},
        secret=secret,
    )


def revoke_key(asked: Asked, body: KeyRevokeBody) -> Plan:
    key = key_of(asked.context.directory, asked.org, asked.path["key"])
    return Plan(
        intent=people.KeyRevokeRequested(key=key.id, reason=body.reason),
        kind="key",
        resource=key.id,
        expected={"state": "revoked"},
    )


def delete_key(asked: Asked, body: NoFields) -> Plan:
    """The same as to revoke: keys stay in the directory, so that revocation is seen everywhere."""
    return revoke_key(asked, KeyRevokeBody())


def _access_key(asked: Asked, body: KeyCreateBody) -> Plan:
    for name in _ONLY_GATEWAY:
        if getattr(body, name) is not None:
            raise invalid(name, "an access key has none: it carries the roles of its member", "leave it away")
    if body.models:
        raise invalid("models", "an access key calls no models", "leave it away")
    view = asked.context.directory
    member = asked.caller.member if body.user is None else member_of(view, asked.org, body.user, field="user")
    key = asked.new_id(ids.KEY)
    secret = new_key("access", asked.entropy(ENTROPY_BYTES))
    prefix, digest = _recorded(asked, secret)
    intent = people.KeyCreateRequested(
        key=key,
        purpose="access",
        name=body.name or member.email.partition("@")[0],
        prefix=prefix,
        digest=digest,
        secret_version=asked.context.secret_version,
        member=member.id,
        expires_at=body.expires_at,
    )
    return _created(asked, intent, secret, member_email=member.email)


def _gateway_key(asked: Asked, body: KeyCreateBody) -> Plan:
    view = asked.context.directory
    team = None if body.team is None else team_of(view, asked.org, body.team, field="team")
    user = None if body.user is None else member_of(view, asked.org, body.user, field="user")
    key = asked.new_id(ids.KEY)
    secret = new_key("gateway", asked.entropy(ENTROPY_BYTES))
    prefix, digest = _recorded(asked, secret)
    intent = people.KeyCreateRequested(
        key=key,
        purpose="gateway",
        name=body.name or (team.slug if team is not None else "organization"),
        prefix=prefix,
        digest=digest,
        secret_version=asked.context.secret_version,
        team=None if team is None else team.id,
        user=None if user is None else user.id,
        role=body.role or ("member" if team is not None else None),
        project=body.project,
        consumer_group=body.consumer_group,
        models=tuple(body.models),
        expires_at=body.expires_at,
    )
    return _created(asked, intent, secret, member_email=None)


def _created(asked: Asked, intent: people.KeyCreateRequested, secret: str, *, member_email: str | None) -> Plan:
    expires_at = intent.expires_at
    team = intent.team
    return Plan(
        intent=intent,
        kind="key",
        resource=intent.key,
        expected={
            "id": intent.key,
            "purpose": intent.purpose,
            "name": intent.name,
            "prefix": intent.prefix,
            "state": "active",
            "member": member_email,
            "member_id": intent.member,
            "team": None if team is None else team_label(asked.context.directory, asked.org, team),
            "team_id": team,
            "user": intent.user,
            "role": intent.role,
            "project": intent.project,
            "consumer_group": intent.consumer_group,
            "models": list(intent.models),
            "expires_at": None if expires_at is None else format_time(expires_at),
        },
        secret=secret,
    )


def _recorded(asked: Asked, secret: str) -> tuple[str, str]:
    """Give what may be recorded of a new key: its look-up prefix and its HMAC."""
    parsed = parse_key(secret)
    assert parsed is not None, "a key that was just made is well formed"
    return parsed.prefix, key_digest(secret, asked.context.key_secrets[asked.context.secret_version])
