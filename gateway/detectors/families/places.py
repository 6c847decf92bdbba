"""Where somebody is: coordinates, streets with a number, postal codes beside their label."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.labelled import after_label, label_pattern
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, NOTHING, PLAIN, Context, Rule

_GEO: Final = (
    "lat", "latitude", "lng", "lon", "long", "longitude", "gps", "coordinates", "coordinate", "coords", "geo",
    "location",
    "geolocation", "position", "latlng", "latlong", "located", "koordinaten", "breitengrad", "längengrad",
    "coordonnées", "coordenadas", "coordinate gps",
    "ubicación", "posizione", "localização", "座標", "坐标", "纬度", "经度", "緯度", "経度",
)  # fmt: skip
_POSTAL: Final = (
    "zip|zip code|postal code|postcode|postal|post code|plz|postleitzahl|code postal|código postal|codigo postal"
    "|cap|cep|postnummer|kod pocztowy|postinumero|pin code|pincode|邮编|邮政编码|郵便番号|우편번호"
)
_STATES: Final = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK"
    "|OR|PA"
    "|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
_STATE_NAMES: Final = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    "|Indiana"
    "|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana"
    "|Nebraska"
    "|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania"
    "|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia"
    "|Wisconsin|Wyoming"
)
_TYPES: Final = (
    "Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Circle|Cir|Place|Pl|Square|Sq|Terrace|Ter"
    "|Parkway|Pkwy|Highway|Hwy|Trail|Trl|Crescent|Cres|Close|Mews|Grove|Alley|Aly|Turnpike|Tpke|Plaza|Crossing|Xing"
    "|Loop"
    "|Ridge|Row|Walk|Way|Gardens|Glen|Hill|Hollow|Isle|Pass|Path|Pike|Point|Run|View|Vista|Broadway|Expressway|Causeway"
    "|Freeway|Commons|Cove|Estates|Heights|Junction|Landing|Manor|Meadow|Meadows|Orchard|Parade|Quay|Springs"
    "|Station|Summit"
    "|Valley|Village|Wharf|Esplanade|Embankment|Rise|Cottages|Marg|Wynd|Brae"
)
_CAPITAL_TYPES: Final = (
    "STREET|ST|AVENUE|AVE|ROAD|RD|BOULEVARD|BLVD|DRIVE|DR|LANE|LN|COURT|CT|PARKWAY|PKWY|HIGHWAY|HWY|TERRACE|CRESCENT"
)
_BEFORE: Final = re.compile(
    r"(?<![\w.$€£#-])(?!(?:19|20)\d\d[,-])\d{1,6}(?:[A-Za-z]|-\d{1,5}|½| 1/2)?,? "
    r"(?P<side>(?:[NSEW]|N\.?[EW]|S\.?[EW]|North|South|East|West)\.? )?"
    r"(?P<name>(?:[A-ZÀ-Þ][\w'’.-]*|\d{1,3}(?:st|nd|rd|th)|de|la|del|los|las) "
    r"(?:(?:[A-ZÀ-Þ][\w'’.-]*|\d{1,3}(?:st|nd|rd|th)|of|the|de|la|del|los|las) ){0,3})?\Z"
)
_TITLES: Final = frozenset(
    [
        "21 jump street", "22 jump street", "84 charing cross road", "10 cloverfield lane", "10 downing street",
        "11 downing street", "77 sunset strip",
    ]
)  # fmt: skip
"""Films, books and offices of state."""
_NAMELESS: Final = frozenset({"Broadway", "Parade", "Embankment", "Esplanade", "Highway", "Hwy"})
_AFTER: Final = re.compile(
    rf"\.?(?: (?:NW|NE|SW|SE|North|South|East|West|[NSEW])\b\.?)?"
    rf"(?:, (?:\d{{1,2}}(?:st|nd|rd|th)|[A-Z][a-z]+) [Ff]loor)?(?:,? ?(?:Apt|APT|Apartment|Suite|SUITE|Ste|STE|Unit"
    rf"|UNIT|Flat|Floor|Fl|Room|Rm|Bldg|Building|Lot"
    rf"|#)\.? ?#? ?[A-Za-z]?-?\d{{0,5}}(?:-\d{{1,5}})?[A-Za-z]?\b)?"
    rf"(?:(?:, ?|\n| )(?:[A-Z][\w'’.-]+ ?){{1,3}}(?=, ?(?:{_STATES}|{_STATE_NAMES}|[A-Z][a-z]+)\b"
    rf"|,? (?:{_STATES})\b|,? [A-Z]{{1,2}}\d|,? \d{{4,5}}\b))?"
    rf"(?:,? ?(?:{_STATE_NAMES}|{_STATES})\b\.?)?(?:,? ?\d{{5,6}}(?:-\d{{4}})?\b"
    r"|(?<=VIC|NSW|QLD|TAS|ACT) \d{4}\b|(?<=WA|SA|NT) \d{4}\b)?"
    r"(?:(?:, ?| )[A-Z][a-z]+(?=,? [A-Z]{1,2}\d))?(?:,? ?[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b)?"
)
_DIGIT: Final = re.compile("[0-9]")
_UNIT_BEFORE: Final = re.compile(
    r"(?:(?:Flat|Apartment|Apt|Unit|Suite|Shop|Level|Floor|Room)\.?(?: No\.?)? ?\d{1,4}[A-Za-z]?(?:, ?|/)"
    r"|\d{1,2}(?:st|nd|rd|th) [Ff]loor, ?|\b(?:Plot|House|Block|Villa|Number|No\.)(?: No\.?)? )\Z"
)
_CITY: Final = (
    r"(?:\.?,? ?(?:lgh \d{4}, )?(?:(?:[A-Z]{1,2}-?)?\d{4,5}|\d{3} \d{2})(?: [A-Z]{2})?"
    r" (?:[A-ZÀ-Þ][\w'’-]+)(?:[ -][A-ZÀ-Þ][\w'’-]+){0,2})?"
)
_GERMANIC_BEFORE: Final = re.compile(r"(?:(?:[A-ZÀ-Þ][\w.-]*[ -]){0,2})[A-ZÀ-Þ][\w-]*\Z|(?:[A-ZÀ-Þ][\w.-]*[ -]){1,2}\Z")
_GERMANIC_TYPES: Final = (
    r"straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer|ring|straat|laan|plein|gracht|kade|dijk|singel|gatan|vägen"
    r"|stígur|stigur|vegur|stræti|bakken|stien|stigen|gränd|torget|kuja|polku|körút"
    "|vej|gade|gata|veien|katu|[aeio]ntie|utca"
)
"""Kinds of streets that end the name of one."""
_GERMANIC: Final = re.compile(
    rf"(?:{_GERMANIC_TYPES})(?-i: \d{{1,4}}(?: ?[a-zA-Z]\b)?(?:[-/]\d{{1,4}}){{0,3}}{_CITY})", re.IGNORECASE
)
_COUNTED: Final = re.compile(
    r"(?:(?:Der|Den|Dem|Die|Das|Des|Auf|Vom|Zum|Ein|Einen|Einem|Kein|Dieser|Diesen|Jeder|Erster|De|Het) )?"
    r"(?:Weg|Platz|Ring|Ufer|Allee|Plein|Tie|Vej) \d{1,4}[.,]?\Z"
)
_CAPITAL_STREET: Final = re.compile("STRASSE|STRAßE|PLATZ|ALLEE|GASSE|STRAAT|GRACHT|LAAN")
UNIT_WORDS: Final = (
    r"apto\.?|apt\.?|ap\.|cj\.?|conj\.?|sala|loja|casa|fundos|bloco|bureau|appt\.?|piso|planta|puerta|interno|int\."
    r"|étage|andar|lote|m\.|lok\."
)
_TAIL: Final = re.compile(
    rf"(?:(?:, ?| - )(?:(?:{UNIT_WORDS}) ?)?[A-ZÀ-ÞĀ-Ž0-9][\w'’.º°ª/-]*(?: (?:of|de|da|do|das|dos|del|la|le|les|du|e|y"
    rf"|(?:{UNIT_WORDS})|\([A-ZÀ-Þ][\w-]*\)|[A-ZÀ-ÞĀ-Ž0-9][\w'’.º°ª/-]*)){{0,4}}?){{0,4}}?(?:, ?| - | )"
    r"(?:(?:CEP |C\.?P\.? |[A-Z]{1,2}-)?(?:\d{4}(?= [A-ZÀ-Þ][a-z])|\d{5}(?:-\d{3})?|\d{4}-\d{3}|\d{2}-\d{3}"
    r"|\d{4} [A-Z]{2}"
    r"|(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT) \d{4})\b"
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d\b|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|[A-Z]\d[\dW] ?[A-Z\d]{4}\b|[A-Z]\d{4}[A-Z]{3}\b)"
    r"(?:,? [A-ZÀ-ÞĀ-Ž][\w'’-]+(?:[ -](?:de |di |la |am |an der )?[A-ZÀ-ÞĀ-Ž][\w'’-]+){0,2})?"
)
"""The rest of an address behind its street: parts with capitals up to the code of the town, and the town."""
_FRENCH_TYPES: Final = (
    r"[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Bb]oul\.|[Pp]lace|[Cc]hemin|[Ii]mpasse|[Aa]llée|[Qq]uai|[Cc]ours|[Rr]oute"
)
_SOUTHERN_TYPES: Final = (
    r"[Cc]alle|Avenida|Avda\.?|Plaza|Paseo|Carrer|Carrera|Rua|Av\.|Travessa|Praça|Alameda|Rodovia|Via|Viale|Piazza"
    r"|Corso|Vicolo|Largo|Piazzale|[Uu]l\.|[Uu]lica"
)
"""Kinds of streets before their name: those of France behind a number, the others alone."""
_ROMANCE: Final = re.compile(
    rf"(?:\d{{1,4}}(?: ?(?:bis|ter|quater))?,? )?(?:{_FRENCH_TYPES}|{_SOUTHERN_TYPES}|C/|[Aa]l\.|[Oo]s\.)"
    r"(?: (?:de|du|des|la|le|les|del|della|delle|dei|di|da|do|dos|das|d'|l'|los|las|el|e|y|en|aux?|San|Santa|St\.?))*"
    r" ?[A-ZÀ-Þ0-9][\w'’.-]*(?: (?:de|du|des|la|le|del|della|di|da|do|dos|das|e|y)? ?[A-ZÀ-Þ][\w'’.-]*){0,4}"
    r"(?:,? (?:[n#][º°.]? ?)?\d{1,4}(?!\d)(?:[-/]\d{1,4})?(?: ?m\.? ?\d{1,3}\b| ?[a-zA-Z]\b)?)?"
    r"(?:,? \d{1,2}(?![\d-])[º°]?(?: ?[A-Za-z]\b)?)?(?:,? (?:\d{2}-\d{3}"
    r"|\d{4,5}(?:-\d{3})?) [A-ZÀ-Þ][\w'’-]+(?:[ -][A-ZÀ-Þ][\w'’-]+){0,2})?"
)
_INDIAN: Final = re.compile(
    r"\S{1,8}(?: No\.?| Number)? ?[-:#]? ?[A-Z]?[-/]?\d{1,5}[A-Za-z]?(?:[/-]\d{1,4}){0,3}"
    r"(?:, ?(?:[A-Z0-9][\w'’./-]*)(?: (?:[A-Z0-9][\w'’./-]*|of|and|de)){0,4}){2,5}"
)
_NUMBERS: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")


def street_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where an address stands around the kind of its street: a number before it, a unit, town and code behind."""
    if _DIGIT.search(text, max(0, start - 70), start) is None:
        return None
    window = text[max(0, start - 70) : start + 1]
    before = _BEFORE.search(window)
    if before is None or text[end : end + 1].isalnum():
        return None
    if not before["side"] and not before["name"] and text[start + 1 : end] not in _NAMELESS:
        return None
    first = start + 1 - len(before.group())
    if before["name"] == "Mile " or text[first:end].lower() in _TITLES:
        return None
    unit = _UNIT_BEFORE.search(text, max(0, first - 24), first)
    after = _AFTER.match(text, end, end + 110)
    last = after.end() if after is not None else end
    if text[last - 1 : last] == "." and not text[end : last - 1]:
        last = end
    last = _trimmed(text, first, _with_town(text, _trimmed(text, first, last)))
    return unit.start() if unit is not None else first, last


