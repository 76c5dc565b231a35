"""When two texts are the same text, and what becomes of digests from before that was so."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.core.spec import Spec, normalise

texts = st.text(st.sampled_from(["a", " ", "\t", "\n", "\r", "\u00a0", "e", "\u0301"]), max_size=12)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("cafe\u0301", "caf\u00e9"),
        ("a\r\nb\rc\n", "a\nb\nc"),
        ("  a b \n", "a b"),
        ("a  \nb\t\nc \t \nd", "a\nb\nc\nd"),
        ("a \t\r\nb", "a\nb"),
        ("a\n \t\nb", "a\n\nb"),
        # What stands before other text is part of it.
        ("a\n  b", "a\n  b"),
        ("a  b", "a  b"),
        ("a\tb", "a\tb"),
        # What may mean something stays.
        ("a\u00a0\nb", "a\u00a0\nb"),
        ("a\u3000\nb", "a\u3000\nb"),
    ],
)
def test_texts_that_mean_the_same_are_equal(text: str, wanted: str) -> None:
    assert normalise(text) == wanted


@given(texts)
def test_doing_it_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("prompt", "before"),
    [
        ("Calm, \nlow.", "Calm, \nlow."),
        (" Calm,\t\r\nlow.\n", "Calm,\t\nlow."),
        ("Calm,\nlow. \n", None),
        ("Calm,\r\nlow.", None),
        ("Calm, low.", None),
    ],
)
def test_a_digest_from_when_blanks_at_line_ends_counted_is_still_known(
    prompt: str, before: str | None
) -> None:
    others = {"preview_text": "Hi.", "language": "en", "target_model": "m"}
    canonical = json.dumps([before, "Hi.", "en", "m"], separators=(",", ":"), ensure_ascii=False)
    wanted = "sha256:" + hashlib.sha256(canonical.encode()).hexdigest() if before else ""
    assert Spec.find_former_digest(voice_prompt=prompt, **others) == wanted
