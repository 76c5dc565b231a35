"""What was paid for and not recorded: shown, agreed to, and never put before what is newer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from machine import MODELS, Machine, Maker, Refused
from world import World

from voiceops.core.lock import LockEntry
from voiceops.core.plan import Action, Plan, Reason
from voiceops.core.result import Report
from voiceops.effects import System
from voiceops.files.lockfile.emergency import Kept, emergency_path, keep

Wire = tuple[int, Mapping[str, str], bytes]
MODEL = "qwen3-tts-vd-2026-01-26"


class Dies(World):
    """A machine that dies when the lockfile is to be replaced."""

    is_doomed = False

    def rename(self, source: Path, target: Path) -> None:
        if self.is_doomed and target.name == "voiceops.lock":
            self._die()
        super().rename(source, target)


class Loses:
    """The service, whose replies to creates are lost."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        reply = self.machine.sandbox.answer(method, path, headers, body)
        if json.loads(body)["input"]["action"].startswith("create"):
            raise httpx.ReadTimeout("late")
        return reply


def die_with_a_voice(machine: Machine) -> None:
    """Let an apply die after the journal has the voice, and before the lockfile has it."""
    assert isinstance(machine.world, Dies)
    machine.world.is_doomed = True
    assert machine.apply() is None
    machine.world.is_doomed = False
    machine.world.revive()


