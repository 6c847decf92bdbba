"""From a pattern to the pattern of its beginnings: what a text may end with so that more of it makes a match.

Patterns are read by the parser of Python's ``re`` and written for RE2, over bytes. Where RE2 or bytes cannot say the
same, what is written matches more: a place that is held a little longer than it must be does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of the standard library has no public name
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any, Final

_HIGH: Final = r"(?:[\xc2-\xf4][\x80-\xbf]+)"
"""One character beyond ASCII, whichever it is."""
_MOST_TIMES: Final = 1_000
"""RE2 counts no further."""
_MOST_COUNTED: Final = 4
"""How often something within a word may come is counted no further: an automaton that counts is a large one."""
_CATEGORIES: Final = {
    "CATEGORY_DIGIT": "0-9",
    "CATEGORY_SPACE": r"\t\n\x0b\x0c\r ",
    "CATEGORY_WORD": "0-9A-Za-z_",
    "CATEGORY_NOT_DIGIT": r"\x00-/:-\x7f",
    "CATEGORY_NOT_SPACE": r"\x00-\x08\x0e-\x1f!-\x7f",
    "CATEGORY_NOT_WORD": r"\x00-/:-@\[-^`{-\x7f",
}


def beginnings(pattern: str, after: str = "", before: str = "", *, caseless: bool = False) -> str:
    """Give the pattern of all that begins a match of ``before``, ``pattern`` and ``after`` in a row, without being one.

    ``pattern`` is Hyperscan's, over bytes, and in any case if it is ``caseless``; the others are of Python's ``re``,
    and what they look ahead for is left out.
    """
    rest = _Writer(unicode=True)
    own = _Writer(unicode=False)
    links: list[tuple[Callable[[], str], str | None]] = []
    for writer, given in ((rest, before), (own, f"(?i:{pattern})" if caseless else pattern), (rest, after)):
        if given:
            links += writer.links(_parsed(given, unicode=writer.unicode))
    return str(_chained(links))


def longest(pattern: str) -> int | None:
    """Give how many bytes a pattern matches at most; None where there is no end to it, or its parts are not known."""
    try:
        parsed = parser.parse(pattern.replace(r"\z", r"\Z").encode())
        beginnings(pattern)
    except (re.error, ValueError, OverflowError, RecursionError):
        return None
    most = parsed.getwidth()[1]
    return int(most) if most < codes.MAXREPEAT else None


def _parsed(pattern: str, *, unicode: bool) -> Sequence[tuple[Any, Any]]:
    pattern = pattern.replace(r"\z", r"\Z")
    return list(parser.parse(pattern if unicode else pattern.encode()))


def _chained(links: Sequence[tuple[Callable[[], str], str | None]]) -> str | None:
    """Give the beginnings of things in a row: those of the first, or the first and those of the others."""
    begun: str | None = None
    for whole, own in reversed(links):
        further = None if begun is None else whole() + begun
        begun = _either([one for one in (own, further) if one is not None])
    return begun


def _either(options: Sequence[str]) -> str | None:
    different = list(dict.fromkeys(options))
    if not different:
        return None
    return different[0] if len(different) == 1 and _is_closed(different[0]) else f"(?:{'|'.join(different)})"


def _is_closed(option: str) -> bool:
    return not option or (option.startswith("(?:") and option.endswith(")") and option.count("(") == 1)


class _Writer:
    """Writes what was parsed, whole or its beginnings. ``unicode``: it was text, and its characters become bytes."""

    def __init__(self, *, unicode: bool) -> None:
        self.unicode = unicode

    def links(self, parts: Iterable[tuple[Any, Any]]) -> list[tuple[Callable[[], str], str | None]]:
        return [(lambda part=part: self._whole(*part), self._begun(*part)) for part in parts]  # type: ignore[misc]  # a default keeps each part

    def _sequence(self, parts: Iterable[tuple[Any, Any]]) -> str:
        return "".join(self._whole(*part) for part in parts)

    def _whole(self, code: Any, value: Any) -> str:
        match code:
            case codes.LITERAL:
                return self._character(value)
            case codes.NOT_LITERAL:
                return self._class([(codes.NEGATE, None), (codes.LITERAL, value)])
            case codes.ANY:
                return self._class([(codes.NEGATE, None), (codes.LITERAL, 10)])
            case codes.IN:
                return self._class(value)
            case codes.SUBPATTERN:
                return f"(?:{self._flagged(value[1], self._sequence(value[3]))})"
            case codes.ATOMIC_GROUP:
                return f"(?:{self._sequence(value)})"
            case codes.BRANCH:
                return f"(?:{'|'.join(self._sequence(one) for one in value[1])})"
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                return self._repeated(value[2], value[0], value[1])
            case codes.AT:
                return r"\b" if value is codes.AT_BOUNDARY and not self.unicode else ""
            case codes.ASSERT | codes.ASSERT_NOT:
                return ""
            case codes.GROUPREF:
                return "(?s:.*)"
        raise ValueError(f"a pattern holds {code}, whose beginnings are not known")

    def _begun(self, code: Any, value: Any) -> str | None:
        """Give the beginnings of one thing; None where nothing can be cut within it."""
        match code:
            case codes.LITERAL | codes.NOT_LITERAL | codes.ANY | codes.IN:
                return ""
            case codes.SUBPATTERN:
                begun = _chained(self.links(value[3]))
                return None if begun is None else f"(?:{self._flagged(value[1], begun)})"
            case codes.ATOMIC_GROUP:
                return _chained(self.links(value))
            case codes.BRANCH:
                begun_each = [_chained(self.links(one)) for one in value[1]]
                return _either([one for one in begun_each if one is not None])
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                _, most, parts = value
                begun = _chained(self.links(parts))
                if begun is None:
                    return None
                earlier = "" if most == 1 else self._repeated(parts, 0, most if most is codes.MAXREPEAT else most - 1)
                return earlier + begun if earlier else begun
            case codes.AT:
                return ""
            case codes.ASSERT | codes.ASSERT_NOT:
                return None
            case codes.GROUPREF:
                return "(?s:.*)"
        raise ValueError(f"a pattern holds {code}, whose beginnings are not known")

    def _repeated(self, parts: Any, least: int, most: Any) -> str:
        inner = f"(?:{self._sequence(parts)})"
        if most > _MOST_COUNTED and not self._may_be_prose(parts):
            return f"{inner}{'+' if least else '*'}"
        if most is codes.MAXREPEAT or most > _MOST_TIMES:
            return f"{inner}{'*' if least == 0 else '+' if least == 1 else f'{{{min(least, _MOST_TIMES)},}}'}"
        if (least, most) == (0, 1):
            return f"{inner}?"
        return f"{inner}{{{least}}}" if least == most else f"{inner}{{{least},{most}}}"

    def _may_be_prose(self, parts: Any) -> bool:
        """Say whether something takes in letters and blanks alike, so that it must come to an end by its count."""
        if len(parts) != 1 or parts[0][0] not in (codes.IN, codes.ANY, codes.NOT_LITERAL):
            return False
        class_ = re.compile(self._whole(*parts[0]).encode(), re.DOTALL)
        return class_.fullmatch(b" ") is not None and class_.fullmatch(b"a") is not None

    def _flagged(self, added: int, inner: str) -> str:
        return f"(?i:{inner})" if added & re.IGNORECASE else inner

    def _character(self, code: int) -> str:
        data = chr(code).encode("utf-8", "surrogatepass") if self.unicode else bytes((code,))
        return "".join(_byte(one) for one in data)

    def _class(self, members: Sequence[tuple[Any, Any]]) -> str:
        if _is_anything(members):
            return r"(?:[\x00-\x7f]|" + _HIGH + ")" if self.unicode else r"[\x00-\xff]"
        negated = bool(members) and members[0][0] is codes.NEGATE
        inside: list[str] = []
        beyond = negated
        for code, value in members[negated:]:
            if code is codes.LITERAL:
                value = (value, value)
            elif code is codes.CATEGORY:
                name = str(value)
                inside.append(_CATEGORIES[name])
                if "NOT" in name and not self.unicode:
                    inside.append(r"\x80-\xff")
                beyond |= self.unicode
                continue
            low, high = value
            if self.unicode and high >= 0x80:
                beyond = True
                high = 0x7F
            if low <= high:
                inside.append(f"{_byte(low)}-{_byte(high)}")
        written = "".join(inside)
        if not self.unicode:
            return f"[{'^' * negated}{written}]"
        if negated:
            return rf"(?:[^{written}\x80-\xff]|{_HIGH})"
        if not beyond:
            return f"[{written}]"
        return f"(?:[{written}]|{_HIGH})" if written else _HIGH


def _is_anything(members: Sequence[tuple[Any, Any]]) -> bool:
    """Say whether a class has a kind of characters and all others too, as ``[\\s\\S]`` has."""
    kinds = {str(value) for code, value in members if code is codes.CATEGORY}
    return any(kind.replace("CATEGORY_", "CATEGORY_NOT_") in kinds for kind in kinds)


def _byte(code: int) -> str:
    return chr(code) if chr(code).isalnum() and code < 0x80 else f"\\x{code:02x}"
