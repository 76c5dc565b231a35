"""What keeps an apply from spending more after something went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
from machine import Machine, Maker
from world import World

from voiceops.core.lock import Lock, LockEntry
from voiceops.core.plan import Action
from voiceops.core.result import Report, Status
from voiceops.core.settings import Options
from voiceops.files.lockfile.emergency import emergency_path
from voiceops.files.lockfile.lockfile import dump_lock
from voiceops.report.style import Style
from voiceops.report.text.apply import render_report

Wire = tuple[int, Mapping[str, str], bytes]
FULL = b'{"code": "Throttling.AllocationQuota", "message": "Maximum voice storage limit exceeded"}'


class Creates:
    """The service, whose creates are answered by `reply`; counts those that came."""

    def __init__(self, machine: Machine, reply: Callable[[], Wire]) -> None:
        self.machine, self.reply, self.sent = machine, reply, 0
        self.late: list[tuple[object, ...]] = []

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        if not json.loads(body)["input"]["action"].startswith("create"):
            return self.machine.sandbox.answer(method, path, headers, body)
        self.sent += 1
        self.late.append((method, path, headers, body))
        return self.reply()

    def execute_late(self) -> None:
        for request in self.late:
            self.machine.sandbox.answer(*request)  # type: ignore[arg-type]
        self.late.clear()


def lose() -> Wire:
    raise httpx.ReadTimeout("late")


class FullDisk(World):
    """A disk that takes no file of these names any more, once it is full."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def create(self, path: Path, data: bytes, *, mode: int) -> None:
        self.refuse(path)
        super().create(path, data, mode=mode)

    def append(self, path: Path, data: bytes, *, mode: int) -> None:
        self.refuse(path)
        super().append(path, data, mode=mode)

    def refuse(self, path: Path) -> None:
        if any(name in path.name for name in self.names):
            raise OSError(28, "No space left on device")


def test_a_full_quota_ends_further_creates(machine: Machine) -> None:
    machine.declare({"ann": "deep", "bob": "high", "cat": "calm"})
    creates = machine.strike(Creates(machine, lambda: (400, {}, FULL)))
    machine.apply()
    assert creates.sent == 1


def test_after_two_unknown_outcomes_no_create_is_sent(machine: Machine) -> None:
    machine.declare({"ann": "deep", "bob": "high", "cat": "calm"})
    creates = machine.strike(Creates(machine, lose))
    machine.apply(may_wait=False)
    assert creates.sent == 2


def test_when_the_lockfile_cannot_be_written_no_create_is_sent_any_more(
    tmp_path: Path, make_machine: Maker
) -> None:
    machine = make_machine(tmp_path, world=FullDisk(".voiceops.lock."))
    machine.declare({"ann": "deep", "bob": "high"})
    report = machine.apply()
    assert isinstance(report, Report)
    assert len(machine.sandbox.list_bills()) == 1
    assert emergency_path(machine.environment.lockfile).exists()


def test_a_preview_is_kept_although_the_lockfile_cannot_be_written(
    tmp_path: Path, make_machine: Maker
) -> None:
    machine = make_machine(tmp_path, world=FullDisk(".voiceops.lock."))
    machine.declare({"ann": "deep"})
    report = machine.apply()
    assert isinstance(report, Report)
    assert report.exit_code == 4
    said = render_report(report, Style())
    assert "it is paid for, but voiceops.lock: cannot be written: No space left on device" in said
    (preview,) = (machine.environment.state_dir / "previews").glob("ann/*.pcm")
    assert f"Listen to {preview.relative_to(tmp_path)}" in said


def test_when_the_journal_takes_no_intent_nothing_more_is_tried(
    tmp_path: Path, make_machine: Maker
) -> None:
    machine = make_machine(tmp_path, world=FullDisk("journal.jsonl"))
    machine.declare({"ann": "deep", "bob": "high"})
    report = machine.apply()
    assert isinstance(report, Report)
    assert [result.status for result in report.results] == [Status.FAILED, Status.NOT_TRIED]
    assert machine.live() == {}


