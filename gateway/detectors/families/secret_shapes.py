"""Credentials that are known by their shape: the marks that providers put on them, as they document them."""

from __future__ import annotations

import re
import string
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from typing import Final

from keeptrusts.gateway.detectors.families.placeholders import entropy, is_random
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, Rule

_ALNUM: Final = string.ascii_letters + string.digits
_WORD: Final = _ALNUM + "_-"
_HEX: Final = "0123456789abcdef"
_BASE64: Final = _ALNUM + "+/="
_CAPITALS: Final = string.ascii_uppercase + string.digits
_SMALL: Final = string.ascii_lowercase + string.digits

_SURE: Final = 6
"""Characters behind a mark that the scan looks at: more of them make patterns too large."""
_LONGEST: Final = 4_096

_MARKED: Final = (
    # kind, mark, characters behind it, how many at least
    ("AIRTABLE_TOKEN", r"pat[A-Za-z0-9]{14}\.", _HEX, 40),
    ("ALIBABA_ACCESS_KEY", "LTAI", _ALNUM, 16),
    ("ANTHROPIC_KEY", "sk-ant-", _WORD, 20),
    ("ATLASSIAN_TOKEN", "ATATT3", _WORD + "=", 40),
    ("ATLASSIAN_TOKEN", "ATCTT3", _WORD + "=", 40),
    ("ATLASSIAN_TOKEN", "ATBB", _ALNUM, 28),
    ("AWS_SESSION_TOKEN", "IQoJb3JpZ2lu", _BASE64, 40),
    ("AWS_SESSION_TOKEN", "FwoGZXIvYXdzE", _BASE64, 40),
    ("AZURE_DEVOPS_TOKEN", r"[A-Za-z0-9]{76}AZDO", _ALNUM, 4),
    ("AZURE_STORAGE_KEY", "AccountKey=", _BASE64, 40),
    ("AZURE_SHARED_KEY", "SharedAccessKey=", _BASE64, 40),
    ("BREVO_KEY", "xkeysib-", _HEX + "-" + _ALNUM, 40),
    ("BUILDKITE_TOKEN", "bkua_", _HEX, 40),
    ("CIRCLECI_TOKEN", "CCIPAT_", _WORD, 30),
    ("CLOJARS_TOKEN", "CLOJARS_", _HEX + string.ascii_letters, 60),
    ("CLOUDFLARE_KEY", r"v1\.0-[a-f0-9]{24}-", _HEX, 140),
    ("CONTENTFUL_TOKEN", "CFPAT-", _WORD, 40),
    ("CRATES_TOKEN", "cio", _ALNUM, 32),
    ("DATABRICKS_TOKEN", "dapi", _HEX + "-", 32),
    ("DIGITALOCEAN_TOKEN", "do[opr]_v1_", _HEX, 40),
    ("DOCKER_TOKEN", "dckr_[po]at_", _WORD, 20),
    ("DOPPLER_TOKEN", r"dp\.(?:pt|st|sa|scim|audit|ct)\.", _WORD + ".", 30),
    ("DYNATRACE_TOKEN", r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.", _CAPITALS, 60),
    ("EASYPOST_KEY", "EZ[AT]K", _ALNUM, 54),
    ("FACEBOOK_TOKEN", "EAA", _ALNUM, 60),
    ("FIGMA_TOKEN", "fig[dopu]r?_", _WORD, 30),
    ("FLUTTERWAVE_KEY", "FLWSECK(?:_TEST)?-", _WORD, 20),
    ("FLY_TOKEN", "fo1_", _WORD, 40),
    ("FLY_TOKEN", "FlyV1 fm[12][ar]?_", _BASE64, 40),
    ("GCP_API_KEY", "AIza", _WORD, 30),
    ("GCP_OAUTH_SECRET", "GOCSPX-", _WORD, 20),
    ("GCP_OAUTH_TOKEN", r"ya29\.", _WORD + ".", 20),
    ("GCP_OAUTH_TOKEN", "1//0", _WORD, 38),
    ("GITHUB_TOKEN", "gh[opusr]_", _ALNUM, 30),
    ("GITHUB_TOKEN", "github_pat_", _ALNUM + "_", 22),
    ("GITLAB_TOKEN", "gl(?:pat|dt|ft|soat|rt|agent|cbt|ptt|imt|ffct|oas)-", _WORD + ".", 20),
    ("GITLAB_TOKEN", "GR1348941", _WORD, 20),
    ("GRAFANA_TOKEN", "glsa_", _ALNUM + "_", 32),
    ("GRAFANA_TOKEN", "glc_", _BASE64, 32),
    ("GRAFANA_TOKEN", "eyJrIjoi", _BASE64, 60),
    ("GROQ_KEY", "gsk_", _ALNUM, 40),
    ("HEROKU_KEY", "HRKU-", _WORD, 36),
    ("HUGGINGFACE_TOKEN", "hf_", _ALNUM, 30),
    ("HUGGINGFACE_TOKEN", "api_org_", _ALNUM, 30),
    ("JFROG_TOKEN", "AKCp", _ALNUM, 60),
    ("JFROG_TOKEN", "cmVmd", _ALNUM, 59),
    ("KEEPTRUSTS_KEY", "kt_[ag]k_", _ALNUM, 24),
    ("LANGSMITH_KEY", "lsv2_(?:pt|sk)_", _HEX + "_", 32),
    ("LAUNCHDARKLY_KEY", "(?:sdk|api)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-", _HEX, 12),
    ("LINEAR_KEY", "lin_(?:api|oauth)_", _ALNUM, 30),
    ("MAILCHIMP_KEY", "[0-9a-f]{32}-us", string.digits, 1),
    ("MAILGUN_KEY", "key-", _SMALL, 32),
    ("MAILGUN_KEY", "[0-9a-f]{32}-[0-9a-f]{8}-", _HEX, 8),
    ("MAPBOX_TOKEN", r"sk\.eyJ", _WORD + ".", 60),
    ("NETLIFY_TOKEN", "nfp_", _ALNUM, 36),
    ("NEW_RELIC_KEY", "NRAK-", _CAPITALS, 27),
    ("NEW_RELIC_KEY", "NRII-", _WORD, 32),
    ("NEW_RELIC_KEY", "NRAA-", _HEX, 27),
    ("NOTION_TOKEN", "ntn_", _ALNUM, 40),
    ("NOTION_TOKEN", "secret_", _ALNUM, 43),
    ("NPM_TOKEN", "npm_", _ALNUM, 36),
    ("NUGET_KEY", "oy2", _SMALL, 43),
    ("ONEPASSWORD_TOKEN", "ops_eyJ", _BASE64, 100),
    ("OPENAI_KEY", "sk-(?:proj|svcacct|admin|None)-", _WORD, 20),
    ("OPENAI_KEY", "sk-", _ALNUM, 20),
    ("OPENROUTER_KEY", "sk-or-(?:v1-)?", _HEX, 32),
    ("PAYPAL_TOKEN", r"access_token\$production\$[0-9a-z]{16}\$", _HEX, 32),
    ("PERPLEXITY_KEY", "pplx-", _ALNUM, 40),
    ("PINECONE_KEY", "pcsk_", _ALNUM + "_", 40),
    ("PLAID_TOKEN", "access-(?:sandbox|development|production)-", _HEX + "-", 36),
    ("PLANETSCALE_TOKEN", "pscale_(?:tkn|oauth|pw)_", _WORD + ".=", 32),
    ("POSTMAN_KEY", "PMAK-[a-f0-9]{24}-", _HEX, 34),
    ("PREFECT_KEY", "pn[ub]_", _ALNUM, 36),
    ("PULUMI_TOKEN", "pul-", _HEX, 40),
    ("PYPI_TOKEN", "pypi-", _WORD, 50),
    ("RAZORPAY_KEY", "rzp_(?:live|test)_", _ALNUM, 14),
    ("README_KEY", "rdme_", _SMALL, 70),
    ("REPLICATE_TOKEN", "r8_", _ALNUM, 37),
    ("RESEND_KEY", "re_[A-Za-z0-9]{8}_", _ALNUM, 20),
    ("RUBYGEMS_KEY", "rubygems_", _HEX, 48),
    ("SENDGRID_KEY", r"SG\.", _WORD + ".", 40),
    ("SENTRY_TOKEN", "sntrys_", _BASE64 + "_", 60),
    ("SENTRY_TOKEN", "sntryu_", _HEX, 40),
    ("SHIPPO_TOKEN", "shippo_(?:live|test)_", _HEX, 40),
    ("SHOPIFY_TOKEN", "shp(?:at|ca|pa|ss)_", _HEX + "ABCDEF", 32),
    ("SLACK_TOKEN", "xox[abeoprs]-", _ALNUM + "-", 20),
    ("SLACK_TOKEN", r"xoxe\.xox[bp]-", _ALNUM + "-", 20),
    ("SLACK_TOKEN", r"xapp-\d-", _ALNUM + "-", 20),
    ("SONAR_TOKEN", "sq[uap]_", _HEX, 40),
    ("SOURCEGRAPH_TOKEN", "sgp_", _HEX + "_", 40),
    ("SQUARE_TOKEN", "sq0(?:atp|csp|idp)-", _WORD, 22),
    ("SQUARE_TOKEN", "EAAA", _WORD, 60),
    ("STRIPE_KEY", "[sr]k_(?:live|test|prod)_", _ALNUM, 10),
    ("STRIPE_WEBHOOK_SECRET", "whsec_", _BASE64, 24),
    ("SUPABASE_KEY", "sbp_", _HEX, 40),
    ("SUPABASE_KEY", "sb_secret_", _WORD, 20),
    ("TAILSCALE_KEY", "tskey-(?:api-|auth-|client-)?", _ALNUM + "-", 20),
    ("TENCENT_ACCESS_KEY", "AKID", _ALNUM, 32),
    ("TERRAFORM_TOKEN", r"[A-Za-z0-9]{14}\.atlasv1\.", _WORD + "=", 40),
    ("TWILIO_KEY", "SK", _HEX, 32),
    ("VAULT_TOKEN", r"hv[sbr]\.", _WORD, 24),
    ("VERCEL_TOKEN", "vc[apikr]_", _ALNUM, 24),
    ("XAI_KEY", "xai-", _ALNUM, 40),
)


def shape_rules() -> tuple[Rule, ...]:
    """Give the rules for all credentials that their own characters give away."""
    counts: dict[str, int] = {}
    rules = []
    for kind, mark, characters, least in _MARKED:
        counts[kind] = counts.get(kind, 0) + 1
        rules.append(_marked(f"{kind.lower()}-{counts[kind]}", kind, mark, characters, least))
    return (*rules, *_structured())


def _marked(name: str, kind: str, mark: str, characters: str, least: int) -> Rule:
    """Give the rule for a mark with a run of characters behind it: the scan finds the mark, and the run is measured."""
    within = "".join("\\" + one if one in "-/." else one for one in sorted(set(characters)))
    token = re.compile(rf"{mark}([{within}]{{{least},}}+)(?![A-Za-z0-9])")
    beginning = min(least, _SURE)
    pattern = rf"\b{mark}[{within}]{{{beginning}}}"
    return Rule(id=name, kind=kind, pattern=pattern, joined=True, is_run=True, seek=partial(_run, token))


def _run(token: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give a mark and all that is behind it, or None where it is an example."""
    match = token.match(text, start, start + _LONGEST)
    if match is None or (_is_plain(text, start, match.start(1)) and _is_in_base64(text, start, match.end())):
        return None
    run = match[1].rstrip(".-")
    return (start, match.start(1) + len(run)) if len(run) < 8 or is_random(run) else None


def _is_plain(text: str, start: int, end: int) -> bool:
    """Say whether a mark is of letters and digits alone, as base64 may hold by chance."""
    return text[start:end].isalnum()


def _is_in_base64(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start] in ("+", "/") or text[end : end + 1] in ("+", "/")


def _structured() -> tuple[Rule, ...]:
    return (
        _exact("aws-access-key", "AWS_ACCESS_KEY", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b", check=_is_access_key),
        _exact("aws-bedrock-key", "AWS_BEDROCK_KEY", r"\bABSK[A-Za-z0-9+/]{109,}={0,2}"),
        _exact("gcp-key-id", "GCP_SERVICE_ACCOUNT", r'"private_key_id"\s*:\s*"[0-9a-f]{40}"', inner=_quoted),
        _exact("age-key", "AGE_KEY", r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b"),
        _exact("azure-client-secret", "AZURE_CLIENT_SECRET", r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34}\b"),
        _exact("azure-function-key", "AZURE_FUNCTION_KEY", r"\b[A-Za-z0-9_\-]{44}AzFu[A-Za-z0-9_\-]{4}[AQgw]=="),
        _exact("azure-ai-key", "AZURE_AI_KEY", r"\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{10}AC[A-Za-z0-9]{6}\b"),
        _exact("azure-sas", "AZURE_SAS_TOKEN", r"[?&;]sig=[A-Za-z0-9%+/]{36,}(?:%3[dD]|=)", inner=_behind_equals),
        _exact(
            "slack-webhook",
            "SLACK_WEBHOOK",
            r"hooks\.slack\.com/(?:services|workflows|triggers)/T[A-Za-z0-9_/]{20,}\b",
            check=_is_hook,
        ),
        _exact(
            "discord-webhook",
            "DISCORD_WEBHOOK",
            r"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_\-]{40,}\b",
        ),
        _exact(
            "teams-webhook",
            "TEAMS_WEBHOOK",
            r"(?:\.webhook|\boutlook)\.office\.com/webhook(?:b2)?/[0-9a-f\-@]{36,}/[A-Za-z0-9/\-]{40,}\b",
        ),
        _exact(
            "discord-token",
            "DISCORD_TOKEN",
            r"\b[MNO][A-Za-z0-9_\-]{22,27}\.[A-Za-z0-9_\-]{6,7}\.[A-Za-z0-9_\-]{27,40}\b",
            check=_is_of_discord,
        ),
        _exact("telegram-token", "TELEGRAM_TOKEN", r"\b[0-9]{8,10}:[A-Za-z0-9_\-]{34,36}\b", check=_is_mixed),
        _exact("telegram-url", "TELEGRAM_TOKEN", r"\bbot[0-9]{8,10}:[A-Za-z0-9_\-]{34,36}\b", check=_is_mixed),
        _exact("asana-token", "ASANA_TOKEN", r"\b[0-9]/[0-9]{16}(?:/[0-9]{16})?:[a-f0-9]{32}\b"),
        _exact("onepassword-key", "ONEPASSWORD_KEY", r"\bA3-[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}\b"),
        *_beside_names(),
    )


def _exact(
    name: str,
    kind: str,
    pattern: str,
    *,
    check: Callable[[str], bool] = is_random,
    inner: Callable[[str], tuple[int, int] | None] | None = None,
) -> Rule:
    return Rule(id=name, kind=kind, pattern=pattern, joined=True, check=check, inner=inner)


_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_FAR: Final = 64
_NAMED: Final = (
    # kind, the names that stand before it, and how the value looks
    ("AWS_SECRET_KEY", "(?:aws.?secret|secret.?access.?key|secret.?key|aws.?credentials)", r"[A-Za-z0-9+/]{40}"),
    ("ALGOLIA_KEY", "algolia", "[0-9a-f]{32}"),
    ("AZURE_SUBSCRIPTION_KEY", "(?:ocp-apim-subscription-key|cognitive.?services?.?key|azure.?key)", "[0-9a-f]{32}"),
    ("CLOUDFLARE_KEY", "cloudflare", "(?:[0-9a-f]{37}|[A-Za-z0-9_-]{40})"),
    ("CODECOV_TOKEN", "codecov", _UUID),
    ("DATADOG_KEY", "(?:datadog|dd.?(?:api|app|application).?key)", "[0-9a-f]{32}(?:[0-9a-f]{8})?"),
    ("HEROKU_KEY", "heroku", _UUID),
    ("NEW_RELIC_KEY", "new.?relic", "[0-9a-f]{36}NRAL"),
    ("OKTA_TOKEN", "okta", "00[A-Za-z0-9_-]{40}"),
    ("PAGERDUTY_KEY", "pager.?duty", "(?:[0-9a-f]{32}|[A-Za-z0-9_+-]{20})"),
    ("SNYK_TOKEN", "snyk", _UUID),
    ("TWILIO_KEY", "(?:twilio|auth.?token)", "[0-9a-f]{32}"),
    ("VAULT_TOKEN", "vault", r"[sb]\.[A-Za-z0-9]{24}"),
    ("WANDB_KEY", "wandb", "[0-9a-f]{40}"),
)
_OTHERWISE: Final = re.compile(r"(?i)sha|md5|commit|checksum|etag|digest|hash|revision|trace|request.?id|\n\s*\n")


def _beside_names() -> tuple[Rule, ...]:
    """Give the rules for keys that look like any hash, and count behind the name of their provider only."""
    return tuple(
        Rule(
            id=f"{kind.lower().replace('_', '-')}-named",
            kind=kind,
            pattern=name,
            score=CERTAIN if kind == "AWS_SECRET_KEY" else LIKELY + 5,
            caseless=True,
            joined=True,
            seek=partial(
                _behind_name, re.compile(rf"(?<![A-Za-z0-9_+/-]){value}(?![A-Za-z0-9_+/=-])"), "[0-9a-f]" in value
            ),
        )
        for kind, name, value in _NAMED
    )


def _behind_name(value: re.Pattern[str], hexadecimal: bool, text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the first value of the right look behind a name, unless something says what else it is.

    Where keys have capitals, a value without any is a hash.
    """
    match = value.search(text, end, end + _FAR + 64)
    if match is None or match.start() > end + _FAR or _OTHERWISE.search(text, end, match.start()) is not None:
        return None
    key = match[0]
    if not is_random(key) or not any(map(str.isdigit, key)) or key.isdigit() or entropy(key) < 2.8:
        return None
    return match.span() if hexadecimal or key != key.lower() else None


def _is_access_key(key: str) -> bool:
    return not key.endswith("EXAMPLE") and is_random(key[4:]) and (key.startswith("AKIA") or not key.isalpha())


def _is_hook(address: str) -> bool:
    return is_random(address[address.rindex("/") + 1 :])


def _is_mixed(text: str) -> bool:
    return is_random(text) and any(one.isdigit() for one in text) and not text.isdigit()


def _quoted(match: str) -> tuple[int, int]:
    return match.rindex('"', 0, -1) + 1, len(match) - 1


def _behind_equals(match: str) -> tuple[int, int]:
    return match.index("=") + 1, len(match)


def _is_of_discord(token: str) -> bool:
    """Say whether the first part is a number in base64, as that of an account is."""
    first = token.split(".", 1)[0]
    try:
        return b64decode(first + "=" * (-len(first) % 4), altchars=b"-_").isdigit() or _is_mixed(token)
    except ValueError:
        return False
