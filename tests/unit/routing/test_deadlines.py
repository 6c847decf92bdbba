"""A call's time comes from the document, the gateway or the caller; an attempt gets what is left of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.routing import S, target

from keeptrusts.gateway.routing.deadlines import LEAST_ATTEMPT_NS, attempt_ns, deadline_headers, deadline_ns
from keeptrusts.schemas.policy_document.document import Routing

LIMITS: list[tuple[str, int | None, dict[str, str], bool, float]] = [
    ("the gateway's own", None, {}, False, 300),
    ("the document's", 60, {}, False, 60),
    ("the caller waits less", 60, {"x-stainless-read-timeout": "20"}, False, 20),
    ("in fractions of a second", 60, {"x-stainless-timeout": "2.5"}, False, 2.5),
    ("the caller waits longer", 60, {"x-stainless-read-timeout": "600"}, False, 60),
    ("on a stream the caller means each piece", 60, {"x-stainless-read-timeout": "20"}, True, 60),
    ("no number", 60, {"x-stainless-timeout": "None"}, False, 60),
    ("zero is no limit", 60, {"x-stainless-timeout": "0"}, False, 60),
    ("absurd", 60, {"x-stainless-timeout": "9" * 400}, False, 60),
]


@pytest.mark.parametrize(("name", "document", "headers", "stream", "seconds"), LIMITS, ids=[one[0] for one in LIMITS])
def test_a_call_must_have_ended_by_then(
    name: str, document: int | None, headers: dict[str, str], stream: bool, seconds: float
) -> None:
    found = deadline_ns(7, Routing(timeout_s=document), default_s=300.0, headers=headers, stream=stream)
    assert found == 7 + int(seconds * S)


@given(limit=st.none() | st.integers(1, 3_600), left=st.integers(-10, 5_000))
def test_an_attempt_never_outlives_its_call_or_its_targets_limit(limit: int | None, left: int) -> None:
    found = attempt_ns(replace(target("t"), timeout_s=limit), (100 + left) * S, 100 * S)
    if left <= 0:
        assert found is None
    else:
        assert found == min(left, limit or left) * S


def test_an_attempt_that_could_not_end_in_time_is_not_begun() -> None:
    assert attempt_ns(target("t"), LEAST_ATTEMPT_NS, 0) == LEAST_ATTEMPT_NS
    assert attempt_ns(target("t"), LEAST_ATTEMPT_NS, 1) is None


def test_providers_that_have_a_header_for_it_are_told() -> None:
    assert deadline_headers("gemini", 1_500_000_000) == {"X-Server-Timeout": "2"}
    assert deadline_headers("openai", 1_500_000_000) == {}
