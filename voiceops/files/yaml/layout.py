"""Read how a YAML file is laid out: its values as they are written, and whose each comment is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ruamel.yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    ScalarEvent,
    SequenceStartEvent,
)

from voiceops.files.yaml.c_parser import CParser

STEP = 2
DOCUMENT_START = "---"
_COMMENT = re.compile(r"#[^\n]*")
QUOTES = ("'", '"')
LITERAL, FOLDED = "|", ">"
_BLOCK_STYLES = (LITERAL, FOLDED)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value as it is written, in one or more lines without their indentation.

    `style` is empty, a quotation mark, or the sign of a block (`|` or `>`): then the first line is
    its header.
    """

    value: str
    style: str
    lines: tuple[str, ...]

    @property
    def is_block(self) -> bool:
        """Tell whether the value stands below its header."""
        return self.style in _BLOCK_STYLES


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a mapping, or one item of a list, which has no key.

    `head` are the comment lines above it (an empty one is a blank line); `beside` is the comment
    behind it, or empty.
    """

    key: str
    head: tuple[str, ...]
    beside: str
    value: Scalar | Block


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping or list; `foot` are the comment lines after its last part.

    `column` counts from 0. `start` and `end` are offsets into the text; the foot lies between.
    """

    parts: tuple[Part, ...]
    foot: tuple[str, ...]
    is_list: bool
    is_flow: bool
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A file: the lines at its top that belong to no key, and its top mapping."""

    header: tuple[str, ...]
    root: Block


def read_layout(text: str) -> Layout:
    """Read the layout of a text in which `read_tree` finds no fault; its line ends must be LF.

    A comment belongs to what it stands behind on its line. On a line of its own it belongs to the
    key below, or, if it is indented deeper than that, to the end of the mapping above. What stands
    above the first key with a blank line between is the header, and so is `---`.
    """
    return _Reader(text).read()


@dataclass(frozen=True, slots=True)
class _Token:
    """An event of the parser; it is of no length where nothing is written for it."""

    start: int
    end: int
    column: int
    is_open: bool = False
    is_close: bool = False
    is_list: bool = False
    is_flow: bool = False
    value: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class _Comment:
    text: str
    column: int
    end: int
    is_beside: bool
    is_after_blank: bool


class _Reader:
    """One reading of one text.

    `pending` are the comments that were passed and belong to nothing yet; `end` is where the last
    value or foot ends.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _list_tokens(text)
        self._position = 0
        self._end = 0
        self._pending: list[_Comment] = []

    def read(self) -> Layout:
        self._next()  # the start of the stream
        before = tuple(self._pending)
        start = self._next()
        header: tuple[str, ...] = ()
        if start.end > start.start:
            header = (*_lines(before), DOCUMENT_START)
            self._pending = self._pending[len(before) :]
        root = self._block(inner_column=0)
        while self._position < len(self._tokens):
            self._next()
        root = replace(root, foot=(*root.foot, *_lines(self._pending)))
        return _part_header(Layout(header, root))

    def _block(self, *, inner_column: int) -> Block:
        """Read a mapping or list; a comment to the left of `inner_column` is not its own."""
        start = self._next()
        parts: list[Part] = []
        while not self._peek().is_close:
            head = self._take_head()
            key = "" if start.is_list else self._next().value
            parts.append(self._part(key, head, start.column))
        inner_column = max(start.column, inner_column)
        foot = self._take(lambda comment: start.is_flow or comment.column >= inner_column)
        self._end = max([self._end, *(comment.end for comment in foot)])
        self._next()
        return Block(
            parts=tuple(parts),
            foot=_lines(foot),
            is_list=start.is_list,
            is_flow=start.is_flow,
            column=start.column,
            start=start.start,
            end=self._end,
        )

    def _part(self, key: str, head: tuple[str, ...], column: int) -> Part:
        """Read a value; of several comments beside it, all but the last move above it."""
        value: Scalar | Block
        if self._peek().is_open:
            beside = self._take(lambda comment: comment.is_beside)
            value = self._block(inner_column=column + 1)
        else:
            beside = self._take(lambda _: True)
            value = self._scalar(self._next(), column)
        beside += self._take(lambda comment: comment.is_beside)
        above = _lines(beside[:-1])
        return Part(key, (*head, *above), beside[-1].text if beside else "", value)

    def _scalar(self, token: _Token, column: int) -> Scalar:
        first, *others = self._text[token.start : token.end].split("\n")
        if token.style in _BLOCK_STYLES:
            lines = _read_block_lines(first, others, column)
        else:
            lines = (first, *(line.lstrip(" \t") for line in others))
        return Scalar(token.value, token.style, lines)

    def _peek(self) -> _Token:
        return self._tokens[self._position]

    def _next(self) -> _Token:
        """Go past a token, and past the comments up to the one that follows it."""
        token = self._peek()
        if token.end > token.start:
            self._end = token.end
        if token.style in _BLOCK_STYLES:
            self._pass_comments(token.start, self._text.find("\n", token.start))
        self._position += 1
        if self._position < len(self._tokens):
            self._pass_comments(token.end, self._peek().start)
        return token

    def _pass_comments(self, start: int, end: int) -> None:
        for match in _COMMENT.finditer(self._text, start, end):
            line_start = self._text.rfind("\n", 0, match.start()) + 1
            is_own_line = not self._text[line_start : match.start()].strip()
            comment = _Comment(
                text=match[0].rstrip(),
                column=match.start() - line_start,
                end=match.end(),
                is_beside=not is_own_line,
                is_after_blank=is_own_line and self._is_after_blank(line_start),
            )
            self._pending.append(comment)

    def _take(self, belongs: Callable[[_Comment], bool]) -> list[_Comment]:
        """Take the first pending comments, as far as they belong here."""
        count = 0
        while count < len(self._pending) and belongs(self._pending[count]):
            count += 1
        taken, self._pending = self._pending[:count], self._pending[count:]
        return taken

    def _take_head(self) -> tuple[str, ...]:
        """Take all pending comments, and the blank line that parts them from what follows."""
        lines = _lines(self._take(lambda _: True))
        line_start = self._text.rfind("\n", 0, self._peek().start) + 1
        return (*lines, "") if lines and self._is_after_blank(line_start) else lines

    def _is_after_blank(self, line_start: int) -> bool:
        end = line_start - 1
        before = self._text[self._text.rfind("\n", 0, max(end, 0)) + 1 : max(end, 0)]
        return end >= 0 and not before.strip()


