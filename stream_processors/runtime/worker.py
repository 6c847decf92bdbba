"""The Faust side: partition assignment, answered by one partition runner per processor and partition.

Faust decides who owns a partition; its runners read the records themselves. Every runner's failure ends the process
at once, because an owner that cannot write must not go on deciding.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import faust
from aiokafka import AIOKafkaProducer
from faust.types import TP
from mode import CrashingSupervisor

from keeptrusts.schemas.log_connections import closed
from keeptrusts.schemas.topics import EVENTS
from keeptrusts.stream_processors.runtime.faust_app import FETCH_BYTES, NEVER_POLLS_S, MembershipApp
from keeptrusts.stream_processors.runtime.partition import PartitionRunner
from keeptrusts.stream_processors.runtime.protocol import OutputRecord, PartitionFold
from keeptrusts.stream_processors.runtime.transactions import FencedError
from keeptrusts.stream_processors.settings import ProcessorSettings

logger = logging.getLogger(__name__)

EXIT_FAILED = 70
EXIT_FENCED = 71
STOPPED_S = 15.0
"""How long what works on a partition may take to end: closing its connections is bounded by less."""
LEFT_OUT_S = 60.0
"""How long a worker may be without an assignment after its partitions were taken away."""

MakeFold = Callable[[int], PartitionFold]
Companion = Callable[[int], Coroutine[Any, Any, None]]
"""Work for one partition beside its folds, as long as it is ours: it must not block, and fails by itself."""


def build_app(settings: ProcessorSettings) -> faust.App:
    """Make the Faust app as it keeps its promises: crashing supervisor, no web server, no topics of its own."""
    options: dict[str, Any] = {}
    if settings.instance_id is not None:
        options["consumer_group_instance_id"] = settings.instance_id  # an empty one would be one name for all
    return MembershipApp(
        settings.application_id,
        broker=f"kafka://{settings.bootstrap}",
        datadir=Path(settings.data_dir) / "faust",
        agent_supervisor=CrashingSupervisor,
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=True,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=5.0,
        broker_max_poll_records=1_000,
        broker_max_poll_interval=NEVER_POLLS_S,
        consumer_max_fetch_size=FETCH_BYTES,
        broker_session_timeout=settings.session_timeout_s,
        **options,
        broker_heartbeat_interval=2.0,
        broker_request_timeout=40.0,
    )


class Worker:
    """Runs every processor over the partitions that Faust assigns to this process."""

    def __init__(
        self,
        *,
        settings: ProcessorSettings,
        processors: Mapping[str, MakeFold],
        now_ms: Callable[[], int],
        companions: Mapping[str, Companion] = MappingProxyType({}),
        end_process: Callable[[int], None] = os._exit,
    ) -> None:
        self._settings = settings
        self._processors = processors
        self._now_ms = now_ms
        self._companions = companions
        self._end_process = end_process
        self._runners: dict[tuple[str, int], tuple[PartitionRunner, asyncio.Task[None]]] = {}
        self._beside: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._ticker: AIOKafkaProducer | None = None
        self._revoked_at: float | None = None
        self.app = build_app(settings)
        self._topic = self.app.topic(
            settings.topic(EVENTS.name), key_serializer="raw", value_serializer="raw", allow_empty=True
        )
        self._declare_agent()
        on_assigned: Any = self._on_assigned  # Faust types its signals' handlers by a protocol no function meets
        on_revoked: Any = self._on_revoked
        self.app.on_partitions_assigned.connect(on_assigned)
        self.app.on_partitions_revoked.connect(on_revoked)

    async def start(self) -> None:
        """Start the ticker and the Faust app; returns when the app has joined its group."""
        self._mark_ready(False)
        self._ticker = AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap, enable_idempotence=True, acks="all", request_timeout_ms=20_000
        )
        await self._ticker.start()
        await self.app.start()

    async def stop(self) -> None:
        """Give the partitions back and stop; runners end between two transactions."""
        self._mark_ready(False)
        await self._stop_runners(list(self._runners))
        await self._stop_beside(list(self._beside))
        await self.app.stop()
        if self._ticker is not None:
            await closed(self._ticker, "the producer of ticks")

    @property
    def crashed(self) -> str | None:
        """Why this process should end: Faust has given up, or has not joined its group again for too long."""
        if self.app.crashed:
            return "the stream worker has crashed; see the log above"
        if self._is_left_out():
            return f"this worker's partitions were taken away, and it was given none again within {LEFT_OUT_S:g} s"
        return None

    def _is_left_out(self) -> bool:
        """Say whether partitions were taken away and nothing has been given out since: a lost answer may do that."""
        since = self._revoked_at
        return since is not None and asyncio.get_running_loop().time() - since > LEFT_OUT_S

    def _declare_agent(self) -> None:
        """Subscribe by an agent, which is how Faust learns what it is to share out; no record ever comes through it."""

        async def subscribe(stream: Any) -> None:  # Faust's stream types are not exported for annotations
            async for _ in stream:
                raise AssertionError("a record came through Faust's stream; the runners read kt.events themselves")

        self.app.agent(self._topic, name=f"{self._settings.application_id}-subscription", concurrency=1)(subscribe)

    async def _on_assigned(self, app: faust.App, assigned: set[TP], **_: Any) -> None:
        ours = {place.partition for place in assigned if place.topic == self._settings.topic(EVENTS.name)}
        wanted = {(name, partition) for name in self._processors for partition in ours}
        await self._stop_runners([key for key in self._runners if key not in wanted])
        for name, partition in sorted(wanted - self._runners.keys()):
            self._start_runner(name, partition)
        await self._stop_beside([key for key in self._beside if key[1] not in ours])
        self._start_beside(ours)
        self._revoked_at = None
        self._watch_readiness()

    async def _on_revoked(self, app: faust.App, revoked: set[TP], **_: Any) -> None:
        self._mark_ready(False)
        self._revoked_at = asyncio.get_running_loop().time()
        gone = {place.partition for place in revoked if place.topic == self._settings.topic(EVENTS.name)}
        await self._stop_runners([key for key in self._runners if key[1] in gone])
        await self._stop_beside([key for key in self._beside if key[1] in gone])

    def _start_beside(self, partitions: set[int]) -> None:
        for name, companion in self._companions.items():
            for partition in sorted(partitions):
                if (name, partition) not in self._beside:
                    task = asyncio.create_task(companion(partition), name=f"{name}-{partition}")
                    self._beside[name, partition] = task

    async def _stop_beside(self, keys: list[tuple[str, int]]) -> None:
        await self._stopped([self._beside.pop(key) for key in keys])

    def _start_runner(self, processor: str, partition: int) -> None:
        runner = PartitionRunner(
            settings=self._settings,
            processor=processor,
            partition=partition,
            fold=self._processors[processor](partition),
            now_ms=self._now_ms,
            append_tick=self._append_tick,
        )
        task = asyncio.create_task(self._guard(processor, partition, runner), name=f"{processor}-{partition}")
        self._runners[processor, partition] = (runner, task)

    async def _guard(self, processor: str, partition: int, runner: PartitionRunner) -> None:
        try:
            await runner.run()
        except asyncio.CancelledError:
            raise
        except FencedError as error:
            logger.error("%s: %s; ending this process", processor, error)
            self._end_process(EXIT_FENCED)
        except BaseException:
            logger.exception("%s failed on partition %d; ending this process", processor, partition)
            self._end_process(EXIT_FAILED)

    async def _stop_runners(self, keys: list[tuple[str, int]]) -> None:
        await self._stopped([self._runners.pop(key)[1] for key in keys])

    async def _stopped(self, tasks: list[asyncio.Task[None]]) -> None:
        """End tasks, within a bound: Faust waits here before it joins its group again, and would wait for ever."""
        for task in tasks:
            task.cancel()
        ended, late = await asyncio.wait(tasks, timeout=STOPPED_S) if tasks else (set(), set())
        for task in ended:
            if not task.cancelled() and task.exception() is not None:
                logger.error("%s had failed: %r", task.get_name(), task.exception())
        if late:
            names = ", ".join(sorted(task.get_name() for task in late))
            logger.error("%s did not end within %g s; ending this process", names, STOPPED_S)
            self._end_process(EXIT_FAILED)

    def _watch_readiness(self) -> None:
        runners = [runner for runner, _ in self._runners.values()]

        async def watch() -> None:
            for runner in runners:
                await runner.caught_up.wait()
            self._mark_ready(True)

        self.app.add_future(watch())

    def _mark_ready(self, ready: bool) -> None:
        file = self._settings.ready_file
        if file is None:
            return
        if ready:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(str(os.getpid()))
        else:
            file.unlink(missing_ok=True)

    async def _append_tick(self, partition: int, tick: OutputRecord) -> None:
        if self._ticker is not None:
            async with asyncio.timeout(self._settings.transaction_timeout_ms / 1_000):
                await self._ticker.send_and_wait(
                    self._settings.topic(tick.topic), tick.value, key=tick.key, partition=partition
                )
