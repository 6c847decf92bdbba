"""Moderation services as they can be asked: address, secret and deadline resolved. The environment is passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final
from urllib.parse import urlsplit

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.outbound import ALLOW_VARIABLE, OutboundRules, problem_of_url, rules_of
from keeptrusts.schemas.policy_document.document import PolicyDocument
from keeptrusts.schemas.policy_document.kinds.content import ExternalModerationOptions

_OPENAI_URL: Final = "https://api.openai.com/v1/moderations"
_LONGEST_S: Final = 60.0
"""However long a file would wait: the call's money is held, and its caller waits."""
_OPENAI_SECRET: Final = "OPENAI_API_KEY"


@frozen
class Moderator:
    """One service; ``unavailable`` says why it cannot be asked. Headers hold its secret and are never shown.

    ``allowed_by_name``: an operator has named its host, so it is asked wherever that leads.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout_s: float
    unavailable: str | None = None
    allowed_by_name: bool = False


def resolve_moderators(document: PolicyDocument, environment: Mapping[str, str]) -> dict[str, Moderator]:
    """Give the services that a document's chain asks, by the key of their policy; what operators allow they say too."""
    rules = rules_of(environment.get(ALLOW_VARIABLE, ""))
    options = [entry.options for entry in document.chain]
    return {
        one.model_dump_json(): _resolved(one, environment, rules)
        for one in options
        if isinstance(one, ExternalModerationOptions)
    }


def _resolved(options: ExternalModerationOptions, environment: Mapping[str, str], rules: OutboundRules) -> Moderator:
    openai = options.provider == "openai-moderation"
    url = options.endpoint or (_OPENAI_URL if openai else "")
    reference = options.secret_key_ref
    name = reference.env if reference is not None else (_OPENAI_SECRET if openai else None)
    secret = environment.get(name) if name is not None else None
    host = _host(url)
    unavailable = _problem(url, host, rules)
    if unavailable is None and reference is not None and reference.store is not None:
        unavailable = "secret_store_not_supported"
    if unavailable is None and name is not None and (not secret or not secret.isprintable()):
        unavailable = "secret_missing"
    headers = {"Content-Type": "application/json"} | ({} if not secret else {"Authorization": f"Bearer {secret}"})
    return Moderator(
        url=url,
        headers=headers,
        timeout_s=min(options.timeout_ms / 1_000, _LONGEST_S),
        unavailable=unavailable,
        allowed_by_name=host is not None and rules.names(host),
    )


def _problem(url: str, host: str | None, rules: OutboundRules) -> str | None:
    """Say why an address cannot be asked: it is none of a web service, or not one that a document may lead to."""
    if host is None:
        return "no_endpoint"
    return None if problem_of_url(url, rules) is None else "endpoint_not_allowed"


def _host(url: str) -> str | None:
    """Give the host of an address to which a request can be written; None for any other."""
    if not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold().removesuffix(".")
        known = parts.scheme in ("http", "https") and bool(host) and parts.port != 0
        host.encode("idna")
    except ValueError:  # brackets that do not match, ports that are none, labels that are too long
        return None
    return host if known else None
