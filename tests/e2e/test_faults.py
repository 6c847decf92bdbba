"""A frozen broker and killed processes: nothing is dispatched unrecorded, nothing is lost, traffic comes back."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.freezing import freeze, thaw
from support.slowness import kept_within, slowness
from support.stack import Answer, Stack, running_stack

FROZEN_S = 11.0
RETURN_S = 10.0
CLIENTS = 8
LATER_START_S = 20.0


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(Path(tmp_path_factory.mktemp("frozen"))) as stack:
        yield stack


class Load:
    """Clients that call one after another until they are stopped; every answer is kept with its time."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._call, daemon=True) for _ in range(CLIENTS)]
        self.answers: list[tuple[float, Answer]] = []
        for thread in self._threads:
            thread.start()

    def _call(self) -> None:
        while not self._stop.is_set():
            answer = self._stack.chat()
            with self._lock:
                self.answers.append((time.monotonic(), answer))

    def since(self, moment: float) -> list[Answer]:
        with self._lock:
            return [answer for at, answer in self.answers if at >= moment]

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(90)


def wait_until(condition: object, timeout_s: float, what: str) -> float:
    started = time.monotonic()
    assert callable(condition)
    while not condition():
        assert time.monotonic() - started < timeout_s, f"{what} not within {timeout_s} s"
        time.sleep(0.05)
    return time.monotonic() - started


def settled(count: Callable[[], int]) -> int:
    """What was acknowledged before the freeze still reaches the provider: wait until the count stands for a second."""
    deadline = time.monotonic() + 10
    while True:
        before = count()
        time.sleep(1.0)
        if count() == before:
            return before
        assert time.monotonic() < deadline, "calls are dispatched although nothing is recorded"


def test_a_frozen_broker_gives_503_dispatches_nothing_and_recovers(own_stack: Stack) -> None:
    kafka = own_stack.pid("kafka")
    load = Load(own_stack)
    try:
        wait_until(lambda: sum(a.status == 200 for _, a in load.answers) >= 50, 60, "50 answered calls")
        freeze(kafka)
        frozen_at = time.monotonic()
        try:
            billed_before = settled(lambda: len(own_stack.provider.bill()))
            time.sleep(FROZEN_S)
            assert len(own_stack.provider.bill()) == billed_before, "a call was dispatched while nothing was recorded"
            refused = [answer for answer in load.since(frozen_at + 1.0) if answer.status != 200]
            assert refused and {answer.status for answer in refused} == {503}
            assert {answer.json()["code"] for answer in refused} <= {"audit_unavailable", "not_ready"}
            assert any(answer.json()["code"] == "audit_unavailable" for answer in refused)
            assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        finally:
            thaw(kafka)
        thawed_at = time.monotonic()
        returned = kept_within(RETURN_S, lambda: sum(a.status == 200 for a in load.since(thawed_at)) >= 20)
        print(f"waited {time.monotonic() - thawed_at:.1f} s for 20 answered calls after the broker came back")
        assert returned, "traffic after the thaw"
    finally:
        load.stop()
    check_bill_against_log(own_stack, [answer for _, answer in load.answers])


def check_bill_against_log(stack: Stack, answers: list[Answer]) -> None:
    """Nothing billed without a decision, nothing answered without a completion, nothing recorded twice."""
    answered = {a.headers["x-request-id"] for a in answers if a.status == 200}
    last = max(
        (a.headers["x-keeptrusts-position"] for a in answers if a.status == 200), key=lambda p: int(p.split(":")[1])
    )
    rows: dict[str, dict[str, object]] = {}
    cursor = ""
    while True:
        page = stack.get(f"/v1/events?limit=1000&min_position={last}{cursor}").json()
        for row in page["data"]:
            assert row["request_id"] not in rows, "a request has two rows"
            rows[row["request_id"]] = row
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    billed = Counter(line["request_id"] for line in stack.provider.bill())
    assert all(count == 1 for count in billed.values()), "billed twice"
    assert billed.keys() <= rows.keys(), "billed without a decision"
    assert answered <= {request for request, row in rows.items() if row["status"] == 200}, "answered unrecorded"
    unknown = {a.headers["x-request-id"] for a in answers if a.status != 200} & billed.keys()
    print(
        f"{len(answers)} answers, {len(answered)} of them 200, {len(billed)} billed, {len(unknown)} billed and refused"
    )


@pytest.mark.parametrize("name", ["processors", "api", "gateway", "kafka"])
def test_kill_9_of_anything_loses_nothing(own_stack: Stack, name: str) -> None:
    before = own_stack.chat()
    assert before.status == 200
    count = own_stack.get(f"/v1/events?count=true&min_position={before.headers['x-keeptrusts-position']}").json()[
        "count"
    ]
    export = own_stack.post("/v1/exports", {"format": "ndjson"}).json()["id"]
    pid = own_stack.pid(name)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: restarted(own_stack, name, pid), 60, f"{name} restarted")
    wait_until(lambda: answers(own_stack), 60, "calls answered again")
    after = own_stack.chat()
    assert after.status == 200
    wait_until(lambda: own_stack.get("/v1/me").status == 200, 60, "the API answers again")
    position = after.headers["x-keeptrusts-position"]
    wait_until(lambda: visible(own_stack, position) is not None, 60, "the projection has caught up")
    assert (visible(own_stack, position) or 0) > count
    assert own_stack.event(before)["status"] == 200
    wait_until(lambda: own_stack.get(f"/v1/exports/{export}").json()["data"]["state"] == "ready", 60, "the export")
    written = own_stack.get(f"/v1/exports/{export}/download").body.splitlines()
    assert len(written) == count, "what was asked for before the kill shows what there was then"


def restarted(stack: Stack, name: str, old_pid: int) -> bool:
    status = json.loads(stack.kt("status", "--format", "json", check=False).stdout)
    return bool(status["healthy"]) and status["pids"][name] not in (None, old_pid)


def answers(stack: Stack) -> bool:
    try:
        return stack.chat().status == 200
    except OSError:
        return False


def visible(stack: Stack, position: str) -> int | None:
    """How many requests there are once the projection has seen a position; None while it has not."""
    seen = stack.get(f"/v1/events?count=true&min_position={position}")
    return int(seen.json()["count"]) if seen.status == 200 else None


def test_a_later_start_takes_under_20_s(own_stack: Stack) -> None:
    """The promise is for two quiet cores: on a busy machine it is longer by what any other work takes longer there.

    A machine may become busy in the middle, so there is a second try, and the better one counts.
    """
    starts: list[float] = []
    while len(starts) < 2 and min(starts, default=LATER_START_S) >= LATER_START_S:
        own_stack.down()
        before = slowness()
        started = time.monotonic()
        own_stack.up()
        took = time.monotonic() - started
        slower = max(before, slowness()) if took >= LATER_START_S else before
        starts.append(took / slower)
        print(f"a later start took {took:.1f} s on a machine {slower:.2f} times slower than a quiet one")
    assert min(starts) < LATER_START_S
    assert own_stack.chat().status == 200
