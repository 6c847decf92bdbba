"""Reloads of a gateway in memory: calls see the new configuration, a broken file changes nothing, counts go on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from support.gateway import FakeConnection, FakeGateway, gateway

from keeptrusts.cli.exit_codes import CommandFailed
from keeptrusts.cli.gateway_configuration import Share, Upstreams, load_configuration, read_sources
from keeptrusts.cli.gateway_service.reloading import Reloading
from keeptrusts.gateway.pipeline import run
from keeptrusts.gateway.pipeline.configuration import Configuration
from keeptrusts.gateway.pipeline.in_force import ConfigurationInForce
from keeptrusts.schemas.policy_document.lint import SourceFile

OPEN = "policies:\n  chain: [audit-logger]\n"
TIGHT = "policies:\n  chain: [model-access, audit-logger]\npolicy:\n  model-access: {denied_models: [gpt-4o]}\n"
LIMITED = "policies:\n  chain: [rate-limit]\npolicy:\n  rate-limit: {requests_per_minute: 2}\n"
BROKEN = "policies:\n  chian: [audit-logger]\n"
UPSTREAMS = Upstreams(environment={"OPENAI_API_KEY": "sk-test"})
PATIENCE_S = 5.0
CALL = orjson.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]})


class InMemory:
    """What a reload changes, without processes."""

    def __init__(self, in_force: ConfigurationInForce) -> None:
        self.in_force = in_force
        self.changed = asyncio.Event()

    async def put_in_force(self, sources: tuple[SourceFile, ...]) -> tuple[bool, str]:
        loaded = load_configuration(sources, UPSTREAMS, Share(before=self.in_force.current))
        applied = self.in_force.take_over(loaded.configuration, datetime(2026, 6, 1, tzinfo=UTC))
        self.changed.set()
        return applied, loaded.configuration.compiled.version

    async def refuse(self, problem: str) -> str:
        self.in_force.refuse(problem)
        self.changed.set()
        return self.in_force.current.compiled.version


def loaded(path: Path, before: Configuration | None = None) -> Configuration:
    return load_configuration(read_sources([path]), UPSTREAMS, Share(before=before)).configuration


def made(path: Path) -> tuple[FakeGateway, InMemory]:
    fake = gateway(OPEN)
    return fake, InMemory(ConfigurationInForce(current=loaded(path), traffic=fake.services.traffic))


async def status(fake: FakeGateway, in_force: ConfigurationInForce) -> int:
    services = replace(fake.services, configuration=in_force)
    return (await run.model_call(services, fake.call("engineering"), FakeConnection(CALL), "chat")).status


async def test_a_change_is_in_force_and_in_the_next_event(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(OPEN)
    fake, governed = made(path)
    reloading = Reloading([path], governed)
    assert await status(fake, governed.in_force) == 200
    path.write_text(TIGHT)
    report = await reloading.reload()
    assert (report.status, report.document["outcome"]) == (200, "applied")
    assert await status(fake, governed.in_force) == 403
    versions = [event.data.config_version for event in fake.publisher.events if hasattr(event.data, "config_version")]
    assert versions[-1] == report.document["config_version"] != versions[0]


async def test_a_broken_file_changes_nothing_and_is_said_until_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TIGHT)
    fake, governed = made(path)
    reloading = Reloading([path], governed)
    path.write_text(BROKEN)
    report = await reloading.reload()
    assert report.status == 422 and "chian" in str(report.document["problem"])
    assert governed.in_force.reloads.problem is not None
    assert await status(fake, governed.in_force) == 403
    path.write_text(TIGHT + "# a comment\n")
    assert (await reloading.reload()).document["outcome"] == "unchanged"
    assert governed.in_force.reloads.problem is None


async def test_a_changed_file_is_found_without_being_asked_and_a_signal_asks(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(OPEN)
    _, governed = made(path)
    reloading = Reloading([path], governed, poll_s=0.02)
    watching = asyncio.create_task(reloading.watch_for_ever())
    try:
        path.write_text(TIGHT)
        async with asyncio.timeout(PATIENCE_S):
            await governed.changed.wait()
        assert governed.in_force.reloads.applied == 1
        governed.changed.clear()
        reloading.ask()
        async with asyncio.timeout(PATIENCE_S):
            await governed.changed.wait()
        assert governed.in_force.reloads.unchanged == 1
    finally:
        watching.cancel()


async def test_a_call_ends_on_the_configuration_it_began_with(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(OPEN)
    fake, governed = made(path)

    class Slow(FakeConnection):
        async def read_body(self) -> bytes:
            path.write_text(TIGHT)
            await governed.put_in_force(read_sources([path]))  # while the call is being read
            return CALL

    services = replace(fake.services, configuration=governed.in_force)
    assert (await run.model_call(services, fake.call("engineering"), Slow(), "chat")).status == 200
    assert await status(fake, governed.in_force) == 403


async def test_no_reload_gives_a_fresh_allowance_also_when_the_limit_changes(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(LIMITED)
    fake, governed = made(path)
    reloading = Reloading([path], governed)
    assert [await status(fake, governed.in_force) for _ in range(3)] == [200, 200, 429]
    path.write_text(LIMITED.replace("[rate-limit]", "[rate-limit, audit-logger]"))
    assert (await reloading.reload()).document["outcome"] == "applied"
    assert await status(fake, governed.in_force) == 429
    path.write_text(LIMITED.replace("2}", "3}"))
    await reloading.reload()
    assert [await status(fake, governed.in_force) for _ in range(2)] == [200, 429], "two of the three are used up"
    path.write_text(LIMITED.replace("2}", "1}"))
    await reloading.reload()
    assert await status(fake, governed.in_force) == 429


def test_without_files_the_shipped_document_is_read_and_a_missing_one_is_named(tmp_path: Path) -> None:
    assert read_sources([])[0].file == "observe-only.yaml"
    with pytest.raises(CommandFailed, match=r"missing\.yaml cannot be read"):
        read_sources([tmp_path / "missing.yaml"])
