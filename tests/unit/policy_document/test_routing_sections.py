"""Routing, breaker, aliases, timeouts and dated prices are read, and what contradicts itself is found."""

from __future__ import annotations

from datetime import date

import pytest
from support.routing import read

from keeptrusts.schemas.policy_document.document import CircuitBreaker, ModelAlias, Routing, TargetPricing
from keeptrusts.schemas.policy_document.fingerprint import fingerprint
from keeptrusts.schemas.policy_document.lint import lint_text

TARGETS = "  targets: [{id: openai}, {id: eu, provider: azure, endpoint: 'https://x.example', models: [gpt-4o]}]\n"


def findings(text: str) -> list[tuple[str, str, str]]:
    return [(one.code.value, one.severity, one.message) for one in lint_text(text, "f.yaml").findings]


@pytest.mark.parametrize(
    ("section", "routing"),
    [
        (
            "routing: {strategy: lowest_latency, timeout_seconds: 90, exploration_percent: 0}",
            Routing(strategy="lowest_latency", timeout_s=90, exploration_percent=0),
        ),
        ("routing: {budget_fallbacks: [a, b]}", Routing(budget_fallbacks=("a", "b"))),
        ("routing: {cheaper_at_cap: [a]}", Routing(budget_fallbacks=("a",))),
        ("routing: {fallback: {retry_percent: 5}}", Routing(retry_percent=5)),
        (
            "fallback: {triggers: [rate_limit_exceeded, service_unavailable]}",
            Routing(fallback_triggers=("rate_limit", "server_error")),
        ),
    ],
)
def test_routing_options_are_read(section: str, routing: Routing) -> None:
    assert read(f"providers: {{{section}}}").routing == routing


def test_the_circuit_breaker_is_read() -> None:
    text = (
        "providers: {circuit_breaker: {failure_threshold: 3, failure_percent: 20, minimum_requests: 10,"
        " window_seconds: 60, cooldown_seconds: 10, max_cooldown_seconds: 20, probes: 2}}"
    )
    assert read(text).circuit_breaker == CircuitBreaker(
        failure_threshold=3,
        failure_percent=20,
        minimum_requests=10,
        window_s=60,
        cooldown_s=10,
        max_cooldown_s=20,
        probes=2,
    )
    assert read("providers: {circuit_breaker: {enabled: false}}").circuit_breaker == CircuitBreaker(enabled=False)


ALIASES: list[tuple[str, str, ModelAlias]] = [
    ("a model", "fast: gpt-4o-mini", ModelAlias(name="fast", model="gpt-4o-mini")),
    ("a model at a target", "fast: eu/gpt-4o", ModelAlias(name="fast", model="gpt-4o", target="eu")),
    ("as a mapping", "fast: {target: eu, model: gpt-4o}", ModelAlias(name="fast", model="gpt-4o", target="eu")),
    ("an alias of an alias", "fast: b, b: c, c: eu/gpt-4o", ModelAlias(name="fast", model="gpt-4o", target="eu")),
    ("a target ends the chain", "fast: eu/gpt-4o, gpt-4o: x", ModelAlias(name="fast", model="gpt-4o", target="eu")),
    ("a number", "fast: 42", ModelAlias(name="fast", model="42")),
]


@pytest.mark.parametrize(("name", "entries", "alias"), ALIASES, ids=[one[0] for one in ALIASES])
def test_an_alias_is_followed_to_its_end(name: str, entries: str, alias: ModelAlias) -> None:
    for text in (
        f"providers:\n{TARGETS}  aliases: {{{entries}}}\n",
        f"models: {{aliases: {{{entries}}}}}\nproviders:\n{TARGETS}",
        f"policies: [{{type: log}}]\nmodels: {{aliases: {{{entries}}}}}\nproviders:\n{TARGETS}",
    ):
        assert read(text).aliases[0] == alias


def test_a_models_name_may_hold_a_slash() -> None:
    text = "providers:\n  targets: [{id: openrouter}]\n  aliases: {llama: meta-llama/llama-3.3-70b-instruct}\n"
    assert findings(text) == []
    assert read(text).aliases == (ModelAlias(name="llama", model="meta-llama/llama-3.3-70b-instruct"),)


def test_without_targets_the_vendors_are_the_targets() -> None:
    assert read("models: {aliases: {fast: openai/gpt-4o-mini}}").aliases[0].target == "openai"


WRONG: list[tuple[str, str, str, str]] = [
    ("a circle", "aliases: {a: b, b: c, c: a}", "KT113", "a -> b -> c -> a"),
    ("of itself", "aliases: {gpt-4o-mini: gpt-4o-mini}", "KT113", "gpt-4o-mini -> gpt-4o-mini"),
    ("a target nobody declared", "aliases: {a: {target: us, model: gpt-4o}}", "KT114", '"us"'),
    ("a target's name misspelled", "aliases: {a: opnai/gpt-4o}", "KT114", '"opnai"'),
    ("auto", "aliases: {auto: gpt-4o}", "KT107", '"auto"'),
    ("a list", "aliases: [gpt-4o]", "KT105", '"aliases" needs a mapping'),
    ("no model", "aliases: {a: {target: eu}}", "KT106", '"model"'),
    ("another key", "aliases: {a: {model: b, tagret: eu}}", "KT103", '"tagret"'),
    ("a cool-down over its limit", "circuit_breaker: {cooldown_seconds: 400}", "KT107", "max_cooldown_seconds"),
    ("an unknown strategy", "routing: fastest", "KT102", '"fastest"'),
    ("no time at all", "routing: {timeout_seconds: 0}", "KT107", "at least 1"),
    ("more than everything", "fallback: {retry_percent: 101}", "KT107", "at most 100"),
]


