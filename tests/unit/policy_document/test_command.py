"""`kt policy`: files, standard input, formats, exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from keeptrusts.cli.commands.policy import policy

CLEAN = (
    "pack: {name: a, version: 1.0.0, enabled: true}\nproviders: {targets: [{id: openai}]}\npolicies: {chain: [rbac]}\n"
)
WARNS = CLEAN.replace("1.0.0", '"1.0"')
FAILS = CLEAN.replace("[rbac]", "[rbacc]")


def kt(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(policy, list(arguments), input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("clean", CLEAN), ("warns", WARNS), ("fails", FAILS)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "strict", "code"),
    [
        (["clean"], False, 0),
        (["clean"], True, 0),
        (["warns"], False, 0),
        (["warns"], True, 2),
        (["fails"], False, 2),
        (["clean", "warns"], False, 0),
        (["clean", "fails"], False, 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst_file(folder: Path, names: list[str], strict: bool, code: int) -> None:
    files = [argument for name in names for argument in ("--file", str(folder / f"{name}.yaml"))]
    assert kt("lint", *files, *(["--strict"] if strict else [])).exit_code == code


def test_standard_input_is_read() -> None:
    result = kt("lint", "--file", "-", stdin=FAILS)
    assert result.exit_code == 2
    assert '<stdin>:3:20  error  KT104  unknown policy kind "rbacc"' in result.output


def test_json_names_every_file_and_its_chain(folder: Path) -> None:
    result = kt("lint", "--format", "json", str(folder / "clean.yaml"), str(folder / "fails.yaml"))
    report = json.loads(result.stdout)
    assert (report["valid"], report["errors"]) == (False, 1)
    assert [(Path(one["file"]).stem, one["valid"], one["chain"]) for one in report["files"]] == [
        ("clean", True, ["rbac"]),
        ("fails", False, []),
    ]
    finding = report["files"][1]["findings"][0]
    assert (finding["code"], finding["line"], finding["column"]) == ("KT104", 3, 20)
    assert finding["suggestion"] == 'did you mean "rbac"?'


def test_sarif_holds_rules_and_regions(folder: Path) -> None:
    log = json.loads(kt("lint", "--format", "sarif", "--file", str(folder / "fails.yaml")).stdout)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    result = run["results"][0]
    assert (result["ruleId"], result["level"]) == ("KT104", "error")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 20, "endColumn": 25}
    assert result["ruleId"] in [rule["id"] for rule in run["tool"]["driver"]["rules"]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a file"),
        (["--file", "absent.yaml"], "absent.yaml cannot be read"),
        (["--file", "/"], "cannot be read"),
        (["-", "-"], "once"),
        (["--format", "xml", "-"], "xml"),
    ],
)
def test_wrong_usage_is_explained_with_exit_code_2(arguments: list[str], words: str) -> None:
    result = kt("lint", *arguments, stdin="")
    assert result.exit_code == 2
    assert words in result.output


def test_the_schema_is_printed() -> None:
    result = kt("schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["title"] == "Keeptrusts policy document"
