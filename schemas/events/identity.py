"""Who made a call, and what policies said about it: values shared by the events of a request."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from keeptrusts.schemas.record import Record

Role = Literal["owner", "admin", "member"]
Verdict = Literal["allow", "warn", "redact", "escalate", "block", "refuse"]
PolicyOutcome = Literal["allow", "warn", "redact", "escalate", "block", "not_evaluated", "error"]
RolloutMode = Literal["observe", "guide", "enforce"]

DENYING: frozenset[Verdict] = frozenset({"block", "refuse"})
"""The verdicts that ``decision=denied`` means."""

DECISION_SPELLINGS: dict[str, Verdict] = {
    "allow": "allow", "allowed": "allow", "warn": "warn", "warned": "warn", "redact": "redact",
    "redacted": "redact", "escalate": "escalate", "escalated": "escalate", "block": "block",
    "blocked": "block", "refuse": "refuse", "refused": "refuse",
}  # fmt: skip

MAX_TAGS = 8
MAX_TAG_BYTES = 64

Label = Annotated[str, Field(max_length=256)]


class Identity(Record):
    """On whose behalf a call was made. ``user`` is a member id, ``external:<id>`` or ``key:<name>``."""

    org: Label
    team: Label | None = None
    user: Label | None = None
    role: Role | None = None
    key_id: Label | None = None
    project: Label | None = None
    consumer_group: Label | None = None
    tags: dict[str, str] = Field(default_factory=dict, max_length=MAX_TAGS)


class PolicyResult(Record):
    """What one policy said: counts of findings by type, never the text found. ``us`` is microseconds of work."""

    kind: Label
    name: Label | None = None
    mode: RolloutMode
    result: PolicyOutcome
    reason: str | None = None
    findings: dict[str, int] = Field(default_factory=dict)
    us: int = Field(default=0, ge=0)