_ONLY_TOWN: Final = re.compile(
    rf"(?:,? (?:{UNIT_WORDS}) ?[A-Z]?\d{{1,5}}[A-Z]?)?"
    r"(?:, (?!Tel|Pho|Fon|Mob|Fax|Geb|DOB|Born|Dr)[A-ZÀ-ÞĀ-Ž][a-zà-ÿā-ž'’-]{2,}"
    r"(?: (?:(?:de|do|da|am|la|del) )?[A-ZÀ-ÞĀ-Ž][a-zà-ÿā-ž'’-]{2,})?){1,2}(?=[;\n\"')]|\.(?:\s|\Z)|\Z|, [a-z]"
    r"| (?:e|et|y|and|und|en|ed|depuis|since|seit|desde|dal|sinds) )"
)
_BRAZILIAN: Final = re.compile(
    rf"(?:,? (?:{UNIT_WORDS}) ?[A-Z]?\d{{1,5}}[A-Z]?)?(?:(?:, | [-–] )(?:[A-ZÀ-Þ][\w'’.-]+|de|da|do|das|dos|e)"
    r"(?: (?:[A-ZÀ-Þ][\w'’.-]+|de|da|do|das|dos|e|[IVX]+)){0,4}){1,3}(?:/| [-–] |, )(?:A[CLMP]|BA|CE|DF|ES|GO|M[AGST]"
    r"|P[ABEIR]|R[JNORS]|S[CEP]|TO)\b(?:,? (?:CEP:? ?)?\d{5}-?\d{3}\b)?"
)
"""The rest of a Brazilian address: unit, quarter, town and state."""


