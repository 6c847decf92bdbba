"""What the rules cost and how seldom they err: over real prose and code, and over texts made to be slow."""

from __future__ import annotations

import re
import sysconfig
from contextlib import suppress
from pathlib import Path
from time import thread_time

import pytest
from support.marked_texts import scanner

from keeptrusts.gateway.detectors.overlaps import resolved
from keeptrusts.gateway.detectors.scanner import TooManyMatchesError

TRUE_FINDS = {"EMAIL", "URL", "PERSON", "IP_ADDRESS", "DATE"}
"""Authors, their addresses and the days of their changes stand in the comments of the standard library."""
KILOBYTE = 1024
PROSE = (
    "The committee met again in the old library and talked for most of the afternoon about how the new building should"
    " be paid for, who might use it, and whether the garden behind it could stay. Nobody was in a hurry. There had been"
    " 3 proposals before, 2 of them with drawings, and each had failed for want of money rather than of good will. "
)
SLOW = {
    "digits": "1234567890",
    "nines": "9",
    "at signs": "a@",
    "addresses that never end": "a@b.",
    "hexadecimal digits": "deadbeef0123",
    "digits and blanks": "1 2 3 4 ",
    "groups of four": "4111 ",
    "groups with dashes": "411-",
    "long dotted words": "a.bc.def.",
    "dots and digits": "1.",
    "colons": "fe80:",
    "capital words": "Ab ",
    "labels": "phone ",
    "labels and signs": "ssn: ",
    "months": "May ",
    "plus signs": "+1",
    "parentheses": "(0",
    "streets": " Street",
    "opening URLs": "http://",
    "URLs within URLs": "http://a.b/",
    "letters": "a",
    "Chinese": "姓名",
    "commas": "Aa, ",
    "at": "Dr. ",
}


def sources() -> list[Path]:
    """Give a part of the standard library's sources that is there wherever Python is."""
    return sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::6]


def test_ordinary_prose_and_code_hold_next_to_nothing() -> None:
    words = 0
    wrong: list[tuple[str, str, str]] = []
    for source in sources():
        text = source.read_text(encoding="utf-8", errors="replace")
        words += len(re.findall(r"\w+", text))
        for one in resolved(scanner().scan(text)):
            if one.kind not in TRUE_FINDS:
                wrong.append((source.name, one.kind, text[one.start : one.end]))
    assert words > 50_000
    assert len(wrong) * 10_000 <= words, wrong


def seconds(text: str) -> float:
    """Give the least processor time of a few scans: others use this machine too."""
    best = 1e9
    for _ in range(3):
        begun = thread_time()
        with suppress(TooManyMatchesError):
            scanner().scan(text)
        best = min(best, thread_time() - begun)
    return best


@pytest.mark.parametrize("piece", SLOW.values(), ids=SLOW.keys())
def test_no_text_takes_more_than_its_length(piece: str) -> None:
    """Eight times the text takes at most sixteen times as long, and a few milliseconds for noise."""
    text = piece * (16 * KILOBYTE // len(piece))
    assert seconds(text * 8) <= 16 * seconds(text) + 0.01
