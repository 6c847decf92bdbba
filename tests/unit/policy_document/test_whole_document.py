"""What only shows when a document that loads is looked at as a whole: findings at their places, none without cause."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from keeptrusts.cli.policy_trials.surroundings import GatewaySurroundings
from keeptrusts.gateway.policies.protocol import ALLOW, RequestFacts
from keeptrusts.gateway.policies.rate_limit import WorkerShare
from keeptrusts.gateway.policies.registry import build_policy
from keeptrusts.gateway.policies.unavailable import Unavailable
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.policy_document.kinds.registry import KINDS
from keeptrusts.schemas.policy_document.lint import lint_bytes, lint_text

PACK = "pack: {name: a, version: 1.0.0, enabled: true}\n"


def chain(*items: str) -> str:
    return PACK + "policies:\n  chain:\n" + "".join(f"    - {item}\n" for item in items)


def found(text: str) -> list[tuple[str, str, int]]:
    report = lint_text(text, "f.yaml")
    assert report.document is not None, report.findings
    return [(one.severity, one.code.value, one.line) for one in report.findings]


TEAM_A = "targeting: {scope: team, teams: [a]}"
TEAM_AB = "targeting: {scope: team, teams: [a, b]}"
MEMBER = "targeting: {scope: role, roles: [member]}"
NOTHING = "model-access: {allowed_models: []}"

W, N = "warning", "info"

REFUSES = "human-oversight: {confidence_threshold: 0.5}"
DOUBTS = [
    ("after a kind that refuses all", chain(NOTHING, "dlp-filter: {}"), W, "KT136", 5),
    ("after a kind that cannot be enforced", chain(REFUSES, "pii-detector: {}"), W, "KT136", 5),
    ("rbac runs first", chain(REFUSES, "rbac: {require_auth: true}"), None, "KT136", 5),
    ("refused before within a team", chain(f"{NOTHING[:-1]}, {TEAM_AB}}}", f"dlp-filter: {{{TEAM_A}}}"), W, "KT136", 5),
    ("refused before, in one team only", chain(f"{NOTHING[:-1]}, {TEAM_A}}}", f"dlp-filter: {{{TEAM_AB}}}"),
     None, "KT136", 5),
    ("refused before, by another scope", chain(f"{NOTHING[:-1]}, {MEMBER}}}", f"dlp-filter: {{{TEAM_AB}}}"),
     None, "KT136", 5),
    ("observed before", chain(f"{NOTHING[:-1]}, mode: observe}}", "dlp-filter: {}"), None, "KT136", 5),
    ("records are written all the same", chain(NOTHING, "audit-logger: {immutable: true}"), None, "KT136", 5),
    ("no model is allowed", chain("model-access: {denied_models: ['*']}", "dlp-filter: {}"), W, "KT136", 5),
    ("twice the same", chain("dlp-filter: {}", "dlp-filter: {}"), W, "KT137", 5),
    ("twice the same, once for a team", chain("dlp-filter: {}", f"dlp-filter: {{{TEAM_A}}}"), W, "KT137", 5),
    ("the same for teams apart", chain(f"dlp-filter: {{{TEAM_A}}}", f"dlp-filter: {{{MEMBER}}}"), None, "KT137", 5),
    ("other options for the same callers", chain("dlp-filter: {}", "dlp-filter: {secrets: false, blocked_terms: [x]}"),
     W, "KT138", 5),
    ("other options, other name", chain("dlp-filter: {}", "dlp-filter: {name: b, blocked_terms: [x]}"),
     None, "KT138", 5),
    ("another mode for the same callers", chain("dlp-filter: {}", "dlp-filter: {mode: observe}"), W, "KT138", 5),
    ("a team in two lists", chain(f"dlp-filter: {{{TEAM_A}}}", f"dlp-filter: {{action: block, {TEAM_AB}}}"),
     W, "KT138", 5),
    ("looser than for everyone", chain(f"dlp-filter: {{action: warn, {TEAM_A}}}", "dlp-filter: {action: block}"),
     W, "KT138", 4),
    ("looser about something else",
     chain(f"dlp-filter: {{action: warn, blocked_terms: [x], {TEAM_A}}}", "dlp-filter: {action: block}"),
     None, "KT138", 4),
    ("watched for a team", chain(f"dlp-filter: {{mode: observe, {TEAM_A}}}", "dlp-filter"), W, "KT138", 4),
    ("an output filter for requests", PACK + "policies:\n  - {type: output_filter, apply_to: input}\n", W, "KT139", 3),
    ("an output filter for both", PACK + "policies:\n  - {type: output_filter, apply_to: both}\n", None, "KT139", 3),
    ("stricter than for everyone", chain(f"dlp-filter: {{action: block, {TEAM_A}}}", "dlp-filter: {action: warn}"),
     None, "KT138", 4),
    ("two audit-loggers", chain("audit-logger: {immutable: true}", "audit-logger: {capture: redacted}"), W, "KT138", 5),
    ("rbac that requires nothing", chain("rbac: {require_auth: false}"), W, "KT139", 4),
    ("rbac alone", chain("rbac"), N, "KT139", 4),
    ("a rate limit without a limit", chain("rate-limit: {per: team}"), W, "KT139", 4),
    ("a rate limit of a tier", chain("rate-limit: {per_user: {rpm: 1}}"), None, "KT139", 4),
    ("a spend limit without a limit", chain("spend-limit: {per: team}"), W, "KT139", 4),
    ("model lists without models", chain("model-access: {action: block}"), W, "KT139", 4),
    ("a detector of nothing", chain("pii-detector: {entities: [], pci_mode: false}"), W, "KT139", 4),
    ("a detector of cards", chain("pii-detector: {entities: []}"), None, "KT139", 4),
    ("a filter of nothing", chain("dlp-filter: {secrets: false}"), W, "KT139", 4),
    ("a content filter of the usual", chain("content-filter: {action: warn}"), None, "KT139", 4),
    ("a level of logging", chain("prompt-injection: {response: {log_level: error}}"), N, "KT145", 4),
    ("a firewall of nothing", chain("agent-firewall: {action: warn}"), W, "KT139", 4),
    ("routing that requires nothing", chain("data-routing-policy: {require_no_training: false}"), W, "KT139", 4),
    ("oversight of nothing", chain("human-oversight: {require_review: false}"), W, "KT139", 4),
    ("a name that is no slug", chain("rbac: {require_auth: true, targeting: {teams: [Data Science]}}"), W, "KT139", 4),
    ("a star among teams", chain("rbac: {require_auth: true, targeting: {teams: ['a*']}}"), W, "KT139", 4),
    ("a star among models", chain("rbac: {require_auth: true, targeting: {models: ['gpt-*']}}"), None, "KT139", 4),
    ("by topics", chain("human-oversight: {require_human_for: [x], confidence_threshold: 1}"), None, "KT125", 4),
    ("a person where it is unsure", chain("human-oversight: {confidence_threshold: 0.5}"), W, "KT125", 4),
    ("unsure, and watched", chain("human-oversight: {confidence_threshold: 1, mode: observe}"), W, "KT125", 4),
    ("a person for everything", chain("human-oversight: {require_review: true}"), None, "KT125", 4),
    ("after what nobody judges", chain("human-oversight: {confidence_threshold: 1}", "dlp-filter: {}"), W, "KT136", 5),
    ("sensitivity", chain("dlp-filter: {sensitivity_level: high}"), None, "KT145", 4),
    ("placeholders", chain("pii-detector: {redaction: {reversible: true}}"), None, "KT145", 4),
    ("metadata", chain("pii-detector: {redaction: {include_metadata: false}}"), N, "KT145", 4),
    ("captured texts", chain("audit-logger: {capture: full}"), None, "KT145", 4),
    ("retention", chain("audit-logger: {retention: 30}"), None, "KT145", 4),
    ("markers of a refusal", chain("pii-detector: {action: block, redaction: {marker_format: mask}}"), N, "KT145", 4),
    ("a message that nobody gets", chain("dlp-filter: {message: x}"), N, "KT145", 4),
    ("fuzzy without terms", chain("dlp-filter: {fuzzy_matching: true}"), N, "KT145", 4),
    ("no wrong letters", chain("dlp-filter: {blocked_terms: [x], fuzzy_matching: true, max_distance: 0}"),
     N, "KT145", 4),
    ("no money at all", chain("spend-limit: {monthly_limit: 0}"), W, "KT154", 4),
    ("no model at all", chain("model-access: {allowed_models: []}"), W, "KT154", 4),
    ("no action at all", chain("agent-firewall: {max_actions_per_session: 0}"), W, "KT154", 4),
    ("a pattern of any word", chain(r"dlp-filter: {detect_patterns: ['\w+']}"), W, "KT153", 4),
    ("a pattern of four digits", chain(r"dlp-filter: {detect_patterns: ['\d{4}']}"), None, "KT153", 4),
    ("a repeat of a repeat", chain("pii-detector: {detect_patterns: ['(a+)+b']}"), N, "KT146", 4),
    ("a repeat of a group", chain("pii-detector: {detect_patterns: ['(ab)+c']}"), None, "KT146", 4),
    ("allowed and denied", chain("model-access: {allowed_models: [gpt-4o], denied_models: ['GPT*']}"), W, "KT156", 4),
    ("a team's model that nobody may use", chain("model-access: {allowed_models: [a], teams: {x: {allow: [b]}}}"),
     W, "KT156", 4),
    ("a team's model of a star", chain("model-access: {allowed_models: ['a*'], teams: {x: {allow: [ab]}}}"),
     None, "KT156", 4),
    ("an unknown group", chain("rbac: {require_auth: true, targeting: {consumer_groups: [chatt]}}")
     + "consumer_groups: [{name: chat, models: [gpt-4o]}]\n", W, "KT155", 4),
    ("a group of another file", chain("rbac: {require_auth: true, targeting: {consumer_groups: [chat]}}"),
     None, "KT155", 4),
    ("a key in a list", chain("rbac: {roles: {member: {models: [sk-abcdefghijkl]}}}"), W, "KT127", 4),
    ("a password in an address", PACK + "providers:\n  targets: [{id: openai, base_url: 'https://a:b@h/v1'}]\n",
     W, "KT127", 3),
    ("a key in an address", PACK + "providers:\n  targets: [{id: openai, base_url: 'https://h/v1?api_key=b'}]\n",
     W, "KT127", 3),
    ("a pack that is off", chain(NOTHING, "dlp-filter: {}").replace("enabled: true", "enabled: false"),
     None, "KT136", 5),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "severity", "code", "line"), DOUBTS, ids=[case[0] for case in DOUBTS])
def test_a_doubt_is_at_its_line_or_absent(name: str, text: str, severity: str | None, code: str, line: int) -> None:
    own = [(one, at) for one, kind, at in found(text) if kind == code]
    assert own == ([] if severity is None else [(severity, line)])


def test_a_kind_cannot_be_told_another_phase() -> None:
    report = lint_text("policy:\n  disclaimer: {apply_to: input}\n", "f.yaml")
    assert [(one.code.value, one.line, one.message) for one in report.findings if one.severity == "error"] == [
        ("KT139", 2, 'disclaimer judges answers, and "apply_to" cannot change that')
    ]


def test_no_finding_shows_a_secret() -> None:
    secret = "sk-live1234567890abcdef"
    texts = [
        f"policies: {{chain: [{secret}]}}\n",
        f"policy:\n  {secret}: {{}}\n",
        f"providers:\n  targets: [{{id: openai, secret_key_ref: {{env: {secret}}}}}]\n",
        f"providers:\n  targets: [{{id: {secret}}}]\n",
        f"providers:\n  targets: [{{id: openai, base_url: 'https://u:{secret}@h/v1?token={secret}'}}]\n",
        "providers:\n  targets: [{id: openai, base_url: 'https://user:hunter2@h/v1?token=hunter2'}]\n",
        f"policy:\n  dlp-filter: {{blocked_terms: {secret}}}\n",
    ]
    for text in texts:
        report = lint_text(text, "f.yaml")
        said = [(one.message, one.suggestion, one.excerpt) for one in report.findings]
        assert report.findings and secret[3:] not in str(said) and "hunter2" not in str(said), said


ESCALATES = [name for name, spec in KINDS.items() if "escalate" in str(spec.options.model_fields.get("action"))]
SAMPLES = [
    *(f"{kind}: {{mode: {mode}}}" for kind, mode in product(KINDS, ("enforce", "guide"))),
    *(f"{kind}: {{action: escalate, mode: {mode}}}" for kind, mode in product(ESCALATES, ("enforce", "guide"))),
    "human-oversight: {confidence_threshold: 0.9}",
    "human-oversight: {require_review: true, confidence_threshold: 0.5}",
]


@pytest.mark.parametrize("item", SAMPLES)
def test_the_linter_knows_which_entries_refuse_every_call(item: str) -> None:
    """What gateways compile decides: the linter says of each such entry, and of no other, that it is not enforced."""
    report = lint_text(chain(item), "f.yaml")
    assert report.document is not None, report.findings
    policy = build_policy(report.document.chain[0], WorkerShare())
    decision = policy.evaluate(RequestFacts(org="o"), 0) if isinstance(policy, Unavailable) else ALLOW
    refused = decision.problem is not None and decision.problem.code == "policy_unavailable"
    said = any(one.code == "KT125" and "refuse" in one.message for one in report.findings)
    assert said == refused


TARGETS = """
providers:
  targets:
    - {id: openai, models: [gpt-4o, tuned]}
    - {id: anthropic, secret_key_ref: {store: prod}}
    - {id: own, provider: own, base_url: "http://h/v1", models: [llama], pricing: {input: 1, output: 2}}
  aliases: {fast: gpt-4o}
  consumer_groups:
    - {name: chat, models: ["openai:gpt-9", "anthropic:claude-sonnet-4-5", gpt-4o], budget_fallbacks: [cheap, fast]}
  routing: {strategy: ordered, budget_fallbacks: [gone]}
