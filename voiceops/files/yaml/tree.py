"""Read YAML into a tree in which every value knows its place, and refuse what is hostile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from voiceops.errors import Fault, FilesInvalid, Place
from voiceops.files.phrases import quote
from voiceops.files.yaml.c_parser import CParser
from voiceops.files.yaml.syntax import CONFLICT_HINT, explain_problem, find_conflict_line

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 50_000
_MAX_NUMBER_CHARACTERS = 40
# What YAML 1.2 forbids, the C1 controls, and U+2028/2029: the parser takes these for line ends,
# editors do not, and places would be wrong.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# The parser needs quadratic time for many directives (libyaml 0.2.5), and nobody needs one.
_DIRECTIVE = re.compile(r"(?:\A|[\r\n])(?=%)")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
    r"|\.(?:nan|NaN|NAN)"
)
_BLANKS_IN_FOLD = re.compile(r"[\r\n][ \t]*[^ \t\r\n][^\r\n]*(?<=[ \t])(?:\r\n|\r|\n) *[^ \t\r\n]")
_BASES = {"0o": 8, "0x": 16}
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_FLOWS = ("while parsing a flow sequence", "while parsing a flow mapping")
_NO_SHARING = "write the value out; what a file's voices share can stand under `defaults`"


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value: text, number, true or false, or None.

    `is_ragged` says that it is folded (`>`) and keeps blanks that stood before a line end.
    """

    place: Place
    value: str | int | float | bool | None
    is_ragged: bool = False


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list, in the file's order."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping, in the file's order; a key that is there twice is in it twice.

    `first` gives the first entry of each key.
    """

    place: Place
    entries: tuple[Entry, ...]
    first: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, as text whatever it looks like, its place, and its value."""

    key: str
    place: Place
    value: Node


Node = ScalarNode | ListNode | MapNode


@dataclass(frozen=True, slots=True)
class Tree:
    """A file's content and what is wrong with it as YAML.

    `root` is None if the file could not be read to its end. An empty file is a ScalarNode of None.
    """

    root: Node | None
    faults: tuple[Fault, ...]


def read_tree(data: bytes, *, path: str) -> Tree:
    """Read YAML 1.2 (core schema), with the place of every value; never raises.

    Refused at the first: anchors, aliases, tags, merge keys, directives, keys that are not plain
    values, several documents, control characters, what is not UTF-8, over 1 MiB, over 32 levels,
    over 50,000 values. Keys that are there twice are faults too, but reading goes on.
    """
    reader = _Reader(path)
    try:
        root = reader.read(data)
    except FilesInvalid as refused:
        return Tree(None, (*reader.faults, *refused.faults))
    return Tree(root, tuple(reader.faults))


def to_plain(node: Node) -> object:
    """Give the values without their places: dicts, tuples, scalars; the first of equal keys."""
    match node:
        case ScalarNode():
            return node.value
        case ListNode():
            return tuple(to_plain(item) for item in node.items)
        case MapNode():
            return {key: to_plain(entry.value) for key, entry in node.first.items()}


