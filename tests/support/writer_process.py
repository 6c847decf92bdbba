"""A writer's process to start and kill from a test: `python writer_process.py BOOTSTRAP PREFIX DIRECTORY`.

It loads its code and waits for a line that says what it is for. `["run", {"max_records": 200}]` writes, with these
settings of a writer, and prints `ready` when it does. `["count", {}]` prints what the tables hold as JSON; chDB allows
a process one store, and a store one process.
"""

from __future__ import annotations

import asyncio
import sys

import orjson

from keeptrusts.projections.app import new_writer, open_store
from keeptrusts.projections.settings import KafkaSettings, StoreSettings, WriterSettings
from keeptrusts.projections.store.protocol import Store

QUESTIONS = {
    "log": "SELECT count() FROM log",
    "log_places": "SELECT uniqExact(_partition, _offset) FROM log",
    "parts": "SELECT count() FROM request_parts",
    "requests": "SELECT count() FROM requests",
    "distinct_requests": "SELECT uniqExact(org, request) FROM requests",
    "open": "SELECT count() FROM requests_open FINAL",
    "cost": "SELECT toInt64(sum(ifNull(cost, 0))) FROM requests",
    "daily_requests": "SELECT sum(requests) FROM requests_daily",
    "daily_cost": "SELECT toInt64(sum(cost)) FROM requests_daily",
}


async def run(store: Store, settings: WriterSettings) -> None:
    writer = new_writer(store, settings)
    task = asyncio.create_task(writer.run())
    started = asyncio.create_task(writer.started.wait())
    await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    print("ready", flush=True)
    await task


async def count(store: Store) -> None:
    counts = {name: int((await store.query(question)).value()) for name, question in QUESTIONS.items()}
    print(orjson.dumps(counts).decode(), flush=True)
    await store.close()


async def main(bootstrap: str, prefix: str, directory: str) -> None:
    what, options = orjson.loads(sys.stdin.readline() or '["nothing", {}]')
    if what == "nothing":
        return  # the test has ended
    store = await open_store(StoreSettings(dsn=f"chdb://{directory}", database="kt"))
    if what == "count":
        await count(store)
        return
    kafka = KafkaSettings(bootstrap=bootstrap, topic_prefix=prefix)
    await run(store, WriterSettings(kafka=kafka, heartbeat_seconds=0.3, **options))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
