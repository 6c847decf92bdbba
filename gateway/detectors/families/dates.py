"""Days and ages: birthdays by the words beside them, other days for policies that want all of them."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.checks.dates import real_day
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, NOTHING, PLAIN, Check, Context, Rule
from keeptrusts.schemas.frozen import replace

BIRTH_WORDS: Final = (
    "dob", "d o b", "date of birth", "birth date", "birthdate", "born", "born on", "birthday", "bday", "birth day",
    "birth", "geburtsdatum", "geboren", "geboren am", "geb", "geb am", "geburtstag", "date de naissance", "né le",
    "née le",
    "né", "née", "naissance", "fecha de nacimiento", "nacido", "nacida", "nació", "nacimiento", "data di nascita",
    "nato il",
    "nata il", "nato", "nata", "data de nascimento", "nascido", "nascida", "nasceu", "nascimento", "geboortedatum",
    "geboren op",
    "data urodzenia", "urodzony", "urodzona", "ur", "född", "födelsedatum", "født", "fødselsdato", "syntynyt",
    "syntymäaika", "дата рождения", "родился", "родилась", "生年月日",
    "出生日期", "出生", "生まれ", "생년월일", "जन्म तिथि",
    "जन्मतिथि", "تاريخ الميلاد", "תאריך לידה", "doğum tarihi", "fn", "f nac", "fec nac", "fecha nac", "janm tithi",
    "janam tithi",
    "janma tithi", "geb dat", "data nasc", "dt nasc", "syntynyt", "nasci", "nasci em", "nací", "naci", "ddn",
    "urodziłem", "urodziłam", "urodziłem się", "urodziłam się", "född den", "doğumlu",
)  # fmt: skip
_OTHER_DAYS: Final = (
    "admitted", "admission", "discharged", "discharge", "visit", "seen", "start", "start date", "started", "starts",
    "hired", "hire date", "joined", "issued", "issue", "issue date", "date of issue", "expires", "expiry",
    "expiry date", "expiration", "expiration date", "exp", "valid until", "valid from", "valid to", "due", "due date",
    "updated", "created", "modified", "last login", "died", "death", "deceased", "dod", "dos", "doa",
    "date of service", "date of death", "appointment", "appt", "effective", "effective date", "surgery", "operation",
    "diagnosed", "married", "eingestellt", "eintritt", "eintrittsdatum", "aufgenommen", "entlassen", "ausgestellt",
    "ausgestellt am", "gültig", "gültig bis", "gestorben", "verstorben", "délivré", "délivré le", "expire le",
    "décédé", "décédée", "embauché", "fallecido", "falleció", "caduca", "caducidad", "expedido", "ingreso", "alta",
    "emitido", "emissão", "validade", "faleceu", "admissão", "scadenza", "rilasciato", "rilasciata", "deceduto",
    "verloopt", "overleden", "geldig", "geldig tot", "uitgegeven", "ważny do", "zmarł", "zmarła", "wydany", "入社日",
    "有効期限", "有效期",
)  # fmt: skip
"""What says of a day that it is another one, however near to a birthday."""
_BIRTH: Final = Context(words=BIRTH_WORDS, score=CERTAIN, before=40, after=12)
_DATED: Final = Context(
    words=(
        "date", "on", "dated", "due", "since", "until", "from", "admitted", "discharged", "visit", "appointment",
        "expires",
        "issued", "datum", "am", "le", "el", "il", "fecha", "data", "seen", "follow up", "surgery", "admission",
        "discharge",
        "died", "death", "deceased", "dos", "date of service", "doa", "dod", "exp",
    ),
    before=24,
)  # fmt: skip
_MONTH_NAMES: Final = (
    r"(?:Jan(?:uary|uar|vier|eiro)?|Feb(?:ruary|ruar|rero|braio)?|F\xc3\xa9v(?:rier)?|F(?:e|\xc3\xa9)vrier"
    r"|Fevereiro|Mar(?:ch|s|zo|\xc3\xa7o)?"
    r"|M\xc3\xa4rz|Maart|Apr(?:il|ile)?|Avril|Abril|May|Mai|Mei|Mayo|Maggio|Maio|June?|Juni|Juin|Junio|Giugno|Junho"
    r"|July?"
    r"|Juli|Juillet|Julio|Luglio|Julho|Aug(?:ust|ustus)?|Ao\xc3\xbbt|Agosto|Sept?(?:ember|embre|iembre)?|Settembre"
    r"|Setembro|O[ck]t(?:ober|obre|ubre)?|Ottobre|Outubro|Nov(?:ember|embre|iembre|embro)?|De[cz](?:ember|embre|embro)?"
    r"|D\xc3\xa9cembre|Dicembre|Diciembre|Enero|Gennaio|Febbraio|Febrero|Janeiro|Januar)"
)
_LOWER_MONTHS: Final = (
    r"(?:janvier|f\xc3\xa9vrier|mars|avril|mai|juin|juillet|ao\xc3\xbbt|septembre|octobre|novembre|d\xc3\xa9cembre"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile"
    r"|maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|mar\xc3\xa7o|maio|junho|julho|setembro|outubro"
    r"|novembro|dezembro|januari|februari|maart|mei|juni|juli|augustus|september|oktober|november|december"
    r"|january|february|march|april|june|july|august|october|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia"
    r"|wrze\xc5\x9bnia|pa\xc5\xbadziernika|listopada|grudnia)"
)
_NUMBERS: Final = re.compile(r"\d+")
_YEAR: Final = r"(?:19|20)\d{2}"


def numeric(text: str) -> bool:
    """Say whether a day stands there, in any order of day, month and year."""
    parts = [int(part) for part in _NUMBERS.findall(text)[:3]]
    if len(parts) != 3:
        return False
    if parts[0] > 31:
        return 1850 <= parts[0] <= 2150 and (
            real_day(parts[0], parts[1], parts[2]) or real_day(parts[0], parts[2], parts[1])
        )
    year = parts[2]
    if 100 <= year < 1850 or year > 2150:
        return False
    return real_day(year, parts[0], parts[1]) or real_day(year, parts[1], parts[0])


def one_sign(text: str) -> bool:
    """Say whether a day stands there whose parts one sign divides."""
    return len({char for char in text if not char.isdigit()}) == 1 and numeric(text)


def written(text: str) -> bool:
    """Say whether the day of a written date can be one of a month."""
    days = [int(part) for part in _NUMBERS.findall(text) if len(part) <= 2]
    return all(1 <= day <= 31 for day in days[:1])


def behind_sign(text: str) -> tuple[int, int]:
    """Give where the day stands behind ``b.``."""
    return len(text) - len(text[2:].lstrip()), len(text)


def lived(text: str) -> bool:
    """Say whether a number of years is one of a person."""
    numbers = _NUMBERS.findall(text)
    return bool(numbers) and 0 < int(numbers[0]) <= 120


def number_part(text: str) -> tuple[int, int] | None:
    """Give where the number of an age stands."""
    match = _NUMBERS.search(text)
    return match.span() if match is not None else None


def _dates(
    id: str, pattern: str, score: int, check: Check, *, caseless: bool = False, joined: bool = False
) -> tuple[Rule, Rule]:
    """Give the rule for a day, and that for a birthday written so."""
    birthday = Rule(
        id=f"birth-{id}",
        kind="DATE_OF_BIRTH",
        pattern=pattern,
        score=NOTHING,
        check=check,
        context=_BIRTH,
        against=_OTHER_DAYS,
        caseless=caseless,
        joined=joined,
    )
    context = _DATED if score < LIKELY else None
    return replace(birthday, id=id, kind="DATE", score=score, context=context, against=()), birthday


RULES: Final = (
    *_dates("date-iso", rf"\b{_YEAR}-\d{{2}}-\d{{2}}(?:\b|T)", LIKELY, lambda text: numeric(text), joined=True),
    *_dates("date-year-first", rf"\b{_YEAR}[./]\d{{1,2}}[./]\d{{1,2}}\b", LIKELY, one_sign),
    *_dates("date-numbers", rf"\b\d{{1,2}}[/.\-]\d{{1,2}}[/.\-]{_YEAR}\b", LIKELY, one_sign),
    *_dates("date-short-year", r"\b\d{1,2}/\d{1,2}/\d{2}\b", PLAIN, one_sign),
    *_dates("date-short", r"\b\d{1,2}[.\-]\d{1,2}[.\-]\d{2}\b", NOTHING, one_sign),
    *_dates("date-month-first", rf"\b{_MONTH_NAMES}[\-/]\d{{1,2}}[\-/]{_YEAR}\b", LIKELY, written),
    *_dates("date-apart", rf"\b\d{{1,2}} (?:/|-|\.) \d{{1,2}} (?:/|-|\.) {_YEAR}\b", NOTHING, numeric),
    *_dates("date-roman", rf"\b\d{{1,2}}[.\-/ ](?:XI{{0,2}}|IX|IV|V?I{{1,3}}|V)[.\-/ ]{_YEAR}\b", NOTHING, written),
    *_dates("date-spaces", rf"\b\d{{2}} \d{{2}} {_YEAR}\b", NOTHING, numeric),
    *_dates("date-plain", rf"\b{_YEAR}\d{{4}}\b", NOTHING, lambda text: numeric(f"{text[:4]}-{text[4:6]}-{text[6:]}")),
    *_dates(
        "date-day-month",
        rf"\b\d{{1,2}}(?:st|nd|rd|th|\.|er|\xc2\xba)?(?: of| de| do)?[ \-/]{_MONTH_NAMES}\.?,?(?:[ \-/](?:de |do "
        rf"|del |of )?{_YEAR}\b|[ \-]\d{{2}}\b|\b)",
        LIKELY, written,
    ),
    *_dates(
        "date-day-month-lower",
        rf"\b\d{{1,2}}(?:st|nd|rd|th|\.|er|\xc2\xba|\xc2\xb0)?(?: of| de| do)? {_LOWER_MONTHS},?(?: (?:de |do "
        rf"|del )?{_YEAR}\b|\b)",
        LIKELY, written,
    ),
    *_dates(
        "date-month-day", rf"\b{_MONTH_NAMES}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?\b", LIKELY, written,
    ),
    *_dates("date-month-day-lower", rf"\b{_LOWER_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}\b", LIKELY, written),
    *_dates(
        "date-capitals",
        rf"\b\d{{1,2}}[ \-/]?(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC)[A-Z]{{0,6}}[ \-/,]{{0,2}}"
        rf"(?:{_YEAR}|\d{{2}})\b", LIKELY, written,
    ),
    *_dates("date-month-lower", rf"\b{_LOWER_MONTHS} (?:de |do |del |of )?{_YEAR}\b", NOTHING, written),
    *_dates(
        "date-said",
        rf"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth"
        rf"|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
        rf"|(?:twenty|thirty)[ \-][a-z]{{4,7}}) (?:of )?"
        rf"(?:{_MONTH_NAMES}|{_LOWER_MONTHS}),? (?:{_YEAR}\b|(?:nineteen|two thousand|twenty)"
        r"(?:[ \-](?:and )?[a-z]{3,9}){0,2})",
        NOTHING, lambda _text: True,
    ),
    *_dates("date-month", rf"\b{_MONTH_NAMES}\.?,? (?:de |of )?{_YEAR}\b", PLAIN, written),
    *_dates("date-east", r"\b\d{4} ?\xe5\xb9\xb4 ?\d{1,2} ?\xe6\x9c\x88 ?\d{1,2} ?\xe6\x97\xa5", LIKELY, numeric,
    joined=True),
    *_dates("date-korea", r"\b\d{4}\xeb\x85\x84 ?\d{1,2}\xec\x9b\x94 ?\d{1,2}\xec\x9d\xbc", LIKELY, numeric,
    joined=True),
    Rule(
        id="birth-short", kind="DATE_OF_BIRTH", score=LIKELY + 10, check=written, joined=True, inner=behind_sign,
        pattern=rf"\bb\. ?(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH_NAMES}\.? {_YEAR}|{_MONTH_NAMES}\.? \d{{1,2}},? {_YEAR}"
            rf"|\d{{1,2}}[/.\-]\d{{1,2}}[/.\-]{_YEAR}|{_YEAR}-\d\d-\d\d)\b",
    ),
    Rule(
        id="age-old", kind="AGE", score=LIKELY, caseless=True, check=lived,
        pattern=r"\b\d{1,3}[ \-]?(?:years?|yrs?|yr|months?|weeks?)[ \-]old\b|\b\d{1,3} ?(?:yo|y/o|y\.o\.)"
            r"|\b\d{1,3}[ \-]year[ \-]olds?\b",
    ),
    Rule(
        id="age-aged", kind="AGE", score=LIKELY, caseless=True, check=lived, inner=number_part,
        pattern=r"\bage(?:d|\"| is| was|s)?[ :=\"]{1,3}(?:of )?\d{1,3}\b",
    ),
    Rule(
        id="age-languages", kind="AGE", score=LIKELY, caseless=True, check=lived,
        pattern=r"\b\d{1,3} (?:Jahre alt|a\xc3\xb1os de edad|anni di et\xc3\xa0|anos de idade|jaar oud|lat temu"
            r"|\xc3\xa5r gammal)",
    ),
    Rule(
        id="age-labelled", kind="AGE", score=LIKELY, caseless=True, check=lived, inner=number_part,
        pattern=r"(?:\bAlter|\xc3\x82ge|\xc3\xa2ge|\bedad|\bet\xc3\xa0|\bidade|\bleeftijd|\xe5\xb9\xb4\xe9\xbe\x84"
            r"|\xe5\xb9\xb4\xe9\xbd\xa2|\xeb\x82\x98\xec\x9d\xb4)[ :\"]{0,3}\d{1,3}\b"
            r"|\xe5\xb9\xb4\xe9\xbd\xa2\xef\xbc\x9a\d{1,3}",
        joined=True,
    ),
    Rule(
        id="age-east", kind="AGE", score=LIKELY, check=lived, joined=True,
        pattern=r"\b\d{1,3}(?:\xe6\xad\xb3|\xe5\xb2\x81|\xec\x84\xb8|\xe6\x89\x8d)",
    ),
    Rule(
        id="age-i-am", kind="AGE", score=LIKELY, caseless=True, check=lived, inner=number_part,
        pattern=r"\b(?:tengo|j'ai|ho|tenho) \d{1,3} (?:ans|a\xc3\xb1os|anni|anos)\b|\b(?:i am|i'm|he is|she is"
            r"|turned|turning) \d{1,3}(?: years)?[.,;!)]",
    ),
)  # fmt: skip
