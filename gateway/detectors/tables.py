"""Tables in text: what the heading of a column says is read as the label of each of its cells.

Lists with commas, semicolons or tabs, tables of Markdown, and what an INSERT puts below its columns. Their rows are
looked at once more as lines of label and value, which every rule knows how to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from keeptrusts.gateway.detectors.encoded import Piece
from keeptrusts.gateway.detectors.normalize import normalize
from keeptrusts.gateway.detectors.places import Places
from keeptrusts.gateway.detectors.rules import Finding, Rule
from keeptrusts.gateway.detectors.statements import INSERT, PATTERN, columns_place, rows_of
from keeptrusts.schemas.frozen import frozen

HEADING: Final = "TABLE_HEADING"
"""The kind that a scan reports headings with; they are no findings themselves."""
MOST_COLUMNS: Final = 64
LONGEST_ROW: Final = 2_048
_LONGEST_LABEL: Final = 32
_LONGEST_CELL: Final = 160
_SIGNS: Final = "|\t;,"
_KNOWN: Final = (
    r"name|nom|nombre|nome|naam|navn|namn|surname|lastname|firstname|fullname|vorname|nachname|prénom|apellidos?"
    r"|cognome|sobrenome|voornaam|achternaam|nazwisko|氏名|名前|姓名|customer|client|patient|employee|student|teacher"
    r"|manager|supervisor|owner|holder|tenant|guest|passenger|attendee|participant|applicant|candidate|beneficiary"
    r"|insured|author|assignee|contact|kunde|mitarbeiter|cliente|paciente|paziente|user|dob|birth|birthdate|birthday"
    r"|born|geburtsdatum|naissance|nacimiento|nascimento|nascita|geboortedatum|urodzenia|phone|telephone|tel|mobile"
    r"|cell|fax|telefon|handy|téléphone|teléfono|telefono|telefone|address|street|straße|strasse|adresse|dirección"
    r"|domicilio|indirizzo|endereço|adres|passport|license|licence|dl|plate|registration|reg|kennzeichen|vin|account"
    r"|acct|konto|iban|routing|mrn|nhs|npi|member|subscriber|policy|group|ssn|sin|ein|itin|nino|cpf|cnpj|dni|nie|nif"
    r"|bsn|pesel|aadhaar|pan|tfn|nir|card|imei|password|passwd|pwd|passwort|senha|secret|token|key|credential|e?mail"
)
_BEFORE: Final = r"(?:^|[\n,;\t| _\-\"'*`])"
_AFTER: Final = r"[\"'*`]{0,2} {0,24}"
_KINDS: Final = r"(?:number|no|num|nr|id|key|line|date|holder|1)"
_PATTERNS: Final = (
    rf"{_BEFORE}(?:{_KNOWN})s?{_AFTER}[,;\t|]",
    rf"[,;\t|][ \"']{{0,2}}(?:[a-z]{{1,14}}[ _\-])?(?:{_KNOWN})s?{_AFTER}\r?\n",
    rf"{_BEFORE}(?:{_KNOWN})[ _]{_KINDS}{_AFTER}(?:[,;\t|\n]|\r\n)",
)
_IS_KNOWN: Final = re.compile(rf"(?:^|[ _\-])(?:{_KNOWN})(?:s|[ _]{_KINDS})?\Z", re.IGNORECASE)
_LABEL: Final = re.compile(r"[^\W\d][\w.#°º'’/-]*(?: [\w.#°º'’/-]+){0,3}(?: ?\([^()]{1,16}\))?(?<![a-z]{4}\.)\Z")
_LEAD: Final = re.compile(r".*:[ \t]+")
_RULER: Final = re.compile(r"[\s|:+=-]+\Z")
_AROUND: Final = " \t\"'`*\r"
_QUOTED: Final = {sign: re.compile(rf'[^{sign}"]*(?:"[^"]*"[^{sign}"]*)*') for sign in _SIGNS}
_PARTS: Final = re.compile(r"[A-Z]?[a-zÀ-ɏ]+|[A-Z]+(?![a-z])|[^\W\d_a-zA-Z]+")
_NAMES: Final = frozenset(["name", "nom", "nombre", "nome", "naam", "navn", "namn", "名前"])
_OF_PEOPLE: Final = re.compile(
    r"\b(?:e?mail|phone|tel|mobile|handy|birth|dob|born|age|gender|sex|ssn|nino|address|street|salary|department|dept"
    r"|role|position|occupation|job|grade|ward|nationality|first|last|given|surname|vorname|nachname|prénom|apellidos?"
    r"|cognome|sobrenome|voornaam|achternaam|passport|employee|patient|student|teacher|manager|supervisor|geburtsdatum"
    r"|naissance|nacimiento|nascimento|nascita|geboortedatum|telefon|téléphone|teléfono|telefono|telefone|cpf|dni|bsn"
    r"|pesel|holder|mrn|nhs|doctor|physician|attending|full|legal|hired?|spouse|customer|client|contact|guest|owner|tenant|user"
    r"|passenger|applicant|candidate|attendee|participant|member|beneficiary|insured|author|assignee|kunde)\b"
)
_OF_SOMEBODY: Final = "full name"


@frozen
class Table:
    """The columns of a table: the label of each, empty for what says nothing, and the sign between them."""

    labels: tuple[str, ...]
    sign: str


def heading_rules() -> tuple[Rule, ...]:
    """Give the rules that let a scan report lines which may be headings of tables."""
    return (
        *(
            Rule(id=f"table-heading-{number}", kind=HEADING, pattern=pattern, caseless=True, joined=True, seek=_line)
            for number, pattern in enumerate(_PATTERNS)
        ),
        Rule(id=INSERT, kind=HEADING, pattern=PATTERN, caseless=True, joined=True, seek=columns_place),
    )


def _line(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the line stands in which the pattern matched."""
    at = start + 1 if text[start] == "\n" else start
    first = text.rfind("\n", max(0, at - LONGEST_ROW), at) + 1
    last = text.find("\n", end - 1, first + LONGEST_ROW)
    return (first, last) if last > first and last + 1 < len(text) else None


