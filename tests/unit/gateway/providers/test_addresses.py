"""Where calls go and how they prove who sends them, for every provider's wire and way of addressing it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from yarl import URL

from keeptrusts.gateway.providers.addresses import Address, address, provider_model
from keeptrusts.gateway.providers.aws_signing import AwsCredentials, signing_headers
from keeptrusts.gateway.providers.targets import UpstreamTarget, resolve_targets
from keeptrusts.gateway.providers.translate.chat_bedrock import ChatBedrock
from keeptrusts.gateway.providers.translate.protocol import ClientCall, ProviderCall
from keeptrusts.schemas.policy_document.lint import lint_text

NOW = datetime(2026, 1, 31, 12, 30, 15, tzinfo=UTC)
KEYS = {
    "OPENAI_API_KEY": "sk-1",
    "ANTHROPIC_API_KEY": "sk-ant-1",
    "AZURE_OPENAI_API_KEY": "az-1",
    "GEMINI_API_KEY": "goog-1",
    "AWS_BEARER_TOKEN_BEDROCK": "abk-1",
}


def target(text: str, environment: dict[str, str] | None = None) -> UpstreamTarget:
    report = lint_text(f"providers:\n  targets:\n    - {text}\n", "f.yaml")
    assert report.document is not None, report.findings
    return resolve_targets(report.document, KEYS if environment is None else environment)[0]


def sent(to: UpstreamTarget, path: str, *, model: str = "gpt-4o", headers: dict[str, str] | None = None) -> Address:
    assert to.unavailable is None
    return address(
        to,
        ProviderCall(path=path, body=b"{}"),
        model=model,
        request_id="req_1",
        traceparent=None,
        caller_headers=headers or {},
        now=NOW,
    )


AZURE = "https://acme.openai.azure.com"
ADDRESSES = [
    ("openai", "{id: openai}", "/chat/completions", "https://api.openai.com/v1/chat/completions",
     {"Authorization": "Bearer sk-1"}),
    ("a compatible server without a secret", "{id: ollama}", "/chat/completions",
     "http://127.0.0.1:11434/v1/chat/completions", {}),
    ("anthropic", "{id: anthropic}", "/v1/messages", "https://api.anthropic.com/v1/messages",
     {"x-api-key": "sk-ant-1", "anthropic-version": "2023-06-01"}),
    ("a server of one's own that speaks Anthropic's wire",
     "{id: own, provider: acme, format: anthropic, base_url: 'https://llm.acme.example', "
     "secret_key_ref: ANTHROPIC_API_KEY}", "/v1/messages", "https://llm.acme.example/v1/messages",
     {"x-api-key": "sk-ant-1", "anthropic-version": "2023-06-01"}),
    ("azure, no version", f"{{id: azure, endpoint: '{AZURE}/'}}", "/chat/completions",
     f"{AZURE}/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", {"api-key": "az-1"}),
    ("azure, a version and a deployment",
     f"{{id: azure, endpoint: '{AZURE}', api_version: 2025-04-01-preview, deployment: my gpt}}", "/embeddings",
     f"{AZURE}/openai/deployments/my%20gpt/embeddings?api-version=2025-04-01-preview", {"api-key": "az-1"}),
    ("azure, a route without deployments", f"{{id: azure, endpoint: '{AZURE}', api_version: 2025-03-01-preview}}",
     "/responses", f"{AZURE}/openai/responses?api-version=2025-03-01-preview", {"api-key": "az-1"}),
    ("azure, v1", f"{{id: azure, endpoint: '{AZURE}', api_version: v1}}", "/chat/completions",
     f"{AZURE}/openai/v1/chat/completions", {"api-key": "az-1"}),
    ("azure, v1 named by the endpoint", f"{{id: azure, endpoint: '{AZURE}/openai/v1'}}", "/responses",
     f"{AZURE}/openai/v1/responses", {"api-key": "az-1"}),
    ("azure, v1 in preview", f"{{id: azure, endpoint: '{AZURE}', api_version: preview}}", "/responses?a=b",
     f"{AZURE}/openai/v1/responses?a=b&api-version=preview", {"api-key": "az-1"}),
    ("gemini", "{id: google}", "/v1beta/models/gemini-2.5-pro:generateContent",
     "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent",
     {"x-goog-api-key": "goog-1"}),
    ("gemini by OpenAI's wire", "{id: google, format: openai}", "/chat/completions",
     "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", {"Authorization": "Bearer goog-1"}),
    ("bedrock", "{id: bedrock, region: eu-central-1}", "/model/amazon.nova-pro-v1:0/converse",
     "https://bedrock-runtime.eu-central-1.amazonaws.com/model/amazon.nova-pro-v1:0/converse",
     {"Authorization": "Bearer abk-1"}),
    ("bedrock by OpenAI's wire", "{id: bedrock, region: us-west-2, provider_type: openai}", "/chat/completions",
     "https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1/chat/completions", {"Authorization": "Bearer abk-1"}),
]  # fmt: skip
COMMON = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "x-request-id": "req_1",
}


@pytest.mark.parametrize(("name", "text", "path", "url", "own"), ADDRESSES, ids=[row[0] for row in ADDRESSES])
def test_a_call_goes_to_its_address_with_its_proof(
    name: str, text: str, path: str, url: str, own: dict[str, str]
) -> None:
    found = sent(target(text), path)
    assert found.url == url
    assert found.headers == {**COMMON, **own}
    assert "sk-1" not in repr(found)


SIMULATED = [
    ("{id: openai}", "http://sim:1/v1"),
    ("{id: groq}", "http://sim:1/v1"),
    ("{id: anthropic}", "http://sim:1"),
    ("{id: azure}", "http://sim:1"),
    (f"{{id: azure, endpoint: '{AZURE}/openai/v1/'}}", "http://sim:1/openai/v1"),
    ("{id: google}", "http://sim:1"),
    ("{id: google, format: openai}", "http://sim:1/v1beta/openai"),
    ("{id: bedrock}", "http://sim:1"),
    ("{id: bedrock, format: openai}", "http://sim:1/openai/v1"),
    ("{id: own, provider: acme, format: openai, base_url: 'https://llm.acme.example/api'}", "http://sim:1/v1"),
]


@pytest.mark.parametrize(("text", "base"), SIMULATED, ids=[row[0] for row in SIMULATED])
@pytest.mark.parametrize("given", ["http://sim:1", "http://sim:1/", "http://sim:1/v1"])
def test_one_upstream_for_all_targets_speaks_each_wire_where_its_vendor_does(text: str, base: str, given: str) -> None:
    report = lint_text(f"providers:\n  targets:\n    - {text}\n", "f.yaml")
    assert report.document is not None, report.findings
    [found] = resolve_targets(report.document, KEYS, given)
    assert (found.base_url, found.unavailable, found.aws) == (base, None, None)
    assert found.secret not in KEYS.values(), "a simulated provider gets no real secret"


def test_azure_is_asked_for_its_deployment_and_others_for_the_model() -> None:
    assert provider_model(target(f"{{id: azure, endpoint: '{AZURE}', deployment: mine}}"), "gpt-4o") == "mine"
    assert provider_model(target(f"{{id: azure, endpoint: '{AZURE}'}}"), "gpt-4o") == "gpt-4o"
    assert provider_model(target("{id: openai}"), "gpt-4o") == "gpt-4o"


def test_of_a_callers_headers_only_the_listed_ones_reach_anthropic_and_none_reach_others() -> None:
    caller = {"anthropic-beta": "files-api-2025-04-14", "anthropic-version": "2024-01-01", "authorization": "Bearer kt",
              "x-api-key": "kt_gk_1", "cookie": "a=b", "x-goog-api-key": "stolen"}  # fmt: skip
    asked = sent(target("{id: anthropic}"), "/v1/messages", headers=caller)
    assert asked.headers == {
        **COMMON,
        "anthropic-beta": "files-api-2025-04-14",
        "anthropic-version": "2024-01-01",
        "x-api-key": "sk-ant-1",
    }
    assert sent(target("{id: openai}"), "/chat/completions", headers=caller).headers == {
        **COMMON,
        "Authorization": "Bearer sk-1",
    }


SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuw"
    "thAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXA"
    "kiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Of AWS's signature test suite (aws-sig-v4-test-suite) and, last, of the worked example in the IAM user guide.
VECTORS = [
    ("get-vanilla", "GET", "https://example.amazonaws.com/", {}, b"", None, "service",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("post-vanilla", "POST", "https://example.amazonaws.com/", {}, b"", None, "service",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ("get-vanilla-query-order-key-case", "GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", {}, b"",
     None, "service", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ("post-x-www-form-urlencoded", "POST", "https://example.amazonaws.com/", FORM, b"Param1=value1", None, "service",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ("post-sts-header-before", "POST", "https://example.amazonaws.com/", {}, b"", TOKEN, "service",
     "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"),
    ("iam-list-users", "GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
     {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, b"", None, "iam",
     "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "method", "url", "headers", "body", "token", "service", "signature"),
    VECTORS,
    ids=[vector[0] for vector in VECTORS],
)
def test_a_signature_is_the_one_that_aws_publishes(
    name: str,
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes,
    token: str | None,
    service: str,
    signature: str,
) -> None:
    signed = signing_headers(
        method=method,
        url=url,
        headers=headers,
        body=body,
        credentials=AwsCredentials(access_key="AKIDEXAMPLE", secret_key=SECRET, session_token=token),
        region="us-east-1",
        service=service,
        now=datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
    )
    names = sorted(
        ["host", "x-amz-date", *(name.lower() for name in headers), *(["x-amz-security-token"] if token else [])]
    )
    assert signed["Authorization"] == (
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    assert signed["X-Amz-Date"] == "20150830T123600Z"
    assert signed.get("X-Amz-Security-Token") == token


AWS_KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}


def test_bedrock_without_a_bearer_token_is_signed_and_the_signature_follows_body_and_time() -> None:
    to = target("{id: bedrock}", {**AWS_KEYS, "AWS_SESSION_TOKEN": "temporary"})
    one = sent(to, "/model/m/converse")
    assert one.url == "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse"
    assert one.headers["X-Amz-Date"] == "20260131T123015Z"
    assert one.headers["X-Amz-Security-Token"] == "temporary"
    assert one.headers["Authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/us-east-1/bedrock/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature="
    )
    assert sent(to, "/model/m/converse").headers == one.headers
    assert sent(to, "/model/n/converse").headers["Authorization"] != one.headers["Authorization"]
    assert SECRET not in repr(to)


@pytest.mark.parametrize(
    "model",
    ["anthropic.claude-sonnet-4-20250514-v1:0", "us.amazon.nova-pro-v1:0",
     "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0"],
)  # fmt: skip
def test_a_bedrock_url_reaches_the_wire_as_it_was_signed(model: str) -> None:
    call = ClientCall(document={"messages": [{"role": "user", "content": "hi"}]}, body=b"", model=model, stream=False)
    made = ChatBedrock().request(call)
    assert isinstance(made, ProviderCall)
    url = sent(target("{id: bedrock}", AWS_KEYS), made.path).url
    assert str(URL(url)) == url
    assert url.count("/", len("https://")) == 3, "a slash within a model's name must not become a path"


UNAVAILABLE = [
    ("bedrock, no region", "{id: bedrock}", {"AWS_BEARER_TOKEN_BEDROCK": "abk-1"},
     "target bedrock has no region; set region, or AWS_REGION"),
    ("bedrock, nothing to prove with", "{id: bedrock, region: us-east-1}", {},
     "environment variable AWS_BEARER_TOKEN_BEDROCK is not set, nor are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ("bedrock, half an access key", "{id: bedrock, region: us-east-1}", {"AWS_ACCESS_KEY_ID": "AKID"},
     "environment variable AWS_BEARER_TOKEN_BEDROCK is not set, nor are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ("a line break", "{id: openai}", {"OPENAI_API_KEY": "sk-1\n"},
     "environment variable OPENAI_API_KEY holds a line break or another control character"),
    ("azure, no endpoint", "{id: azure}", {"AZURE_OPENAI_API_KEY": "az-1"},
     "target azure has no address; set base_url"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "environment", "reason"), UNAVAILABLE, ids=[row[0] for row in UNAVAILABLE])
def test_a_target_that_cannot_be_called_says_what_is_missing(
    name: str, text: str, environment: dict[str, str], reason: str
) -> None:
    assert target(text, environment).unavailable == reason


def test_a_named_secret_is_never_replaced_by_the_access_key_of_the_machine() -> None:
    to = target("{id: bedrock, region: us-east-1, secret_key_ref: TEAM_TOKEN}", AWS_KEYS)
    assert to.aws is None
    assert to.unavailable is not None
    assert to.unavailable.startswith("environment variable TEAM_TOKEN is not set")
