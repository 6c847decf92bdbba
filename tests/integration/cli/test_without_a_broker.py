"""Services whose broker does not answer end with a sentence and its code, never with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from keeptrusts.cli.exit_codes import ExitCode
from keeptrusts.cli.main import main

NOBODY = "127.0.0.1:1"


@pytest.mark.parametrize(
    "command",
    [("gateway", "run", "--no-stack"), ("api", "run"), ("processors", "run"), ("projections", "run")],
    ids=" ".join,
)
def test_no_broker_is_said_in_a_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    environment = {"KEEPTRUSTS_KAFKA": NOBODY, "KEEPTRUSTS_DATA_DIR": str(tmp_path / "data")}
    result = CliRunner().invoke(main, [*command], env={**environment, "KEEPTRUSTS_PORT_OFFSET": "6650"})
    assert result.exit_code == ExitCode.UNAVAILABLE, result.exception
    assert f"no broker answers at {NOBODY}" in result.stderr
