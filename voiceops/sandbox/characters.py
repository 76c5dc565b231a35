"""Count characters as the service bills them."""

from __future__ import annotations

import unicodedata


def count_characters(text: str) -> int:
    """Count as the service bills: an ideograph is two characters, anything else one."""
    return sum(2 if _is_ideograph(character) else 1 for character in text)


def _is_ideograph(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH")
