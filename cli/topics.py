"""Creates the topics and refuses to run on topics whose settings the declared mode cannot live with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from keeptrusts.schemas.errors import KeeptrustsError
from keeptrusts.schemas.topics import ALL, PARTITIONS_CLUSTER, PARTITIONS_SINGLE_NODE, Mode, Topic, replication

TIMEOUT_S: Final = 30.0
_TIMEOUT_MS: Final = 15_000
_VISIBLE_S: Final = 10.0
_CLOSE_S: Final = 5.0
_CHECKED: Final = ("cleanup.policy", "message.timestamp.type", "min.insync.replicas", "unclean.leader.election.enable")


class TopicError(KeeptrustsError):
    """Topics that are missing or set so that a promise would not hold; names each setting and its fix."""


async def ensure_topics(bootstrap: str, *, prefix: str = "", mode: Mode = "single-node") -> tuple[str, ...]:
    """Create what is missing, then check every topic; gives the names created. Raises TopicError."""
    async with _administered(bootstrap) as admin:
        existing = set(await admin.list_topics())
        missing = [topic for topic in ALL if prefix + topic.name not in existing]
        if missing:
            await _create(admin, missing, prefix, mode)
            await _until_visible(admin, [prefix + topic.name for topic in missing])
        await _check(admin, prefix, mode)
        return tuple(prefix + topic.name for topic in missing)


async def check_topics(bootstrap: str, *, prefix: str = "", mode: Mode = "single-node") -> int:
    """Check that all topics exist as the mode needs them; gives their partition count. Raises TopicError."""
    async with _administered(bootstrap) as admin:
        return await _check(admin, prefix, mode)


def partitions_of(mode: Mode) -> int:
    """Give the partition count that new installations of a mode get; it never changes afterwards."""
    return PARTITIONS_CLUSTER if mode == "cluster" else PARTITIONS_SINGLE_NODE


@contextlib.asynccontextmanager
async def _administered(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """Connect within a bound. Raises TopicError when no broker answers there, or stops answering."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_TIMEOUT_MS)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await admin.start()
            yield admin
    except (KafkaError, TimeoutError) as error:
        raise TopicError(f"no broker answers at {bootstrap} ({type(error).__name__})") from error
    finally:
        with contextlib.suppress(TimeoutError):  # what was asked has been answered, or not
            async with asyncio.timeout(_CLOSE_S):
                await admin.close()


async def _create(admin: AIOKafkaAdminClient, missing: list[Topic], prefix: str, mode: Mode) -> None:
    wanted = [
        NewTopic(
            name=prefix + topic.name,
            num_partitions=partitions_of(mode),
            replication_factor=replication(mode),
            topic_configs=topic.settings(mode),
        )
        for topic in missing
    ]
    try:
        answer = await admin.create_topics(wanted, timeout_ms=_TIMEOUT_MS)
    except TopicAlreadyExistsError:
        return  # somebody else created it in the meantime; the check below has the last word
    except KafkaError as error:
        raise TopicError(f"the topics could not be created: {type(error).__name__}") from error
    for name, code, *_ in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise TopicError(f"topic {name} could not be created: {for_code(code).__name__}")


async def _until_visible(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """Wait until the broker's metadata shows new topics: creation answers before every broker has heard of them."""
    async with asyncio.timeout(_VISIBLE_S):
        while True:
            if all(topic["error_code"] == 0 for topic in await admin.describe_topics(names)):
                return
            await asyncio.sleep(0.05)


async def _check(admin: AIOKafkaAdminClient, prefix: str, mode: Mode) -> int:
    names = [prefix + topic.name for topic in ALL]
    described = {str(topic["topic"]): topic for topic in await admin.describe_topics(names)}
    problems = [f"topic {name} is missing" for name in names if described.get(name, {}).get("error_code", 3) != 0]
    if problems:
        raise TopicError("; ".join(problems) + "; run kt up, or create them with kt processors create-topics")
    counts = {name: len(described[name]["partitions"]) for name in names}
    if len(set(counts.values())) != 1:
        raise TopicError(f"all topics need the same number of partitions, found {sorted(set(counts.values()))}")
    for topic in ALL:
        problems += _differences(topic, prefix, mode, await _settings(admin, prefix + topic.name))
    if problems:
        raise TopicError("; ".join(problems))
    return next(iter(counts.values()))


def _differences(topic: Topic, prefix: str, mode: Mode, actual: Mapping[str, str]) -> list[str]:
    wanted = topic.settings(mode)
    return [
        f"topic {prefix}{topic.name}: {name} is {actual.get(name)!r}, mode {mode} needs {wanted[name]!r}"
        for name in _CHECKED
        if name in wanted and actual.get(name) != wanted[name]
    ]


async def _settings(admin: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    settings: dict[str, str] = {}
    for answer in await admin.describe_configs([resource]):
        for _, _, _, _, entries in answer.resources:
            settings.update({entry[0]: entry[1] for entry in entries})
    return settings
