"""Secrets that what is around them gives away: in commands, settings of network devices, cookies, signed addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from keeptrusts.gateway.detectors.families.placeholders import classes, is_password, is_secret, stands_in
from keeptrusts.gateway.detectors.families.secret_names import said_by
from keeptrusts.gateway.detectors.rules import LIKELY, Rule
from keeptrusts.schemas.frozen import frozen

_CRYPT: Final = "[./0-9A-Za-z]"
_HASH: Final = (
    rf"\$(?:1\${_CRYPT}{{1,8}}\${_CRYPT}{{22}}|5\$(?:rounds=\d{{1,9}}\$)?{_CRYPT}{{1,16}}\${_CRYPT}{{43}}"
    rf"|6\$(?:rounds=\d{{1,9}}\$)?{_CRYPT}{{1,16}}\${_CRYPT}{{86}}|2[abxy]\$\d\d\${_CRYPT}{{53}}"
    rf"|y\${_CRYPT}{{2,8}}\${_CRYPT}{{8,32}}\${_CRYPT}{{43}}"
    r"|argon2(?:i|d|id)\$v=\d{1,3}\$m=\d{1,9},t=\d{1,4},p=\d{1,3}\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16,128})"
)
_SESSIONS: Final = r"(?:JSESSIONID|PHPSESSID|ASP\.NET_SessionId|connect\.sid|laravel_session|sessionid)"
_REACH: Final = 400
_AROUND: Final = 64
_SAYS_PASSWORD: Final = re.compile(r"(?i)passw|\bpass\b|\bpwd?\b|passcode|passphrase|secret|kennwort|contrase|senha")
_LAST: Final = r"[^\s/*-]\S{3,63}"


@frozen
class Told:
    """Seeks what a command or a setting is told behind its first words.

    ``follows`` is a pattern of Python's ``re`` of all that stands there, and its group ``value`` is what may be found;
    ``good`` says of the match whether it is.
    """

    found: re.Pattern[str]
    follows: str
    good: Callable[[re.Match[str]], bool]

    def __call__(self, text: str, _start: int, end: int) -> tuple[int, int] | None:
        match = self.found.match(text, end, end + _REACH)
        return match.span("value") if match is not None and self.good(match) else None


def command_rules() -> tuple[Rule, ...]:
    """Give the rules for what commands are told, for hashes of passwords, for sessions and for signed addresses."""
    return (
        Rule(id="password-hash", kind="PASSWORD_HASH", pattern=_HASH, score=LIKELY + 10, joined=True),
        told("session-cookie", "GENERIC_SECRET", rf"\b{_SESSIONS}=", r"(?P<value>[^;\s\"',]{16,256})", _is_secret),
        told(
            "cookie-header", "GENERIC_SECRET", r"\bcookie:\s",
            r"(?:[^\n;]{0,120};\s){0,8}?[\w.-]{0,24}(?:sess|sid|token|auth|jwt|remember)[\w.-]{0,24}="
            r"(?P<value>[^;\s\"',]{16,256})", _is_secret,
        ),
        told(
            "vault-login", "VAULT_TOKEN", r"\bvault\s+login\s", r"(?:-\S{1,40}\s){0,4}(?P<value>[^\s=-][^\s=]{19,128})",
            _is_secret,
        ),
        told(
            "env-password", "PASSWORD", r"\b(?:ENV|setenv|setx|set -gx)\s[A-Za-z_]",
            r"(?P<name>\w{2,48})\s+[\"']?(?P<value>[^\s\"'=]{4,128})", _is_named_password,
        ),
        told(
            "env-secret", "GENERIC_SECRET", r"\b(?:ENV|setenv|setx|set -gx)\s[A-Za-z_]",
            r"(?P<name>\w{2,48})\s+[\"']?(?P<value>[^\s\"'=]{10,256})", _is_named_secret,
        ),
        told(
            "sudo-password", "PASSWORD", r"\becho\s",
            r"[\"']?(?P<value>[^\s\"'|]{4,64})[\"']?\s{0,2}\|\s{0,2}sudo\s(?:-[a-z]+\s){0,2}-[a-zA-Z]{0,3}S\b", _is_set,
        ),
        told(
            "share-password", "PASSWORD", r"\bnet\s+use\s",
            rf"(?:[^\n/]{{0,80}}?\\\\[^\s]{{1,80}}\s)?(?:/user:\S{{1,64}}\s)?(?P<value>{_LAST})(?!\S)", _is_given,
        ),
        told(
            "archive-password", "PASSWORD", r"\b(?:zip|unzip|7za?|rar|unrar|mosquitto_pub|mosquitto_sub)\s",
            rf"(?:[^\n|;]{{0,120}}?\s)?-[pP]\s?(?P<value>{_LAST})(?!\S)", _is_given,
        ),
        told(
            "set-password", "PASSWORD", r"\becho\s",
            r"[\"']?[\w.-]{1,32}:(?P<value>[^\s\"'|]{4,64})[\"']?\s{0,2}\|\s{0,2}(?:sudo\s)?chpasswd\b", _is_set,
        ),
        told(
            "oracle-login", "PASSWORD", r"\b(?:sqlplus|sqlldr|expdp|impdp|rman)\s",
            r"(?:-\S{1,12}\s|target\s){0,4}[\"']?\w{1,32}/[\"']?(?P<value>[^\s@\"'/]{4,64})(?=[\"'@\s]|\Z)", _is_set,
        ),
        told(
            "samba-password", "PASSWORD", r"\bsmbclient\s", rf"//\S{{1,80}}\s(?P<value>{_LAST})(?!\S)", _is_given,
        ),
        told(
            "ftp-password", "PASSWORD", r"\b(?:lftp|ncftp)\s",
            r"[^\n|;]{0,80}?-u\s?[\w.@-]{1,64},(?P<value>[^\s,]{4,64})", _is_set,
        ),
        told(
            "desktop-password", "PASSWORD", r"\b(?:xfreerdp|wfreerdp|rdesktop)\s",
            r"(?:[^\n|;]{0,120}?\s)?(?:/p:|-p\s?)(?P<value>[^\s-]\S{3,63})(?!\S)", _is_set,
        ),
        told(
            "network-phrase", "PASSWORD", r"\bwpa_passphrase\s",
            r"(?:\"[^\"\n]{1,32}\"|\S{1,32})\s[\"']?(?P<value>[^\s\"'|>]{8,63})", _is_set,
        ),
        told("user-password", "PASSWORD", r"\bnet\s+user\s", rf"\S{{1,64}}\s(?P<value>{_LAST})(?!\S)", _is_given),
        told(
            "server-password", "PASSWORD", r"\b(?:requirepass|masterauth|rootpw|olcRootPW:?|sentinel\s+auth-pass)\s",
            r"\s{0,8}(?:(?<=auth-pass\s)\S{1,40}\s)?[\"']?(?P<value>[^\s\"'#][^\s\"']{3,127})", _is_given,
        ),
        told(
            "page-password", "PASSWORD", r"\bhtpasswd\s",
            rf"(?:-[A-Za-z]+\s(?:\d{{1,5}}\s)?){{0,4}}?-[A-Za-z]*b[A-Za-z]*\s(?:\d{{1,5}}\s)?(?:-[A-Za-z]+\s(?:\d{{1,5}}\s)?){{0,2}}"
            rf"(?:[^\s-]\S{{0,80}}\s){{1,2}}[\"']?(?P<value>{_LAST}?)(?=[\"'\s;|]|\Z)", _is_given,
        ),
        told(
            "oracle-address", "PASSWORD", r"\bjdbc:oracle:(?:thin|oci8?):",
            r"[\w$]{1,32}/(?P<value>[^\s@\"'/]{4,64})@", _is_set,
        ),
        told(
            "server-auth", "PASSWORD", r"(?:^|[\n>] ?)AUTH\s",
            r"(?:\w{1,32}\s)?(?P<value>[^\s\"']{12,128})(?=\s*(?:\n|\Z))", _is_striking_secret,
        ),
        told(
            "basic-pair", "BASIC_AUTH", r"\bbasic[ -]auth(?:entication)?[ :]",
            r"\s?(?:(?:is|with|creds|credentials|user|login|as"
            r"|uses)[ :]\s?)?[\w.@-]{1,32}:(?P<value>[^\s:/]{6,64})(?!\S)",
            _is_striking,
        ),
        told(
            "database-file", "PASSWORD", r"[\w*]:(?:5432|543\d|6432|\*):[\w*-]{1,48}:",
            r"[\w.-]{1,48}:(?P<value>[^\s:]{6,128})(?!\S)", _is_set,
        ),
        told(
            "old-password", "PASSWORD", r"\b(?:changed|rotated|updated|reset|switched|moved)(?: it)? from ",
            r"(?P<value>[^\s]{6,64}) to ", _is_old_password,
        ),
        told(
            "pair-before-host", "PASSWORD", r"(?:^|[^\w/:.-])(?:admin|root|user|ops|deploy|ubuntu|pi|oracle"
            "|postgres|test|guest):",
            r"(?P<value>[^\s:@/\"']{6,64})@[\w.-]{3,64}", _is_striking,
        ),
        told(
            "cipher-password", "PASSWORD", r"\bopenssl\s+enc\s", rf"[^\n|;]{{0,160}}?-k\s(?P<value>{_LAST})(?!\S)",
            _is_given,
        ),
        told(
            "device-password", "PASSWORD", r"\b(?:snmp-server\s+community|enable\s+(?:secret|password))\s",
            rf"(?:level\s\d{{1,2}}\s)?(?:\d\s)?(?P<value>{_LAST})(?!\S)", _is_given,
        ),
        told(
            "device-user", "PASSWORD", r"\busername\s",
            rf"\S{{1,32}}\s(?:privilege\s\d{{1,2}}\s)?(?:secret|password)\s(?:\d\s)?(?P<value>{_LAST})(?!\S)",
            _is_given,
        ),
        told(
            "login-arguments", "BASIC_AUTH", r"\bauth\s?=\s?\(|basic_?auth\(|digestauth\(|credentials?\(|\.login\(",
            r"\s?[\"'](?P<name>[^\"'\s]{1,64})[\"']\s?,\s?[\"'](?P<value>[^\"'\s]{4,64})[\"']", _is_argument,
        ),
        told(
            "connect-arguments", "PASSWORD", r"\.connect\(",
            r"\s?[\"'][^\"'\n]{1,80}[\"']\s?,\s?[\"'](?P<name>[\w.@-]{1,64})[\"']\s?,"
            r"\s?[\"'](?P<value>[^\"'\s]{4,64})[\"']", _is_argument,
        ),
        told(
            "root-pair", "PASSWORD", r"\b(?:root|admin|administrator|sa|pi|ubuntu|oracle|postgres|sysadmin) / ",
            r"(?P<value>[^\s/]{6,40})(?!\S)", _is_striking,
        ),
        Rule(
            id="aws-signature", kind="AWS_SIGNED_URL", pattern=r"\bX-Amz-Signature=[0-9a-f]{64}\b", joined=True,
            inner=_behind_sign,
        ),
        told(
            "google-signature", "GCP_SIGNED_URL", r"\bX-Goog-Signature=", r"(?P<value>[0-9a-f]{64,380})", _is_secret,
        ),
    )  # fmt: skip


def told(name: str, kind: str, pattern: str, follows: str, good: Callable[[re.Match[str]], bool]) -> Rule:
    """Give the rule for what stands behind the first words of a command, a setting or a sentence, in any case."""
    seek = Told(found=re.compile(follows), follows=follows, good=good)
    return Rule(id=name, kind=kind, pattern=pattern, score=LIKELY, caseless=True, joined=True, seek=seek)


def _is_secret(match: re.Match[str]) -> bool:
    return is_secret(match["value"], quoted=True)


def _is_set(match: re.Match[str]) -> bool:
    return is_password(match["value"], quoted=True, loose=True)


def _is_given(match: re.Match[str]) -> bool:
    return is_password(match["value"], quoted=False, loose=False)


def _is_named_password(match: re.Match[str]) -> bool:
    return said_by(_name(match)) == "password" and _is_set(match)


def _is_named_secret(match: re.Match[str]) -> bool:
    return said_by(_name(match)) == "secret" and _is_secret(match)


def _name(match: re.Match[str]) -> str:
    """Give the name of a variable, whose first letter the scan has matched."""
    return match.string[match.start() - 1 : match.end("name")]


def _is_argument(match: re.Match[str]) -> bool:
    """Say whether the second of two arguments is a password; one of a function that logs in must be striking."""
    if not is_password(match["value"], quoted=True, loose=False):
        return False
    is_auth = "auth" in match.string[max(0, match.start() - 12) : match.start()].lower()
    return is_auth or classes(match["value"]) >= 3


def _is_striking(match: re.Match[str]) -> bool:
    return classes(match["value"]) >= 3 and _is_given(match)


def _is_striking_secret(match: re.Match[str]) -> bool:
    return _is_secret(match) and _is_striking(match)


def _is_old_password(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - _AROUND) : match.start()]
    return _SAYS_PASSWORD.search(before) is not None and _is_striking(match)


def _behind_sign(match: str) -> tuple[int, int] | None:
    start = match.index("=") + 1
    return None if stands_in(match[start:]) else (start, len(match))
