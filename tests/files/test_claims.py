"""What belongs to the other environments, from lockfiles and journals on this machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voiceops.core.facts import Claims, Intent
from voiceops.core.lock import Deposed, Lock, LockEntry
from voiceops.core.spec import Spec
from voiceops.core.voice import LiveVoice
from voiceops.effects import System
from voiceops.errors import JournalDamaged, LockfileInvalid
from voiceops.files.lockfile.claims import find_lockfiles, read_claims
from voiceops.files.lockfile.lockfile import dump_lock, write_lock
from voiceops.files.state.journal import Journal

MODEL = "qwen3-tts-vd-2026-01-26"
SPEC = Spec("A deep voice.", "Hello.", "en", MODEL)
EFFECTS = System()


def voice(name: str, suffix: str = "a1b2") -> str:
    return f"qwen-tts-vd-{name}-voice-20261122120000123-{suffix}"


def make_intent(number: str, *, before: frozenset[str] = frozenset()) -> Intent:
    return Intent(number, datetime.now(UTC), "anna", SPEC.digest, MODEL, "en", False, before)


def write(folder: Path, name: str, lock: Lock) -> Path:
    path = folder / f"voiceops.{name}.lock"
    write_lock(path, lock, effects=EFFECTS)
    return path


def open_journal(path: Path) -> Journal:
    return Journal(path, effects=EFFECTS, settle_s=600)


def test_claims_join_what_lockfiles_name_and_journals_know(tmp_path: Path) -> None:
    entry = LockEntry(voice("bob"), MODEL, "en", "sha256:0")
    first = write(tmp_path, "a", Lock({"bob": entry}, {voice("old"): Deposed("bob")}))
    second = write(tmp_path, "b", Lock({"carl": LockEntry(voice("carl"), MODEL, "en", "sha256:0")}))
    journal = open_journal(tmp_path / "journal.jsonl")
    opened, answered, recorded = make_intent("1"), make_intent("2"), make_intent("3")
    for intent in (opened, answered, recorded):
        journal.open_intent(intent)
    journal.note_result("2", voice("anna"))
    journal.note_result("3", voice("dora"))
    journal.close("3", "committed")
    claims = read_claims(
        [second, first, tmp_path / "none.lock"],
        [tmp_path / "journal.jsonl", tmp_path / "none.jsonl"],
        expected=[first, tmp_path / "none.lock"],
        effects=EFFECTS,
        settle_s=600,
    )
    assert claims == Claims(
        frozenset({voice("bob"), voice("carl"), voice("anna")}),
        frozenset({voice("old")}),
        (opened,),
        ("none.lock",),
    )


def test_a_broken_file_of_another_environment_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.lock").write_text("{")
    (tmp_path / "journal.jsonl").write_text("{}\n{}\n")
    with pytest.raises(LockfileInvalid):
        read_claims([tmp_path / "a.lock"], [], expected=[], effects=EFFECTS, settle_s=600)
    with pytest.raises(JournalDamaged):
        read_claims([], [tmp_path / "journal.jsonl"], expected=[], effects=EFFECTS, settle_s=600)


@pytest.mark.parametrize(
    ("live", "covered"),
    [
        (LiveVoice(voice("anna"), SPEC), True),
        (LiveVoice(voice("anna", "0000"), SPEC), False),
        (LiveVoice(voice("bob"), SPEC), False),
        (LiveVoice(voice("anna"), Spec("Another.", "Hello.", "en", MODEL)), False),
        (LiveVoice(voice("anna"), None), False),
    ],
)
def test_an_open_create_covers_the_voice_that_it_may_have_made(
    live: LiveVoice, covered: bool
) -> None:
    before = frozenset({voice("anna", "0000")})
    assert Claims(intents=(make_intent("1", before=before),)).cover(live) is covered


@pytest.mark.parametrize("ages_s", [(100, 50), (0, 0)], ids=["settled", "in_the_same_moment"])
def test_a_lockfile_that_changed_is_read_again(tmp_path: Path, ages_s: tuple[int, int]) -> None:
    """The second one has the size, and if it is young the time and the inode, of the first."""
    path = tmp_path / "voiceops.a.lock"
    named = []
    now = datetime.now(UTC).timestamp()
    for suffix, age_s in zip(("a1b2", "c3d4"), ages_s, strict=True):
        lock = Lock({"bob": LockEntry(voice("bob", suffix), MODEL, "en", "sha256:0")})
        path.write_bytes(dump_lock(lock))
        os.utime(path, (now - age_s, now - age_s))
        named.append(read_claims([path], [], expected=[], effects=EFFECTS, settle_s=600).voices)
    assert named == [{voice("bob", "a1b2")}, {voice("bob", "c3d4")}]


def test_a_lockfile_that_stays_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a", Lock({"bob": LockEntry(voice("bob"), MODEL, "en", "sha256:0")}))
    os.utime(path, (0, 0))
    first = read_claims([path], [], expected=[], effects=EFFECTS, settle_s=600)
    monkeypatch.setattr(Path, "open", None)
    assert read_claims([path], [], expected=[], effects=EFFECTS, settle_s=600) == first


def test_lockfiles_are_known_by_how_they_begin_wherever_they_lie(tmp_path: Path) -> None:
    """Those of other tools, and what lies in hidden folders, are none."""
    here, below = tmp_path / "odd.lock", tmp_path / "locks" / "prod.lock"
    below.parent.mkdir()
    write_lock(here, Lock(), effects=EFFECTS)
    below.write_bytes(here.read_bytes().replace(b"\n", b"\r\n"))
    for name in ("uv.lock", "prod.txt"):
        (tmp_path / name).write_text("version = 1\n", encoding="utf-8")
    (tmp_path / ".cache").mkdir()
    write_lock(tmp_path / ".cache" / "old.lock", Lock(), effects=EFFECTS)
    assert set(find_lockfiles(tmp_path)) == {here, below}
