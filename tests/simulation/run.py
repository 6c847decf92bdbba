"""One simulated run: callers, people, faults, then rest and an audit. The same seed gives the same run again."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from support.gateway import FakeConnection

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.commands import people, wallets
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.keys import key_digest, new_key, parse_key
from keeptrusts.schemas.money import parse_usd
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.ledger import VARIANCE, Entry, HoldClosed, TicketValue, leased
from tests.simulation.gateways import SECRET, SimulatedGateway, SimulatedProvider
from tests.simulation.log import MOST_BACK_MS, START_MS, Broker, SimulatedLedger
from tests.simulation.virtual_time import run_in_virtual_time

ORG, OWNER = "org_sim", "mem_owner"
TEAMS = ("team_a", "team_b")
NANO = 1_000_000
"""A thousandth of a USD: about what a call here costs at most."""
PRICES_ON = datetime(2026, 5, 28, tzinfo=UTC).date()


@dataclass(slots=True)
class Seen:
    """What callers and the ledger's readers saw."""

    statuses: Counter[int] = field(default_factory=Counter)
    costs: dict[str, int] = field(default_factory=dict)
    """What callers were told a plain call cost."""
    outcomes: Counter[str] = field(default_factory=Counter)
    closed: dict[str, HoldClosed] = field(default_factory=dict)
    tickets: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


