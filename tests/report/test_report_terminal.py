"""What others wrote is shown on a terminal, never sent to it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.report.terminal import clip, columns, show


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A calm voice.", "A calm voice."),
        ("沉稳的声音", "沉稳的声音"),
        ("नमस्ते \u200d", "नमस्ते \u200d"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("two\nlines\r\tand a tab", "two\\nlines\\r\\tand a tab"),
        ("bell\x07 delete\x7f c1\x9b", "bell\\x07 delete\\x7f c1\\x9b"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("zero\u200bwidth \ufeff \u2028", "zero\\u200bwidth \\ufeff \\u2028"),
        ("\U000e0041 tag", "\\U000e0041 tag"),
        ("lone \ud800", "lone \\ud800"),
        ("##[set-env name=A]b", "#\\x23[set-env name=A]b"),
    ],
)
def test_show(text: str, shown: str) -> None:
    assert show(text) == shown


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = show(text)
    hidden = {"Cc", "Cs", "Zl", "Zp", "Co"}
    assert not {unicodedata.category(character) for character in shown} & hidden
    assert show(shown) == shown


@given(st.text(), st.integers(1, 80))
def test_a_clipped_text_fits(text: str, width: int) -> None:
    assert columns(clip(show(text), width)) <= width


@pytest.mark.parametrize(
    ("text", "width", "clipped"),
    [("hello", 5, "hello"), ("hello!", 5, "hell…"), ("声音声音", 5, "声音…"), ("声音", 4, "声音")],
)
def test_clip(text: str, width: int, clipped: str) -> None:
    assert clip(text, width) == clipped
