"""The generated pages of the reference are what the code says."""

from __future__ import annotations

import pytest
from generate import REFERENCE, generate

PAGES = generate()


@pytest.mark.parametrize("path", PAGES)
def test_a_generated_page_is_up_to_date(path: str) -> None:
    """Mend it with `python tests/docs/generate.py`."""
    assert (REFERENCE / path).read_text(encoding="utf-8") == PAGES[path]


def test_nothing_else_lies_among_the_schemas() -> None:
    there = {f"schemas/{path.name}" for path in (REFERENCE / "schemas").iterdir()}
    assert there == {path for path in PAGES if path.startswith("schemas/")}