def table_of(line: str) -> Table | None:
    """Give the table of which a line is the heading; None where it is none."""
    sign = next((one for one in _SIGNS if one in line), "")
    if not sign:
        return None
    cells = [line[first:last] for first, last in _cells(line, sign)]
    if not 2 <= len(cells) <= MOST_COLUMNS:
        return None
    cells[0] = _LEAD.sub("", cells[0]).lstrip(_AROUND)
    if not all(not cell or (len(cell) <= _LONGEST_LABEL and _LABEL.match(cell) is not None) for cell in cells):
        return None
    if not any(_IS_KNOWN.search(cell) is not None for cell in cells):
        return None
    return Table(labels=_meant(cells), sign=sign)


def _meant(cells: Sequence[str]) -> tuple[str, ...]:
    """Give the label for each heading: a name is somebody's beside what people have."""
    words = [" ".join(_PARTS.findall(cell)).lower() for cell in cells]
    labels = list(cells)
    for at, word in enumerate(words):
        if word in _NAMES:
            others = " ".join(one for other, one in enumerate(words) if other != at)
            labels[at] = _OF_SOMEBODY if _OF_PEOPLE.search(others) is not None else ""
        elif word.endswith(" name") and _OF_PEOPLE.search(word) is None:
            labels[at] = ""
    return tuple(labels)


