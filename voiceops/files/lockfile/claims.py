"""What belongs to the other environments of the repository: from their lockfiles and journals."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from voiceops.core.facts import Claims
from voiceops.effects import Effects
from voiceops.files.lockfile.lockfile import read_lock
from voiceops.files.once import once_for_all
from voiceops.files.regular_file import read_regular
from voiceops.files.state.journal import Journal

# Within this time a file can be written again without a change of its time: git's racy index.
_RACY_S = 2

_START = b'{\n  "version": 1,\n  "voices": {'

Named = tuple[frozenset[str], frozenset[str]]


def read_claims(
    lockfiles: Iterable[Path],
    journals: Iterable[Path],
    *,
    expected: Iterable[Path],
    effects: Effects,
    settle_s: float,
) -> Claims:
    """Join what the other environments name, or may have made; a broken file is an error.

    `expected` are the lockfiles of environments that may share the account.

    Read it after a listing: whatever the listing shows was announced in a journal before.
    """
    named = [_find_named(path, effects) for path in sorted(lockfiles)]
    memories = [
        Journal(path, effects=effects, settle_s=settle_s).recall() for path in sorted(journals)
    ]
    made = frozenset(voice_id for memory in memories for _, voice_id in memory.results)
    return Claims(
        made.union(*(voices for voices, _ in named)),
        frozenset().union(*(deposed for _, deposed in named)),
        tuple(intent for memory in memories for intent in memory.intents),
        tuple(path.name for path in sorted(expected) if not path.exists()),
    )


def find_lockfiles(root: Path) -> Iterator[Path]:
    """Find what voiceops wrote as a lockfile, by how it begins; hidden folders are left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if path.suffix == ".lock" and _begins_as_lockfile(path):
                yield path


def _begins_as_lockfile(path: Path) -> bool:
    try:
        start = read_regular(path, limit_bytes=2 * len(_START))
    except OSError:
        return False
    return start.replace(b"\r\n", b"\n").startswith(_START)


def _find_named(path: Path, effects: Effects) -> Named:
    """Give the voices and the deposed ones of a lockfile, which is read again if it has changed.

    Among many environments each would read the lockfiles of all others.
    """
    try:
        status = path.stat()
    except OSError:
        return _read_named(path)
    if effects.now().timestamp() - status.st_mtime < _RACY_S:
        return _read_named(path)
    return _recall_named(path, (status.st_ino, status.st_mtime_ns, status.st_size))


@once_for_all(remembered=1024)
def _recall_named(path: Path, _state: tuple[int, int, int]) -> Named:
    return _read_named(path)


def _read_named(path: Path) -> Named:
    lock = read_lock(path)
    return frozenset(entry.voice_id for entry in lock.voices.values()), frozenset(lock.deposed)
