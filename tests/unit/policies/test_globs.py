"""Name patterns: only "*" is special, case does not matter, and lists compose."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.gateway.policies.globs import AllowDeny, Globs


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("gpt-4o", "gpt-4o", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("GPT-4o", "gpt-4O", True),
        ("gpt-*", "gpt-", True),
        ("gpt-*", "xgpt-4", False),
        ("*", "", True),
        ("*-mini", "gpt-4o-mini", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*4o*", "gpt-4o-mini", True),
        ("a*b*b", "ab", False),
        ("gpt.4", "gptx4", False),
        ("[a]", "a", False),
        ("?", "a", False),
    ],
)
def test_a_pattern_covers_the_whole_name(pattern: str, name: str, matches: bool) -> None:
    assert Globs.of([pattern]).matches(name) is matches


@given(st.text("ab*", max_size=8), st.text("ab", max_size=12))
def test_patterns_mean_what_fnmatch_means(pattern: str, name: str) -> None:
    assert Globs.of([pattern]).matches(name) is bool(re.fullmatch(fnmatch.translate(pattern), name))


@pytest.mark.parametrize(
    ("allowed", "denied", "permitted"),
    [
        (None, (), True),
        ((), (), False),
        (("gpt-*",), (), True),
        (("gpt-*",), ("gpt-4o",), False),
        (None, ("*",), False),
    ],
)
def test_a_denied_name_wins(allowed: tuple[str, ...] | None, denied: tuple[str, ...], permitted: bool) -> None:
    assert AllowDeny.of(allowed, denied).permits("gpt-4o") is permitted
