"""Credentials that are known by what is around them: keys in armour, tokens of JSON, addresses and headers."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from typing import Final

from keeptrusts.gateway.detectors.families.placeholders import classes, is_random, stands_in
from keeptrusts.gateway.detectors.rules import LIKELY, Rule

_ADDRESS_WITH_PASSWORD: Final = r"\b[a-z][a-z0-9+.\-]*://[^\s/:@\"'<>`]*:[^\s\"'<>`/]+@[A-Za-z0-9\[{$_]"
"""One pattern of two rules, so that it is scanned for once: whose password it is decides what it is called."""
_LONGEST_KEY: Final = 32_768
_LEAST_BODY: Final = 40
_KEY_TEXT: Final = re.compile(r"(?:[A-Za-z0-9+/=\s,:\\\"']|-(?!-))*")
_KEY_BODY: Final = re.compile(r"[A-Za-z0-9+/=]{16,}")
_LONGEST_HEADER: Final = 2_048
_AUTHORIZED: Final = re.compile(
    r"(?i)[\"'\]]?\s{0,2}[:=,]\s{0,2}[\"'`]?(?:[a-z][a-z0-9-]{2,15}[ =]+)?([A-Za-z0-9._~+/=-]{16,}+)(?!\()"
)
_BEARER: Final = re.compile(r"(?i)(?:bearer|token)\s+")
_DATABASES: Final = (
    "postgres", "postgresql", "mysql", "mariadb", "mongodb", "redis", "rediss", "valkey", "amqp", "amqps", "mssql",
    "sqlserver", "oracle", "cockroachdb", "clickhouse", "snowflake", "redshift", "nats", "kafka", "ldap", "ldaps",
    "smtp", "smtps", "imap", "imaps", "neo4j", "bolt", "cassandra", "couchbase", "couchdb", "influxdb",
    "elasticsearch", "db2", "trino", "presto", "hive", "memcached", "mqtt", "mqtts", "firebird", "vertica",
    "teradata", "jdbc", "pgsql",
)  # fmt: skip
_DATABASE: Final = re.compile(rf"(?:{'|'.join(_DATABASES)})(?:\+[a-z0-9]+)*", re.I)
_USUAL: Final = frozenset(
    (
        "password", "pass", "passwd", "pwd", "secret", "user", "username", "token", "root", "admin", "postgres",
        "mysql", "mongo", "mongodb", "redis", "guest", "rabbitmq", "test", "testing", "changeme", "example", "foo",
        "bar", "pw", "p", "pswd", "string", "mypassword", "mypass", "userpass", "yourpassword", "dbpassword", "host",
        "port",
    )
)  # fmt: skip


def text_rules() -> tuple[Rule, ...]:
    """Give the rules for private keys, JSON web tokens, passwords in addresses, and headers of authorization."""
    return (
        Rule(
            id="private-key",
            kind="PRIVATE_KEY",
            pattern=r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----",
            joined=True,
            seek=_armoured,
        ),
        Rule(
            id="putty-key",
            kind="PRIVATE_KEY",
            pattern=r"Private-Lines: [0-9]+\r?\n[A-Za-z0-9+/=\r\n]+(?:[^A-Za-z0-9+/=\r\n]|\z)",
            joined=True,
        ),
        Rule(
            id="jwt",
            kind="JWT",
            pattern=r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{4,}(?:\.[A-Za-z0-9_\-]*)+(?:[^A-Za-z0-9_.\-]|\z)",
            joined=True,
            inner=_web_token,
        ),
        Rule(
            id="address-password",
            kind="CONNECTION_STRING",
            pattern=_ADDRESS_WITH_PASSWORD,
            caseless=True,
            joined=True,
            inner=_database_password,
        ),
        Rule(
            id="address-credentials",
            kind="BASIC_AUTH",
            pattern=_ADDRESS_WITH_PASSWORD,
            caseless=True,
            joined=True,
            inner=_other_password,
        ),
        Rule(
            id="basic-auth",
            kind="BASIC_AUTH",
            pattern=r"\bbasic\s+[A-Za-z0-9+/_\-]{8,}={0,2}(?:[^A-Za-z0-9+/=_\-]|\z)",
            caseless=True,
            joined=True,
            inner=_basic,
        ),
        Rule(
            id="registry-auth",
            kind="BASIC_AUTH",
            pattern=r"\"auth\"\s*:\s*\"[A-Za-z0-9+/]{8,}={0,2}\"",
            joined=True,
            inner=_registry_auth,
        ),
        Rule(
            id="user-option",
            kind="BASIC_AUTH",
            pattern=r"\s(?:-u|--user)[ =]?[\"']?[^\s:\"'/$<{\-][^\s:\"'/]*:[^\s\"'$<{][^\s\"']+(?:[\s\"']|\z)",
            score=LIKELY,
            joined=True,
            inner=_user_option,
        ),
        Rule(
            id="bearer-token",
            kind="BEARER_TOKEN",
            pattern=r"\bbearer\s+[A-Za-z0-9._~+/\-]{16,}=*(?:[^A-Za-z0-9._~+/=\-]|\z)",
            score=LIKELY + 5,
            caseless=True,
            joined=True,
            inner=_bearer,
        ),
        Rule(
            id="authorization",
            kind="BEARER_TOKEN",
            pattern=r"\bauthorization\b",
            score=LIKELY + 5,
            caseless=True,
            joined=True,
            seek=_authorized,
        ),
    )


def _armoured(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give a private key from its first line to its last, or to where no key can go on."""
    dashes = text.find("-----", end, end + _LONGEST_KEY)
    if dashes >= 0 and text.startswith("-----END", dashes):
        close = text.find("-----", dashes + 8, dashes + 80)
        last = close + 5 if close >= 0 else dashes + 8
        body = text[end:dashes]
    else:
        match = _KEY_TEXT.match(text, end, min(len(text), end + _LONGEST_KEY) if dashes < 0 else dashes)
        body = match[0].rstrip() if match is not None else ""
        last = end + len(body)
    longest = sum(map(len, _KEY_BODY.findall(body)))
    return (start, last) if longest >= _LEAST_BODY and not _is_example(body) else None


