"""Step 1: from a key to a caller, or to the refusal that names the right kind of key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, final

from multidict import CIMultiDictProxy

from keeptrusts.gateway.pipeline.caller_book import CallerBook
from keeptrusts.gateway.pipeline.values import Caller
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import MAX_TAG_BYTES, MAX_TAGS, Identity
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import PLATFORM_LEDGER
from keeptrusts.schemas.keys import opens, parse_key, presented_key
from keeptrusts.schemas.snapshots.directory import KeyValue, MemberValue, TeamValue

MAX_LABEL: Final = 200
USER_HEADER: Final = "x-user-id"
PROJECT_HEADER: Final = "x-keeptrusts-project"
GROUP_HEADER: Final = "x-keeptrusts-consumer-group"
TAGS_HEADER: Final = "x-keeptrusts-tags"


@final
@frozen
class NotAuthenticated:
    """A refusal for want of a valid key. ``org`` is the known key's, else the platform's ledger."""

    problem: Problem
    org: str = PLATFORM_LEDGER
    key_id: str | None = None


def authenticate(
    headers: Mapping[str, str],
    directory: DirectoryView,
    book: CallerBook,
    secrets: Mapping[int, bytes],
    now: datetime,
) -> KeyValue | NotAuthenticated:
    """Find the gateway key of a request. Header names are lower case; digests are compared in constant time."""
    text = presented_key(headers.get("authorization"), headers.get("x-api-key"))
    if text is not None and _other_keys(headers, text):
        return NotAuthenticated(
            problem=_invalid("more than one key was sent", "Send one key, in Authorization or in x-api-key")
        )
    if text is None:
        return NotAuthenticated(
            problem=_invalid("no key was sent", "Send Authorization: Bearer kt_gk_... with a gateway key")
        )
    key = book.opened(text, directory) or _open(text, directory, book, secrets, now)
    if type(key) is NotAuthenticated:
        return key
    problem = _unusable(key, now)
    return key if problem is None else NotAuthenticated(problem=problem, org=key.org, key_id=key.id)


def _open(
    text: str, directory: DirectoryView, book: CallerBook, secrets: Mapping[int, bytes], now: datetime
) -> KeyValue | NotAuthenticated:
    parsed = parse_key(text)
    if parsed is None:
        return NotAuthenticated(
            problem=_invalid("this is no Keeptrusts key", "Create a gateway key with kt key create --team TEAM")
        )
    key = directory.key_by_prefix(parsed.prefix)
    if key is None or not opens(key, text, parsed.prefix, secrets, now):
        return NotAuthenticated(
            problem=_invalid("this key is not known", "Check it, or create one with kt key create --team TEAM")
        )
    if key.prefix == parsed.prefix:
        book.remember_opened(text, key)
    return key


def _other_keys(headers: Mapping[str, str], text: str) -> bool:
    """Say whether another key was sent beside this one: whoever stands before us may have looked at that."""
    authorizations: Sequence[str]
    keys: Sequence[str]
    if isinstance(headers, CIMultiDictProxy):
        authorizations, keys = headers.getall("authorization", ()), headers.getall("x-api-key", ())
    elif "authorization" in headers and "x-api-key" in headers:
        authorizations, keys = (headers["authorization"],), (headers["x-api-key"],)
    else:
        return False
    if len(authorizations) + len(keys) < 2:
        return False
    others = (*(presented_key(value, None) for value in authorizations), *(value.strip() for value in keys))
    return not {None, "", text}.issuperset(others)


def identify(
    key: KeyValue,
    headers: Mapping[str, str],
    directory: DirectoryView,
    book: CallerBook,
    body_user: str | None = None,
) -> Caller | Problem:
    """Derive the caller from a key and the identity headers it may use; a Problem when a header cannot be read."""
    team = directory.team(key.org, key.team) if key.team is not None else None
    if key.team is not None and team is None:
        return Problem(
            code="permission_denied", message="the key's team is archived", fix="Create a key for an active team"
        )
    claims = body_user or (
        headers.get(USER_HEADER) or headers.get(PROJECT_HEADER) or headers.get(GROUP_HEADER) or headers.get(TAGS_HEADER)
    )
    member = directory.member(key.org, key.user) if key.user is not None else None
    if not claims:
        known = book.caller(key, team, member)
        if known is not None:
            return known
        caller = _identify(key, headers, directory, team, member, None)
        if isinstance(caller, Caller):
            book.remember_caller(key, team, member, caller)
        return caller
    return _identify(key, headers, directory, team, member, body_user)


def _identify(
    key: KeyValue,
    headers: Mapping[str, str],
    directory: DirectoryView,
    team: TeamValue | None,
    member: MemberValue | None,
    body_user: str | None,
) -> Caller | Problem:
    claimed = headers.get(USER_HEADER) or body_user
    user, role = f"key:{key.name}", key.role
    if key.user is not None:
        user = key.user
    elif claimed and key.speaks_for_members:
        if len(claimed) > MAX_LABEL:
            return Problem(
                code="invalid_request", message=f"a user id has at most {MAX_LABEL} characters", param="user"
            )
        member = _spoken_for(key, claimed, directory)
        user = f"external:{claimed}" if member is None else member.id
    tags = _tags(headers.get(TAGS_HEADER, ""))
    if type(tags) is Problem:
        return tags
    project = key.project or headers.get(PROJECT_HEADER) or None
    group = key.consumer_group or headers.get(GROUP_HEADER) or None
    for name, value in (("X-Keeptrusts-Project", project), ("X-Keeptrusts-Consumer-Group", group)):
        if value is not None and len(value) > MAX_LABEL:
            return Problem(code="invalid_request", message=f"{name} has at most {MAX_LABEL} characters", param=name)
    identity = Identity(
        org=key.org,
        team=key.team,
        user=user,
        role=role if role is not None or key.team is None else "member",
        key_id=key.id,
        project=project,
        consumer_group=group,
        tags=tags,
    )
    facts = RequestFacts(
        org=identity.org,
        team_id=identity.team,
        team=team.slug if team is not None else None,
        user=identity.user,
        user_email=None if member is None else member.email,
        role=identity.role,
        key_id=identity.key_id,
        consumer_group=identity.consumer_group,
        project=identity.project,
    )
    return Caller(identity=identity, key=key, facts=facts)


def ignores_identity(key: KeyValue, headers: Mapping[str, str], body_user: str | None) -> bool:
    """Say whether a request claims a user that its key may not speak for."""
    return bool(headers.get(USER_HEADER) or body_user) and (key.user is not None or not key.speaks_for_members)


def _unusable(key: KeyValue, now: datetime) -> Problem | None:
    if key.purpose != "gateway":
        return _invalid("this is an access key for the control plane", "Use a gateway key (kt_gk_...) for models")
    if key.state == "revoked":
        return _invalid("this key was revoked", "Create another one with kt key create --team TEAM")
    if key.expires_at is not None and key.expires_at <= now:
        return _invalid("this key has expired", "Create another one with kt key create --team TEAM")
    return None


def _spoken_for(key: KeyValue, claimed: str, directory: DirectoryView) -> MemberValue | None:
    """Give the member whom a key may speak for; None for everybody else, who is an outsider then."""
    member = directory.member(key.org, claimed)
    if member is None or member.state == "suspended" or (key.team is not None and key.team not in member.teams):
        return None
    return member


def _tags(text: str) -> dict[str, str] | Problem:
    pairs = [part.strip() for part in text.split(",") if part.strip()]
    tags: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = (part.strip() for part in pair.partition("="))
        if not separator or not name or len(pair.encode()) > MAX_TAG_BYTES or len(pairs) > MAX_TAGS:
            return Problem(
                code="invalid_request",
                message=f"tags are at most {MAX_TAGS} pairs name=value of at most {MAX_TAG_BYTES} bytes each",
                fix="Write X-Keeptrusts-Tags: feature=search,stage=beta",
                param="X-Keeptrusts-Tags",
            )
        tags[name] = value
    return tags


def _invalid(message: str, fix: str) -> Problem:
    return Problem(code="invalid_api_key", message=message, fix=fix)