class _Reader:
    """One reading of one file."""

    def __init__(self, path: str) -> None:
        self.faults: list[Fault] = []
        self._path = path
        self._values = 0
        self._text = ""

    def read(self, data: bytes) -> Node:
        self._text = self._decode(data)
        events = self._events(self._text)
        next(events)  # the start of the stream
        if not isinstance(next(events), DocumentStartEvent):
            return ScalarNode(Place(self._path, 1, 1), None)
        root = self._node(next(events), events, depth=1)
        next(events)  # the end of the document
        following = next(events)
        if not isinstance(following, StreamEndEvent):
            message = "a second document begins here"
            raise self._refusal(following, message, "keep one document in a file")
        return root

    def _decode(self, data: bytes) -> str:
        if len(data) > MAX_BYTES:
            message = f"the file is larger than {MAX_BYTES // 1024:,} KiB"
            raise _refuse(Place(self._path, 1, 1), message, "split it into several files")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8-sig")
            message = "the file is not UTF-8"
            raise _refuse(self._end_of(before), message, "save it as UTF-8") from error
        refused = _REFUSED.search(text)
        if refused:
            place = self._end_of(text[: refused.start()])
            message = f"the character U+{ord(refused[0]):04X} is not allowed here"
            raise _refuse(place, message, "take it out, and save the file as UTF-8")
        directive = _DIRECTIVE.search(text)
        if directive:
            place = self._end_of(text[: directive.end()])
            raise _refuse(place, "YAML directives are not allowed", "take the line out")
        return text

    def _events(self, text: str) -> Iterator[Event]:
        parser = CParser(text)
        try:
            while parser.check_event():
                yield parser.get_event()
        except MarkedYAMLError as error:
            raise self._not_yaml(error, text) from error
        except YAMLError as error:
            message = "this is not YAML that can be read"
            raise _refuse(Place(self._path, 1, 1), message, "check the file's encoding") from error

    def _not_yaml(self, error: MarkedYAMLError, text: str) -> FilesInvalid:
        mark, problem = error.problem_mark, str(error.problem)
        conflict = find_conflict_line(text)
        if conflict:
            message = "the file holds the conflict markers of a merge"
            raise _refuse(Place(self._path, conflict, 1), message, CONFLICT_HINT) from error
        if error.context in _FLOWS or "end of stream" in problem:
            mark = error.context_mark or mark
            explained = "what begins here is not closed", "add the closing quote or bracket"
        else:
            line = text.splitlines()[mark.line : mark.line + 1]
            explained = explain_problem(
                problem, line[0][mark.column : mark.column + 1] if line else ""
            )
        return _refuse(Place(self._path, mark.line + 1, mark.column + 1), *explained)

    def _node(self, event: Event, events: Iterator[Event], *, depth: int) -> Node:
        self._check(event, depth)
        place = self._place(event)
        if isinstance(event, ScalarEvent):
            return ScalarNode(place, self._resolve(event), self._is_ragged(event))
        if isinstance(event, SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(inner := next(events), SequenceEndEvent):
                items.append(self._node(inner, events, depth=depth + 1))
            return ListNode(place, tuple(items))
        return self._map(place, events, depth=depth + 1)

    def _map(self, place: Place, events: Iterator[Event], *, depth: int) -> MapNode:
        entries: list[Entry] = []
        first: dict[str, Entry] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            self._check(event, depth)
            if not isinstance(event, ScalarEvent):
                message = "a key must be a plain value"
                raise self._refusal(event, message, "put text that begins like this in quotes")
            key: str = event.value
            if key == "<<" and event.implicit[0]:
                raise self._refusal(event, "merge keys are not allowed", _NO_SHARING)
            entry = Entry(key, self._place(event), self._node(next(events), events, depth=depth))
            if key in first:
                self._report_twice(key, first[key].place, entry.place)
            first.setdefault(key, entry)
            entries.append(entry)
        return MapNode(place, tuple(entries), first)

    def _check(self, event: Event, depth: int) -> None:
        """Refuse a node before anything is built from it."""
        self._values += 1
        if isinstance(event, AliasEvent):
            raise self._refusal(event, "YAML aliases are not allowed", _NO_SHARING)
        if isinstance(event, NodeEvent) and event.anchor is not None:
            raise self._refusal(event, "YAML anchors are not allowed", _NO_SHARING)
        if getattr(event, "tag", None) is not None:
            raise self._refusal(event, "YAML tags are not allowed", "take the tag out")
        if depth > MAX_DEPTH and not isinstance(event, ScalarEvent):
            message = f"values are nested deeper than {MAX_DEPTH} levels"
            raise self._refusal(event, message, "put text with brackets in quotes")
        if self._values > MAX_VALUES:
            message = f"the file holds more than {MAX_VALUES:,} values"
            raise self._refusal(event, message, "split it into several files")

    def _resolve(self, event: ScalarEvent) -> str | int | float | bool | None:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        is_int = _INT.fullmatch(text) is not None
        if not is_int and not _FLOAT.fullmatch(text):
            return text
        if len(text) > _MAX_NUMBER_CHARACTERS:
            message = f"this number has {len(text):,} characters"
            raise self._refusal(event, message, "put it in quotes if it is meant as text")
        if is_int:
            return int(text, _BASES.get(text[:2], 10))
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))

    def _is_ragged(self, event: ScalarEvent) -> bool:
        span = event.start_mark.index, event.end_mark.index
        return event.style == ">" and _BLANKS_IN_FOLD.search(self._text, *span) is not None

    def _report_twice(self, key: str, first: Place, second: Place) -> None:
        shown = quote(key)
        hint = "keep one of the two"
        self.faults.append(
            Fault(first, f"{shown} is there twice, again in line {second.line}", hint)
        )
        self.faults.append(
            Fault(second, f"{shown} is there twice, first in line {first.line}", hint)
        )

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        return Place(self._path, mark.line + 1, mark.column + 1)

    def _refusal(self, event: Event, message: str, hint: str) -> FilesInvalid:
        return _refuse(self._place(event), message, hint)

    def _end_of(self, text: str) -> Place:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return Place(self._path, len(lines), len(lines[-1]) + 1)


def _refuse(place: Place, message: str, hint: str) -> FilesInvalid:
    return FilesInvalid((Fault(place, message, hint),))
