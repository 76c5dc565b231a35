"""What a listing proves about a create whose outcome is unknown."""

from __future__ import annotations

import pytest
from situation import MODEL, NOW, spec, voice_id

from voiceops.core.facts import Intent
from voiceops.core.planning.intents import Finding, Verdict, judge
from voiceops.core.voice import LiveVoice

SETTLE_S = 600
OLD, NEW, NEWER = (voice_id(f"a@{stamp}") for stamp in ("20260101", "20260202", "20260303"))
INTENT = Intent("a-1", NOW, "a", spec("deep").digest, MODEL, "en", False, frozenset({OLD}))


def live(voice: str, text: str | None = "deep") -> LiveVoice:
    return LiveVoice(voice, spec(text) if text else None, MODEL, "en")


def judged(*voices: LiveVoice, after_s: float) -> Finding:
    return judge(INTENT, voices, has_settled=after_s >= SETTLE_S)


@pytest.mark.parametrize(
    ("voices", "soon", "later"),
    [
        ([], Verdict.OPEN, Verdict.DISPROVED),
        ([live(NEW)], Verdict.EXECUTED, Verdict.EXECUTED),
        ([live(OLD)], Verdict.OPEN, Verdict.DISPROVED),
        ([live(voice_id("b"))], Verdict.OPEN, Verdict.DISPROVED),
        ([live(OLD), live(NEW)], Verdict.EXECUTED, Verdict.EXECUTED),
        ([live(NEWER, "high"), live(NEW)], Verdict.EXECUTED, Verdict.EXECUTED),
        ([live(NEWER), live(NEW)], Verdict.UNSETTLED, Verdict.UNSETTLED),
        ([live(NEW, "high")], Verdict.OPEN, Verdict.UNSETTLED),
        ([live(NEW, None)], Verdict.OPEN, Verdict.UNSETTLED),
        ([live(voice_id("A@20260202"))], Verdict.OPEN, Verdict.UNSETTLED),
        ([live(voice_id("A@20260202")), live(NEW)], Verdict.EXECUTED, Verdict.EXECUTED),
    ],
)
def test_a_listing_proves_more_once_the_create_has_settled(
    voices: list[LiveVoice], soon: Verdict, later: Verdict
) -> None:
    verdicts = {at: judged(*voices, after_s=at).verdict for at in (-1, 0, 599.9, 600, 9000)}
    assert verdicts == {-1: soon, 0: soon, 599.9: soon, 600: later, 9000: later}


def test_a_finding_shows_the_voices_that_it_rests_on() -> None:
    other, twin, twin_too = live(voice_id("a@20260404"), "high"), live(NEW), live(NEWER)
    assert judged(other, twin, live(OLD), after_s=0).voices == (twin,)
    assert judged(twin_too, other, twin, after_s=0).voices == (twin, twin_too)
    assert judged(other, live(NEW, None), after_s=600).voices == (live(NEW, None), other)
    assert judged(other, after_s=0).voices == ()
