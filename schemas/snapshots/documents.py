"""Values of kt.configurations and kt.escalations, and of exports."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keeptrusts.schemas.authorization import Reach
from keeptrusts.schemas.commands.documents import DocumentSource, ExportFormat, ExportType
from keeptrusts.schemas.record import Record, Timestamp


class ConfigurationVersion(Record):
    kind: Literal["configuration_version"] = "configuration_version"
    id: str
    org: str
    configuration: str
    name: str
    number: int = Field(ge=1)
    document: str
    digest: str
    source: DocumentSource
    commit: str | None = None
    note: str = ""
    saved_at: Timestamp
    saved_by: str


class TemplateVersion(Record):
    kind: Literal["template_version"] = "template_version"
    id: str
    org: str
    template: str
    name: str
    level: Literal["organization", "team"]
    number: int = Field(ge=1)
    document: str
    digest: str
    saved_at: Timestamp
    saved_by: str


class Deployment(Record):
    """What is in force for a gateway or a team."""

    kind: Literal["deployment"] = "deployment"
    id: str
    org: str
    configuration: str
    version: str
    scope: Literal["gateway", "team"]
    name: str
    deployed_at: Timestamp
    deployed_by: str


class Repository(Record):
    kind: Literal["repository"] = "repository"
    id: str
    org: str
    url: str
    branch: str
    path: str
    poll_seconds: int
    last_commit: str | None = None
    last_outcome: Literal["synced", "failed"] | None = None
    last_message: str = ""


class Escalation(Record):
    """One escalation's current value. States: queued, claimed, resolved, expired.

    ``due_at`` is the service level: who decides later has missed it. At ``expires_at`` nobody waits any more. Not
    ``held`` (absent: it is), its call was refused at once; an approval is good until ``expires_at`` then, for one call
    of ``principal`` with the same input: ``redeemed_by``. ``assignee`` is a member's id, or what a policy says.
    """

    kind: Literal["escalation"] = "escalation"
    id: str
    org: str
    change: Literal["opened", "claimed", "released", "breached", "resolved", "expired", "redeemed"]
    type: str
    severity: Literal["low", "medium", "high", "critical"]
    state: Literal["queued", "claimed", "resolved", "expired"]
    request: str | None = None
    team: str | None = None
    user: str | None = None
    policy: str | None = None
    reason: str | None = None
    findings: dict[str, int] = Field(default_factory=dict)
    content_ref: str | None = None
    opened_at: Timestamp
    due_at: Timestamp
    expires_at: Timestamp | None = None
    phase: Literal["input", "output"] | None = None
    claimed_by: str | None = None
    resolved_by: str | None = None
    resolution: Literal["approved", "denied", "approved_edited"] | None = None
    note: str = ""
    breached: bool = False
    held: bool | None = None
    principal: str | None = None
    input_hash: str | None = None
    redeemed_by: str | None = None
    assignee: str | None = None


class Export(Record):
    """One export's current value. States: queued, ready, failed; then expired or deleted, when its file is gone.

    In the file is what ``requested_by`` may see of ``type``: ``reach`` and ``teams`` say how far that was when it was
    asked for, and whoever reads the file must reach as far. ``expires_at`` ends a queued one as well. ``schedule`` has
    asked for it, where no person did.
    """

    kind: Literal["export"] = "export"
    id: str
    org: str
    type: ExportType
    format: ExportFormat
    since: Timestamp | None = None
    until: Timestamp | None = None
    filters: dict[str, str] = Field(default_factory=dict)
    description: str = ""
    state: Literal["queued", "ready", "failed", "expired", "deleted"]
    requested_by: str
    requested_at: Timestamp
    reach: Reach
    teams: tuple[str, ...] = ()
    schedule: str | None = None
    finished_at: Timestamp | None = None
    expires_at: Timestamp
    rows: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    as_of: str | None = None
    message: str = ""


class ExportSchedule(Record):
    """Exports that are made at each time of ``cron``, of what has happened since the one before.

    The next one begins at ``since`` and is due at ``next_at``; where there was no room for it, it is tried again at
    ``retry_at``. ``skipped`` says why the last made none. ``made_by`` is
    the member with whose rights of then each is made.
    """

    kind: Literal["export_schedule"] = "export_schedule"
    id: str
    org: str
    type: ExportType
    format: ExportFormat
    cron: str
    time_zone: str
    filters: dict[str, str] = Field(default_factory=dict)
    description: str = ""
    state: Literal["active", "removed"] = "active"
    made_by: str
    created_at: Timestamp
    since: Timestamp
    next_at: Timestamp
    retry_at: Timestamp | None = None
    last_export: str | None = None
    skipped: str | None = None
