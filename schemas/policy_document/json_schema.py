"""The JSON Schema of policy documents, generated from the models, for editors."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic.json_schema import models_json_schema

from keeptrusts.schemas.policy_document.checking import ROLLOUT_MODES
from keeptrusts.schemas.policy_document.kinds.options import Section
from keeptrusts.schemas.policy_document.kinds.registry import KINDS, KindSpec
from keeptrusts.schemas.policy_document.sections import (
    AliasSection,
    CircuitBreakerSection,
    ConsumerGroupSection,
    EntrySettings,
    FallbackSection,
    GatewayFileSection,
    PackSection,
    PricingSection,
    RoutingSection,
    SecretSection,
    TargetSection,
    WalletsSection,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ANY_TEXT = {"type": "string"}
_TOP_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "version": "The version of the file's form; read, and not needed.",
        "pack": "Name, version and switch of the file.",
        "gateway": "What gateways do that load the file.",
        "wallets": "How calls are paid for.",
        "providers": "Where calls go, and how they are spread.",
        "models": "Aliases of models; the same as providers.aliases.",
        "consumer_groups": "Kinds of applications; the same as providers.consumer_groups.",
        "policies": "The policies in the order in which they run, rbac first.",
        "policy": "Options by kind, for every entry of that kind.",
    }
)
_PROVIDER_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "targets": "Where calls may go.",
        "consumer_groups": "Kinds of applications, and the models that each may get.",
        "strategy": "Another word for routing.",
        "routing": "How a target is chosen: the name of a strategy, or a strategy with its settings.",
        "fallback": "When another target is tried.",
        "circuit_breaker": "When a target that fails is left alone.",
        "aliases": "Names that callers may ask for, and the model that each stands for.",
    }
)


def policy_schema() -> dict[str, Any]:
    """The schema of a whole document in either dialect. Stricter rules of the linter are not all expressible."""
    sections: tuple[type[Section], ...] = (
        AliasSection,
        CircuitBreakerSection,
        ConsumerGroupSection,
        EntrySettings,
        FallbackSection,
        GatewayFileSection,
        PackSection,
        PricingSection,
        RoutingSection,
        SecretSection,
        TargetSection,
        WalletsSection,
        *(spec.options for spec in KINDS.values()),
    )
    _, generated = models_json_schema([(model, "validation") for model in sections], ref_template="#/$defs/{model}")
    definitions: dict[str, Any] = dict(generated["$defs"])
    definitions["Target"] = _target(definitions["TargetSection"])
    definitions["ConsumerGroup"] = _group(definitions["ConsumerGroupSection"])
    for spec in KINDS.values():
        definitions[spec.name] = _kind(spec, definitions)
    return {
        "$schema": DIALECT,
        "title": "Keeptrusts policy document",
        "type": "object",
        "additionalProperties": False,
        "properties": _described(_top_level(), _TOP_MEANINGS),
        "$defs": definitions,
    }


def _top_level() -> dict[str, Any]:
    groups = {"type": "array", "items": _reference("ConsumerGroup")}
    aliases = {"type": "object", "additionalProperties": {"anyOf": [_ANY_TEXT, _reference("AliasSection")]}}
    providers = {
        "targets": {"type": "array", "items": _reference("Target")},
        "consumer_groups": groups,
        "strategy": {"anyOf": [_ANY_TEXT, _reference("RoutingSection")]},
        "routing": {"anyOf": [_ANY_TEXT, _reference("RoutingSection")]},
        "fallback": _reference("FallbackSection"),
        "circuit_breaker": _reference("CircuitBreakerSection"),
        "aliases": aliases,
    }
    chain = {"type": "object", "additionalProperties": False, "required": ["chain"], "properties": {"chain": _items()}}
    return {
        "version": {"type": ["string", "number"]},
        "pack": _reference("PackSection"),
        "gateway": _reference("GatewayFileSection"),
        "wallets": _reference("WalletsSection"),
        "providers": {
            "type": "object",
            "additionalProperties": False,
            "properties": _described(providers, _PROVIDER_MEANINGS),
        },
        "models": {
            "type": "object",
            "additionalProperties": False,
            "properties": _described({"aliases": aliases}, _PROVIDER_MEANINGS),
        },
        "consumer_groups": groups,
        "policies": {"anyOf": [chain, _items()]},
        "policy": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _nullable(name) for name in KINDS} | {"safety-filter": _nullable("content-filter")},
        },
    }


def _described(properties: Mapping[str, Any], meanings: Mapping[str, str]) -> dict[str, Any]:
    return {name: {**schema, "description": meanings[name]} for name, schema in properties.items()}


def _items() -> dict[str, Any]:
    names = [*KINDS, "safety-filter"]
    by_kind = [
        {
            "type": "object",
            "additionalProperties": False,
            "required": [name],
            "properties": {name: _nullable("content-filter" if name == "safety-filter" else name)},
        }
        for name in names
    ]
    return {"type": "array", "items": {"anyOf": [{"enum": names}, *by_kind, *_list_entries()]}}


def _list_entries() -> list[dict[str, Any]]:
    return [
        {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": sorted({name, name.replace("-", "_"), *spec.types})}},
        }
        for name, spec in KINDS.items()
    ]


def _kind(spec: KindSpec, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Options and entry settings in one mapping, the rollout mode in both spellings."""
    options = definitions[spec.options.__name__]
    properties = {**definitions["EntrySettings"]["properties"], **options.get("properties", {})}
    own = options.get("properties", {}).get("mode", {})
    own_modes = own.get("enum", [own["const"]] if "const" in own else [])
    meaning = "observe records what the policy says, guide makes it a warning, enforce acts on it"
    meaning += f"; or this kind's own: {own['description']}" if "description" in own else "."
    properties["mode"] = {"enum": [*ROLLOUT_MODES, *own_modes], "description": meaning}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _target(section: Mapping[str, Any]) -> dict[str, Any]:
    properties = {
        **section["properties"],
        "secret_key_ref": {"anyOf": [_ANY_TEXT, _reference("SecretSection")]},
        "provider": {"anyOf": [_ANY_TEXT, {"type": "object"}]},
        "pricing": {"anyOf": [_reference("PricingSection"), section["properties"]["pricing"]]},
    }
    for name in ("secret_key_ref", "provider", "pricing"):
        properties[name]["description"] = section["properties"][name]["description"]
    return {"anyOf": [_ANY_TEXT, {**section, "properties": properties}]}


def _group(section: Mapping[str, Any]) -> dict[str, Any]:
    models = section["properties"]["models"]
    loose = {**models, "items": {"anyOf": [_ANY_TEXT, models["items"]]}}
    return {**section, "properties": {**section["properties"], "models": loose}}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _nullable(name: str) -> dict[str, Any]:
    return {"anyOf": [_reference(name), {"type": "null"}]}