class Simulation:
    """A world from one seed."""

    def __init__(self, seed: int, *, calls: int = 60) -> None:
        self.seed, self._calls = seed, calls
        self.chance = Random(f"{seed}/world")
        self.broker = Broker()
        self.ledger = SimulatedLedger(self.broker, Random(f"{seed}/ledger"))
        self.provider = SimulatedProvider(Random(f"{seed}/provider"), PriceTable.load(on=PRICES_ON))
        wait_s = self.chance.choice([0, 5, 30])
        self.gateways = [
            SimulatedGateway(f"g{number}", ORG, self.broker, self.provider, seed=seed, wait_s=wait_s)
            for number in range(2)
        ]
        self.seen = Seen()
        self.keys: dict[str, str] = {}
        self._number = 0
        self._tickets: dict[str, str] = {}

    async def run(self) -> Seen:
        self.ledger.after_entry.append(self._look)
        self.ledger.readers += [gateway.read for gateway in self.gateways]
        self._found()
        folding = asyncio.create_task(self.ledger.run())
        for gateway in self.gateways:
            gateway.start()
        await asyncio.sleep(2)
        faults = asyncio.create_task(self._faults())
        try:
            await self._callers()
            faults.cancel()
            await asyncio.sleep(1)
            for gateway in self.gateways:
                await gateway.services.late_records.drain(700)
                gateway.stop()
            self.broker.skew_ms = 0
            self.ledger.paused_until_s = 0.0
            self.ledger.between_s = (0.5, 1.0)
            await asyncio.sleep(17 * 60)  # every deadline of leases and holds passes
        finally:
            if folding.done():
                folding.result()  # it never ends by itself
            folding.cancel()
        self._audit()
        return self.seen

    # -- what happens ------------------------------------------------------------------------------------------------

    def _found(self) -> None:
        self._intend(
            people.OrganizationCreateRequested(
                organization=ORG, name="Sim", slug="sim", owner=OWNER, owner_email="owner@sim.example"
            )
        )
        for team in TEAMS:
            self._intend(people.TeamCreateRequested(team=team, name=team, slug=team.replace("_", "-")))
            text = new_key("gateway", self.chance.randbytes(40))
            parsed = parse_key(text)
            assert parsed is not None
            self.keys[team] = text
            digest = key_digest(text, SECRET)
            self._intend(
                people.KeyCreateRequested(
                    key=f"key_{team}", purpose="gateway", name=team, prefix=parsed.prefix, digest=digest, team=team
                )
            )
            self._fund("team", team, self.chance.randint(5, 40) * NANO)
        if self.chance.random() < 0.5:
            self._fund("organization", ORG, self.chance.randint(1, 20) * NANO)

    async def _callers(self) -> None:
        tasks = []
        for _ in range(self._calls):
            await asyncio.sleep(self.chance.expovariate(1.5))
            gateway = self.chance.choice(self.gateways)
            task = asyncio.create_task(self._call(gateway))
            gateway.calls.add(task)
            task.add_done_callback(gateway.calls.discard)
            tasks.append(task)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _call(self, gateway: SimulatedGateway) -> None:
        team, services = self.chance.choice(TEAMS), gateway.services
        stream = self.chance.random() < 0.4
        body = {
            "model": "gpt-4o",
            "max_tokens": self.chance.choice([20, 60, 200]),
            "stream": stream,
            "messages": [{"role": "user", "content": "Hi " * self.chance.choice([1, 50])}],
        } | ({"stream_options": {"include_usage": True}} if stream else {})
        stays = 1 if stream and self.chance.random() < 0.15 else None
        connection = FakeConnection(body=json.dumps(body).encode(), stays=stays)
        headers = {"authorization": f"Bearer {self.keys[team]}", "x-user-id": self.chance.choice(["u1", "u2"])}
        call = IncomingCall(
            request=services.ids.new("req"),
            endpoint="/v1/chat/completions",
            headers=headers,
            started_ns=services.now_ns(),
        )
        if self.chance.random() < 0.05:
            asyncio.get_running_loop().call_later(self.chance.uniform(0, 8), _leave, connection)
        answer = await model_call(services, call, connection, "chat")
        self.seen.statuses[answer.status] += 1
        if answer.status == 200 and not stream:
            self.seen.costs[call.request] = parse_usd(answer.headers["x-keeptrusts-cost"])

    async def _faults(self) -> None:
        while True:
            await asyncio.sleep(self.chance.expovariate(0.25))
            gateway, fault = self.chance.choice(self.gateways), self.chance.randrange(8)
            now_s = asyncio.get_running_loop().time()
            if fault == 0:
                gateway.kill()
            elif fault == 1:
                gateway.publisher.paused_until_s = now_s + self.chance.choice([3, 12, 22])
            elif fault == 2:
                gateway.clock_skew = timedelta(seconds=self.chance.uniform(-90, 90))
            elif fault == 3:
                self.broker.skew_ms = -self.chance.randint(0, MOST_BACK_MS)
            elif fault == 4:
                self.broker.skew_ms = 0
            elif fault == 5:
                self.ledger.kill()
            elif fault == 6:
                self.ledger.snapshot()
            else:
                self._person()

    def _person(self) -> None:
        state = self.ledger.fold.ledger(ORG)
        tickets = [one for one in state.money.tickets.values() if one.state in ("waiting", "parked")]
        act = self.chance.randrange(4)
        if act == 0 and tickets:
            ref = wallets.WalletRef(scope="team", owner=self.chance.choice(TEAMS))
            self._intend(wallets.TicketApproveRequested(ticket=self.chance.choice(tickets).id, wallet=ref))
        elif act == 1 and tickets:
            self._intend(wallets.TicketDenyRequested(ticket=self.chance.choice(tickets).id))
        elif act == 2:
            ref = wallets.WalletRef(scope="team", owner=self.chance.choice(TEAMS))
            self._intend(wallets.WalletReclaimRequested(wallet=ref, amount=self.chance.randint(1, 5) * NANO))
        else:
            self._fund("team", self.chance.choice(TEAMS), self.chance.randint(1, 10) * NANO)

    def _fund(self, scope: str, owner: str, amount: int) -> None:
        ref = wallets.WalletRef.model_validate({"scope": scope, "owner": owner})
        self._intend(wallets.WalletFundRequested(wallet=ref, amount=amount))

    def _intend(self, data: Record) -> None:
        self._number += 1
        event = Event(
            id=f"intent-{self._number}", source="api/sim/1", subject=ORG,
            time=datetime.fromtimestamp(START_MS / 1000, UTC), org=ORG, ledger=ORG, actor=f"member:{OWNER}", data=data,
        )  # fmt: skip
        self.broker.place(encode(event))

    # -- what must hold ----------------------------------------------------------------------------------------------

    def _look(self, entry: Entry) -> None:
        self.seen.outcomes[entry.outcome] += 1
        if entry.outcome == "conflict":
            self.seen.violations.append(f"conflict: {entry.reason} in {entry.request}")
        for change in entry.changes:
            if isinstance(change, HoldClosed):
                self.seen.closed[change.hold] = change
            if isinstance(change, TicketValue):
                self._look_at_ticket(change)

    def _look_at_ticket(self, ticket: TicketValue) -> None:
        """A call that waited is refused only if no wallet covers it; a grant that lost to its withdrawal is none."""
        self.seen.tickets[ticket.state] += 1
        before, self._tickets[ticket.id] = self._tickets.get(ticket.id), ticket.state
        state = self.ledger.fold.ledger(ORG)
        free = max((state.free_money(name) for name in ticket.cascade if state.wallet(name)), default=0)
        if (before, ticket.state) == ("waiting", "parked") and not ticket.budgets and free >= ticket.need:
            self.seen.violations.append(f"{ticket.request} was refused although {free} of {ticket.need} is free")

    def _audit(self) -> None:
        state, violations = self.ledger.fold.ledger(ORG), self.seen.violations
        charged: Counter[str] = Counter()
        for hold, closed in self.seen.closed.items():
            charged[hold.partition("/")[0]] += closed.charged
        for request, cost in self.provider.bill.items():
            if charged[request] < cost:
                violations.append(f"{request} was billed {cost} and charged {charged[request]}")
        for request, cost in self.seen.costs.items():
            if charged[request] != cost:
                violations.append(f"{request} was answered for {cost} and charged {charged[request]}")
        if state.balance(VARIANCE):
            violations.append(f"variance {state.balance(VARIANCE)}")
        if sum(state.accounts.values()):
            violations.append("money was made or lost")
        held = {name: amount for name in state.wallets if (amount := state.balance(leased(name)))}
        if held or state.money.holds:
            violations.append(f"at rest leases hold {held}, {len(state.money.holds)} holds are open")
        spent = sum(amount for name, amount in state.accounts.items() if name.endswith("/spent") and "cap:" not in name)
        if spent != sum(charged.values()):
            violations.append(f"wallets have spent {spent}, calls were charged {sum(charged.values())}")


def _leave(connection: FakeConnection) -> None:
    connection.gone = True
    if connection.tell is not None:
        connection.tell()


def simulate(seed: int, *, calls: int = 60) -> Seen:
    """Run one seed to its end; ``violations`` is empty if all held."""
    return run_in_virtual_time(Simulation(seed, calls=calls).run())
