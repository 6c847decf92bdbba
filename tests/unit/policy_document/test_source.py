"""Reading YAML: every place is known, and nothing a file holds can crash or stall the reader."""

from decimal import Decimal

import pytest

from keeptrusts.schemas.policy_document.findings import Code
from keeptrusts.schemas.policy_document.source import (
    MAX_BYTES,
    MAX_DEPTH,
    Scalar,
    Table,
    UnreadableSource,
    decode_source,
    plain_value,
    read_source,
)


def read(text: str) -> object:
    return plain_value(read_source(text, "f.yaml").root)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: 1_000", {"a": 1000}),
        ("a: 1000.00", {"a": Decimal("1000.00")}),
        ("a: 0.1", {"a": Decimal("0.1")}),
        ("a: 1.0", {"a": Decimal("1.0")}),
        ('a: "1.0"', {"a": "1.0"}),
        ("a: 1.0.0", {"a": "1.0.0"}),
        ("a: 007", {"a": "007"}),
        ("a: yes", {"a": True}),
        ("a: Off", {"a": False}),
        ("a: 'yes'", {"a": "yes"}),
        ("a: !!str 5", {"a": "5"}),
        ("a:", {"a": None}),
        ("a: ~", {"a": None}),
        ("a: 2026-01-01", {"a": "2026-01-01"}),
        ("a: .inf", {"a": ".inf"}),
        ("a: 99999999999999999999999", {"a": "99999999999999999999999"}),
        ("a: [1, b]", {"a": [1, "b"]}),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}", {"a": {"b": 1, "c": 2}, "d": {"b": 3, "c": 2}}),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
def test_values_keep_their_exact_meaning(text: str, value: object) -> None:
    assert read(text) == value


def test_keys_and_values_know_their_place() -> None:
    root = read_source("pack:\n  name: hello\n", "f.yaml").root
    assert isinstance(root, Table)
    pack = root.entries["pack"].value
    assert isinstance(pack, Table)
    entry = pack.entries["name"]
    assert (entry.key_mark.line, entry.key_mark.column, entry.key_mark.width) == (2, 3, 4)
    assert isinstance(entry.value, Scalar)
    assert (entry.value.mark.line, entry.value.mark.column, entry.value.mark.width) == (2, 9, 5)


def test_a_doubled_key_is_reported_and_the_first_one_kept() -> None:
    tree = read_source("a: 1\na: 2\n", "f.yaml")
    assert plain_value(tree.root) == {"a": 1}
    assert [(problem.code, problem.mark.line) for problem in tree.problems] == [(Code.DUPLICATE_KEY, 2)]


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        ("", Code.EMPTY, 1, "empty"),
        ("# only a comment\n", Code.EMPTY, 1, "empty"),
        ("---\n", Code.EMPTY, 1, "empty"),
        ("a: 1\n---\nb: 2\n", Code.UNSUPPORTED_YAML, 2, "second document"),
        ("a:\n\tb: 1\n", Code.SYNTAX, 2, "tab"),
        ("a: [1\n", Code.SYNTAX, 2, "not valid YAML"),
        ("a: b: c\n", Code.SYNTAX, 1, "not valid YAML"),
        ("a: *nowhere\n", Code.SYNTAX, 1, "nowhere"),
        ("a: &x [*x]\n", Code.SYNTAX, 1, "anchor"),
        ("a: !!python/object/apply:os.system [ls]\n", Code.UNSUPPORTED_YAML, 1, "tag"),
        ("? [a]\n: 1\n", Code.UNSUPPORTED_YAML, 1, "key"),
        ("a: {<<: 1}\n", Code.UNSUPPORTED_YAML, 1, "<<"),
        ("a: \x00\n", Code.SYNTAX, 1, "U+0000"),
        ("[" * 5000, Code.TOO_LARGE, 1, f"{MAX_DEPTH} levels"),
        ("- a\n" * 30_000, Code.TOO_LARGE, None, "more than"),
        ("x" * (MAX_BYTES + 1), Code.TOO_LARGE, 1, "larger than"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_document_is_one_clear_problem(text: str, code: Code, line: int | None, words: str) -> None:
    with pytest.raises(UnreadableSource) as caught:
        read_source(text, "f.yaml")
    problem = caught.value.problem
    assert problem.code == code
    assert words in problem.message
    if line is not None:
        assert problem.mark.line == line


def test_aliases_count_as_often_as_they_are_used() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    with pytest.raises(UnreadableSource) as caught:
        read_source("\n".join(lines), "f.yaml")
    assert caught.value.problem.code == Code.TOO_LARGE


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"a: 1\nb: \xff\n", Code.NOT_UTF8, (2, 4)),
        (b"x" * (MAX_BYTES + 1), Code.TOO_LARGE, (1, 1)),
        ("a: 1".encode("utf-16"), Code.NOT_UTF8, (1, 1)),
    ],
)
def test_bytes_that_are_no_text_are_a_clear_problem(data: bytes, code: Code, place: tuple[int, int]) -> None:
    with pytest.raises(UnreadableSource) as caught:
        decode_source(data, "f.yaml")
    mark = caught.value.problem.mark
    assert (caught.value.problem.code, (mark.line, mark.column)) == (code, place)
