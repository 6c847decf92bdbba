"""Compiled patterns that are kept: found again, never trusted when they are damaged or of another set."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from keeptrusts.cli.kept_patterns import MOST_FILES, KeptPatterns, patterns_kept_for
from keeptrusts.gateway.detectors.rules import Rule
from keeptrusts.gateway.detectors.scanner import Scanner

RULES = (
    Rule(id="a", kind="A", pattern=r"\b\d{4}\b"),
    Rule(id="b", kind="B", pattern="falcon", distance=1, joined=True),
)
TEXT = "1234 and flcon"


@dataclass(eq=False)
class Memory:
    kept: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def find(self, key: str) -> bytes | None:
        self.asked.append(key)
        return self.kept.get(key)

    def keep(self, key: str, data: bytes) -> None:
        self.kept[key] = data


def found(scanner: Scanner) -> list[tuple[str, str]]:
    return [(one.kind, TEXT[one.start : one.end].strip()) for one in scanner.scan(TEXT)]


def test_what_was_kept_finds_the_same_and_is_not_made_again() -> None:
    memory = Memory()
    first = found(Scanner(RULES, memory))
    [(key, data)] = memory.kept.items()
    memory.kept[key] = data
    assert found(Scanner(RULES, memory)) == first == found(Scanner(RULES)) != []
    assert memory.asked == [key, key] and memory.kept == {key: data}


@pytest.mark.parametrize("rules", [RULES[:1], (*RULES, Rule(id="c", kind="C", pattern="x")), tuple(reversed(RULES))])
def test_another_set_has_another_key(rules: tuple[Rule, ...]) -> None:
    memory = Memory()
    Scanner(RULES, memory)
    Scanner(rules, memory)
    assert len(memory.kept) == 2


@pytest.mark.parametrize("damage", [b"", b"garbage" * 100, None])
def test_damaged_bytes_are_made_again(damage: bytes | None) -> None:
    memory = Memory()
    first = found(Scanner(RULES, memory))
    [(key, data)] = memory.kept.items()
    memory.kept[key] = data[: len(data) // 2] if damage is None else damage
    assert found(Scanner(RULES, memory)) == first
    assert memory.kept[key] == data


def test_files_are_kept_in_the_users_cache_and_the_oldest_make_room(tmp_path: Path) -> None:
    kept = patterns_kept_for({"XDG_CACHE_HOME": str(tmp_path)})
    assert kept == KeptPatterns(tmp_path / "keeptrusts" / "patterns") and patterns_kept_for({}) is None
    assert patterns_kept_for({"HOME": str(tmp_path)}) == KeptPatterns(tmp_path / ".cache" / "keeptrusts" / "patterns")
    assert kept is not None and kept.find("k") is None
    for number in range(MOST_FILES + 5):
        kept.keep(f"k{number}", b"%d" % number)
    assert len(list(kept.directory.iterdir())) == MOST_FILES
    assert kept.find(f"k{MOST_FILES + 4}") == b"%d" % (MOST_FILES + 4)


def test_a_place_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = KeptPatterns(tmp_path / "file" / "patterns")
    kept.keep("k", b"x")
    assert kept.find("k") is None
    assert found(Scanner(RULES, kept)) == found(Scanner(RULES))
