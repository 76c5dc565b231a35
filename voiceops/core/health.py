"""What a look at the surroundings found: whether voiceops can work here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands with one thing that voiceops needs."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what was seen; a `cure` stands where it is not fine."""

    subject: str
    state: State
    says: str
    cure: str = ""


def fine(subject: str, says: str) -> Check:
    """Tell of a thing that is as it should be."""
    return Check(subject, State.FINE, says)


def doubtful(subject: str, says: str, cure: str) -> Check:
    """Tell of a thing that works, and that a person should know of."""
    return Check(subject, State.DOUBTFUL, says, cure)


def broken(subject: str, says: str, cure: str) -> Check:
    """Tell of a thing without which plan or apply cannot work."""
    return Check(subject, State.BROKEN, says, cure)