def _list_tokens(text: str) -> list[_Token]:
    parser = CParser(text)
    tokens = []
    while parser.check_event():
        tokens.append(_make_token(parser.get_event()))
    return tokens


def _make_token(event: Event) -> _Token:
    start, end = event.start_mark, event.end_mark
    if isinstance(event, CollectionStartEvent):
        return _Token(
            start.index,
            end.index,
            start.column,
            is_open=True,
            is_list=isinstance(event, SequenceStartEvent),
            is_flow=bool(event.flow_style),
        )
    if isinstance(event, ScalarEvent):
        return _Token(
            start.index, end.index, start.column, value=event.value, style=event.style or ""
        )
    is_close = isinstance(event, CollectionEndEvent)
    return _Token(start.index, end.index, start.column, is_close=is_close)


def _read_block_lines(header: str, content: list[str], column: int) -> tuple[str, ...]:
    """Take the indentation off a block, and the blank lines at its end, which mean nothing here."""
    signs = header.partition("#")[0]
    digit = re.search("[1-9]", signs)
    filled = (line for line in content if line.strip(" "))
    first = next(filled, "")
    indent = column + int(digit[0]) if digit else len(first) - len(first.lstrip(" "))
    while content and not content[-1].strip():
        content.pop()
    own = f"{signs[0]}{STEP if digit else ''}{'-' if '-' in signs else ''}"
    return (own, *(line[indent:] for line in content))


def _lines(comments: Iterable[_Comment]) -> tuple[str, ...]:
    """Write comments as lines; blank lines between them become one."""
    lines: list[str] = []
    for comment in comments:
        if comment.is_after_blank and lines:
            lines.append("")
        lines.append(comment.text)
    return tuple(lines)


def _part_header(layout: Layout) -> Layout:
    """Move what stands above the first key, with a blank line between, into the header."""
    first, *others = layout.root.parts
    if "" not in first.head:
        return layout
    last_blank = len(first.head) - 1 - first.head[::-1].index("")
    header = (*layout.header, *first.head[:last_blank])
    first = replace(first, head=first.head[last_blank + 1 :])
    return Layout(header, replace(layout.root, parts=(first, *others)))
