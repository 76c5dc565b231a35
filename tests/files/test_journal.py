"""The journal: what it says is true, whatever happened to its bytes."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from voiceops.clock import Clock as ServiceClock
from voiceops.core.facts import Intent
from voiceops.effects import System
from voiceops.errors import FileUnusable, JournalDamaged
from voiceops.files.state.journal import Journal, Memory

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATEST = START + timedelta(seconds=1)  # the service tells its time to the second


class Clock(System):
    """The real machine with a clock that we set; `synced` is what would survive a power cut."""

    def __init__(self) -> None:
        super().__init__()
        self.time = START
        self.synced: set[Path] = set()

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - START).total_seconds()

    def append(self, path: Path, data: bytes, *, mode: int) -> None:
        super().append(path, data, mode=mode)
        self.synced.discard(path)

    def truncate(self, path: Path, size_bytes: int) -> None:
        super().truncate(path, size_bytes)
        self.synced.discard(path)

    def fsync(self, path: Path) -> None:
        self.synced.add(path)

    def fsync_dir(self, directory: Path) -> None:
        self.synced.add(directory)


def told_by_a_service(effects: Clock) -> ServiceClock:
    """Make the clock of a process that has just listed the account."""
    clock = ServiceClock(effects)
    clock.hear(format_datetime(effects.time, usegmt=True), asked=clock.mark())
    return clock


def intent(number: int, at: datetime = START, told: datetime | None = None) -> Intent:
    return Intent(
        id=f"announcer-{number}",
        at=at,
        name="announcer",
        spec="sha256:5e",
        target_model="m",
        language="en",
        protect=True,
        before=frozenset({"b", "a"}),
        told=told,
    )


def write_example(path: Path, clock: Clock) -> Journal:
    journal = Journal(path, effects=clock, settle_s=600, clock=told_by_a_service(clock))
    journal.open_intent(intent(1, told=START))
    journal.close("announcer-1", "not_executed")
    journal.open_intent(intent(2))
    journal.note_result("announcer-2", "V2")
    journal.open_intent(intent(3))
    journal.note_deleting("V0")
    journal.note_deleted("V0")
    journal.note_deleting("V9")
    journal.note_deleted("V8")
    journal.note_kept("V8")
    return journal


EXAMPLE = Memory(
    intents=(intent(3),),
    results=((intent(2), "V2"),),
    deleted=frozenset({"V0"}),
    deleting=frozenset({"V9"}),
    made={"V2": LATEST},
)


def test_what_was_written_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.jsonl"
    journal = write_example(path, Clock())
    assert journal.recall() == EXAMPLE
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_journal_remembers_nothing(tmp_path: Path) -> None:
    assert Journal(tmp_path / "j", effects=Clock(), settle_s=600).recall() == Memory()


def test_what_is_closed_and_old_is_not_remembered_even_before_it_is_mended(tmp_path: Path) -> None:
    clock = Clock()
    journal = write_example(tmp_path / "journal.jsonl", clock)
    clock.time += timedelta(seconds=601)
    left = Memory(intents=(intent(3),), results=((intent(2), "V2"),))
    assert journal.recall() == left


def test_what_is_written_survives_a_power_cut(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / ".voiceops" / "default" / "journal.jsonl"
    journal = Journal(path, effects=clock, settle_s=600)
    journal.open_intent(intent(1))
    assert clock.synced == {path, *list(path.parents)[:3]}
    clock.synced.clear()
    journal.note_result("announcer-1", "V1")
    assert clock.synced == {path}
    os.truncate(path, path.stat().st_size - 2)
    journal.mend()
    assert path in clock.synced


@pytest.mark.parametrize("age_s", [601, 3600])
def test_mending_drops_what_is_closed_and_old_and_keeps_what_is_open(
    tmp_path: Path, age_s: int
) -> None:
    clock = Clock()
    path = tmp_path / "journal.jsonl"
    journal = write_example(path, clock)
    clock.time += timedelta(seconds=age_s)
    journal.mend()
    assert path.read_bytes().count(b"\n") == 3  # two intents and a result
    assert journal.recall() == Memory(intents=(intent(3),), results=((intent(2), "V2"),))


def test_mending_no_journal_makes_none(tmp_path: Path) -> None:
    Journal(tmp_path / "j", effects=Clock(), settle_s=600).mend()
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_outlives_its_intent_still_tells_when_the_voice_was_made(
    tmp_path: Path,
) -> None:
    """The reply took a minute, so the intent is dropped a minute before the result."""
    clock = Clock()
    journal = Journal(tmp_path / "j", effects=clock, settle_s=600, clock=told_by_a_service(clock))
    journal.open_intent(intent(1, told=START))
    clock.time = START + timedelta(minutes=1)
    made = LATEST + timedelta(minutes=1)
    journal.note_result("announcer-1", "V1")
    journal.close("announcer-1", "committed")
    assert journal.recall() == Memory(made={"V1": made})
    clock.time = START + timedelta(seconds=630)
    journal.mend()
    assert journal.recall() == Memory(made={"V1": made})


def test_a_clock_that_was_set_makes_nothing_older(tmp_path: Path) -> None:
    effects, path = Clock(), tmp_path / "j"
    journal = Journal(path, effects=effects, settle_s=600, clock=told_by_a_service(effects))
    journal.note_deleted("V1")

    class Fast(Clock):
        def now(self) -> datetime:
            return self.time + timedelta(minutes=11)

    later = Journal(path, effects=Fast(), settle_s=600, clock=told_by_a_service(Fast()))
    assert later.recall() == Memory(deleted=frozenset({"V1"}))


def test_what_an_older_version_wrote_is_in_doubt_by_a_day(tmp_path: Path) -> None:
    """It noted this machine's time alone."""
    effects, path = Clock(), tmp_path / "j"
    Journal(path, effects=effects, settle_s=600).note_deleted("V1")
    remembered = Memory(deleted=frozenset({"V1"}))
    for age, memory in ((timedelta(hours=23), remembered), (timedelta(hours=25), Memory())):
        effects.time = START + age
        clock = told_by_a_service(effects)
        assert Journal(path, effects=effects, settle_s=600, clock=clock).recall() == memory


