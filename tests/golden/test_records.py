"""Every record type has a golden example of each version ever shipped; it decodes for ever, whatever is added later.

Examples are never changed. A field added to a type later gets a further example, `<name>@2.json`, and its line in
MANIFEST.txt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from keeptrusts.schemas.codec import TYPES, decode, encode, type_of
from keeptrusts.schemas.jsonschema.generate import VALUE_PREFIX, generate
from keeptrusts.schemas.snapshots.codec import TYPED, VALUES, decode_derived, encode_derived

FOLDER = Path(__file__).parent / "events"
MANIFEST = FOLDER / "MANIFEST.txt"
EXAMPLES = sorted(FOLDER.glob("*.json"))
EVENT_EXAMPLES = [path for path in EXAMPLES if path.stem.partition("@")[0] in TYPES]
ALL_TYPES = sorted([*TYPES, *TYPED, *(VALUE_PREFIX + kind for kind in VALUES)])
ENVELOPE_OPTIONAL = (
    "datacontenttype", "partitionkey", "sequence", "correlationid", "causationid", "traceparent", "synthetic",
)  # fmt: skip


def name_of(path: Path) -> str:
    return path.stem.partition("@")[0]


def again(name: str, value: bytes) -> bytes:
    """Decode and encode."""
    return encode(decode(value)) if name in TYPES else encode_derived(decode_derived(value))


def manifest() -> dict[str, str]:
    lines = (line.split("  ") for line in MANIFEST.read_text("utf-8").splitlines())
    return {name: digest for digest, name in lines}


@pytest.fixture(scope="module")
def schemas() -> dict[str, dict[str, Any]]:
    return {name.removesuffix(".json"): json.loads(value) for name, value in generate().items()}


def test_every_type_has_an_example_and_every_example_a_type() -> None:
    assert sorted({name_of(path) for path in EXAMPLES}) == ALL_TYPES


def test_examples_are_neither_changed_nor_deleted() -> None:
    on_disk = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in EXAMPLES}
    assert on_disk == manifest(), "add a new example with its digest; never change or delete one that was shipped"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_decodes_and_encodes_to_the_same_document(path: Path) -> None:
    assert json.loads(again(name_of(path), path.read_bytes())) == json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_encoding_is_stable_and_names_the_type(path: Path) -> None:
    once = again(name_of(path), path.read_bytes())
    assert again(name_of(path), once) == once
    if path in EVENT_EXAMPLES:
        assert type_of(decode(once).data) == name_of(path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid_by_its_generated_schema(path: Path, schemas: dict[str, dict[str, Any]]) -> None:
    validator = jsonschema.Draft202012Validator(schemas[name_of(path)])
    assert [error.message for error in validator.iter_errors(json.loads(path.read_text("utf-8")))] == []


@pytest.mark.parametrize("name", ALL_TYPES)
def test_the_examples_of_a_type_fill_every_field(name: str, schemas: dict[str, dict[str, Any]]) -> None:
    documents = [json.loads(path.read_text("utf-8")) for path in EXAMPLES if name_of(path) == name]
    assert set(declared(schemas[name])) - set().union(*(set(filled(document)) for document in documents)) == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_fields_added_later_are_ignored_by_this_version(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    grown = everywhere(document, lambda node: node | {"added_later": {"anything": [1, None]}})
    assert json.loads(again(name_of(path), json.dumps(grown).encode())) == without_added(grown)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_optional_field_may_be_missing(path: Path, schemas: dict[str, dict[str, Any]]) -> None:
    """What an older writer, which did not know the optional fields, has left in the log stays readable."""
    document = json.loads(path.read_text("utf-8"))
    name = name_of(path)
    schema = schemas[name]
    if name in TYPES:
        required = set(schema["properties"]["data"].get("required", []))
        data = {key: value for key, value in document["data"].items() if key in required}
        sparse = {key: value for key, value in document.items() if key not in ENVELOPE_OPTIONAL} | {"data": data}
    else:
        sparse = {key: value for key, value in document.items() if key in schema["required"]}
    jsonschema.Draft202012Validator(schema).validate(sparse)
    once = again(name, json.dumps(sparse).encode())
    assert sparse.items() <= without_defaults(json.loads(once), sparse).items()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_missing_required_field_is_refused_by_reader_and_schema(
    path: Path, schemas: dict[str, dict[str, Any]]
) -> None:
    document = json.loads(path.read_text("utf-8"))
    name = name_of(path)
    for key in schemas[name]["required"]:
        broken = {other: value for other, value in document.items() if other != key}
        assert not jsonschema.Draft202012Validator(schemas[name]).is_valid(broken)
        with pytest.raises(ValueError, match=r"\w"):
            again(name, json.dumps(broken).encode())


def declared(schema: dict[str, Any]) -> Iterator[str]:
    """Every path a schema describes, map keys and list places as ``*``; unions of objects are taken together."""
    yield from _declared(schema, schema.get("$defs", {}), "")


def _declared(node: dict[str, Any], definitions: dict[str, Any], path: str) -> Iterator[str]:
    if "$ref" in node:
        yield from _declared(definitions[node["$ref"].rpartition("/")[2]], definitions, path)
    for option in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _declared(option, definitions, path)
    if isinstance(node.get("items"), dict):
        yield from _declared(node["items"], definitions, f"{path}/*")
    for name, child in node.get("properties", {}).items():
        yield f"{path}/{name}"
        yield from _declared(child, definitions, f"{path}/{name}")


def filled(node: Any, path: str = "") -> Iterator[str]:
    """Every path a document fills."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield f"{path}/{name}"
            yield from filled(child, f"{path}/{name}")
    if isinstance(node, list):
        for child in node:
            yield from filled(child, f"{path}/*")


def everywhere(node: Any, grow: Callable[[dict[str, Any]], dict[str, Any]], name: str = "") -> Any:
    """Change every object that is a record (maps with keys of the user's choice are none)."""
    if isinstance(node, list):
        return [everywhere(item, grow, name) for item in node]
    if not isinstance(node, dict):
        return node
    grown = {key: everywhere(value, grow, key) for key, value in node.items()}
    return grown if name in MAPS else grow(grown)


MAPS = ("tags", "findings", "unrecorded", "teams", "filters")


def without_added(node: Any) -> Any:
    if isinstance(node, list):
        return [without_added(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: without_added(value) for key, value in node.items() if key != "added_later"}


def without_defaults(encoded: dict[str, Any], sparse: dict[str, Any]) -> dict[str, Any]:
    """What was encoded, cut to what was given: defaults that reading filled in are left out, one level of data deep."""
    if "data" not in sparse:
        return encoded
    return encoded | {"data": {key: encoded["data"][key] for key in sparse["data"]}}