def lose_a_reply(machine: Machine) -> None:
    """Let an apply end with an unknown outcome, as if the machine went to sleep then."""
    machine.world.on_signal = lambda: None
    machine.strike(Loses(machine))

    def list_nothing_new(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        if machine.sandbox.list_bills()[paid:] and "create" not in body.decode():
            raise httpx.ReadTimeout("asleep")
        return Loses(machine).answer(method, path, headers, body)

    paid = len(machine.sandbox.list_bills())
    machine.answer = list_nothing_new
    machine.apply(may_wait=False)
    machine.answer = None


def move_on(machine: Machine, make_machine: Maker) -> Machine:
    """Let a second machine edit the voice, protect it, and apply; its files come to the first."""
    second = make_machine(machine.root.parent / "second")
    shutil.copytree(machine.root / "manifests", second.root / "manifests")
    if machine.environment.lockfile.exists():
        shutil.copy(machine.environment.lockfile, second.root)
    second.sandbox.close()
    second.sandbox, second.world.time = machine.sandbox, machine.world.time
    second.declare({"ann": "calm"})
    assert isinstance(second.apply(), Report)
    path = second.root / "manifests" / "voices.yaml"
    path.write_text(path.read_text("utf-8") + "    protect: true\n", "utf-8")
    assert isinstance(second.apply(), Report)
    shutil.copy(second.environment.lockfile, machine.root)
    shutil.copy(path, machine.root / "manifests")
    machine.world.time = second.world.time
    machine.world.adopt(machine.root)
    return second


@pytest.fixture
def machine(tmp_path: Path, make_machine: Maker) -> Machine:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    return make_machine(tmp_path / "first", world=Dies())


@pytest.mark.parametrize("end", [die_with_a_voice, lose_a_reply])
def test_what_was_paid_for_is_a_row_of_the_plan_and_is_recorded_when_it_is_agreed_to(
    machine: Machine, end: object
) -> None:
    machine.declare({"ann": "deep"})
    end(machine)  # type: ignore[operator]
    before = machine.lock()
    agreed, shown = machine.agree, []

    def refuse(made: Plan) -> None:
        shown.extend((change.action, change.reason, change.name) for change in made.changes)
        raise Refused("no")

    machine.agree = refuse
    assert isinstance(machine.apply(), Refused)
    assert shown == [(Action.ADOPT, Reason.RECOVERED, "ann")]
    assert machine.lock() == before
    machine.agree = agreed
    assert isinstance(machine.apply(), Report)
    assert machine.lock().voice_of("ann") in machine.live()
    assert machine.plan().is_empty
    assert len(machine.sandbox.list_bills()) == 1


@pytest.mark.parametrize("end", [die_with_a_voice, lose_a_reply])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_lockfile_that_moved_on_meanwhile_stands(
    machine: Machine, make_machine: Maker, end: object, is_first: bool
) -> None:
    if not is_first:
        machine.declare({"ann": "slow"})
        machine.apply()
        machine.wait(3600)
    machine.declare({"ann": "deep"})
    end(machine)  # type: ignore[operator]
    (left,) = (voice for voice, prompt in machine.live().items() if prompt == "A deep voice.")
    second = move_on(machine, make_machine)
    told = [(voice.voice, voice.duplicate_of) for voice in machine.plan().unmanaged]
    assert told == [(left, "ann")]
    assert isinstance(machine.apply(), Report)
    assert machine.lock().voices == second.lock().voices
    assert machine.live()[machine.lock().voice_of("ann")] == "A calm voice."
    assert left in machine.live()
    assert machine.plan().is_empty
    journal = machine.environment.state_dir / "journal.jsonl"
    assert '"why":"left"' in journal.read_text("utf-8")


def forge(machine: Machine, voice: str, *, spec: str, saw: str | None, seen: str = "") -> None:
    entry = LockEntry(voice, MODELS[machine.family], "en", spec)
    kept = Kept("ann", entry, saw, seen=seen)
    keep(machine.environment.lockfile, kept, effects=System())


def make_stranger(machine: Machine, name: str, prompt: str) -> str:
    made = machine.call(
        "create",
        target_model=MODEL,
        voice_prompt=f"A {prompt} voice.",
        preview_text="Hello.",
        preferred_name=name,
        language="en",
    )
    return str(made["voice"])


@pytest.mark.parametrize("name", ["ann", "other"])
@pytest.mark.parametrize("prompt", ["deep", "strange"])
@pytest.mark.parametrize("knows_what_was_there", [True, False])
def test_a_file_that_came_with_the_repository_takes_no_protected_voice_away(
    machine: Machine, name: str, prompt: str, knows_what_was_there: bool
) -> None:
    machine.declare({"ann": "deep"})
    path = machine.root / "manifests" / "voices.yaml"
    path.write_text(path.read_text("utf-8") + "    protect: true\n", "utf-8")
    machine.apply()
    machine.wait(3600)
    before = machine.lock()
    stranger = make_stranger(machine, name, prompt)
    saw = before.voice_of("ann") if knows_what_was_there else None
    forge(machine, stranger, spec=before.voices["ann"].spec, saw=saw)
    machine.apply()
    assert machine.lock() == before
    assert {before.voice_of("ann"), stranger} <= set(machine.live())


def test_a_voice_that_the_listing_lacks_is_waited_for_and_not_believed(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    die_with_a_voice(machine)
    looks = iter(range(99))

    def lag(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        status, said, reply = machine.sandbox.answer(method, path, headers, body)
        if json.loads(body)["input"]["action"].startswith("list") and next(looks) < 4:
            document = json.loads(reply)
            document["output"] |= {"voice_list": [], "total_count": 0}
            reply = json.dumps(document).encode()
        return status, said, reply

    machine.answer = lag
    assert isinstance(machine.apply(), Report)
    assert machine.lock().voice_of("ann") in machine.live()
    assert len(machine.sandbox.list_bills()) == 1


def test_the_emergency_file_stays_until_what_it_holds_is_recorded(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    voice = make_stranger(machine, "ann", "deep")
    machine.environment.lockfile.write_text('{"version": 1, "voices": {}}\n', "utf-8")
    desired = machine.plan().changes[0].desired
    assert desired is not None
    forge(machine, voice, spec=desired.spec.digest, saw="", seen=desired.seen_digest)
    path = emergency_path(machine.environment.lockfile)
    agreed = machine.agree

    def refuse(made: Plan) -> None:
        raise Refused("no")

    machine.agree = refuse
    machine.apply()
    assert path.exists()
    machine.agree = agreed
    machine.apply()
    assert not path.exists()
    assert machine.lock().voice_of("ann") == voice
    assert len(machine.sandbox.list_bills()) == 1
