"""Deletes the rows of content keys that are gone: really, from the table's files, not by a mark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from keeptrusts.projections.migrations import tables
from keeptrusts.projections.projectors.place import DerivedRecord
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.snapshots.content import SubjectKeyDestroyed

_DELETE: Final = """
ALTER TABLE {table} DELETE
WHERE wrapped != '' AND (org, key_id) IN (SELECT org, key_id FROM {table} WHERE reason != '')
SETTINGS mutations_sync = 2"""
_LEFT: Final = """
SELECT count() FROM {table}
WHERE wrapped != '' AND (org, key_id) IN (SELECT org, key_id FROM {table} WHERE reason != '')"""


def any_destroyed(records: Iterable[DerivedRecord]) -> bool:
    """Say whether records tell of a key that is gone."""
    return any(isinstance(one.record, SubjectKeyDestroyed) for one in records)


async def delete_destroyed(store: Store, table: str = tables.CONTENT_KEYS.name) -> None:
    """Delete what is left of keys that are gone; returns once it is done. Doing it again changes nothing."""
    if int((await store.query(_LEFT.format(table=table))).value()):
        await store.command(_DELETE.format(table=table))
