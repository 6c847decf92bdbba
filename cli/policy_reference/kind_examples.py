"""What each kind is for, in one or two sentences, and an example that the linter accepts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SUMMARIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rbac": "What must be known of a caller, and what each role may use. Runs first, wherever it stands.",
        "model-access": "Which models may be used, by everyone and by single teams.",
        "rate-limit": "How many requests and tokens a minute, and how many at once, over all gateways and workers. "
        "While the ledger does not answer, each worker keeps to an equal part.",
        "spend-limit": "How much may be spent a month, a day or on one request; kept by the ledger for all gateways.",
        "pii-detector": "Personal data and card numbers: warned about, written over, or refused.",
        "hipaa-phi-detector": "The identifiers of HIPAA's Safe Harbor method, written over or refused.",
        "dlp-filter": "Credentials, and terms and patterns of your own, that must not leave.",
        "prompt-injection": "Attempts to override instructions, in the words of users, tools and documents.",
        "content-filter": "Categories and terms that are not wanted.",
        "disclaimer": "Text that is appended to answers.",
        "data-routing-policy": "What a target must have declared about data (`data_policy`) before calls may go there.",
        "human-oversight": "Calls or answers that a person decides about: all of them, or those about topics "
        "(`require_human_for`). Known topics (medical, legal, financial, hiring, safety, also as `legal_opinions`, "
        "`hiring_actions` and so on) are told by English words, of which two different ones must be said, or as many "
        "as `confidence_threshold` asks for; any other name is a word itself, and one mention is enough.",
        "agent-firewall": "Which tools an agent may call, and how often.",
        "audit-logger": "Which texts of calls are kept, encrypted, and for how long. Every call is recorded.",
        "external-moderation": "Another service's judgement of texts.",
    }
)

EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rbac": """
policies:
  chain: [rbac]
policy:
  rbac:
    deny_if_missing: [team, X-Cost-Center]
    minimum_role: member
    roles:
      member: {allowed_models: ["gpt-4o*"], denied_tools: [shell]}
      "*": {allowed_models: all}
""",
        "model-access": """
policies:
  chain: [model-access]
policy:
  model-access:
    allowed_models: ["gpt-4o*", "claude-*"]
    denied_models: [gpt-4o-audio-preview]
    teams:
      support: {allowed_models: [gpt-4o-mini]}
""",
        "rate-limit": """
policies:
  chain: [rate-limit]
policy:
  rate-limit:
    per_key: {requests_per_minute: 60, tokens_per_minute: 100000}
    per_team: {requests_per_minute: 600, max_parallel_requests: 20}
""",
        "spend-limit": """
policies:
  chain: [spend-limit]
policy:
  spend-limit: {per: team, monthly_limit: 1000.00, per_request_limit: 0.50, time_zone: Europe/Berlin}
""",
        "pii-detector": """
policies:
  chain: [pii-detector]
policy:
  pii-detector:
    action: redact
    entities: [email, phone, ssn]
    detect_patterns: ['CUST-\\d{8}']
    redaction: {marker_format: label, custom_markers: {email: "[mail]"}}
""",
        "hipaa-phi-detector": """
policies:
  chain: [hipaa-phi-detector]
policy:
  hipaa-phi-detector: {mode: hipaa_18, action: redact, redaction: {marker_format: hash}}
""",
        "dlp-filter": """
policies:
  chain: [dlp-filter]
policy:
  dlp-filter:
    action: block
    blocked_terms: [Project Falcon]
    fuzzy_matching: true
    detect_patterns: ['ACME-\\d{6}']
    message: Internal names must not leave the company
""",
        "prompt-injection": """
policies:
  chain: [prompt-injection]
policy:
  prompt-injection: {action: block, attack_patterns: ['reveal the launch code']}
""",
        "content-filter": """
policies:
  chain: [content-filter]
policy:
  content-filter: {action: block, categories: [violence], terms: [forbidden phrase]}
""",
        "disclaimer": """
policies:
  chain: [disclaimer]
policy:
  disclaimer: {text: Written by a model. Check it before you rely on it.}
""",
        "data-routing-policy": """
policies:
  chain: [data-routing-policy]
policy:
  data-routing-policy: {require_zero_data_retention: true, allowed_regions: [eu-central-1]}
""",
        "human-oversight": """
policies:
  chain:
    - human-oversight: {require_review: true, timeout_seconds: 1800}
    - audit-logger
""",
        "agent-firewall": """
policies:
  chain: [agent-firewall]
policy:
  agent-firewall: {blocked_tools: [shell_exec], max_actions_per_session: 50}
""",
        "audit-logger": """
policies:
  chain: [audit-logger]
policy:
  audit-logger: {capture: redacted, retention_days: 365}
""",
        "external-moderation": """
policies:
  chain: [external-moderation]
policy:
  external-moderation:
    provider: webhook
    endpoint: https://moderation.example.com/judge
    secret_key_ref: {env: MODERATION_KEY}
    timeout_ms: 800
""",
    }
)
