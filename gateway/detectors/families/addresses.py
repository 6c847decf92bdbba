"""Addresses that no kind of street gives away: behind what announces them, and before the code of their town."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.places import japanese_place
from keeptrusts.gateway.detectors.rules import LIKELY, Rule, Seek

_LONGEST: Final = 120
_LABELS: Final = (
    r"(?:(?:home|mailing|postal|street|residential|shipping|billing|delivery|current|permanent|registered|work"
    r"|correspondence)[ _\-]?)?address(?:[ _\-]?(?:line)?[ _\-]?[12])?|addr|street|place of residence"
    r"|(?:wohn|liefer|rechnungs|post|privat)?(?:adresse|anschrift)|wohnort|stra\xc3\x9fe|strasse|adresse postale"
    r"|domicile|direcci(?:o|\xc3\xb3)n|domicilio|indirizzo|residenza|endere\xc3\xa7o|endereco|morada|adres"
    r"(?: zamieszkania)?|adress|bostad|osoite|c\xc3\xadm|lakc\xc3\xadm|pata"
)
_SAYS: Final = (
    r"(?:live[sd]?|living|resid(?:e[sd]?|ing)|staying)(?: alone)? (?:at|in)|(?:deliver|ship|send|mail|post|moved|move)"
    r"(?:ed)?(?: (?:it|them|this|everything|the [a-z]{3,12}))? to|r/o|wohnhaft(?: in| am)?|wohnt (?:in|am)"
    r"|domicili\xc3\xa9e?(?: au| \xc3\xa0)?|demeurant(?: au| \xc3\xa0)?|j'habite(?: au)?|vivo en|con domicilio en"
    r"|domiciliad[oa] en|residente (?:in|em|en)|moro (?:na|no|em)|woont (?:aan|op|in)(?: de| het)?|woonachtig"
    r"|(?:delivery|residence|property|premises):|(?:deliver|ship|bill|send)(?:ed)? to:"
    r"|zamieszka\xc5\x82[aey]|zam\.|mieszkam(?: przy)?|mieszka przy|bydl\xc3\xadm(?: na adrese| v)?|bor (?:i|p\xc3\xa5)"
    r"|locuiesc (?:\xc3\xaen|pe)|tinggal di|sống tại|lakom"
)
_GAP: Final = re.compile(r"[\s\"'`:=*_.,\\-]{0,8}")
_VALUE: Final = re.compile(r"(?:[^\n\"|;\t<>{}=@\\…]){5,120}")
_CUT: Final = re.compile(
    r"[ ,.!?](?:(?<=[.!?])(?:(?<=[a-z0-9)]{2}.)(?= [A-Z]\w* [a-z]|$)|(?<=\d.)(?= |$))"
    r"|(?<= )(?:[-–—] |\()"
    r"|(?:(?<=,) |(?<= ))(?:and|but|which|where|because|since|with|last|next|und|et|y|e|en|i|phone|tel|gp|dob|born"
    r"|on) (?=[a-z]|[A-Z]r)"
    r"|(?<=,) (?=(?:is|the|please|born|geb|n\xe9e?|phone|tel|GP|DOB)\b))"
)
"""Where an address ends that goes on as a sentence. A set of characters comes first, so that a search skips letters."""
_CUT_AT_LABEL: Final = re.compile(r"[ ,.](?:(?<=,)\.? |(?<=[,.]) |(?<= ))(?:[^\W_]++[ _]){0,2}[^\W_]++ ?:(?= )")
_NUMBERED: Final = re.compile(r"\d[\w/-]*,? [A-ZÀ-Þ0-9]")
_WORDS: Final = re.compile(r"[^\s,/]+")
_DIGIT: Final = re.compile(r"[\d²³¹]")
_SMALL: Final = frozenset(
    [
        "of", "the", "near", "off", "at", "on", "de", "du", "des", "la", "le", "les", "l", "et", "del", "los", "las",
        "da", "do", "dos", "das", "di", "della", "dei", "van", "der", "den", "het", "im", "am", "an", "in", "zu",
        "bei", "y", "e", "na", "km", "apto", "apt", "apartment", "flat", "unit", "suite", "floor", "bloque", "piso",
        "bât", "bat", "bis", "ter", "esc", "izq", "dcha", "s/n", "snc", "loc", "nr", "no", "m", "lok", "hs", "sn",
        "résidence", "lieu-dit", "chez", "c/o", "via", "ul", "pl", "al", "os", "opp", "behind", "next", "to", "bus",
        "box", "appt", "étage", "andar", "lote", "quadra", "casa", "bloco", "sente", "venelle", "apartamento",
    ]
)  # fmt: skip
_DWELLINGS: Final = re.compile(
    r"\b(?:Cottages?|House|Farm|Lane|Road|Street|Lodge|Rectory|Vicarage|Villas?|Manor|Hall|Barn|Mill|Court|Close|Hof"
    r"|Haus|Mansions?|Bungalow|Towers?|Apartments?|Residence|Résidence|Urbanización|Setor|Quadra|Village|Estate|Grange"
    r"|Croft|Mews|Terrace|Avenue|Drive|Rue|Calle|Via|Weg|Gasse)\b"
)
_NO_ADDRESS: Final = re.compile(r"(?i)0x|\d+\.\d+\.|localhost|null|none|true|false|n/a|https?|not |unknown|same|tbd")
_CODE: Final = re.compile(
    r", ?(?:[A-Z]{1,2}-)?(?:\d{4,6}|\d{2}-\d{3}|\d{3} \d{2})\b"
    r"|,? (?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[\dW] ?[A-Z]{1,2}\d{1,2}[A-Z]?\d?|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b"
)
_BEFORE_CODE: Final = re.compile(
    r"(?:(?:(?:[A-ZÀ-Þ][\w'’.-]*|an|am|im|in|auf|unter|der|den|dem|des|de|da|la|van|het|the|of|til|zum|zur|bei) ){0,4})"
    r"[A-ZÀ-Þ][\w'’.-]*\Z"
)
_NO_STREET: Final = re.compile(
    r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|juin|june|july|march|april|page|chapter|section"
    r"|version|vol|figure|table|room|line|step|part|volume|item|issue|order|model)[a-z]*\.?\Z"
)
_BRITISH_WORDS: Final = r"(?:[A-Z][\w'’.-]*|St\.)(?: (?:[A-Z][\w'’.-]*|of|on|the|upon|in|le|by|under|next|and)){0,4}"
_BRITISH: Final = re.compile(
    rf"(?<![\w,.-])(?:(?:Flat|Apartment|Apt|Unit|Room"
    rf"|Suite) \w{{1,4}},? )?(?:\d{{1,4}}[A-Za-z]?(?:-\d{{1,4}})?,? {_BRITISH_WORDS}"
    rf"|(?:The )?(?:[A-Z][\w'’-]* ){{0,2}}(?:Cottage|House|Farm|Lodge|Barn|Rectory|Vicarage|Mill|Hall|Villa|Manor"
    rf"|Grange))"
    rf"(?:,[ \n]{_BRITISH_WORDS}){{1,4}},?[ \n][A-Z]\Z"
)
_TOWN: Final = re.compile(r"[A-ZÀ-ÞĀ-Ž][\w'’-]*(?:[ -][A-ZÀ-ÞĀ-Ž][\w'’-]+){0,2}")
_EASTERN: Final = re.compile(
    r"[：:\s\"]{0,3}((?:〒?\d{3}-\d{4}\s?)?[\u4e00-\u9fff][\u3040-\u30ff\u4e00-\u9fff0-9A-Za-z0-9 ー-]{5,60})"
)
_PLACE_SIGNS: Final = "省市区區县縣都道府県町村路街"


def behind_label(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the address stands behind its label: the rest of the line, or of the string, that reads like one."""
    return _read(text, end, said=text[start].isalpha() and text[end - 1] == " ")


