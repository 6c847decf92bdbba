"""Files of policies and cases in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from keeptrusts.cli.commands.policy import policy

POLICY = r"""
policies:
  chain: [rbac, rate-limit, spend-limit, dlp-filter, {hide: 1}, audit-logger]
policy:
  rbac: {deny_if_missing: [team, X-Cost-Center], roles: {member: {allowed_models: ["gpt-*"], denied_tools: ["sh*"]}}}
  rate-limit: {per_team: {requests_per_minute: 2, max_parallel_requests: 1}, global: {tokens_per_minute: 1000}}
  spend-limit: {monthly_limit: 1000, daily_limit: 100, per_request_limit: 0.5}
  dlp-filter: {secrets: false, action: redact, detect_patterns: ['ACME-\d{6}']}
""".replace(
    "{hide: 1}",
    "{dlp-filter: {name: hidden, secrets: false, action: block, detect_patterns: [], blocked_terms: [falcon]}}",
)

Kt = Callable[..., Result]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled patterns are kept: one place, so that equal ones are compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def kt(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Kt:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    return lambda *arguments, stdin=None: CliRunner().invoke(policy, list(arguments), input=stdin)
