"""The emergency file: entries that the lockfile could not take, beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voiceops.core.lock import Lock, LockEntry
from voiceops.effects import Effects
from voiceops.errors import FileUnusable
from voiceops.files.lockfile.lockfile import MAX_BYTES, dump_lock, parse_lock
from voiceops.files.regular_file import read_regular
from voiceops.files.write_errors import writing


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry that waits for the lockfile; `saw` is the voice that the name stood for before.

    It is empty if there was none, and None if an older version did not note it. `sent` and `seen`
    are those of the intent.
    """

    name: str
    entry: LockEntry
    saw: str | None = None
    sent: str = ""
    seen: str = ""


_MORE = ("sent", "seen")


def emergency_path(lockfile: Path) -> Path:
    """Name the emergency file of a lockfile."""
    return lockfile.with_name(f"{lockfile.name}.emergency.jsonl")


def keep(lockfile: Path, kept: Kept, *, effects: Effects) -> str:
    """Add an entry to the emergency file, and tell where it is.

    If that cannot be written either, what is returned is the entry itself, in one line.
    """
    path = emergency_path(lockfile)
    # The first line end keeps it apart from a torn entry before it.
    lock = json.loads(dump_lock(Lock({kept.name: kept.entry})))
    more = {key: text for key in _MORE if (text := getattr(kept, key))}
    line = "\n" + json.dumps({"saw": kept.saw, "lock": lock, **more}) + "\n"
    try:
        with writing(path):
            effects.append(path, line.encode(), mode=0o600)
            effects.fsync(path)
            effects.fsync_dir(path.parent)
    except FileUnusable:
        return f"this is its entry: {line.strip()}"
    return f"its entry is in {path.name}"


def read_emergency(lockfile: Path) -> list[Kept]:
    """Read the entries that wait for the lockfile, oldest first.

    One that was torn while it was written is left out: its report showed it, and the journal may
    have it.
    """
    path = emergency_path(lockfile)
    try:
        data = read_regular(path, limit_bytes=MAX_BYTES, follows_link=False)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FileUnusable(f"{path.name}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise FileUnusable(f"{path.name}: has more than {MAX_BYTES:,} bytes")
    return [kept for line in data.split(b"\n") for kept in _read_line(line, path.name)]


def _read_line(line: bytes, name: str) -> Iterator[Kept]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return
    told: dict[str, str] = {}
    if isinstance(document, dict) and {"saw", "lock"} <= document.keys() <= {"saw", "lock", *_MORE}:
        told = {key: text for key, text in document.items() if isinstance(text, str)}
        line = json.dumps(document["lock"]).encode()
    lock = parse_lock(line, name=name)
    yield from (Kept(key, entry, **told) for key, entry in lock.voices.items())


def clear_emergency(lockfile: Path, *, effects: Effects) -> None:
    """Remove the emergency file, if there is one."""
    path = emergency_path(lockfile)
    if os.path.lexists(path):
        with writing(path):
            effects.unlink(path)
