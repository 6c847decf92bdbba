"""The README's commands, block after block in one shell, as somebody who pastes them."""

from __future__ import annotations

import re
import subprocess
from math import ceil
from pathlib import Path

from support.slowness import slowness
from support.stack import Provider, Stack, free_offset

from keeptrusts.schemas.money import parse_usd

README = Path(__file__).parents[2] / "README.md"
TIMEOUT_S = 400


def test_the_readme_runs_from_top_to_bottom(tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", README.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 6
    offset = free_offset()
    # Only ports are changed, so that a stack of the reader's own may run beside the test; and where the reader waits a
    # moment, a busy machine gets longer.
    script = "\n".join(blocks).replace("41900", str(41900 + offset))
    script = script.replace("sleep 1\n", f"sleep {ceil(slowness())}\n")
    stack = Stack(tmp_path, offset, Provider("", tmp_path / "bill.ndjson", subprocess.Popen(["true"])))
    stack.provider.process.wait()
    environment = {k: v for k, v in stack.environment().items() if k != "KEEPTRUSTS_DATA_DIR"}
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{script}\nkill %1"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    finally:
        stack.kt("down", check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    models = [line["model"] for line in stack.provider.bill()]
    assert models == ["gpt-4o", "gpt-4o-mini"]
    row = re.search(r"^team +engineering +([\d.]+) +([\d.]+) +[\d.]+ +([\d.]+) +([\d.]+)", done.stdout, re.MULTILINE)
    assert row is not None, done.stdout
    available, leased, spent, funded = (parse_usd(amount) for amount in row.groups())
    assert spent > 0, "the team's wallet paid for its call"
    assert available + leased + spent == funded == parse_usd("100"), "its gateway still leases some of the rest"
    assert done.stdout.count('"object": "chat.completion"') == 2
