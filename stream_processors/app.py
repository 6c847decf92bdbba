"""The processors' service: a Faust worker that runs the authority, adoption and, beside them, what tells webhooks."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable

from keeptrusts.schemas.ids import Ids
from keeptrusts.stream_processors.adoption.agent import NAME as ADOPTION
from keeptrusts.stream_processors.adoption.agent import AdoptionFold
from keeptrusts.stream_processors.authority.agent import NAME as AUTHORITY
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.worker import Worker
from keeptrusts.stream_processors.settings import ProcessorSettings
from keeptrusts.stream_processors.webhooks.deliverer import NAME as WEBHOOKS
from keeptrusts.stream_processors.webhooks.deliverer import Deliverer
from keeptrusts.stream_processors.webhooks.sending import Sender


async def run_processors(
    settings: ProcessorSettings, *, ids: Ids, now_ms: Callable[[], int], stop: asyncio.Event
) -> None:
    """Run until ``stop`` is set or Faust gives up (RuntimeError then)."""
    sender = Sender(settings.outbound)
    chance = random.Random().random

    def deliverer(partition: int) -> Deliverer:
        return Deliverer(settings=settings, partition=partition, sender=sender, ids=ids, now_ms=now_ms, chance=chance)

    worker = Worker(
        settings=settings,
        processors={AUTHORITY: lambda partition: AuthorityFold(partition, ids), ADOPTION: AdoptionFold},
        now_ms=now_ms,
        companions={WEBHOOKS: lambda partition: deliverer(partition).run()},
    )
    await worker.start()
    settle_memory()
    try:
        while not stop.is_set():
            if worker.crashed is not None:
                raise RuntimeError(worker.crashed)
            try:
                await asyncio.wait_for(stop.wait(), timeout=0.5)
            except TimeoutError:
                continue
    finally:
        await worker.stop()


def settle_memory() -> None:
    """Take what start-up has built out of the collector's rounds, and make those rare: records leave no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
