"""Events and derived records as the services write them, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from keeptrusts.schemas import ids
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.identity import Identity, PolicyResult
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided, Usage
from keeptrusts.schemas.record import Record

AT_START = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)
USERS = ("mem_ana", "mem_bo", "mem_cy")
TEAMS = ("team_red", "team_blue")


@dataclass(slots=True)
class Material:
    """Makes events of one organization; ``moment`` moves on by itself."""

    org: str = "org_acme"
    seed: int = 1
    gateway: str = "gw-1"
    moment: datetime = AT_START
    _count: int = 0
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def event(self, data: Record, *, subject: str = "x", correlationid: str | None = None) -> Event:
        self._count += 1
        self.moment += timedelta(milliseconds=7)
        return Event(
            id=ids.uuid7(int(self.moment.timestamp() * 1000), self._random.randbytes(10)),
            source=f"gateway/{self.gateway}/inc-1", subject=subject, time=self.moment, org=self.org, ledger=self.org,
            actor="key:key_1", data=data, correlationid=correlationid, sequence=self._count,
        )  # fmt: skip

    def request_id(self) -> str:
        return ids.prefixed(ids.REQUEST, int(self.moment.timestamp() * 1000), self._random.randbytes(10))

    def identity(self) -> Identity:
        return Identity(
            org=self.org, team=self._random.choice(TEAMS), user=self._random.choice(USERS), role="member",
            key_id="key_1", tags={"env": self._random.choice(("prod", "dev"))},
        )  # fmt: skip

    def decided(self, request: str, identity: Identity | None = None, **changes: object) -> Event:
        values: dict[str, object] = {
            "request": request, "identity": identity or self.identity(), "gateway": self.gateway,
            "endpoint": "/v1/chat/completions", "requested_model": "gpt-4o", "verdict": "allow", "target": "t1",
            "provider": "openai", "model": "gpt-4o", "input_bytes": 120, "config_version": "v1",
            "policies": (PolicyResult(kind="audit-logger", mode="observe", result="allow", us=3),),
        }  # fmt: skip
        return self.event(RequestDecided.model_validate(values | changes), subject=request, correlationid=request)

    def attempted(self, request: str, attempt: int = 2, **changes: object) -> Event:
        values: dict[str, object] = {
            "request": request, "attempt": attempt, "target": "t2", "provider": "anthropic",
            "model": "claude-sonnet-4-5", "cause": "upstream_error",
        }  # fmt: skip
        return self.event(RequestAttempted.model_validate(values | changes), subject=request, correlationid=request)

    def completed(self, request: str, identity: Identity | None = None, **changes: object) -> Event:
        values: dict[str, object] = {
            "request": request, "identity": identity or self.identity(), "status": 200, "provider_status": 200,
            "attempts": 1, "usage": Usage(input_tokens=100, output_tokens=self._random.randint(1, 50)),
            "cost": self._random.randint(1, 10**6), "cost_state": "priced", "provider": "openai", "target": "t1",
            "model": "gpt-4o", "latency_us": self._random.randint(1000, 900_000), "verdict": "allow",
        }  # fmt: skip
        return self.event(RequestCompleted.model_validate(values | changes), subject=request, correlationid=request)

    def request(self) -> list[Event]:
        """One whole request: a decision and its completion; every tenth has a second attempt, every seventh a no."""
        request, identity = self.request_id(), self.identity()
        if self._count % 7 == 3:
            return [
                self.decided(request, identity, verdict="block", policy="rbac", reason="model_not_allowed",
                             target=None, provider=None, model=None),
                self.completed(request, identity, verdict="block", policy="rbac", reason="model_not_allowed",
                               status=403, provider_status=None, usage=None, cost=None, cost_state="none", attempts=0,
                               provider=None, target=None, model=None),
            ]  # fmt: skip
        events = [self.decided(request, identity)]
        if self._count % 10 == 4:
            events.append(self.attempted(request))
        return [*events, self.completed(request, identity, attempts=len(events))]

    def traffic(self, requests: int, *, overlap: int = 20) -> Iterator[Event]:
        """Interleave whole requests: about ``overlap`` of them are open at any time."""
        open_requests: list[list[Event]] = []
        for _ in range(requests):
            open_requests.append(self.request())
            while len(open_requests) >= overlap:
                chosen = self._random.randrange(len(open_requests))
                yield open_requests[chosen].pop(0)
                if not open_requests[chosen]:
                    open_requests.pop(chosen)
        for events in open_requests:
            yield from events
