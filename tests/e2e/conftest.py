"""One stack for the whole run, started as a user starts it; tests that mistreat a stack start their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.sdk import Governed, governed_gateway
from support.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with a simulated provider and the shipped observe-only document."""
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def governed(stack: Stack) -> Iterator[Governed]:
    """A second gateway of that stack, which enforces a policy, and a key for it."""
    with governed_gateway(stack) as running:
        yield running
