"""One ledger under the real fold, record by record: every rule is tried through it, as the processor would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from keeptrusts.schemas.commands import people, wallets
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.identity import Identity, Role, Verdict
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.ledger import Entry, available, spent
from keeptrusts.stream_processors.authority.fold import Derived, Placed, apply
from keeptrusts.stream_processors.authority.state import LedgerState

ORG = "org_acme"
OWNER = "mem_owner"
START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
USD = 1_000_000_000


class Ledger:
    """Appends records to one ledger and keeps what the fold made of them. The clock moves a second a record."""

    def __init__(self) -> None:
        self.state = LedgerState(ledger=ORG)
        self.log: list[Placed] = []
        self.entries: list[Entry] = []
        self.outputs: list[Derived] = []
        self.now_ms = START_MS

    def event(
        self, data: Record, *, actor: str = f"member:{OWNER}", event_id: str | None = None, source: str = "test/1"
    ) -> Event:
        return Event(
            id=event_id or f"event-{len(self.log)}",
            source=source,
            subject=ORG,
            time=START + timedelta(milliseconds=self.now_ms - START_MS),
            org=ORG,
            ledger=ORG,
            actor=actor,
            data=data,
        )

    def append(self, event: Event, *, at_ms: int | None = None) -> Entry | None:
        """Append one record at a broker time, by default a second after the one before."""
        self.now_ms += 1000
        timestamp = self.now_ms if at_ms is None else at_ms
        placed = Placed(event=event, partition=0, offset=len(self.log), timestamp_ms=timestamp)
        self.log.append(placed)
        applied = apply(self.state, placed)
        if applied is None:
            return None
        self.entries.append(applied[0])
        self.outputs += applied[1]
        return applied[0]

    def ask(self, data: Record, *, by: str = OWNER) -> Entry:
        """Append an intent of a member; every intent gets an entry."""
        entry = self.append(self.event(data, actor=f"member:{by}"))
        assert entry is not None
        return entry

    def granted(self, data: Record, *, by: str = OWNER) -> Entry:
        """Append an intent that must be accepted."""
        entry = self.ask(data, by=by)
        assert (entry.outcome, entry.reason) == ("accepted", None), entry.message
        return entry

    def refusal(self, data: Record, *, by: str = OWNER) -> str:
        """Append an intent that must be refused; gives the reason and checks that nothing else happened."""
        entry = self.ask(data, by=by)
        assert entry.outcome == "rejected", entry
        assert entry.changes == () and entry.postings == ()
        assert entry.reason is not None and entry.message
        return entry.reason

    def available(self, wallet: str) -> int:
        return self.state.balance(available(wallet))

    def spent(self, wallet: str) -> int:
        return self.state.balance(spent(wallet))


def founded() -> Ledger:
    """An organization with people of every role, two teams, one archived team, and no money.

    owner, second owner, admin; team eng: lead (admin), dev, and dev2; team ops: op; a suspended and a removed member.
    """
    ledger = Ledger()
    ledger.granted(
        people.OrganizationCreateRequested(
            organization=ORG, name="Acme", slug="acme", owner=OWNER, owner_email="owner@acme.example"
        )
    )
    for team in ("eng", "ops", "old"):
        ledger.granted(people.TeamCreateRequested(team=f"team_{team}", name=team.title(), slug=team))
    ledger.granted(people.TeamChangeRequested(team="team_old", archived=True))
    roster: tuple[tuple[str, str | None, Role], ...] = (
        ("second", None, "owner"),
        ("admin", None, "admin"),
        ("lead", "team_eng", "admin"),
        ("dev", "team_eng", "member"),
        ("dev2", "team_eng", "member"),
        ("op", "team_ops", "member"),
        ("idle", None, "member"),
        ("gone", "team_eng", "member"),
    )
    for name, team, role in roster:
        ledger.granted(
            people.MemberAddRequested(member=f"mem_{name}", email=f"{name}@acme.example", team=team, role=role)
        )
    ledger.granted(people.MemberChangeRequested(member="mem_idle", state="suspended"))
    ledger.granted(people.MemberRemoveRequested(member="mem_gone"))
    return ledger


def wallet(text: str) -> wallets.WalletRef:
    """``org``, ``eng``, ``ops`` or a member's name as a wallet."""
    if text == "org":
        return wallets.WalletRef(scope="organization", owner=ORG)
    if text in ("eng", "ops", "old", "none"):
        return wallets.WalletRef(scope="team", owner=f"team_{text}")
    return wallets.WalletRef(scope="user", owner=f"mem_{text}")


def decided(
    request: str, *, team: str | None = "team_eng", user: str | None = "mem_dev", verdict: Verdict = "allow"
) -> RequestDecided:
    return RequestDecided(
        request=request,
        identity=Identity(org=ORG, team=team, user=user),
        gateway="default",
        endpoint="/v1/chat/completions",
        verdict=verdict,
    )


def completed(
    request: str,
    cost: int | None,
    *,
    team: str | None = "team_eng",
    user: str | None = "mem_dev",
    model: str | None = "gpt-4o",
    status: int = 200,
) -> RequestCompleted:
    return RequestCompleted(
        request=request,
        identity=Identity(org=ORG, team=team, user=user),
        status=status,
        cost=cost,
        cost_state="none" if cost is None else "priced",
        latency_us=1000,
        verdict="allow",
        model=model,
    )


GATEWAY = "gateway:default"
