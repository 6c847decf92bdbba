"""Gateways of several workers and a stack, to be killed and frozen: each fault once at random places, from one seed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.state_file import read_state
from support.freezing import freeze, thaw
from support.money_checker import Outage
from support.ports import free_port
from support.stack import KT, Stack, request

RECOVERY_S = 180.0
LOGGED_CHARS = 4_000
ADMIN_DISTANCE = 10
AGAIN_S = 5.0
"""So long the broker or the ledger may need after they run again until they have caught up; counted to their outage."""
Fault = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class OwnGateway:
    """`kt gateway run` with two workers beside a stack, started anew after it was killed; it logs into a file."""

    stack: Stack
    name: str
    policy: Path
    port: int = field(default_factory=lambda: free_port(ADMIN_DISTANCE))
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log: IO[bytes]
        with (self.stack.directory / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*KT, "gateway", "run", "--no-stack", "--config", str(self.policy), "--workers", "2",
                 "--port", str(self.port), "--name", self.name],
                cwd=self.stack.directory, env=self.stack.environment(), stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def workers(self) -> list[int]:
        """The processes of its workers; none while it does not answer."""
        try:
            document = request("GET", f"http://127.0.0.1:{self.port + ADMIN_DISTANCE}/readyz", timeout_s=5).json()
        except (OSError, ValueError):
            return []
        return [worker["pid"] for worker in document.get("workers", ()) if worker["pid"] is not None]

    def ready(self) -> bool:
        """Say whether all workers serve. One that found no broker has ended: it is started again, as services are."""
        if self.process is not None and self.process.poll() is not None:
            self.start()
        try:
            return request("GET", f"http://127.0.0.1:{self.port + ADMIN_DISTANCE}/readyz", timeout_s=5).status == 200
        except OSError:
            return False

    def account(self) -> str:
        """What it says of itself, and the end of what it has logged: for whoever asks why it is not ready."""
        try:
            answer = request("GET", f"http://127.0.0.1:{self.port + ADMIN_DISTANCE}/readyz", timeout_s=5)
            said = f"{answer.status} {answer.body.decode()}"
        except OSError as error:
            said = repr(error)
        log = (self.stack.directory / f"{self.name}.log").read_text()
        return f"{self.name} at {self.port}: {said}\n{log[-LOGGED_CHARS:]}"

    def kill(self) -> None:
        """Kill the parent and the workers at once: none of them writes a last word."""
        assert self.process is not None
        workers = self.workers()
        self.process.kill()
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, *, timeout_s: float = 60.0) -> None:
        """Let it end as it does when it is asked to."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout_s)
        finally:
            self.process.kill()
            self.process.wait()


