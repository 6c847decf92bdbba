"""Rows of ``directory_values``: the current value of each organization, team, member, key, wallet, budget, webhook,
erasure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from keeptrusts.projections.projectors.place import DerivedRecord
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.directory import (
    BudgetValue,
    ErasureValue,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
    WebhookValue,
)

_VALUES: Final = (
    OrganizationValue,
    TeamValue,
    MemberValue,
    KeyValue,
    WalletValue,
    BudgetValue,
    WebhookValue,
    ErasureValue,
)


@frozen
class DirectoryValueRow:
    """One value; the one with the largest offset is in force. ``prefix``es are a key's, for looking it up."""

    org: str
    kind: str
    id: str
    prefix: str
    previous_prefix: str
    value: str
    partition: int
    offset: int


def directory_value_rows(records: Sequence[DerivedRecord]) -> list[DirectoryValueRow]:
    """Give one row for each value; heartbeats have none."""
    rows = []
    for derived in records:
        value = derived.record
        if not isinstance(value, _VALUES):
            continue
        key = value if isinstance(value, KeyValue) else None
        rows.append(
            DirectoryValueRow(
                org=value.org,
                kind=value.kind,
                id=value.id,
                prefix=key.prefix if key else "",
                previous_prefix=(key.previous_prefix or "") if key else "",
                value=derived.value.decode(),
                partition=derived.place.partition,
                offset=derived.place.offset,
            )
        )
    return rows
