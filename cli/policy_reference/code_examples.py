"""For every code of the linter: why it is said and what to do, and the smallest text that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.findings import Code

KNOWN_TEAMS: Final = frozenset({"engineering", "support"})
"""The directory that the examples are linted with."""


@frozen
class Explained:
    """What a code is about. `example` is written as bytes of Latin-1, so that it can hold what is no UTF-8."""

    advice: str
    example: str


def _of(advice: str, example: str) -> Explained:
    return Explained(advice=advice, example=example.strip("\n") + "\n" if example else "")


EXPLAINED: Final[Mapping[Code, Explained]] = MappingProxyType(
    {
        Code.SYNTAX: _of(
            "Often a bracket or a quote that is not closed, or a tab: YAML is indented with spaces.",
            "policies: [rbac\n",
        ),
        Code.UNKNOWN_VALUE: _of(
            "The suggestion lists the words that are accepted, and names the nearest.",
            "policy:\n  pii-detector: {action: blok}\n",
        ),
        Code.UNKNOWN_KEY: _of(
            "A misspelled key would silently do nothing, so it is an error. Check the spelling and the indentation.",
            "policy:\n  rbac: {minimum_rol: admin}\n",
        ),
        Code.UNKNOWN_KIND: _of("[policies.md](policies.md) lists every kind.", "policies:\n  chain: [pii-detectr]\n"),
        Code.WRONG_TYPE: _of(
            "Text that YAML takes for something else (no, 1.0) needs quotes; a single value where a list is needed "
            "needs brackets.",
            "policy:\n  rbac: {deny_if_missing: role}\n",
        ),
        Code.MISSING_KEY: _of(
            "Add the key; the message names the part that needs it.",
            "policies:\n  chain:\n    - rbac: {targeting: {scope: team}}\n",
        ),
        Code.INVALID_VALUE: _of(
            "The message says which values are accepted. A limit of 0 would refuse everything: to have no limit, leave "
            "it out.",
            "policy:\n  rate-limit: {requests_per_minute: 0}\n",
        ),
        Code.DUPLICATE_KEY: _of(
            "Of two values of one key a reader sees the first and a program the second. Keep one.",
            "policies: []\npolicies: [{type: log}]\n",
        ),
        Code.EMPTY: _of("An empty file decides nothing; a gateway does not start on it.", "# nothing yet\n"),
        Code.TOO_LARGE: _of(
            "The most is 1 MiB, 32 levels, 20,000 values (aliases counted as often as they are used), 500 entries in a "
            "chain. Findings end after 200.",
            "policies: " + "[" * 40 + "]" * 40 + "\n",
        ),
        Code.NOT_UTF8: _of("Save the file as UTF-8.", "pack: {name: caf\xe9}\n"),
        Code.UNSUPPORTED_YAML: _of(
            "Anchors, aliases and merge keys are read. Tags and several documents in one file are not.",
            "policies: !include other.yaml\n",
        ),
        Code.CONFLICT: _of(
            "Keep the one that is meant.",
            "policy:\n  rbac: {mode: observe, enforcement: enforce}\n",
        ),
        Code.UNKNOWN_TARGET: _of(
            "An alias names a target by the id that stands in providers.targets.",
            "providers:\n  targets: [{id: openai}]\n  aliases: {fast: {target: opnai, model: gpt-4o-mini}}\n",
        ),
        Code.VERSION_FORMAT: _of(
            "Versions tell records of one file from those of another. Write three numbers, in quotes or without.",
            'pack: {name: a, version: "1.0", enabled: true}\n',
        ),
        Code.ENABLED_MISSING: _of(
            "Say it, so that nobody has to know what is assumed.", "pack: {name: a, version: 1.0.0}\n"
        ),
        Code.UNKNOWN_TEAM: _of(
            "Where the directory is known, targeting at a team that is not in it applies to nobody.",
            "policies:\n  chain:\n    - rbac: {minimum_role: member, targeting: {teams: [engineerng, support]}}\n",
        ),
        Code.AUDIT_ONLY_TEAM: _of(
            "A file that treats teams differently leaves one out easily. Add an entry without targeting, if that was "
            "not meant.",
            "policies:\n  chain:\n    - audit-logger\n    - rbac: {minimum_role: member, targeting: {teams: "
            "[support]}}\n",
        ),
        Code.IMMUTABLE_FALSE: _of(
            "There is no way to change a record, so the line promises what nothing keeps. Remove it.",
            "policy:\n  audit-logger: {immutable: false}\n",
        ),
        Code.NOT_ENFORCED: _of(
            "Rather than pretend, a gateway refuses calls that such an entry applies to (409 policy_unavailable). Use "
            "mode: observe, in which it is recorded as not_evaluated, or take it out.",
            "policies:\n  chain:\n    - human-oversight: {confidence_threshold: 0.7}\n",
        ),
        Code.NO_ENDPOINT: _of(
            "Azure and Bedrock have no address of their own: it depends on your resource and your region.",
            "providers:\n  targets: [{id: azure}]\n",
        ),
        Code.CLEAR_TEXT_SECRET: _of(
            "Whoever can read the file can use the secret, and version control keeps it for ever. Take it out, make a "
            "new one, and name a variable instead.",
            "providers:\n  targets: [{id: openai, api_key: sk-abcdefgh12345678}]\n",
        ),
        Code.NEVER_RUNS: _of(
            "Options under policy do not put a kind into the chain.",
            "policies:\n  chain: [audit-logger]\npolicy:\n  rbac: {minimum_role: member}\n",
        ),
        Code.SWITCHED_OFF: _of(
            "pack.enabled: false switches off every policy of the file: all calls pass.",
            "pack: {name: a, version: 1.0.0, enabled: false}\n",
        ),
        Code.UNKNOWN_PROVIDER: _of(
            "With a base_url any server can be a target, and is taken to speak OpenAI's API. Check the spelling if a "
            "known vendor was meant.",
            "providers:\n  targets: [{id: ours, provider: ours, base_url: https://models.example.com/v1}]\n",
        ),
        Code.NO_WEIGHT: _of(
            "A weight of 0 means: only as a fallback. With all at 0 there is nothing to fall back from.",
            "providers:\n  targets: [{id: openai, weight: 0}]\n",
        ),
        Code.HIDDEN_MODEL: _of(
            "Who asks for the name gets what the alias stands for, never the model that is listed. Choose "
            "another name.",
            "providers:\n  targets: [{id: openai, models: [gpt-4o, gpt-4o-mini]}]\n  aliases: {gpt-4o: gpt-4o-mini}\n",
        ),
        Code.UNSERVED_ALIAS: _of(
            "Calls for the alias would be refused with 404 model_not_found.",
            "providers:\n  targets: [{id: openai, models: [gpt-4o]}]\n"
            "  aliases: {fast: {target: openai, model: gpt-4o-mini}}\n",
        ),
        Code.TIMEOUT_CUT: _of(
            "An attempt ends with its call: the longer time is never reached, and no fallback has time left.",
            "providers:\n  targets: [{id: openai, timeout_seconds: 90}]\n  routing: {timeout_seconds: 60}\n",
        ),
        Code.SHORT_WAIT: _of(
            "Money that a failed gateway held comes back after 20 seconds. Who waits for less is refused "
            "although there "
            "is money.",
            "wallets: {max_wait_seconds: 10}\n",
        ),
        Code.UNREACHABLE: _of(
            "A chain ends with the first refusal. An entry behind one that refuses every call it is for never runs.",
            "policies:\n  chain:\n    - model-access: {allowed_models: []}\n    - pii-detector: {action: redact}\n",
        ),
        Code.REPEATED: _of(
            "Equal entries run once. Two of them often mean that one was to be for somebody else.",
            "policies:\n  chain:\n    - dlp-filter: {action: block}\n"
            "    - dlp-filter: {action: block, targeting: {teams: [support]}}\n",
        ),
        Code.CONFLICTING_TARGETING: _of(
            "Every entry that is for a caller runs, and the strictest verdict stands: an entry for a team does not "
            "replace the one for everyone. Target the strict one at the others.",
            "policies:\n  chain:\n    - dlp-filter: {action: block}\n"
            "    - dlp-filter: {action: warn, targeting: {teams: [support]}}\n",
        ),
        Code.CANNOT_FIRE: _of(
            "A warning where options are written that leave nothing to do, or where targeting can meet nobody: teams "
            "are matched by slug, letter by letter. A note where a kind stands alone whose defaults do nothing. An "
            "error where a kind is told to judge what it cannot.",
            "policies:\n  chain:\n    - rate-limit: {per: team}\n"
            "    - dlp-filter: {targeting: {teams: [Data Science]}}\n",
        ),
        Code.DEFAULTS_USED: _of(
            "[policies.md](policies.md) says what the defaults are.",
            "policies:\n  chain: [audit-logger]\n",
        ),
        Code.PART_OF_A_FILE: _of(
            "Parts can be linted by themselves, such as the snippets of a guide. A gateway needs a whole document.",
            "- {id: openai}\n",
        ),
        Code.NO_PROVIDERS: _of(
            "Without a providers section the vendors whose usual variable is set (OPENAI_API_KEY ...) are the targets.",
            "policies:\n  chain: [audit-logger]\n",
        ),
        Code.NO_PACK: _of(
            "A name and a version tell records of one file from those of another.",
            "policies:\n  chain: [audit-logger]\n",
        ),
        Code.NOT_USED: _of(
            "A warning where somebody may rely on the option, else a note. The file loads, and nothing comes of it.",
            "policies:\n  chain:\n    - pii-detector: {redaction: {reversible: true}}\n"
            "    - dlp-filter: {action: block, redaction: {marker_format: mask}}\n",
        ),
        Code.NESTED_REPEAT: _of(
            "Patterns are run by engines whose time is linear, so this one is not dangerous here. Elsewhere the same "
            "pattern can stop a program.",
            "policies:\n  chain:\n    - dlp-filter: {detect_patterns: ['([a-z]+)+@']}\n",
        ),
        Code.UNSERVED_MODEL: _of(
            "Calls for the model would be refused with 404 model_not_found. Looked for as gateways do: in the models "
            "that targets list, else in the vendor's prefixes and price list.",
            "providers:\n  targets: [{id: openai, models: [gpt-4o]}]\n"
            "policies:\n  chain:\n    - model-access: {allowed_models: [gpt-4o, gpt-4o-mimi]}\n",
        ),
        Code.NO_PRICE: _of(
            "A price that is not known is never taken for zero: such calls have no cost, budgets do not "
            "count them, and "
            "with gateway.unknown_price: refuse they are refused.",
            "providers:\n  targets: [{id: openai, models: [our-tuned-model]}]\n",
        ),
        Code.NO_SECRET: _of(
            "A note where the variable is not set on the machine that lints, which need not be the "
            "gateway's. A warning "
            "for secret stores, which this version cannot read.",
            "providers:\n  targets:\n    - {id: openai, secret_key_ref: {env: OUR_OPENAI_KEY}}\n"
            "    - {id: anthropic, secret_key_ref: {store: prod.anthropic}}\n",
        ),
        Code.WIDE_PATTERN: _of(
            "Of six sentences of everyday texts at least three match: nearly every call would be refused, or written "
            "over beyond recognition.",
            "policies:\n  chain:\n    - dlp-filter: {detect_patterns: ['[A-Za-z]+']}\n",
        ),
        Code.ZERO_LIMIT: _of(
            "Meant as no limit, 0 is the opposite. Leave the limit out instead.",
            "policies:\n  chain:\n    - spend-limit: {monthly_limit: 0}\n",
        ),
        Code.UNKNOWN_GROUP: _of(
            "Calls of a group that the document does not declare are refused before any policy runs.",
            "consumer_groups: [{name: chat, models: [gpt-4o]}]\n"
            "policies:\n  chain:\n    - dlp-filter: {targeting: {consumer_groups: [chatt]}}\n",
        ),
        Code.NEVER_ALLOWED: _of(
            "A denied model stays denied, and a team's list only narrows the list for everyone.",
            "policies:\n  chain:\n    - model-access:\n        allowed_models: [gpt-4o]\n"
            "        teams: {support: {allowed_models: [gpt-4o-mini]}}\n",
        ),
        Code.NO_COMPLIANT_TARGET: _of(
            "Calls would be refused (409, no_compliant_provider), or let through with warnings. Nothing is guessed "
            "from a target's address: what is not declared is not kept.",
            "providers:\n  targets: [{id: openai, data_policy: {training_opt_out: true}}]\n"
            "policies:\n  chain:\n    - data-routing-policy: {require_zero_data_retention: true}\n",
        ),
    }
)
