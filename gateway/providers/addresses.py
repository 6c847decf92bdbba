"""Where a call to a target goes and how it proves who sends it: URL and headers of every provider's wire. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Final
from urllib.parse import quote

from keeptrusts.gateway.providers.aws_signing import signing_headers
from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.gateway.providers.translate.protocol import ProviderCall
from keeptrusts.schemas.frozen import frozen

ANTHROPIC_VERSION: Final = "2023-06-01"
AZURE_API_VERSION: Final = "2024-10-21"
"""The newest stable version of Azure's classic API, used where a target names none."""
PASSED_ON: Final = frozenset({"anthropic-beta", "anthropic-version"})
"""The only headers of a caller that an upstream gets to see, and only upstreams of Anthropic's wire."""

_AZURE_V1: Final = frozenset({"v1", "preview", "latest"})
"""Versions that mean Azure's v1 API, which has OpenAI's paths and needs no date."""
_PER_DEPLOYMENT: Final = ("/chat/completions", "/embeddings")
_ACCEPT: Final = {"sse": "application/json, text/event-stream", "aws_eventstream": "application/vnd.amazon.eventstream"}


@frozen
class Address:
    """The URL, to be sent as it is written, and the headers; they hold the secret and are never shown."""

    url: str
    headers: Mapping[str, str] = field(repr=False)


def provider_model(target: UpstreamTarget, model: str) -> str:
    """Give the name that the target knows a model by: Azure's deployment, where one is named."""
    return target.deployment or model if target.wire == "azure" else model


def address(
    target: UpstreamTarget,
    call: ProviderCall,
    *,
    model: str,
    request_id: str,
    traceparent: str | None,
    caller_headers: Mapping[str, str],
    now: datetime,
) -> Address:
    """Give where and with which headers a call goes out. ``caller_headers`` have lower-case names; ``now`` signs."""
    url = _url(target, call.path, model)
    headers = {"Content-Type": "application/json", "Accept": _ACCEPT[call.framing], "x-request-id": request_id}
    if traceparent is not None:
        headers["traceparent"] = traceparent
    if call.headers:
        headers.update(call.headers)
    if target.wire == "anthropic":
        headers.update(_of_anthropic(caller_headers))
    headers.update(_proof(target, url, call.body, now))
    return Address(url=url, headers=headers)


def _url(target: UpstreamTarget, path: str, model: str) -> str:
    if target.wire != "azure":
        return target.base_url + path
    base = target.base_url.removesuffix("/openai/v1")
    version = target.api_version or (AZURE_API_VERSION if base == target.base_url else "v1")
    if version in _AZURE_V1:
        url = f"{base}/openai/v1{path}"
        return url if version == "v1" else _with_query(url, f"api-version={version}")
    deployment = f"/deployments/{quote(provider_model(target, model), safe='')}"
    under = deployment if path.startswith(_PER_DEPLOYMENT) else ""
    return _with_query(f"{base}/openai{under}{path}", f"api-version={quote(version, safe='')}")


def _with_query(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _of_anthropic(caller_headers: Mapping[str, str]) -> dict[str, str]:
    passed = {name: caller_headers[name] for name in sorted(PASSED_ON) if name in caller_headers}
    return {"anthropic-version": ANTHROPIC_VERSION, **passed}


def _proof(target: UpstreamTarget, url: str, body: bytes, now: datetime) -> dict[str, str]:
    """Give the headers that authenticate; none for an upstream that needs no secret."""
    if target.wire == "bedrock" and not target.secret and target.aws is not None and target.region is not None:
        return signing_headers(
            method="POST",
            url=url,
            headers={"Content-Type": "application/json"},
            body=body,
            credentials=target.aws,
            region=target.region,
            service="bedrock",
            now=now,
        )
    if not target.secret:
        return {}
    match target.wire:
        case "anthropic":
            return {"x-api-key": target.secret}
        case "azure":
            return {"api-key": target.secret}
        case "gemini":
            return {"x-goog-api-key": target.secret}
        case "openai" | "bedrock":
            return {"Authorization": f"Bearer {target.secret}"}
