"""Keeps a gateway's configuration in step with its files: each second, on SIGHUP, and when asked to.

What cannot be put in force is refused whole and said so; the configuration in force stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from keeptrusts.cli.exit_codes import CommandFailed
from keeptrusts.cli.gateway_configuration import read_sources
from keeptrusts.cli.gateway_service.watching import FileWatch
from keeptrusts.gateway.http.health import Report

if TYPE_CHECKING:
    from keeptrusts.schemas.policy_document.lint import SourceFile

logger = logging.getLogger(__name__)

POLL_S: Final = 1.0


class Governed(Protocol):
    """What a configuration is put in force in: one process, or several workers."""

    async def put_in_force(self, sources: tuple[SourceFile, ...]) -> tuple[bool, str]:
        """Put it in force; False when it was already. Gives the version in force. Raises CommandFailed."""
        ...

    async def refuse(self, problem: str) -> str:
        """Note that it cannot be; gives the version in force."""
        ...


class Reloading:
    """One a gateway; reloads never overlap."""

    def __init__(self, files: Sequence[Path], governed: Governed, *, poll_s: float = POLL_S) -> None:
        self._files = tuple(files)
        self._governed = governed
        self._poll_s = poll_s
        self._watch = FileWatch(self._files)
        self._asked = asyncio.Event()
        self._lock = asyncio.Lock()

    def ask(self) -> None:
        """Ask for a reload soon, whether or not a file has changed; for signal handlers."""
        self._asked.set()

    async def watch_for_ever(self) -> None:
        """Reload whenever files change or somebody asks, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._asked.wait()
            asked = self._asked.is_set()
            self._asked.clear()
            if asked or await asyncio.to_thread(self._watch.changed):
                await self.reload()

    async def reload(self) -> Report:
        """Read the files and put them in force: 200, or 422 with the linter's findings."""
        async with self._lock:
            await asyncio.to_thread(self._watch.changed)  # what is read now is no news any more
            try:
                sources = await asyncio.to_thread(read_sources, self._files)
                applied, version = await self._governed.put_in_force(sources)
            except CommandFailed as error:
                return await self._refused(str(error.message))
        outcome = "applied" if applied else "unchanged"
        logger.info("configuration %s: version %s is in force", outcome, version[:12])
        return Report(status=200, document={"outcome": outcome, "config_version": version})

    async def _refused(self, problem: str) -> Report:
        version = await self._governed.refuse(problem)
        logger.error("configuration refused, version %s stays in force: %s", version[:12], problem)
        return Report(status=422, document={"outcome": "refused", "config_version": version, "problem": problem})


async def poll_for_ever(changed: Callable[[], bool], act: Callable[[], Awaitable[None]], *, poll_s: float) -> None:
    """Call ``act`` whenever ``changed``, which may block, says so; until cancelled."""
    while True:
        await asyncio.sleep(poll_s)
        if await asyncio.to_thread(changed):
            await act()
