"""A supervisor may be asked from the moment its state says that it runs."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

from keeptrusts.cli.stack.control import Request, ask
from keeptrusts.cli.stack.data_dir import DataDir, make_data_dir
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.ports import Ports
from keeptrusts.cli.stack.state_file import StackState
from keeptrusts.cli.stack.supervisor import Supervisor, is_supervised

_BOUND_SECONDS = 10.0


class Asker:
    """Asks for a child that does not exist as soon as the supervisor tells of `phase`, and keeps the answer."""

    def __init__(self, data_dir: DataDir, phase: str) -> None:
        self._data_dir = data_dir
        self._phase = phase
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._answered = threading.Event()
        self.answer = ""

    def watch(self, state: StackState) -> None:
        """Return only once the request lies there: nothing the supervisor does later comes before it."""
        if state.phase != self._phase or self._thread.ident is not None:
            return
        self._thread.start()
        deadline = time.monotonic() + _BOUND_SECONDS
        while not list((self._data_dir.run / "requests").glob("*.json")):
            assert time.monotonic() < deadline, "nothing was asked"
            time.sleep(0.01)

    def wait(self) -> None:
        """Return once the answer is there, or the bound has passed."""
        self._answered.wait(_BOUND_SECONDS)

    def _ask(self) -> None:
        try:
            ask(
                self._data_dir.run,
                Request(action="start_child", child="nobody"),
                supervised=lambda: is_supervised(self._data_dir),
            )
        except StackError as error:
            self.answer = error.reason
        finally:
            self._answered.set()


def answer_of_one_asked_while(phase: str, tmp_path: Path) -> str:
    data_dir = DataDir(root=tmp_path / "data")
    make_data_dir(data_dir)
    asker = Asker(data_dir, phase)
    supervisor = Supervisor(
        data_dir=data_dir, ports=Ports(offset=0), children=(), say=lambda _message: None, watch=asker.watch
    )

    async def live() -> None:
        life = asyncio.create_task(supervisor.run())
        await asyncio.to_thread(asker.wait)
        supervisor.stop()
        await life

    asyncio.run(live())
    return asker.answer


def test_what_is_asked_as_soon_as_the_stack_runs_is_answered(tmp_path: Path) -> None:
    assert answer_of_one_asked_while("running", tmp_path) == "This stack has no nobody."


def test_what_is_asked_while_the_stack_starts_is_answered_when_it_runs(tmp_path: Path) -> None:
    assert answer_of_one_asked_while("starting", tmp_path) == "This stack has no nobody."


def test_what_was_asked_of_a_dead_supervisor_is_forgotten(tmp_path: Path) -> None:
    requests = tmp_path / "data" / "run" / "requests"
    requests.mkdir(parents=True)
    (requests / "left.json").write_text('{"action": "start_child", "child": "nobody"}')
    (requests / "left.1.part").write_text("{")
    assert answer_of_one_asked_while("running", tmp_path) == "This stack has no nobody."
    assert list(requests.iterdir()) == []
    assert not (tmp_path / "data" / "run" / "answers" / "left.json").exists()
