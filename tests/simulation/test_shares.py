"""No caller gets more than a limit over all workers, whatever fails; and calm weather gives all of it."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from keeptrusts.gateway.pipeline.share_desk import WAIT_S
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions
from tests.simulation.log import MOST_BACK_MS, Weather
from tests.simulation.shares import CALM, WINDOW_S, ShareWorker, World, most_within
from tests.simulation.virtual_time import run_in_virtual_time

LIMIT = 60


async def _at_once(spread: tuple[int, ...]) -> World:
    world = World(spread, workers=len(spread), requests_per_minute=LIMIT)
    async with world:
        calls = [
            world.call(worker, "k") for worker, count in zip(world.workers, spread, strict=True) for _ in range(count)
        ]
        Random(7).shuffle(calls)
        await asyncio.gather(*calls)
    return world


@pytest.mark.parametrize(
    "spread",
    [(300,), (300, 0, 0, 0), (75, 75, 75, 75), (1, 299, 0, 0), (20, 20, 20, 20), (58, 1, 1, 1), (0, 0, 40, 260)],
    ids=str,
)
def test_of_calls_at_once_exactly_the_limit_is_let_through_however_they_are_spread(spread: tuple[int, ...]) -> None:
    world = run_in_virtual_time(_at_once(spread))
    assert (world.seen.total, world.seen.static) == (LIMIT, 0), world.seen.refused
    assert sum(world.seen.refused.values()) == sum(spread) - LIMIT


BAD = Weather(lost=15, late=15, unheard=15, refused=15, slow=20)
CALLERS = ("a", "b")


async def _faults(world: World, chance: Random) -> None:
    """Kill and pause workers and the authority, and set the broker's clock back and right again."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(chance.expovariate(1 / 8))
        match chance.randrange(5):
            case 0:
                chance.choice(world.workers).kill()
            case 1:
                chance.choice(world.workers).publisher.paused_until_s = loop.time() + chance.uniform(0.1, 70)
            case 2:
                world.ledger.paused_until_s = loop.time() + chance.uniform(0.1, 6)
            case 3:
                world.ledger.snapshot()
                world.ledger.kill()
            case _:
                world.broker.skew_ms = -chance.randrange(MOST_BACK_MS)


async def _minutes(seed: int, weather: Weather, *, faults: bool, calls: int = 900, **limits: object) -> World:
    world = World(seed, workers=4, weather=weather, **limits)
    chance, tasks = world.chance, []
    async with world:
        trouble = asyncio.create_task(_faults(world, chance)) if faults else None
        favourite = 0
        for number in range(calls):
            if number % 150 == 0:
                favourite = chance.randrange(4)  # traffic moves from worker to worker
            await asyncio.sleep(chance.expovariate(6))
            worker = world.workers[favourite if chance.random() < 0.7 else chance.randrange(4)]
            lasts_s = chance.expovariate(1 / 2)
            tasks.append(asyncio.create_task(world.call(worker, chance.choice(CALLERS), lasts_s=lasts_s)))
        if trouble is not None:
            trouble.cancel()
        await asyncio.gather(*tasks)
    return world


@pytest.mark.parametrize("seed", range(3))
def test_no_minute_has_more_than_the_limit_whatever_fails(seed: int) -> None:
    world = run_in_virtual_time(_minutes(seed, BAD, faults=True, requests_per_minute=LIMIT))
    print(f"seed {seed}: {world.seen.total} on shares, {world.seen.static} static, refused {world.seen.refused}")
    assert world.seen.most_within(WINDOW_S) <= LIMIT
    assert world.seen.most_within_by_broker(WINDOW_S - MOST_BACK_MS / 1000) <= LIMIT
    assert world.seen.total > LIMIT


@pytest.mark.parametrize("seed", range(2))
def test_never_more_than_the_limit_are_under_way_whatever_fails(seed: int) -> None:
    world = run_in_virtual_time(_minutes(seed, BAD, faults=True, max_parallel_requests=5))
    assert max(world.seen.most_parallel.values()) <= 5
    assert world.seen.total > 60


def test_in_calm_weather_all_of_a_limit_is_used_and_no_more_and_little_is_said() -> None:
    world = run_in_virtual_time(_minutes(1, CALM, faults=False, requests_per_minute=LIMIT))
    assert world.seen.most_within(WINDOW_S) == LIMIT and world.seen.static == 0
    assert world.seen.total >= 0.9 * LIMIT * (900 / 6 / 60) * len(CALLERS)
    said, pairs = sum(worker.counters.asked for worker in world.workers), len(world.workers) * len(CALLERS)
    assert said < pairs * 900 / 6, "of a limit that is used up a worker says less than a word a second"


