"""One stack for the whole run, started as a user starts it; tests that mistreat a stack start their own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import pytest
from support.sdk import Governed, governed_gateway
from support.stack import Stack, running_stack

SHIPPED = resources.files("keeptrusts.cli.stack").joinpath("observe-only.yaml")
NO_BREAKER = "\nproviders:\n  circuit_breaker: {enabled: false}\n"
"""One test's trouble with a target must not keep the next test's calls from it."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with a simulated provider and the shipped observe-only document, without circuit breakers."""
    directory = tmp_path_factory.mktemp("stack")
    (directory / "shared.yaml").write_text(SHIPPED.read_text() + NO_BREAKER)
    with running_stack(directory, "--config", str(directory / "shared.yaml")) as running:
        yield running


@pytest.fixture(scope="session")
def governed(stack: Stack) -> Iterator[Governed]:
    """A second gateway of that stack, which enforces a policy, and a key for it."""
    with governed_gateway(stack) as running:
        yield running
