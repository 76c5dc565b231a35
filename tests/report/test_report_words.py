"""Differences by words: nothing is lost, and what stayed is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.report.words import compare_words


def shown(before: str, after: str) -> str:
    marks = {"old": "[-{}-]", "new": "{{+{}+}}", "same": "{}", "cut": "{}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in compare_words(before, after))


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("a calm voice", "a brisk voice", "a [-calm-]{+brisk+} voice"),
        ("a voice", "a deep voice", "a {+deep +}voice"),
        ("", "new", "{+new+}"),
        ("a\u00a0voice", "a voice", r"a[-\xa0-]{+ +}voice"),
        ("a b\u3000c", "a b c", r"a b[-\u3000-]{+ +}c"),
        ("沉稳的男声", "沉稳的女声", "沉稳的[-男-]{+女+}声"),
        (
            " ".join(f"w{number}" for number in range(40)) + " old",
            " ".join(f"w{number}" for number in range(40)) + " new",
            "…w32 w33 w34 w35 w36 w37 w38 w39 [-old-]{+new+}",
        ),
    ],
)
def test_difference(before: str, after: str, text: str) -> None:
    assert shown(before, after) == text


words = st.lists(st.sampled_from(["deep", "calm", "a", "声"]), max_size=12).map(" ".join)


@given(words, words)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = compare_words(before, after)
    if not any(piece.kind == "cut" for piece in pieces):
        assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
        assert "".join(piece.text for piece in pieces if piece.kind != "old") == after
