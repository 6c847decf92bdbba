"""Names that the part gives away which somebody plays: drivers and users, patients in notes, callers, passengers."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.names import not_names
from keeptrusts.gateway.detectors.families.names_of_things import of_thing
from keeptrusts.gateway.detectors.families.person_beside import FIRST, between
from keeptrusts.gateway.detectors.families.person_words import (
    CLOSINGS_ELSEWHERE,
    PART_LABELS,
    PARTICLES,
    SAYS_ELSEWHERE,
    SAYS_IN_LETTERS,
)
from keeptrusts.gateway.detectors.families.persons import (
    after_titles,
    announced,
    credentialed,
    is_known,
    name_end,
    signed,
    word_start,
)
from keeptrusts.gateway.detectors.rules import LIKELY, Rule, Seek

_ROLES: Final = (
    "driver|user|candidate|insured|suspect|passenger|student|pupil|cardholder|account holder|policyholder|subscriber"
    "|caller|resident|inmate|volunteer|trainee|intern|analyst|reporter|journalist|engineer|developer|designer"
    "|architect|director|chairman|chairwoman|treasurer|secretary|pilot|technician|electrician|plumber|carpenter|editor"
    "|translator|interpreter|pensioner|farmer|shopkeeper|spokesman|spokeswoman|spokesperson|founder|co-founder|coach"
    "|instructor|pharmacist|paramedic|adjuster|broker|notary|solicitor|barrister|inspector|investigator|cashier"
    "|receptionist|caretaker|janitor|bookkeeper|recruiter|consultant|assistant|associate|applicant|donor|carer|heiress"
    "|l[ao]dger|postman|dentist|vet|gp|mayor|councillor|headteacher|headmaster|headmistress|eyewitness|survivor|victim"
    "|conducteur|conductrice|assur\xc3\xa9e?|salari\xc3\xa9e?|employ\xc3\xa9e?|\xc3\xa9l\xc3\xa8ve|passag\xc3\xa8re"
    "|passager|titulaire|asegurad[oa]|conductora?|alumn[oa]|emplead[oa]|pasajer[oa]|titular|assicurat[oa]|conducente"
    "|alunn[oa]|dipendente|passegger[oa]|segurad[oa]|condutora?|funcion\xc3\xa1ri[oa]|passageir[oa]|verzekerde"
    "|bestuurder|leerling|passagier|medewerker|medewerkster|klant|kierowca|pasa\xc5\xbcer"
)
"""Written with a small letter, as languages other than German do."""
_KIN: Final = (
    "mom|mum|mother|father|dad|wife|husband|son|daughter|brother|sister|aunt|uncle|nephew|niece|cousin|grandmother"
    "|grandfather|fianc\xc3\xa9e?|girlfriend|boyfriend|roommate|flatmate|neighbou?r|landlord|landlady|teacher|doctor"
    "|dentist|nurse|therapist|midwife|surgeon|physician|lawyer|solicitor|accountant|boss|supervisor|line manager"
    "|carer|caregiver|guardian|godmother|godfather|next of kin|emergency contact|driver|caller|tenant|lodger"
    "|patient|applicant|claimant|insured|cardholder|account holder|policyholder|co-applicant|beneficiary"
)
_AT_BEDSIDE: Final = (
    "[Dd]aughter|[Ss]on|[Ww]ife|[Hh]usband|[Mm]other|[Ff]ather|[Ss]ister|[Bb]rother|[Ss]pouse|[Mm]om|[Mm]um|[Dd]ad"
)
_INTRODUCED: Final = (
    r"[Tt]his is|[Mm]y name is|[Mm]y name's|I am|I'm|[Yy]ou're (?:speaking|chatting|talking) (?:with|to)"
    r"|[Yy]ou are (?:speaking|chatting|talking) (?:with|to)|[Ii]t's"
)
_SURE_LABELS: Final = (
    r"patient(?:'s)?(?: name)?|pt(?: name)?|pcp|attending(?: physician)?|(?:referring|ordering|rendering|treating)"
    r"(?: provider| physician| doctor)?|prescriber|surgeon|physician|insured|subscriber|claimant|defendant|plaintiff"
    r"|guarantor|passengers?(?: name)?|cardholder|surname, (?:first|given) names?|last(?: name)?, first(?: name)?"
    r"|name \(last, first[a-z, ]{0,12}\)|decedent|examinee|inmate"
)
_WEAK_LABELS: Final = (
    r"name|full name|legal name|provider|doctor|nurse|member(?: name)?|employee(?: name)?|student(?: name)?|pupil"
    r"|client(?: name)?|customer(?: name)?|applicant(?: name)?|beneficiary|author|contact|resident|guest(?: name)?"
)
_TOLD: Final = re.compile(r"[,.;:!?)\]\"'/]|\s*\Z|\s*\n| [(<\[–—-]| [a-zà-ÿ0-9]")
_NOTED: Final = re.compile(
    r" (?:is|was|has|had|in|states?|stated|reports?|reported|denies|denied|c/o|presents?|presented|seen|admitted"
    r"|arrived"
    r"|w/|with|requests?|requested|refused|resting|alert|ambulated|discharged|tolerated|complains|complained|remains)\b"
)
_CALLED: Final = re.compile(
    r" (?:called|phoned|rang|present|at bedside|notified|updated|informed|aware|states|stated|reports|reported|visited"
    r"|visiting|consented|requests|requested|accompanied|will (?:pick|drive|bring|call)|picked|brought|drove)\b"
)
_HELPS: Final = re.compile(
    r"[,.!]? (?:[Hh]ow (?:can|may) (?:I|we) (?:help|assist|be of|direct|support)|[Ww]hat can (?:I|we) (?:do for|help)"
    r"|[Ww]ho am I (?:speaking|talking)|(?:[Mm]ay|[Cc]an|[Cc]ould) I (?:have|get|take|ask|know)|[Ww]ith whom"
    r"|[Tt]hanks? (?:you )?for (?:calling|holding|waiting|contacting)|your (?:agent|advisor|adviser|account manager"
    r"|host)"
    r"|on (?:the|a recorded) line)"
)
_NO_NAME: Final = re.compile(
    r"(?i)(?:[ts]ions?|ments?|ness|ity|ities|ware|olog(?:y|ies|ist)|graphy|ances?|ences?|able|ible|ing|ings|ives?"
    r"|ous|ships?"
    r"|isms?|ics|ures?|als|ized|ised|lines?|faces?)\Z"
)
"""How words end that are no names, if nobody knows them for one."""
_ENTRY_BEFORE: Final = re.compile(
    r"(?P<name>[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+){1,2}) \([^()\n]{1,24}\)[,;] (?:and |und |et |y |e |en "
    r"|\d\d?:\d\d )?\Z"
)
_ENTRY: Final = re.compile(r" \([^()\n]")
_GIVEN_AFTER: Final = re.compile(r", ?")
_SURNAME_BEFORE: Final = re.compile(r"(?<!\w)(?:(?i:de|van|von|la|el|al|der|le) ){0,2}[A-ZÀ-Þ][\w'’-]+, \Z")
_ENDS_ENTRY: Final = re.compile(
    r"[.,;:|\"'<)\]\n\r(]|\s*\Z| {2,}|\t| (?:MD|DO|RN|NP|PA|M\.D\.)\b| ?[-–—]| (?:DOB|MRN|ID|NPI|SSN)\b"
)
_SOMEBODY: Final = re.compile(
    r"(?i)(?:\b|_)(?:dob|birth\w*|mrn|patient|hosp\w*|ssn|npi|sex|gender|age|ward|nhs|phone|tel|passport"
    r"|nationality|employee"
    r"|student|chart|account|physician)(?:\b|_)"
)
_ON_TICKET: Final = re.compile(r"(?<![A-Z/.-])[A-Z]{2,24}(?:[ -][A-Z]{2,24})?/[A-Z]{2,24}(?: [A-Z]{2,24}){0,2}\Z")
_OF_PASSENGER: Final = re.compile(r"[A-Z]{2,24}(?:[ -][A-Z]{2,24})?/[A-Z]{2,24}(?: [A-Z]{2,24}){0,2}(?![A-Za-z/])")
_STREET: Final = re.compile(
    r"[ \t]*(?:(?:Flat|Apt|Unit|Suite|Plot|House|No)\.? ?\w{1,5},? )?(?:\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?,? "
    r"(?:(?:[A-Z][\w'’.-]*|\d{1,3}(?:st|nd|rd|th)) ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct"
    r"|Boulevard|Blvd"
    r"|Place|Pl|Way|Close|Crescent|Terrace|Square|Circle|Cir|Trail|Parkway|Pkwy|Highway|Hwy|Grove|Gardens|Mews|Row"
    r"|Hill|Walk)\b"
    r"|\d{1,4}(?: ?bis| ?ter)?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|route) "
    r"|(?:Calle|C/|Via|Viale|Piazza|Corso|Rua|Avenida|Av\.|Praça|ul\.) ?[A-ZÀ-Þ][^\n]{2,40}\d"
    r"|[A-ZÀ-Þ][\w.-]*(?: [A-ZÀ-Þ][\w.-]*)? ?(?:straße|strasse|str\.|weg|platz|allee|gasse|straat|laan|gracht|gatan"
    r"|vej|gata|gade"
    r"|stígur|katu|tie|Straße|Strasse|Str\.|Weg|Platz|Allee) \d"
    r"|P\.? ?O\.? Box \d)"
)
_LONGEST_CODE: Final = 3
_NO_NAMES: Final = not_names()
_GOES_ON: Final = re.compile(r"-| [a-z]")
_NEAR: Final = 64


def _like_names(seek: Seek) -> Seek:
    """Give a seeker that leaves out what ends as words do that are no names, unless a common name is in it."""

    def sought(text: str, start: int, end: int) -> tuple[int, int] | None:
        place = seek(text, start, end)
        if place is None or is_known(text[slice(*place)]):
            return place
        words = text[slice(*place)].split()
        return None if len(words[-1]) == 1 or any(_NO_NAME.search(word) is not None for word in words) else place

    return sought


def surname_first(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a name stands that is written as ``Smith, John`` behind its label."""
    first = after_titles(text, end - 1)
    comma = name_end(text, first, particle=True)
    gap = _GIVEN_AFTER.match(text, comma) if comma is not None else None
    if gap is None or sum(word.lower() not in PARTICLES for word in text[first:comma].split()) != 1:
        return None
    last = name_end(text, gap.end())
    if last is not None and "  " in text[gap.end() : last]:
        last = text.index("  ", gap.end())
    if last is None or _ENDS_ENTRY.match(text, last) is None or of_thing(text, first, last):
        return None
    return first, last


