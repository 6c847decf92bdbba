"""Telephone numbers: shapes that countries write, checked against their numbering plans where the shape is weak."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from keeptrusts.gateway.detectors.families.labelled import after_label, label_pattern
from keeptrusts.gateway.detectors.families.shapes import (
    DIGITS_8,
    DIGITS_9,
    DIGITS_10,
    DIGITS_11,
    OTHER_NUMBERS,
    THREES,
)
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, NOTHING, PLAIN, Check, Context, Rule, Seek

WORDS: Final = (
    "phone", "phones", "handphone", "gsm", "phone number", "my number", "telephone", "tel", "tel no", "mobile",
    "mobile number", "mob",
    "cell",
    "cell phone", "cellphone", "call", "calls", "called", "call me", "dial", "ring", "fax", "hotline", "contact",
    "contact number", "contact no", "whatsapp", "telegram", "signal", "sms", "text me", "text", "reach", "reached",
    "voicemail", "landline", "pager", "phone no", "ph", "emergency contact", "callback", "call back", "home phone",
    "toll free",
    "telefon", "telefonnummer", "tel nr", "handy", "handynummer", "mobil", "mobilnummer", "rufnummer", "anrufen",
    "erreichbar", "ruf", "rufen", "téléphone", "telephoner", "tél", "portable", "appeler", "appelez", "joindre",
    "numéro de téléphone",
    "teléfono", "telefono", "móvil", "movil", "celular", "llamar", "llame", "llámame", "cellulare", "chiamare",
    "chiama",
    "chiamami", "recapito", "telefone", "telemóvel", "ligar", "ligue", "fone", "contato", "telefoon",
    "telefoonnummer", "mobiel", "bel",
    "komórka", "zadzwoń", "numer telefonu", "puhelin", "puh", "puhelinnumero", "telefonnr", "mobilnr", "ring mig",
    "tlf",
    "телефон", "тел", "моб", "звоните", "позвоните", "电话", "電話", "手机",
    "手機", "联系电话", "携帯", "電話番号", "전화", "전화번호",
    "휴대폰", "연락처", "फोन", "मोबाइल", "هاتف", "جوال", "טלפון", "telefonu", "nr telefonu", "cel", "mera number",
    "whatsapp", "cep", "điện thoại", "โทร",
)  # fmt: skip
_OTHERS: Final = (
    *OTHER_NUMBERS, "kundennummer", "kunden nr", "customer number", "customer id", "account number", "policy number",
    "member number", "member id", "client number", "contract number", "mitgliedsnummer", "vertragsnummer",
    "versicherungsnummer", "numéro de client", "numéro de contrat", "número de cliente", "codice cliente",
    "klantnummer",
)  # fmt: skip
_CONTEXT: Final = Context(words=WORDS, score=LIKELY + 8, before=40, after=16)
_LABELS: Final = (
    "phone|handphone|telephone|tel|mobile|mob|cell|cellphone|call|call me|dial|fax|hotline|whatsapp|sms|text me"
    "|reach me"
    "|reach us|ring|landline|pager|ph"
    "|telefon|handy|mobil|rufnummer|téléphone|tél|portable|cel|nr telefonu|numer telefonu|teléfono|telefono"
    "|móvil|celular|cellulare|telefone"
    "|telemóvel|fone|telefoon|mobiel|komórka|puhelin|puh|tlf"
    "|телефон|тел|моб|电话|電話|手机|手機|携帯|電話番号|전화|전화번호|휴대폰|연락처|फोन|هاتف|טלפון|โทร"
)
_REGIONS: Final = (
    "US", "GB", "DE", "FR", "IT", "ES", "NL", "BE", "AT", "CH", "SE", "DK", "NO", "FI", "PL", "PT", "IE", "AU", "IN",
    "BR", "JP", "KR", "CN", "MX", "ZA", "NZ", "SG", "TR", "GR", "CZ", "IL", "TH", "VN", "ID", "MY", "PH", "RU",
)  # fmt: skip
_RUN: Final = re.compile(r"\+?\(?\d(?:(?: ?\(0\) ?|[ .)/(-]{1,2}| [-/] )?\d){5,17}")
_LAST_GAP: Final = re.compile(r"(?s:.*)[ .\-/)]")
_NO_DIGITS: Final = re.compile("[^0-9]+")
_EXTENSION: Final = re.compile(r",?[ ]?(?:x|ext\.?|extension|#|ext:|durchwahl|poste|int\.)[ ]?\d{1,6}\b", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d\d[./-]\d\d")
_ZIP: Final = re.compile(r"\d{5}-\d{4}(?!\d)")
_STATE: Final = re.compile(r"\b[A-Z]{2},?[ \n]{1,4}\Z")
_FLOAT: Final = re.compile(r"\+?(?:\d{1,3}\.\d{1,8}|\d{4,}\.\d{1,6})\Z")


@cache
def _plans() -> re.Pattern[str]:
    """Give the pattern of the national numbers of all known regions, from the metadata of libphonenumber."""
    from phonenumbers import PhoneMetadata

    known = [PhoneMetadata.metadata_for_region(region, None) for region in _REGIONS]
    described = [metadata.general_desc for metadata in known if metadata is not None]
    patterns = [desc.national_number_pattern for desc in described if desc is not None]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns if pattern))


@cache
def _lengths() -> dict[str, frozenset[int]]:
    """Give for each calling code the lengths of its national numbers, from the metadata of libphonenumber."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    lengths: dict[str, frozenset[int]] = {}
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        metadata = [PhoneMetadata.metadata_for_region_or_calling_code(code, region) for region in regions[:1]]
        described = [one.general_desc for one in metadata if one is not None]
        lengths[str(code)] = frozenset(length for one in described if one is not None for length in one.possible_length)
    return lengths


