"""The journal: what it says is true, whatever happened to its bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voiceops.core.facts import Intent
from voiceops.effects import System
from voiceops.errors import JournalDamaged
from voiceops.files.journal import Journal, Memory

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class Clock(System):
    """The real machine with a clock that we set."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


def intent(number: int, at: datetime = START) -> Intent:
    return Intent(
        id=f"announcer-{number}",
        at=at,
        name="announcer",
        spec="sha256:é",
        target_model="m",
        language="en",
        protect=True,
        before=frozenset({"b", "a"}),
    )


def write_example(path: Path, clock: Clock) -> Journal:
    journal = Journal(path, effects=clock, settle_s=600)
    journal.open_intent(intent(1))
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
    made={"V2": START},
)


def test_what_was_written_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.jsonl"
    journal = write_example(path, Clock())
    assert journal.recall() == EXAMPLE
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_journal_remembers_nothing(tmp_path: Path) -> None:
    assert Journal(tmp_path / "j", effects=Clock(), settle_s=600).recall() == Memory()


def test_mending_drops_what_is_closed_and_old_and_keeps_what_is_open(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "journal.jsonl"
    journal = write_example(path, clock)
    clock.time += timedelta(hours=1)
    journal.mend()
    assert path.read_bytes().count(b"\n") == 3  # two intents and a result
    assert journal.recall() == Memory(intents=(intent(3),), results=((intent(2), "V2"),))


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
