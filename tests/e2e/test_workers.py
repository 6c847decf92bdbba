"""A gateway of several workers as a user runs it: one set of metrics, no call lost to reloads, restarts or deaths."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.persistent_load import BODY, Callers, Seen, call_of
from support.ports import free_port
from support.stack import KT, Answer, Stack, listening_gateway, request, wait_for

OPEN = "policies:\n  chain: [rate-limit, audit-logger]\npolicy:\n  rate-limit: {requests_per_minute: 1000000}\n"
TIGHT = "policies:\n  chain: [model-access, audit-logger]\npolicy:\n  model-access: {denied_models: [gpt-4o]}\n"
CERTIFICATES = Path(__file__).resolve().parents[1] / "support" / "certificates"
RESTART_S = 60


@dataclass(slots=True)
class Running:
    """A gateway on a port of its own, beside the stack's default one."""

    stack: Stack
    port: int
    policy: Path
    process: subprocess.Popen[str]
    said: list[str]
    scheme: str = "http"

    def ask(self, path: str, *, port: int | None = None, method: str = "GET") -> Answer:
        return request(method, f"http://127.0.0.1:{port or self.port}{path}", timeout_s=20)

    @property
    def admin(self) -> int:
        return self.port + 10

    def ready(self) -> dict[str, object]:
        document = self.ask("/readyz", port=self.admin).json()
        assert isinstance(document, dict)
        return document

    def pids(self) -> list[int]:
        workers = self.ready()["workers"]
        assert isinstance(workers, list)
        return [worker["pid"] for worker in workers]

    def metric(self, name: str, *, port: int | None = None, **labels: str) -> float:
        """Add up a metric's samples that carry these labels."""
        families = text_string_to_metric_families(self.ask("/metrics", port=port).body.decode())
        samples = (sample for family in families for sample in family.samples)
        return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())

    def status_of_call(self) -> int:
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
        url = f"http://127.0.0.1:{self.port}/v1/chat/completions"
        return request("POST", url, body=body, token=self.stack.credentials["gateway_key"]).status

    def send_call(self) -> socket.socket:
        """Connect and send a call; its answer is to be read from what is given."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(call_of(self.stack.credentials["gateway_key"], BODY))
        return connection

    def listens(self) -> bool:
        """Say whether the parent still holds a socket that listens on the port."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        listeners = {int(row[9]) for row in rows if row[3] == "0A" and row[1].endswith(f":{self.port:04X}")}
        handles = f"/proc/{self.process.pid}/fd"
        held = set()
        for handle in os.listdir(handles):
            with suppress(FileNotFoundError):  # it may have been closed since
                held.add(os.stat(f"{handles}/{handle}").st_ino)
        return bool(held & listeners)

    def callers(self, count: int, **options: object) -> Callers:
        key = self.stack.credentials["gateway_key"]
        return Callers(host="127.0.0.1", port=self.port, key=key, count=count, **options)  # type: ignore[arg-type]  # options are Callers' own

    def until(self, condition: object, timeout_s: float = 30) -> None:
        assert callable(condition)
        wait_for(lambda: bool(condition()), self.process, self.said, timeout_s=timeout_s)


@contextmanager
def running(stack: Stack, directory: Path, *arguments: str) -> Iterator[Running]:
    policy, port = directory / "policy.yaml", free_port(10)
    policy.write_text(OPEN)
    own = ("--no-stack", "--port", str(port), "--config", str(policy), "--name", "own")
    with listening_gateway(stack, *own, *arguments, cwd=directory, timeout_s=60) as (process, said):
        yield Running(stack, port, policy, process, said)