def _plain(text: str) -> str:
    return _NO_DIGITS.sub("", text)


def international(text: str) -> bool:
    """Say whether digits behind a plus sign are a calling code and a national number of a length it has (ITU E.164)."""
    plain = _plain(text.replace("(0)", ""))
    lengths = _lengths()
    for size in (1, 2, 3):
        possible = lengths.get(plain[:size])
        if possible is not None:
            rest = len(plain) - size
            return rest in possible or (rest - 1 in possible and plain[size] == "0")
    return False


def national(text: str) -> bool:
    """Say whether a number is in the plan of one of the regions that are known, with its trunk digit or without."""
    return _planned(_plain(text))


def _planned(plain: str) -> bool:
    if _plans().fullmatch(plain) is not None:
        return True
    return plain.startswith(("0", "1")) and _plans().fullmatch(plain, 1) is not None


def american(text: str) -> bool:
    """Say whether ten digits are an area, an exchange and a line; areas never begin with 0, or 1 but in examples."""
    plain = _plain(text)
    if len(plain) > 10:
        plain = plain[-10:]
    return len(plain) == 10 and (plain[0] > "1" or plain.startswith("123")) and len(set(plain)) > 1


def no_date(text: str) -> bool:
    """Say whether what follows a label is no date, and not of one digit only."""
    return _DATE.match(text) is None and len(set(_plain(text))) > 1


