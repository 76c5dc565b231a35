"""What a listing proves about a create whose outcome is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from voiceops.core.facts import Intent
from voiceops.core.voice import LiveVoice, by_age


class Verdict(StrEnum):
    """What became of a create, as far as a listing tells."""

    EXECUTED = "executed"
    DISPROVED = "disproved"
    OPEN = "open"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one intent, and the new voices that it rests on, sorted."""

    verdict: Verdict
    voices: tuple[LiveVoice, ...] = ()


def judge(intent: Intent, unclaimed: Iterable[LiveVoice], *, has_settled: bool) -> Finding:
    """Weigh a complete listing; `unclaimed` are its unclaimed voices.

    A voice of this preferred name and spec that was not live at the intent is the one that was
    paid for. Without one the create is disproved only if the listing is known to have begun
    `settle_s` after the sending (`has_settled`) and shows no new voice of that name at all; with
    another spec, in another case, or twice, a person must look. Until then it stays open.
    """
    new = sorted(
        (
            voice
            for voice in unclaimed
            if _is_named_like(voice, intent) and voice.voice_id not in intent.before
        ),
        key=by_age,
    )
    twins = tuple(voice for voice in new if intent.may_have_made(voice))
    if len(twins) == 1:
        return Finding(Verdict.EXECUTED, twins)
    if twins:
        return Finding(Verdict.UNSETTLED, twins)
    if not has_settled:
        return Finding(Verdict.OPEN)
    return Finding(Verdict.UNSETTLED, tuple(new)) if new else Finding(Verdict.DISPROVED)


def _is_named_like(voice: LiveVoice, intent: Intent) -> bool:
    """Tell whether a voice bears the name that was sent; a service might change its case."""
    name = voice.preferred_name
    return name is not None and name.casefold() == (intent.sent or intent.name).casefold()
