from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voiceops.errors import Fault, Place
from voiceops.files.yaml.tree import (
    MAX_BYTES,
    MAX_VALUES,
    Entry,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
    read_tree,
    to_plain,
)

NO_SHARING = "write the value out; what a file's voices share can stand under `defaults`"


def faults_of(data: bytes) -> list[str]:
    return [str(fault) for fault in read_tree(data, path="f").faults]


def read(text: str) -> object:
    tree = read_tree(text.encode(), path="f")
    assert tree.faults == ()
    assert tree.root is not None
    return to_plain(tree.root)


def list_places(node: Node) -> dict[object, tuple[int, int]]:
    """Map each scalar's value, and each key, to its line and column."""
    match node:
        case ScalarNode(place, value):
            return {value: (place.line, place.column)}
        case ListNode(_, items):
            return {key: place for item in items for key, place in list_places(item).items()}
        case MapNode(_, entries):
            found: dict[object, tuple[int, int]] = {}
            for entry in entries:
                found[entry.key] = (entry.place.line, entry.place.column)
                found.update(list_places(entry.value))
            return found


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: b\n", {"a": (1, 1), "b": (1, 4)}),
        ("# talk\n\na:\n  - b\n  -   c\n", {"a": (3, 1), "b": (4, 5), "c": (5, 7)}),
        ("a: b\r\nc: d\r\n", {"a": (1, 1), "b": (1, 4), "c": (2, 1), "d": (2, 4)}),
        ("\ufeffa: b\nc: d\n", {"a": (1, 1), "b": (1, 4), "c": (2, 1), "d": (2, 4)}),
        ("漢字: 😀\né: 'x'\n", {"漢字": (1, 1), "😀": (1, 5), "é": (2, 1), "x": (2, 4)}),
        ("{a: [b, {c: d}]}", {"a": (1, 2), "b": (1, 6), "c": (1, 10), "d": (1, 13)}),
        ("a: |\n  x\n  y\nb: z", {"a": (1, 1), "x\ny\n": (1, 4), "b": (4, 1), "z": (4, 4)}),
        ("a: x\n  y\nb: z", {"a": (1, 1), "x y": (1, 4), "b": (3, 1), "z": (3, 4)}),
        ("a:\nb:  \n", {"a": (1, 1), None: (2, 3), "b": (2, 1)}),
        ("---\na: b\n...\n", {"a": (2, 1), "b": (2, 4)}),
        ("? a\n: b\n", {"a": (1, 3), "b": (2, 3)}),
    ],
)
def test_every_value_knows_its_place(text, places):
    tree = read_tree(text.encode(), path="f")
    assert tree.faults == ()
    assert tree.root is not None
    assert list_places(tree.root) == places


def test_a_tree_holds_keys_lists_and_values():
    place = Place("f", 1, 1)
    one = ScalarNode(Place("f", 1, 5), 1)
    entry = Entry("a", place, ListNode(Place("f", 1, 4), (one,)))
    assert read_tree(b"a: [1]", path="f").root == MapNode(place, (entry,), {"a": entry})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("'true'", "true"),
        ('"12"', "12"),
        ("12", 12),
        ("-007", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-01-15", "2026-01-15"),
        ("0.2", 0.2),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".", "."),
        ("-", (None,)),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("١٢", "١٢"),
        ('"a\\x07\\u00e9"', "a\x07é"),
        ("{}", {}),
        ("[]", ()),
        ("{1: a, true: b, ~: c}", {"1": "a", "true": "b", "~": "c"}),
        ("", None),
        ("# only talk", None),
    ],
)
def test_plain_values_follow_yaml_1_2(text, value):
    assert read(text) == value


def test_a_number_that_is_none_is_read():
    assert math.isnan(float(str(read(".nan"))))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"a: &x 1\nb: *x\n", "f:1:4: YAML anchors are not allowed"),
        (b"a: *x\n", "f:1:4: YAML aliases are not allowed"),
        (b"&x a: 1\n", "f:1:1: YAML anchors are not allowed"),
        (b"*x : 1\n", "f:1:1: YAML aliases are not allowed"),
        (b"a:\n  <<: {b: 1}\n", "f:2:3: merge keys are not allowed"),
        (b"a: !!str 1\n", "f:1:4: YAML tags are not allowed"),
        (b"a: ! 1\n", "f:1:4: YAML tags are not allowed"),
        (b"a: !!python/object/apply:os.system [x]\n", "f:1:4: YAML tags are not allowed"),
        (b"%YAML 1.2\n---\na: 1\n", "f:1:1: YAML directives are not allowed"),
        (b"\xef\xbb\xbf%YAML 1.2\n---\na: 1\n", "f:1:1: YAML directives are not allowed"),
        (b"a: 1\n---\nb: 2\n", "f:2:1: a second document begins here"),
        (b"? [a]\n: b\n", "f:1:3: a key must be a plain value"),
        (b"{{a: b}: c}\n", "f:1:2: a key must be a plain value"),
        (b"a: b\x00c", "f:1:5: the character U+0000 is not allowed here"),
        (b"a: b\r\nc: \x1b[2J", "f:2:4: the character U+001B is not allowed here"),
        ("a: b\u2028c".encode(), "f:1:5: the character U+2028 is not allowed here"),
        ("a: b\u0085c".encode(), "f:1:5: the character U+0085 is not allowed here"),
        (b"a: b\nc: d\xff", "f:2:5: the file is not UTF-8"),
        ("a: b".encode("utf-16"), "f:1:1: the file is not UTF-8"),
        ("a: b".encode("utf-16-le"), "f:1:2: the character U+0000 is not allowed here"),
        (b"a: \xed\xa0\x80", "f:1:4: the file is not UTF-8"),
        (b"a:\n\tb: 1", "f:2:1: a tab cannot stand here"),
        (b"a: b: c", "f:1:5: a colon cannot stand here"),
        (b"a: @b", "f:1:4: a value cannot begin with '@'"),
        (b'a: b\nc: "d\n', "f:2:4: what begins here is not closed"),
        (b"a: [b\nc: d\n", "f:1:4: what begins here is not closed"),
        (b"a: {b: [c}\n", "f:1:8: what begins here is not closed"),
        (b"a: {b:\n", "f:2:1: a value is missing here"),
        (b"a: " + b"9" * 5000, "f:1:4: this number has 5,000 characters"),
        (b"a: 0x" + b"f" * 5000, "f:1:4: this number has 5,002 characters"),
        (b"a: [" + b"1e" + b"9" * 400_000 + b"]", "f:1:5: this number has 400,002 characters"),
    ],
)
def test_what_is_hostile_or_broken_is_refused_at_its_place(data, fault):
    assert faults_of(data) == [fault]
    assert read_tree(data, path="f").root is None


