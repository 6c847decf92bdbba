"""Calls that wait for shares of rate limits, and the desk that asks for them: which words count, and from when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from support.gateway import ORG, FakeConnection, FakeGateway, gateway, problem

from keeptrusts.gateway.pipeline.own_events import OwnEvents
from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.services import Configuration
from keeptrusts.gateway.pipeline.share_desk import JUMP_MS, ShareDesk
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.rate_limit import RateLimit
from keeptrusts.gateway.policies.rate_windows import SECOND_NS
from keeptrusts.gateway.policies.shares import Share, ShareBook
from keeptrusts.schemas.events.money import SHARE_MS, ShareClaim, ShareRequested
from keeptrusts.schemas.events.request import RequestDecided
from keeptrusts.schemas.publishing import LOG_APPEND_TIME, Ack
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import ShareDenied, ShareGranted, ShareRecalled

POLICY = """
policies:
  chain: [rate-limit, audit-logger]
policy:
  rate-limit: {OPTIONS}
"""
HOLDER = "process-1"
LIMIT = "rate-limit/all/key.own/requests_per_minute/key_engineering"
BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}).encode()


@dataclass
class Shared:
    """A gateway whose rate limits are shared, and a ledger that says what the test says."""

    made: FakeGateway
    desk: ShareDesk

    async def said(self, count: int = 1) -> tuple[str, ShareRequested]:
        """Let the desk speak until it has said so many words; gives the last with its event's id."""
        async with asyncio.timeout(5):
            while len(self._words()) < count:
                self.desk.tick()
                await self.desk.flush()
                await asyncio.sleep(0)
        return self._words()[-1]

    def _words(self) -> list[tuple[str, ShareRequested]]:
        events = self.made.publisher.events
        return [(event.id, event.data) for event in events if isinstance(event.data, ShareRequested)]

    def grant(self, event: str, granted: int, **fields: object) -> None:
        self.tell(
            ShareGranted(
                ledger=ORG, incarnation=HOLDER, limit=LIMIT, granted=granted, expires_at_ms=0, causationid=event,
                **fields,  # type: ignore[arg-type]  # its own fields
            )
        )  # fmt: skip

    def tell(self, record: Record) -> None:
        assert self.desk.tell(record)

    def call(self) -> asyncio.Task[Answer]:
        call = self.made.call("engineering")
        return asyncio.create_task(model_call(self.made.services, call, FakeConnection(body=BODY), "chat"))

    @property
    def share(self) -> Share:
        """The share of the key's limit, looked for as a call would."""
        [(_, policy)] = self.made.services.configuration().compiled.chain_for("engineering").rates
        assert isinstance(policy, RateLimit)
        facts = RequestFacts(org=ORG, team_id="team_engineering", team="engineering", key_id="key_engineering")
        [counter] = policy._shared_counters(facts, self.made.clock.ns)
        return counter.shares[0]


def shared(options: str = "requests_per_minute: 10") -> Shared:
    made = gateway(POLICY.replace("OPTIONS", options))
    configuration = made.services.configuration()
    compiled = compile_document(configuration.compiled.document, shares=ShareBook())
    assert compiled.shares is not None
    own = Configuration.of(compiled, configuration.targets)
    services = made.services
    desk = ShareDesk(
        book=compiled.shares,
        events=OwnEvents(publisher=services.publisher, ids=services.ids, gateway="test", now=services.now),
        holder=HOLDER,
        now_ns=services.now_ns,
        counters=services.counters.shares,
    )
    made.services = replace(services, configuration=lambda: own, shares=desk)
    return Shared(made, desk)


def claim_of(word: ShareRequested) -> ShareClaim:
    assert word.claims is not None
    [claim] = word.claims
    return claim


