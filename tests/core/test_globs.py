"""Globs that can match no voice are told from those that may."""

from __future__ import annotations

import pytest

from voiceops.core.globs import find_misfit, find_unmatched
from voiceops.core.voice import LiveVoice
from voiceops.errors import Fault, Place

OPEN = "has a bracket that is not closed"


@pytest.mark.parametrize(
    ("glob", "misfit"),
    [
        ("legacy_*", ""),
        ("legacy", ""),
        ("qwen-tts-vd-a-voice-2025*", ""),
        ("[ab]*", ""),
        ("[!ab]?", ""),
        ("[]a]*", ""),
        ("legacy[*", OPEN),
        ("legacy[ab", OPEN),
        ("[ab]x[", OPEN),
        ("legacy *", "holds ' ', which no voice's name holds"),
        ("legacy/*", "holds '/', which no voice's name holds"),
        ("legacy]", "holds ']', which no voice's name holds"),
    ],
)
def test_a_glob_that_can_match_nothing_is_found(glob: str, misfit: str) -> None:
    assert find_misfit(glob) == misfit


def test_a_glob_that_matches_nothing_is_told() -> None:
    live = [LiveVoice("qwen-tts-vd-old_a-voice-20260131102800123-a1b2", None), LiveVoice("x", None)]
    ignore = ("old_*", "qwen-*", "legacy_*", "x")
    message = "`ignore` has 'legacy_*', which matches no voice of the account"
    assert list(find_unmatched(ignore, live)) == [
        Fault(Place("voiceops.yaml", 1, 1), message, "mend the glob, or take it out")
    ]
