"""Colour that never carries meaning alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass

_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is laid out: with colour or without, and how many columns wide.

    Where there is no terminal a line has no end: to some CI systems a line that begins with what
    others wrote is a command.
    """

    colour: bool = False
    width: int = sys.maxsize

    def paint(self, text: str, *looks: str) -> str:
        """Wrap text in the escapes of these looks, if there is colour."""
        if not self.colour or not looks:
            return text
        return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"
