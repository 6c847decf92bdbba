"""Both ways of writing a call's two events give the same bytes, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keeptrusts.schemas.events import writing
from keeptrusts.schemas.events.identity import Identity, PolicyResult
from keeptrusts.schemas.events.money import Draw, Hold, Settle, VoidHold
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided, Usage
from keeptrusts.schemas.money import MAX_NANO
from keeptrusts.schemas.record import Record

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
COUNTS = st.integers(0, 2**63 - 1)
AMOUNTS = st.integers(0, MAX_NANO)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
IDENTITIES = st.builds(
    Identity,
    org=TEXTS,
    team=st.none() | TEXTS,
    user=st.none() | TEXTS,
    role=st.sampled_from((None, "owner", "admin", "member")),
    key_id=st.none() | TEXTS,
    tags=st.dictionaries(TEXTS, TEXTS, max_size=3),
)
POLICIES = st.lists(
    st.builds(
        PolicyResult,
        kind=TEXTS,
        name=st.none() | TEXTS,
        mode=st.sampled_from(("observe", "guide", "enforce")),
        result=st.sampled_from(("allow", "warn", "block", "not_evaluated")),
        reason=st.none() | TEXTS,
        findings=st.dictionaries(TEXTS, COUNTS, max_size=2),
        us=COUNTS,
    ),
    max_size=3,
).map(tuple)
HOLDS = st.builds(
    Hold,
    deadline_at=TIMES | TIMES.map(lambda moment: moment.replace(microsecond=0)),
    draws=st.lists(st.builds(Draw, account=TEXTS, amount=AMOUNTS, lease=TEXTS), max_size=3).map(tuple),
    id=TEXTS,
    price_version=TEXTS,
)
USAGES = st.builds(
    Usage,
    input_tokens=COUNTS,
    cache_read_tokens=COUNTS,
    output_tokens=COUNTS,
    basis=st.sampled_from(("reported", "counted", "presumed")),
)
DECISIONS = st.builds(
    RequestDecided,
    request=TEXTS,
    identity=IDENTITIES,
    gateway=TEXTS,
    endpoint=TEXTS,
    requested_model=st.none() | TEXTS,
    stream=st.booleans(),
    input_bytes=COUNTS,
    directory_position=st.none() | COUNTS,
    verdict=st.sampled_from(("allow", "block")),
    reason=st.none() | TEXTS,
    message=st.none() | TEXTS,
    policies=POLICIES,
    ticket=st.none() | TEXTS,
    hold=st.none() | HOLDS,
)
COMPLETIONS = st.builds(
    RequestCompleted,
    request=TEXTS,
    identity=IDENTITIES,
    status=st.integers(100, 599),
    provider_status=st.none() | st.integers(100, 599),
    usage=st.none() | USAGES,
    cost=st.none() | AMOUNTS,
    cost_state=st.sampled_from(("priced", "presumed", "unpriced", "none")),
    latency_us=COUNTS,
    provider_us=st.none() | COUNTS,
    output_policies=POLICIES,
    verdict=st.sampled_from(("allow", "redact")),
    error=st.none() | TEXTS,
    client_gone=st.booleans(),
    settle=st.none() | st.builds(Settle, hold=TEXTS, amount=AMOUNTS, basis=st.sampled_from(("reported", "presumed"))),
    void=st.none() | st.builds(VoidHold, hold=TEXTS, reason=TEXTS),
)


@settings(max_examples=300)
@given(DECISIONS | COMPLETIONS)
def test_a_writer_writes_what_the_model_writes(record: Record) -> None:
    written = writing.WRITERS[type(record)](record)
    assert written == record.__pydantic_serializer__.to_json(record, exclude_none=True)


@pytest.mark.parametrize("model", writing.WRITERS, ids=lambda model: model.__name__)
def test_every_field_of_what_is_written_by_hand_is_tried_above(model: type[Record]) -> None:
    """A field that neither test nor writer knows must not be added in silence."""
    plain: dict[type[Record], set[str]] = {
        RequestDecided: {"config_version", "config_position", "policy", "target", "provider", "model", "input_hash"},
        RequestCompleted: {
            "attempts", "price_version", "target", "provider", "model", "first_token_us", "output_bytes", "reason",
            "policy",
        },
    }  # fmt: skip
    tried: Any = {RequestDecided: DECISIONS, RequestCompleted: COMPLETIONS}[model]
    named = set(tried.wrapped_strategy.kwargs)
    assert named | plain[model] == set(model.model_fields)


def test_what_is_remembered_is_bounded_and_never_mistaken_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_REMEMBERED", 8)
    for number in range(100):
        identity = Identity(org=f"org_{number}")
        record = RequestDecided(request="r", identity=identity, gateway="g", endpoint="/", verdict="allow")
        assert b'"org":"org_%d"' % number in writing.WRITERS[RequestDecided](record)
        assert len(writing._remembered) <= 8
