"""Names, numbers and choices of the stack that need no process."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from keeptrusts.cli.stack.child_process import backoff_seconds
from keeptrusts.cli.stack.data_dir import DataDir, choose_data_dir, make_data_dir
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.kafka.jars import jar_folder, jar_set_version
from keeptrusts.cli.stack.kafka.toolchain import find_java, find_maven, java_major_version
from keeptrusts.cli.stack.options import StackOptions
from keeptrusts.cli.stack.ports import MAX_OFFSET, Ports, require_free
from keeptrusts.cli.stack.processes import ProcessIdentity
from keeptrusts.cli.stack.state_file import ChildState, StackState, read_state, write_state


def test_documented_ports_and_their_shift() -> None:
    assert [port for _, port in Ports().named()] == [19092, 19093, 8080, 41002, 41012]
    assert [port for _, port in Ports(offset=100).named()] == [19192, 19193, 8180, 41102, 41112]


def test_only_the_ports_of_children_that_run_are_needed() -> None:
    assert [port for _, port in Ports().used_by({"kafka", "api"})] == [19092, 19093, 8080]


@pytest.mark.parametrize("offset", [-1, MAX_OFFSET + 1])
def test_an_offset_that_leaves_no_port_is_refused(offset: int) -> None:
    with pytest.raises(StackError, match="outside"):
        Ports(offset=offset)


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_301"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ("no version here", None),
    ],
)
def test_java_versions_are_read(text: str, major: int | None) -> None:
    assert java_major_version(text) == major


def test_missing_tools_are_named_with_the_command_that_installs_them(tmp_path: Path) -> None:
    (tmp_path / "apt-get").write_text("")
    (tmp_path / "apt-get").chmod(0o755)
    environment = {"PATH": str(tmp_path)}
    with pytest.raises(StackError) as java:
        find_java(environment)
    with pytest.raises(StackError) as maven:
        find_maven(environment)
    assert java.value.fix == "sudo apt-get install -y openjdk-17-jre-headless"
    assert maven.value.fix == "sudo apt-get install -y maven"


def test_an_old_java_is_refused_with_its_version(tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    with pytest.raises(StackError, match=r"is Java 11; Kafka needs Java 17"):
        find_java({"JAVA_HOME": str(tmp_path), "PATH": "/nonexistent"})


def test_the_jar_folder_can_be_named_and_else_carries_the_version() -> None:
    assert jar_folder({"KEEPTRUSTS_KAFKA_HOME": "/opt/kafka"}) == Path("/opt/kafka")
    assert jar_folder({}).name == jar_set_version()
    assert jar_set_version().startswith("4.1.")


def test_the_data_directory_is_the_option_then_the_variable_then_found_upwards(tmp_path: Path) -> None:
    work = tmp_path / "a" / "b"
    work.mkdir(parents=True)
    cases = [
        (Path("here"), {}, work / "here"),
        (Path("/abs"), {"KEEPTRUSTS_DATA_DIR": "/env"}, Path("/abs")),
        (None, {"KEEPTRUSTS_DATA_DIR": "/env"}, Path("/env")),
        (None, {}, work / ".keeptrusts"),
    ]
    for option, environment, expected in cases:
        assert choose_data_dir(option, working_dir=work, environment=environment).root == expected
    (tmp_path / ".keeptrusts").mkdir()
    assert choose_data_dir(None, working_dir=work, environment={}).root == tmp_path / ".keeptrusts"


def test_a_data_directory_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match="cannot be written: Not a directory") as error:
        make_data_dir(DataDir(root=tmp_path / "file" / "data"))
    assert "--data-dir" in error.value.fix


def test_backoff_doubles_and_is_bounded() -> None:
    assert [backoff_seconds(failures) for failures in (1, 2, 3, 5, 6, 1000)] == [0.5, 1, 2, 8, 15, 15]


def test_state_survives_the_file_and_anything_else_reads_as_none(tmp_path: Path) -> None:
    path = tmp_path / "stack.json"
    state = StackState(
        phase="running",
        supervisor=ProcessIdentity(pid=1, started="2"),
        port_offset=3,
        children=(ChildState(name="kafka", phase="ready", process=ProcessIdentity(pid=4, started="5")),),
        message="text",
    )
    assert read_state(path) is None
    write_state(path, state)
    assert read_state(path) == state
    for broken in ("", "{", "[]", '{"version": 1}', '{"version": 99}'):
        path.write_text(broken)
        assert read_state(path) is None


def test_the_options_become_the_same_options_again() -> None:
    options = StackOptions(
        data_dir=DataDir(root=Path("/data")),
        port_offset=7,
        config=Path("/c.yaml"),
        gateway=False,
        provider_url="http://p",
    )
    assert options.arguments() == (
        *("--data-dir", "/data", "--port-offset", "7", "--config", "/c.yaml"),
        *("--no-gateway", "--provider-url", "http://p"),
    )


def _connected_port(listener: socket.socket) -> tuple[int, socket.socket]:
    """A port that an outgoing connection holds, as the system sometimes picks one of ours."""
    connection = socket.socket()
    connection.bind(("127.0.0.1", 0))
    connection.connect(listener.getsockname())
    port: int = connection.getsockname()[1]
    return port, connection


def test_a_port_that_only_a_connection_holds_is_waited_for() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port, connection = _connected_port(listener)
        accepted, _ = listener.accept()
        closing = threading.Timer(0.5, lambda: (accepted.close(), connection.close()))
        closing.start()
        require_free((("the gateway", port),), patience_s=30)
        closing.join()


def test_a_connection_that_stays_is_an_error_after_the_patience() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port, connection = _connected_port(listener)
        with connection, pytest.raises(StackError, match="is held by a connection"):
            require_free((("the gateway", port),), patience_s=0.3)
