"""Facts about exports: who has taken a file away."""

from __future__ import annotations

from keeptrusts.schemas.record import Record


class ExportDownloaded(Record):
    """Somebody was given an export's file; appended before it is. The actor is who took it."""

    export: str
    sha256: str
