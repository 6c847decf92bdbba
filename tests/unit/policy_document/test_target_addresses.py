"""What the linter says about endpoints, regions and wires of targets, in both forms of a target."""

from __future__ import annotations

import pytest

from keeptrusts.schemas.policy_document.lint import lint_text

FINDINGS = [
    ("{id: bedrock}", "warning", "KT126",
     "a Bedrock target without a region is unavailable where AWS_REGION is not set"),
    ("{id: bedrock, region: us-east-1}", None, None, None),
    ("{id: bedrock, provider: {region: us-gov-west-1}}", None, None, None),
    ("{id: bedrock, aws_region: Frankfurt}", "error", "KT107",
     '"aws_region": an AWS region is written as us-east-1 is'),
    ("{id: azure}", "warning", "KT126", "an Azure target without an endpoint is unavailable"),
    ("{id: openai, region: us-east-1}", "info", "KT145",
     '"aws_region" is read for bedrock targets only; this one is openai'),
    ("{id: openai, api_version: v1}", "info", "KT145",
     '"azure_api_version" is read for azure targets only; this one is openai'),
    ("{id: google, format: openai}", None, None, None),
    ("{id: google, provider: {provider_type: gemini}}", None, None, None),
    ("{id: openai, format: gemini}", "error", "KT113", 'openai targets do not speak "gemini"'),
    ("{id: google, format: anthropic}", "error", "KT113", 'google targets do not speak "anthropic"'),
    ("{id: google, format: anthropic, base_url: 'https://x.example'}", None, None, None),
    ("{id: google, format: smoke}", "error", "KT102", 'unknown format "smoke"'),
]  # fmt: skip


@pytest.mark.parametrize(("form", "severity", "code", "message"), FINDINGS, ids=[row[0] for row in FINDINGS])
def test_an_address_is_checked(form: str, severity: str | None, code: str | None, message: str | None) -> None:
    report = lint_text(
        f"pack: {{name: p, version: 1.0.0, enabled: true}}\nproviders: {{targets: [{form}]}}\n", "f.yaml"
    )
    found = [(one.severity, one.code.value, one.message) for one in report.findings if one.code.value != "KT142"]
    assert found == ([] if severity is None else [(severity, code, message)])
