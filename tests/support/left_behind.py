"""Collects what a run left behind: the log straight from Kafka, the projection's rows, and every file and page."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from keeptrusts.schemas.codec import DecodeError, decode
from keeptrusts.schemas.topics import EVENTS, PARTITIONS_SINGLE_NODE, partition_of
from support.checker import Logged
from support.log import read_all
from support.stack import Stack, request

KAFKA_PORT = 19092
PATIENCE_S = 90.0
_KEPT_ON_PURPOSE = ("credentials.json", "secrets")
_OFFSETS_ONLY = (".index", ".timeindex")
"""Kafka's indexes: numbers, in files that are made large beforehand."""
_LISTINGS = 20


async def read_log(stack: Stack) -> tuple[list[Logged], dict[str, int]]:
    """The organization's records of kt.events in order; also the broker's time of each source's last record, in ms."""
    org = stack.credentials["organization"]
    partition = partition_of(org, PARTITIONS_SINGLE_NODE)
    records: list[Logged] = []
    latest: dict[str, int] = {}
    for found in await read_all(f"127.0.0.1:{KAFKA_PORT + stack.offset}", EVENTS.name, partition):
        try:
            event = decode(found.value)
        except DecodeError as error:
            raise AssertionError(f"record {partition}:{found.offset} cannot be decoded") from error
        if event.ledger == org:
            records.append(Logged(partition=partition, offset=found.offset, event=event))
            latest[event.source] = found.timestamp
    return records, latest


def read_rows(stack: Stack, position: str) -> list[dict[str, Any]]:
    """Every row of the query API, once the API answers and its projection has seen a position."""
    deadline = time.monotonic() + PATIENCE_S
    while not _has_seen(stack, position):
        assert time.monotonic() < deadline, f"the projection has not seen {position} within {PATIENCE_S} s"
        time.sleep(0.2)
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = stack.get(f"/v1/events?limit=1000&min_position={position}{cursor}")
        assert answer.status == 200, answer.body
        page = answer.json()
        rows += page["data"]
        if page["next_cursor"] is None:
            return rows
        cursor = f"&cursor={page['next_cursor']}"


def _has_seen(stack: Stack, position: str) -> bool:
    try:
        return stack.get(f"/v1/events?count=true&min_position={position}").status == 200
    except OSError:
        return False


def everything(stack: Stack) -> dict[str, bytes]:
    """Every file of the data directory but the ones that hold keys on purpose, and what the services tell."""
    places = files(stack)
    assert any(EVENTS.name in place for place in places), "the log itself is among what is searched"
    places["/metrics"] = request("GET", f"{stack.gateway}/metrics").body
    places["/v1/log"] = stack.get("/v1/log?limit=1000").body
    return places


def files(stack: Stack) -> dict[str, bytes]:
    """Every file of the data directory but the ones that hold keys on purpose, by its path in there.

    The stack goes on at its work meanwhile: a part of a table that is merged while it is read is gone, and what it held
    is in another. So the directory is listed again, for what is new, until nothing of a listing went away.
    """
    root = stack.directory / ".keeptrusts"
    read: dict[str, bytes] = {}
    for _ in range(_LISTINGS):
        new = [path for path in _listed(root) if str(path.relative_to(root)) not in read]
        went_away = 0
        for path in new:
            try:
                read[str(path.relative_to(root))] = path.read_bytes()
            except FileNotFoundError:
                went_away += 1
        if not went_away:
            return read
    raise AssertionError(f"files went away while they were read, in each of {_LISTINGS} listings")


def _listed(root: Path) -> list[Path]:
    return [
        path
        for directory, _, names in os.walk(root)
        for path in (Path(directory, name) for name in names)
        if path.suffix not in _OFFSETS_ONLY and path.is_file() and not path.is_symlink()
        if not _on_purpose(path.relative_to(root))
    ]


def _on_purpose(path: Path) -> bool:
    return any(part in _KEPT_ON_PURPOSE for part in path.parts)
