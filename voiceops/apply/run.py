"""What the steps of one apply share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from voiceops.apply.ages import Ages
from voiceops.apply.books import Books
from voiceops.apply.gate import Gate
from voiceops.core.facts import Claims
from voiceops.core.lock import LockEntry
from voiceops.core.plan import Change
from voiceops.core.result import Result, Status
from voiceops.effects import Effects
from voiceops.errors import FileUnusable
from voiceops.files.lockfile.emergency import Kept, keep
from voiceops.provider.protocol import Provider

MOST_UNKNOWNS = 2


class EventKind(StrEnum):
    """What can be told while an apply runs."""

    STARTED = "started"
    ENDED = "ended"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person may want to see at once; `result` is there if a change ended."""

    kind: EventKind
    message: str = ""
    change: Change | None = None
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One apply: through what it acts, whose voices it must not touch, whether it may go on.

    `read_claims` reads anew what belongs to the other environments. `everything` closes for
    signals and for books that cannot be written, `creates` for what makes a further create
    pointless or dangerous. `tell` may be called from several threads.
    """

    provider: Provider
    books: Books
    effects: Effects
    root: Path
    state_dir: Path
    everything: Gate
    tell: Callable[[Event], None]
    read_claims: Callable[[], Claims]
    ages: Ages
    settle_s: float
    parallelism: int
    may_wait: bool = True
    creates: Gate = field(default_factory=Gate)
    _unknowns: list[str] = field(default_factory=list)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def why_not(self, *, create: bool) -> str:
        """Say why nothing (or no create) may be issued any more; empty if it may."""
        if self.everything.is_closed:
            return self.everything.reason
        return self.creates.reason if create and self.creates.is_closed else ""

    def count_unknown(self, name: str) -> None:
        """Note an unknown outcome; after two of them no new create starts."""
        with self._mutex:
            self._unknowns.append(name)
            if len(self._unknowns) >= MOST_UNKNOWNS:
                self.creates.close("two creates have an unknown outcome")

    def note_result(self, intent_id: str, voice_id: str) -> None:
        """Note a paid voice in the journal; if that fails the lockfile still gets it."""
        try:
            self.books.journal.note_result(intent_id, voice_id)
        except FileUnusable as error:
            self.everything.close(error.message)

    def close_intent(self, intent_id: str, why: str) -> None:
        """Close an intent; one that stays open for lack of room is settled by the next apply."""
        try:
            self.books.journal.close(intent_id, why)
        except FileUnusable as error:
            self.everything.close(error.message)

    def record(self, change: Change, entry: LockEntry, *, depose: bool) -> Result:
        """Write a paid voice into the lockfile; it is kept elsewhere if that fails."""
        saw = self.books.lock.voice_of(change.name)
        try:
            self.books.record(change.name, entry, depose=depose)
        except FileUnusable as error:
            self.everything.close(error.message)
            lockfile = self.books.lockfile
            kept = Kept(change.name, entry, saw, *_tell_sent(change))
            place = keep(lockfile, kept, effects=self.effects)
            return Result(
                change.action,
                change.name,
                Status.FAILED,
                voice=entry.voice_id,
                message=f"it is paid for, but {error.message}; {place}",
                hint=error.hint,
            )
        return Result(change.action, change.name, Status.DONE, voice=entry.voice_id)


def _tell_sent(change: Change) -> tuple[str, str]:
    """Give the name that was sent, and the digest of the spec as it is echoed, if they are others.

    Both are empty if they are the name itself, and the digest of all that was sent.
    """
    desired = change.desired
    if desired is None:
        return "", ""
    return desired.sent_as, desired.seen_digest