def test_an_older_voice_of_the_name_keeps_no_create_open(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    machine.call(
        "create",
        target_model="qwen3-tts-vd-2026-01-26",
        voice_prompt="Another voice.",
        preview_text="Hello.",
        preferred_name="ann",
        language="en",
    )
    creates = machine.strike(Creates(machine, lose))
    machine.apply(may_wait=False)
    machine.answer = None
    assert creates.sent == 1
    machine.wait(3600)
    machine.apply()
    assert machine.plan().is_empty
    assert len(machine.sandbox.list_bills()) == 2


def test_two_twins_of_an_unknown_create_need_a_person(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    creates = machine.strike(Creates(machine, lose))
    machine.apply(may_wait=False)
    creates.late *= 2
    creates.execute_late()
    machine.answer = None
    machine.apply()
    assert machine.lock().voices == {}
    assert len(machine.plan().problems) == 1


def test_orphans_stay_when_a_create_fails(machine: Machine) -> None:
    machine.declare({"gone": "slow"})
    machine.apply()
    machine.wait(3600)
    machine.declare({"ann": "deep"})
    machine.strike(Creates(machine, lambda: (400, {}, b'{"code": "InvalidParameter"}')))
    report = machine.apply()
    assert isinstance(report, Report)
    assert [result.status for result in report.results] == [Status.FAILED, Status.NOT_TRIED]
    assert len(machine.live()) == 1


def test_an_open_create_of_a_lost_voice_is_not_taken_for_answered(machine: Machine) -> None:
    """The name's own entry has the same spec; its voice is gone, and is not what was made."""
    machine.declare({"ann": "deep"})
    machine.apply()
    machine.wait(3600)
    machine.call("delete", voice=machine.lock().voices["ann"].voice_id)
    machine.options = Options(parallelism=1, accept_lost=("*",))
    creates = machine.strike(Creates(machine, lose))
    machine.apply(may_wait=False)
    machine.answer = None
    machine.wait(5)
    machine.apply(may_wait=False)
    creates.execute_late()
    machine.wait(3600)
    machine.converge()
    assert len(machine.sandbox.list_bills()) == 2


def test_failed_listings_disprove_nothing(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    creates = machine.strike(Creates(machine, lose))
    machine.apply(may_wait=False)
    machine.wait(timedelta(hours=1).total_seconds())

    class Down:
        def answer(self, *_request: object) -> Wire:
            return 500, {}, b""

    machine.strike(Down())
    machine.apply(may_wait=False)
    machine.answer = None
    journal = (machine.environment.state_dir / "journal.jsonl").read_text(encoding="utf-8")
    assert "disproved" not in journal
    creates.late.clear()


def test_a_listing_that_began_too_early_disproves_nothing_however_late_it_ends(
    machine: Machine,
) -> None:
    """The create is executed while the reply to the last look is on its way."""
    machine.declare({"ann": "deep"})

    class Slow(Creates):
        sent_at = machine.world.time

        def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
            if json.loads(body)["input"]["action"].startswith("create"):
                self.sent_at = machine.world.time
            reply = super().answer(method, path, headers, body)
            age_s = (machine.world.time - self.sent_at).total_seconds()
            left_s = machine.environment.settings.settle_s - age_s
            if self.late and 0 < left_s < 60:
                machine.wait(left_s + 1)
                self.execute_late()
            return reply

    machine.strike(Slow(machine, lose))
    machine.apply()
    journal = (machine.environment.state_dir / "journal.jsonl").read_text(encoding="utf-8")
    assert "disproved" not in journal
    machine.converge()
    assert len(machine.sandbox.list_bills()) == 1


def test_a_paid_voice_that_only_the_journal_names_is_missed_when_somebody_deletes_it(
    tmp_path: Path, make_machine: Maker
) -> None:
    world = FullDisk(".voiceops.lock.", "emergency")
    machine = make_machine(tmp_path, world=world)
    machine.declare({"ann": "deep"})
    machine.apply()
    (voice,) = machine.live()
    world.names = ()
    machine.call("delete", voice=voice)
    machine.apply()
    assert [change.action for change in machine.plan().changes] == [Action.SETTLE]
    assert len(machine.sandbox.list_bills()) == 1


class FallsBack:
    """A service that loses creates, and from then on lists what it listed first."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.first: Wire | None = None
        self.is_back = False

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        action = json.loads(body)["input"]["action"]
        if action.startswith("create"):
            self.is_back = True
            raise httpx.ReadTimeout("late")
        reply = self.machine.sandbox.answer(method, path, headers, body)
        if not action.startswith("list"):
            return reply
        self.first = self.first or reply
        return self.first if self.is_back else reply


def test_a_voice_that_we_just_deleted_is_no_answer_to_an_open_create(machine: Machine) -> None:
    machine.options = Options(parallelism=1, allow_empty=True)
    machine.declare({"ann": "deep"})
    machine.apply()
    machine.strike(FallsBack(machine))
    machine.declare({})
    machine.apply()
    machine.declare({"ann": "deep"})
    machine.apply(may_wait=False)
    assert machine.lock().voices == {}


def test_a_plan_shows_an_open_create_and_no_second_one(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    machine.strike(Creates(machine, lose))
    machine.apply(may_wait=False)
    plan = machine.plan()
    assert [(change.action, change.name) for change in plan.changes] == [(Action.SETTLE, "ann")]


def test_a_plan_shows_a_paid_voice_that_no_lockfile_has_yet(
    tmp_path: Path, make_machine: Maker
) -> None:
    machine = make_machine(tmp_path, world=FullDisk(".voiceops.lock."))
    machine.declare({"ann": "deep"})
    machine.apply()
    for is_lost in (False, True):
        if is_lost:
            machine.lose_journal()
        plan = machine.plan()
        assert [(change.action, change.name) for change in plan.changes] == [(Action.ADOPT, "ann")]


def test_a_voice_of_another_environment_is_no_answer_to_an_open_create(
    tmp_path: Path, make_machine: Maker
) -> None:
    """The other environment made one of the same name and spec, after our reply was lost."""
    sibling = tmp_path / "voiceops.other.lock"
    machine = make_machine(tmp_path, siblings=(sibling,))
    machine.declare({"ann": "deep"})
    creates = machine.strike(Creates(machine, lose))
    machine.apply(may_wait=False)
    creates.execute_late()
    (made,) = machine.live()
    sibling.write_bytes(dump_lock(Lock({"ann": LockEntry(made, "m", "en", "sha256:0")})))
    machine.apply(may_wait=False)
    assert machine.lock().voices == {}
    machine.answer = None
    machine.wait(3600)
    machine.converge()
    (ours,) = machine.lock().voices.values()
    assert set(machine.live()) == {made, ours.voice_id}
