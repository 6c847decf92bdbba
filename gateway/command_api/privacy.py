"""The plan of erasing a person: who is meant, and the intent."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.command_api.plan import Asked, Plan, unlisted
from keeptrusts.gateway.command_api.problems import not_found
from keeptrusts.gateway.command_api.requests import ErasureBody
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.schemas.commands.privacy import PrivacyEraseRequested
from keeptrusts.schemas.ids import ERASURE, KEY, has_prefix

_OUTSIDER: Final = "external:"
_NOBODY: Final = "anonymous"
"""Whose calls without a key are, where a gateway takes such."""


def erase(asked: Asked, body: ErasureBody) -> Plan:
    subject = subject_named(asked.context.directory, asked.org, body.subject)
    erasure = asked.new_id(ERASURE)
    intent = PrivacyEraseRequested(erasure=erasure, subject=subject, reason=body.reason)
    return unlisted(intent, "erasure", erasure, subject=subject, reason=body.reason)


def subject_named(view: DirectoryView, org: str, reference: str) -> str:
    """Give the data subject that is meant: a member by e-mail or id, ``external:<id>``, or a key by its id.

    Whoever was removed is meant too: what was captured before is still there. Raises Refused (404).
    """
    member = view.person(org, reference)
    if member is not None:
        return member.id
    if reference.startswith(_OUTSIDER) or reference == _NOBODY:
        return reference
    key = view.key(org, reference) if has_prefix(reference, KEY) else None
    if key is None:
        raise not_found("person", reference, field="subject")
    return key.id
