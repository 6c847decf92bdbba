"""Starts and stops one real Apache Kafka node on this machine, for the stack and for tests."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import string
import subprocess
import sys
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.kafka.jars import Say, ensure_jars
from keeptrusts.cli.stack.kafka.toolchain import find_java
from keeptrusts.schemas.frozen import frozen

_HERE = Path(__file__).resolve().parent
_FORMAT_SECONDS = 60
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_PROBE_SECONDS = 3.0
_LOG_LINES_SHOWN = 15

_SHORT_LIVED = "-XX:TieredStopAtLevel=1"
"""To optimize code takes a program of two seconds longer than it runs."""
_JVM_OPTIONS = (
    "-Xmx512m",
    "-Xms128m",
    "-Djava.awt.headless=true",
    "-Dlog4j.shutdownHookEnabled=false",  # Kafka's own stop writes its last lines through it
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:+PerfDisableSharedMem",
)


@frozen
class BrokerPlace:
    """Where a node keeps its log and on which loopback ports it answers."""

    directory: Path
    port: int
    controller_port: int

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(slots=True, kw_only=True)
class Broker:
    """A running node. Its methods block at most as long as the node takes to obey (bounded)."""

    place: BrokerPlace
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def bootstrap(self) -> str:
        """What clients take as bootstrap servers."""
        return self.place.bootstrap

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ask politely, then insist. The log is closed cleanly when the node obeys."""
        if not self.running:
            return
        self.process.send_signal(signal.SIGCONT)  # a stopped process takes no request
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, as a crash would. The directory can be started again."""
        if not self.running:
            return
        self.process.kill()
        self.process.wait(_STOP_SECONDS)


@asynccontextmanager
async def running_broker(directory: Path, *, port: int, controller_port: int) -> AsyncIterator[Broker]:
    """A node that is stopped when the block ends. The directory stays and can be started again."""
    broker = await start_broker(directory, port=port, controller_port=controller_port)
    try:
        yield broker
    finally:
        await asyncio.to_thread(broker.stop)


async def start_broker(directory: Path, *, port: int, controller_port: int) -> Broker:
    """Start a node on an empty directory or on one an earlier node left, and wait until it answers.

    The node's output goes to `<directory>/kafka.log`. Raises StackError when it does not answer within 60 s.
    """
    place = BrokerPlace(directory=directory, port=port, controller_port=controller_port)
    command = await asyncio.to_thread(prepare_broker, place, _say_on_stderr)
    log = directory / "kafka.log"
    process = await asyncio.to_thread(_launch, command, log)
    broker = Broker(place=place, process=process)
    try:
        await _wait_until_ready(broker, log)
    except BaseException:
        broker.kill()
        raise
    return broker


def prepare_broker(place: BrokerPlace, say: Say) -> tuple[str, ...]:
    """Everything before the start (jars, settings, formatted log); returns the command that starts the node.

    Can be repeated on the same directory, also after a kill in the middle and with other ports.
    """
    java = find_java()
    jars = ensure_jars(say)
    place.directory.mkdir(parents=True, exist_ok=True)
    log_dir = place.directory / "log"
    if not (log_dir / "meta.properties").exists():
        _format_log(place, java, jars, log_dir)
    settings = _write_settings(place, log_dir, "server.properties")
    return (*_java_command(java, jars), "kafka.Kafka", str(settings))


async def broker_answers(bootstrap: str) -> bool:
    """Whether a node answers there: protocol versions, and at least one broker that takes requests."""
    from aiokafka.client import AIOKafkaClient
    from aiokafka.errors import KafkaError

    host, _, port = bootstrap.partition(",")[0].rpartition(":")
    try:  # a plain connection first: the client writes an error to its log for every refusal
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), _PROBE_SECONDS)
        writer.close()
        client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=int(_PROBE_SECONDS * 1000))
        try:
            await asyncio.wait_for(client.bootstrap(), _PROBE_SECONDS)
            return bool(client.cluster.brokers())
        finally:
            await client.close()
    except (OSError, TimeoutError, KafkaError):
        return False


def _launch(command: tuple[str, ...], log: Path) -> subprocess.Popen[bytes]:
    """A session of its own: a Ctrl-C in the terminal reaches this program, which stops the node in order."""
    with open(log, "ab") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )


async def _wait_until_ready(broker: Broker, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not await broker_answers(broker.bootstrap):
        if not broker.running:
            raise StackError(
                f"Kafka ended with code {broker.process.returncode} while starting:\n{_tail(log)}",
                fix=f"see {log}",
            )
        if time.monotonic() > deadline:
            raise StackError(
                f"Kafka did not answer at {broker.bootstrap} within {_START_SECONDS:.0f} s:\n{_tail(log)}",
                fix=f"see {log}",
            )
        await asyncio.sleep(0.1)


def _format_log(place: BrokerPlace, java: Path, jars: Path, log_dir: Path) -> None:
    """Format beside the final place and rename, so that a kill never leaves half a log behind."""
    fresh = place.directory / f".log-{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    settings = _write_settings(place, fresh, f".format-{os.getpid()}.properties")
    cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = (
        *_java_command(java, jars, _SHORT_LIVED),
        "kafka.tools.StorageTool",
        "format",
        "-t",
        _without_leading_dash(cluster_id),
        "-c",
        str(settings),
    )
    answer = subprocess.run(command, capture_output=True, text=True, timeout=_FORMAT_SECONDS, check=False)
    if answer.returncode != 0:
        raise StackError(
            f"Kafka's log could not be formatted in {place.directory}: {answer.stderr.strip()[-800:]}",
            fix="check that the folder is writable and the disk is not full",
        )
    settings.unlink()
    if log_dir.exists():
        shutil.rmtree(log_dir)  # no meta.properties: nothing was ever written there
    os.rename(fresh, log_dir)


def _without_leading_dash(cluster_id: str) -> str:
    return "k" + cluster_id[1:] if cluster_id.startswith("-") else cluster_id


def _write_settings(place: BrokerPlace, log_dir: Path, name: str) -> Path:
    template = string.Template((_HERE / "server.properties").read_text(encoding="utf-8").split("\n", 1)[1])
    text = template.substitute(port=place.port, controller_port=place.controller_port, log_dir=str(log_dir.absolute()))
    path = place.directory / name
    temporary = path.with_name(f".{name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
    return path


def _java_command(java: Path, jars: Path, *options: str) -> tuple[str, ...]:
    return (
        str(java),
        *_JVM_OPTIONS,
        *options,
        f"-Dlog4j2.configurationFile={_HERE / 'log4j2.properties'}",
        "-cp",
        f"{jars}/*",
    )


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES_SHOWN:]
    return "\n".join(f"    {line}" for line in lines)


def _say_on_stderr(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
