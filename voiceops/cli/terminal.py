"""The person's terminal: colour, width, and streams that take any character."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from voiceops.report.style import Style


def prepare_streams() -> None:
    """Let stdout and stderr take any text in any locale: what does not fit is escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def style_for(stream: TextIO, colour: str) -> Style:
    """Choose colour and width for a stream.

    `colour` is auto, always or never. In auto, FORCE_COLOR wins over NO_COLOR, which wins over
    what the stream is; a dumb terminal has no colour. Width: 40 to 160 columns.
    """
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 40), 160)
    if not stream.isatty():
        width = 160
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
