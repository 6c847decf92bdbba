"""Seeds the demo's organization once: teams, members, keys and money by the command API, history through the log.

Every step can be cut and run again: commands carry an Idempotency-Key, keys are kept in the demo's state file, and of
the chunk of history that was under way only the calls that did not arrive are appended.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from keeptrusts.cli.client.api import ApiClient, path_of
from keeptrusts.cli.client.failures import ApiRefusal
from keeptrusts.cli.demo.cast import MAIL_DOMAIN, ORGANIZATION_FUNDS_USD, TEAMS
from keeptrusts.cli.demo.history import CALLS, Actors, history
from keeptrusts.cli.installation import Installation
from keeptrusts.gateway.app import system_ids
from keeptrusts.gateway.publishing.kafka import KafkaPublisher, start_publisher
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.topics import PARTITIONS_SINGLE_NODE

CHUNK: Final = 250
APPEND_TIMEOUT_S: Final = 60.0
SEEN_TIMEOUT_S: Final = 120.0

Say = Callable[[str], None]


@dataclass(slots=True)
class DemoState:
    """What the demo has done so far, on disk between runs. Keys are as secret as credentials.json: mode 0600."""

    organization: str
    until: str
    teams: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict, repr=False)
    key_ids: dict[str, str] = field(default_factory=dict)
    funded: bool = False
    appended: int = 0
    """Calls of the history that are known to be in the log."""

    def actors(self) -> Actors:
        return Actors(org=self.organization, teams=self.teams, keys=self.key_ids, members=self.members)


class StateFile:
    """Keeps the demo's state, replaced whole at each step."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> DemoState | None:
        """Give the state of an earlier run, or None."""
        try:
            return DemoState(**json.loads(self._path.read_text()))
        except FileNotFoundError:
            return None

    def write(self, state: DemoState) -> None:
        temporary = self._path.with_name(f".{self._path.name}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(state), file)
        os.replace(temporary, self._path)


def seed(installation: Installation, client: ApiClient, organization: str, file: StateFile, say: Say) -> DemoState:
    """Bring the sample organization up, or go on where an earlier run was cut."""
    state = file.read() or DemoState(organization=organization, until=datetime.now(UTC).isoformat())
    file.write(state)
    _people(client, state, file, say)
    _money(client, state, file)
    if state.appended < CALLS:
        say(f"Appending 30 days of history ({CALLS} calls) to the log ...")
        position = asyncio.run(_append_history(installation, client, state, file))
        if position is not None:
            _wait_until_seen(client, position)
    return state


def _people(client: ApiClient, state: DemoState, file: StateFile, say: Say) -> None:
    if all(team.slug in state.keys for team in TEAMS):
        return
    say("Creating three teams with their members and keys ...")
    for team in TEAMS:
        if team.slug not in state.teams:
            body = {"name": team.name, "slug": team.slug, "description": team.description}
            state.teams[team.slug] = _carry_out(client, "/v1/teams", body, f"demo-team-{team.slug}")["id"]
        for person in team.people:
            if person not in state.members:
                member = {"email": f"{person}@{MAIL_DOMAIN}", "role": "member"}
                path = path_of("v1", "teams", state.teams[team.slug], "members")
                state.members[person] = _carry_out(client, path, member, f"demo-member-{person}")["id"]
        if team.slug not in state.keys:
            made = client.send(
                "POST", "/v1/keys", {"team": state.teams[team.slug], "name": f"demo-{team.slug}"}
            ).document
            state.keys[team.slug], state.key_ids[team.slug] = made["key"], made["id"]
        file.write(state)


def _money(client: ApiClient, state: DemoState, file: StateFile) -> None:
    if state.funded:
        return
    funds = {"organization": True, "amount": ORGANIZATION_FUNDS_USD, "currency": "USD"}
    _carry_out(client, "/v1/wallets/fund", funds, "demo-fund")
    for team in TEAMS:
        allocation = {"team_id": state.teams[team.slug], "amount": team.allocation_usd, "currency": "USD"}
        _carry_out(client, "/v1/wallets/allocate", allocation, f"demo-allocate-{team.slug}")
    state.funded = True
    file.write(state)


def _carry_out(client: ApiClient, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    document: dict[str, Any] = client.send("POST", path, body, idempotency_key=key).document
    return document


def _wait_until_seen(client: ApiClient, position: Position) -> None:
    """Wait until calls and balances show the whole history; raises CommandFailed when that takes too long."""
    deadline = time.monotonic() + SEEN_TIMEOUT_S
    for path in ("/v1/events", "/v1/wallets/balance"):
        while True:
            try:
                client.get(path, {"min_position": str(position), **({"count": "true"} if "events" in path else {})})
                break
            except ApiRefusal:
                if time.monotonic() > deadline:
                    raise


async def _append_history(
    installation: Installation, client: ApiClient, state: DemoState, file: StateFile
) -> Position | None:
    """Append what is missing of the history; gives the place of its last record, None when nothing was missing."""
    calls = history(
        state.actors(), until=datetime.fromisoformat(state.until), prices=PriceTable.load(on=datetime.now(UTC).date())
    )
    for _ in islice(calls, state.appended):
        continue  # drawn again so that the rest is the same, appended by an earlier run
    publisher = await start_publisher(
        bootstrap=installation.bootstrap,
        topic_prefix=installation.topic_prefix,
        partitions=PARTITIONS_SINGLE_NODE,
        source=f"demo/{system_ids().event()}",
        queue_size=2 * CHUNK,
        on_broken=lambda reason: None,
    )
    last: Position | None = None
    try:
        first = True
        while chunk := list(islice(calls, CHUNK)):
            missing = [call for call in chunk if not (first and _arrived(client, call))]
            first = False
            last = await _append(publisher, missing) or last
            state.appended += len(chunk)
            file.write(state)
    finally:
        await publisher.stop()
    return last


async def _append(publisher: KafkaPublisher, calls: list[tuple[Event, Event]]) -> Position | None:
    async with asyncio.timeout(APPEND_TIMEOUT_S):
        acks = await asyncio.gather(*(publisher.append(*call, deadline_s=APPEND_TIMEOUT_S) for call in calls))
    return max((ack[-1].position for ack in acks), default=None)


def _arrived(client: ApiClient, call: tuple[Event, Event]) -> bool:
    """Say whether a call of the first chunk came through before an earlier run was cut."""
    try:
        return client.get(path_of("v1", "events", call[0].subject)).status == 200
    except ApiRefusal as refusal:
        if refusal.status == 404:
            return False
        raise