def _with_town(text: str, last: int) -> int:
    """Give where an address ends whose street ends there: behind the code of its town and the town, if they follow."""
    tail = _TAIL.match(text, last, last + 110)
    if tail is None:
        tail = _BRAZILIAN.match(text, last, last + 110)
    if tail is None:
        tail = _ONLY_TOWN.match(text, last, last + 60)
    return tail.end() if tail is not None else last


def _trimmed(text: str, first: int, last: int) -> int:
    while last > first and text[last - 1] in " ,\n.":
        last -= 1
    return last


def germanic_place(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where an address stands whose number follows its street, as in Germany and the Netherlands."""
    after = _GERMANIC.match(text, start, start + 90)
    if after is None or (text[start : start + 2].isupper() and _CAPITAL_STREET.match(text, start) is None):
        return None
    before = _GERMANIC_BEFORE.search(text[max(0, start - 40) : start])
    if before is None and not text[start].isupper():
        return None
    first = start - len(before.group()) if before is not None else start
    last = _trimmed(text, first, _with_town(text, _trimmed(text, first, after.end())))
    return (first, last) if _COUNTED.match(text, first, last) is None else None


def indian_place(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where an address stands that begins with the number of a flat, a plot or a house, as in India: parts with
    capitals or numbers, between commas."""
    match = _INDIAN.match(text, start, start + 150)
    return (start, _trimmed(text, start, match.end())) if match is not None else None


def romance_place(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where an address stands whose kind of street comes first, as in France, Spain, Italy, Brazil and Poland."""
    match = _ROMANCE.match(text, start, start + 130)
    if match is None or not any(char.isdigit() for char in match.group()):
        return None
    return match.start(), _trimmed(text, match.start(), _with_town(text, _trimmed(text, match.start(), match.end())))


def box_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the box of a post office stands, and its town."""
    return start, _trimmed(text, start, _with_town(text, end))


def eastern_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a Chinese or Japanese address stands that ends with the number of a house: the characters before it,
    one of which names a kind of place."""
    at = start
    while at > 0 and start - at < 24 and (text[at - 1] in "0123456789" or "\u4e00" <= text[at - 1] <= "\u9fff"):
        if text[at - 1] in "在于於是住到为為":
            break
        at -= 1
    named = text[at:start]
    return (at, end) if len(named) >= 4 and any(char in "省市区區县縣都道府県町村路街" for char in named) else None


def japanese_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a Japanese address stands that ends with numbers of block and house."""
    place = eastern_place(text, start + 1, end)
    return place if place is not None and any(char in "都道府県市区町村" for char in text[place[0] : start]) else None


def pair(text: str) -> bool:
    """Say whether two numbers are a latitude and a longitude (ISO 6709), and not both small."""
    numbers = [float(number) for number in _NUMBERS.findall(text)]
    if len(numbers) != 2 or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        return False
    return abs(numbers[0]) >= 1 or abs(numbers[1]) >= 1


def exact_pair(text: str) -> bool:
    """Say whether two numbers are coordinates written as maps do: as many decimals each, one of them not small."""
    decimals = [len(number.split(".")[-1]) for number in _NUMBERS.findall(text)]
    return pair(text) and len(decimals) == 2 and abs(decimals[0] - decimals[1]) <= 1 and "," in text


def no_list(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a pair stands that is not within brackets or more numbers, as rows of a matrix are."""
    before, after = text[max(0, start - 2) : start].strip(), text[end : end + 2]
    if before[-1:] in ("[", ",", "(", "{") or after[:1] in (",", ";", "]") or after[1:2].isdigit():
        return None
    return start, end


def on_earth(text: str) -> bool:
    """Say whether a number can be a latitude or longitude with decimals."""
    return abs(float(text)) <= 180


def last_part(text: str) -> tuple[int, int] | None:
    """Give where the code stands behind a state."""
    at = text.rfind(" ") + 1
    return at, len(text)


def after_town(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give a state and its code back where a town or a comma is before them."""
    before = text[start - 1 : start] if start else ""
    return (start, end) if before.islower() or before in (",", ".") else None


def after_mark(text: str) -> tuple[int, int] | None:
    """Give where the code stands behind the Japanese postal mark."""
    at = next((at for at, char in enumerate(text) if char.isdigit()), None)
    return None if at is None else (at, len(text))


RULES: Final = (
    Rule(
        id="coordinates", kind="COORDINATES", score=PLAIN + 5, check=exact_pair, joined=True, seek=no_list,
        pattern=r"[+\-]?\b\d{1,2}\.\d{4,10}\xc2?\xb0?,[ ]?[+\-]?\d{1,3}\.\d{4,10}\b",
    ),
    Rule(
        id="coordinates-labelled", kind="COORDINATES", score=NOTHING, check=pair, joined=True,
        context=Context(words=_GEO, score=CERTAIN, before=40, after=16),
        pattern=r"[+\-]?\b\d{1,2}\.\d{2,10}[,;/ ] ?[+\-]?\d{1,3}\.\d{2,10}\b",
    ),
    Rule(
        id="coordinates-single", kind="COORDINATES", score=LIKELY, caseless=True, joined=True,
        pattern=label_pattern("lat|latitude|lng|lon|longitude|breitengrad|längengrad|latitud|longitud|纬度|经度|緯度|経度"),
        seek=after_label(r"[+-]?\d{1,3}\.\d{2,12}", least_digits=3, check=on_earth),
    ),
    Rule(
        id="coordinates-letters", kind="COORDINATES", score=LIKELY + 10, joined=True,
        pattern=r"\b\d{1,2}\.\d{2,8} ?(?:\xc2\xb0 ?)?[NS],? ?\d{1,3}\.\d{2,8} ?(?:\xc2\xb0 ?)?[EW]\b",
    ),
    Rule(
        id="coordinates-minutes", kind="COORDINATES", score=CERTAIN, joined=True,
        pattern=r"\b\d{1,2}\xc2\xb0 ?\d{1,2}(?:\.\d{1,4})?(?:'|\xe2\x80\xb2"
            r"|\xe2\x80\x99) ?(?:\d{1,2}(?:\.\d{1,4})?(?:\"|\xe2\x80\xb3|''"
            r"|\xe2\x80\x9d) ?)?[NS],? ?\d{1,3}\xc2\xb0 ?\d{1,2}(?:\.\d{1,4})?(?:'|\xe2\x80\xb2"
            r"|\xe2\x80\x99) ?(?:\d{1,2}(?:\.\d{1,4})?(?:\"|\xe2\x80\xb3|''|\xe2\x80\x9d) ?)?[EWO]",
    ),
    Rule(
        id="address", kind="ADDRESS", score=LIKELY, joined=True,
        pattern=rf"[A-Za-z0-9.] (?:{_TYPES}|{_CAPITAL_TYPES})\b",
        seek=lambda text, start, end: street_place(text, start + 1, end),
    ),
    Rule(
        id="address-germanic", kind="ADDRESS", score=LIKELY, caseless=True, joined=True, seek=germanic_place,
        pattern=rf"(?:{_GERMANIC_TYPES}) \d{{1,4}}",
    ),
    Rule(
        id="address-india", kind="ADDRESS", score=LIKELY, joined=True, seek=indian_place,
        pattern=r"\b(?:(?:Flat|Plot|House|Door|Villa) ?(?:No\.?|Number|#)|[HD]\. ?No\.?) ?[-:]? ?"
            r"[A-Z]?[-/]?\d{1,5}[A-Za-z]?(?:[/-]\d{1,4}){0,3}, ?[A-Z0-9]",
    ),
    Rule(
        id="address-romance", kind="ADDRESS", score=LIKELY, joined=True, seek=romance_place,
        pattern=rf"\b(?:\d{{1,4}}(?: ?(?:bis|ter))?,? (?:{_FRENCH_TYPES}) |(?:{_SOUTHERN_TYPES}|[Rr]ue) |C/ ?)"
            r"[A-Za-z0-9\xc3]",
    ),
    Rule(
        id="address-east", kind="ADDRESS", score=LIKELY, joined=True, seek=eastern_place,
        pattern=r"(?:\xe8\xb7\xaf|\xe8\xa1\x97|\xe9\x81\x93|\xe5\xb7\xb7)\d{1,5}(?:\xe5\x8f\xb7|\xe8\x99\x9f)",
    ),
    Rule(
        id="address-japan", kind="ADDRESS", score=LIKELY, joined=True, seek=japanese_place,
        pattern=r"[\xe4-\xe9][\x80-\xbf][\x80-\xbf]\d{1,4}-\d{1,4}(?:-\d{1,4})?\b",
    ),
    Rule(
        id="address-box", kind="ADDRESS", score=LIKELY, caseless=True, joined=True, seek=box_place,
        pattern=r"\bp\.? ?o\.? ?box \d{1,6}\b|\bpost office box \d{1,6}\b|\bpostfach \d{1,6}\b"
            r"|\bbo\xc3\xaete postale \d{1,6}\b",
    ),
    Rule(
        id="postal-labelled", kind="POSTAL_CODE", score=LIKELY, caseless=True, joined=True,
        pattern=label_pattern(_POSTAL),
        seek=after_label(
            r"\d{5}(?:-\d{3,4})?|\d{3}-\d{4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2}|\d{4} [A-Z]{2}|\d{6}|\d{4}"
            r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d",
            least_digits=2,
        ),
    ),
    Rule(id="postal-british", kind="POSTAL_CODE", score=PLAIN + 10,
    pattern=r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b"),
    Rule(id="postal-canadian", kind="POSTAL_CODE", score=PLAIN + 10,
    pattern=r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ \-]\d[ABCEGHJ-NPRSTV-Z]\d\b"),
    Rule(
        id="postal-state", kind="POSTAL_CODE", score=LIKELY, inner=last_part, seek=after_town,
        pattern=rf" (?:{_STATES}|{_STATE_NAMES}),? \d{{5}}(?:-\d{{4}})?\b", joined=True,
    ),
    Rule(id="postal-japan", kind="POSTAL_CODE", score=LIKELY, pattern=r"\xe3\x80\x92 ?\d{3}-?\d{4}\b",
    inner=after_mark, joined=True),
)  # fmt: skip
