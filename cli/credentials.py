"""The first owner of an embedded installation: an organization, its access key and a default gateway key.

What is asked for is written to disk before it is appended, and every intent has an id of its own that the authority
remembers, so a start that was cut anywhere goes on where it was.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from keeptrusts.cli.installation import Installation
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.gateway.app import system_ids
from keeptrusts.gateway.publishing.kafka import start_publisher
from keeptrusts.gateway.state.follower import Follower
from keeptrusts.gateway.state.outcomes import OutcomeInbox
from keeptrusts.schemas.commands.people import KeyCreateRequested, OrganizationCreateRequested
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import KEY, MEMBER, ORGANIZATION, Ids
from keeptrusts.schemas.keys import ENTROPY_BYTES, key_digest, new_key, parse_key
from keeptrusts.schemas.publishing import Publisher
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.topics import OUTCOMES, PARTITIONS_SINGLE_NODE

OUTCOME_TIMEOUT_S: Final = 30.0
APPEND_TIMEOUT_S: Final = 10.0
OWNER_EMAIL: Final = "owner@localhost"
PENDING_SUFFIX: Final = ".pending"


@frozen
class Founding:
    """Everything that founding needs to be done once, and only once."""

    organization: str
    owner: str
    access_key_id: str
    gateway_key_id: str
    token: str = field(repr=False)
    gateway_key: str = field(repr=False)
    events: tuple[str, str, str]


async def found(installation: Installation, *, partitions: int = PARTITIONS_SINGLE_NODE) -> None:
    """Make credentials.json if it is not there, and keep its addresses those of this start's ports.

    Raises StackError when the log or the authority do not answer.
    """
    target = installation.data_dir.credentials
    kept = read_credentials(target)
    if kept is not None:
        now_at = {**kept, **_addresses(installation)}
        if now_at != kept:
            _write_private(target, now_at)
        return
    ids = system_ids()
    founding = _remembered(target, ids)
    await _append_and_wait(installation, founding, ids, partitions)
    document = {
        **_addresses(installation),
        "organization": founding.organization,
        "token": founding.token,
        "gateway_key": founding.gateway_key,
    }
    _write_private(target, document)
    target.with_suffix(PENDING_SUFFIX).unlink(missing_ok=True)


def read_credentials(path: Path) -> Mapping[str, str] | None:
    """Read credentials.json; None when there is none. Raises StackError when it cannot be read."""
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StackError(f"{path} cannot be read ({type(error).__name__}).", fix="restore it from a copy") from error
    return {name: value for name, value in document.items() if isinstance(value, str)}


def _addresses(installation: Installation) -> dict[str, str]:
    return {"api_url": installation.ports.api_url, "gateway_url": installation.ports.gateway_url}


def _remembered(target: Path, ids: Ids) -> Founding:
    pending = target.with_suffix(PENDING_SUFFIX)
    if pending.exists():
        document = json.loads(pending.read_text())
        return Founding(**{**document, "events": tuple(document["events"])})
    founding = Founding(
        organization=ids.new(ORGANIZATION),
        owner=ids.new(MEMBER),
        access_key_id=ids.new(KEY),
        gateway_key_id=ids.new(KEY),
        token=new_key("access", os.urandom(ENTROPY_BYTES)),
        gateway_key=new_key("gateway", os.urandom(ENTROPY_BYTES)),
        events=(ids.event(), ids.event(), ids.event()),
    )
    _write_private(pending, {name: getattr(founding, name) for name in Founding.__dataclass_fields__})
    return founding


async def _append_and_wait(installation: Installation, founding: Founding, ids: Ids, partitions: int) -> None:
    outcomes = OutcomeInbox()
    follower = Follower(
        bootstrap=installation.bootstrap,
        topic=installation.topic_prefix + OUTCOMES.name,
        partitions=partitions,
        start="beginning",
        apply=outcomes.apply,
    )
    publisher = await start_publisher(
        bootstrap=installation.bootstrap,
        topic_prefix=installation.topic_prefix,
        partitions=partitions,
        source=f"founding/{ids.event()}",
        queue_size=10,
        on_broken=lambda reason: None,
    )
    task = asyncio.create_task(follower.run())
    try:
        async with asyncio.timeout(OUTCOME_TIMEOUT_S):
            await follower.caught_up.wait()
        for event in _events(installation, founding, publisher):
            await _carry_out(publisher, outcomes, event)
    except TimeoutError:
        raise StackError("The authority does not answer.", fix="see kt logs processors, then kt up again") from None
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await publisher.stop()


async def _carry_out(publisher: Publisher, outcomes: OutcomeInbox, event: Event) -> None:
    if outcomes.known(event.id) is None:
        await publisher.append(event, deadline_s=APPEND_TIMEOUT_S)
    outcome = await outcomes.wait(event.id, timeout_s=OUTCOME_TIMEOUT_S)
    if outcome is None:
        raise TimeoutError
    if outcome.outcome == "rejected":
        raise StackError(f"The first owner could not be made: {outcome.message}.", fix="use another data directory")


def _events(installation: Installation, founding: Founding, publisher: Publisher) -> tuple[Event, ...]:
    secret, version = installation.key_secrets[installation.key_secret_version], installation.key_secret_version

    def key(identifier: str, text: str, **fields: Any) -> KeyCreateRequested:
        parsed = parse_key(text)
        assert parsed is not None, "a key made here is well formed"
        return KeyCreateRequested(
            key=identifier,
            purpose=parsed.purpose,
            prefix=parsed.prefix,
            digest=key_digest(text, secret),
            secret_version=version,
            **fields,
        )

    intents: tuple[tuple[str, Record], ...] = (
        (
            founding.organization,
            OrganizationCreateRequested(
                organization=founding.organization,
                name="Default organization",
                slug="default",
                owner=founding.owner,
                owner_email=OWNER_EMAIL,
                owner_name="Owner",
            ),
        ),
        (founding.access_key_id, key(founding.access_key_id, founding.token, name="owner", member=founding.owner)),
        (founding.gateway_key_id, key(founding.gateway_key_id, founding.gateway_key, name="default")),
    )
    return tuple(
        Event(
            id=event_id,
            source=publisher.source,
            subject=subject,
            time=datetime.now(UTC),
            org=founding.organization,
            ledger=founding.organization,
            actor=f"member:{founding.owner}",
            data=intent,
        )
        for event_id, (subject, intent) in zip(founding.events, intents, strict=True)
    )


def _write_private(path: Path, document: Mapping[str, object]) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