def reasons(made: FakeGateway) -> Sequence[tuple[str, str | None]]:
    """What the rate limit said of each call, as it is recorded."""
    decisions = [event.data for event in made.publisher.events if isinstance(event.data, RequestDecided)]
    return [(one.result, one.reason) for each in decisions for one in each.policies if one.kind == "rate-limit"]


async def test_a_call_without_a_share_waits_for_it_and_is_decided_once() -> None:
    world = shared()
    calling = world.call()
    event, word = await world.said()
    claim = claim_of(word)
    assert (word.incarnation, word.limit, word.number) == (HOLDER, LIMIT, 1)
    assert (claim.total, claim.window_ms, claim.used, claim.held, claim.need) == (10, 60_000, 0, 0, 1)
    assert not calling.done() and reasons(world.made) == [], "nothing is recorded before the call is decided"
    world.grant(event, 10)
    assert (await calling).status == 200
    assert reasons(world.made) == [("allow", None)] and world.share.used() == 1
    assert (await world.call()).status == 200, "the next one finds the share at hand"
    assert len(world._words()) == 1


async def test_calls_that_wait_together_are_asked_for_together_and_as_many_go_on_as_there_is_room_for() -> None:
    world = shared()
    calls = [world.call() for _ in range(4)]
    await asyncio.sleep(0)
    event, word = await world.said()
    assert claim_of(word).need == 4
    world.grant(event, 3, retry_after_ms=20_000)
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 429]
    [refused] = [answer for answer in answers if answer.status == 429]
    assert refused.headers["Retry-After"] == "20" and "rate_limited" in str(problem(refused))
    assert (await world.call()).status == 429 and len(world._words()) == 1, "nobody asks again at once"


async def test_a_denied_call_is_told_when_others_are_likely_to_have_left_room() -> None:
    world = shared()
    calling = world.call()
    event, _ = await world.said()
    world.tell(
        ShareDenied(
            ledger=ORG, incarnation=HOLDER, limit=LIMIT, reason="in_use", causationid=event, retry_after_ms=41_000
        )
    )
    answer = await calling
    assert (answer.status, answer.headers["Retry-After"]) == (429, "41")
    assert reasons(world.made) == [("block", "requests_per_minute_per_key")]


async def test_where_the_ledger_holds_too_many_shares_static_parts_count() -> None:
    world = shared()
    calling = world.call()
    event, _ = await world.said()
    world.tell(ShareDenied(ledger=ORG, incarnation=HOLDER, limit=LIMIT, reason="too_many_shares", causationid=event))
    assert (await calling).status == 200 and reasons(world.made) == [("allow", "static_share")]


async def test_policies_that_only_watch_wait_for_nobody() -> None:
    world = shared("requests_per_minute: 10, mode: observe")
    assert (await world.call()).status == 200
    assert reasons(world.made) == [("allow", "static_share")]
    event, _ = await world.said()
    world.grant(event, 10)
    assert (await world.call()).status == 200 and reasons(world.made)[-1] == ("allow", None)


async def test_only_an_answer_to_the_latest_word_counts() -> None:
    world = shared()
    calling = world.call()
    first, _ = await world.said()
    world.grant(first, 10)
    await calling
    world.tell(ShareRecalled(ledger=ORG, incarnation=HOLDER, limit=LIMIT, short=2, causationid="x"))
    assert world.share.level == 6, "half of what is free is more than what others need"
    second, word = await world.said(2)
    assert (claim_of(word).used, claim_of(word).held, claim_of(word).wanted) == (1, 6, 6)
    world.grant(first, 10)
    assert world.share.level == 6, "it was said before this worker gave something back"
    world.grant(second, 5)
    assert world.share.level == 5


async def test_what_is_needed_by_others_is_given_back_but_not_what_is_used() -> None:
    world = shared()
    calling = world.call()
    event, _ = await world.said()
    world.grant(event, 10)
    await calling
    world.tell(ShareRecalled(ledger=ORG, incarnation=HOLDER, limit=LIMIT, short=50, causationid="x"))
    assert world.share.level == world.share.used() == 1


