"""Numbers that open doors and accounts, recovery codes, words of a wallet, and passwords without a name in commands."""

from __future__ import annotations

import pytest
from support.marked_texts import unmarked

from keeptrusts.gateway.detectors.families.secret_codes import is_bitlocker
from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.detectors.look import look, looking

SCANNER = looking(secret_rules())
PW = "k7" + "Rw!qz" + "94"
FOUND = [
    "the PIN is [[PASSWORD:8306]], do not lose it",
    "debit pin: [[PASSWORD:50 17]]",
    "her pin number for the blue card is [[PASSWORD:9153]]",
    "your one-time code is [[PASSWORD:730 194]]",
    "verification code: [[PASSWORD:619402]]\n",
    "The gate code's now [[PASSWORD:*6072#]].",
    "lockbox code [[PASSWORD:7718]] at the back door",
    "our alarm code was [[PASSWORD:39471]]",
    "Der Türcode ist [[PASSWORD:5580]]",
    "recovery phrase: [[PASSWORD:" + "garlic uncle meadow tissue copper walk robot lamp fiber stem noble quiz" + "]]",
    'mnemonic = "[[PASSWORD:' + "garlic uncle meadow tissue copper walk robot lamp fiber stem noble quiz" + ']]"',
    "Recovery codes: [[PASSWORD:" + "a8f3-91kd, 77xq-p02m, 4tt9-zz18" + "]]",
    "backup code is [[PASSWORD:" + "9917-4406-2283" + "]].",
    "bitlocker [[PASSWORD:" + "-".join(f"{11 * number:06}" for number in range(9_001, 9_009)) + "]]",
    "gmail app pass: [[PASSWORD:" + "kqzv mtra bbls owne" + "]]",
    "the login for the old router is admin / [[PASSWORD:" + PW + "]]",
    "la password di casa è [[PASSWORD:" + PW + "]]",
    f"net use X: \\\\fs2\\team /user:acme\\joe [[PASSWORD:{PW}]]",
    f"net use X: \\\\fs2\\team [[PASSWORD:{PW}]] /user:joe",
    f"unzip -P [[PASSWORD:{PW}]] dump.zip",
    f"7z x backup.7z -p[[PASSWORD:{PW}]]",
    f"mosquitto_sub -h broker -u joe -P [[PASSWORD:{PW}]] -t '#'",
    f"echo joe:[[PASSWORD:{PW}]] | sudo chpasswd",
    f"sqlplus -s hr/[[PASSWORD:{PW}]]@orcl",
    f"smbclient //fs2/team [[PASSWORD:{PW}]] -c ls",
    f"lftp -u joe,[[PASSWORD:{PW}]] sftp://x.example.com",
    f"xfreerdp /v:host /u:joe /p:[[PASSWORD:{PW}]]",
    f"wpa_passphrase 'HomeNet' [[PASSWORD:{PW}]]",
    f"pymysql.connect('db1', 'joe', '[[PASSWORD:{PW}]]', 'shop')",
    f"admin / [[PASSWORD:{PW}]]",
    f"my pass phrase is [[PASSWORD:{PW}]]",
    f"credentials('nexus', '[[BASIC_AUTH:{PW}]]')",
    "VAULT_TOKEN=[[VAULT_TOKEN:" + "s." + "Qm3vT9xKd2LpZ7rBw5NcYh8J" + "]]",
]  # fmt: skip
NOTHING = [
    "PIN: 682301, Kochi",
    "PIN Code - 560 034",
    "the pin is 1234 by default",
    "set pin 2024 of the conference",
    "GPIO pin 17 and pin 4",
    "the PIN has 6 digits",
    "the access code is 2400 lines long",
    "your one-time password is sent by text",
    "OTP: 5 minutes",
    "verification code 200",
    "type-safe code is 4000 times better",
    "error code is 4041, status code: 50312",
    "alarm code 7012 of the pump",
    "promo code: 88412",
    "the recovery phrase was written down by hand and then lost in the fire that took the whole house",
    "recovery codes are shown once",
    "backup key rotation 2024 plan",
    "emergency codes: see page 1234",
    "restore key from the backup made last week",
    "123456-123456-123456-123456-123456-123456-123456-123456",
    "password: this must have been said once",
    "the login for the app is yes / no",
    "login to staging with user / role",
    "net use Z: \\\\fs2\\team /persistent:yes",
    "pin 7714 of the connector",
    "root / branch / leaf",
    "admin / Config2.json",
    "db.connect('a', 'b', 'c1')",
    "credentials('nexus', 'nexus2')",
    "net use of energy fell",
    "unzip -p archive2.zip README.md",
    "7z x -pPATH",
    "echo joe:staff | chown -R -",
    "sqlplus /nolog",
    "sqlplus hr/@orcl",
    "smbclient //fs2/team -U joe",
    "lftp -u joe ftp.example.com",
    "the vault has s.someAttributeOfTheClassHere",
]


@pytest.mark.parametrize("marked", FOUND)
def test_what_opens_something_is_found(marked: str) -> None:
    text, expected = unmarked(marked)
    assert [(one.kind, text[one.start : one.end], one.start) for one in look(SCANNER, text)] == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_opens_nothing(text: str) -> None:
    assert [(one.rule, text[one.start : one.end]) for one in look(SCANNER, text)] == []


def test_groups_of_a_recovery_key_are_multiples_of_eleven() -> None:
    groups = ["110000"] * 7
    assert is_bitlocker("-".join([*groups, "720885"])) and not is_bitlocker("-".join([*groups, "720886"]))
    assert not is_bitlocker("-".join([*groups, "720896"])) and not is_bitlocker("-".join(groups))
