"""The review that a voice goes through before it can be spoken with."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from voiceops.sandbox.account import Voice
from voiceops.sandbox.clock import write_time


class Status(StrEnum):
    """How far a voice is: in review, ready, or refused by the review."""

    DEPLOYING = "DEPLOYING"
    OK = "OK"
    UNDEPLOYED = "UNDEPLOYED"


def review(voice_prompt: str, refuse_word: str) -> Status:
    """Tell what the review will come to; a script may name a word that is refused, in any case."""
    if refuse_word and refuse_word.lower() in voice_prompt.lower():
        return Status.UNDEPLOYED
    return Status.OK


def tell_status(voice: Voice, now: datetime) -> Status:
    """Tell how far a voice is at a moment."""
    return Status.DEPLOYING if write_time(now) < voice.ready_at else Status(voice.status)