def _cells(line: str, sign: str) -> list[tuple[int, int]]:
    """Give where the cells of a line stand, without quotes and blanks around them."""
    places: list[tuple[int, int]] = []
    pattern, at = _QUOTED[sign], 0
    last = len(line.rstrip())
    if sign == "|":
        at = len(line) - len(line.lstrip())
        at += line.startswith("|", at)
        last -= line.endswith("|", at, last) and last > at
    while at <= last and len(places) <= MOST_COLUMNS:
        match = pattern.match(line, at, last)
        end = match.end() if match is not None else last
        if end < last and line[end] != sign:  # a quotation mark that is never closed
            end = line.find(sign, end, last)
            end = last if end < 0 else end
        cell = line[at:end]
        first = at + len(cell) - len(cell.lstrip(_AROUND))
        places.append((first, max(first, at + len(cell.rstrip(_AROUND)))))
        at = end + 1
    return places


def table_pieces(
    text: str, headings: Sequence[Finding], rows_from: int = 0, table: Table | None = None
) -> Iterator[Piece]:
    """Give the rows below headings as lines of label and value, one piece for each table.

    Of a text that begins within a ``table``, its rows begin at ``rows_from``; no heading is before that place.
    """
    done = rows_from
    if table is not None:
        done, lines = _below(text, done, table)
        if lines:
            yield _piece(text, lines)
    read = -1
    for heading in headings:
        if heading.rule == INSERT:
            lines = _inserted(text, heading)
            if lines:
                yield _piece(text, lines)
            continue
        if heading.start < done or heading.start == read:
            continue
        read = heading.start  # several words of one line tell that it may be a heading
        table = table_of(text[heading.start : heading.end])
        if table is not None:
            done, lines = _below(text, heading.end + 1, table)
            if lines:
                yield _piece(text, lines)


def table_at(text: str, place: int, line: int, table: Table | None) -> tuple[int, Table | None, bool]:
    """Give where the line begins in which a place is, the table it belongs to, and whether one was met on the way.

    ``line`` is where a line before it begins, which belongs to ``table``.
    """
    met = table is not None
    while (end := text.find("\n", line, place)) >= 0:
        if end - line > LONGEST_ROW or not text[line:end].strip():
            table = None
        elif table is None:
            table = table_of(normalize(text[line:end]).text)
            met = met or table is not None
        line = end + 1
    return line, table, met


def _below(text: str, at: int, table: Table) -> tuple[int, list[tuple[str, int, int]]]:
    """Give where a table ends whose rows begin at a place, and the labels and places of its cells."""
    lines: list[tuple[str, int, int]] = []
    for first, last in _rows(text, at):
        at = last
        lines += _labelled(text, first, last, table)
    return at, lines


def _rows(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Give the lines from a place on, up to an empty one."""
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if end - at > LONGEST_ROW or not text[at:end].strip():
            return
        yield at, end
        at = end + 1


def _labelled(text: str, first: int, last: int, table: Table) -> Iterator[tuple[str, int, int]]:
    """Give the label and the place of each cell of a row that says something."""
    row = text[first:last]
    cells = _cells(row, table.sign)
    if len(cells) != len(table.labels) or _RULER.match(row) is not None:
        return
    for (start, end), label in zip(cells, table.labels, strict=True):
        if label and 2 <= end - start <= _LONGEST_CELL:
            yield label, first + start, first + end


def _inserted(text: str, heading: Finding) -> list[tuple[str, int, int]]:
    """Give the labels and places of what an INSERT puts below its columns."""
    found = rows_of(text, heading)
    table = table_of(found.columns)
    if table is None:
        return []
    return [
        (label, start, end)
        for row in found.rows
        if len(row) == len(table.labels)
        for label, (start, end) in zip(table.labels, row, strict=True)
        if label and 2 <= end - start <= _LONGEST_CELL
    ]


def _piece(text: str, lines: Sequence[tuple[str, int, int]]) -> Piece:
    parts = list(chain.from_iterable((f"{label}: ", text[first:last] + "\n\n") for label, first, last in lines))
    changed: list[int] = []
    origins: list[int] = []
    at = 0
    for number, (_, first, last) in enumerate(lines):
        changed += (at, at + len(parts[2 * number]))
        origins += (first, first)
        at = changed[-1] + last - first + 2
    return Piece(text="".join(parts), start=0, end=len(text), starts=Places(changed=changed, origins=origins))
