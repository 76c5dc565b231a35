"""Colour that never carries meaning alone."""

from __future__ import annotations

from dataclasses import dataclass

_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is laid out: with colour or without, and how many columns wide."""

    colour: bool = False
    width: int = 100

    def paint(self, text: str, *looks: str) -> str:
        """Wrap text in the escapes of these looks, if there is colour."""
        if not self.colour or not looks:
            return text
        return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"
