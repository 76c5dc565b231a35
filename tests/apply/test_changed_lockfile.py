"""A lockfile that git or a person changes while an apply is at work is not written over."""

from __future__ import annotations

from pathlib import Path

import pytest
from machine import Machine, Maker

from voiceops.core.lock import LockEntry
from voiceops.core.result import Report
from voiceops.errors import FileUnusable
from voiceops.files.lockfile.emergency import read_emergency
from voiceops.files.lockfile.lockfile import dump_lock

OTHER = LockEntry("qwen-tts-vd-other-voice-20260101000000000-a1b2", "m", "en", "sha256:0")


@pytest.fixture
def machine(make_machine: Maker, tmp_path: Path) -> Machine:
    """A project that has one voice, and shall have another one."""
    machine = make_machine(tmp_path)
    machine.declare({"ann": "deep"})
    assert isinstance(machine.apply(), Report)
    machine.declare({"ann": "deep", "bob": "high"})
    return machine


def pull(machine: Machine) -> bytes:
    """Let somebody else's commit come in; gives what the file is now."""
    data = dump_lock(machine.lock().put("other", OTHER, depose=False))
    machine.environment.lockfile.write_bytes(data)
    return data


def test_what_comes_while_the_question_is_open_is_looked_at_before_anything_is_paid(
    machine: Machine,
) -> None:
    pulled: list[bytes] = []
    machine.agree = lambda plan: pulled.append(pull(machine))
    refusal = machine.apply()
    assert isinstance(refusal, FileUnusable)
    assert "something else has changed it" in refusal.message
    assert [machine.environment.lockfile.read_bytes()] == pulled
    assert len(machine.sandbox.list_bills()) == 1


def test_what_comes_while_a_voice_is_made_stays_and_the_voice_is_kept_beside_it(
    machine: Machine,
) -> None:
    answer, pulled = machine.sandbox.answer, []

    def pull_then_answer(*asked: object) -> tuple[int, dict[str, str], bytes]:
        if b'"create' in asked[-1] and not pulled:  # type: ignore[operator]
            pulled.append(pull(machine))
        return answer(*asked)  # type: ignore[arg-type,return-value]

    machine.answer = pull_then_answer
    report = machine.apply()
    assert isinstance(report, Report)
    assert [machine.environment.lockfile.read_bytes()] == pulled
    (kept,) = read_emergency(machine.environment.lockfile)
    (made,) = {bill.voice for bill in machine.sandbox.list_bills()} - {
        entry.voice_id for entry in machine.lock().voices.values()
    }
    assert (kept.name, kept.entry.voice_id) == ("bob", made)
    assert machine.plan().price.creates == 0
