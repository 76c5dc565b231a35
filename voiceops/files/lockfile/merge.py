"""Merge two lockfiles that grew from one: by name, so that neighbours do not disturb each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from voiceops.core.lock import Deposed, Lock, LockEntry
from voiceops.effects import Effects
from voiceops.errors import FileUnusable, LockfileInvalid
from voiceops.files.atomic import replace_file
from voiceops.files.lockfile.lockfile import dump_lock, parse_lock
from voiceops.files.regular_file import read_regular
from voiceops.files.write_errors import writing

_OURS, _BETWEEN, _THEIRS = "<<<<<<< ours", "=======", ">>>>>>> theirs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the two sides say of one name; None if a side has removed it."""

    ours: LockEntry | None
    theirs: LockEntry | None


@dataclass(frozen=True, slots=True)
class Merged:
    """What could be merged, and by name what a person must decide; no name is in both."""

    lock: Lock
    conflicts: Mapping[str, Conflict] = field(default_factory=dict)


def merge_lockfiles(base: Path, ours: Path, theirs: Path, *, effects: Effects) -> bool:
    """Merge three files into `ours`, as git asks of a merge driver; tell whether it was clean.

    An entry in conflict stands there twice between git's markers, and no voiceops command works
    with the file before a person has chosen. If one of the files is no lockfile, the whole of both
    sides stands between the markers. Only `base` may be empty: both sides added the file. An empty
    side is a file that somebody has damaged, and no decision against its voices. Raises
    FileUnusable.
    """
    ancestor, our, their = (_read(path) for path in (base, ours, theirs))
    try:
        locks = [parse_lock(text, name="") for text in (ancestor or dump_lock(Lock()), our, their)]
    except LockfileInvalid:
        merged, is_clean = _mark(our, their), False
    else:
        result = merge_locks(*locks)
        merged, is_clean = dump_merged(result), not result.conflicts
    with writing(ours):
        replace_file(ours, merged, effects=effects, mode=0o644)
    return is_clean


def merge_locks(base: Lock, ours: Lock, theirs: Lock) -> Merged:
    """Join what both sides did since the base.

    Where one side alone changed or removed a name, that side counts. A voice of the base that one
    side has deposed no longer is deposed no more; all other deposed voices stay.
    """
    voices: dict[str, LockEntry] = {}
    conflicts: dict[str, Conflict] = {}
    for name in sorted(ours.voices.keys() | theirs.voices.keys()):
        merged = _merge_entry(*(lock.voices.get(name) for lock in (base, ours, theirs)))
        if isinstance(merged, Conflict):
            conflicts[name] = merged
        elif merged is not None:
            voices[name] = merged
    return Merged(Lock(voices, _merge_deposed(base, ours, theirs)), conflicts)


def dump_merged(merged: Merged) -> bytes:
    """Write the lockfile, both sides of each conflict between git's markers.

    Without the markers and one of the sides, it is a lockfile again.
    """
    if not merged.conflicts:
        return dump_lock(merged.lock)
    names = sorted(merged.lock.voices.keys() | merged.conflicts.keys())
    lines: list[str] = []
    for name in names:
        comma = "" if name == names[-1] else ","
        if name in merged.conflicts:
            conflict = merged.conflicts[name]
            lines += [_OURS, *_dump_entry(name, conflict.ours, comma)]
            lines += [_BETWEEN, *_dump_entry(name, conflict.theirs, comma), _THEIRS]
        else:
            lines += _dump_entry(name, merged.lock.voices[name], comma)
    opening, version, voices, *rest = _dump_lines(Lock({}, merged.lock.deposed))
    head, tail = voices.split("{}")
    return "\n".join([opening, version, f"{head}{{", *lines, f"  }}{tail}", *rest, ""]).encode()


def _merge_entry(
    base: LockEntry | None, ours: LockEntry | None, theirs: LockEntry | None
) -> LockEntry | Conflict | None:
    was, our, their = (_without_notes(entry) for entry in (base, ours, theirs))
    if their in (our, was):
        return _join_notes(ours, theirs)
    if our == was:
        return _join_notes(theirs, ours)
    return Conflict(ours, theirs)


def _without_notes(entry: LockEntry | None) -> LockEntry | None:
    """Leave out what runs note by the way: that alone is no change to be decided on."""
    return entry and replace(entry, observed=None, created=None, last_used=None)


def _join_notes(entry: LockEntry | None, other: LockEntry | None) -> LockEntry | None:
    """Add what the other side has noted of the same voice."""
    if entry is None or other is None or entry.voice_id != other.voice_id:
        return entry
    return replace(
        entry,
        observed=entry.observed or other.observed,
        created=entry.created or other.created,
        last_used=max(entry.last_used or "", other.last_used or "") or None,
    )


def _merge_deposed(base: Lock, ours: Lock, theirs: Lock) -> dict[str, Deposed]:
    joined = {**theirs.deposed, **ours.deposed}
    removed = base.deposed.keys() - (ours.deposed.keys() & theirs.deposed.keys())
    return {voice_id: joined[voice_id] for voice_id in joined if voice_id not in removed}


def _dump_entry(name: str, entry: LockEntry | None, comma: str) -> list[str]:
    if entry is None:
        return []
    *lines, last = _dump_lines(Lock({name: entry}))[3:-2]  # what stands inside of `voices`
    return [*lines, last + comma]


def _dump_lines(lock: Lock) -> list[str]:
    return dump_lock(lock).decode().removesuffix("\n").split("\n")


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError as error:
        raise FileUnusable(f"{path.name}: cannot be read: {error.strerror}") from error


def _mark(ours: bytes, theirs: bytes) -> bytes:
    """Put two whole files between git's markers."""
    sides = (text if text.endswith(b"\n") else text + b"\n" for text in (ours, theirs))
    our, their = sides
    return b"".join(
        (_OURS.encode(), b"\n", our, _BETWEEN.encode(), b"\n", their, _THEIRS.encode(), b"\n")
    )
