"""Facts about gateways themselves: started, reporting, stopped, and calls counted rather than recorded one by one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from keeptrusts.schemas.record import Record

Count = Annotated[int, Field(ge=0, le=2**63 - 1)]


class ProviderHealth(Record):
    """How one target did since the last report."""

    target: str
    provider: str
    state: Literal["available", "unavailable", "open", "half_open"]
    reason: str | None = None
    requests: Count = 0
    failures: Count = 0


class GatewayStarted(Record):
    """A gateway incarnation began to serve."""

    gateway: str
    incarnation: str
    version: str
    listen: str
    workers: int = 1
    config_version: str | None = None


class GatewayReported(Record):
    """A sign of life every ten seconds; ``unrecorded`` counts refusals the log could not take, by code."""

    gateway: str
    incarnation: str
    config_version: str | None = None
    requests: Count = 0
    in_flight: Count = 0
    unrecorded: dict[str, int] = Field(default_factory=dict)
    ignored_identity_headers: Count = 0
    providers: tuple[ProviderHealth, ...] = ()


class GatewayStopped(Record):
    """A gateway incarnation stopped on purpose."""

    gateway: str
    incarnation: str
    reason: str


class AuthenticationFailed(Record):
    """Wrong keys above a rate, counted each second instead of recorded one by one."""

    gateway: str
    count: int = Field(ge=1)
    window_seconds: int = Field(default=1, ge=1)


class ClockTicked(Record):
    """A deadline passed and nothing newer came: the broker's append time of this record moves ledger time on."""

    deadline: str


class RulesActivated(Record):
    """From here on the authority decides by this version of its rules."""

    rules_version: int = Field(ge=1)
