"""A saved document is read back as it was, or refused with its place and a way out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report_documents import documents, plan, report
from ruamel.yaml import YAML

from voiceops.errors import Fault, FilesInvalid, FileUnusable, Place
from voiceops.report import documents as module
from voiceops.report.documents import Failure, document_schema, parse_document, read_document
from voiceops.report.json import dump_document

CASES = sorted((Path(__file__).parents[1] / "core" / "cases").glob("*.yaml"))
FOREIGN = "save one with `voiceops plan -o FILE`, or with --json"
DAMAGED = "save it again; nobody but voiceops should write it"
UPGRADE = "upgrade voiceops: its package is voices-as-code"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_plan_comes_back_as_it_was(path: Path) -> None:
    made = plan(YAML(typ="safe").load(path))
    assert parse_document(dump_document(made).encode(), name="plan.json") == made


@pytest.mark.parametrize("kind", documents())
def test_every_kind_comes_back_as_it_was(kind: str, tmp_path: Path) -> None:
    document = documents()[kind]
    path = tmp_path / "saved.json"
    path.write_text(dump_document(document), encoding="utf-8")
    assert read_document(path) == document


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_any_encoding_of_json_is_read(encoding: str) -> None:
    document = report()
    assert parse_document(dump_document(document).encode(encoding), name="x") == document


def test_a_lone_surrogate_is_no_reason_to_refuse() -> None:
    text = dump_document(report()).replace('"USD"', '"\\ud800 USD"')
    assert parse_document(text.encode(), name="x") == replace(report(), currency="? USD")


REPORT = dump_document(report())
REFUSED: list[tuple[bytes, str, str]] = [
    (b"[]", "x.json: this is no document of voiceops", FOREIGN),
    (b'{"format_version": 1}', "x.json: this is no document of voiceops", FOREIGN),
    (b'{"resource_changes": []}', "x.json: this is no document of voiceops", FOREIGN),
    (
        b'{"format_version": 1, "kind": "list"}',
        "x.json: a document of kind 'list' cannot be shown, only plan, apply, validate, failure",
        FOREIGN,
    ),
    (
        b'{"format_version": 2, "kind": "new"}',
        "x.json: format_version 2 is newer than this voiceops reads (1)",
        UPGRADE,
    ),
]
# What is wrong there is told in the words of the parser, which are its own matter.
BROKEN: list[tuple[bytes, str, str]] = [
    (b"", "x.json:1:1: ", FOREIGN),
    (b"Plan: 1 to create.", "x.json:1:1: ", FOREIGN),
    (REPORT[:40].encode(), "x.json:3:11: ", DAMAGED),
    (b'{"format_version": 1, "kind": "validate", "files": 0}', "x.json: voices: ", DAMAGED),
    (
        REPORT.replace('"status": "failed"', '"status": "fine"').encode(),
        "x.json: results[1].status: ",
        DAMAGED,
    ),
    (REPORT.replace('"limit": 1000', '"limit": "1000"').encode(), "x.json: quota.limit: ", DAMAGED),
    (
        REPORT.replace('"limit"', '"surprise": 1, "limit"').encode(),
        "x.json: quota.surprise: ",
        DAMAGED,
    ),
    (REPORT.replace('"spent": 0.2', '"spent": NaN').encode(), "x.json: spent: ", DAMAGED),
]


@pytest.mark.parametrize(("data", "message", "hint"), REFUSED)
def test_what_is_no_document_is_refused(data: bytes, message: str, hint: str) -> None:
    with pytest.raises(FileUnusable) as caught:
        parse_document(data, name="x.json")
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(("data", "place", "hint"), BROKEN)
def test_what_is_broken_is_refused_at_its_place(data: bytes, place: str, hint: str) -> None:
    with pytest.raises(FileUnusable) as caught:
        parse_document(data, name="x.json")
    assert caught.value.message.startswith(place)
    assert len(caught.value.message) > len(place)
    assert caught.value.hint == hint


@pytest.mark.parametrize("data", [b"\xff\xfe\xff", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_what_json_cannot_hold_is_refused(data: bytes) -> None:
    with pytest.raises(FileUnusable, match=r"^x\.json: this is no document: "):
        parse_document(data, name="x.json")


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="cannot be read: No such file or directory"):
        read_document(tmp_path / "none.json")
    with pytest.raises(FileUnusable, match="cannot be read: Is a directory"):
        read_document(tmp_path)


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(FileUnusable, match="has more than 67,108,864 bytes, which no document has"):
        read_document(Path("/dev/zero"))


def test_a_failure_keeps_the_faults_of_files() -> None:
    faults = (Fault(Place("a.yaml", 1, 2), "is empty", "write a text"),)
    made = Failure.of(FilesInvalid(faults), command="plan")
    assert made == Failure("plan", "FilesInvalid", "a.yaml:1:2: is empty", "", faults, 1)


@pytest.mark.parametrize("kind", documents())
def test_the_schema_has_every_member(kind: str) -> None:
    document = documents()[kind]
    schema = document_schema(document.kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    values = json.loads(dump_document(document))
    assert _unknown_members(values, schema, schema["$defs"]) == []


def test_the_schema_is_the_same_each_time() -> None:
    first, again = (json.dumps(document_schema("plan")) for _ in range(2))
    module._adapter.cache_clear()
    assert first == again == json.dumps(document_schema("plan"))


def _unknown_members(value: Any, schema: Any, definitions: Any) -> list[str]:
    """List the members of a value that the schema does not know, or that it lacks."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        inner = [_unknown_members(item, schema["items"], definitions) for item in value]
        return [name for names in inner for name in names]
    if not isinstance(value, dict):
        return []
    schema = next((one for one in schema.get("anyOf", []) if "$ref" in one), schema)
    if "$ref" in schema:
        return _unknown_members(value, schema, definitions)
    known = schema["properties"]
    unknown = sorted(set(value) ^ set(known))
    for name in set(value) & set(known):
        unknown += _unknown_members(value[name], known[name], definitions)
    return unknown
