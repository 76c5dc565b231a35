"""The person's terminal: colour, width, and streams that take any character."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from voiceops.report.style import Style


def prepare_streams() -> None:
    """Let stdin, stdout and stderr be there, and take any text in any locale.

    A stream that the caller closed is opened on nothing, so that no other file takes its place;
    what a locale has no character for is escaped.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
            setattr(sys, name, os.fdopen(number, mode))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def drop_stdout() -> None:
    """Let what is still to be written to stdout go nowhere, after writing to it has failed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_json(document: object) -> str:
    """Write a document as JSON for stdout; characters that it has not become JSON escapes."""
    import json
    import re

    from voiceops.report.json import dump_document

    text = dump_document(document)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = re.sub(r"[^\x00-\x7f]", lambda match: json.dumps(match[0])[1:-1], text)
    return text


def style_for(stream: TextIO, colour: str) -> Style:
    """Choose colour and width for a stream.

    `colour` is auto, always or never. In auto, FORCE_COLOR wins over NO_COLOR, which wins over
    what the stream is; a dumb terminal has no colour. A terminal has 40 to 160 columns.
    """
    import shutil

    from voiceops.report.style import Style

    if not stream.isatty():
        return Style(_wants_colour(stream, colour))
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 40), 160)
    return Style(_wants_colour(stream, colour), width)


def is_interactive() -> bool:
    """Tell whether a person can be asked: they type here, and they see the question."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _wants_colour(stream: TextIO, colour: str) -> bool:
    if colour != "auto":
        return colour == "always"
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()
