"""Death, power cuts, full disks, lost replies, signals: at every effect of an apply.

The apply makes one voice, replaces one, and deletes an orphan; a stranger's voice stands beside
them. Whatever strikes, and wherever: nothing is billed twice, nothing foreign is deleted, no name
is lost, and one more apply (two, if an unknown create has to settle) makes everything right.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from machine import KEY, Machine
from world import Blow, blows_for

from voiceops.core.families.known import parse_voice_name
from voiceops.core.lock import Why
from voiceops.core.result import Report
from voiceops.effects import System
from voiceops.files.lockfile.lockfile import dump_lock, parse_lock
from voiceops.files.state.journal import Journal

BEFORE = {"old": "deep", "gone": "slow", "same": "calm"}
AFTER = {"old": "high", "new": "fast", "same": "calm"}
# Voices billed once everything is done: those of BEFORE, the stranger, one new, one replaced.
BILL = 4 + 2
STRANGER = {
    "target_model": "qwen3-tts-vd-2026-01-26",
    "voice_prompt": "A strange voice.",
    "preview_text": "Hello.",
    "preferred_name": "stranger",
    "language": "en",
}
VARIANTS = ("journal_kept", "disk_lost", "lock_reverted")


def leave_as_it_is(project: Path) -> None:
    """Let lockfile and state lie where they were made."""


def lose_state(project: Path) -> None:
    """Let the folders be made by the apply that is struck: another machine takes over."""
    shutil.rmtree(project / ".voiceops")


def put_links(project: Path) -> None:
    """Let links of the project lead to its lockfile and its state."""
    (project / "locks").mkdir()
    for name, real in (("voiceops.lock", "locks/here"), (".voiceops", "state")):
        (project / name).rename(project / real)
        (project / name).symlink_to(real)


Layout = Callable[[Path], None]


def prepare(folder: Path, layout: Layout = leave_as_it_is, *, family: str = "qwen") -> Machine:
    """Give the account and the project as they are before the apply that is struck."""
    template = folder / f"template-{family}"
    if not template.exists():
        make_template(template, family)
    root = folder / "now"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(template, root)
    layout(root / "project")
    machine = Machine(root / "project", root / "sandbox.db", family=family)
    machine.world.time += timedelta(hours=1)
    machine.stranger = (root / "stranger").read_text(encoding="utf-8")
    machine.world.adopt(machine.root)
    return machine


def make_template(template: Path, family: str) -> None:
    (template / "project").mkdir(parents=True)
    made = Machine(template / "project", template / "sandbox.db", family=family)
    with closing(made) as machine:
        machine.declare(BEFORE)
        assert isinstance(machine.apply(), Report)
        stranger = machine.call("create", **STRANGER)["voice"]
        (template / "stranger").write_text(stranger, encoding="utf-8")
        machine.declare(AFTER)


@dataclass(frozen=True)
class Strike:
    """Where what strikes, and what is lost beside."""

    at: int
    blow: Blow
    variant: str = "journal_kept"


def strike(
    machine: Machine, where: Strike, lock_before: bytes, *, has_journal: bool = True
) -> None:
    """Let one apply be struck; then put the machine on its feet again.

    `has_journal` tells that no earlier strike has lost it.
    """
    machine.world.strike_at, machine.world.blow = where.at, where.blow
    outcome = machine.apply()
    check_lockfile(machine)
    if outcome is None:
        assert machine.world.is_dead
    machine.world.revive()
    check_lockfile(machine)
    if has_journal:
        check_journal(machine)
    if where.variant != "journal_kept":
        machine.lose_journal()
        machine.wait(machine.environment.settings.settle_s)
    if where.variant == "lock_reverted":
        machine.environment.lockfile.write_bytes(lock_before)
    machine.world.adopt(machine.root)


def check_lockfile(machine: Machine) -> None:
    """I4 and I6: the lockfile is whole, and names only voices that the service returned."""
    data = machine.environment.lockfile.read_bytes()
    lock = parse_lock(data, name="voiceops.lock")
    assert dump_lock(lock) == data
    returned = {row.voice for row in machine.sandbox.list_bills()}
    assert {entry.voice_id for entry in lock.voices.values()} <= returned


def check_journal(machine: Machine) -> None:
    """What was paid for, and no lockfile names, is announced in what the disk still has."""
    lock = machine.lock()
    named = {entry.voice_id for entry in lock.voices.values()} | lock.deposed.keys()
    path = machine.environment.state_dir / "journal.jsonl"
    memory = Journal(path, effects=System(), settle_s=0).recall()
    announced = {intent.name for intent in memory.intents}
    announced |= {intent.name for intent, _ in memory.results}
    paid = machine.live().keys() - named - {machine.stranger}
    names = {name.preferred_name for voice in paid if (name := parse_voice_name(voice))}
    assert names <= announced


def check_end(machine: Machine, *, days: int) -> None:
    """I1 to I3, I5, I7, I9: what must be true once the faults have stopped."""
    before = snapshot(machine)
    assert machine.plan().is_empty
    assert snapshot(machine) == before
    lock = machine.lock()
    live = machine.live()
    assert set(lock.voices) == set(AFTER)
    named = {entry.voice_id for entry in lock.voices.values()}
    assert named | {machine.stranger, *lock.deposed} == set(live)
    assert {name: live[entry.voice_id] for name, entry in lock.voices.items()} == {
        name: f"A {prompt} voice." for name, prompt in AFTER.items()
    }
    assert len(machine.sandbox.list_bills()) == BILL
    kept = sorted((deposed.name, deposed.why) for deposed in lock.deposed.values())
    assert kept == ([("gone", Why.REMOVED), ("old", Why.REPLACED)] if days else [])
    assert KEY.encode() not in b"".join(before.values())


def snapshot(machine: Machine) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() for path in sorted(machine.root.rglob("*")) if path.is_file()
    }


def run_one(
    folder: Path,
    *strikes: Strike,
    days: int = 0,
    layout: Layout = leave_as_it_is,
    family: str = "qwen",
) -> None:
    """Strike one apply after the other, mend, and check every guarantee."""
    with closing(prepare(folder, layout, family=family)) as machine:
        machine.keep(days)
        lock_before = machine.environment.lockfile.read_bytes()
        try:
            for number, where in enumerate(strikes):
                has_journal = all(one.variant == VARIANTS[0] for one in strikes[:number])
                strike(machine, where, lock_before, has_journal=has_journal)
            machine.converge()
            check_end(machine, days=days)
        except Exception as error:
            error.add_note(f"struck by {strikes}")
            raise


def strikes_of(
    folder: Path, *, days: int = 0, layout: Layout = leave_as_it_is, family: str = "qwen"
) -> list[Strike]:
    """List every effect of the apply with everything that can strike at it."""
    with closing(prepare(folder, layout, family=family)) as machine:
        machine.keep(days)
        assert isinstance(machine.apply(), Report)
    return [
        Strike(at, blow, variant)
        for at, kind in enumerate(machine.world.trace)
        for blow in blows_for(kind)
        for variant in VARIANTS
    ]


def recovery_strikes(folder: Path, first: Strike) -> list[Strike]:
    """List every effect of the apply that mends after a first strike, with what strikes there."""
    with closing(prepare(folder)) as machine:
        strike(machine, first, machine.environment.lockfile.read_bytes())
        machine.apply()
    trace = list(enumerate(machine.world.trace))
    return [Strike(at, blow) for at, kind in trace for blow in blows_for(kind)[1::2]]
