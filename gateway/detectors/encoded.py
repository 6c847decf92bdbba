"""Text inside text: what base64, hexadecimal, percent signs, HTML entities and escapes of JSON stand for."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import accumulate
from typing import Final

from keeptrusts.gateway.detectors.places import Places
from keeptrusts.gateway.detectors.rules import Finding, Rule
from keeptrusts.schemas.frozen import frozen

RUN: Final = "ENCODED_RUN"
"""The kind that a scan reports runs with; they are no findings themselves."""
AROUND: Final = 128
"""Characters before the first and behind the last escape that are read with them, up to as many more to a blank."""

_ANY: Final = r"A-Za-z0-9+/_\-"
_GROUP: Final = f"[ACI-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][{_ANY}]"
"""Three bytes of ASCII in base64: the high bit of each is 0, and few are below a blank."""
_BASE64: Final = rf"(?:{_GROUP}){{3}}[{_ANY}]{{3,}}={{0,2}}"
_BASE64_UTF8: Final = r"(?:[w-z0-9][I-LY-bo-r4-7]|[ACI-Za-f][A-HQ-Xg-nw-z0-3])[A-Za-z0-9+/]{22,}={0,2}"
"""A longer text with other letters in its first bytes: the first two are ASCII, or begin a character of several."""
_HEX: Final = r"(?:[2-7][0-9a-fA-F]|0[9aAdD]){6}(?:[0-9a-fA-F]{2})*"
_HEX_DIGITS: Final = frozenset("0123456789abcdefABCDEF")
_HEAD: Final = 24
_PRINTABLE: Final = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_LAST_LINE: Final = re.compile(r"\r?\n[ \t]*[A-Za-z0-9+/]{2,15}={0,2}(?![A-Za-z0-9+/=])")
_MARKS: Final = {
    "\\": r"\\(?:u[dD][89ABab][0-9A-Fa-f]{2}\\u[dD][C-Fc-f][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[nrt\"'\\/])",
    "%": r"%(?:[0-7][0-9A-Fa-f]|[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,3})",
    "&": r"&(?:#(?:[xX][0-9A-Fa-f]{1,6}|[0-9]{1,7})|[A-Za-z]{2,8});",
}
_ESCAPES: Final = {mark: re.compile(f"({pattern})") for mark, pattern in _MARKS.items()}
ESCAPE: Final = "|".join(_MARKS.values())
"""The pattern of any escape."""
_ESCAPE: Final = re.compile(f"({ESCAPE})")
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t"}


@frozen
class Piece:
    """What a part of a text stands for. ``start`` and ``end`` are that part; without ``starts`` it is one whole."""

    text: str
    start: int
    end: int
    starts: Places | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give where characters of the piece stand in the text."""
        if self.starts is None:
            return self.start, self.end
        first, last = self.starts.span(start, end)
        return self.start + first, self.start + last


def run_rules() -> tuple[Rule, ...]:
    """Give the rules that let a scan report runs which may be base64 or hexadecimal for text."""
    return tuple(
        Rule(
            id=f"encoded-{name}",
            kind=RUN,
            pattern=rf"(?:^|[^{before}])(?:{body})(?:[^{_ANY}=]|\z)",
            joined=True,
            inner=_without_borders,
        )
        for name, before, body in (
            ("base64", r"A-Za-z0-9+_\-", _BASE64),
            ("base64-utf8", _ANY, _BASE64_UTF8),
            ("hex", "A-Za-z0-9", _HEX),
        )
    )


def pieces(text: str, runs: Sequence[Finding]) -> Iterator[Piece]:
    """Give what a text holds in other forms: of the runs that a scan reported, and wherever something is escaped."""
    known: dict[str, str | None] = {}
    last = (-1, -1)
    for place in _lines_joined(text, runs):
        if place == last:
            continue  # a run of two rules
        last = place
        run = text[place[0] : place[1]]
        if run not in known:
            known[run] = _decoded("".join(run.split()))
        decoded = known[run]
        if decoded is not None:
            yield Piece(text=decoded, start=place[0], end=place[1])
    plain = unescaped(text)
    if plain is not None:
        yield plain


def _without_borders(match: str) -> tuple[int, int]:
    first, last = match[0], match[-1]
    return int(not _is_digit_or_letter(first)), len(match) - int(not _is_digit_or_letter(last) and last not in "+/=_-")


def _is_digit_or_letter(one: str) -> bool:
    return one.isascii() and one.isalnum()


