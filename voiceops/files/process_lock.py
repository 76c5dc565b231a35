"""One apply at a time in an environment, on this machine."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voiceops.effects import Effects
from voiceops.errors import LockHeld
from voiceops.files.writing import writing


@contextmanager
def hold(state_dir: Path, *, effects: Effects) -> Iterator[None]:
    """Hold the environment's process lock; LockHeld at once if somebody else does.

    The kernel frees the lock when its holder dies, however it dies. A note beside it says who
    holds it, for the refusal alone.
    """
    from filelock import FileLock, Timeout  # 80 ms

    note = state_dir / "holder.json"
    lock = FileLock(state_dir / "lock")
    with writing(state_dir / "lock"):
        effects.make_dir(state_dir)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise LockHeld(
                f"another apply is at work here{_describe(note)}",
                hint="wait for it to end, then plan again",
            ) from error
    try:
        started = effects.now().isoformat(timespec="seconds")
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "started": started}
        with writing(note):
            effects.write(note, json.dumps(holder).encode(), mode=0o600)
        yield
    finally:
        lock.release()


def find_holder(state_dir: Path) -> str | None:
    """Describe who holds the process lock, as the end of a sentence; None if it is free.

    To find out, it is taken for a moment.
    """
    from filelock import FileLock, Timeout

    path = state_dir / "lock"
    if not path.exists():
        return None
    lock = FileLock(path)
    with writing(path):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return _describe(state_dir / "holder.json")
    lock.release()
    return None


def _describe(note: Path) -> str:
    try:
        holder = json.loads(note.read_bytes())
        since = f"{holder['started']:s}".replace("T", " ").replace("+00:00", " UTC")
        return f": process {holder['pid']:d} on {holder['host']:s}, since {since}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
