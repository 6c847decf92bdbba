"""credentials.json after its first start: its keys stay, its addresses follow the ports."""

from __future__ import annotations

import json
from pathlib import Path

from keeptrusts.cli.credentials import found
from keeptrusts.cli.installation import read_installation
from keeptrusts.cli.stack.data_dir import DataDir

KEPT = {"organization": "org_1", "token": "kt_ak_x", "gateway_key": "kt_gk_x"}


async def test_a_start_on_other_ports_brings_the_addresses_up_to_date(tmp_path: Path) -> None:
    place = DataDir(root=tmp_path)
    before = {"api_url": "http://127.0.0.1:8080", "gateway_url": "http://127.0.0.1:41002", **KEPT}
    place.credentials.write_text(json.dumps(before))
    await found(read_installation(place, {"KEEPTRUSTS_PORT_OFFSET": "100"}))
    after = {"api_url": "http://127.0.0.1:8180", "gateway_url": "http://127.0.0.1:41102", **KEPT}
    assert json.loads(place.credentials.read_text()) == after
    assert place.credentials.stat().st_mode & 0o777 == 0o600
