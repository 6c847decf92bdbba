"""Collects what a run left behind about money: kt.ledger from Kafka, balances and holds from the API."""

from __future__ import annotations

from typing import Any

from keeptrusts.schemas.money import parse_usd
from keeptrusts.schemas.snapshots.codec import decode_derived
from keeptrusts.schemas.snapshots.ledger import Entry
from keeptrusts.schemas.topics import LEDGER, PARTITIONS_SINGLE_NODE, partition_of
from support.left_behind import KAFKA_PORT
from support.log import read_all
from support.money_books import Entered
from support.money_checker import Shown
from support.stack import Stack


async def read_entries(stack: Stack) -> list[Entered]:
    """The organization's entries of kt.ledger in order."""
    org = stack.credentials["organization"]
    found = await read_all(
        f"127.0.0.1:{KAFKA_PORT + stack.offset}", LEDGER.name, partition_of(org, PARTITIONS_SINGLE_NODE)
    )
    decoded = ((decode_derived(record.value), record.timestamp) for record in found)
    return [
        Entered(entry=entry, written_ms=at_ms)
        for entry, at_ms in decoded
        if isinstance(entry, Entry) and entry.ledger == org
    ]


def read_balances(stack: Stack, position: str) -> dict[str, Shown]:
    """Every wallet's and every current budget period's balances, by the name of their accounts."""
    shown = {
        wallet["id"]: Shown(
            available=parse_usd(wallet["available"]),
            leased=parse_usd(wallet["leased"]),
            spent=parse_usd(wallet["spent"]),
        )
        for wallet in _all_of(stack, "/v1/wallets", position)
    }
    for budget in _all_of(stack, "/v1/budgets", position):
        period = budget["current"]
        name = f"budget:{budget['id']}" if budget["source"] == "budget" else budget["id"]
        shown[f"{name}/{period['name']}"] = Shown(leased=parse_usd(period["leased"]), spent=parse_usd(period["spent"]))
    return shown


def read_holds(stack: Stack, position: str) -> dict[str, str]:
    """Every hold that stands, by its id: open or presumed."""
    return {hold["id"]: hold["state"] for hold in _all_of(stack, "/v1/holds", position)}


def _all_of(stack: Stack, path: str, position: str) -> list[dict[str, Any]]:
    answer = stack.get(f"{path}?min_position={position}")
    assert answer.status == 200, answer.body
    page = answer.json()
    rows = list(page["data"])
    while page.get("next_cursor") is not None:
        page = stack.get(f"{path}?min_position={position}&cursor={page['next_cursor']}").json()
        rows += page["data"]
    return rows
