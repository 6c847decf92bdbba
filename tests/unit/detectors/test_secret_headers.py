"""Secrets in headers, cookies and settings whose names are short, and passwords said in more languages."""

from __future__ import annotations

import pytest

from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.detectors.look import look, looking
from keeptrusts.gateway.detectors.scanner import Scanner

TOKEN = "Qx7Lm2" + "vRt9KpZ4wYs8" + "BnC3dFg6HjT1"
FOUND = [
    f"Authorization: SSWS {TOKEN}",
    f"Authorization: GenieKey {TOKEN}",
    f'"Authorization": "Klaviyo-API-Key {TOKEN}"',
    f"Set-Cookie: session={TOKEN}; HttpOnly; Path=/",
    f"Cookie: theme=dark; lang=en; app_sid={TOKEN}",
    f"cookie: remember_web={TOKEN}",
    f"_auth={TOKEN}\n",
    f"vault login s.{TOKEN}",
    f"vault login -no-print {TOKEN}",
    f"hasło: {TOKEN[:12]}",
    f"Lösenord: {TOKEN[:12]}",
    f"passordet er greit, passord: {TOKEN[:12]}",
    f"heslo: {TOKEN[:12]}",
    "https://api.telegram.org/bot5520187412" + f":AAH{TOKEN}x/sendMessage",
    f"deepl_key: {TOKEN}",
    f"FASTLY_KEY={TOKEN}",
    f"x-acmeapi-key: {TOKEN}",
    f"clave: {TOKEN[:12]}",
    f"WPA2: {TOKEN[:12]}\n",
    f"mdp wifi : {TOKEN[:12]}\n",
    f"helm install x --set auth.password=Tall_{TOKEN[:12]}",
    f'psql "host=db user=app password=Tall_{TOKEN[:12]} dbname=crm"',
    f"passwd dana <<< '{TOKEN[:12]}'",
    f"login with admin / {TOKEN[:12]}.",
    f"port 6379\nrequirepass {TOKEN[:14]}\n",
    f"masterauth {TOKEN[:14]}\n",
    f"sentinel auth-pass mymaster {TOKEN[:14]}\n",
    f"htpasswd -b /etc/apache2/users dana {TOKEN[:12]}",
    f"htpasswd -nbB dana {TOKEN[:12]} > out",
    f"htpasswd -bc -C 10 users dana '{TOKEN[:12]}'",
    f"the vpn pass is {TOKEN[:12]}, same as before",
    f"he changed the root pass to {TOKEN[:12]} yesterday",
    f"my secret key {TOKEN}99 was refused",
    f"jdbc:oracle:thin:app/{TOKEN[:12]}@//db:1521/X",
    f"> AUTH {TOKEN[:16]}\n+OK",
    f"basic auth is dana:{TOKEN[:12]} there",
    f"db7:5432:*:app:{TOKEN[:14]}\n",
    f"the passphrase was rotated from {TOKEN[:12]} to a longer one",
    f"root:{TOKEN[:12]}@backup.local",
    f"wifi pw {TOKEN[:6]}-{TOKEN[:12]}",
    f"set db_pw {TOKEN[:12]}",
    f"the login? its dana / {TOKEN[:12]}!",
    f"Zugangsdaten: max.m / {TOKEN[:12]}",
]
NOTHING = [
    "login as user / admin roles",
    "credentials and/or tokens",
    "login: GET /api/v2/Session",
    "x-cache-key: a81c0f77d2e94b3aa81c0f77d2e94b3a",
    "clave primaria: user_id",
    "WPA2: enabled, WPA3: disabled",
    "run(user=name_1, password=password_2)",
    "connect(host=db_1 and password=other_var2)",
    "código de acceso: pendiente",
    "https://api.telegram.org/bot123:TOKEN/sendMessage",
    "segment_key = user_id_and_region",
    "Authorization: Digest username",
    "Authorization: see the chapter about it",
    "Cookie: theme=dark; lang=en; consent=yes",
    "Set-Cookie: session=deleted; Max-Age=0",
    "Cookie: session=$SESSION_COOKIE_OF_THE_USER",
    "vault login -method=github",
    "vault login with the new button",
    "_auth = HTTPBasicAuth",
    "hasło: podaj tutaj",
    "jdbc:oracle:thin:@//db:1521/X",
    "AUTH LOGIN\nAUTH PLAIN\nAUTH required-by-policy2\n",
    "basic auth: see RFC7617, basic auth with user:password",
    "web:5432:80:tcp:any",
    "add the signing key 7A19C8E2BB04D1F3367C40A9E5D2F80B11C7643E to the ring",
    "the version was changed from Release12a to Release13a, the password stays",
    "test:case12@example.org, user:group@host",
    "the password UTF-8-encoded is hashed, password Base64-encoded, pw SHA-256-hashed",
    "requirepass is read at the start, requirepass foobared is the example",
    "# masterauth <master-password>",
    "htpasswd -c /etc/nginx/.htpasswd dana",
    "htpasswd -b file user password",
    "the test pass is 4 of 5, the user pass to the next page",
    "an access token authentication failed, the secret key management12 is old",
    "heslo je povinné",
    "parola: required",
]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return looking(secret_rules())


@pytest.mark.parametrize("text", FOUND)
def test_a_secret_is_found(scanner: Scanner, text: str) -> None:
    found = [text[one.start : one.end] for one in look(scanner, text)]
    assert len(found) == 1 and TOKEN[:12] in found[0]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_secret(scanner: Scanner, text: str) -> None:
    assert [(one.rule, text[one.start : one.end]) for one in look(scanner, text)] == []
