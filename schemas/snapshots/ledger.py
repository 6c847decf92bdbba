"""Entries of kt.ledger: what the authority decided about one record of kt.events, and how it is chained."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import Field

from keeptrusts.schemas.events.money import Hold
from keeptrusts.schemas.money import NanoUsd
from keeptrusts.schemas.record import Record, Timestamp
from keeptrusts.schemas.snapshots.directory import (
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
)

GENESIS_HASH: Final = "0" * 64
WORLD: Final = "world"
UNMETERED: Final = "unmetered"
VARIANCE: Final = "variance"

Outcome = Literal[
    "accepted",  # an intent was carried out
    "rejected",  # an intent was refused; reason says why
    "opened",  # a call was decided and is under way
    "charged",  # a call ended and a wallet paid all of it
    "unfunded",  # a call ended and no wallet could pay all of it
    "unmetered",  # a call ended and its caller has no wallet
    "closed",  # a call ended and cost nothing
    "ticked",  # the clock moved on and deadlines passed
]


class Cause(Record):
    """The record of kt.events an entry answers."""

    partition: int
    offset: int
    event_id: str
    type: str
    actor: str
    time: Timestamp
    subject: str


class Posting(Record):
    """A movement on one account in nano-USD; the postings of an entry add up to zero."""

    account: str
    amount: NanoUsd


class RequestOpened(Record):
    """A call is under way since this ledger time; its hold, if any, is open."""

    kind: Literal["request_opened"] = "request_opened"
    request: str
    opened_ms: int
    cascade: tuple[str, ...] = ()
    hold: Hold | None = None


class RequestClosed(Record):
    """A call ended, or was given up 15 minutes of ledger time after its decision."""

    kind: Literal["request_closed"] = "request_closed"
    request: str
    abandoned: bool = False


Change = Annotated[
    OrganizationValue | TeamValue | MemberValue | KeyValue | WalletValue | RequestOpened | RequestClosed,
    Field(discriminator="kind"),
]


class Entry(Record):
    """One decision of the authority. ``ledger_time_ms`` is the largest broker time seen in this ledger so far."""

    type: Literal["kt.ledger.entry.v1"] = "kt.ledger.entry.v1"
    ledger: str
    seq: int = Field(ge=0)
    cause: Cause
    ledger_time_ms: int
    rules_version: int
    outcome: Outcome
    reason: str | None = None
    message: str | None = None
    request: str | None = None
    postings: tuple[Posting, ...] = ()
    changes: tuple[Change, ...] = ()
    prev_hash: str
    hash: str = ""


def canonical_bytes(record: Record) -> bytes:
    """Encode a derived record so that equal values give equal bytes: sorted keys, absent values left out."""
    return orjson.dumps(record.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS)


def entry_hash(entry: Entry) -> str:
    """Give the SHA-256 over the entry without its own hash; the previous entry's hash is part of it."""
    return _hash_of(entry.model_dump(mode="json", exclude_none=True, exclude={"hash"}))


def chained(entry: Entry) -> tuple[Entry, bytes]:
    """Give the entry with its hash filled in, and its canonical bytes: both from one walk over its fields."""
    document = entry.model_dump(mode="json", exclude_none=True, exclude={"hash"})
    document["hash"] = _hash_of(document)
    finished = entry.model_copy(update={"hash": document["hash"]})
    return finished, orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _hash_of(document: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def available(wallet: str) -> str:
    """Give the account of a wallet's money that is free to spend."""
    return f"{wallet}/available"


def leased(wallet: str) -> str:
    """Give the account of a wallet's money that gateways hold leases on."""
    return f"{wallet}/leased"


def spent(wallet: str) -> str:
    """Give the account of what a wallet has paid."""
    return f"{wallet}/spent"