RECORD = (
    b'{"sum":"f38aabecf9f2be6d","at":"2026-11-22T04:00:00+00:00","before":["a","b"],"id":"announcer-1",'
    b'"kind":"intent","language":"en","name":"announcer","protect":true,'
    b'"spec":"sha256:5e","target_model":"m"}\n'
)


def test_a_record_is_a_line_that_later_versions_can_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    Journal(path, effects=Clock(), settle_s=600).open_intent(intent(1))
    assert path.read_bytes() == RECORD


def test_the_line_that_is_damaged_is_named(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal.jsonl"
    write_example(path, clock)
    lines = path.read_bytes().splitlines(keepends=True)
    for number in (1, 2, len(lines)):
        damaged = [*lines]
        damaged[number - 1] = lines[number - 1].replace(b'"', b"'", 1)
        path.write_bytes(b"".join(damaged))
        with pytest.raises(JournalDamaged) as caught:
            Journal(path, effects=clock, settle_s=600).recall()
        assert caught.value.message == f"{path}:{number}: the journal is damaged"
    path.write_bytes(b"".join(lines)[:-1] + b"x")  # the last line end alone
    with pytest.raises(JournalDamaged) as caught:
        Journal(path, effects=clock, settle_s=600).recall()
    assert caught.value.message == f"{path}:{len(lines)}: the journal is damaged"


def test_what_would_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, effects=Clock(), settle_s=600)
    journal.open_intent(intent(1))
    before = path.read_bytes()
    with pytest.raises(FileUnusable):
        journal.note_result(intent(1).id, "no voice is called so")
    assert path.read_bytes() == before
    journal.close(intent(1).id, "rejected")


def test_a_file_that_is_too_large_to_be_a_journal_is_not_searched(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(FileUnusable) as caught:
        Journal(path, effects=Clock(), settle_s=600).recall()
    assert caught.value.message == f"{path}: has more than 67,108,864 bytes, which no journal has"


def test_a_record_without_a_time_is_damage_though_its_checksum_is_right(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    body = b'{"at":"soon","id":"V1","kind":"deleted"}'
    checksum = hashlib.sha256(body).hexdigest()[:16].encode()
    path.write_bytes(b'{"sum":"' + checksum + b'",' + body[1:] + b"\n")
    with pytest.raises(JournalDamaged):
        Journal(path, effects=Clock(), settle_s=600).recall()


def test_cut_at_every_byte_it_tells_a_part_of_the_truth(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal.jsonl"
    journal = write_example(path, clock)
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        told = journal.recall()
        lines = whole[: size + 1].count(b"\n")  # a record is whole without its line end, too
        path.write_bytes(b"".join(line + b"\n" for line in whole.split(b"\n")[:lines]))
        assert told == journal.recall()
        path.write_bytes(whole[:size])
        journal.mend()
        journal.close("x", "test")
        assert path.read_bytes().endswith(b"\n")
        assert journal.recall() == told


class FullDisk(Clock):
    """A disk that takes half a record and then no more, until there is room again."""

    is_full = False

    def append(self, path: Path, data: bytes, *, mode: int) -> None:
        if not self.is_full:
            super().append(path, data, mode=mode)
            return
        super().append(path, data[: len(data) // 2], mode=mode)
        raise OSError(28, "No space left on device")


def test_after_a_record_that_was_not_written_none_is_taken(tmp_path: Path) -> None:
    disk, path = FullDisk(), tmp_path / "journal.jsonl"
    journal = Journal(path, effects=disk, settle_s=600)
    journal.open_intent(intent(1))
    disk.is_full = True
    for reason in ("No space left on device", "an earlier record could not be written"):
        with pytest.raises(FileUnusable) as caught:
            journal.open_intent(intent(2))
        assert caught.value.message.endswith(reason)
        disk.is_full = False
    again = Journal(path, effects=disk, settle_s=600)
    again.mend()
    again.open_intent(intent(3))
    assert again.recall() == Memory(intents=(intent(1), intent(3)))


def test_with_any_bit_flipped_it_never_tells_a_lie(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal.jsonl"
    journal = write_example(path, clock)
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << bit
            path.write_bytes(damaged)
            with pytest.raises(JournalDamaged) as caught:
                journal.recall()
            assert "recognised by their content" in caught.value.hint
