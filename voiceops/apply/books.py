"""The books of an apply: lockfile and journal, kept in step."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from voiceops.clock import Clock
from voiceops.core.forms import ACCOUNT_ZONE
from voiceops.core.lock import Lock, LockEntry
from voiceops.effects import Effects
from voiceops.errors import FileUnusable
from voiceops.files.lockfile.lockfile import read_lock, write_lock
from voiceops.files.state.journal import Journal


class Books:
    """The only writer of the lockfile; every change of it is on disk before the method returns.

    What git or a person does to the file in the meantime is not written over.
    """

    def __init__(self, lockfile: Path, *, journal: Journal, effects: Effects, clock: Clock) -> None:
        self.journal = journal
        self.lockfile = lockfile
        self._seen = _look(lockfile)
        self._lock = read_lock(lockfile)
        self._effects = effects
        self._clock = clock
        self._mutex = threading.Lock()

    @property
    def lock(self) -> Lock:
        """What the lockfile says now, and whatever could not be written to it any more."""
        return self._lock

    def change(self, make: Callable[[Lock], Lock]) -> None:
        """Replace the lockfile by what `make` makes of it; nothing is written if that is the same.

        Raises FileUnusable if it cannot be written, or is not as it was left; it is then whole.
        """
        with self._mutex:
            changed = self._stamp(make(self._lock))
            if changed == self._lock:
                return
            self._lock = changed
            self.refuse_changed()
            write_lock(self.lockfile, changed, effects=self._effects)
            self._seen = _look(self.lockfile)

    def refuse_changed(self) -> None:
        """Raise FileUnusable if the lockfile is not the one that was read or written last."""
        if _look(self.lockfile) != self._seen:
            message = f"{self.lockfile.name}: something else has changed it since it was read"
            raise FileUnusable(message, hint="apply again, by what it says now")

    def _stamp(self, lock: Lock) -> Lock:
        """Write down from which day on what is deposed waits."""
        if lock.is_stamped:
            return lock
        mark = self._clock.mark()
        latest = self._clock.latest(mark) or mark.wall
        return lock.stamp(latest.astimezone(ACCOUNT_ZONE).date().isoformat())

    def record(self, name: str, entry: LockEntry, *, depose: bool) -> None:
        """Let a name stand for a voice that was made or found; its history moves along."""
        self.change(lambda lock: _put(lock, name, entry, depose=depose))


def _look(path: Path) -> tuple[int, int, int] | None:
    """Give what tells a file from another one in its place; None if there is none to be seen."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _put(lock: Lock, name: str, entry: LockEntry, *, depose: bool) -> Lock:
    before = lock.voices.get(name)
    if before is not None and before.voice_id == entry.voice_id:
        return lock.put(name, replace(entry, last_used=before.last_used), depose=False)
    return lock.put(name, entry, depose=depose)