@pytest.mark.parametrize(("data", "place"), [(b'a: "\\ud800"', "f:1:7"), (b"a: 1\n- b\n", "f:2:1")])
def test_what_only_the_parser_finds_is_told_at_its_place_in_its_own_words(data, place):
    (fault,) = faults_of(data)
    assert fault.startswith(f"{place}: this is not YAML: ")
    assert read_tree(data, path="f").root is None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"[" * 200_000, "f:1:33: values are nested deeper than 32 levels"),
        (b"- " * 200_000, "f:1:65: values are nested deeper than 32 levels"),
        (b"{a: " * 200_000, "f:1:129: values are nested deeper than 32 levels"),
        (b"{" * 200_000, "f:1:2: a key must be a plain value"),
        (b"? " * 200_000, "f:1:3: a key must be a plain value"),
        (b"x" * (2 * MAX_BYTES), "f:1:1: the file is larger than 1,024 KiB"),
        (b"[" + b"a," * 200_000 + b"]", "f:1:100000: the file holds more than 50,000 values"),
        (b"%TAG !a! b\n" * 60_000, "f:1:1: YAML directives are not allowed"),
        (b"a: 1\n...\n" + b"%T a\n" * 60_000, "f:3:1: YAML directives are not allowed"),
        (
            b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 99)),
            "f:1:5: YAML anchors are not allowed",
        ),
    ],
    ids=["[", "- ", "{a:", "{", "?", "2 MiB", "many", "directives", "later", "bomb"],
)
def test_large_hostile_files_are_refused_before_they_are_built(data, fault):
    assert faults_of(data) == [fault]


def test_the_deepest_and_the_most_that_is_allowed_is_read():
    deep = read_tree(b"[" * 32 + b"]" * 32, path="f")
    assert deep.faults == ()
    many = b"[" + b"a," * (MAX_VALUES - 1) + b"]"
    assert read_tree(many, path="f").faults == ()
    long = b"a: " + b"b" * (MAX_BYTES - 3)
    assert read_tree(long, path="f").faults == ()


def test_a_key_that_is_there_twice_is_reported_at_both_places_and_reading_goes_on():
    tree = read_tree(b"a: 1\nb: 2\na: 3\nb: 4\n", path="f")
    hint = "keep one of the two"
    assert tree.faults == (
        Fault(Place("f", 1, 1), "'a' is there twice, again in line 3", hint),
        Fault(Place("f", 3, 1), "'a' is there twice, first in line 1", hint),
        Fault(Place("f", 2, 1), "'b' is there twice, again in line 4", hint),
        Fault(Place("f", 4, 1), "'b' is there twice, first in line 2", hint),
    )
    assert tree.root is not None
    assert to_plain(tree.root) == {"a": 1, "b": 2}


def test_equal_keys_in_different_mappings_are_no_fault():
    assert read("a: {x: 1}\nb: {x: 1}") == {"a": {"x": 1}, "b": {"x": 1}}


def test_a_quoted_merge_key_is_an_ordinary_key():
    assert read("'<<': 1") == {"<<": 1}


def test_a_refusal_has_a_hint():
    (fault,) = read_tree(b"a: &x 1", path="f").faults
    assert fault.hint == NO_SHARING


YAMLISH = st.text(alphabet="ab:-?[]{},&*!|>'\"%@`#\n\r\t ~0.1\\<é漢\ufeff\x07", max_size=60)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), YAMLISH.map(str.encode)))
@example(b"\xef\xbb\xbf\xef\xbb\xbfa: 1")
@example(b"\xef\xbb\xbf\xff")
@example(b"a: |\n  x\xff")
def test_any_bytes_give_a_tree_or_faults_inside_the_file(data):
    tree = read_tree(data, path="f")
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert (tree.root is None) <= bool(tree.faults)
    for fault in tree.faults:
        assert 1 <= fault.place.line <= len(lines) + 1
        assert 1 <= fault.place.column <= len(data) + 1
        assert fault.message
        assert fault.hint


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), TEXTS),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(VALUES)
def test_what_is_written_as_flow_yaml_is_read_again(value):
    assert read(write_flow(value)) == value


def write_flow(value: object) -> str:
    """Write a value in YAML's flow style, every text quoted."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case dict():
            return (
                "{"
                + ", ".join(f"? {write_flow(k)} : {write_flow(v)}" for k, v in value.items())
                + "}"
            )
        case tuple():
            return "[" + ", ".join(write_flow(item) for item in value) + "]"
        case _:
            raise TypeError(value)
