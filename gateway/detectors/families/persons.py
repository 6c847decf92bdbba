"""Names of people, by what stands beside them: titles, labels, greetings, signatures, and common given names.

There is no model here. A name that nothing announces, and whose parts are not common ones, is not found. Another
engine is a Rule as well: a pattern for where to look, and a Seek that says where a name stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from keeptrusts.gateway.detectors.families.names import family_names, given_names, not_names
from keeptrusts.gateway.detectors.families.names_of_things import of_thing, titled_thing
from keeptrusts.gateway.detectors.families.person_words import (
    ASKS,
    BESIDE_THINGS,
    CLOSINGS,
    DECLARES,
    GREETINGS,
    HINTED_LABELS,
    LABELS,
    MORE_LABELS,
    NAME_LABELS,
    NUMBERED,
    OF_THINGS,
    PARTICLES,
    PARTY_LABELS,
    RELATIONS,
    SAYS,
    SHORT_LABELS,
    TELLS,
    TITLE_WORDS,
    TITLES,
    WEAK_LABELS,
    WEAK_SAYS,
)
from keeptrusts.gateway.detectors.rules import LIKELY, PLAIN, Rule, Seek

MOST_PARTS: Final = 5
NAMES_A_PATTERN: Final = 40
_GIVEN: Final = frozenset(name.lower() for name in given_names())
_FAMILY: Final = frozenset(name.lower() for name in family_names())
_NO_NAMES: Final = not_names()
_WORD: Final = re.compile(r"[^\W\d_][^\W\d_]*(?:['’-][^\W\d_]+)*")
_BLANK: Final = " \t\u00a0"
_AFTER_TITLE: Final = re.compile(r"\.?[ \t]+")
_DEGREE: Final = re.compile(
    r"(?:Univ\.-Prof\.|Dipl\.-?[A-Z][a-z]{1,6}\.|M?Mag\.|D?Dr\.|Ing\.|Priv\.-Doz\.|PD|med\.|phil\.|rer\.|nat\."
    r"|jur\.|h\.c\.|habil\.|vet\.|dent\.|univ\.|ir\.|ing\.)"
    r"[ \t]+"
)
_BELOW: Final = re.compile(r"[,.!]?[ \t]*(?:\r?\n[ \t]*){1,3}(?:[-–—]+ ?)?|, ")
_TO_NAME: Final = re.compile(r"\.{0,24}[\s\"'`:=>*_\[(-]{0,8}")
_JOINER: Final = re.compile(r"[ \t\u00a0]{1,2}")
_CODE: Final = ("(", "[", "{", "_", "@", "/", "=", "<", "$", "&")
_IN_STREET: Final = re.compile(r"\d[A-Za-z]{0,2}(?: [A-Za-z]+){0,4} ?\Z")
_CAPITAL: Final = re.compile(r"[ \t\u00a0]{1,2}[A-ZÀ-Þ]")
_MAILBOX_NAME: Final = re.compile(r"(?:[A-ZÀ-Þ][\w'’.-]*,? ){1,3}[A-ZÀ-Þ][\w'’-]+\Z")
_OF_A_THING: Final = re.compile(
    rf"(?i)(?<![a-z])(?:{OF_THINGS})(?:(?:'s)?[ _-]?(?:\Z|_\Z|.\Z)"
    rf"|s?[\"']?\s?[:=]\s?\[?\s{{0,8}}\{{\s{{0,12}}[\"']?.\Z)"
)
_BESIDE_A_THING: Final = re.compile(rf"[\"']?,?\s{{0,12}}[\"'-]?\s?(?:{BESIDE_THINGS})[\"']?\s?[:=]")
_LEAD: Final = re.compile(
    r"(?i)(?:(?:sure|yes|yeah|hi|hello|ok|okay|it's|it is|that's|this is|i'm|i am|my name is|my name's|of course|um"
    r"|certainly|it would be)[,.!]?\s)*"
)
_HINT: Final = r"(?:(?:\(s\)| \([a-z ,/]{1,24}\)) ?:|(?:\(s\))? ?\.{3})"
_GIVEN_NAME: Final = re.compile(
    r"(?i)\b(?:pr[ée]noms?|vornamen?|voorna(?:am|men)|first ?names?|given names?|imi(?:ę|ona)|f[öo]rnamn|fornavn"
    r"|etunimi)\b[\"']?\s?[:=]"
)
_BESIDE: Final = 40
"""How far from the label of a name that of the given name counts, in characters."""
_ENDS_NAME: Final = re.compile(r"[A-ZÀ-Þ][^\W\d_]+ \Z")
_TELLS: Final = re.compile(rf" (?:{TELLS})\b| \((?:DOB|MRN|aged|[MF]\b|\d)")
_POSSESSIVE: Final = re.compile(r"['’]s\Z")


def name_end(text: str, start: int, *, least: int = 1, loose: bool = False, particle: bool = False) -> int | None:
    """Give where a name ends that begins at ``start``: words with capitals, initials, and small words between them.

    ``least`` is how many parts it has at least. ``loose`` takes lower-case words when a common given name is first,
    ``particle`` a small word with a capital as the first, as in Le Gall.
    """
    at, last, parts = start, start, 0
    small = False
    limit = min(len(text), start + 80)
    while parts < MOST_PARTS and (match := _WORD.match(text, at, limit)) is not None:
        word = _POSSESSIVE.sub("", match.group())
        lower = word.lower()
        if particle and not parts and word.istitle() and lower in PARTICLES and _CAPITAL.match(text, match.end()):
            at = match.end() + 1
            particle = False
            continue
        first = parts == 0 and not text.startswith(". ", match.end())
        if _is_part(word, lower, first=first, small=small) and not _is_stray(text, word, lower, match.end()):
            parts, last = parts + 1, match.start() + len(word)
            if len(word) == 1 and text[last : last + 1] == ".":
                last += 1
            if len(word) != match.end() - match.start():
                break
        elif parts and lower in PARTICLES:
            last_small = match.end()
            blank = _JOINER.match(text, last_small)
            if blank is None:
                break
            at = blank.end()
            continue
        elif loose and word.islower() and lower not in _NO_NAMES and (parts or lower in _GIVEN) and parts < 2:
            parts, last, small = parts + 1, match.end(), True
        else:
            break
        blank = _JOINER.match(text, last)
        if blank is None:
            break
        at = blank.end()
    return last if parts >= least else None


def _is_part(word: str, lower: str, *, first: bool, small: bool) -> bool:
    if small or not word[0].isupper():
        return False
    if len(word) == 1:
        return lower not in _NO_NAMES or (not first and word != "I")
    if lower in _NO_NAMES:
        return False
    if word.isupper() and len(word) > 2:
        return len(word) >= 4 or lower in _GIVEN or lower in _FAMILY
    return (
        not any(char.isupper() for char in word[1:])
        or "-" in word
        or "'" in word
        or word.startswith(("Mc", "Mac", "De", "O’", "Di"))
    )


def _is_stray(text: str, word: str, lower: str, end: int) -> bool:
    """Say whether a letter that is also a word is no initial: neither a dot nor another capital follows."""
    return len(word) == 1 and lower in _NO_NAMES and text[end : end + 1] != "." and not _CAPITAL.match(text, end)


def is_known(text: str) -> bool:
    """Say whether one of the words of a name is a common one."""
    return any(word.lower() in _GIVEN or word.lower() in _FAMILY for word in _WORD.findall(text))


def after_titles(text: str, at: int) -> int:
    """Give where a name begins behind titles such as ``Dr.``, which are no part of it: four at most."""
    for _ in range(4):
        degree = _DEGREE.match(text, at, at + 16)
        if degree is not None:
            at = degree.end()
            continue
        match = _WORD.match(text, at, at + 12)
        if match is None or match.group().lower() not in TITLE_WORDS:
            break
        blank = _AFTER_TITLE.match(text, match.end(), match.end() + 8)
        if blank is None:
            break
        at = blank.end()
    return at


def announced(
    *,
    least: int = 1,
    known: bool = False,
    loose: bool = False,
    closed: bool = False,
    sure: bool = False,
    thing: bool = False,
) -> Seek:
    """Give a seeker for the name right behind what announces it.

    ``known`` asks for a common name in it, ``closed`` for a sign or the end of the line behind it, as a greeting has;
    ``sure`` for two parts or a common name; ``thing`` for signs that it is the name of a thing, which is none.
    """

    def seek(text: str, start: int, end: int) -> tuple[int, int] | None:
        if text.startswith(("=", ">"), end):
            return None
        gap = _TO_NAME.match(text, end)
        first = after_titles(text, gap.end() if gap is not None else end)
        last = name_end(text, first, least=least, loose=loose, particle=True)
        if last is None or (thing and _is_of_a_thing(text, start, first, last)):
            return None
        last = _surname_first(text, first, last)
        if (
            (known or (sure and " " not in text[first:last]))
            and not is_known(text[first:last])
            and not (sure and _is_beside_given(text, start, last))
        ):
            return None
        if _goes_on(text, last):
            return None
        if closed and not _closes(text, last):
            return None
        return first, last

    return seek


def _is_beside_given(text: str, start: int, last: int) -> bool:
    """Say whether the label of a given name stands beside that of a name, which is the family's then."""
    before = _GIVEN_NAME.search(text, max(0, start - _BESIDE), start)
    return before is not None or _GIVEN_NAME.search(text, last, last + _BESIDE) is not None


