"""What becomes of a deliverer that fails: it begins anew with nothing in memory, and never ends by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.hooks import START_MS, hook

from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.outbound import PUBLIC_ONLY
from keeptrusts.stream_processors.runtime.transactions import FencedError
from keeptrusts.stream_processors.settings import ProcessorSettings
from keeptrusts.stream_processors.webhooks import deliverer
from keeptrusts.stream_processors.webhooks.deliverer import Deliverer
from keeptrusts.stream_processors.webhooks.outbox import Outbox
from keeptrusts.stream_processors.webhooks.sending import Sender


class Failing(Deliverer):
    """Fails as often as there are errors, and then works."""

    errors: list[Exception]
    seen: list[Outbox]
    works: asyncio.Event

    async def _run(self) -> None:
        self.seen.append(self.outbox)
        self.outbox.webhook(hook(), START_MS)
        if self.errors:
            raise self.errors.pop(0)
        self.works.set()
        await asyncio.Event().wait()


async def test_a_deliverer_that_fails_or_is_fenced_begins_anew_with_nothing_in_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(deliverer, "AGAIN_S", (0.0, 0.0))
    made = Failing(
        settings=ProcessorSettings(bootstrap="nowhere:0", data_dir=tmp_path), partition=0, sender=Sender(PUBLIC_ONLY),
        ids=Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count)), now_ms=lambda: 0, chance=lambda: 0.5,
    )  # fmt: skip
    made.errors = [OSError("the log is away"), FencedError("another owner"), TimeoutError(), ValueError("ours")]
    made.seen, made.works = [], asyncio.Event()
    running = asyncio.create_task(made.run())
    async with asyncio.timeout(5):
        await made.works.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len({id(one) for one in made.seen}) == 5 and made.errors == []
    assert "begin" in caplog.text and "https://" not in caplog.text