def behind_verb(text: str, _start: int, end: int) -> tuple[int, int] | None:
    """Give where the address stands that somebody is said to live at, or something is sent to."""
    return _read(text, end, said=True)


def behind_name(text: str, _start: int, end: int) -> tuple[int, int] | None:
    """Give where the address stands behind its label without a sign, which begins with a number."""
    return _read(text, end - 1, said=True) if _NUMBERED.match(text, end - 1) is not None else None


def _read(text: str, end: int, *, said: bool) -> tuple[int, int] | None:
    gap = _GAP.match(text, end)
    first = gap.end() if gap is not None else end
    value = _VALUE.match(text, first, first + _LONGEST)
    if value is None:
        return None
    last = value.end()
    if text[last : last + 1] in ("@", "=", "{", "<", "\\"):
        return None
    cut = _CUT.search(text, first, last)
    if ":" in text[first:last]:
        label = _CUT_AT_LABEL.search(text, first, last)
        cut = label if label is not None and (cut is None or label.start() < cut.start()) else cut
    last = cut.start() if cut is not None else last
    while last > first and text[last - 1] in " ,.'\r":
        last -= 1
    found = text[first:last]
    return (first, last) if _NO_ADDRESS.match(found) is None and _reads(found, said=said) else None


def _reads(value: str, *, said: bool) -> bool:
    """Say whether words are those of an address: nearly all begin with a capital or are numbers, and one tells that
    somebody may live there. Said in a sentence, it must begin with a number or have a code before its town."""
    words = _WORDS.findall(value)
    capitals = others = 0
    for word in words:
        if word[0].isupper():
            capitals += len(word) > 1
        elif _DIGIT.search(word) is None and word.strip(".'’").lower() not in _SMALL:
            others += 1
    if len(words) < 2 or not capitals or others * 4 > len(words):
        return False
    if _CODE.search(value) is not None:
        return True
    numbered = any("0" <= char <= "9" for char in value)
    if said and not others and len(_DWELLINGS.findall(value)) > 1 and "," in value:
        return True
    if said:
        return value[0].isdigit() and capitals >= 2 and words[0].rstrip("ABCDabcd").isdigit()
    return (numbered and (capitals > 1 or "," in value or len(words) == 2)) or (
        "," in value and _DWELLINGS.search(value) is not None
    )


