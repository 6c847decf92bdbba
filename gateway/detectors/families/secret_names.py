"""What a name says about the value it is given: that it is a password, another secret, or neither."""

from __future__ import annotations

import re
from typing import Final, Literal

Said = Literal["password", "secret"]

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+")
_PASSWORDS: Final = (
    "password", "passwd", "passphrase", "passcode", "passwort", "kennwort", "contrase", "contrasena", "senha",
    "wachtwoord", "пароль", "密码", "口令", "パスワード", "비밀번호", "pwd",
)  # fmt: skip
_PASSWORDS_ELSEWHERE: Final = (
    "contraseña",
    "mot de passe",
    "pass phrase",
    "clave",
    "código de acceso",
    "codice di accesso",
    "code d'accès",
    "toegangscode",
    "zugangscode",
    "netzwerkschlüssel",
    "wlan-schlüssel",
    "wlanschlüssel",
    "wpa2",
    "wpa3",
    "wpa key",
    "wpa2 key",
    "wpa-psk",
    "wifi key",
    "wi-fi key",
    "wifi-key",
    "wifi_key",
    "hasło",
    "lösenord",
    "passord",
    "adgangskode",
    "salasana",
    "heslo",
    "jelszó",
    "parola",
    "şifre",
    "mật khẩu",
    "пароль",
    "密码",
    "口令",
    "パスワード",
    "비밀번호",
)
_SHORT_PASSWORDS: Final = frozenset(
    (
        "pass", "pw", "mdp", "pswd", "psk", "sshpass", "dbpass", "mypass", "userpass", "adminpass", "rootpass",
        "smtppass", "mailpass", "ftppass", "ldappass", "sqlpass", "keypass", "storepass", "loginpass",
    )
)  # fmt: skip
_SECRETS: Final = (
    "secret", "token", "apikey", "secretkey", "accesskey", "privatekey", "authkey", "credential", "credentials",
    "apitoken",
)  # fmt: skip
_SHORT_SECRETS: Final = frozenset(("pat", "auth", "bearer", "jwt", "creds", "cred", "seed"))
PROVIDERS: Final = (
    "algolia", "amplitude", "anthropic", "binance", "bugsnag", "cloudflare", "cohere", "datadog", "deepgram", "deepl",
    "elevenlabs", "etherscan", "fastly", "firecrawl", "hubspot", "infura", "klaviyo", "linode", "mailgun", "mailjet",
    "mistral", "mixpanel", "openai", "opsgenie", "pagerduty", "plivo", "postmark", "pusher", "rollbar", "sendgrid",
    "sentry", "serpapi", "shodan", "sparkpost", "stripe", "tavily", "telnyx", "twilio", "typeform", "virustotal",
    "vonage", "vultr", "zendesk",
)  # fmt: skip
"""Whose keys people name after them."""
_OF_KEYS: Final = frozenset(PROVIDERS) | frozenset(
    (
        "api", "access", "secret", "private", "auth", "authorization", "encryption", "encrypt", "crypt", "signing",
        "sign", "signature", "master", "account", "service", "license", "licence", "storage", "shared", "session",
        "hmac", "aes", "app", "application", "client", "admin", "webhook", "deploy", "subscription", "consumer",
        "ssh", "rsa", "jwt", "cookie", "user", "bot", "server", "function", "functions", "integration", "personal",
        "write", "live",
    )
)  # fmt: skip
_OF_PLACES: Final = frozenset(("cache", "partition", "routing", "surrogate", "request", "sort", "dedup", "object"))
_BEHIND: Final = frozenset(
    (
        "value", "val", "default", "prod", "production", "dev", "staging", "stage", "test", "live", "old", "new",
        "current", "backup", "primary", "secondary", "plain", "plaintext", "str", "string", "raw", "text", "b64",
        "base", "main", "wifi", "wlan", "v", "hex", "env", "eu", "us",
    )
)  # fmt: skip
_HARMLESS: Final = frozenset(
    (
        "next", "page", "lock", "grant", "starting", "pagination",
        "revoke", "continuation", "sync", "cursor", "pad", "eos", "bos", "unk", "sep", "cls", "mask", "special",
        "public", "max", "min", "num", "count", "total", "limit", "per", "lookup", "idempotency", "cancellation",
        "name", "prompt", "completion", "input", "output", "cached", "reasoning", "publishable", "skip", "is", "has",
        "no", "add", "stop", "start", "end", "first", "last", "sort", "tokens", "csrfmiddleware", "label", "title",
        "error", "message",
    )
)  # fmt: skip


def said_by(name: str) -> Said | None:
    """Say what the name of a variable, a field, a header or an option promises."""
    if name.lower().endswith(_PASSWORDS_ELSEWHERE):
        return "password"
    words = [word.lower() for word in _WORDS.findall(name)]
    while len(words) > 1 and (words[-1] in _BEHIND or (words[-1].isascii() and words[-1].isdigit())):
        words.pop()
    if not words or not _HARMLESS.isdisjoint(words):
        return None
    last = words[-1]
    if last in _SHORT_PASSWORDS or last.endswith(_PASSWORDS):
        return "password"
    if last.endswith(_SECRETS) or (last in _SHORT_SECRETS and (len(words) > 1 or name.startswith("_"))):
        return "secret"
    if (
        last == "key"
        and len(words) > 1
        and (words[-2] in _OF_KEYS or (words[0] == "x" and words[-2] not in _OF_PLACES))
    ):
        return "secret"
    return None