async def test_the_time_of_a_share_counts_from_before_it_was_asked_for() -> None:
    world = shared()
    calling = world.call()
    asked_ns = world.made.clock.ns
    event, _ = await world.said()
    world.made.clock.ns += SECOND_NS
    world.grant(event, 10)
    await calling
    assert world.share.ends_ns == asked_ns + SHARE_MS * 1_000_000


async def test_a_grant_for_another_process_or_an_unknown_limit_changes_nothing() -> None:
    world = shared()
    calling = world.call()
    event, _ = await world.said()
    for other in ({"incarnation": "process-2"}, {"limit": "rate-limit/all/another"}, {"ledger": "org_other"}):
        fields = {"ledger": ORG, "incarnation": HOLDER, "limit": LIMIT} | other
        world.tell(ShareGranted(granted=10, expires_at_ms=0, causationid=event, **fields))
    assert world.share.level == 0 and not calling.done()
    world.grant(event, 10)
    assert (await calling).status == 200


@pytest.mark.parametrize(("under_way", "renewed"), [(0, False), (3, True)])
async def test_a_share_of_what_is_in_use_is_renewed_as_long_as_it_is(under_way: int, renewed: bool) -> None:
    world = shared("max_parallel_requests: 5")
    share = world.share
    limit = share.limit
    [(_, policy)] = world.made.services.configuration().compiled.chain_for("engineering").rates
    facts = RequestFacts(org=ORG, team_id="team_engineering", team="engineering", key_id="key_engineering")
    waiting = asyncio.create_task(world.desk.wait(policy.lacking(facts, world.made.clock.ns), 5))
    await asyncio.sleep(0)
    event, _ = await world.said()
    world.tell(ShareGranted(ledger=ORG, incarnation=HOLDER, limit=limit, granted=5, expires_at_ms=0, causationid=event))
    await waiting
    for _ in range(under_way):
        assert policy.evaluate(facts, world.made.clock.ns).result == "allow"
    world.made.clock.ns += 31 * SECOND_NS
    world.desk.tick()
    await world.desk.flush()
    assert (len(world._words()) == 2) is renewed
    if renewed:
        assert claim_of(world._words()[-1][1]).used == under_way


async def test_a_worker_that_leaves_says_what_it_has_used_and_uses_nothing_more() -> None:
    world = shared()
    calling = world.call()
    event, _ = await world.said()
    world.grant(event, 10, workers=4)
    await calling
    await world.desk.leave()
    _, word = world._words()[-1]
    assert word.leaving and (claim_of(word).used, claim_of(word).held) == (1, 1)
    assert world.share.ends_ns == 0


@pytest.mark.parametrize(
    ("ahead_ms", "kind", "kept"),
    [(0, LOG_APPEND_TIME, True), (-60_000, LOG_APPEND_TIME, True), (JUMP_MS, LOG_APPEND_TIME, True),
     (JUMP_MS + 1, LOG_APPEND_TIME, False), (JUMP_MS + 1, 0, True)],
)  # fmt: skip
async def test_shares_are_given_up_when_the_brokers_clock_is_suddenly_far_ahead(
    ahead_ms: int, kind: int, kept: bool
) -> None:
    world = shared()
    calling = world.call()
    event, _ = await world.said()
    world.grant(event, 10)
    await calling
    now_ms = world.made.clock.ns // 1_000_000
    world.desk.heard(Ack(partition=0, offset=9, timestamp_ms=now_ms + ahead_ms, timestamp_type=kind))
    assert (world.share.ends_ns > world.made.clock.ns) is kept
    if not kept:
        calling = world.call()
        _, word = await world.said(2)
        assert (claim_of(word).used, claim_of(word).held) == (1, 1), "what was used goes on counting"
        world.grant(world._words()[-1][0], 10)
        assert (await calling).status == 200
