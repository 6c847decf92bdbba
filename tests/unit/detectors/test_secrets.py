"""Credentials of every provider in every surrounding, and what only looks like one.

Every token is put together at run time: no text of this file is one.
"""

from __future__ import annotations

import json
import random
import string
import sysconfig
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.detectors.look import look, looking

SCANNER = looking(secret_rules())
RANDOM = random.Random(20_240_611)
ALNUM = string.ascii_letters + string.digits
WORD = ALNUM + "_-"
HEX = "0123456789abcdef"
BASE64 = ALNUM + "+/"
CAPITALS = string.ascii_uppercase + "234567"


def some(characters: str, count: int) -> str:
    """Make a row of random characters that begins and ends with a letter or digit, and holds one of each."""
    while True:
        row = "".join(RANDOM.choice(characters) for _ in range(count))
        digits = not set(characters) & set(string.digits) or any(map(str.isdigit, row))
        if row[0].isalnum() and row[-1].isalnum() and digits and not row.isdigit():
            return row


def uuid() -> str:
    return "-".join(some(HEX, count) for count in (8, 4, 4, 4, 12))


def encoded(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def web_token() -> str:
    return f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{encoded({'sub': some(ALNUM, 9), 'iat': 17})}.{some(WORD, 43)}"


TOKENS = [
    ("AWS_ACCESS_KEY", "AKIA", some(CAPITALS, 16)),
    ("AWS_ACCESS_KEY", "ASIA", some(CAPITALS, 16)),
    ("GCP_API_KEY", "AIza", some(WORD, 35)),
    ("GCP_OAUTH_TOKEN", "ya29.", some(WORD, 60)),
    ("GCP_OAUTH_SECRET", "GOCSPX-", some(WORD, 28)),
    ("AZURE_CLIENT_SECRET", "abC8Q", "~" + some(ALNUM, 34)),
    ("GITHUB_TOKEN", "ghp_", some(ALNUM, 36)),
    ("GITHUB_TOKEN", "gho_", some(ALNUM, 36)),
    ("GITHUB_TOKEN", "github_pat_", some(ALNUM, 22) + "_" + some(ALNUM, 59)),
    ("GITLAB_TOKEN", "glpat-", some(WORD, 20)),
    ("GITLAB_TOKEN", "glrt-", some(WORD, 20)),
    ("SLACK_TOKEN", "xoxb-", f"{some(string.digits + 'a', 11)}-{some(ALNUM, 24)}"),
    ("SLACK_TOKEN", "xapp-1-", f"A0{some(ALNUM, 9)}-{some(ALNUM, 40)}"),
    ("STRIPE_KEY", "sk_live_", some(ALNUM, 24)),
    ("STRIPE_KEY", "rk_test_", some(ALNUM, 99)),
    ("STRIPE_WEBHOOK_SECRET", "whsec_", some(ALNUM, 32)),
    ("OPENAI_KEY", "sk-", some(ALNUM, 20) + "T3Blbk" + "FJ" + some(ALNUM, 20)),
    ("OPENAI_KEY", "sk-proj-", some(WORD, 120)),
    ("ANTHROPIC_KEY", "sk-ant-api03-", some(WORD, 93) + "AA"),
    ("OPENROUTER_KEY", "sk-or-v1-", some(HEX, 64)),
    ("KEEPTRUSTS_KEY", "kt_gk_", some(ALNUM, 40)),
    ("KEEPTRUSTS_KEY", "kt_ak_", some(ALNUM, 40)),
    ("TWILIO_KEY", "SK", some(HEX, 32)),
    ("SENDGRID_KEY", "SG.", f"{some(WORD, 22)}.{some(WORD, 43)}"),
    ("NPM_TOKEN", "npm_", some(ALNUM, 36)),
    ("PYPI_TOKEN", "pypi-", "AgEIcHlwaS5vcmc" + some(WORD, 70)),
    ("RUBYGEMS_KEY", "rubygems_", some(HEX, 48)),
    ("DOCKER_TOKEN", "dckr_pat_", some(WORD, 27)),
    ("HUGGINGFACE_TOKEN", "hf_", some(ALNUM, 34)),
    ("DATABRICKS_TOKEN", "dapi", some(HEX, 32)),
    ("SHOPIFY_TOKEN", "shpat_", some(HEX, 32)),
    ("TELEGRAM_TOKEN", "12345" + "67890:", some(ALNUM, 35)),
    ("DISCORD_TOKEN", b64encode(b"81234567890123456").decode().rstrip("="), f".{some(WORD, 6)}.{some(WORD, 38)}"),
    ("MAILGUN_KEY", "key-", some(HEX, 32)),
    ("MAILCHIMP_KEY", some(HEX, 32), "-us12"),
    ("DIGITALOCEAN_TOKEN", "dop_v1_", some(HEX, 64)),
    ("HEROKU_KEY", "HRKU-", uuid()),
    ("VAULT_TOKEN", "hvs.", some(WORD, 90)),
    ("TERRAFORM_TOKEN", some(ALNUM, 14), ".atlasv1." + some(WORD, 67)),
    ("ATLASSIAN_TOKEN", "ATATT3", some(WORD, 186)),
    ("LINEAR_KEY", "lin_api_", some(ALNUM, 40)),
    ("NOTION_TOKEN", "ntn_", some(ALNUM, 46)),
    ("FIGMA_TOKEN", "figd_", some(WORD, 40)),
    ("NEW_RELIC_KEY", "NRAK-", some(string.ascii_uppercase + string.digits, 27)),
    ("GRAFANA_TOKEN", "glsa_", some(ALNUM, 32) + "_" + some(HEX, 8)),
    ("SENTRY_TOKEN", "sntryu_", some(HEX, 64)),
    ("SQUARE_TOKEN", "sq0atp-", some(WORD, 22)),
    ("PAYPAL_TOKEN", "access_token$production$", some(HEX, 16) + "$" + some(HEX, 32)),
    ("GROQ_KEY", "gsk_", some(ALNUM, 52)),
    ("REPLICATE_TOKEN", "r8_", some(ALNUM, 37)),
    ("SUPABASE_KEY", "sbp_", some(HEX, 40)),
    ("POSTMAN_KEY", "PMAK-", f"{some(HEX, 24)}-{some(HEX, 34)}"),
    ("DOPPLER_TOKEN", "dp.pt.", some(ALNUM, 43)),
    ("PULUMI_TOKEN", "pul-", some(HEX, 40)),
    ("TAILSCALE_KEY", "tskey-auth-", f"{some(ALNUM, 12)}-{some(ALNUM, 32)}"),
    ("ALIBABA_ACCESS_KEY", "LTAI", some(ALNUM, 20)),
    ("BREVO_KEY", "xkeysib-", f"{some(HEX, 64)}-{some(ALNUM, 16)}"),
    ("AIRTABLE_TOKEN", "pat" + some(ALNUM, 14), "." + some(HEX, 64)),
    ("AGE_KEY", "AGE-SECRET-", "KEY-1" + some(string.ascii_uppercase + string.digits, 58)),
    ("JFROG_TOKEN", "AKCp", some(ALNUM, 69)),
    ("JWT", "", web_token()),
]  # fmt: skip
PLACES = [
    "{}",
    "use {} for now",
    "It is {}.",
    "({})",
    '"{}"',
    "`{}`, please",
    "TOKEN={}\nNEXT=1",
    "export API_KEY='{}'",
    '{{"key": "{}", "n": 1}}',
    "key: {}\n",
    "<value>{}</value>",
    "curl -H 'X-Auth: {}' https://api.example.com/",
    "https://api.example.com/v1?key={}&x=1",
    "first line\\n{}\\nlast line",
    "鍵は{}です",
    "client = Client(token={}, retries=3)",
]


@pytest.mark.parametrize(
    ("kind", "mark", "rest"), TOKENS, ids=[f"{kind}-{at}" for at, (kind, _, _) in enumerate(TOKENS)]
)
def test_a_credential_is_found_whole_in_every_surrounding(kind: str, mark: str, rest: str) -> None:
    token = mark + rest
    for place in PLACES:
        text = place.format(token)
        found = [(one.kind, text[one.start : one.end]) for one in look(SCANNER, text)]
        assert (kind, token) in found, (place, found)


@pytest.mark.parametrize(
    ("kind", "mark", "rest"), TOKENS, ids=[f"{kind}-{at}" for at, (kind, _, _) in enumerate(TOKENS)]
)
def test_a_credential_in_base64_is_found(kind: str, mark: str, rest: str) -> None:
    text = b64encode(f"token: {mark}{rest}\n".encode()).decode()
    assert kind in [one.kind for one in look(SCANNER, text)]


def _wide(token: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in token)


DISGUISES = [
    ("zero-width", lambda token: "\u200b".join(token)),
    ("fullwidth", _wide),
    ("soft hyphens", lambda token: f"{token[:9]}\u00ad{token[9:]}"),
    ("marks", lambda token: "".join(one + "\u0336" for one in token)),
    ("lookalikes", lambda token: token.translate(str.maketrans("AKIpoace", "АКІроасе"))),
    ("mathematical", lambda token: token.translate({ord("0") + at: chr(0x1D7CE + at) for at in range(10)})),
    ("percent signs", lambda token: "".join(f"%{ord(one):02x}" for one in token)),
    ("escapes", lambda token: "".join(f"\\u{ord(one):04x}" for one in token)),
    ("hexadecimal", lambda token: token.encode().hex()),
]  # fmt: skip


@pytest.mark.parametrize("disguise", [row[1] for row in DISGUISES], ids=[row[0] for row in DISGUISES])
def test_a_disguised_credential_is_found_whole(disguise: Callable[[str], str]) -> None:
    for kind, mark, rest in TOKENS[:20]:
        hidden = disguise(mark + rest)
        text = f"see {hidden} there"
        found = [(one.kind, text[one.start : one.end]) for one in look(SCANNER, text)]
        assert (kind, hidden) in found, (kind, found)


def armoured(name: str, lines: int = 12) -> str:
    body = "\n".join(some(BASE64, 64) for _ in range(lines))
    return f"-----BEGIN {name}-----\n{body}\n-----END {name}-----"


PEM = armoured("RSA PRIVATE " + "KEY")
OPEN = PEM[: PEM.index("-----END")].rstrip()
KEYS = [
    ("a private key", f"see\n{PEM}\nthere", PEM),
    ("without its end", f"see\n{OPEN}", OPEN),
    ("cut off within a text", f"{OPEN}\n\n(and so on)", OPEN),
    ("of OpenSSH", armoured("OPENSSH PRIVATE " + "KEY"), None),
    ("encrypted", armoured("ENCRYPTED PRIVATE " + "KEY"), None),
    ("with headers", PEM.replace("Y-----\n", "Y-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES,AB12\n\n", 1), None),
    ("of PGP", armoured("PGP PRIVATE " + "KEY BLOCK"), None),
    ("in one line", json.dumps({"k": PEM}), json.dumps(PEM)[1:-1]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), [row[1:] for row in KEYS], ids=[row[0] for row in KEYS])
def test_a_private_key_is_found_whole(text: str, key: str | None) -> None:
    assert ("PRIVATE_KEY", key or text) in [(one.kind, text[one.start : one.end]) for one in look(SCANNER, text)]


def test_two_private_keys_are_two_findings() -> None:
    text = f"{PEM}\nnothing to see here\n{PEM}"
    assert [text[one.start : one.end] for one in look(SCANNER, text)] == [PEM, PEM]


def test_a_long_value_is_found_whole() -> None:
    value = some(ALNUM, 1_500)
    for place in (
        'token = "{}"',
        "token: {}",
        "the api key is {} now",
        "<secret>{}</secret>",
        "tool --token {}",
        "x?token={}&y=1",
    ):
        text = place.format(value)
        assert [text[one.start : one.end] for one in look(SCANNER, text)] == [value], place


PW = "k7" + "Rw!qz" + "94"
KEY40 = some(BASE64, 30) + "aB3" + some(BASE64, 7)
TOKEN = some(ALNUM, 32)
SAS = some(ALNUM, 43)
IN_CONTEXT = [
    ("AWS_SECRET_KEY", "aws_secret_access_key = {}", KEY40),
    ("AWS_SECRET_KEY", "AWS_SECRET_ACCESS_KEY={}", KEY40),
    ("AWS_SECRET_KEY", '"SecretAccessKey": "{}"', KEY40),
    ("AWS_SECRET_KEY", "the AWS secret key is {} for now", KEY40),
    ("AZURE_STORAGE_KEY", "AccountName=x;{};EndpointSuffix=core", "AccountKey=" + some(BASE64, 86) + "=="),
    ("AZURE_SAS_TOKEN", "https://x.blob.core.windows.net/c?sv=2022-11-02&sp=r&sig={}", SAS + "%3D"),
    ("TWILIO_KEY", "TWILIO_AUTH_TOKEN={}", some(HEX, 32)),
    ("DATADOG_KEY", "DD_API_KEY: {}", some(HEX, 32)),
    ("HEROKU_KEY", "HEROKU_API_KEY={}", uuid()),
    ("GCP_SERVICE_ACCOUNT", '{{"type": "service_account", "private_key_id": "{}"}}', some(HEX, 40)),
    ("SLACK_WEBHOOK", "https://{} ok", f"hooks.slack.com/services/T{some(CAPITALS, 8)}/B123/{some(ALNUM, 24)}"),
    ("DISCORD_WEBHOOK", "https://{} ok", "discord.com/api/webhooks/" + "123456789012345678/" + some(ALNUM, 68)),
    ("CONNECTION_STRING", "postgres://app:{}@db.internal:5432/main", PW),
    ("CONNECTION_STRING", "postgresql+asyncpg://app:{}@db/main", PW),
    ("CONNECTION_STRING", "mongodb+srv://app:{}@cluster0.abc.mongodb.net/x?retryWrites=true", PW),
    ("CONNECTION_STRING", "redis://:{}@cache:6379/0", PW),
    ("CONNECTION_STRING", "amqp://app:{}@queue:5672/", PW),
    ("CONNECTION_STRING", "mysql://app:{}@10.0.0.5/x", "p@" + PW),
    ("CONNECTION_STRING", "Server=tcp:db.x.net,1433;Database=x;User ID=app;Password={};Encrypt=True", PW),
    ("CONNECTION_STRING", "jdbc:sqlserver://db:1433;user=app;password={};", PW),
    ("CONNECTION_STRING", "Driver={{ODBC Driver 17}};Server=db;Uid=app;Pwd={};", PW),
    ("CONNECTION_STRING", "host=db user=app password={} dbname=x", PW),
    ("BASIC_AUTH", "git clone https://joe:{}@git.example.com/x.git", PW),
    ("BASIC_AUTH", "Authorization: Basic {}", b64encode(f"joe:{PW}".encode()).decode()),
    ("BASIC_AUTH", "curl -u joe:{} https://x.example.com", PW),
    ("BEARER_TOKEN", "Authorization: Bearer {}", TOKEN),
    ("BEARER_TOKEN", '-H "authorization: bearer {}"', TOKEN),
    ("GENERIC_SECRET", "API_KEY={}", TOKEN),
    ("GENERIC_SECRET", "api_key: {}", TOKEN),
    ("GENERIC_SECRET", 'api_key: "{}"', TOKEN),
    ("GENERIC_SECRET", '{{"clientSecret": "{}"}}', TOKEN),
    ("GENERIC_SECRET", r'{{\"client_secret\": \"{}\"}}', TOKEN),
    ("GENERIC_SECRET", "const accessToken = '{}';", TOKEN),
    ("GENERIC_SECRET", "private static final String API_TOKEN = \"{}\";", TOKEN),
    ("GENERIC_SECRET", "secret_key: str = '{}'", TOKEN),
    ("GENERIC_SECRET", "signingKey := \"{}\"", TOKEN),
    ("GENERIC_SECRET", "'secret' => '{}',", TOKEN),
    ("GENERIC_SECRET", "<apiKey>{}</apiKey>", TOKEN),
    ("GENERIC_SECRET", '<add key="ApiKey" value="{}" />', TOKEN),
    ("GENERIC_SECRET", "X-Api-Key: {}", TOKEN),
    ("GENERIC_SECRET", "$env:ACCESS_TOKEN = \"{}\"", TOKEN),
    ("GENERIC_SECRET", "tool --token {} run", TOKEN),
    ("GENERIC_SECRET", "tool --api-key={} run", TOKEN),
    ("GENERIC_SECRET", "https://x.example.com/hook?access_token={}&a=b", TOKEN),
    ("GENERIC_SECRET", "Our API key is {}, keep it safe.", TOKEN),
    ("GENERIC_SECRET", "ENCRYPTION_KEY={}", uuid()),
    ("PASSWORD", "DB_PASSWORD={}", PW),
    ("PASSWORD", "PGPASSWORD={} psql", PW),
    ("PASSWORD", "password: {}", PW),
    ("PASSWORD", 'password = "{}"', PW),
    ("PASSWORD", '{{"user": "joe", "password": "{}"}}', PW),
    ("PASSWORD", "dbPassword: '{}',", "Summer" + "2024!"),
    ("PASSWORD", "<password>{}</password>", PW),
    ("PASSWORD", "the password is {}.", PW),
    ("PASSWORD", "The password for the admin account is {}", "hunter" + "2"),
    ("PASSWORD", "My password's changed, the new password is \"{}\", ok?", PW),
    ("PASSWORD", "Passwort: {}", PW),
    ("PASSWORD", "das Passwort lautet {}", PW),
    ("PASSWORD", "la contraseña es {}", PW),
    ("PASSWORD", "le mot de passe est {}", PW),
    ("PASSWORD", "密码是{} 。", PW),
    ("PASSWORD", "CREATE USER app IDENTIFIED BY '{}';", PW),
    ("PASSWORD", "machine x.example.com login joe password {}", PW),
    ("PASSWORD", "login with --password {} now", PW),
    ("PASSWORD", "password: \"{}\"", "correct-horse-" + "battery-staple"),
    ("PASSWORD", "root password - {}", PW),
    ("PASSWORD", "user deploy, password {} on staging", "Zk83" + "hfPq"),
    ("PASSWORD", "db:\n  environment:\n    POSTGRES_PASSWORD: {}\n    POSTGRES_USER: app\n", "tricky_" + "pw_99"),
    ("PASSWORD", "set password for 'joe'@'%' = '{}';", PW),
    ("PASSWORD", "ConvertTo-SecureString '{}' -AsPlainText", PW),
    ("PASSWORD", "define('DB_PASSWORD', '{}');", PW),
    ("PASSWORD", 'let password: &str = "{}";', PW),
    ("PASSWORD", '<property name="connection.password">{}</property>', PW),
    ("PASSWORD", "kubectl create secret generic db --from-literal=password={}", PW),
    ("GENERIC_SECRET", 'setenv("SECRET_TOKEN", "{}")', TOKEN),
    ("GENERIC_SECRET", 'os.environ["API_KEY"] = "{}"', TOKEN),
    ("GENERIC_SECRET", "license key: {}", "ABCD1-EFGH2-" + "IJKL3-MNOP4"),
    ("GENERIC_SECRET", "//packages.example.com/:_authToken={}", uuid()),
    ("BASIC_AUTH", '{{"auths": {{"x": {{"auth": "{}"}}}}}}', b64encode(f"joe:{PW}".encode()).decode()),
    ("PRIVATE_KEY", "client-key-data: {}", b64encode(PEM.encode()).decode()),
    ("PASSWORD", "Mot de passe : {}", PW),
    ("PASSWORD", "Contraseña: {}", PW),
    ("PASSWORD", "sshpass -p '{}' ssh root@10.0.0.1", PW),
    ("PASSWORD", "mysql -u root -p{} db", PW),
    ("GENERIC_SECRET", "here is the token for staging: {}", TOKEN),
    ("GENERIC_SECRET", "use the secret `{}` to sign", TOKEN),
    ("BEARER_TOKEN", "Authorization: token {}", TOKEN),
    ("PASSWORD", "define( 'DB_PASSWORD', '{}' );", PW),
    ("PASSWORD", "- name: DB_PASSWORD\n  value: \"{}\"\n", PW),
    ("PASSWORD", '{{"name": "DB_PASSWORD", "value": "{}"}}', PW),
    ("GENERIC_SECRET", "- key: API_TOKEN\n    value: {}\n", TOKEN),
    ("PASSWORD", 'variable "db_password" {{\n  type = string\n  default = "{}"\n}}', PW),
    ("PASSWORD", 'if (password == "{}") {{', PW),
    ("GENERIC_SECRET", "if token === '{}':", TOKEN),
    ("PASSWORD", 'psk="{}"', PW),
    ("PASSWORD", "SSHPASS={} rsync a b:", PW),
    ("PASSWORD", "redis-cli -h cache -a {} ping", "lgyYzQxD" + "QwcCpB"),
    ("PASSWORD", "az login --service-principal -u app -p {} --tenant x", PW),
    ("PASSWORD", "openssl enc -aes-256-cbc -k {} -in a", PW),
    ("GENERIC_SECRET", "--access-token {}", TOKEN),
    ("GENERIC_SECRET", "ENV API_TOKEN {}\nRUN make", TOKEN),
    ("PASSWORD", "FROM x\nENV DB_PASSWORD {}\n", PW),
    ("PASSWORD", "echo '{}' | sudo -S apt update", PW),
    ("PASSWORD", "net user backup {} /add", PW),
    ("PASSWORD", "snmp-server community {} RO", PW),
    ("PASSWORD", "username joe privilege 15 secret 0 {}", PW),
    ("PASSWORD_HASH", "root:{}:19000:0:99999:7:::", "$6$" + some(ALNUM, 16) + "$" + some(ALNUM, 86)),
    ("PASSWORD_HASH", "joe:{}", "$2b$" + "12$" + some(ALNUM, 53)),
    ("PASSWORD_HASH", "enable secret 5 {}", "$1$" + "mERr$" + some(ALNUM, 22)),
    ("GENERIC_SECRET", "Cookie: lang=de; JSESSIONID={}; theme=dark", some(HEX, 32)),
    ("GENERIC_SECRET", "Set-Cookie: sessionid={}; HttpOnly", some(ALNUM, 32)),
    ("BASIC_AUTH", 'requests.get(url, auth=("joe", "{}"))', PW),
    ("BASIC_AUTH", "server.login('joe@example.com', '{}')", PW),
    ("AWS_SIGNED_URL", "https://x.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature={}", some(HEX, 64)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "place", "value"), IN_CONTEXT, ids=[f"{row[0]}-{at}" for at, row in enumerate(IN_CONTEXT)]
)
def test_what_its_surrounding_gives_away_is_found(kind: str, place: str, value: str) -> None:
    text = place.format(value)
    found = [(one.kind, text[one.start : one.end]) for one in look(SCANNER, text)]
    assert (kind, value) in found or (kind == "PASSWORD" and ("GENERIC_SECRET", value) in found), found


HARMLESS = [
    "aws_access_key_id = AKIA" + "IOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCYEXAMPLEKEY",
    "OPENAI_API_KEY=sk-" + "x" * 32,
    "OPENAI_API_KEY=sk-...",
    "OPENAI_API_KEY=<your-key-here>",
    "export GITHUB_TOKEN=ghp_" + "x" * 36,
    "sk-ant-api03-your-key-here",
    "token: ${{ secrets.GITHUB_TOKEN }}",
    "API_KEY=${API_KEY}",
    'api_key = os.environ["OPENAI_API_KEY"]',
    "apiKey: process.env.OPENAI_API_KEY,",
    "password = getpass.getpass()",
    'password: "{{ vault_db_password }}"',
    "password: changeme",
    "DB_PASSWORD=password",
    "password=your_password_here",
    'password: "********"',
    "PASSWORD=$(cat /run/secrets/db)",
    "secret: op://vault/item/password",
    "def login(user: str, password: str) -> None:",
    'parser.add_argument("--password", help="the password to use")',
    "token = tokenizer.next_token()",
    "max_tokens: 4096",
    'token_type: "bearer"',
    "if password == other.password: return",
    'fields = ["username", "password", "email2"]',
    "the password SHA256 digest; a token JWT2 claim; passwords and tokens",
    "  password: string;\n  token: string;\n",
    "password:\n  required: true\n",
    'errors: {password: "Password is required"}',
    "The password must be at least 12 characters long.",
    "The password is incorrect. Your token is expired.",
    "your password is case-sensitive",
    "A bearer token is sent in each request; basic authentication works as well.",
    "the secret is out: reading is fun",
    "primary_key: id, sort_key: created_at_2024",
    "public_key = " + "A" * 3 + "B3NzaC1yc2EAAAADAQABAAABgQC7",
    "postgres://user:password@localhost:5432/db",
    "postgres://postgres:postgres@localhost/db",
    "mysql://root:${DB_PASS}@db/x",
    "https://user@example.com:8080/path",
    "http://localhost:3000/@scope/name",
    "3f786850e387550fdab836ed7e6dc881de23001b",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "550e8400-e29b-41d4-a716-446655440000",
    '"integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="',
    "background: url(data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk)",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl joe@host",
    "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ2FzZXM\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
    "-----BEGIN PRIVATE " + "KEY-----\n...\n-----END PRIVATE " + "KEY-----",
    "eyJhbHBoYQ.eyJiZXRhIjoxfQ.c2lnbmF0dXJl",
    '!function(e,t){"object"==typeof exports?t(exports):t((e=e||self).token={})}(this,function(e){e.key="a1"})',
    ".btn-primary{color:#0d6efd;--bs-btn-token:0 .5rem 1rem rgba(0,0,0,.15)}",
    "npm install --save-dev typescript@5.4.2 eslint@^8.57.0",
    "pk_live_" + "51H8abcDEFghiJKLmnoPQRst",
    "ACCESS_TOKEN_EXPIRE_MINUTES=30",
    "token: 2024-06-11T10:00:00Z",
    'secretName: "my-app-tls"',
    "secret_arn: arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbC123",
    "private key file: /etc/ssl/private/server.key",
    'auth: { type: "oauth2", tokenUrl: "https://example.com/oauth2/token" }',
    "the keyword is async2sync_adapter",
    "<input type=\"password\" name=\"password\" id=\"password1\">",
    "next_page_token: CAUQAA4f9s8d7f6s5d4f3s2d1",
    "pad_token='<pad>', eos_token='</s>'",
    "self.password = password; this.token = token;",
    "secrets.token_urlsafe(32)",
    "KEY_LENGTH = 32; cipher: aes-256-gcm, secret_algorithm: 'HS256'",
    "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: password}\n",
    "- name: PASSWORD_FILE\n  value: /run/secrets/db1\n",
    'variable "db_password" {\n  type = string\n  default = ""\n}',
    'if token == "EOF": return',
    "assert password == expected_password1",
    "passwordResetView = getPasswordResetView",
    "user -p PORT; mysql -u root -p shopDatabaseNameOfMine",
    "ENV PATH /usr/local/bin:$PATH\nENV TOKEN_FILE /run/secrets/token1",
    "ENV API_TOKEN $BUILD_TOKEN",
    "echo 'deb https://x.example.com/apt stable' | sudo tee /etc/apt/sources.list.d/x.list",
    "net user administrator /active:yes",
    "snmp-server community public RO",
    "enable secret management in the settings",
    "sessionid=deleted; sessionid=None",
    'login("users", "page2"); auth=("user", "password")',
    "the compass=n31 and bypass=on5",
    "$1$ and $2 and costs $5$ or $6",
]  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_is_none(text: str) -> None:
    assert [(one.kind, one.rule, text[one.start : one.end]) for one in look(SCANNER, text)] == []


def test_the_standard_library_holds_next_to_no_secrets() -> None:
    words = found = 0
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        text = path.read_text("utf-8", "replace")
        words += len(text.split())
        found += len(look(SCANNER, text))
    assert words > 200_000
    assert found * 10_000 <= words
