"""Targets as they can be called: address, secret, wire and prices resolved. Pure; the environment is passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from keeptrusts.gateway.providers.aws_signing import AwsCredentials
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.document import (
    DataPolicy,
    PolicyDocument,
    SecretReference,
    Target,
    TargetPricing,
)
from keeptrusts.schemas.policy_document.vendors import VENDORS, Vendor, Wire

PLACEHOLDER_SECRET: Final = "placeholder"
"""What an upstream given by --provider-url gets to see instead of any real secret."""


NO_PRICING: Final = TargetPricing()
"""A target that declares no prices of its own has this very value."""
UNDECLARED: Final = DataPolicy()


@frozen
class UpstreamTarget:
    """One upstream that calls may go to; ``unavailable`` says why it cannot be called, with the fix.

    ``secret`` is a key or bearer token; where it is empty, ``aws`` signs. ``api_version`` and ``deployment`` are
    Azure's, ``region`` is Bedrock's. ``data_policy`` is what its operator has declared, with that region.
    """

    id: str
    vendor: str
    wire: Wire
    base_url: str
    secret: str = field(repr=False)
    models: tuple[str, ...] = ()
    model_prefixes: tuple[str, ...] = ()
    foreign_models: tuple[str, ...] = ()
    pricing: TargetPricing = NO_PRICING
    weight: int = 1
    timeout_s: int | None = None
    api_version: str | None = None
    deployment: str | None = None
    region: str | None = None
    aws: AwsCredentials | None = None
    data_policy: DataPolicy = UNDECLARED
    unavailable: str | None = None


def resolve_targets(
    document: PolicyDocument, environment: Mapping[str, str], provider_url: str | None = None
) -> tuple[UpstreamTarget, ...]:
    """Give the document's targets, else those whose standard variable is set; ``provider_url`` takes all of them.

    A missing secret makes a target unavailable; it never stops the start.
    """
    declared = document.targets or _implied(environment, provider_url)
    return tuple(_resolve(target, environment, provider_url) for target in declared)


def _implied(environment: Mapping[str, str], provider_url: str | None) -> tuple[Target, ...]:
    if provider_url is not None:
        return tuple(Target(id=name, vendor=name) for name in ("openai", "anthropic"))
    return tuple(
        Target(id=vendor.name, vendor=vendor.name, secret=SecretReference(env=vendor.secret_env))
        for vendor in VENDORS.values()
        if vendor.secret_env is not None and environment.get(vendor.secret_env)
    )


def _resolve(target: Target, environment: Mapping[str, str], provider_url: str | None) -> UpstreamTarget:
    vendor = VENDORS.get(target.vendor, Vendor(name=target.vendor, wire="openai", secret_env=None))
    wire = target.format or vendor.wire
    region = target.aws_region or _first(environment, vendor.region_env)
    secret, problem = _secret(target, vendor, environment, provider_url)
    aws = _aws(target, wire, environment) if problem is not None else None
    if aws is not None:
        problem = None
    elif problem is not None and wire == "bedrock":
        problem = f"{problem}, nor are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    base_url = _base_url(target, vendor, wire, region, environment, provider_url)
    if base_url is None:
        missing = "region; set region, or AWS_REGION" if vendor.region_env else "address; set base_url"
        problem = problem or f"target {target.id} has no {missing}"
    return UpstreamTarget(
        id=target.id,
        vendor=target.vendor,
        wire=wire,
        base_url=(base_url or "").rstrip("/"),
        secret=secret,
        models=target.models,
        model_prefixes=vendor.model_prefixes,
        foreign_models=vendor.foreign_models,
        pricing=NO_PRICING if target.pricing == NO_PRICING else target.pricing,
        weight=target.weight,
        timeout_s=target.timeout_s,
        api_version=target.azure_api_version,
        deployment=target.azure_deployment,
        region=region,
        aws=aws,
        data_policy=replace(target.data_policy, region=target.data_policy.region or region),
        unavailable=problem,
    )


def _aws(target: Target, wire: Wire, environment: Mapping[str, str]) -> AwsCredentials | None:
    """Give the access key of the environment where a Bedrock target names no secret of its own."""
    if wire != "bedrock" or target.secret != SecretReference():
        return None
    access_key, secret_key = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not access_key or not secret_key:
        return None
    token = environment.get("AWS_SESSION_TOKEN") or None
    return AwsCredentials(access_key=access_key, secret_key=secret_key, session_token=token)


def _secret(
    target: Target, vendor: Vendor, environment: Mapping[str, str], provider_url: str | None
) -> tuple[str, str | None]:
    if provider_url is not None:
        return PLACEHOLDER_SECRET, None
    if target.secret.literal is not None:
        return _sendable("its secret", target.secret.literal)
    name = target.secret.env or (None if target.secret.store else vendor.secret_env)
    if name is not None:
        value = environment.get(name, "")
        if not value:
            return value, f"environment variable {name} is not set"
        return _sendable(f"environment variable {name}", value)
    if target.secret.store is not None:
        return "", f"secret store entry {target.secret.store} cannot be read by this version; use secret_key_ref.env"
    return "", None


def _sendable(what: str, secret: str) -> tuple[str, str | None]:
    """Give a secret that a header can carry, or why it cannot: a line break at its end, for example."""
    if secret.isprintable():
        return secret, None
    return "", f"{what} holds a line break or another control character"


def _base_url(
    target: Target,
    vendor: Vendor,
    wire: Wire,
    region: str | None,
    environment: Mapping[str, str],
    provider_url: str | None,
) -> str | None:
    if provider_url is not None:
        return provider_url.rstrip("/").removesuffix("/v1") + _path_at_one_upstream(target, vendor, wire)
    if target.base_url is not None:
        return target.base_url
    if vendor.wire == "azure":
        return environment.get("AZURE_OPENAI_ENDPOINT") or None
    address = vendor.base_url if wire == vendor.wire else vendor.compatible_base_url
    if address is None or "{region}" not in address:
        return address
    return None if region is None else address.format(region=region)


def _path_at_one_upstream(target: Target, vendor: Vendor, wire: Wire) -> str:
    """Give the path under which an upstream for everybody speaks a target's wire: the one that its vendor has it at."""
    if wire == "azure":
        return "/openai/v1" if (target.base_url or "").rstrip("/").endswith("/openai/v1") else ""
    if wire != "openai":
        return ""
    compatible = vendor.compatible_base_url if vendor.wire != "openai" else None
    return "/v1" if compatible is None else "/" + compatible.split("/", 3)[3]


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)
