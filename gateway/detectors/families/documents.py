"""Passports, driving licences, plates of cars, and the numbers cars are built with."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.checks.vehicles import vin, vin_shape
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.labelled import after_label, label_pattern
from keeptrusts.gateway.detectors.families.shapes import DIGITS_12
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, PLAIN, Rule

_PASSPORT: Final = (
    "passport|passport number|passport no|passport num|passport id|passports|reisepass|reisepassnummer|passnummer"
    "|passeport|numéro de passeport|pasaporte|número de pasaporte|passaporto|numero di passaporto|passaporte|paspoort"
    "|paspoortnummer|paszport|numer paszportu|passnr|pass nr|护照|护照号|护照号码"
    "|パスポート|パスポート番号|旅券番号|여권|여권번호|паспорт|номер"
    " паспорта|pp no|pp number|passport #|passport#"
)
_LICENCE: Final = (
    "driver's license|drivers license|driver license|driving license|driver's licence|drivers licence|driver licence"
    "|driving licence|driver’s license|driver’s licence|dl|dl no|dl number|driver's lic|drivers lic|driver lic"
    "|operator license|driving permit"
    "|driver's license number|driver license number|führerschein|führerscheinnummer|fahrerlaubnis|permis de"
    " conduire|numéro de permis"
    "|licencia de conducir|licencia de conducción|permiso de conducir|carnet de conducir|patente di guida|numero"
    " patente|carteira de motorista|cnh|carta de condução"
    "|rijbewijs|rijbewijsnummer|prawo jazdy|körkort|førerkort|ajokortti|运转免许|運転免許証"
    "|免許証番号|驾照|驾驶证号|운전면허|운전면허번호"
    "|водительское удостоверение"
)
_PLATE: Final = (
    "license plate|licence plate|license plate number|number plate|plate number|plate no|plates|plate|vehicle"
    " registration"
    "|registration plate|vehicle number|vehicle no|gaadi number|gaadi no|rego|car registration|vehicle reg"
    "|reg plate|reg no|tag number|vehicle plate|car plate|lic plate"
    "|kennz|kennzeichen|autokennzeichen|nummernschild|immatriculation|plaque d'immatriculation"
    "|matrícula|placa|placa do carro|placa do veículo|placa del coche|immatriculée?|targa|kenteken"
    "|spz|státní poznávací značka|registrační značka|evidenčné číslo|regnr|reg nr|nr rej|nr rejestracyjny|rendszám"
    "|număr de înmatriculare|rekisterinumero|rekisterikilpi|kjennemerke|skiltnummer|plaka|numéro d'immatriculation"
    "|reg number|reg mark|registration mark|plate #"
    "|tablica rejestracyjna|numer rejestracyjny|registreringsnummer|nummerplade|车牌"
    "|车牌号|ナンバープレート|차량번호|госномер"
)  # fmt: skip
_ID_CARD: Final = (
    "national id|national id number|national id no|id card number|identity card number|identity number|identity"
    " card no|id card no|national identity number"
    "|citizen id|state id|state id number|government id|cédula|cédula de identidad|curp|rg|carta d'identità|numéro"
    " de carte d'identité|carte d'identité"
    "|dowód osobisty|dowodu osobistego|numer dowodu|nr dowodu|documento d'identità|documento de identidad"
    "|identiteitskaart|identiteitskaartnummer|personalausweis|personalausweisnummer|ausweisnummer|ausweis nr"
    "|cartão de cidadão|občanský průkaz|buletin|personnummer kort"
    "|cnic|nicop|emirates id|eid number|iqama|ktp|no ktp|mykad|philsys|bvn|thai id|civil id"
    "|omang|ghana card|huduma|dui|tckn|kimlik no|cédula de ciudadanía|cédula de extranjería|personal id number"
    "|isikukood|asmens kodas|amka"
    "|visa number|visa no|green card number|alien number|alien registration number|uscis number|a-number"
)
_PLATE_VALUE: Final = (
    r"(?-i:[A-Z]{2}[ -]?\d{1,2}[A-Z]?[ -]?[A-Z]{1,3}[ -]?\d{4}"
    r"|[A-ZÄÖÜ]{1,4}[ ·-]{0,3}[A-Z]{0,3}[ -]?\d{1,5}(?:[ -]?[A-Z0-9]{1,4})?"
    r"|\d[A-Z][A-Z\d] ?\d{4}|\d{1,4}[ -]?[A-Z]{1,4}(?:[ -]?\d{0,4}[A-Z]{0,2}))"
)
_LICENCE_WORDS: Final = (
    "driver",
    "drivers",
    "driving",
    "licence",
    "license",
    "dl",
    "permis",
    "permis de conduire",
    "ontario",
    "lic",
)
_DVLA: Final = r"\b[A-Z]{1,5}9{0,4} ?\d{6} ?[A-Z9]{2}[0-9][A-Z]{2}(?: \d{2})?\b"


def uk_licence(text: str) -> bool:
    """Say whether a text is a driver number of Great Britain: sixteen places, a month (or 50 more) and a day in them
    (DVLA, "Driver number")."""
    plain = text.replace(" ", "")
    if len(plain) not in (16, 18) or not plain[5:11].isdigit():
        return False
    month, day = int(plain[6:8]) % 50, int(plain[8:10])
    return 1 <= month <= 12 and 1 <= day <= 31


def machine_zone(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the machine readable lines of a passport stand (ICAO Doc 9303, part 4): two of 44 characters."""
    match = re.compile(r"P[A-Z<][A-Z<]{42}(?:\s{1,2}[A-Z0-9<]{44})?").match(text, start, start + 92)
    return match.span() if match is not None else None


