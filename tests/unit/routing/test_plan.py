"""A plan holds the right routes in the right order, or says why there is none."""

from __future__ import annotations

from collections import Counter

import pytest
from support.routing import SECRETS, Router, S, prices

from keeptrusts.gateway.routing.candidates import models_served
from keeptrusts.gateway.routing.plan import Plan
from keeptrusts.gateway.routing.retry import judge
from keeptrusts.gateway.routing.route import Route
from keeptrusts.schemas.errors import Problem

TWO = """
providers:
  aliases: {fast: gpt-4o-mini, best: two/gpt-4o, own: local/anything}
  targets:
    - {id: one, provider: openai}
    - {id: two, provider: openai}
    - {id: claude, provider: anthropic}
    - {id: local, provider: mine, base_url: 'http://127.0.0.1:1/v1'}
  consumer_groups:
    - {name: tools, models: [gpt-4o-mini, {model: claude-sonnet-4-5}]}
    - {name: shut, strict: true, models: [gpt-4o-mini]}
    - {name: cheap, routing: cost_optimized, models: [claude-sonnet-4-5, gpt-4o, gpt-4o-mini]}
"""

ROUTES: list[tuple[str, str | None, list[str]]] = [
    ("gpt-4o", None, ["one/gpt-4o", "two/gpt-4o"]),
    ("claude-sonnet-4-5", None, ["claude/claude-sonnet-4-5"]),
    ("fast", None, ["one/gpt-4o-mini", "two/gpt-4o-mini"]),
    ("best", None, ["two/gpt-4o"]),
    ("own", None, ["local/anything"]),
    # In a group: its entries for a model that is in it, else whatever its strategy chooses.
    ("gpt-4o-mini", "tools", ["one/gpt-4o-mini", "two/gpt-4o-mini"]),
    ("claude-sonnet-4-5", "tools", ["claude/claude-sonnet-4-5"]),
    ("auto", "tools", ["one/gpt-4o-mini", "two/gpt-4o-mini", "claude/claude-sonnet-4-5"]),
    ("gpt-4o", "tools", ["one/gpt-4o-mini", "two/gpt-4o-mini", "claude/claude-sonnet-4-5"]),
    ("fast", "shut", ["one/gpt-4o-mini", "two/gpt-4o-mini"]),
    ("auto", "shut", ["one/gpt-4o-mini", "two/gpt-4o-mini"]),
    ("auto", "cheap", ["one/gpt-4o-mini", "two/gpt-4o-mini", "one/gpt-4o", "two/gpt-4o"]),
]


@pytest.mark.parametrize(("model", "group", "routes"), ROUTES, ids=[f"{one[0]} in {one[1]}" for one in ROUTES])
def test_a_model_and_a_group_give_these_routes(model: str, group: str | None, routes: list[str]) -> None:
    assert Router(TWO).names(model, group) == routes


EVERYBODY = """
providers:
  targets:
    - {id: azure, endpoint: 'https://acme.openai.azure.com'}
    - {id: google}
    - {id: bedrock, region: us-east-1}
    - {id: anthropic}
    - {id: own-google, provider: google, models: [claude-sonnet-4-5]}
"""


def test_a_price_that_is_listed_under_a_vendor_does_not_make_its_targets_serve_the_model() -> None:
    """Google and Azure sell Claude at other addresses than the ones targets are called at."""
    wires = frozenset({"azure", "gemini", "bedrock", "anthropic"})
    secrets = {**SECRETS, "GEMINI_API_KEY": "d", "AWS_BEARER_TOKEN_BEDROCK": "e"}
    router = Router(EVERYBODY, wires=wires, environment=secrets)
    assert router.names("claude-sonnet-4-5") == ["anthropic/claude-sonnet-4-5", "own-google/claude-sonnet-4-5"]
    assert router.names("gpt-4o") == ["azure/gpt-4o"] and router.names("gemini-2.5-pro") == ["google/gemini-2.5-pro"]
    assert router.names("anthropic.claude-sonnet-4-5-20250929-v1:0")[0].startswith("bedrock/")
    listed = {name: target.id for name, target in models_served(router.rules, wires, prices())}
    assert listed["claude-sonnet-4-5"] == "anthropic" and listed["gemini-2.5-pro"] == "google"
    assert all(router.names(name) for name in listed), "what is listed can be asked for"


REFUSALS: list[tuple[str, str, str | None, str]] = [
    ("nobody serves it", "nothing", None, "model_not_found"),
    ("auto without a group", "auto", None, "model_not_found"),
    ("outside a strict group", "gpt-4o", "shut", "model_not_allowed"),
]


@pytest.mark.parametrize(("name", "model", "group", "code"), REFUSALS, ids=[one[0] for one in REFUSALS])
def test_a_wish_without_a_route_is_refused_with_its_reason(name: str, model: str, group: str | None, code: str) -> None:
    router = Router(TWO)
    found = router.ask(model, group)
    assert isinstance(found, Problem)
    assert (found.code, found.fix is not None) == (code, True)


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("policies: []\n", "no_provider", "no provider"),
        ("providers: {targets: [{id: groq, models: [gpt-4o]}]}", "no_provider", "GROQ_API_KEY"),
        ("providers: {targets: [{id: openai}]}", "wire_not_supported", "'openai'"),
        (
            "gateway: {unknown_price: refuse}\n"
            "providers: {targets: [{id: x, provider: mine, base_url: 'http://a.example', models: [gpt-4o]}]}",
            "cost_unbounded",
            "no price is known",
        ),
    ],
)
def test_targets_that_cannot_be_used_are_named(text: str, code: str, named: str) -> None:
    wires = frozenset({"anthropic"}) if code == "wire_not_supported" else frozenset({"openai"})
    environment = {} if text.startswith("policies") else SECRETS
    found = Router(text, wires=wires, environment=environment).ask("gpt-4o")
    assert isinstance(found, Problem)
    assert found.code == code
    assert named in found.text