def _is_example(body: str) -> bool:
    return "..." in body or "EXAMPLE" in body or len(set(body)) < 12


def _web_token(match: str) -> tuple[int, int] | None:
    """Give a token whose header is JSON that names an algorithm."""
    token = match.rstrip(".") if match[-1] == "." else match
    if not (token[-1].isascii() and (token[-1].isalnum() or token[-1] in "_-.")):
        token = token[:-1]
    header = token.split(".", 1)[0]
    try:
        claims = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (ValueError, RecursionError):
        return None
    return (0, len(token)) if isinstance(claims, dict) and "alg" in claims else None


def _database_password(match: str) -> tuple[int, int] | None:
    scheme = match[: match.index("://")]
    return _password_in(match) if _DATABASE.fullmatch(scheme) is not None else None


def _other_password(match: str) -> tuple[int, int] | None:
    scheme = match[: match.index("://")]
    return _password_in(match) if _DATABASE.fullmatch(scheme) is None else None


def _password_in(address: str) -> tuple[int, int] | None:
    """Give the password of an address that ends behind its last ``@``."""
    first = address.index(":", address.index("://") + 3) + 1
    last = address.rindex("@")
    password = address[first:last]
    weak = len(password) < 4 or (len(password) < 6 and password.isalpha())
    if weak or password.lower() in _USUAL or stands_in(password) or password[0] in "$%:{<[":
        return None
    return first, last


def _basic(match: str) -> tuple[int, int] | None:
    """Give what decodes to a name and a password."""
    start = _behind_blanks(match)
    end = len(match) if match[-1] in "+/=_-" or (match[-1].isascii() and match[-1].isalnum()) else len(match) - 1
    return (start, end) if _is_login(match[start:end]) else None


def _registry_auth(match: str) -> tuple[int, int] | None:
    start = match.rindex('"', 0, -1) + 1
    return (start, len(match) - 1) if _is_login(match[start:-1]) else None


def _is_login(encoded: str) -> bool:
    """Say whether a text in base64 is a name and a password."""
    try:
        plain = urlsafe_b64decode(encoded.rstrip("=").replace("+", "-").replace("/", "_") + "==").decode()
    except ValueError:
        return False
    name, colon, password = plain.partition(":")
    return bool(colon and name and password) and plain.isprintable() and password.lower() not in _USUAL


def _behind_blanks(match: str) -> int:
    """Give where the second word of a match begins."""
    return len(match) - len(match.split(None, 1)[1])


def _user_option(match: str) -> tuple[int, int] | None:
    start = match.index(":") + 1
    end = len(match) - (match[-1] in " \t\r\n\"'")
    password = match[start:end]
    if password.lower() in _USUAL or stands_in(password) or (password.isdigit() and len(password) < 6):
        return None
    return start, end


def _bearer(match: str) -> tuple[int, int] | None:
    word = _BEARER.search(match)
    start = word.end() if word is not None else 0
    end = len(match) if match[-1] in "._~+/=-" or (match[-1].isascii() and match[-1].isalnum()) else len(match) - 1
    token = match[start:end].rstrip(".")
    if not is_random(token) or stands_in(token) or not any(map(str.isdigit, token)) or classes(token) < 2:
        return None
    return (start, start + len(token)) if any(map(str.isalpha, token)) and _is_no_name(token) else None


def _authorized(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the token of a header whose scheme is another word, or none."""
    header = _AUTHORIZED.match(text, end, end + _LONGEST_HEADER)
    if header is None or not is_random(header[1]) or stands_in(header[1]) or not any(map(str.isdigit, header[1])):
        return None
    return header.span(1) if _is_no_name(header[1]) else None


def _is_no_name(token: str) -> bool:
    """Say whether a token is no path, version or name of parts."""
    parts = re.split(r"[./_~+-]", token)
    return max(map(len, parts)) >= 10