def _decoded(run: str) -> str | None:
    """Give the text that a run stands for, or None."""
    if len(run) % 2 == 0 and _HEX_DIGITS.issuperset(run):
        data = bytes.fromhex(run)
        if _reads(data[:_HEAD]):
            return data.decode("utf-8", "replace")
    data = _unbase64(run)
    if _reads(data[:_HEAD]):
        return data.decode("utf-8", "replace")
    if len(data) > 5 and not any(data[1:_HEAD:2]) and not data[:_HEAD:2].translate(None, _PRINTABLE):
        return data.decode("utf-16-le", "replace")
    return None


def _unbase64(run: str) -> bytes:
    """Decode either alphabet, padded or not; nothing where it is neither."""
    body = run.rstrip("=")
    if "-" in body or "_" in body:
        body = body.replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        return b""
    try:
        return b64decode(body + "=" * (-len(body) % 4))
    except (NotBase64, ValueError):
        return b""


def _reads(data: bytes) -> bool:
    """Say whether bytes are text, also such as was cut off within a character."""
    if len(data) < 6:
        return False
    rest = data.translate(None, _PRINTABLE)
    if not rest:
        return True
    if min(rest) < 0x80:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start >= len(data) - 3
    return True


def _lines_joined(text: str, runs: Iterable[Finding]) -> Iterator[tuple[int, int]]:
    """Give the runs, those that go on in the next line as one."""
    start = end = -1
    for run in runs:
        if start >= 0 and _goes_on(text, start, end, run.start):
            end = run.end
            continue
        if start >= 0:
            yield start, _with_last_line(text, start, end)
        start, end = run.start, run.end
    if start >= 0:
        yield start, _with_last_line(text, start, end)


def _goes_on(text: str, start: int, end: int, following: int) -> bool:
    between = text[end:following]
    return (
        0 < len(between) <= 40
        and between.isspace()
        and "\n" in between
        and text[end - 1] != "="
        and end - (text.rfind("\n", start, end) + 1) >= 40
    )


def _with_last_line(text: str, start: int, end: int) -> int:
    """Take in a last line that is too short to be reported."""
    if end - start < 40 or text[end - 1] == "=":
        return end
    last = _LAST_LINE.match(text, end)
    return last.end() if last is not None else end


def unescaped(text: str, *, around: int = AROUND) -> Piece | None:
    """Give the part of a text from its first escape to its last, and what is around them, with none left."""
    held = [escape for mark, escape in _ESCAPES.items() if mark in text and escape.search(text) is not None]
    if not held:
        return None
    parts = (held[0] if len(held) == 1 else _ESCAPE).split(text)
    start = _blank_before(text, len(parts[0]) - around)
    end = _blank_after(text, len(text) - len(parts[-1]) + around)
    parts[-1] = parts[-1][: len(parts[-1]) - (len(text) - end)]
    parts[0] = parts[0][start:]
    origins = list(accumulate(map(len, parts)))
    known = {escape: _plain(escape) for escape in set(parts[1::2])}
    parts[1::2] = map(known.__getitem__, parts[1::2])
    changed = list(accumulate(map(len, parts)))
    return Piece(text="".join(parts), start=start, end=end, starts=Places(changed=changed, origins=origins))


def _plain(escape: str) -> str:
    """Give the one character that an escape stands for, or the escape where it stands for none."""
    mark, body = escape[0], escape[1:]
    if mark == "%":
        try:
            plain = bytes.fromhex(escape.replace("%", "")).decode()
        except UnicodeDecodeError:
            return escape
        return plain if len(plain) == 1 else escape
    if mark == "&":
        plain = unescape(escape)
        return plain if len(plain) == 1 else escape
    if body[0] == "u":
        return bytes.fromhex(body.replace("\\u", "")[1:]).decode("utf-16-be", "surrogatepass")
    return chr(int(body[1:], 16)) if body[0] == "x" else _CONTROLS.get(body, body)


def begins_in_escape(text: str, at: int) -> bool:
    """Say whether a place is behind the first character of an escape: no finding of the text as it is begins there."""
    return at > 0 and text[at - 1] in "%\\" and _ESCAPE.match(text, at - 1) is not None


def _blank_before(text: str, at: int) -> int:
    """Begin behind a blank if one is near, so that no end of something is taken for the whole."""
    for place in range(at, max(0, at - AROUND), -1):
        if text[place - 1].isspace():
            return place
    return max(0, at - AROUND)


def _blank_after(text: str, at: int) -> int:
    for place in range(at, min(len(text), at + AROUND)):
        if text[place].isspace():
            return place
    return min(len(text), at + AROUND)
