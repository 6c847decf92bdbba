"""The audit itself: an honest run has no findings, and each way of doctoring one is caught by the rule it breaks."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from support.checker import RULES, Evidence, Logged, Seen, as_table, check, leaks

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import (
    RequestAbandoned,
    RequestAttempted,
    RequestCompleted,
    RequestDecided,
    Usage,
)
from keeptrusts.schemas.record import Record

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WHO = Identity(org="org_a", team=None, user="key:a", role=None, key_id="key_a")
USAGE = Usage(input_tokens=10, output_tokens=5)
BILLED = {
    "input_tokens": 10,
    "cache_read_tokens": 0,
    "cache_write_tokens": 0,
    "output_tokens": 5,
    "reasoning_tokens": 0,
}


def logged(offset: int, data: Record, *, source: str = "gateway/a/1", identifier: str | None = None) -> Logged:
    event = Event(
        id=identifier or f"event-{offset}", source=source, subject="s", time=NOW, org="org_a", ledger="org_a",
        actor="key:a", data=data, sequence=offset,
    )  # fmt: skip
    return Logged(partition=0, offset=offset, event=event)


def decided(request: str, verdict: Any = "allow") -> RequestDecided:
    return RequestDecided(request=request, identity=WHO, gateway="a", endpoint="/v1/chat/completions", verdict=verdict)


def completed(request: str, status: int = 200, **rest: Any) -> RequestCompleted:
    return RequestCompleted(
        request=request, identity=WHO, status=status, latency_us=1, verdict="allow",
        **{"cost_state": "none", **rest},
    )  # fmt: skip


def line(request: str, ended: str = "complete") -> dict[str, Any]:
    return {"request_id": request, "ended": ended, "usage": BILLED}


def row(request: str, status: int | None = 200, cost: str | None = None) -> dict[str, Any]:
    return {"request_id": request, "status": status, "cost": cost}


def priced(request: str) -> RequestCompleted:
    return completed(request, cost_state="priced", usage=USAGE, cost=100)


LOG = (
    logged(0, decided("answered")),
    logged(1, priced("answered")),
    logged(2, decided("refused", "block")),
    logged(3, completed("refused", 403)),
    logged(4, decided("twice")),
    logged(5, RequestAttempted(request="twice", attempt=2, target="t", provider="p", model="m", cause="timeout")),
    logged(6, completed("twice", 200)),
    logged(7, decided("killed"), source="gateway/killed/1"),
    logged(8, decided("abandoned")),
    logged(9, RequestAbandoned(request="abandoned"), source="processor/authority/0"),
    logged(10, decided("cut")),
    logged(11, completed("cut", 200)),
)
HONEST = Evidence(
    seen=(
        Seen(request="answered", status=200, position="0:1", whole=True),
        Seen(request="refused", status=403, code="model_not_allowed", position="0:3", whole=True),
        Seen(request="twice", status=200, position="0:6", whole=True),
        Seen(request=None, status=None),
        Seen(request="cut", status=200, streamed=True),
        Seen(request="never", status=503, code="audit_unavailable", whole=True),
        Seen(request=None, status=400, code="malformed_http", whole=True),
    ),
    bill=(line("answered"), line("twice"), line("twice"), line("killed"), line("cut", "client_gone")),
    log=(*LOG, LOG[1]),
    rows=(row("answered", 200, "0.0000001"), row("refused", 403), row("twice"), row("killed", None),
          row("abandoned", 0), row("cut")),
    killed=frozenset({"gateway/killed/1"}),
)  # fmt: skip


def with_log(*records: Logged) -> Evidence:
    return replace(HONEST, log=(*LOG, *records))


def without(offset: int) -> Evidence:
    return replace(HONEST, log=tuple(record for record in LOG if record.offset != offset))


def saw(seen: Seen) -> Evidence:
    return replace(HONEST, seen=(*HONEST.seen, seen))


def swap(records: tuple[Logged, ...], one: int, other: int) -> tuple[Logged, ...]:
    places = list(records)
    places[one] = replace(records[one], offset=records[other].offset)
    places[other] = replace(records[other], offset=records[one].offset)
    return tuple(places)


DOCTORED: list[tuple[str, str, Callable[[], Evidence]]] = [
    ("billed_only_after_a_decision", "never decided",
     lambda: replace(HONEST, bill=(*HONEST.bill, line("nobody")))),
    ("billed_only_after_a_decision", "decided to be refused",
     lambda: replace(HONEST, bill=(*HONEST.bill, line("refused")))),
    ("billed_only_after_a_decision", "sent twice, recorded once",
     lambda: replace(HONEST, bill=(*HONEST.bill, line("answered")))),
    ("billed_only_after_a_decision", "an attempt that was not recorded", lambda: without(5)),
    ("answered_only_after_a_completion", "no completion", lambda: without(1)),
    ("answered_only_after_a_completion", "another status",
     lambda: saw(Seen(request="refused", status=200, whole=True))),
    ("answered_only_after_a_completion", "a whole stream without an end",
     lambda: saw(Seen(request="killed", status=200, whole=True, streamed=True))),
    ("answered_only_after_a_completion", "no name", lambda: saw(Seen(request=None, status=200, whole=True))),
    ("acknowledged_is_in_the_log", "nothing there",
     lambda: saw(Seen(request="answered", status=200, position="0:99", whole=True))),
    ("acknowledged_is_in_the_log", "another call's",
     lambda: saw(Seen(request="answered", status=200, position="0:3", whole=True))),
    ("acknowledged_is_in_the_log", "not an end",
     lambda: saw(Seen(request="answered", status=200, position="0:0", whole=True))),
    ("decided_once_and_ended_once", "decided twice", lambda: with_log(logged(12, decided("answered")))),
    ("decided_once_and_ended_once", "completed twice", lambda: with_log(logged(12, priced("answered")))),
    ("decided_once_and_ended_once", "abandoned after its completion",
     lambda: with_log(logged(12, RequestAbandoned(request="answered")))),
    ("decided_once_and_ended_once", "no decision", lambda: without(0)),
    ("decided_once_and_ended_once", "ended before", lambda: replace(HONEST, log=swap(LOG, 2, 3))),
    ("every_call_ends", "open", lambda: with_log(logged(12, decided("open")))),
    ("every_call_ends", "nobody killed its gateway", lambda: replace(HONEST, killed=frozenset())),
    ("numbered_in_order", "swapped", lambda: replace(HONEST, log=swap(LOG, 2, 10))),
    ("numbered_in_order", "the same number for something else",
     lambda: with_log(replace(logged(11, decided("z"), identifier="other"), offset=12))),
    ("billed_as_used", "another usage",
     lambda: replace(HONEST, bill=({**line("answered"), "usage": {**BILLED, "output_tokens": 6}}, *HONEST.bill[1:]))),
    ("billed_as_used", "priced and never billed", lambda: replace(HONEST, bill=HONEST.bill[1:])),
    ("rows_are_the_log", "no row", lambda: replace(HONEST, rows=HONEST.rows[1:])),
    ("rows_are_the_log", "two rows", lambda: replace(HONEST, rows=(*HONEST.rows, HONEST.rows[0]))),
    ("rows_are_the_log", "a row of nothing", lambda: replace(HONEST, rows=(*HONEST.rows, row("nobody")))),
    ("rows_are_the_log", "another status",
     lambda: replace(HONEST, rows=(row("answered", 500, "0.0000001"), *HONEST.rows[1:]))),
    ("rows_are_the_log", "a cost lost", lambda: replace(HONEST, rows=(row("answered"), *HONEST.rows[1:]))),
]  # fmt: skip


def test_an_honest_run_has_no_findings() -> None:
    findings = check(HONEST)
    assert findings == [], as_table(HONEST, findings)


@pytest.mark.parametrize(("rule", "how", "make"), DOCTORED, ids=[f"{case[0]}: {case[1]}" for case in DOCTORED])
def test_a_doctored_run_is_caught_by_the_rule_it_breaks(rule: str, how: str, make: Callable[[], Evidence]) -> None:
    evidence = make()
    findings = check(evidence)
    assert rule in {finding.rule for finding in findings}
    assert f"! {rule}" in as_table(evidence, findings)


def test_every_rule_is_caught_breaking_at_least_once() -> None:
    assert {case[0] for case in DOCTORED} == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("shift", range(3))
def test_a_canary_is_found_however_it_is_written(shift: int) -> None:
    canary = "kt_gk_canary-0123456789"
    spelled = {
        "plain": b"xx" + canary.encode() + b"yy",
        "hex": canary.encode().hex().encode(),
        "base64": base64.b64encode(b"x" * shift + canary.encode() + b"tail"),
    }
    assert [place.partition(" in ")[2] for place in leaks(spelled, {"key": canary})] == list(spelled)
    assert leaks({"clean": b"kt_gk_other"}, {"key": canary}) == []
