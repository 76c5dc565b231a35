"""Two appliers at once: refused on one machine; between machines dear, but nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from machine import Machine, Maker

from voiceops.core.result import Report
from voiceops.effects import System
from voiceops.errors import LockHeld
from voiceops.files.state.process_lock import hold

BEFORE = {"old": "deep", "gone": "slow"}
AFTER = {"old": "high", "new": "fast"}
EFFECTS = 95


def test_a_second_apply_on_this_machine_is_refused_and_told_who_is_first(machine: Machine) -> None:
    machine.declare(BEFORE)
    with hold(machine.environment.state_dir, effects=System()):
        outcome = machine.apply()
    assert isinstance(outcome, LockHeld)
    assert "process" in outcome.message
    assert machine.live() == {}
    assert isinstance(machine.apply(), Report)


def two_machines(folder: Path, make_machine: Maker) -> tuple[Machine, Machine]:
    """Two runners with a clone each, of one repository for one account."""
    first = make_machine(folder / "first")
    first.root.mkdir()
    first.declare(BEFORE)
    assert isinstance(first.apply(), Report)
    first.wait(3600)
    first.lose_journal()
    shutil.copytree(first.root, folder / "second")
    second = make_machine(folder / "second")
    second.sandbox.close()
    second.sandbox = first.sandbox
    second.world.time = first.world.time
    for machine in (first, second):
        machine.declare(AFTER)
        machine.world.trace.clear()
    return first, second


@pytest.mark.parametrize("at", range(0, EFFECTS, 4))
def test_between_machines_no_name_is_lost_and_doubles_are_reported(
    tmp_path: Path, make_machine: Maker, at: int
) -> None:
    first, second = two_machines(tmp_path, make_machine)
    first.world.meanwhile[at] = lambda: second.apply() and None
    first.apply()
    assert not first.world.meanwhile, "the first apply ended too early for this case"
    bill, live = len(first.sandbox.list_bills()), set(first.live())
    assert len(BEFORE) + len(AFTER) <= bill <= len(BEFORE) + 2 * len(AFTER)
    for machine in (first, second):
        machine.wait(1200)
        plan = machine.plan()
        named = {entry.voice_id for entry in machine.lock().voices.values()}
        reported = {voice.voice for voice in plan.unmanaged if voice.duplicate_of}
        reported |= {c.voice for change in plan.changes for c in change.candidates}
        reported |= {change.voice for change in plan.changes}
        assert live <= named | reported
    assert len(first.sandbox.list_bills()) == bill
