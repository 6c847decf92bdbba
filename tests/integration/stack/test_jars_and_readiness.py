"""Jars are fetched once, whoever asks first; readiness questions come back in time with yes or no."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.kafka.jars import ensure_jars
from keeptrusts.cli.stack.readiness import file_ready, http_ready, http_status, kafka_ready

_MAVEN = """#!/bin/sh
echo run >> "{runs}"
for argument in "$@"; do case "$argument" in -DoutputDirectory=*) out="${{argument#-DoutputDirectory=}}";; esac; done
{action}
"""
_BRINGS_A_JAR = 'mkdir -p "$out"; sleep 0.3; : > "$out/kafka_2.13-4.1.1.jar"'
_FAILS = 'echo "[ERROR] Could not transfer artifact"; exit 1'

FakeMaven = Callable[[str], dict[str, str]]


@pytest.fixture
def maven(tmp_path: Path) -> FakeMaven:
    """Puts an `mvn` first on the path that does what the test says, and a jar folder that is still empty."""

    def make(action: str) -> dict[str, str]:
        bin_dir = tmp_path / "bin"
        bin_dir.mkdir(exist_ok=True)
        program = bin_dir / "mvn"
        program.write_text(_MAVEN.format(runs=tmp_path / "runs", action=action))
        program.chmod(0o755)
        home = tmp_path / "cache" / "kafka" / "4.1.1"
        return {"PATH": f"{bin_dir}:{os.environ['PATH']}", "KEEPTRUSTS_KAFKA_HOME": str(home)}

    return make


def test_four_stacks_that_start_at_once_fetch_once(maven: FakeMaven, tmp_path: Path) -> None:
    environment = maven(_BRINGS_A_JAR)
    said: list[str] = []
    with ThreadPoolExecutor(4) as threads:
        folders = list(threads.map(lambda _: ensure_jars(said.append, environment), range(4)))
    assert set(folders) == {Path(environment["KEEPTRUSTS_KAFKA_HOME"])}
    assert (tmp_path / "runs").read_text().split() == ["run"]
    assert len(said) == 2
    assert said[0].startswith("Fetching Apache Kafka 4.1.1")
    assert ensure_jars(said.append, environment) == folders[0]
    assert len(said) == 2


def test_a_failed_fetch_shows_mavens_reason_and_leaves_nothing_half_done(maven: FakeMaven, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="Could not transfer artifact") as error:
        ensure_jars(lambda _message: None, maven(_FAILS))
    assert "KEEPTRUSTS_KAFKA_HOME" in error.value.fix
    environment = maven(_BRINGS_A_JAR)
    (tmp_path / "cache" / "kafka" / ".fetch-of-a-killed-process").mkdir()
    assert ensure_jars(lambda _message: None, environment).is_dir()
    assert not list((tmp_path / "cache" / "kafka").glob(".fetch-*"))


def test_a_folder_of_an_unpacked_kafka_release_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "kafka_2.13-4.1.0.jar").touch()
    environment = {"PATH": "/nonexistent", "KEEPTRUSTS_KAFKA_HOME": str(tmp_path)}
    assert ensure_jars(lambda _message: None, environment) == tmp_path / "libs"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 200),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", 503),
        (b"something else\r\n", None),
        (b"", None),
    ],
)
async def test_an_http_answer_is_ready_only_with_200(answer: bytes, status: int | None) -> None:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/readyz"
        assert await http_status(url) == status
        assert await http_ready(url)() is (status == 200)


async def test_a_port_that_accepts_and_says_nothing_is_not_ready_and_does_not_hang() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(15):
            questions = (http_ready(f"http://127.0.0.1:{port}/readyz")(), kafka_ready(f"127.0.0.1:{port}")())
            assert await asyncio.gather(*questions) == [False, False]
    assert await kafka_ready(f"127.0.0.1:{port}")() is False


async def test_a_file_is_ready_when_it_exists(tmp_path: Path) -> None:
    ready = file_ready(tmp_path / "processors.ready")
    assert await ready() is False
    (tmp_path / "processors.ready").touch()
    assert await ready() is True
