"""What the API process holds of content keys: an erasure makes it forget them at once, as it does every gateway."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.contents import MemoryContentLog

from keeptrusts.cli import api_service
from keeptrusts.cli.installation import read_installation
from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.schemas.snapshots.codec import encode_derived
from keeptrusts.schemas.snapshots.directory import ErasureValue


async def test_the_keys_that_edited_texts_are_kept_under_are_forgotten_with_the_person(tmp_path: Path) -> None:
    directory = DirectoryView()
    unused: Any = None
    commands = api_service._Commands(
        publisher=unused, directory=directory, outcomes=unused, following=unused, partitions=1,
        contents=MemoryContentLog(),  # type: ignore[arg-type]  # it has the port's methods
    )  # fmt: skip
    context = api_service._context(read_installation(DataDir(root=tmp_path), {}), commands, 1)
    assert context.contents is not None
    for subject in ("mem_ana", "mem_bob"):
        await context.contents.place(
            b"{}", org="org_1", subject=subject, request="req_1", part="edited", captured="full", keep_days=1
        )
    erasure = ErasureValue(
        id="mem_ana", org="org_1", erasure="era_1", number=1, reason="", erased_at=datetime.now(UTC), erased_by="mem_o"
    )
    directory.apply(0, 0, encode_derived(erasure), 0.0)
    assert context.contents.remembered == 1
