"""The emergency file: a paid voice whose entry the lockfile could not take is not lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceops.core.lock import Lock, LockEntry
from voiceops.effects import System
from voiceops.errors import FileUnusable
from voiceops.files.lockfile.emergency import (
    Kept,
    clear_emergency,
    emergency_path,
    keep,
    read_emergency,
)
from voiceops.files.lockfile.lockfile import dump_lock


class Disk(System):
    """A disk that tells which files and folders would survive a power cut, or is full."""

    def __init__(self, *, is_full: bool = False) -> None:
        super().__init__()
        self.is_full = is_full
        self.synced: set[Path] = set()

    def append(self, path: Path, data: bytes, *, mode: int) -> None:
        if self.is_full:
            raise OSError(28, "No space left on device")
        super().append(path, data, mode=mode)
        self.synced.discard(path)

    def fsync(self, path: Path) -> None:
        self.synced.add(path)

    def fsync_dir(self, directory: Path) -> None:
        self.synced.add(directory)


def entry(voice: str) -> LockEntry:
    return LockEntry(voice, "m", "en", "sha256:5e", protect=True)


FIRST, SECOND = Kept("ann", entry("V1"), "V0"), Kept("bob", entry("V2"), "")


@pytest.fixture
def lockfile(tmp_path: Path) -> Path:
    return tmp_path / "voiceops.lock"


def test_what_is_kept_is_read_again_in_its_order(lockfile: Path) -> None:
    assert read_emergency(lockfile) == []
    for kept in (FIRST, SECOND):
        place = keep(lockfile, kept, effects=System())
        assert place == "its entry is in voiceops.lock.emergency.jsonl"
    assert read_emergency(lockfile) == [FIRST, SECOND]
    assert emergency_path(lockfile).stat().st_mode & 0o777 == 0o600


def test_what_an_older_version_kept_tells_nothing_of_before(lockfile: Path) -> None:
    line = json.dumps(json.loads(dump_lock(Lock({"ann": entry("V1")}))))
    emergency_path(lockfile).write_text(f"\n{line}\n", encoding="utf-8")
    assert read_emergency(lockfile) == [Kept("ann", entry("V1"), None)]


def test_what_is_kept_survives_a_power_cut(lockfile: Path) -> None:
    disk = Disk()
    keep(lockfile, FIRST, effects=disk)
    assert disk.synced == {emergency_path(lockfile), lockfile.parent}


def test_an_entry_torn_at_any_byte_costs_no_other(lockfile: Path) -> None:
    path = emergency_path(lockfile)
    keep(lockfile, FIRST, effects=System())
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        keep(lockfile, SECOND, effects=System())
        left = [FIRST] if size == len(whole) - 1 else []  # whole but for its line end
        assert read_emergency(lockfile) == [*left, SECOND]


def test_on_a_full_disk_a_person_gets_the_entry_itself(lockfile: Path) -> None:
    place = keep(lockfile, FIRST, effects=Disk(is_full=True))
    assert place.startswith("this is its entry: {")
    emergency_path(lockfile).write_text(place.partition(": ")[2], encoding="utf-8")
    assert read_emergency(lockfile) == [FIRST]


def test_what_was_recorded_is_cleared(lockfile: Path) -> None:
    clear_emergency(lockfile, effects=System())
    keep(lockfile, FIRST, effects=System())
    clear_emergency(lockfile, effects=System())
    assert list(lockfile.parent.iterdir()) == []


def test_a_file_that_cannot_be_read_is_an_error(lockfile: Path) -> None:
    emergency_path(lockfile).mkdir()
    with pytest.raises(FileUnusable) as caught:
        read_emergency(lockfile)
    assert caught.value.message == ("voiceops.lock.emergency.jsonl: cannot be read: Is a directory")
