"""Values of every type that detectors find, made by a seed, with the labels that people write beside them."""

from __future__ import annotations

import string
from base64 import urlsafe_b64encode
from collections.abc import Callable
from random import Random
from typing import Final

from keeptrusts.gateway.detectors.checks import (
    americas,
    asia,
    australia,
    cards,
    luhn,
    mod97,
    southern_europe,
    united_kingdom,
    united_states,
    vehicles,
    western_europe,
)
from keeptrusts.schemas.frozen import frozen

_MOST_TRIES: Final = 100_000
_ALNUM: Final = string.ascii_letters + string.digits
_WORD: Final = _ALNUM + "_-"
_HEX: Final = "0123456789abcdef"
_CLASSES: Final = {"#": string.digits, "A": string.ascii_uppercase, "h": _HEX}


@frozen
class Kind:
    """A type, how its values are made, what they are called, and whether only the label tells them (contextual)."""

    name: str
    make: Callable[[Random], str]
    labels: tuple[str, ...]
    contextual: bool = False


def shaped(chosen: Random, shape: str) -> str:
    """Fill a shape: ``#`` is a digit, ``A`` a capital, ``h`` a hexadecimal digit, anything else itself."""
    return "".join(chosen.choice(_CLASSES[one]) if one in _CLASSES else one for one in shape)


def checked(check: Callable[[str], bool], *shapes: str) -> Callable[[Random], str]:
    """Give a maker of values of these shapes that pass a check."""

    def make(chosen: Random) -> str:
        shape = chosen.choice(shapes)
        for _ in range(_MOST_TRIES):
            value = shaped(chosen, shape)
            if check(value):
                return value
        raise AssertionError(f"no value of shape {shape} passes")

    return make


def _some(characters: str, count: int) -> Callable[[Random], str]:
    def make(chosen: Random) -> str:
        row = [chosen.choice(_ALNUM if place in (0, count - 1) else characters) for place in range(count)]
        row[1], row[2] = chosen.choice(string.digits), chosen.choice(string.ascii_lowercase)
        return "".join(row)

    return make


def _token(prefix: str, characters: str, count: int) -> Callable[[Random], str]:
    rest = _some(characters, count)
    return lambda chosen: prefix + rest(chosen)


def _iban(chosen: Random) -> str:
    country, shape = chosen.choice((("DE", "#" * 18), ("NL", "ABNA" + "#" * 10), ("ES", "#" * 20), ("FR", "#" * 23)))
    body = shaped(chosen, shape) if country != "NL" else "ABNA" + shaped(chosen, "#" * 10)
    value = next(f"{country}{digits:02}{body}" for digits in range(2, 99) if mod97.iban(f"{country}{digits:02}{body}"))
    if chosen.random() < 0.5:
        return value
    return " ".join(value[at : at + 4] for at in range(0, len(value), 4))


def _email(chosen: Random) -> str:
    names = ("ana", "j.doe", "k_schulz", "maria-luz", "tom+news", "info", "b.okafor", "li.wei")
    hosts = ("acme.com", "mail.example.org", "firma.de", "corp.co.uk", "startup.io", "uni-bonn.de", "empresa.com.br")
    return f"{chosen.choice(names)}{chosen.randrange(100)}@{chosen.choice(hosts)}"


def _phone(chosen: Random) -> str:
    shape = chosen.choice(
        (
            "+1 (415) 555-#2##",
            "+49 30 90#8##",
            "+33 1 42 68 5# ##",
            "+44 20 7946 0###",
            "(212) 555-0###",
            "+91 98765 4####",
        )
    )
    return shaped(chosen, shape)


def _address(chosen: Random) -> str:
    number = chosen.randrange(1, 990)
    return chosen.choice(
        (
            f"{number} Maple Street, Springfield, IL 62704",
            f"{number} Old Mill Road",
            f"{number} West 34th St, Apt {number % 40 + 1}B, New York, NY 10001",
            f"Lindenstraße {number}, 10969 Berlin",
            f"{number} rue de Rivoli, 75001 Paris",
            f"Calle Alcalá {number}, 28014 Madrid",
        )
    )


