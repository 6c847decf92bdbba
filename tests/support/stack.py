"""A stack as a user starts it: `kt up --detach` in a directory of its own, with a simulated provider."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.ports import first_free_offset
from keeptrusts.cli.stack.status import read_status

KT = (sys.executable, "-m", "keeptrusts.cli.main")
UP_TIMEOUT_S = 240
ANSWER_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Provider:
    """A simulated provider and its bill."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def bill(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@dataclass(slots=True)
class Stack:
    """A running stack: how to reach it, and `kt` in its directory."""

    directory: Path
    offset: int
    provider: Provider
    credentials: dict[str, str] = field(default_factory=dict)
    gateway_port: int | None = None
    """The port of the gateway that `chat` calls; None: the stack's own one."""

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{8080 + self.offset}"

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port or 41002 + self.offset}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KEEPTRUSTS_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        upstream = {"KEEPTRUSTS_PROVIDER_URL": self.provider.url} if self.provider.url else {}
        return (
            kept
            | {
                "PATH": path,
                "KEEPTRUSTS_DATA_DIR": str(self.directory / ".keeptrusts"),
                "KEEPTRUSTS_PORT_OFFSET": str(self.offset),
            }
            | upstream
        )

    def kt(
        self, *arguments: str, check: bool = True, timeout_s: float = UP_TIMEOUT_S
    ) -> subprocess.CompletedProcess[str]:
        """Run a kt command here; fails the test with its output when it fails, unless check is off."""
        done = subprocess.run(
            [*KT, *arguments],
            cwd=self.directory,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"kt {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def up(self, *arguments: str) -> None:
        self.kt("up", "--detach", "--port-offset", str(self.offset), *arguments)
        self.read_credentials()

    def down(self) -> None:
        self.kt("down")

    def read_credentials(self) -> None:
        self.credentials = json.loads((self.directory / ".keeptrusts" / "credentials.json").read_text())

    def pid(self, name: str) -> int:
        status = json.loads(self.kt("status", "--format", "json", check=False).stdout)
        pid = status["pids"][name]
        assert isinstance(pid, int), f"{name} does not run: {status}"
        return pid

    def is_ready(self, name: str) -> bool:
        status = read_status(DataDir(root=self.directory / ".keeptrusts"))
        return any(child.name == name and child.phase == "ready" for child in status.children)

    def get(self, path: str, *, token: str | None = None) -> Answer:
        return request("GET", self.api + path, token=token or self.credentials["token"])

    def post(self, path: str, body: object, *, token: str | None = None, headers: Mapping[str, str] = {}) -> Answer:
        return request("POST", self.api + path, body=body, token=token or self.credentials["token"], headers=headers)

    def chat(self, *, key: str | None = None, headers: Mapping[str, str] = {}, **body: object) -> Answer:
        document = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}], **body}
        token = key or self.credentials["gateway_key"]
        return request("POST", f"{self.gateway}/v1/chat/completions", body=document, token=token, headers=headers)

    def event(self, answer: Answer) -> dict[str, Any]:
        """The event row of a call, once the projection has seen it."""
        identifier = answer.headers["x-request-id"]
        position = answer.headers["x-keeptrusts-position"]
        found = self.get(f"/v1/events/{identifier}?min_position={position}")
        assert found.status == 200, found.body
        return found.json()["data"]


def request(
    method: str,
    url: str,
    *,
    body: object = None,
    token: str | None = None,
    headers: Mapping[str, str] = {},
    timeout_s: float = ANSWER_TIMEOUT_S,
) -> Answer:
    """Send one request; any status is an answer."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    sent = urllib.request.Request(url, data=data, method=method)
    if data is not None:
        sent.add_header("Content-Type", "application/json")
    if token is not None:
        sent.add_header("Authorization", f"Bearer {token}")
    for name, value in headers.items():
        sent.add_header(name, value)
    try:
        with urllib.request.urlopen(sent, timeout=timeout_s) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def free_offset() -> int:
    """A port offset whose ports are free, away from the documented ones; Kafka's stay below the ephemeral range."""
    start = random.randrange(1_000, 11_000, 50)
    return first_free_offset(range(start, start + 2_000, 50))


@contextmanager
def simulated_provider(directory: Path) -> Iterator[Provider]:
    """Run a simulated provider for the time of the context."""
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "bill.ndjson"
    process = subprocess.Popen(
        [*KT, "provider", "simulate", "--port", "0", "--log", str(log)], stdout=subprocess.PIPE, text=False
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline().decode()
        url = next(word for word in line.split() if word.startswith("http"))
        yield Provider(url, log, process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def running_stack(directory: Path, *arguments: str) -> Iterator[Stack]:
    """Start a stack, and stop it whatever happens."""
    directory.mkdir(parents=True, exist_ok=True)
    with simulated_provider(directory) as provider:
        stack = Stack(directory, free_offset(), provider)
        try:
            _up_somewhere(stack, *arguments)
            yield stack
        finally:
            stack.kt("down", check=False)


def _up_somewhere(stack: Stack, *arguments: str) -> None:
    """Start it; the kernel may have given one of its ports to a connection since it was looked at, so try elsewhere."""
    for last in (False, False, True):
        try:
            stack.up(*arguments)
            return
        except AssertionError as error:
            if last or not any(words in str(error) for words in ("address already in use", "is held by")):
                raise
            stack.kt("down", check=False)
            stack.offset = free_offset()


@contextmanager
def running_gateway(stack: Stack, *arguments: str, cwd: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run `kt gateway run` in the foreground for the time of the context, once it answers."""
    with listening_gateway(stack, *arguments, cwd=cwd or stack.directory) as (process, said):
        wait_for(lambda: _is_ready(f"{stack.gateway}/readyz"), process, said)
        yield process


@contextmanager
def listening_gateway(
    stack: Stack, *arguments: str, cwd: Path, timeout_s: float = UP_TIMEOUT_S
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run `kt gateway run` for the time of the context, once it says that it listens; gives also what it says.

    A gateway of the stack may still answer on its port: only what it says tells that this one has taken over.
    """
    process = subprocess.Popen(
        [*KT, "gateway", "run", *arguments],
        cwd=cwd,
        env=stack.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    reading = threading.Thread(target=_collect, args=(process, said), daemon=True)
    reading.start()
    try:
        wait_for(lambda: any("listens on" in line for line in said), process, said, timeout_s=timeout_s)
        yield process, said
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reading.join(10)


def _collect(process: subprocess.Popen[str], said: list[str]) -> None:
    assert process.stdout is not None
    with process.stdout as output:
        for line in output:
            said.append(line)


def _is_ready(url: str) -> bool:
    try:
        return request("GET", url, timeout_s=2).status == 200
    except OSError:
        return False


def wait_for(
    condition: Callable[[], bool], process: subprocess.Popen[str], said: list[str], *, timeout_s: float = UP_TIMEOUT_S
) -> None:
    """Wait until a condition holds, or fail with what the process said."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert process.poll() is None, f"the process ended with {process.returncode}\n{''.join(said)}"
        assert time.monotonic() < deadline, f"not within {timeout_s} s\n{''.join(said)}"
        time.sleep(0.05)