@dataclass(slots=True)
class Killer:
    """Breaks one part after another and remembers when: kills of gateways, and outages of broker and ledger."""

    stack: Stack
    gateways: list[OwnGateway]
    rng: random.Random
    answered: Callable[[], int]
    frozen_s: float
    """How long a gateway or a processor is frozen: in the long form longer than a lease lives."""
    kills: list[tuple[str, int]] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    count: int = 0

    def short_round(self) -> list[tuple[Fault, ...]]:
        """Each part once, two at a time. Gateways come first: the others take the time that their leases still have."""
        rest: list[tuple[Fault, ...]] = [
            (self.kill_kafka, self.freeze_a_worker), (self.kill_processors, self.kill_api),
        ]  # fmt: skip
        self.rng.shuffle(rest)
        return [(self.kill_a_worker, self.kill_a_gateway), *rest]

    def long_round(self) -> list[tuple[Fault, ...]]:
        """Every fault once, alone or with any other at the same time."""
        faults: list[Fault] = [
            self.kill_a_worker, self.kill_a_gateway, self.freeze_a_worker, self.kill_processors,
            self.freeze_processors, self.kill_api, self.kill_kafka, self.freeze_kafka,
        ]  # fmt: skip
        self.rng.shuffle(faults)
        chosen: list[tuple[Fault, ...]] = []
        while faults:
            count = min(len(faults), self.rng.choice((1, 2)))
            chosen.append(tuple(faults.pop() for _ in range(count)))
        return chosen

    async def kill_a_worker(self) -> None:
        gateway = self.rng.choice(self.gateways)
        pids = await asyncio.to_thread(gateway.workers)
        if not pids:
            return
        with suppress(ProcessLookupError):
            os.kill(self.rng.choice(pids), signal.SIGKILL)
        self._noted(gateway)

    async def kill_a_gateway(self) -> None:
        gateway = self.rng.choice(self.gateways)
        await asyncio.to_thread(gateway.kill)
        self._noted(gateway)
        await asyncio.sleep(self.rng.random())
        gateway.start()

    async def freeze_a_worker(self) -> None:
        """Its leases end meanwhile, in the long form; what it then still believes must not be spent."""
        gateway = self.rng.choice(self.gateways)
        pids = await asyncio.to_thread(gateway.workers)
        if pids:
            await self._frozen(self.rng.choice(pids), self.frozen_s)

    async def kill_processors(self) -> None:
        async with asyncio.timeout(RECOVERY_S):
            await self._outage(self._killed("processors"))

    async def freeze_processors(self) -> None:
        await self._outage(self._frozen(await self._pid("processors"), min(self.frozen_s, 25.0)))

    async def kill_api(self) -> None:
        async with asyncio.timeout(RECOVERY_S):
            await self._killed("api")

    async def kill_kafka(self) -> None:
        async with asyncio.timeout(RECOVERY_S):
            await self._outage(self._killed("kafka"))

    async def freeze_kafka(self) -> None:
        await self._outage(self._frozen(await self._pid("kafka"), min(self.frozen_s, 10.0)))

    async def recovered(self, least: int = 10) -> float:
        """Wait until calls are answered again and both gateways are ready; gives the seconds that took."""
        before, started = self.answered(), time.monotonic()
        async with asyncio.timeout(RECOVERY_S):
            while self.answered() < before + least or not await self._all_ready():  # noqa: ASYNC110 - many tasks count up
                await asyncio.sleep(0.1)
        return time.monotonic() - started

    async def _all_ready(self) -> bool:
        for gateway in self.gateways:
            if not await asyncio.to_thread(gateway.ready):
                return False
        return True

    async def _outage(self, fault: Awaitable[None]) -> None:
        began = now_ms()
        try:
            await fault
        finally:
            self.outages.append(Outage(began_ms=began, ended_ms=now_ms() + int(AGAIN_S * 1000)))

    async def _frozen(self, pid: int, seconds: float) -> None:
        await asyncio.to_thread(freeze, pid)
        self.count += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            with suppress(ProcessLookupError):
                thaw(pid)

    async def _killed(self, name: str) -> None:
        pid = await self._pid(name)
        os.kill(pid, signal.SIGKILL)
        self.count += 1
        while not self._restarted(name, pid):  # noqa: ASYNC110 - another process restarts it, no event tells us
            await asyncio.sleep(0.1)

    def _noted(self, gateway: OwnGateway) -> None:
        self.count += 1
        self.kills.append((gateway.name, now_ms()))

    async def _pid(self, name: str) -> int:
        """The process of a part of the stack, once it is ready: another fault may just have ended it."""
        async with asyncio.timeout(RECOVERY_S):
            while (pid := self._running(name)) is None:  # noqa: ASYNC110 - another process starts it
                await asyncio.sleep(0.1)
            return pid

    def _restarted(self, name: str, before: int) -> bool:
        return self._running(name) not in (None, before)

    def _running(self, name: str) -> int | None:
        state = read_state(DataDir(root=self.stack.directory / ".keeptrusts").state_file)
        child = None if state is None else state.child(name)
        if child is None or child.process is None or child.phase != "ready":
            return None
        return child.process.pid


def now_ms() -> int:
    """The time as the broker of the same machine has it."""
    return time.time_ns() // 1_000_000