def surname_first_of_somebody(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the same behind labels that things have too: a common name, or one beside what only people have."""
    place = surname_first(text, start, end)
    if place is None or is_known(text[slice(*place)]):
        return place
    first, last = max(0, start - _NEAR), min(len(text), place[1] + _NEAR)
    beside = _SOMEBODY.search(text, first, start) or _SOMEBODY.search(text, place[1], last)
    return place if beside is not None else None


def listed_with_others(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a name stands with a word in brackets, behind a common name with one."""
    before = _ENTRY_BEFORE.search(text, max(0, start - _NEAR), end - 1)
    return _IN_LIST(text, start, end) if before is not None and is_known(before["name"]) else None


def lettered(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a name stands right before letters such as ``RN``, which may be written as ``Smith, John``."""
    found = credentialed(text, start, end)
    if found is not None:
        return found if not text.startswith("MD", start + 2) or is_known(text[slice(*found)]) else None
    first = word_start(text, start + 1, most=25)
    before = _SURNAME_BEFORE.search(text, max(0, first - 48), first)
    if before is None or name_end(text, first) != start + 1 or name_end(text, before.start()) is None:
        return None
    return before.start(), start + 1


def on_ticket(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a name stands as tickets have it before its title: ``SMITH/JOHN MR``."""
    before = _ON_TICKET.search(text, max(0, start - 72), start + 1)
    if before is None or not _are_names(before.group()) or _GOES_ON.match(text, end) is not None:
        return None
    return before.span()


def as_passenger(text: str, _start: int, end: int) -> tuple[int, int] | None:
    """Give where a name stands as tickets have it behind its label."""
    match = _OF_PASSENGER.match(text, end - 1, end + 72)
    return match.span() if match is not None and _are_names(match.group()) else None


def _are_names(ticket: str) -> bool:
    parts = re.split("[ /-]", ticket.lower())
    return _NO_NAMES.isdisjoint(parts) and (max(map(len, parts)) > _LONGEST_CODE or is_known(ticket))


def above_address(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a name stands alone in the line above that of an address."""
    first = text.rfind("\n", max(0, start - 48), start + 1) + 1
    while text[first : first + 1] in (" ", "\t"):
        first += 1
    below = text.index("\n", start, end) + 1
    if first < start - 47 or _STREET.match(text, below, below + 90) is None:
        return None
    first = after_titles(text, first)
    last = name_end(text, first, least=2)
    if last is None or text[last : last + 2].strip(",\r")[:1] != "\n" or of_thing(text, first, last):
        return None
    return first, last


_IN_LIST: Final = between(_ENTRY)
_SIGN: Final = r"[\"']?\s?[:=#]\s{0,8}[\"']?"
_LETTERS: Final = "MD|DO|RN|NP|PA-C|CRNA|LCSW|LPN|FNP|DNP|DDS|DMD|PharmD|PhD|FRCP|FRCS|MRCGP|MBBS"


def _role(name: str, pattern: str, seek: Seek, *, score: int = LIKELY - 15) -> Rule:
    return Rule(id=f"person-role-{name}", kind="PERSON", pattern=pattern, score=score, joined=True, seek=seek)


RULES: Final = (
    _role("part", rf"\b(?:{_ROLES}|CEO|CFO|CTO|COO),? {FIRST}", _like_names(between(_TOLD)), score=LIKELY - 20),
    _role("kin", rf"\b(?i:{_KIN})(?:'s name)? (?:is|was) (?:called |named )?{FIRST}",
          _like_names(between(_TOLD, sure=True))),
    _role("bedside", rf"\b(?:{_AT_BEDSIDE}) {FIRST}", between(_CALLED, least=1)),
    _role("patient", rf"\b[Pp]t\.? {FIRST}", between(_NOTED, least=1)),
    _role("agent", rf"\b(?:{_INTRODUCED}) {FIRST}", between(_HELPS, least=1)),
    _role("surname", rf"\b(?i:{_SURE_LABELS}){_SIGN}{FIRST}", surname_first, score=LIKELY + 1),
    _role("surname-weak", rf"\b(?i:{_WEAK_LABELS}){_SIGN}{FIRST}", surname_first_of_somebody, score=LIKELY + 1),
    _role("list", rf"[a-zA-Z]\)[,;] (?:and |und |et |y |e |en |\d\d?:\d\d )?{FIRST}", listed_with_others),
    _role("letters", rf"[a-z] (?:{_LETTERS})\b", lettered),
    _role("above", r"[a-z\x80-\xff],?\r?\n[ \t]{0,8}(?:\d{1,5}[A-Za-z]?,? [A-Zra]|P\.? ?O\.? Box)",
          _like_names(above_address), score=LIKELY - 18),
    Rule(
        id="person-says-elsewhere", kind="PERSON", score=LIKELY, joined=True, seek=announced(loose=True),
        pattern=rf"(?:\b(?:{SAYS_ELSEWHERE})|{SAYS_IN_LETTERS})[ ]+",
    ),
    Rule(
        id="person-closing-elsewhere", kind="PERSON", score=LIKELY, caseless=True, joined=True,
        pattern=rf"\b(?:{CLOSINGS_ELSEWHERE})[,.!\r\n]", seek=signed,
    ),
    Rule(
        id="person-label-part", kind="PERSON", score=LIKELY, caseless=True, joined=True,
        pattern=rf"(?:\b|_)(?:{PART_LABELS})['\"]?\]? ?[:=>]", seek=announced(closed=True, sure=True, thing=True),
    ),
    _role("ticket", r"[A-Z] ?(?:MR|MRS|MS|MISS|MSTR|CHD|INF)\b", on_ticket, score=LIKELY + 2),
    _role("passenger", rf"\b(?i:passenger|pax|travell?er|guest)(?i: name)?s?[ ]?[:#]?\s{{0,3}}"
          rf"(?:\d{{1,2}}[.)] ?)?{FIRST}", as_passenger),
)  # fmt: skip
