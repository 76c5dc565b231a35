"""Merging lockfiles: nothing is lost, and what a person must decide is shown to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.core.lock import Deposed, Lock, LockEntry
from voiceops.effects import System
from voiceops.errors import FileUnusable, LockfileInvalid
from voiceops.files.lockfile.lockfile import dump_lock, parse_lock, read_lock
from voiceops.files.lockfile.merge import (
    Conflict,
    Merged,
    dump_merged,
    merge_lockfiles,
    merge_locks,
)

OLD = LockEntry("voice-1", "model", "en", "sha256:1")
NEW = LockEntry("voice-2", "model", "en", "sha256:2")
OTHER = LockEntry("voice-3", "model", "en", "sha256:3")
USED = replace(OLD, last_used="2026-11-01")
SEEN = replace(OLD, observed="sha256:1", created="2026-01-01 00:00:00")
GUARDED = replace(OLD, protect=True)

entries = st.sampled_from([OLD, NEW, OTHER, USED, SEEN, GUARDED])
locks = st.builds(
    Lock,
    st.dictionaries(st.sampled_from("abc"), entries),
    st.dictionaries(
        st.sampled_from(["voice-1", "voice-4", "voice-5"]), st.just(Deposed("a", "sha256:1"))
    ),
)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (None, NEW, None, NEW),
        (OLD, None, OLD, None),
        (OLD, NEW, OLD, NEW),
        (OLD, NEW, NEW, NEW),
        (None, NEW, NEW, NEW),
        (OLD, None, None, None),
        (None, NEW, OTHER, Conflict(NEW, OTHER)),
        (OLD, NEW, OTHER, Conflict(NEW, OTHER)),
        (OLD, NEW, None, Conflict(NEW, None)),
        (OLD, NEW, GUARDED, Conflict(NEW, GUARDED)),
        (OLD, None, GUARDED, Conflict(None, GUARDED)),
        # What runs note by the way is joined, and stands in nobody's way.
        (OLD, USED, SEEN, replace(SEEN, last_used="2026-11-01")),
        (OLD, GUARDED, USED, replace(USED, protect=True)),
        (USED, OLD, replace(OLD, last_used="2026-11-02"), replace(OLD, last_used="2026-11-02")),
        (OLD, None, USED, None),
        (OLD, NEW, USED, NEW),
    ],
)
def test_a_name_is_what_the_side_that_changed_it_says(
    base: LockEntry | None,
    ours: LockEntry | None,
    theirs: LockEntry | None,
    merged: LockEntry | Conflict | None,
) -> None:
    for left, right, wanted in ((ours, theirs, merged), (theirs, ours, _turn(merged))):
        found = merge_locks(_lock(base), _lock(left), _lock(right))
        is_conflict = isinstance(wanted, Conflict)
        voices = {} if is_conflict or wanted is None else {"a": wanted}
        assert found == Merged(Lock(voices), {"a": wanted} if is_conflict else {})


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [("", "1", "2", "12"), ("1", "1", "", ""), ("12", "13", "2", "3"), ("1", "1", "1", "1")],
)
def test_a_deposed_voice_stays_until_one_side_is_rid_of_it(
    base: str, ours: str, theirs: str, merged: str
) -> None:
    made = (Lock({}, {number: Deposed("a") for number in side}) for side in (base, ours, theirs))
    assert sorted(merge_locks(*made).lock.deposed) == [*merged]


@given(locks, locks, locks)
def test_no_voice_that_a_side_has_made_is_lost(base: Lock, ours: Lock, theirs: Lock) -> None:
    text = dump_merged(merge_locks(base, ours, theirs)).decode()
    for side in (ours, theirs):
        for name, entry in side.voices.items():
            is_new = all(entry.voice_id != old.voice_id for old in base.voices.values())
            assert not is_new or f'"{entry.voice_id}"' in text, name


@given(locks, locks, locks)
def test_a_conflict_is_refused_until_a_side_is_chosen(base: Lock, ours: Lock, theirs: Lock) -> None:
    merged = merge_locks(base, ours, theirs)
    data = dump_merged(merged)
    if not merged.conflicts:
        assert data == dump_lock(merged.lock)
        return
    with pytest.raises(LockfileInvalid, match="conflict markers"):
        parse_lock(data, name="x")
    if all(conflict.ours for conflict in merged.conflicts.values()):
        chosen = {name: conflict.ours for name, conflict in merged.conflicts.items()}
        wanted = Lock({**merged.lock.voices, **chosen}, merged.lock.deposed)
        assert parse_lock(_choose_ours(data), name="x") == wanted


def test_both_voices_stand_between_the_markers() -> None:
    data = dump_merged(
        Merged(Lock({"z": OLD}, {"voice-4": Deposed("a")}), {"a": Conflict(NEW, None)})
    )
    assert data.decode() == (
        """\
{
  "version": 1,
  "voices": {
<<<<<<< ours
    "a": {
      "voice": "voice-2",
      "target_model": "model",
      "language": "en",
      "spec": "sha256:2"
    },
=======
>>>>>>> theirs
    "z": {
      "voice": "voice-1",
      "target_model": "model",
      "language": "en",
      "spec": "sha256:1"
    }
  },
  "deposed": {
    "voice-4": {
      "name": "a"
    }
  }
}
"""
    )


def test_the_driver_writes_the_merge_over_ours(tmp_path: Path) -> None:
    base, ours, theirs = _write(tmp_path, b"", dump_lock(_lock(NEW)), dump_lock(Lock({"b": OLD})))
    assert merge_lockfiles(base, ours, theirs, effects=System())
    assert read_lock(ours) == Lock({"a": NEW, "b": OLD})
    assert read_lock(theirs) == Lock({"b": OLD})


@pytest.mark.parametrize(
    "broken", [b"{", b'{"version": 2}\n', b"<<<<<<< ours\n{}\n", b"", b"\n", b" "]
)
def test_what_is_no_lockfile_is_kept_whole_beside_the_other(tmp_path: Path, broken: bytes) -> None:
    good = dump_lock(_lock(NEW))
    for sides in ((good, broken), (broken, good)):
        base, ours, theirs = _write(tmp_path, good, *sides)
        assert not merge_lockfiles(base, ours, theirs, effects=System())
        text = ours.read_bytes()
        assert good in text
        assert broken in text
        with pytest.raises(LockfileInvalid):
            read_lock(ours)


def test_a_conflict_is_not_clean(tmp_path: Path) -> None:
    paths = _write(tmp_path, *(dump_lock(_lock(entry)) for entry in (OLD, NEW, OTHER)))
    assert not merge_lockfiles(*paths, effects=System())
    assert paths[1].read_bytes() == dump_merged(Merged(Lock(), {"a": Conflict(NEW, OTHER)}))


def test_a_side_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    base, ours, theirs = _write(tmp_path, b"", b"", b"")
    theirs.unlink()
    with pytest.raises(FileUnusable, match="theirs: cannot be read"):
        merge_lockfiles(base, ours, theirs, effects=System())


def _lock(entry: LockEntry | None) -> Lock:
    return Lock({"a": entry} if entry else {})


def _turn(merged: LockEntry | Conflict | None) -> LockEntry | Conflict | None:
    return Conflict(merged.theirs, merged.ours) if isinstance(merged, Conflict) else merged


def _choose_ours(data: bytes) -> bytes:
    kept: list[str] = []
    is_theirs = False
    for line in data.decode().splitlines():
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            is_theirs = line == "======="
        elif not is_theirs:
            kept.append(line)
    return "\n".join(kept).encode()


def _write(folder: Path, *texts: bytes) -> tuple[Path, Path, Path]:
    base, ours, theirs = (folder / name for name in ("base", "ours", "theirs"))
    for path, text in zip((base, ours, theirs), texts, strict=True):
        path.write_bytes(text)
    return base, ours, theirs
