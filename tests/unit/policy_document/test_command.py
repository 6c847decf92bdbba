"""`kt policy`: files, standard input, formats, exit codes."""

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from keeptrusts.cli.commands.policy import policy
from keeptrusts.schemas.policy_document.findings import Code

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


AWKWARD = "policies:\n  chain: [rbacc]\npolicy:\n  rbac: {a: 1}\n  rate-limit: {rpm: 1}\n"


def test_github_shows_findings_at_their_lines(folder: Path) -> None:
    (folder / "a,b%.yaml").write_text(AWKWARD, "utf-8")
    result = kt("lint", "--format", "github", "--file", str(folder / "a,b%.yaml"))
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    place = f"{str(folder).replace(':', '%3A').replace(',', '%2C')}/a%2Cb%25.yaml"
    title = "title=KT104%2C see docs/lint.md#kt104"
    start = f"::error file={place},line=2,col=11,{title}::"
    assert f'{start}unknown policy kind "rbacc". did you mean "rbac"?' in lines
    assert {line.split(" ")[0] for line in lines[:-1]} == {"::error", "::warning", "::notice"}
    assert lines[-1].startswith("2 errors, ")


def test_sarif_has_the_shape_of_version_2_1_0(folder: Path) -> None:
    (folder / "a b.yaml").write_text(AWKWARD, "utf-8")
    files = ["-", str(folder / "a b.yaml"), str(folder / "warns.yaml")]
    log = json.loads(kt("lint", "--format", "sarif", *files, stdin=WARNS).stdout)
    jsonschema.validate(log, SARIF)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules) == len(Code)
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
    assert {Path(uri).name for uri in uris} == {"%3Cstdin%3E", "a%20b.yaml", "warns.yaml"}


_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_FROM_1 = {"type": "integer", "minimum": 1}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "name": {"type": "string"},
                                                "shortDescription": _TEXT,
                                                "help": _TEXT,
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": _TEXT,
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "additionalProperties": False,
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "additionalProperties": False,
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "properties": {"uri": {"type": "string", "format": "uri"}},
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "additionalProperties": False,
                                                        "properties": {
                                                            "startLine": _FROM_1,
                                                            "startColumn": _FROM_1,
                                                            "endColumn": _FROM_1,
                                                        },
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""The part of the published schema of SARIF 2.1.0 that logs of the linter use; names beyond it are refused."""