def plus_place(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where a number stands that begins with a plus sign or an international prefix."""
    before = text[max(0, start - 1) : start]
    if (before.isalnum() and before < "\u0e00") or before in (".", "+", "_", "^", "*"):
        return None
    run = _RUN.match(text, start, start + 32)
    if run is None or _FLOAT.match(run.group()) is not None:
        return None
    return _longest(text, start, run.end())


def _longest(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the longest part of a run that is a number: the groups behind it may be of something else."""
    while end - start > 7:
        following = text[end : end + 2]
        if not following[:1].isdigit() and international(_without_prefix(text[start:end])):
            if following[:1].isalpha() and following[:1] < "\u0e00" and following[:1] not in "xXeE":
                return None
            return _with_extension(text, start, end)
        cut = _LAST_GAP.match(text, start + 4, end - 1)
        if cut is None:
            return None
        end = cut.end() - 1
        while end > start and not text[end - 1].isdigit():
            end -= 1
    return None


def _without_prefix(text: str) -> str:
    for prefix in ("+", "00", "011"):
        if text.startswith(prefix):
            return text[len(prefix) :]
    return text


def _with_extension(text: str, start: int, end: int) -> tuple[int, int]:
    match = _EXTENSION.match(text, end, end + 20)
    return start, match.end() if match is not None else end


def american_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a number of North America stands, with its extension, and not a piece of something longer."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    sign, first = before[-1:], before[:1]
    if sign == " ":
        if first.isdigit():
            return None
    elif sign and (sign in "_+$-" or sign.isalnum() or (sign in "./#" and first.isalnum() and not first.isalpha())):
        return None
    if after[:1] in ("-", ".", "_", "/") and after[1:].isdigit():
        return None
    return _with_extension(text, start, end)


def trunk_place(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where a number stands that begins with the trunk digit 0, where a country's plan has it."""
    before = text[max(0, start - 2) : start]
    if before[-1:].isalnum() or before[-1:] in (".", "-", "_", "/", "+", "$", "#", ":") or _DATE.match(text, start):
        return None
    if _ZIP.match(text, start) is not None and _STATE.search(text, max(0, start - 7), start) is not None:
        return None
    run = _RUN.match(text, start, start + 24)
    end = run.end() if run is not None else start
    while end - start > 8:
        if not text[end : end + 1].isalnum():
            plain = _plain(text[start:end])
            if 9 <= len(plain) <= 12 and _planned(plain):
                return _with_extension(text, start, end)
        cut = _LAST_GAP.match(text, start + 4, end - 1)
        if cut is None:
            return None
        end = cut.end() - 1
    return None


def _number(
    id: str, pattern: str, score: int, *, joined: bool = False, seek: Seek | None = None, check: Check | None = None
) -> Rule:
    return Rule(
        id=id,
        kind="PHONE",
        pattern=pattern,
        score=score,
        check=check,
        context=_CONTEXT,
        against=_OTHERS,
        joined=joined,
        seek=seek,
    )


RULES: Final = (
    Rule(
        id="phone-plus", kind="PHONE", pattern=r"\+\(?[1-9]\d{0,2}\)?[ ().\-/]{0,3}\d", score=CERTAIN, joined=True,
        seek=plus_place,
    ),
    Rule(
        id="phone-prefix", kind="PHONE", pattern=r"\b(?:00|011[ \-])[1-9]\d{0,2}[ ().\-]{1,3}\d[ .\-]?\d", score=LIKELY,
        joined=True, seek=plus_place, context=_CONTEXT, against=OTHER_NUMBERS,
    ),
    _number(
        "phone-american",
        r"(?:\b1[ .\-]?)?(?:\(\d{3}\)[ .\-]?|\b\d{3}[.\-])\d{3}[ .\-]\d{4}\b", LIKELY,
        joined=True, seek=american_place, check=american,
    ),
    _number(
        "phone-american-spaces", r"(?:\b1 )?\b\d{3} \d{3}[ \-]\d{4}\b", LIKELY - 10, joined=True, seek=american_place,
        check=american,
    ),
    _number(
        "phone-trunk", r"\(0[1-9]\d{0,3}\)[ ]?\d|\b0[1-9]\d{0,3}[ ./\-]{1,3}\d{2}", LIKELY - 5, joined=True,
        seek=trunk_place,
    ),
    _number("phone-free", r"\b1[38]00[ \-]\d{3}[ \-]\d{3,4}\b", NOTHING, joined=True),
    _number("phone-french", r"\b0[1-9](?:[ .\-]\d{2}){4}\b", LIKELY),
    _number("phone-brazil", r"\(\d{2}\) ?9?\d{4}[ \-]\d{4}\b", LIKELY, joined=True),
    _number("phone-brazil-plain", r"\b\d{2} 9\d{4}[ \-]\d{4}\b", LIKELY),
    _number("phone-india", r"\b[6-9]\d{4}[ \-]\d{5}\b", PLAIN),
    _number("phone-china", r"\b1[3-9]\d[ \-]\d{4}[ \-]\d{4}\b", LIKELY),
    _number("phone-asia", r"\b0\d{1,2}-\d{3,4}-\d{4}\b", LIKELY),
    _number("phone-spain", r"\b[6789]\d{2} \d{2} \d{2} \d{2}\b", LIKELY - 10),
    _number("phone-threes", THREES, NOTHING),
    _number("phone-twos", r"\b\d{2}[ .\-]\d{2}[ .\-]\d{2}[ .\-]\d{2}\b", NOTHING),
    _number("phone-8", DIGITS_8, NOTHING),
    _number("phone-9", DIGITS_9, NOTHING),
    _number("phone-10", DIGITS_10, NOTHING),
    _number("phone-11", DIGITS_11, NOTHING),
    Rule(
        id="phone-labelled", kind="PHONE", score=LIKELY + 2, caseless=True, joined=True, pattern=label_pattern(_LABELS),
        seek=after_label(r"[+(]{0,2}\d(?:[ ()./-]{0,3}\d){6,14}", least_digits=7, check=no_date),
    ),
    _number("phone-said", r"\b\d(?:,? \d){6,11}\b", NOTHING, check=national),
    _number("phone-local", r"\b[2-9]\d{2}-\d{4}\b", NOTHING),
)  # fmt: skip