@pytest.mark.parametrize(("name", "section", "code", "named"), WRONG, ids=[one[0] for one in WRONG])
def test_a_mistake_is_an_error_that_names_it(name: str, section: str, code: str, named: str) -> None:
    errors = [one for one in findings(f"providers:\n{TARGETS}  {section}\n") if one[1] == "error"]
    assert [one[0] for one in errors][:1] == [code]
    assert any(named in one[2] for one in errors)


def test_every_alias_of_a_circle_is_named_in_its_own_line() -> None:
    report = lint_text("models:\n  aliases:\n    a: b\n    b: a\n    fine: gpt-4o\n", "f.yaml")
    assert [(one.code.value, one.line) for one in report.findings] == [("KT113", 3), ("KT113", 4)]


DOUBTFUL: list[tuple[str, str, str]] = [
    ("no target has a weight", "targets: [{id: openai, weight: 0}, {id: anthropic, weight: 0}]", "KT131"),
    (
        "no model has a weight",
        "consumer_groups: [{name: g, models: [{model: gpt-4o, weight: 0}, {model: o3, weight: 0}]}]",
        "KT131",
    ),
    ("an alias over a model", "targets: [{id: openai, models: [gpt-4o]}]\n  aliases: {gpt-4o: gpt-4o-mini}", "KT132"),
    ("neither target nor model", "targets: [{id: openai}]\n  aliases: {a: emea/gpt-4o}", "KT133"),
    ("not listed there", "targets: [{id: openai, models: [gpt-4o]}]\n  aliases: {a: openai/gpt-4.1}", "KT133"),
    (
        "a timeout that is cut",
        "targets: [{id: openai, timeout_seconds: 99}]\n  routing: {timeout_seconds: 60}",
        "KT134",
    ),
]


@pytest.mark.parametrize(("name", "section", "code"), DOUBTFUL, ids=[one[0] for one in DOUBTFUL])
def test_what_hardly_was_meant_is_a_warning(name: str, section: str, code: str) -> None:
    found = findings(f"providers:\n  {section}\n")
    assert (code, "warning") in [(one[0], one[1]) for one in found]
    assert not any(one[1] == "error" for one in found)


def test_one_weight_is_enough() -> None:
    assert findings("providers:\n  targets: [{id: openai, weight: 0}, {id: anthropic}]\n") == []


def test_prices_with_days_are_sorted_and_replace_each_other() -> None:
    text = (
        "providers: {targets: [{id: openai, pricing: [{from: 2027-01-01, input: 3, output: 4},"
        " {input_per_1m: 1, reasoning: '0.5'}, {from: '2026-01-01', input: 2}]}]}"
    )
    assert read(text).targets[0].pricing == TargetPricing(
        input_pico=1_000_000,
        reasoning_pico=500_000,
        later=(
            TargetPricing(input_pico=2_000_000, since=date(2026, 1, 1)),
            TargetPricing(input_pico=3_000_000, output_pico=4_000_000, since=date(2027, 1, 1)),
        ),
    )


@pytest.mark.parametrize(
    ("pricing", "code", "named"),
    [
        ("[{from: 2026-13-01, input: 1}]", "KT107", "not a day"),
        ("[{from: 2026-1-1, input: 1}]", "KT107", "YYYY-MM-DD"),
        ("[{from: 2026, input: 1}]", "KT107", "YYYY-MM-DD"),
        ("[{from: 2026-01-01, input: 1}, {from: 2026-01-01, input: 2}]", "KT113", "from 2026-01-01"),
        ("[{input: 1}, {input: 2}]", "KT113", "without a day"),
        ("{inptu: 1}", "KT103", '"inptu"'),
        ("[{input: 1, inptu: 1}]", "KT103", '"inptu"'),
        ("cheap", "KT105", "a list"),
        ("{input: -1}", "KT107", "negative"),
    ],
)
def test_prices_that_cannot_be_meant_are_errors(pricing: str, code: str, named: str) -> None:
    errors = [
        one for one in findings(f"providers: {{targets: [{{id: openai, pricing: {pricing}}}]}}") if one[1] == "error"
    ]
    assert [one[0] for one in errors] == [code]
    assert named in errors[0][2]


def test_models_at_the_top_level_holds_aliases_and_nothing_else() -> None:
    assert [one[:2] for one in findings("models: {alias: {a: b}}")] == [("KT103", "error")]
    both = "models: {aliases: {a: gpt-4o}}\nproviders: {aliases: {b: gpt-4o}}\n"
    assert ("KT113", "error") in [one[:2] for one in findings(both)]
    assert findings("models: {aliases: }\n") == []


def test_a_group_on_its_own_is_still_checked_as_a_group() -> None:
    assert [one[0] for one in findings("- name: tools\n  models: [gpt-4o]\n")] == ["KT142"]


@pytest.mark.parametrize(
    "change",
    [
        "providers: {aliases: {a: gpt-4o}}",
        "providers: {circuit_breaker: {probes: 2}}",
        "providers: {routing: {timeout_seconds: 9}}",
        "providers: {targets: [{id: openai, pricing: [{from: 2026-01-01, input: 1}]}]}",
        "gateway: {unknown_price: refuse}",
        "wallets: {shrink_to_fit: true}",
    ],
)
def test_the_fingerprint_shows_a_change_of_each(change: str) -> None:
    digests = {fingerprint(read(text)) for text in ("policies: []", "providers: {targets: [{id: openai}]}", change)}
    assert len(digests) == 3
