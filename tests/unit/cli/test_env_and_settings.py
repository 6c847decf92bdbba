"""`kt env` prints what examples use, `kt settings show` says where each value comes from and shows no secret."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from support.kt_program import Kt

from keeptrusts.cli.commands.settings import masked, settings_in_force
from keeptrusts.cli.exit_codes import ExitCode

TOKEN = "kt_ak_abcdefgh" + "S" * 32
GATEWAY_KEY = "kt_gk_12345678" + "S" * 32


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / ".keeptrusts"
    folder.mkdir()
    (folder / "credentials.json").write_text(
        json.dumps(
            {
                "api_url": "http://127.0.0.1:11080", "gateway_url": "http://127.0.0.1:44002", "organization": "org_1",
                "token": TOKEN, "gateway_key": GATEWAY_KEY,
            }
        )
    )  # fmt: skip
    return folder


def test_a_shell_takes_over_what_env_prints(kt: Kt, stack: Path) -> None:
    printed = kt("env").stdout
    assert printed.startswith(f"export API_TOKEN={TOKEN} KEEPTRUSTS_API_URL=http://127.0.0.1:11080 GATEWAY_KEY=")
    script = f"{printed}\necho $API_TOKEN $KEEPTRUSTS_API_URL $GATEWAY_KEY $KEEPTRUSTS_GATEWAY_URL"
    output = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=10, check=True).stdout
    assert output.split() == [TOKEN, "http://127.0.0.1:11080", GATEWAY_KEY, "http://127.0.0.1:44002"]
    assert json.loads(kt("env", "--json").stdout)["GATEWAY_KEY"] == GATEWAY_KEY


def test_values_are_quoted_for_the_shell(kt: Kt, stack: Path) -> None:
    path = stack / "credentials.json"
    path.write_text(path.read_text().replace("org_1", "o").replace(TOKEN, "a b;$(x)"))
    assert shlex.split(kt("env").stdout)[1] == "API_TOKEN=a b;$(x)"


def test_without_a_stack_env_says_how_to_get_one(kt: Kt) -> None:
    result = kt("env")
    assert result.exit_code == ExitCode.SIGN_IN and "kt up" in result.stderr


def test_settings_show_their_origin(kt: Kt, stack: Path) -> None:
    environment = {"KEEPTRUSTS_API_URL": None, "KEEPTRUSTS_API_TOKEN": None, "KEEPTRUSTS_MODE": "cluster"}
    rows = {row["name"]: row for row in json.loads(kt("settings", "show", "--json", env=environment).stdout)}
    assert (rows["api_url"]["value"], rows["api_url"]["origin"]) == (
        "http://127.0.0.1:11080", str(stack / "credentials.json"),
    )  # fmt: skip
    assert (rows["mode"]["value"], rows["mode"]["origin"]) == ("cluster", "environment")
    assert (rows["port_offset"]["value"], rows["port_offset"]["origin"]) == ("0", "default")
    assert rows["clickhouse"]["value"] == f"chdb://{stack / 'clickhouse'}"
    assert rows["exports_dir"]["value"] == str(stack / "exports")
    assert rows["data_dir"]["origin"] == "found upwards"


def test_settings_show_no_secret(stack: Path) -> None:
    environment = {
        "KEEPTRUSTS_KEY_SECRET": "k" * 40, "OPENAI_API_KEY": "sk-proj-secret", "KEEPTRUSTS_API_TOKEN": TOKEN,
        "KEEPTRUSTS_CLICKHOUSE": "clickhouse://user:hunter2@host:9000/db",
    }  # fmt: skip
    shown = repr(settings_in_force(None, working_dir=stack.parent, environment=environment))
    for secret in ("k" * 40, "sk-proj", "S" * 8, "hunter2"):
        assert secret not in shown
    assert "kt_ak_abcdefgh..." in shown and "clickhouse://user:***@host:9000/db" in shown


def test_showing_settings_makes_nothing(kt: Kt, tmp_path: Path) -> None:
    assert kt("settings", "show").exit_code == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("secret", "shown"), [("kt_ak_1234567890123456", "kt_ak_12345678..."), ("sk-1", "(set)")])
def test_masks_keep_a_keys_prefix_only(secret: str, shown: str) -> None:
    assert masked(secret) == shown