def _surname_first(text: str, first: int, last: int) -> int:
    """Give where a name ends that may be written as ``Smith, John``."""
    if text[last : last + 2] != ", " or " " in text[first:last]:
        return last
    word = _WORD.match(text, last + 2)
    if word is None or word.group().lower() not in _GIVEN:
        return last
    return name_end(text, last + 2) or last


def _goes_on(text: str, last: int) -> bool:
    """Say whether what follows makes a name a piece of code or of an address."""
    if text.startswith("</", last):
        return False  # the end of an element
    return text[last : last + 1] in _CODE or (text[last : last + 1] == "." and text[last + 1 : last + 2].isalnum())


def _closes(text: str, last: int) -> bool:
    following = text[last : last + 3]
    return not following.strip(_BLANK) or following[0] in ",!:;.\n\r-–—\"'\\<"


def titled(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the name behind a title stands; a title behind a street's name is none."""
    if text.startswith(("Dr", "Sr"), start) and _IN_STREET.search(text, max(0, start - 24), start) is not None:
        return None
    first = after_titles(text, end - 1)
    last = name_end(text, first, particle=True)
    if last is None or last - first < 2 or titled_thing(text, start, first, last):
        return None
    return first, last


def _is_of_a_thing(text: str, start: int, first: int, last: int) -> bool:
    """Say whether a name is that of a thing: it says so, the word before its label, or what stands beside it."""
    return (
        of_thing(text, first, last)
        or _OF_A_THING.search(text, max(0, start - 48), start + 1) is not None
        or _BESIDE_A_THING.match(text, last, last + 40) is not None
    )


def answered(text: str, _start: int, end: int) -> tuple[int, int] | None:
    """Give where the name stands that answers a question for it."""
    lead = _LEAD.match(text, end, end + 48)
    first = after_titles(text, lead.end() if lead is not None else end)
    last = name_end(text, first, loose=True)
    return (first, last) if last is not None and _closes(text, last) else None


def related(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the name stands behind the word for whose it is: a common one, or one of two parts."""
    if text[start].isupper() and _ENDS_NAME.search(text, max(0, start - 16), start) is not None:
        return None  # the end of a name itself
    first = after_titles(text, end)
    last = name_end(text, first)
    if last is None or _goes_on(text, last):
        return None
    if is_known(text[first:last]):
        return first, last
    if name_end(text, first, least=2) is None or of_thing(text, first, last):
        return None
    is_patient = text.startswith("Patient", start)
    is_told = text[start].islower() or (is_patient and _TELLS.match(text, last, last + 16) is not None)
    return (first, last) if is_told and text[first:last] != text[first:last].upper() else None


def numbered(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where the name stands before the number or the birthday of its owner."""
    if not start or not text[start - 1].islower():
        return None
    found = credentialed(text, start - 1, start)
    return found if found is not None and not of_thing(text, *found) else None


def signed(text: str, _start: int, end: int) -> tuple[int, int] | None:
    """Give where the name below a closing formula and its last sign stands, alone in its line."""
    gap = _BELOW.match(text, end - 1, end + 39)
    if gap is None:
        return None
    first = after_titles(text, gap.end())
    last = name_end(text, first)
    if last is None or not (_closes(text, last) or text[last : last + 1] in ("(", "|")):
        return None
    if text[first:last].lower() in ("best", "thanks", "regards"):
        return None
    return first, last


def common(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where a name stands that begins with a common given name and goes on with another part."""
    if start and (text[start - 1] in "-_./@#$&'’\\" or text[start - 1].isalnum()):
        return None
    last = name_end(text, start, least=2)
    if last is None or text[last : last + 1] in ("(", "_", "@", "/") or text[last : last + 2] in ("--",):
        return None
    first = _with_given_before(text, start)
    return None if of_thing(text, first, last) else (first, last)


def word_start(text: str, end: int, *, most: int = 30) -> int:
    """Give where the word begins that ends at ``end``; at most so many characters before it."""
    at = end
    least = max(0, end - most)
    while at > least and (text[at - 1].isalpha() or text[at - 1] in "'’-"):
        at -= 1
    return at


def _with_given_before(text: str, start: int) -> int:
    """Give where a name begins: a common given name right before one is its beginning."""
    if start < 3 or text[start - 1] != " " or not text[start - 2].isalpha():
        return start
    first = word_start(text, start - 1)
    word = text[first : start - 1]
    return first if word[0].isupper() and word.lower() in _GIVEN else start


def by_family(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a name stands that ends with a common family name: a capital word or an initial before it."""
    if text[end : end + 1] in ("_", "@", "(") or (end < len(text) and text[end].isalnum()):
        return None
    dotted = text[start] == "."
    first = word_start(text, start if dotted else start + 1)
    given = text[first : start if dotted else start + 1]
    if not given or not given[0].isupper() or ((dotted or given.isupper()) and len(given) > 1):
        return None
    lower = given.lower()
    if lower in _NO_NAMES or lower in TITLE_WORDS or (len(given) == 1 and not dotted):
        return None
    first = _with_given_before(text, first)
    if first and (text[first - 1] in "-_./@#$&'" or text[first - 1].isalnum()):
        return None
    last = name_end(text, first, least=2) or end
    return None if of_thing(text, first, last) else (first, last)


def mailbox(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the name before an address in pointed brackets: a common one, or one of which the address has a part."""
    last = start + 1
    name = _MAILBOX_NAME.search(text, max(0, last - 60), last)
    if name is None:
        return None
    words = [word.lower() for word in _WORD.findall(name.group()) if len(word) > 2]
    address = text[last:end].lower()
    if not _NO_NAMES.isdisjoint(words) or not (
        is_known(name.group()) or any(word.replace("'", "") in address for word in words)
    ):
        return None
    return name.span()


def credentialed(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where the name stands before letters such as ``, MD``."""
    first = end = start + 1
    for _ in range(4):
        word = word_start(text, end - 1 if text[end - 1] == "." else end)
        if word == end or not text[word].isupper() or text[word:end].lower() in _NO_NAMES:
            break
        first, end = word, word - 1
        if end < 2 or text[end] != " ":
            break
    first = after_titles(text, first)
    return (first, start + 1) if name_end(text, first, least=2) is not None else None


def eastern(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a name of two to four Chinese characters stands behind its label."""
    match = re.compile(
        r"[：:\s]{0,2}(?:是|は|：)?([\u4e00-\u9fff]{1,3}[ \u3000][\u4e00-\u9fff]{1,3}|[\u4e00-\u9fff·]{2,4}"
        r"|[\u30a0-\u30ff]{2,8}"
        r"|[\uac00-\ud7a3]{2,4})(?=[\s,，。.;；、!！)）]|先生|女士|さん|様|です|と申|입니다|이고|$)"
    ).match(text, end, end + 24)
    return match.span(1) if match is not None else None


def honoured(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where a name stands before a Chinese, Japanese or Korean title."""
    before = re.search(
        r"(?:[\u4e00-\u9fff]{2,4}|[\u30a0-\u30ff]{2,8}|[\uac00-\ud7a3]{2,4} ?)\Z", text[max(0, start - 8) : start]
    )
    if before is None:
        return None
    found = before.group().rstrip()
    return (
        (start - len(before.group()), start - len(before.group()) + len(found)) if found not in _EASTERN_WORDS else None
    )


_EASTERN_WORDS: Final = frozenset(
    {"お客", "皆", "奥", "お母", "お父", "各位", "尊敬的", "亲爱的", "고객", "医生", "神"}
)


def _words(words: str, after: str) -> str:
    forms = words.replace(" ", "[ _-]?").split("|")
    plain = [form for form in forms if form[0].isascii()]
    other = [form for form in forms if not form[0].isascii()]
    return rf"(?:\b|_)(?:{'|'.join(plain)}){after}" + (rf"|(?:{'|'.join(other)}){after}" if other else "")


def _spoken(words: str, after: str) -> str:
    return rf"\b(?:{words}){after}"


def _person(id: str, pattern: str, score: int, seek: Seek, *, caseless: bool = True) -> Rule:
    return Rule(id=id, kind="PERSON", pattern=pattern, score=score, caseless=caseless, joined=True, seek=seek)


def _commons() -> Iterator[Rule]:
    """Give rules for the given names of each length: patterns of one width cost no memory of where they began."""
    lengths: dict[int, list[str]] = {}
    for name in given_names():
        lengths.setdefault(len(name.encode()), []).append(name)
    for length, names in sorted(lengths.items()):
        for number, part in enumerate(_parts(names)):
            pattern = rf"\b(?:{'|'.join(part)})[ \-][A-Zdv\xc3-\xd0]"
            yield _person(f"person-common-{length}-{number}", pattern, LIKELY - 10, common, caseless=False)


def _families() -> Iterator[Rule]:
    for number, part in enumerate(_parts(family_names())):
        pattern = rf"[A-Za-z\x80-\xff.] (?:{'|'.join(part)})\b"
        yield _person(f"person-family-{number}", pattern, LIKELY - 15, by_family, caseless=False)


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give names in parts: what a pattern costs to compile grows faster than it does."""
    return (names[start : start + NAMES_A_PATTERN] for start in range(0, len(names), NAMES_A_PATTERN))


RULES: Final = (
    _person("person-title", rf"\b{TITLES}\.? [A-Z\xc3-\xd0]", LIKELY, titled, caseless=False),
    _person("person-says", _spoken(SAYS, r"[ ]+\S").replace(r"\S", ""), LIKELY, announced(loose=True)),
    _person("person-says-weak", _spoken(WEAK_SAYS, r"[ ]+"), LIKELY - 15, announced(known=True)),
    _person("person-label", _words(LABELS, r"['\"]?\]? ?[:=>]"), LIKELY, announced(loose=True)),
    _person("person-label-weak", _words(WEAK_LABELS, r"['\"]?\]? ?[:=>]"), LIKELY,
    announced(closed=True, sure=True, thing=True)),
    _person("person-label-more", _words(MORE_LABELS, r"['\"]?\]? ?[:=>]"), LIKELY,
    announced(closed=True, sure=True, thing=True)),
    _person("person-label-party", _words(PARTY_LABELS, r"['\"]?\]? ?[:=>]"), LIKELY,
    announced(closed=True, sure=True, thing=True)),
    _person("person-label-short", _words(SHORT_LABELS, r"['\"]?\]? ?[:=>]"), LIKELY, announced(thing=True)),
    _person("person-label-hinted", rf"\b(?:{HINTED_LABELS}){_HINT}", LIKELY, announced(sure=True)),
    _person("person-label-name", rf"\b(?:{NAME_LABELS}){_HINT}", LIKELY, announced()),
    _person("person-relation", _spoken(RELATIONS, r",? "), LIKELY - 15, related),
    _person("person-says-two", _spoken(WEAK_SAYS, r"[ ]+"), LIKELY - 20, announced(least=2, closed=True)),
    _person("person-declares", _spoken(DECLARES, r",? "), LIKELY, announced(least=2)),
    _person("person-answered", ASKS, LIKELY, answered, caseless=False),
    _person("person-numbered", rf"(?:, | \()(?:{NUMBERED})\b", LIKELY - 5, numbered, caseless=False),
    _person("person-greeting", GREETINGS, LIKELY, announced(closed=True), caseless=False),
    _person("person-closing", _spoken(CLOSINGS, r"[,.!\r\n]"), LIKELY, signed),
    *_commons(),
    *_families(),
    _person("person-letters", r"[a-z], (?:MD|M\.D\.|RN|R\.N\.|PhD|Ph\.D\.|DDS|DO|NP|PA-C|Esq|LCSW|DVM|CPA|FNP"
        r"|PharmD)\b", LIKELY, credentialed, caseless=False),
    _person("person-mailbox", r"[A-Za-z\x80-\xff.][\"']?[ ]?<[A-Za-z0-9._%+\-]+@", LIKELY, mailbox, caseless=False),
    _person("person-east-label", r"姓名|名前|氏名|お名前|이름|성명|성함|患者名|联系人|收件人"
        "|我叫|他叫|她叫|名叫|我的名字是|我是|私は|私の名前は|제 이름은|저는", LIKELY, eastern,
    caseless=False),
    _person("person-east-title", r"さん|様|先生|女士|小姐|씨|님", PLAIN + 5, honoured, caseless=False),
)  # fmt: skip