def _person(chosen: Random) -> str:
    given = ("Anna", "Robert", "Maria", "James", "Sofia", "Michael", "Laura", "David", "Priya", "Thomas")
    family = ("Schmidt", "Johnson", "Garcia", "Miller", "Rossi", "Williams", "Novak", "Brown", "Patel", "Weber")
    return f"{chosen.choice(given)} {chosen.choice(family)}"


def _birth(chosen: Random) -> str:
    year, month, day = chosen.randrange(1940, 2008), chosen.randrange(1, 13), chosen.randrange(1, 29)
    return chosen.choice((f"{year}-{month:02}-{day:02}", f"{month:02}/{day:02}/{year}", f"{day:02}.{month:02}.{year}"))


def _jwt(chosen: Random) -> str:
    head = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    body = urlsafe_b64encode(b'{"sub":"%d","iat":1}' % chosen.randrange(10**9)).decode().rstrip("=")
    return f"{head}.{body}.{_some(_WORD, 43)(chosen)}"


def kinds() -> tuple[Kind, ...]:
    """Give all types of the corpus. What only a label tells from any other number is contextual."""
    ssn_like = checked(united_states.ssn, "###-##-####")
    return (
        Kind(name="EMAIL", make=_email, labels=("e-mail", "email address", "contact", "correo")),
        Kind(name="PHONE", make=_phone, labels=("phone", "mobile", "phone number", "Telefon", "téléphone")),
        Kind(
            name="CREDIT_CARD",
            make=checked(cards.card, "4### #### #### ####", "5425-####-####-####", "4111############"),
            labels=("card number", "credit card", "Visa", "Kreditkarte"),
        ),
        Kind(name="IBAN", make=_iban, labels=("IBAN", "bank account", "Bankverbindung")),
        Kind(name="US_SSN", make=ssn_like, labels=("SSN", "social security number", "social")),
        Kind(name="US_ITIN", make=checked(united_states.itin, "9##-7#-####"), labels=("ITIN", "taxpayer number")),
        Kind(name="NPI", make=checked(united_states.npi, "1#########"), labels=("NPI", "NPI number")),
        Kind(name="DEA_NUMBER", make=checked(united_states.dea, "BA#######"), labels=("DEA number", "DEA")),
        Kind(
            name="UK_NINO",
            make=checked(united_kingdom.nino, "AB######C"),
            labels=("NI number", "national insurance number"),
        ),
        Kind(name="UK_NHS_NUMBER", make=checked(united_kingdom.nhs, "### ### ####"), labels=("NHS number", "NHS no")),
        Kind(
            name="DE_TAX_ID",
            make=checked(western_europe.german_tax_id, "###########"),
            labels=("Steuer-ID", "Steueridentifikationsnummer"),
        ),
        Kind(
            name="FR_NIR",
            make=checked(western_europe.french_nir, "2 85 0# 75 ### ### ##"),
            labels=("numéro de sécurité sociale", "NIR"),
        ),
        Kind(name="ES_DNI", make=checked(southern_europe.spanish_dni, "########A"), labels=("DNI", "DNI número")),
        Kind(name="NL_BSN", make=checked(western_europe.dutch_bsn, "#########"), labels=("BSN", "burgerservicenummer")),
        Kind(name="BR_CPF", make=checked(americas.cpf, "###.###.###-##"), labels=("CPF", "CPF do cliente")),
        Kind(name="CA_SIN", make=checked(americas.sin, "### ### ###"), labels=("SIN", "social insurance number")),
        Kind(name="IN_AADHAAR", make=checked(asia.aadhaar, "#### #### ####"), labels=("Aadhaar", "Aadhaar number")),
        Kind(name="IN_PAN", make=checked(asia.pan, "ABCPA####A"), labels=("PAN", "PAN card")),
        Kind(name="JP_MY_NUMBER", make=checked(asia.my_number, "#### #### ####"), labels=("My Number", "マイナンバー")),
        Kind(name="KR_RRN", make=checked(asia.korean_id, "8#0#1#-1######"), labels=("RRN", "주민등록번호")),
        Kind(name="AU_TFN", make=checked(australia.tfn, "### ### ###"), labels=("TFN", "tax file number")),
        Kind(
            name="VIN", make=checked(vehicles.vin, "1HGCM82633A######"), labels=("VIN", "vehicle identification number")
        ),
        Kind(name="DEVICE_ID", make=checked(luhn.imei, "49#############"), labels=("IMEI", "IMEI number")),
        Kind(
            name="IP_ADDRESS",
            make=lambda chosen: f"10.{chosen.randrange(256)}.{chosen.randrange(256)}.7",
            labels=("IP", "client address", "server"),
        ),
        Kind(
            name="MAC_ADDRESS",
            make=lambda chosen: shaped(chosen, "00:1b:hh:hh:hh:hh"),
            labels=("MAC", "hardware address"),
        ),
        Kind(name="GITHUB_TOKEN", make=_token("gh" + "p_", _ALNUM, 36), labels=("token", "GitHub token", "secret")),
        Kind(
            name="AWS_ACCESS_KEY",
            make=lambda chosen: (
                "AK"
                + "IA"
                + shaped(chosen, "A#AAAAA2AAAA7AAA")
                .replace("0", "3")
                .replace("1", "4")
                .replace("8", "5")
                .replace("9", "6")
            ),
            labels=("access key", "aws key"),
        ),
        Kind(name="OPENAI_KEY", make=_token("sk-" + "proj-", _WORD, 120), labels=("api key", "OpenAI key")),
        Kind(name="ANTHROPIC_KEY", make=_token("sk-" + "ant-api03-", _WORD, 93), labels=("api key", "Anthropic key")),
        Kind(
            name="SLACK_TOKEN",
            make=lambda chosen: "xo" + f"xb-1234567890{chosen.randrange(10)}-" + _some(_ALNUM, 24)(chosen),
            labels=("slack token", "bot token"),
        ),
        Kind(name="STRIPE_KEY", make=_token("sk_" + "live_", _ALNUM, 24), labels=("stripe key", "payment key")),
        Kind(name="JWT", make=_jwt, labels=("bearer", "session", "id token")),
        Kind(
            name="PERSON", make=_person, labels=("name", "patient name", "customer name", "employee"), contextual=True
        ),
        Kind(name="ADDRESS", make=_address, labels=("address", "shipping address", "home address"), contextual=True),
        Kind(
            name="DATE_OF_BIRTH",
            make=_birth,
            labels=("date of birth", "DOB", "born on", "Geburtsdatum"),
            contextual=True,
        ),
        Kind(
            name="PASSPORT",
            make=lambda chosen: shaped(chosen, "A########"),
            labels=("passport number", "passport no"),
            contextual=True,
        ),
        Kind(
            name="DRIVER_LICENSE",
            make=lambda chosen: shaped(chosen, "A#######"),
            labels=("driver's license", "driver license number"),
            contextual=True,
        ),
        Kind(
            name="MEDICAL_RECORD_NUMBER",
            make=lambda chosen: shaped(chosen, "00######"),
            labels=("MRN", "medical record number"),
            contextual=True,
        ),
        Kind(
            name="ACCOUNT_NUMBER",
            make=lambda chosen: shaped(chosen, "4#######1"),
            labels=("account number", "customer number"),
            contextual=True,
        ),
        Kind(
            name="LICENSE_PLATE",
            make=lambda chosen: shaped(chosen, "7AAA###"),
            labels=("license plate", "plate number"),
            contextual=True,
        ),
    )
