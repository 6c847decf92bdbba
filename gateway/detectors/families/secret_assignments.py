"""Secrets that only a name gives away: what is assigned to a password or a key, in any notation, or said in prose."""

from __future__ import annotations

import re
import string
from typing import Final

from keeptrusts.gateway.detectors.families.placeholders import classes, is_password, is_secret
from keeptrusts.gateway.detectors.families.secret_names import PROVIDERS, Said, said_by
from keeptrusts.gateway.detectors.rules import LIKELY, Rule, Seek

_LONG_PASSWORD: Final = (
    r"(?:passw(?:or)?d|pass(?:code|[ _\-]?phrase)|pwd|passwort|kennwort|contraseña|contrasena|senha|wachtwoord"
    r"|mot de passe|hasło|lösenord"
    r"|wpa[23]?(?:[ _\-](?:key|psk))?|wi-?fi[ _\-]key|wlan-?schlüssel|netzwerkschlüssel|zugangscode|code d'accès"
    r"|clave|código de acceso|codice di accesso|toegangscode"
    r"|passord|adgangskode|salasana|heslo|jelszó|parola|şifre|mật khẩu|пароль|密码|口令|パスワード|비밀번호)"
)
_PASSWORD: Final = rf"(?:{_LONG_PASSWORD}|mdp|pass|pswd|psk|pw)"
_SHORT_PASSWORD: Final = (
    r"\b(?:db|database|root|admin|user|ssh|vpn|wi-?fi|sudo|login|server|smtp|ftp|mysql|postgres|redis|router|test|temp"
    r"|new|old|current|default|mail|email|account)[ _-]pass"
)
_SECRET: Final = (
    r"(?:secret|token|credentials?|creds?|(?:api|access|secret|private|auth|encrypt|encryption|crypt|signing"
    r"|signature|master|account|service|licen[sc]e|storage|shared|session|hmac|aes|app|client|admin|webhook|deploy"
    r"|subscription|consumer|ssh|rsa|jwt|cookie|bot|server|functions?|integration|user|application)[ _.\-]?key"
    r"|[_\-](?:pat|auth|jwt))"
)
_PROVIDER_KEY: Final = rf"(?:(?:{'|'.join(PROVIDERS)})[ _.\-]?|\bx-[a-z0-9]{{2,16}}-)key"
_LISTED: Final = (
    r"(?:(?:[\"'],\s{0,24}[\"']|[\"']?\s{0,2}\n\s{1,24}[\"']?)value[\"']?\s?[:=]"
    r"|[\"']\s?\{\s{1,8}(?:type\s{0,8}=\s{0,3}string\s{1,8})?default\s{0,8}=)"
)
_GIVEN: Final = (
    r"[a-z0-9_\-]{0,12}(?: (?:du |del |für )?(?:wi-?fi|wlan))?"
    r"(?:[\"'`\]\\]{0,4}(?:\s{0,3}(?:=>|:=|=|:)|>|\s{1,3}value\s?=)|[\"'],"
    rf"|{_LISTED})"
)
_OPTION: Final = r"(?:^|\s)--?[a-z0-9\-]*(?:password|passwd|pass|secret|token|api-?key)\s"
_WITH_QUOTE: Final = (
    r"(?:(?:identified\s+by|password|passwd|convertto-securestring(?:\s+-string)?)\s+"
    r"|password\s+for\s+[^\s=]+\s*=\s*|passwd\s+[^\s=]+\s*<<<\s*)[\"']"
)
_LOGIN: Final = r"\b(?:log ?in|credentials|creds|zugangsdaten|identifiants|credenciales|credenziali|inloggegevens)\b"
_PAIR: Final = re.compile(
    r"(?:\s(?:for|to|on|into|für|zum|zur|pour|para|per|voor)\s[^\n/:=]{1,40}?)?"
    r"(?:\s?[:=?]|\s(?:with|as|is|are|ist|sind|avec|con|met))?(?:\s(?:it'?s|they're"
    r"|use))?\s{1,3}[\w.@-]{2,40} ?/ ?(?P<bare>[^\s/]{6,40}+)",
    re.IGNORECASE,
)
_COMMAND: Final = (
    r"\b(?:sshpass|mysql|mysqldump|mysqladmin|mariadb|redis-cli|docker login|smbclient|ldapsearch|htpasswd"
    r"|podman login|az login|mongo|mongosh|mongodump|mongorestore|psexec|plink|twine upload)\s"
)
_SHORT_OPTION: Final = re.compile(r"[^\n|;]{0,160}?\s-(?:pw|p|a|w|bp?w?)\s{0,2}(?=[^\s-])")
_IN_NETRC: Final = r"login\s+\S+\s+password\s+"
_NAME_ENDS: Final = re.compile(r"[\"'\n]")
_COMPARED: Final = re.compile(r"={1,2}\s?(?=[\"'`])")
_NAME_CHARACTERS: Final = string.ascii_letters + string.digits + "_.$-"
_LONGEST_NAME: Final = 48
_BETWEEN: Final = " \t\r\n=:>,\"'`]\\"
_LONGEST: Final = 320
_LONGEST_PASSWORD: Final = 144
_LONGEST_OF_ALL: Final = 4_096
"""What is measured first, and for values that are longer."""
_TYPED: Final = re.compile(
    r"\s?(?:&'?(?:static )?str|str|string|String|text|SecretStr|bytes|Optional\[str\]|str \| None|any)\s?=(?!=)"
)
_VALUE: Final = re.compile(
    r"\s{0,8}(?:[rbuf]{1,2}(?=[\"']))?\\{0,3}"
    r"(?:\"(?P<double>(?:[^\"\n\\]++|\\(?!\\?\")[^\n])++)|'(?P<single>(?:[^'\n\\]++|\\(?!\\?')[^\n])++)"
    r"|`(?P<tick>[^`\n]++)|(?P<bare>[^\s\"'`<>,;(){}\[\]\\]++))"
)
_BESIDE: Final = re.compile(
    r"(?:(?<![^\s\"'])[\w.-]{1,32}=[^\s,;(){}<>=]{1,40}|\s--?(?:set|set-string|env|e|D|build-arg)) \Z"
)
_ELEMENT: Final = re.compile(r"(?:<!\[CDATA\[)?(?P<bare>[^\s<>]++)(?=\s{0,8}(?:\]\]>)?</)")
_SERVER: Final = re.compile(
    r"(?i)\b(?:server|data source|datasource|host|hostname|driver|initial catalog|database|dbname|user id|uid)\s{0,2}="
    r"|jdbc:[a-z]+"
)
_LONGEST_SAID: Final = 48
_MOST_VERBS: Final = 2
_SENTENCE: Final = re.compile(r"[^\n\"{}=;]*")
_VERB: Final = re.compile(r"\s(?:is|was|are|to|be|ist|lautet|es|est|é|è)(?=[:\s\"'`])|[是は为]|:(?= )|\s-(?=\s)")
_SAID: Final = re.compile(
    r"(?:\s(?:now|set to|still|just))?:?\s{0,3}"
    r"(?:(?P<quote>[\"'`])(?P<quoted>[^\s\"'`]{4,}+)(?P=quote)|(?P<bare>[^\s\"'`()\[\]{}<>;\\]{4,}+))"
)


