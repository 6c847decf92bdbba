"""The generated JSON Schema accepts what the linter accepts and underlines what it refuses."""

from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from keeptrusts.schemas.policy_document.json_schema import policy_schema
from keeptrusts.schemas.policy_document.kinds.registry import KINDS
from keeptrusts.schemas.policy_document.lint import lint_text
from keeptrusts.schemas.policy_document.source import plain_value, read_source

SEEDS = sorted((Path(__file__).parents[2] / "golden" / "seeds").glob("*.yaml"))


def exact_to_float(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [exact_to_float(item) for item in value]
    if isinstance(value, dict):
        return {key: exact_to_float(item) for key, item in value.items()}
    return value


def complaints(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(policy_schema())
    document = exact_to_float(plain_value(read_source(text, "f.yaml").root))
    return [error.message for error in validator.iter_errors(document)]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(policy_schema())


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_printed_configurations_are_valid(path: Path) -> None:
    assert complaints(path.read_text("utf-8")) == []


VALID = [
    "policies:\n  chain:\n    - rate-limit: {rpm: 1, global: {tpm: 2}, mode: observe}\n",
    "policies:\n  - {type: cost_limit, monthly_limit: 0.5}\n",
    "policies:\n  - {type: safety-filter, block_if: [x]}\n",
    "policy:\n  hipaa-phi-detector: {mode: hipaa_18, enforcement: guide}\n",
    "policy:\n  model-access: {allowed_models: all, teams: {a: {models: [x]}}}\n",
    "policy:\n  safety-filter: {mode: education}\n",
    "providers:\n  targets: ['openai:chat:gpt-4o', {id: a, provider: {name: openai}, pricing: {input: '0.15'}}]\n",
    "providers:\n  consumer_groups: [{name: a, models: [gpt-4o], routing: cost}]\n  routing: round-robin\n",
    "providers:\n  targets: [{id: openai, timeout: 9, pricing: [{from: 2026-01-01, input_per_1m: 1}, {output: 2}]}]\n",
    "providers:\n  routing: {strategy: cost, timeout_seconds: 60, cheaper_at_cap: [gpt-4o-mini]}\n"
    "  fallback: {triggers: [rate_limit_exceeded, 5xx], retry_percent: 10}\n"
    "  circuit_breaker: {failure_threshold: 3, cooldown_seconds: 1}\n"
    "  aliases: {fast: gpt-4o-mini, eu: {target: openai, model: gpt-4o}}\n",
    "models: {aliases: {fast: openai/gpt-4o-mini}}\ngateway: {unknown_price: refuse}\n",
    "wallets: {max_wait_seconds: 60, default_max_tokens: 1000, shrink_to_fit: true, estimate: typical}\n",
    "gateway: {anonymous: true}\npack: {name: a, version: 1.0}\n",
    *(f"policies:\n  chain: [{kind}]\npolicy:\n  {kind}: {{mode: observe}}\n" for kind in KINDS),
]


@pytest.mark.parametrize("text", VALID)
def test_what_the_linter_accepts_is_valid(text: str) -> None:
    assert lint_text(text, "f.yaml").count("error") == 0
    assert complaints(text) == []


INVALID = [
    "polices: []\n",
    "policies:\n  chain: [pii-detectr]\n",
    "policies:\n  - {type: nothing}\n",
    "policy:\n  rbac: {minimum_rol: admin}\n",
    "policy:\n  pii-detector: {action: blok}\n",
    "policy:\n  rbac: {mode: hipaa_18}\n",
    "providers:\n  targets: [{id: a, wieght: 1}]\n",
    "providers:\n  circuit_breaker: {cooldown: 1}\n",
    "models: {alias: {}}\n",
    "gateway: {unknown_price: maybe}\n",
    "wallets: {estimate: average}\n",
    "wallets: {max_wait_secnods: 30}\n",
    "wallets: {default_max_output_tokens: 0}\n",
]


@pytest.mark.parametrize("text", INVALID)
def test_what_the_linter_refuses_is_invalid(text: str) -> None:
    assert lint_text(text, "f.yaml").count("error") > 0
    assert complaints(text) != []
