"""The parts of an outline: what every format says, each in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voiceops.errors import NOWHERE, Fault, Place


class Level(StrEnum):
    """How grave a note is; the gravest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Note:
    """One fact for a reader: what happens to whom, and why.

    `code` is that of the reason, guard or status, for programs. `details` are a label and a text
    each. All are as others wrote them; every format encodes them for its sink. `is_grave` notes
    cost, destroy or refuse: no format may hide one.
    """

    level: Level
    code: str
    verb: str
    name: str
    message: str
    details: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    place: Place | None = None
    is_grave: bool = False

    @property
    def title(self) -> str:
        """Say in a few words what it is about."""
        return f"{self.verb} {self.name}".rstrip()

    @property
    def lines(self) -> tuple[str, ...]:
        """Say all of it, a line a thought."""
        details = (f"{label}: {text}" for label, text in self.details)
        return (self.message, *details, *((f"hint: {self.hint}",) if self.hint else ()))


@dataclass(frozen=True, slots=True)
class Section:
    """Notes of one sort, in the document's order."""

    code: str
    title: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is planned, or was done, in numbers.

    `adopts` and `deletes` count restores and prunes, too. `updates` are all that neither make nor
    delete a voice; `gone` are the voices that leave the account. `price` is an amount without its
    currency, `quota` the peak and the limit, `drift` empty if nobody looked for it.
    """

    changes: int
    creates: int
    replaces: int
    adopts: int
    updates: int
    deletes: int
    gone: int
    price: str
    drift: str
    quota: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A document as its reader meets it; sections without notes are left out.

    `heading` and `facts` are a label and a text each. `counts` is None if nothing was counted.
    `digest` names the changes of the plan that is told of, or was carried out. `names` are those
    that change or did, and `voices` what they stand for now, if an apply says so.
    """

    kind: str
    heading: tuple[str, str]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    counts: Counts | None = None
    digest: str = ""
    names: tuple[str, ...] = ()
    voices: tuple[tuple[str, str], ...] = ()

    @property
    def notes(self) -> tuple[Note, ...]:
        """List the notes of all sections, in their order."""
        return tuple(note for section in self.sections for note in section.notes)


def note_fault(fault: Fault, level: Level) -> Note:
    """Make the note of a fault or warning in a file that a person wrote."""
    word = "fault" if level is Level.ERROR else "warning"
    is_grave = level is Level.ERROR
    place = None if fault.place == NOWHERE else fault.place
    return Note(
        level, word, word, "", fault.message, hint=fault.hint, place=place, is_grave=is_grave
    )
