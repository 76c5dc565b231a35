"""The emergency file: entries that the lockfile could not take, beside it."""

from __future__ import annotations

import json
from pathlib import Path

from voiceops.core.lock import Lock, LockEntry
from voiceops.effects import Effects
from voiceops.errors import FileUnusable
from voiceops.files.lockfile import dump_lock, parse_lock
from voiceops.files.regular import read_regular
from voiceops.files.writing import writing


def emergency_path(lockfile: Path) -> Path:
    """Name the emergency file of a lockfile."""
    return lockfile.with_name(f"{lockfile.name}.emergency.jsonl")


def keep(lockfile: Path, name: str, entry: LockEntry, *, effects: Effects) -> str:
    """Add an entry to the emergency file, and tell where it is.

    If that cannot be written either, what is returned is the entry itself, in one line.
    """
    path = emergency_path(lockfile)
    # The first line end keeps it apart from a torn entry before it.
    line = "\n" + json.dumps(json.loads(dump_lock(Lock({name: entry})))) + "\n"
    try:
        with writing(path):
            effects.append(path, line.encode(), mode=0o600)
            effects.fsync(path)
            effects.fsync_dir(path.parent)
    except FileUnusable:
        return f"this is its entry: {line.strip()}"
    return f"its entry is in {path.name}"


def read_emergency(lockfile: Path) -> list[tuple[str, LockEntry]]:
    """Read the entries that wait for the lockfile, oldest first.

    One that was torn while it was written is left out: its report showed it, and the journal may
    have it.
    """
    path = emergency_path(lockfile)
    try:
        lines = read_regular(path).split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FileUnusable(f"{path.name}: cannot be read: {error.strerror}") from error
    locks = [parse_lock(line, name=path.name) for line in lines if _is_whole(line)]
    return [pair for lock in locks for pair in lock.voices.items()]


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def clear_emergency(lockfile: Path, *, effects: Effects) -> None:
    """Remove the emergency file, if there is one."""
    path = emergency_path(lockfile)
    if path.exists():
        with writing(path):
            effects.unlink(path)