@pytest.fixture(scope="module")
def own(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(stack, tmp_path_factory.mktemp("workers"), "--workers", "2", "--drain-time", "10") as made:
        yield made


@contextmanager
def paused(pids: list[int]) -> Iterator[None]:
    """Keep processes from running."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def last_answer(connection: socket.socket) -> bytes:
    """Read everything until the other side closes."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65_536), b""))


async def beside(callers: list[Callers], *arguments: str, stack: Stack) -> tuple[int, list[Seen]]:
    """Run a kt command while callers call; gives its exit code and what they saw."""
    tasks = [asyncio.create_task(one.run()) for one in callers]
    done = await asyncio.to_thread(stack.kt, *arguments, check=False, timeout_s=RESTART_S)
    for one in callers:
        one.stopping.set()
    return done.returncode, list(await asyncio.gather(*tasks))


def test_workers_share_the_calls_and_show_one_set_of_metrics(own: Running) -> None:
    before = own.metric("keeptrusts_gateway_requests_total", verdict="allow")
    seen = asyncio.run(own.callers(24, per_connection=1, warm_at=100).run_until_warm())
    assert not seen.lost and set(seen.statuses) == {200}
    for port in (own.port, own.admin):
        assert own.metric("keeptrusts_gateway_requests_total", port=port, verdict="allow") == before + seen.answered
        assert own.metric("keeptrusts_gateway_request_seconds_count", port=port, verdict="allow") >= seen.answered
    assert own.metric("keeptrusts_gateway_workers", state="serving") == 2
    assert own.metric("keeptrusts_gateway_tokens_total", direction="output") > 0
    assert own.metric("keeptrusts_gateway_cost_nano_usd_total") > 0
    assert own.metric("keeptrusts_gateway_stage_seconds_count", stage="decide_ack") >= seen.answered
    assert own.metric("keeptrusts_gateway_log_records_total") >= 2 * seen.answered
    assert len(set(own.pids())) == 2


def test_every_worker_takes_a_change_over_and_none_takes_a_mistake(own: Running) -> None:
    first = own.ready()["config_version"]
    own.policy.write_text(TIGHT)  # nobody is told: the files are watched
    own.until(lambda: {own.status_of_call() for _ in range(8)} == {403})
    ready = own.ready()
    assert ready["config_version"] != first
    assert {worker["config_version"] for worker in ready["workers"]} == {ready["config_version"]}  # type: ignore[attr-defined]  # a list

    own.policy.write_text("policies:\n  chian: []\n")
    refused = own.stack.kt("gateway", "reload", "--port", str(own.port), check=False)
    assert refused.returncode == 2 and "chian" in refused.stderr and "stays in force" in refused.stderr
    broken = own.ready()
    assert broken["config_version"] == ready["config_version"] and "chian" in str(broken["config_problem"])
    assert own.metric("keeptrusts_gateway_config_refused") == 1
    assert own.status_of_call() == 403

    own.policy.write_text(OPEN)
    own.process.send_signal(signal.SIGHUP)
    own.until(lambda: own.ready()["config_version"] == first and own.ready()["config_problem"] is None)
    assert {own.status_of_call() for _ in range(8)} == {200}
    assert own.metric("keeptrusts_gateway_config_refused") == 0


def test_browsers_may_not_reload_or_restart(own: Running) -> None:
    answer = request(
        "POST", f"http://127.0.0.1:{own.admin}/keeptrusts/restart", headers={"Origin": "https://evil.example"}
    )
    assert answer.status == 403


def test_a_rolling_restart_under_load_loses_no_request(own: Running) -> None:
    before, calls = own.pids(), own.metric("keeptrusts_gateway_requests_total")
    callers = [
        own.callers(4, pause_s=0.1, seed=1),
        own.callers(24, pause_s=0.8, seed=2),
        own.callers(3, pause_s=0.1, per_connection=1, seed=3),
        own.callers(2, pause_s=0.1, stream=True, seed=4),
    ]
    code, seen = asyncio.run(beside(callers, "gateway", "restart", "--port", str(own.port), stack=own.stack))
    print(*seen, sep="\n")
    assert code == 0
    assert [one.lost for one in seen] == [{}, {}, {}, {}]
    assert {status for one in seen for status in one.statuses} == {200}
    assert sum(one.last_answers for one in seen) > 0, "workers that stop say so in their last answers"
    after = own.pids()
    assert not set(before) & set(after)
    answered = sum(one.answered for one in seen)
    assert own.metric("keeptrusts_gateway_requests_total") == calls + answered, "counts outlive their workers"


def test_a_killed_worker_is_replaced_and_who_connects_meanwhile_waits(own: Running) -> None:
    victim, other = own.pids()
    os.kill(victim, signal.SIGKILL)
    statuses = {own.status_of_call() for _ in range(20)}  # about half of the connections wait for the successor
    assert statuses == {200}
    own.until(lambda: own.ready()["status"] == "ready" and None not in own.pids())
    assert victim not in own.pids() and other in own.pids()
    assert own.metric("keeptrusts_gateway_worker_starts_total", cause="death") >= 1


def test_sigterm_ends_calls_in_peace_and_every_process(stack: Stack, tmp_path: Path) -> None:
    with running(stack, tmp_path, "--workers", "2") as made:
        pids = made.pids()
        callers = [made.callers(6, stream=True), made.callers(6)]
        waiting: list[socket.socket] = []

        async def stop_under_load() -> list[Seen]:
            tasks = [asyncio.create_task(one.run()) for one in callers]
            await asyncio.gather(*(one.warm.wait() for one in callers))
            for pid in pids:
                os.kill(pid, signal.SIGTERM)  # a service manager sends it to every process; the parent alone obeys
            with paused(pids):
                waiting.extend(made.send_call() for _ in range(60))  # in the sockets' queues, where nobody accepts them
                made.process.terminate()
                made.until(lambda: not made.listens())  # from here on a worker's socket is its own
            await asyncio.to_thread(made.process.wait, 45)
            for one in callers:
                one.stopping.set()
            return list(await asyncio.gather(*tasks))

        seen = asyncio.run(stop_under_load())
        assert made.process.returncode == 0, "".join(made.said)
        # Nobody listens any more, so callers that come back cannot connect; whoever was connected was answered.
        answers = [last_answer(one) for one in waiting]
        assert [answer[:12] for answer in answers] == [b"HTTP/1.1 200"] * 60
        assert {name for one in seen for name in one.lost} <= {"connect: ConnectionRefusedError"}
        assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_one_process_serves_https_and_the_doctor_finds_it(stack: Stack, tmp_path: Path) -> None:
    certificate, key = CERTIFICATES / "one.pem", CERTIFICATES / "one.key"
    with running(stack, tmp_path, "--tls-cert", str(certificate), "--tls-key", str(key)) as made:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        seen = asyncio.run(made.callers(2, tls=trusting).run_until_warm())
        assert not seen.lost and set(seen.statuses) == {200}
        assert any("https://" in line for line in made.said)
        assert made.ask("/keeptrusts/restart", port=made.admin, method="POST").status == 409
        url = f"https://127.0.0.1:{made.port}"
        environment = stack.environment() | {"KEEPTRUSTS_GATEWAY_URL": url}
        doctor = subprocess.run(
            [*KT, "doctor", "--json"], env=environment, capture_output=True, timeout=60, check=False
        )
        findings = json.loads(doctor.stdout)["checks"]
        gateway = next(one for one in findings if one["check"] == "gateway")
        assert gateway["result"] == "ok" and url in gateway["message"]
