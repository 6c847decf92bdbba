"""A small organization's life as events: people, money and calls, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from keeptrusts.schemas.commands import people, wallets
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided, Usage
from keeptrusts.schemas.ids import KEY, MEMBER, ORGANIZATION, REQUEST, TEAM, derived, uuid7
from keeptrusts.schemas.record import Record

START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


class Scenario:
    """Makes events of one organization; ids, times and amounts follow from the seed alone."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.org = derived(ORGANIZATION, str(seed))
        self.owner = derived(MEMBER, str(seed), "owner")
        self.teams = [derived(TEAM, str(seed), name) for name in ("engineering", "support", "legal")]
        self.slugs = ["engineering", "support", "legal"]
        self.made = 0

    def event(self, data: Record, *, actor: str | None = None, correlationid: str | None = None) -> Event:
        self.made += 1
        at = START + timedelta(seconds=self.made)
        return Event(
            id=uuid7(int(at.timestamp() * 1000), self.random.randbytes(10)),
            source=f"test/{self.seed}",
            subject=self.org,
            time=at,
            org=self.org,
            ledger=self.org,
            actor=actor or f"member:{self.owner}",
            data=data,
            correlationid=correlationid,
            sequence=self.made - 1,
        )

    def founding(self) -> list[Event]:
        """The organization, three teams, one member and one gateway key a team, and money."""
        events = [
            self.event(
                people.OrganizationCreateRequested(
                    organization=self.org, name="Acme", slug="acme", owner=self.owner, owner_email="owner@acme.example"
                )
            )
        ]
        for team, slug in zip(self.teams, self.slugs, strict=True):
            events.append(self.event(people.TeamCreateRequested(team=team, name=slug.title(), slug=slug)))
            member = derived(MEMBER, str(self.seed), slug)
            events.append(
                self.event(
                    people.MemberAddRequested(member=member, email=f"dev@{slug}.example", team=team, role="member")
                )
            )
            events.append(
                self.event(
                    people.KeyCreateRequested(
                        key=derived(KEY, str(self.seed), slug),
                        purpose="gateway",
                        name=slug,
                        prefix=f"kt_gk_{slug[:8].ljust(8, '0')}",
                        digest="0" * 64,
                        team=team,
                    )
                )
            )
        organization = wallets.WalletRef(scope="organization", owner=self.org)
        events.append(self.event(wallets.WalletFundRequested(wallet=organization, amount=50_000_000_000)))
        team_wallet = wallets.WalletRef(scope="team", owner=self.teams[0])
        events.append(self.event(wallets.WalletAllocateRequested(wallet=team_wallet, amount=1_000_000_000)))
        return events

    def call(self, number: int) -> list[Event]:
        """One governed call: decided and completed."""
        request = derived(REQUEST, str(self.seed), str(number))
        index = self.random.randrange(3)
        identity = Identity(
            org=self.org,
            team=self.teams[index],
            user=derived(MEMBER, str(self.seed), self.slugs[index]),
            role="member",
            key_id=derived(KEY, str(self.seed), self.slugs[index]),
        )
        blocked = self.random.random() < 0.1
        decided = RequestDecided(
            request=request,
            identity=identity,
            gateway="default",
            endpoint="/v1/chat/completions",
            requested_model="gpt-4o",
            input_bytes=100,
            verdict="block" if blocked else "allow",
            reason="model_not_allowed" if blocked else None,
            policy="model-access" if blocked else None,
            provider=None if blocked else "openai",
            model=None if blocked else "gpt-4o",
        )
        completed = RequestCompleted(
            request=request,
            identity=identity,
            status=403 if blocked else 200,
            attempts=0 if blocked else 1,
            usage=None if blocked else Usage(input_tokens=10, output_tokens=self.random.randrange(1, 50)),
            cost=None if blocked else self.random.randrange(1, 5_000_000),
            cost_state="none" if blocked else "priced",
            provider=decided.provider,
            model=decided.model,
            latency_us=self.random.randrange(1_000, 900_000),
            verdict=decided.verdict,
            reason=decided.reason,
            policy=decided.policy,
        )
        actor = f"key:{identity.key_id}"
        return [
            self.event(decided, actor=actor, correlationid=request),
            self.event(completed, actor=actor, correlationid=request),
        ]

    def calls(self, count: int, first: int = 0) -> Iterator[Event]:
        for number in range(first, first + count):
            yield from self.call(number)
