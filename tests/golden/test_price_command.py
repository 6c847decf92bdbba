"""What `kt price show` prints, byte for byte; `KEEPTRUSTS_UPDATE_GOLDEN=1` writes the files anew.

The catalogue's version is masked: another one may be installed. The prices are those of a fixed day.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from keeptrusts.cli.commands.price import price

FOLDER = Path(__file__).with_name("prices")
POLICY = str(FOLDER / "policy.yaml")

CASES: dict[str, tuple[str, ...]] = {
    "flat.table": ("gpt-4o", "--on", "2026-11-20"),
    "bands.table": ("claude-sonnet-4-5", "--on", "2026-11-20"),
    "bands.json": ("claude-sonnet-4-5", "--on", "2026-11-20", "--format", "json"),
    "dated_name.table": ("gpt-4o-mini-2024-07-18", "--on", "2026-11-20"),
    "alias_before.table": ("quick", "--config", POLICY, "--on", "2026-06-30"),
    "alias_after.table": ("quick", "--config", POLICY, "--on", "2026-07-01"),
    "two_targets.table": ("house-large", "--config", POLICY, "--on", "2026-07-01"),
    "two_targets.json": ("house-large", "--config", POLICY, "--on", "2026-07-01", "--json"),
}


def kt(*arguments: str) -> Result:
    return CliRunner().invoke(price, ["show", *arguments])


@pytest.mark.parametrize("name", CASES)
def test_a_price_is_shown_as_it_was(name: str) -> None:
    result = kt(*CASES[name])
    assert result.exit_code == 0, result.output
    text = re.sub(r"genai-prices-[0-9.]+[0-9]", "genai-prices-VERSION", result.output)
    path = FOLDER / f"{name}.txt"
    if os.environ.get("KEEPTRUSTS_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_golden_output_has_its_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(CASES)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gpt-4oo",), "Did you mean gpt-4o"),
        (("gpt-4o", "--provider", "anthropic"), "of provider anthropic"),
        (("no-such-thing-at-all-xyz",), "Add pricing to the target"),
        (("house-mini", "--config", POLICY, "--provider", "openai"), "no target of the configuration serves"),
        (("hous-mini", "--config", POLICY), "Did you mean house-mini"),
    ],
)
def test_an_unknown_model_ends_with_not_found_and_near_names(arguments: tuple[str, ...], said: str) -> None:
    result = kt(*arguments)
    assert result.exit_code == 3
    assert said in result.output


def test_a_policy_file_with_errors_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("providers: {aliases: {a: a}}\n", "utf-8")
    result = kt("gpt-4o", "--config", str(broken))
    assert result.exit_code == 2
    assert "KT113" in result.output


def test_amounts_are_exact_decimal_texts() -> None:
    rows = json.loads(CliRunner().invoke(price, ["show", "gpt-4o", "--json", "--on", "2026-11-20"]).stdout)
    assert (rows[0]["input"], rows[0]["cache_read"], rows[0]["above_input_tokens"]) == ("2.50", "1.25", 0)
