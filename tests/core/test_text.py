"""Long texts are cut where a reader would pause, and nothing of them is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.core.texts.parts import count_characters, cut_text


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
        ("你好。今天天气很好！再见。", 13, ("你好。", "今天天气很好！", "再见。")),
        ("你好。今天天气很好！再见。", 12, ("你好。", "今天天气很", "好！再见。")),
        ("他说：“好了。”然后走了", 14, ("他说：“好了。”", "然后走了")),
        ("It costs 1,000,000 yuan", 16, ("It costs", "1,000,000 yuan")),
        ("We go at 10:30 sharp", 13, ("We go at", "10:30 sharp")),
        ("किकिकि", 3, ("कि", "कि", "कि")),
        ("ab👩‍👧cd", 4, ("ab", "👩‍👧c", "d")),
        ("中中", 1, ("中", "中")),
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


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("Hi, you.", 8), ("你好。", 5), ("ねこ", 2), ("한글", 2), ("\uf900", 2)],
)
def test_an_ideograph_counts_twice(text: str, count: int) -> None:
    assert count_characters(text) == count


WORDS = st.sampled_from(["word", "1,000", "中", "。", "！", ", ", ". ", "\n", " ", "”", "\u0301"])


@given(st.text() | st.lists(WORDS).map("".join), st.integers(1, 40))
def test_nothing_is_lost_and_no_part_is_too_long_or_blank(text: str, longest: int) -> None:
    parts = cut_text(text, longest)
    assert all(part and part == part.strip() for part in parts)
    assert all(count_characters(part) <= longest or len(part) == 1 for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
