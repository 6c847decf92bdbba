"""The JSON Schemas in the repository are what the models say today, and describe every record type."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from keeptrusts.schemas.codec import TYPES
from keeptrusts.schemas.jsonschema.__main__ import write
from keeptrusts.schemas.jsonschema.generate import VALUE_PREFIX, generate
from keeptrusts.schemas.snapshots.codec import TYPED, VALUES
from tests.architecture.tracked_files import ROOT

FOLDER = ROOT / "schemas" / "jsonschema"
NAMES = sorted([*TYPES, *TYPED, *(VALUE_PREFIX + kind for kind in VALUES)])


@pytest.fixture(scope="module")
def generated() -> dict[str, bytes]:
    return generate()


def test_the_files_are_what_the_models_say(generated: dict[str, bytes]) -> None:
    on_disk = {path.name: path.read_bytes() for path in FOLDER.glob("*.json")}
    assert sorted(on_disk) == sorted(generated), "run: make schemas"
    assert [name for name in generated if on_disk[name] != generated[name]] == [], "run: make schemas"


def test_every_record_type_has_a_file(generated: dict[str, bytes]) -> None:
    assert sorted(generated) == [f"{name}.json" for name in NAMES]


def test_generating_twice_gives_the_same_bytes(generated: dict[str, bytes]) -> None:
    assert generate() == generated


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_valid_schema_named_after_its_type(name: str, generated: dict[str, bytes]) -> None:
    schema = json.loads(generated[f"{name}.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == name.removeprefix(VALUE_PREFIX)


def test_writing_renews_what_is_stale_and_removes_what_is_gone(tmp_path: Path, generated: dict[str, bytes]) -> None:
    (tmp_path / "kt.gone.v1.json").write_text("{}")
    (tmp_path / "kt.hold.voided.v1.json").write_text("stale")
    write(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == generated
