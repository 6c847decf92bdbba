"""Broken rules on purpose: each must make the test that is named for it fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One broken rule: where it is put in, and the test (with its arguments) that must notice.

    ``attribute`` of ``module``, and those of ``also``, are replaced by ``broken``.
    """

    name: str
    module: Any
    attribute: str
    broken: Any
    caught_by: Callable[..., None]
    arguments: tuple[Any, ...] = ()
    also: tuple[Any, ...] = ()


def row(table: list[Any], name: str) -> tuple[Any, ...]:
    """Give the arguments of a named row of a test's table."""
    return tuple(next(row for row in table if row[0] == name)[1:])


def check_that_it_is_caught(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test with the rule as it is, then broken: it must pass, then fail."""
    mutant.caught_by(*mutant.arguments)
    for module in (mutant.module, *mutant.also):
        monkeypatch.setattr(module, mutant.attribute, mutant.broken)
    with pytest.raises((AssertionError, pytest.fail.Exception, KeyError, ValueError)):
        mutant.caught_by(*mutant.arguments)