def before_code(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where an address stands whose number is followed by a comma, the code of a town, and the town."""
    window = text[max(0, start - 48) : start]
    before = _BEFORE_CODE.search(window)
    if before is None or _NO_STREET.search(before.group()) is not None:
        return None
    code = text[start:end].rsplit(",", 1)[-1].strip()
    if code[:4].isdigit() and code[:2] in ("19", "20") and not code[4:5].isdigit() and not code[5:7].isupper():
        return None  # a year
    town = _TOWN.match(text, end - 1, end + 50)
    return start - len(before.group()), town.end() if town is not None else end


def before_postcode(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a British address stands that ends with its postcode: a number or a house, and parts with capitals."""
    before = _BRITISH.search(text, max(0, start - 109), start + 2)
    return (before.start(), end) if before is not None else None


def eastern(text: str, _start: int, end: int) -> tuple[int, int] | None:
    """Give where a Japanese or Chinese address stands behind its label."""
    match = _EASTERN.match(text, end, end + 90)
    if match is None or not any(sign in match.group(1) for sign in _PLACE_SIGNS):
        return None
    return match.start(1), match.start(1) + len(match.group(1).rstrip())


def block_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a Japanese address stands that ends with the names of its block and house."""
    return japanese_place(text, start - 1, end) if start else None


def _address(id: str, pattern: str, seek: Seek | None, *, caseless: bool = False, score: int = LIKELY - 10) -> Rule:
    return Rule(
        id=id, kind="ADDRESS", pattern=pattern, score=score, caseless=caseless, joined=seek is not None, seek=seek
    )


RULES: Final = (
    _address(
        "address-labelled", rf"(?:\b|_)(?:{_LABELS})[\"']?\]? ?(?:\([a-z ]{{1,16}}\) ?)?(?:[:=]|\.{{3,24}}| is )",
        behind_label, caseless=True, score=LIKELY + 2,
    ),
    _address(
        "address-named", r"\baddress (?:#|no\.? )?\d", behind_name, caseless=True, score=LIKELY,
    ),
    _address("address-said", rf"\b(?:{_SAYS}) ", behind_verb, caseless=True),
    _address(
        "address-town", r" \d{1,4}(?: ?[A-Za-z])?(?:[-/]\d{1,4}|-[a-z]{1,3}| m\.? ?\d{1,3})?, "
        r"(?:[A-Z]{1,2}-)?(?:\d{4,5}(?: [A-Z]{2})?|\d{2}-\d{3}|\d{3} \d{2}) [A-Z\xc3-\xc5]",
        before_code,
    ),
    _address(
        "address-british", r"[ \n][A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b", before_postcode,
    ),
    _address("address-highway", r"\b\d{1,6} (?:[NSEW] )?(?:HWY|Hwy|Highway|County R(?:oa)?d|State R(?:ou)?te|SR|CR"
        r"|Route|Farm to Market|FM|US) \d{1,4}[A-Z]?(?: [NSEW]\b)?", None, score=LIKELY + 1),
    _address("address-numbered-street", r"\b\d{1,5} (?:[nsew]\.? )?\d{1,3}(?:st|nd|rd|th) (?:st|street|ave|avenue|blvd"
        r"|rd|pl|place)\b\.?(?:,? (?:apt|unit|ste|suite|#)\.? ?#?[a-z0-9]{1,5}\b)?", None, caseless=True),
    _address("address-east-label", r"住所|届け先|所在地|送付先|地址|住址|주소", eastern, score=LIKELY + 2),
    _address(
        "address-east-block",
        r"\xe4\xb8\x81\xe7\x9b\xae\d{1,4}(?:\xe7\x95\xaa(?:\xe5\x9c\xb0)?(?:\xe3\x81\xae)?\d{0,4}(?:\xe5\x8f\xb7)?"
        r"|-\d{1,4})", block_place,
    ),
)  # fmt: skip