"""
NAMES = "[gpt-4o, fast, claude-next, 'claude-*', 'gpt-*', llama, auto, '*', gpt-5x, 'gemini-*']"


def surroundings(environment: dict[str, str]) -> GatewaySurroundings:
    return GatewaySurroundings(
        prices=PriceTable.load(on=date(2026, 11, 1)), environment=environment, now=datetime(2026, 11, 1, tzinfo=UTC)
    )


def met(text: str, environment: dict[str, str]) -> list[tuple[str, str, int, str]]:
    report = lint_bytes(text.encode(), "f.yaml", surroundings=surroundings(environment))
    assert report.document is not None, report.findings
    new = {"KT150", "KT151", "KT152"}
    return [(one.severity, one.code.value, one.line, one.message) for one in report.findings if one.code.value in new]


def test_models_prices_and_secrets_are_those_of_the_gateway() -> None:
    text = PACK + TARGETS + f"policies:\n  chain:\n    - model-access: {{allowed_models: {NAMES}}}\n"
    said = met(text, {"OPENAI_API_KEY": "x"})
    assert [one[:3] for one in said] == [
        ("warning", "KT151", 5),
        ("warning", "KT152", 6),
        ("warning", "KT150", 10),
        ("warning", "KT150", 10),
        ("warning", "KT150", 11),
        ("warning", "KT150", 14),
        ("warning", "KT150", 14),
    ]
    words = ["tuned", "secret stores", '"gpt-9"', '"cheap"', '"gone"', '"gpt-5x"', '"gemini-*"']
    assert [word for word, one in zip(words, said, strict=True) if word not in one[3]] == []


COMPLIES = "data_policy: {zero_data_retention: true, region: eu-west-1}"


@pytest.mark.parametrize(
    ("demand", "targets", "told"),
    [
        ("{require_zero_data_retention: true}", f"[{{id: openai}}, {{id: anthropic, {COMPLIES}}}]", False),
        ("{require_zero_data_retention: true, require_no_training: true}", f"[{{id: openai, {COMPLIES}}}]", True),
        ("{allowed_regions: [us*]}", f"[{{id: openai, {COMPLIES}}}]", True),
        ("{allowed_regions: [us*], on_no_compliant_provider: warn}", f"[{{id: openai, {COMPLIES}}}]", True),
    ],
)
def test_a_demand_that_no_target_has_declared_to_keep(demand: str, targets: str, told: bool) -> None:
    text = chain(f"data-routing-policy: {demand}") + f"providers: {{targets: {targets}}}\n"
    report = lint_bytes(text.encode(), "f.yaml", surroundings=surroundings({}))
    assert [(one.severity, one.line) for one in report.findings if one.code == "KT157"] == [("warning", 4)] * told


def test_a_variable_that_is_not_set_here_is_a_note() -> None:
    [one] = met("providers: {targets: [{id: openai}]}\n", {})
    assert one[:2] == ("info", "KT152") and "OPENAI_API_KEY is not set" in one[3]


def test_without_targets_nothing_is_known_about_models() -> None:
    assert met(chain("model-access: {allowed_models: [anything]}"), {}) == []
