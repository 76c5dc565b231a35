"""Long texts are cut where a reader would pause, and nothing of them is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.core.text import cut_text


@pytest.mark.parametrize(
    ("text", "longest", "parts"),
    [
        ("", 10, ()),
        (" \n ", 10, ()),
        ("One. Two.", 10, ("One. Two.",)),
        ("One two. Three four. Five.", 21, ("One two. Three four.", "Five.")),
        ("One two. Three four.", 20, ("One two. Three four.",)),
        ('He said "no." She left.', 15, ('He said "no."', "She left.")),
        ("Version 1.5 is out now", 12, ("Version 1.5", "is out now")),
        ("你好。今天天气很好！再见。", 6, ("你好。", "今天天气很好", "！再见。")),
        ("first, second, third", 15, ("first, second,", "third")),
        ("one two three", 8, ("one two", "three")),
        ("abcdefghij", 4, ("abcd", "efgh", "ij")),
        ("line one\nline two", 10, ("line one", "line two")),
        ("ae\u0301e\u0301e\u0301", 4, ("ae\u0301", "e\u0301e\u0301")),
    ],
)
def test_a_text_is_cut_at_the_best_pause_that_fits(
    text: str, longest: int, parts: tuple[str, ...]
) -> None:
    assert cut_text(text, longest) == parts


@given(st.text(), st.integers(1, 40))
def test_nothing_is_lost_and_no_part_is_too_long_or_blank(text: str, longest: int) -> None:
    parts = cut_text(text, longest)
    assert all(0 < len(part) <= longest and part == part.strip() for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
