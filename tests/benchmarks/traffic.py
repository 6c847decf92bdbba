"""Events of one organization for measurements: its people and money first, then decided and completed calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from support.request_material import Material

from keeptrusts.schemas.commands import people, wallets
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.money import Draw, Hold, LeaseRequested, Settle
from keeptrusts.schemas.record import Record

OWNER = "mem_owner"
USD = 1_000_000_000
PAYING_TEAM = "team_red"
HELD = 40_000_000
"""What each call holds, in nano-USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """An organization and its calls; the same arguments give the same events."""

    material: Material

    @property
    def org(self) -> str:
        return self.material.org

    def founding(self) -> Iterator[Event]:
        """Give the intents that make an organization with two teams, three members and a funded wallet each."""
        yield self._asked(
            people.OrganizationCreateRequested(
                organization=self.org, name="Bench", slug="bench", owner=OWNER, owner_email="owner@bench.example"
            )
        )
        for team in ("red", "blue"):
            yield self._asked(people.TeamCreateRequested(team=f"team_{team}", name=team.title(), slug=team))
            yield self._asked(_funded("team", f"team_{team}"))
        for name in ("ana", "bo", "cy"):
            yield self._asked(
                people.MemberAddRequested(member=f"mem_{name}", email=f"{name}@bench.example", role="member")
            )

    def calls(self, count: int) -> Iterator[Event]:
        """Give two events a call: decided, then completed with a cost. Eight calls are under way at a time."""
        waiting: list[Event] = []
        for _ in range(count):
            identity, request = self.material.identity(), self.material.request_id()
            yield self.material.decided(request, identity)
            waiting.append(self.material.completed(request, identity))
            if len(waiting) == 8:
                yield from waiting
                waiting.clear()
        yield from waiting

    def lease(self) -> Event:
        """Ask for a lease on a team's wallet, as large as it may be."""
        wallet = f"team:{PAYING_TEAM}"
        asked = LeaseRequested(incarnation="inc-1", cascade=(wallet,), need=USD, wanted=1_000_000 * USD)
        return self.material.event(asked, subject=self.org)

    def paid_calls(self, count: int, lease: str) -> Iterator[Event]:
        """Give two events a call like ``calls``, where each decision holds money of a lease that its end settles."""
        waiting: list[Event] = []
        for _ in range(count):
            request = self.material.request_id()
            identity = self.material.identity().model_copy(update={"team": PAYING_TEAM})
            draw = Draw(account=f"team:{PAYING_TEAM}", amount=HELD, lease=lease)
            deadline_at = self.material.moment + timedelta(minutes=15)
            hold = Hold(id=f"{request}/1", draws=(draw,), price_version="bench", deadline_at=deadline_at)
            settle = Settle(hold=hold.id, amount=HELD // 3, basis="reported")
            yield self.material.decided(request, identity, hold=hold)
            waiting.append(self.material.completed(request, identity, cost=settle.amount, settle=settle))
            if len(waiting) == 8:
                yield from waiting
                waiting.clear()
        yield from waiting

    def _asked(self, data: Record) -> Event:
        event = self.material.event(data, subject=self.org)
        return Event(
            id=event.id, source="api/bench", subject=self.org, time=event.time - timedelta(seconds=1), org=self.org,
            ledger=self.org, actor=f"member:{OWNER}", data=data,
        )  # fmt: skip


def _funded(scope: str, owner: str) -> wallets.WalletFundRequested:
    wallet = wallets.WalletRef.model_validate({"scope": scope, "owner": owner})
    return wallets.WalletFundRequested(wallet=wallet, amount=1_000_000 * USD)
