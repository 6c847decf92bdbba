"""Every accepted form of a target and of a group's model becomes the same value."""

import pytest

from keeptrusts.schemas.policy_document.document import (
    ConsumerGroup,
    GroupModel,
    PolicyDocument,
    Routing,
    SecretReference,
    Target,
    TargetPricing,
)
from keeptrusts.schemas.policy_document.lint import lint_text
from keeptrusts.schemas.policy_document.vendors import find_vendor, vendor_of_id, vendor_of_model


def document(text: str) -> PolicyDocument:
    report = lint_text(text, "f.yaml")
    assert report.document is not None, report.findings
    return report.document


KEY = SecretReference(env="OPENAI_API_KEY")

FORMS: list[tuple[str, str, Target]] = [
    (
        "nested provider, vendor from the id",
        "{id: openai, provider: {secret_key_ref: {env: OPENAI_API_KEY}}}",
        Target(id="openai", vendor="openai", secret=KEY),
    ),
    (
        "vendor and model",
        "{id: a, provider: openai, model: gpt-4o, secret_key_ref: {env: OPENAI_API_KEY}}",
        Target(id="a", vendor="openai", models=("gpt-4o",), secret=KEY),
    ),
    (
        "vendor, mode and model in one word",
        "{id: a, provider: 'openai:chat:gpt-4o', secret_key_ref: {env: OPENAI_API_KEY}}",
        Target(id="a", vendor="openai", models=("gpt-4o",), secret=KEY),
    ),
    (
        "vendor and model in one word",
        "{id: a, provider: 'openai:gpt-4o'}",
        Target(id="a", vendor="openai", models=("gpt-4o",)),
    ),
    (
        "a model with a colon of its own",
        "{id: a, provider: 'ollama:llama3.3:70b'}",
        Target(id="a", vendor="ollama", models=("llama3.3:70b",)),
    ),
    (
        "only a text",
        "'openai:chat:gpt-4o'",
        Target(id="openai-chat-gpt-4o", vendor="openai", models=("gpt-4o",)),
    ),
    (
        "a reference as text",
        "{id: openai, secret_key_ref: OPENAI_API_KEY}",
        Target(id="openai", vendor="openai", secret=KEY),
    ),
    ("vendor from the id's beginning", "{id: anthropic-eu}", Target(id="anthropic-eu", vendor="anthropic")),
    ("azure's longer name", "{id: azure-openai-eu, endpoint: 'https://x.openai.azure.com/'}",
     Target(id="azure-openai-eu", vendor="azure", base_url="https://x.openai.azure.com")),
    ("nested vendor and address", "{id: x, provider: {name: openai, base_url: 'http://127.0.0.1:1/v1'}}",
     Target(id="x", vendor="openai", base_url="http://127.0.0.1:1/v1")),
    ("own prices, exactly", "{id: openai, pricing: {input: 0.15, output: '0.60', cache_read: 0.075}}",
     Target(id="openai", vendor="openai",
            pricing=TargetPricing(input_pico=150_000, output_pico=600_000, cache_read_pico=75_000))),
    ("weight and models", "{id: openai, models: [gpt-4o, gpt-4o-mini], weight: 3}",
     Target(id="openai", vendor="openai", models=("gpt-4o", "gpt-4o-mini"), weight=3)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "form", "target"), FORMS, ids=[form[0] for form in FORMS])
def test_a_target_form_is_read(name: str, form: str, target: Target) -> None:
    assert document(f"providers:\n  targets:\n    - {form}\n").targets == (target,)


def test_a_disabled_target_is_left_out() -> None:
    assert document("providers:\n  targets:\n    - {id: openai, enabled: false}\n").targets == ()


@pytest.mark.parametrize(
    "model",
    ["{provider: openai, model: gpt-4o}", "gpt-4o", "'openai:chat:gpt-4o'", "{model: gpt-4o}", "'openai:gpt-4o'"],
)
@pytest.mark.parametrize("place", ["providers:\n  consumer_groups:\n    - ", "consumer_groups:\n  - "])
def test_consumer_groups_are_read_in_both_places(place: str, model: str) -> None:
    text = f"{place}{{name: tools, routing: cost, strict: true, models: [{model}]}}\n"
    expected = ConsumerGroup(
        name="tools", routing="cost_optimized", strict=True, models=(GroupModel(vendor="openai", model="gpt-4o"),)
    )
    assert document(text).consumer_groups == (expected,)


@pytest.mark.parametrize(
    ("text", "routing"),
    [
        ("providers: {routing: lowest_latency}", Routing(strategy="lowest_latency")),
        ("providers: {strategy: single}", Routing(strategy="ordered")),
        ("providers: {routing: {strategy: round-robin}}", Routing(strategy="round_robin")),
        (
            "providers: {fallback: {triggers: [5xx, timeout], max_fallback_attempts: 1}}",
            Routing(fallback_triggers=("server_error", "timeout"), max_fallback_attempts=1),
        ),
        ("providers: {fallback: {enabled: false}}", Routing(max_fallback_attempts=0)),
    ],
)
def test_routing_is_read_in_every_spelling(text: str, routing: Routing) -> None:
    assert document(text).routing == routing


@pytest.mark.parametrize(
    ("model", "vendor"),
    [("gpt-4o", "openai"), ("o3-mini", "openai"), ("claude-sonnet-4-20250514", "anthropic"), ("llama", None)],
)
def test_a_vendor_is_known_by_its_models(model: str, vendor: str | None) -> None:
    assert vendor_of_model(model) == vendor


def test_an_id_names_a_vendor_only_by_a_whole_word() -> None:
    assert vendor_of_id("openaix") is None
    assert find_vendor("OpenAI") is not None


def test_the_gateway_section_is_read() -> None:
    read = document("gateway: {anonymous: true, fail_mode: allow}\npolicies: [{type: log}]\n")
    assert read.gateway.anonymous
    assert (read.fail_mode, read.chain[0].fail_mode) == ("allow", "allow")
