"""What the tests of the official SDKs share: a gateway with a policy, and the events that a program's calls made."""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.ports import free_port
from support.stack import Stack, request, running_gateway

# Tests of faults share these targets with tests that need them to be called: no breaker stands between them.
POLICY = """
policies:
  chain: [model-access, dlp-filter, audit-logger]
policy:
  model-access: {denied_models: ["gpt-4.1*", "claude-haiku*"]}
  dlp-filter: {secrets: false, blocked_terms: [every entry], apply_to: output, action: redact}
providers:
  circuit_breaker: {enabled: false}
  aliases: {our-gpt: azure/gpt-4o-2024-11-20}
  targets:
    - {id: openai, provider: openai}
    - {id: anthropic, provider: anthropic}
    - id: azure
      provider: azure
      endpoint: https://acme.openai.azure.com
      deployment: our gpt
      models: [gpt-4o-2024-11-20]
    - {id: gemini, provider: google, models: [gemini-2.5-pro, gemini-embedding-001]}
    - {id: gemini-compatible, provider: google, format: openai, models: [gemini-2.5-flash]}
    - {id: bedrock, provider: bedrock, region: us-east-1, models: ["amazon.nova-pro-v1:0"]}
"""
HIDDEN, SHOWN = "every entry", "[TERM]"
"""What POLICY writes over in answers, and with what; the simulated provider says it over and over."""
LONG_ANSWER = "simulate: words=120, chunk-delay=20"
"""More than two seconds long."""
DENIED_OPENAI = "gpt-4.1"
DENIED_ANTHROPIC = "claude-haiku-4-5"
ADMIN_DISTANCE = 10
"""How far above a gateway's port its admin port stands."""
PATIENCE_S = 60.0
NODE = Path(__file__).parents[1] / "e2e" / "node"
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
}
WEATHER_ARGUMENTS = {"city": "sample", "days": 1}
"""What the simulated provider fills that schema with."""


@dataclass(frozen=True, slots=True)
class Governed:
    """A gateway that enforces POLICY. Each test names a project of its own, so that its events can be counted."""

    stack: Stack
    url: str
    key: str

    def project(self) -> str:
        """A project that no other test uses."""
        return f"sdk-{uuid.uuid4().hex[:12]}"

    def rows(self, project: str, *, least: int = 1) -> list[dict[str, Any]]:
        """The events of a project, newest first, once at least so many are closed."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = self.stack.get(f"/v1/events?project={project}&limit=100").json()["data"]
            if len(found) >= least and all(row["status"] is not None for row in found):
                return list(found)
            assert time.monotonic() < deadline, f"only {len(found)} events of project {project}: {found}"
            time.sleep(0.05)

    def detail(self, row: dict[str, Any]) -> dict[str, Any]:
        """Everything that is known of one event."""
        found: dict[str, Any] = self.stack.get(f"/v1/events/{row['request_id']}").json()["data"]
        return found

    def bill(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """What the provider billed for one event, once it has noticed the end of the call."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := [line for line in self.stack.provider.bill() if line["request_id"] == row["request_id"]]):
            assert time.monotonic() < deadline, f"no bill of {row['request_id']}"
            time.sleep(0.05)
        return found

    def only_row(self, project: str) -> dict[str, Any]:
        """The one event of a project: fails when a client's retries made several."""
        rows = self.rows(project)
        assert len(rows) == 1, [(row["request_id"], row["status"]) for row in rows]
        return rows[0]


@contextmanager
def governed_gateway(stack: Stack) -> Iterator[Governed]:
    """Run a second gateway beside the stack's own for the time of the context."""
    document = stack.directory / "sdk-policy.yaml"
    document.write_text(POLICY)
    port = free_port(ADMIN_DISTANCE)
    with running_gateway(stack, "--config", str(document), "--port", str(port), "--name", "sdk"):
        created = stack.post("/v1/teams", {"name": "SDK Team"})
        assert created.status == 201, created.body
        key = stack.post("/v1/keys", {"team": created.json()["id"], "name": "sdk"}).json()["key"]
        url = f"http://127.0.0.1:{port}"
        wait_until_known(url, key)
        yield Governed(stack, url, key)


def wait_until_known(url: str, key: str) -> None:
    """Wait until a gateway has heard of a key."""
    deadline = time.monotonic() + PATIENCE_S
    while request("GET", f"{url}/v1/models", token=key).status != 200:
        assert time.monotonic() < deadline, "the gateway has not heard of the key"
        time.sleep(0.02)


def run_node(script: str, governed: Governed, projects: dict[str, str]) -> dict[str, Any]:
    """Run a script of tests/e2e/node; gives what it prints: a JSON object with one member a step."""
    argument = json.dumps(
        {
            "url": governed.url,
            "key": governed.key,
            "projects": projects,
            "deniedOpenai": DENIED_OPENAI,
            "deniedAnthropic": DENIED_ANTHROPIC,
            "schema": WEATHER,
        }
    )
    done = subprocess.run(
        ["node", str(NODE / script), argument], cwd=NODE, capture_output=True, text=True, timeout=PATIENCE_S * 2
    )
    assert done.returncode == 0, f"{script} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome
