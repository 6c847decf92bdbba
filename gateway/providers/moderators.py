"""Moderation services as they can be asked: address, secret and deadline resolved. The environment is passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import PolicyDocument
from keeptrusts.schemas.policy_document.kinds.content import ExternalModerationOptions

_OPENAI_URL: Final = "https://api.openai.com/v1/moderations"
_OPENAI_SECRET: Final = "OPENAI_API_KEY"


@frozen
class Moderator:
    """One service; ``unavailable`` says why it cannot be asked. Headers hold its secret and are never shown."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout_s: float
    unavailable: str | None = None


def resolve_moderators(document: PolicyDocument, environment: Mapping[str, str]) -> dict[str, Moderator]:
    """Give the services that a document's chain asks, by the key of their policy."""
    options = [entry.options for entry in document.chain]
    return {
        one.model_dump_json(): _resolved(one, environment)
        for one in options
        if isinstance(one, ExternalModerationOptions)
    }


def _resolved(options: ExternalModerationOptions, environment: Mapping[str, str]) -> Moderator:
    openai = options.provider == "openai-moderation"
    url = options.endpoint or (_OPENAI_URL if openai else "")
    reference = options.secret_key_ref
    name = reference.env if reference is not None else (_OPENAI_SECRET if openai else None)
    secret = environment.get(name) if name is not None else None
    unavailable = _problem(url)
    if unavailable is None and reference is not None and reference.store is not None:
        unavailable = "secret_store_not_supported"
    if unavailable is None and name is not None and (not secret or not secret.isprintable()):
        unavailable = "secret_missing"
    headers = {"Content-Type": "application/json"} | ({} if not secret else {"Authorization": f"Bearer {secret}"})
    return Moderator(url=url, headers=headers, timeout_s=options.timeout_ms / 1_000, unavailable=unavailable)


def _problem(url: str) -> str | None:
    """Say why an address cannot be asked: a web page's, or one at which machines ask for their own credentials."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "no_endpoint"
    if parts.hostname.casefold() in ("metadata.google.internal", "metadata"):
        return "endpoint_not_allowed"
    try:
        address = ip_address(parts.hostname)
    except ValueError:
        return None
    return "endpoint_not_allowed" if address.is_link_local or address.is_multicast or address.is_unspecified else None
