"""The table of the architecture has a row for every room of the house, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
# What every package has, and needs no row.
PLAIN = {"__init__.py", "__main__.py", "version.py"}


def test_the_table_and_the_tree_are_one() -> None:
    house = ROOT / "voiceops"
    rooms = {f"{path.parent.relative_to(house)}/" for path in house.rglob("*/__init__.py")}
    modules = {path.name for path in house.glob("*.py")} - PLAIN
    rows = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == rooms | modules


def test_every_module_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`((?:\w+/)+\w+\.py)`", PAGE))
    assert named
    assert [name for name in sorted(named) if not (ROOT / "voiceops" / name).exists()] == []
