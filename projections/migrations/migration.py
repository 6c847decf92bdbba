"""One migration as data: numbered statements up and down, and a question that says whether it is in place."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.schemas.frozen import frozen

_DANGEROUS: Final = re.compile(
    r"\b(DROP\s+(DATABASE|COLUMN|PARTITION)|TRUNCATE|DELETE\s|UPDATE\s|DETACH|MODIFY\s+(ORDER|SETTING)"
    r"|RENAME\s+COLUMN|MOVE\s+PARTITION|CLEAR\s+COLUMN|FREEZE|ATTACH)\b|\bDROP\s+(TABLE|VIEW)\b",
    re.IGNORECASE,
)


@frozen
class Migration:
    """One step. ``check`` answers with one number, 1 when the step is in place; every statement is idempotent."""

    number: int
    name: str
    up: tuple[str, ...]
    down: tuple[str, ...]
    check: str


class DangerousMigrationError(ValueError):
    """A step up that could lose data: its number and the words that make it dangerous."""


def refuse_dangerous(migration: Migration) -> None:
    """Raise DangerousMigrationError when a step up drops, deletes or rewrites what is there.

    The log is kept, so data is moved by rebuilding a table beside the old one, never by a statement that loses it.
    """
    for statement in migration.up:
        found = _DANGEROUS.search(statement)
        if found is not None:
            raise DangerousMigrationError(
                f"migration {migration.number} ({migration.name}): {found.group(0)!r} can lose data; "
                "add a new table and rebuild it from the log instead"
            )