def test_a_plan_is_no_longer_than_the_attempts_allow() -> None:
    targets = "".join(f"    - {{id: t{number}, provider: openai}}\n" for number in range(9))
    for attempts in (0, 1, 3):
        text = f"providers:\n  fallback: {{max_fallback_attempts: {attempts}}}\n  targets:\n{targets}"
        assert len(Router(text).plan("gpt-4o").routes) == attempts + 1


def test_a_target_whose_breaker_is_open_is_left_out_until_it_cooled_down() -> None:
    router = Router(TWO)
    for _ in range(5):
        attempt = router.traffic.begin(router.plan("best").first, router.now_ns)
        assert attempt is not None
        router.traffic.ended(attempt, judge(status=500), router.now_ns)
    assert router.names("gpt-4o") == ["one/gpt-4o"]
    found = router.ask("best")
    assert isinstance(found, Problem)
    assert found.code == "upstream_error"
    assert found.retry_after_s is not None and 5 <= found.retry_after_s <= 7
    router.now_ns = 7 * S
    assert router.names("gpt-4o") == ["one/gpt-4o", "two/gpt-4o"]


def test_routes_that_policies_forbid_are_neither_chosen_nor_fallen_back_to() -> None:
    router = Router(TWO)

    def only_claude(route: Route) -> bool:
        return route.model.startswith("claude")

    found = router.ask("auto", "tools", permits=only_claude)
    assert isinstance(found, Plan)
    assert [one.model for one in found.routes] == ["claude-sonnet-4-5"]
    refused = router.ask("gpt-4o", permits=only_claude)
    assert isinstance(refused, Problem)
    assert refused.code == "model_not_allowed"


CAPPED = """
providers:
  aliases: {small: gpt-4o-mini}
  routing: {strategy: random, budget_fallbacks: [claude-opus-4-1, small]}
  targets:
    - {id: openai}
    - {id: anthropic}
    - {id: free, provider: mine, base_url: 'http://127.0.0.1:1/v1', models: [unpriced]}
  consumer_groups:
    - {name: own, models: [gpt-4o], budget_fallbacks: [unpriced, gpt-4.1-nano]}
    - {name: none, models: [gpt-4.1-nano]}
"""


@pytest.mark.parametrize(
    ("model", "group", "routes"),
    [
        ("gpt-4o", None, ["openai/gpt-4o-mini"]),  # claude-opus-4-1 costs more than gpt-4o
        ("gpt-4o", "own", ["openai/gpt-4.1-nano"]),  # what has no known price is not known to be cheaper
    ],
)
def test_at_the_cap_only_cheaper_budget_fallbacks_are_chosen(model: str, group: str | None, routes: list[str]) -> None:
    assert Router(CAPPED).names(model, group, at_cap=True) == routes


def test_at_the_cap_without_a_cheaper_model_the_budget_refuses() -> None:
    router = Router(CAPPED)
    found = router.ask("gpt-4.1-nano", "none", at_cap=True)
    assert isinstance(found, Problem)
    assert (found.code, found.status) == ("budget_exceeded", 429)


def test_a_group_takes_the_strategy_of_the_providers_unless_it_has_its_own() -> None:
    text = """
providers:
  routing: round_robin
  targets: [{id: one, provider: openai}, {id: two, provider: openai}]
  consumer_groups:
    - {name: follows, models: [gpt-4o]}
    - {name: own, models: [gpt-4o], routing: ordered}
"""
    router = Router(text)
    firsts = {name: Counter(router.names("gpt-4o", name)[0] for _ in range(10)) for name in ("follows", "own")}
    assert firsts["follows"] == {"one/gpt-4o": 5, "two/gpt-4o": 5}
    assert firsts["own"] == {"one/gpt-4o": 10}


def test_a_models_weight_is_split_among_the_targets_that_serve_it() -> None:
    text = """
providers:
  targets:
    - {id: one, provider: openai}
    - {id: two, provider: openai, weight: 3}
    - {id: claude, provider: anthropic}
  consumer_groups:
    - name: mixed
      routing: round_robin
      models: [{model: gpt-4o, weight: 1}, {model: claude-sonnet-4-5, weight: 1}]
"""
    router = Router(text)
    firsts = Counter(router.names("auto", "mixed")[0] for _ in range(80))
    assert firsts == {"claude/claude-sonnet-4-5": 40, "two/gpt-4o": 30, "one/gpt-4o": 10}


def test_what_serves_a_wish_is_looked_up_anew_after_a_reload() -> None:
    router = Router(TWO)
    assert router.names("fast")[0] == "one/gpt-4o-mini"
    router.rules = Router(TWO.replace("fast: gpt-4o-mini", "fast: claude/claude-sonnet-4-5")).rules
    assert router.names("fast") == ["claude/claude-sonnet-4-5"]


def test_names_of_callers_are_remembered_in_a_bounded_number() -> None:
    router = Router(TWO)
    for number in range(5_000):
        router.ask(f"gpt-invented-{number}")
    assert len(router.traffic.served._found) <= 2_048
    assert router.names("gpt-4o") == ["one/gpt-4o", "two/gpt-4o"]


def test_models_are_listed_with_their_aliases() -> None:
    served = dict(models_served(Router(TWO).rules, frozenset({"openai", "anthropic"}), prices()))
    assert served["best"].id == "two"
    assert served["own"].id == "local"
    assert served["gpt-4o"].id == "one"
    assert list(served) == sorted(served)