def japanese_plate(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a Japanese plate stands: the name of its office, at most four characters, is its beginning."""
    first = start
    while first > 0 and start - first < 3 and "\u4e00" <= text[first - 1] <= "\u9fff":
        first -= 1
    return first, end


RULES: Final = (
    Rule(
        id="passport", kind="PASSPORT", pattern=label_pattern(_PASSPORT), score=LIKELY + 5, caseless=True, joined=True,
        seek=after_label(r"[A-Za-z]{0,3}[ -]?\d{6,9}[A-Za-z]?|[A-Za-z]{1,2} ?\d{3,4} \d{3,4}"
            r"|[A-Za-z]{0,2}\d{3} \d{3} \d{3}"
            r"|[A-Za-z]\d{2}[A-Za-z]{2}\d{4,5}"
            r"|[CFGHJKLMNPRTVWXYZ0-9]{9}|\d{2} ?\d{2} ?\d{6}|\d{2} \d{7}"
            r"|[A-Za-z]{2}\d[A-Za-z0-9]\d{5}|\d{2}[A-Za-z]{2}\d{5}",
            least_digits=2),
    ),
    Rule(id="passport-zone", kind="PASSPORT", pattern=r"\bP[A-Z<][A-Z]{3}[A-Z<]{15}", score=CERTAIN, joined=True,
    seek=machine_zone),
    Rule(
        id="driver-license", kind="DRIVER_LICENSE", pattern=label_pattern(_LICENCE), score=LIKELY + 5, caseless=True,
        joined=True,
        seek=after_label(
            r"[A-Za-z]{0,5}[ -]?[A-Za-z0-9]?\d[A-Za-z0-9]*(?:[ -][A-Za-z0-9]*\d[A-Za-z0-9]*){0,5}",
            check=lambda text: sum(char.isalnum() for char in text) >= 6,
        ),
    ),
    Rule(id="driver-license-uk", kind="DRIVER_LICENSE", pattern=_DVLA, score=LIKELY + 10, check=uk_licence),
    Rule(
        id="license-plate", kind="LICENSE_PLATE", pattern=label_pattern(_PLATE), score=LIKELY, caseless=True,
        joined=True,
        seek=after_label(_PLATE_VALUE, least_digits=1,
        check=lambda text: 4 <= sum(char.isalnum() for char in text) <= 11),
    ),
    Rule(
        id="license-plate-japan", kind="LICENSE_PLATE", score=LIKELY, joined=True, seek=japanese_plate,
        pattern=r"[\xe4-\xe9][\x80-\xbf][\x80-\xbf] ?\d{2,3} ?\xe3[\x81\x82][\x80-\xbf] ?\d{1,2}-?\d{2}\b",
    ),
    *identity("DRIVER_LICENSE", None, _LICENCE_WORDS, (r"\b[A-Z]\d{4}-\d{5}-\d{5}\b", PLAIN),
    (r"\b[A-Z]\d{3}-\d{3}-\d{2}-\d{3}(?:-\d)?\b", PLAIN), (r"\b[A-Z]\d{3}-\d{4}-\d{4}(?:-\d{2})?\b", ALONE),
    (DIGITS_12, ALONE), with_words=LIKELY, variant="shape"),
    *identity(
        "LICENSE_PLATE", None, ("registration", "reg", "registered", "vehicle", "car", "van", "plate", "number plate"),
        (r"\b[A-HJ-PR-Y][A-HJ-PR-Y]\d{2} ?[A-HJ-PR-Z]{3}\b", ALONE), with_words=LIKELY, variant="british",
    ),
    Rule(
        id="national-id", kind="NATIONAL_ID", pattern=label_pattern(_ID_CARD), score=LIKELY - 5, caseless=True,
        joined=True,
        seek=after_label(r"[A-Za-z]{0,4}[ -]?\d[A-Za-z0-9]*(?:[./ -][A-Za-z0-9]*\d[A-Za-z0-9]*){0,4}", least_digits=5),
    ),
    *identity(
        "VIN", vin, ("vin", "vin number", "vin no", "chassis", "chassis number", "vehicle identification number",
        "vehicle", "fahrgestellnummer", "fin", "car"),
        (r"\b[A-HJ-NPR-Z0-9]{17}\b", LIKELY),
    ),
    *identity("VIN", vin, ("vin", "chassis", "vehicle identification number"), (r"\b[a-hj-npr-z0-9]{17}\b", ALONE),
    caseless=True),
    *identity(
        "VIN", vin_shape, ("vin", "vin number", "vin no", "chassis", "chassis number",
        "vehicle identification number", "fahrgestellnummer", "numéro de châssis", "bastidor", "telaio"),
        (r"\b[A-HJ-NPR-Z0-9]{17}\b", ALONE), with_words=LIKELY + 5, variant="shape",
    ),
)  # fmt: skip