_FOLLOWING: Final = re.compile(r"[^\s\"'`()\[\]{}<>;,.:/\\=]{6,}+")
_JOINING: Final = re.compile("[_-]")
_DIGIT: Final = re.compile(r"\d")
_FINGERPRINT: Final = re.compile("[0-9A-F]+")
_LONG_ENOUGH: Final = 24
_ALL: Final = 4
"""Kinds of characters there are."""


def assignment_rules() -> tuple[Rule, ...]:
    """Give the rules for values beside names, for passwords of connection strings, and for what prose says."""
    return (
        _rule("password-given", "PASSWORD", _PASSWORD + _GIVEN, _password, LIKELY),
        _rule("connection-password", "CONNECTION_STRING", _PASSWORD + _GIVEN, _connection_password, LIKELY + 5),
        _rule("secret-given", "GENERIC_SECRET", _SECRET + _GIVEN, _secret, LIKELY),
        _rule("provider-key", "GENERIC_SECRET", _PROVIDER_KEY + _GIVEN, _secret, LIKELY),
        _rule("secret-option", "GENERIC_SECRET", _OPTION, _secret_behind, LIKELY),
        _rule("password-quoted", "PASSWORD", rf"\b(?:{_WITH_QUOTE}|{_IN_NETRC})", _password_behind, LIKELY),
        _rule("password-option", "PASSWORD", _COMMAND, _password_option, LIKELY),
        _rule("login-pair", "PASSWORD", _LOGIN, _login_pair, LIKELY),
        _rule(
            "password-said",
            "PASSWORD",
            rf"(?:{_LONG_PASSWORD}|(?:\b|_)pw|{_SHORT_PASSWORD})[\s是は为]",
            _password_said,
            LIKELY - 5,
        ),
        _rule("secret-said", "GENERIC_SECRET", rf"{_SECRET}\s", _secret_said, LIKELY - 5),
    )