async def _idle_caller() -> tuple[World, list[float]]:
    """One worker, nobody else, a call every ten seconds; gives how long calls waited."""
    world, waited = World("idle", workers=1, requests_per_minute=LIMIT), []
    loop = asyncio.get_running_loop()
    async with world:
        for _ in range(60):
            began_s = loop.time()
            assert await world.call(world.workers[0], "k")
            waited.append(loop.time() - began_s)
            await asyncio.sleep(10)
    return world, waited


def test_a_caller_of_the_only_worker_waits_once_and_then_never_while_it_calls() -> None:
    world, waited = run_in_virtual_time(_idle_caller())
    assert waited[0] > 0 and max(waited[1:]) == 0
    assert world.workers[0].counters.asked <= 1 + 60 * 10 / 30, "a share is renewed no more than every half minute"


async def _smaller_number(first: int, then: int) -> World:
    """Two workers use a limit, and one after the other go by another number of it."""
    world = World("reload", workers=2, requests_per_minute=first)
    async with world:
        for number in range(300):
            if number in (40, 60):
                world.workers[number // 60].reload(RateLimitOptions(requests_per_minute=then))
            for worker in world.workers:
                await world.call(worker, "k")
            await asyncio.sleep(1)
    return world


@pytest.mark.parametrize(("first", "then"), [(60, 20), (20, 60)])
def test_a_number_that_changes_by_a_reload_is_in_force_within_a_minute_and_no_larger_one_before(
    first: int, then: int
) -> None:
    world = run_in_virtual_time(_smaller_number(first, then))
    moments = world.seen.admitted["k"]
    reloaded_s, settled_s = 40.0, 60 + WINDOW_S + 65.0  # when no share of the former number lives any more
    assert most_within([at for at in moments if at < reloaded_s], WINDOW_S) <= first
    assert most_within(moments, WINDOW_S) <= max(first, then)
    assert most_within([at for at in moments if at >= settled_s], WINDOW_S) == then
    assert world.seen.static == 0


async def _silence() -> World:
    world = World("silence", workers=2, requests_per_minute=LIMIT)
    loop = asyncio.get_running_loop()
    async with world:
        assert await world.call(world.workers[0], "k") and await world.call(world.workers[1], "k")
        world.ledger.paused_until_s = loop.time() + 300
        await asyncio.sleep(121)
        began_s = loop.time()
        assert await world.call(world.workers[0], "k")
        assert loop.time() - began_s == pytest.approx(WAIT_S), "a call waits for a word that does not come"
        began_s = loop.time()
        calls = [world.call(worker, "k") for worker in world.workers for _ in range(50)]
        let_through = sum(await asyncio.gather(*calls))
        assert (let_through, world.seen.static) == (LIMIT - 1, LIMIT), "static parts of two workers are halves"
        began_s = loop.time()
        assert not await world.call(world.workers[0], "k") and loop.time() == began_s, "nobody waits in vain twice"
        await asyncio.sleep(250)
        assert await world.call(world.workers[0], "k")  # which has the ledger asked
        await asyncio.sleep(1)
        static = world.seen.static
        assert await world.call(world.workers[0], "k") and world.seen.static == static, "it answers again"
    return world


def test_while_the_ledger_is_silent_static_parts_keep_to_the_limit_and_nobody_waits_twice() -> None:
    world = run_in_virtual_time(_silence())
    assert world.workers[0].counters.answers["unanswered"] >= 1


async def _restart() -> World:
    world = World("restart", workers=2, requests_per_minute=LIMIT)
    one, two = world.workers
    async with world:
        for _ in range(20):
            assert await world.call(one, "k")
        await one.desk.leave()
        one.stop()
        await asyncio.sleep(0.2)
        return await _all_at_once(world, two)


async def _killed_after_use() -> World:
    """A worker uses the limit late in the life of its share and is killed; another one asks every second."""
    world = World("killed", workers=2, requests_per_minute=LIMIT)
    one, two = world.workers
    async with world:
        assert await world.call(one, "k")
        await asyncio.sleep(29)
        for _ in range(LIMIT - 1):
            assert await world.call(one, "k")
        one.stop()
        for _ in range(200):
            await asyncio.sleep(1)
            await world.call(two, "k")
    return world


def test_what_a_killed_worker_let_through_counts_until_its_minute_is_over() -> None:
    world = run_in_virtual_time(_killed_after_use())
    assert world.seen.most_within(WINDOW_S) == LIMIT and world.seen.static == 0
    assert world.seen.total > LIMIT + 30, "and not much longer"


async def _all_at_once(world: World, worker: ShareWorker) -> World:
    await asyncio.gather(*(world.call(worker, "k") for _ in range(100)))
    return world


def test_what_a_worker_that_stops_has_not_used_is_there_for_its_successor_at_once() -> None:
    world = run_in_virtual_time(_restart())
    assert (world.seen.total, world.seen.static) == (LIMIT, 0)
