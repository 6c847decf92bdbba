"""Intents about configurations, templates, repositories, escalations, exports and reports."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keeptrusts.schemas.commands.people import Name
from keeptrusts.schemas.record import Record, Timestamp

DocumentSource = Literal["manual", "api", "git"]
ExportType = Literal["events", "escalations", "usage", "cost", "audit"]
ExportFormat = Literal["csv", "json", "ndjson", "parquet"]


class ConfigurationSaveRequested(Record):
    """Save a new version of a policy document; ``digest`` is the SHA-256 of its UTF-8 text."""

    configuration: str
    version: str
    name: Name
    document: str
    digest: str
    source: DocumentSource = "api"
    commit: str | None = None
    note: str = ""


class ConfigurationDeployRequested(Record):
    configuration: str
    version: str
    gateways: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    note: str = ""


class ConfigurationRollBackRequested(Record):
    """Deploy an older version's text again, as a new version."""

    configuration: str
    to_version: str
    version: str
    note: str = ""


class TemplateSaveRequested(Record):
    template: str
    version: str
    name: Name
    level: Literal["organization", "team"]
    document: str
    digest: str
    note: str = ""


class TemplateDeployRequested(Record):
    template: str
    version: str
    teams: tuple[str, ...] = ()
    note: str = ""


class TemplateRollBackRequested(Record):
    template: str
    to_version: str
    version: str
    note: str = ""


class RepositoryLinkRequested(Record):
    repository: str
    url: str
    branch: str
    path: str
    poll_seconds: int = Field(default=60, ge=5)
    deploy: Literal["automatic", "approval"] = "automatic"


class RepositorySyncRequested(Record):
    repository: str
    commit: str
    outcome: Literal["synced", "failed"]
    message: str = ""


class EscalationClaimRequested(Record):
    escalation: str


class EscalationReleaseRequested(Record):
    escalation: str


class EscalationResolveRequested(Record):
    """Decide about what is held. Approved edited, ``content_ref`` names the edited text.

    ``content_at`` and ``key_at`` are the positions of its record in kt.content and of its key in kt.subjectkeys.
    """

    escalation: str
    resolution: Literal["approved", "denied", "approved_edited"]
    note: str = ""
    content_ref: str | None = None
    content_at: str | None = None
    key_at: str | None = None


class ExportCreateRequested(Record):
    """Write what its maker may see of a type to a file: the period, the filters, as of this intent's own place."""

    export: str
    type: ExportType
    format: ExportFormat
    since: Timestamp | None = None
    until: Timestamp | None = None
    filters: dict[str, str] = Field(default_factory=dict)
    description: str = ""


class ExportFinishRequested(Record):
    """What became of an export, stated by the process that made the file. ``as_of`` is the position it shows."""

    export: str
    outcome: Literal["ready", "failed"]
    rows: int = Field(default=0, ge=0)
    size_bytes: int = Field(default=0, ge=0)
    sha256: str | None = None
    as_of: str | None = None
    message: str = ""


class ExportDeleteRequested(Record):
    """Delete an export's file before its time; what it was stays in the log."""

    export: str


class ExportScheduleRequested(Record):
    """Make an export at each time of ``cron`` in a time zone, of what has happened since the one before."""

    schedule: str
    type: ExportType
    format: ExportFormat
    cron: str
    time_zone: str = "UTC"
    filters: dict[str, str] = Field(default_factory=dict)
    description: str = ""
    enabled: bool = True


class ExportUnscheduleRequested(Record):
    """Make no more exports of a schedule; those that it has made stay."""

    schedule: str


class ReportCreateRequested(Record):
    report: str
    month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
    format: Literal["html", "pdf"] = "pdf"