def _rule(name: str, kind: str, pattern: str, seek: Seek, score: int) -> Rule:
    return Rule(id=name, kind=kind, pattern=pattern, score=score, caseless=True, joined=True, seek=seek)


def _password(text: str, start: int, end: int) -> tuple[int, int] | None:
    return _given(text, start, end, "password")


def _secret(text: str, start: int, end: int) -> tuple[int, int] | None:
    return _given(text, start, end, "secret")


def _connection_password(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give a password among other parts of a connection string, which stands in one line."""
    around = text[max(0, start - 150) : end + 150]
    if text[end - 1] != "=" or (";" not in around and "host" not in around):
        return None
    found = _given(text, start, end, "password")
    if found is None:
        return None
    first, last = max(text.rfind("\n", 0, start) + 1, start - 200), text.find("\n", end, end + 200)
    return found if _SERVER.search(text, first, last if last >= 0 else end + 200) is not None else None


def _given(text: str, start: int, end: int, sought: Said) -> tuple[int, int] | None:
    """Give the value behind a name, if the name promises what is sought and the value keeps it."""
    sign = text[end - 1]
    if sign == "=" and text[end : end + 1] == "=":
        compared = _COMPARED.match(text, end)
        if compared is None:
            return None
        end = compared.end()
    begin = _name_begins(text, start)
    name = _NAME_ENDS.split(text[begin:end].rstrip(_BETWEEN), maxsplit=1)[0]
    if sign == ":" and begin > 0 and text[begin - 1] == ":":
        return None  # the middle of a name whose parts colons divide
    if sign == "," and text[max(0, begin - 3) : begin - 1].rstrip()[-1:] != "(":
        return None  # an item of a list, and no first argument
    if sign == ">" and text[end - 2] != "=":
        is_element = text[begin - 1 : begin] == "<" or text.rfind("<", max(0, begin - 80), begin) > text.rfind(
            ">", max(0, begin - 80), begin
        )
        found = _checked(
            text, _ELEMENT.match(text, end, end + _LONGEST_OF_ALL) if is_element else None, sought, loose=True
        )
    else:
        found = _assigned(text, begin, end, sought, bare_words=name.isupper())
    return found if found is not None and said_by(name) == sought else None


def _name_begins(text: str, at: int) -> int:
    before = text[max(0, at - _LONGEST_NAME) : at]
    return at - len(before) + len(before.rstrip(_NAME_CHARACTERS))


def _assigned(text: str, begin: int, end: int, sought: Said, *, bare_words: bool) -> tuple[int, int] | None:
    """Give the value behind a sign, in code or in a file of settings, where words without quotes are values too."""
    sign = text[end - 1]
    typed = _TYPED.match(text, end) if sign == ":" else None
    at = typed.end() if typed is not None else end
    tight = sign == "=" and not text[end - 2].isspace() and not text[end : end + 1].isspace()
    loose = tight and (begin == 0 or text[begin - 1] in "\n;" or bare_words or _is_listed(text, begin))
    most = _LONGEST if sought == "secret" else _LONGEST_PASSWORD
    value = _VALUE.match(text, at, at + most)
    in_query = begin > 0 and text[begin - 1] in "?&"
    is_line = sign == ":" and value is not None and _is_line(text, begin, value.end())
    found = _checked(text, value, sought, loose=loose, in_query=in_query, is_line=is_line)
    if found is None or found[1] < at + most:
        return found
    value = _VALUE.match(text, at, at + _LONGEST_OF_ALL)
    return _checked(text, value, sought, loose=loose, in_query=in_query)


def _is_listed(text: str, begin: int) -> bool:
    """Say whether another name and its value stand before a name with only a blank between, or an option that sets."""
    return text[begin - 1] == " " and _BESIDE.search(text, max(0, begin - 64), begin) is not None


def _is_line(text: str, begin: int, end: int) -> bool:
    """Say whether a name and its value are a whole line, as in YAML."""
    if text[end : end + 1] not in ("", "\n", "\r"):
        return False
    return not text[max(0, begin - 40) : begin].rpartition("\n")[2].strip(" -\t")


def _checked(
    text: str, value: re.Match[str] | None, sought: Said, *, loose: bool, in_query: bool = False, is_line: bool = False
) -> tuple[int, int] | None:
    """Give where a value stands if it is likely a secret. ``loose`` values are no code: bare words count as well."""
    if value is None or value.lastgroup is None:
        return None
    start, end = value.span(value.lastgroup)
    quoted = value.lastgroup != "bare"
    if not quoted:
        if in_query and "&" in text[start:end]:
            end = text.index("&", start)
        while end > start and text[end - 1] in ".,;:":
            end -= 1
        if text[end : end + 1] in ("(", "[", "{"):
            return None
    given = text[start:end]
    quoted = quoted or is_line
    good = is_password(given, quoted=quoted, loose=loose) if sought == "password" else is_secret(given, quoted=quoted)
    return (start, end) if good else None


def _secret_behind(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the value of an option of a command."""
    sought = said_by(text[start:end].strip())
    if sought is None:
        return None
    return _checked(text, _VALUE.match(text, end, end + _LONGEST_OF_ALL), sought, loose=True)


def _password_behind(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give what stands behind a word of SQL or of a file of credentials."""
    at = end - 1 if text[end - 1] in ("'", '"') else end
    return _checked(text, _VALUE.match(text, at, at + _LONGEST), "password", loose=True)


def _password_option(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the password that a command is given as one of its short options."""
    option = _SHORT_OPTION.match(text, end - 1, end + _LONGEST)
    if option is None:
        return None
    return _checked(text, _VALUE.match(text, option.end(), option.end() + _LONGEST), "password", loose=False)


def _login_pair(text: str, _start: int, end: int) -> tuple[int, int] | None:
    """Give the password behind a name and a slash: one of digits, letters and signs or capitals."""
    pair = _PAIR.match(text, end, end + 96)
    return _checked(text, pair, "password", loose=False) if pair is not None and classes(pair["bare"]) >= 3 else None


def _password_said(text: str, start: int, end: int) -> tuple[int, int] | None:
    found = _said(text, end, "password")
    return found if found is not None and _promised(text, start, end) == "password" else None


def _secret_said(text: str, start: int, end: int) -> tuple[int, int] | None:
    found = _said(text, end, "secret")
    return found if found is not None and _promised(text, start, end) == "secret" else None


def _promised(text: str, start: int, end: int) -> Said | None:
    return said_by(text[_name_begins(text, start) : end].rstrip(_BETWEEN + "是は为"))


def _said(text: str, end: int, sought: Said) -> tuple[int, int] | None:
    """Give the first value that a sentence says behind the word for it."""
    at = end - 1
    if text[end : end + 1] in ("'", "`", '"'):
        return _checked(text, _SAID.match(text, at, at + _LONGEST_OF_ALL), sought, loose=False)
    following = _FOLLOWING.match(text, end, end + _LONGEST_OF_ALL)
    if following is not None and text[at].isspace() and _is_striking(following[0], sought):
        return _checked(text, _SAID.match(text, at, at + _LONGEST_OF_ALL), sought, loose=False)
    sentence = _SENTENCE.match(text, at, end + _LONGEST_SAID)
    last = sentence.end() + 1 if sentence is not None else at
    for _ in range(_MOST_VERBS):
        verb = _VERB.search(text, at, last)
        if verb is None:
            return None
        at = verb.end()
        found = _checked(text, _SAID.match(text, at, at + _LONGEST_OF_ALL), sought, loose=False)
        if found is not None:
            return found
    return None


def _is_striking(value: str, sought: Said) -> bool:
    """Say whether a value needs no verb before it: nobody writes a word so."""
    if _JOINING.search(value) is not None:
        return classes(value) == _ALL and _DIGIT.search(value) is not None
    if _FINGERPRINT.fullmatch(value) is not None:
        return False
    most = 2 if sought == "secret" and len(value) >= _LONG_ENOUGH else 3
    return _DIGIT.search(value) is not None and classes(value) >= most
