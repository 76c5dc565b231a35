"""Two environments of one repository in one account, and what neither may take from the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from machine import Machine, Maker

from voiceops.core.plan import Action
from voiceops.core.result import Report
from voiceops.core.settings import Orphans

Wire = tuple[int, Mapping[str, str], bytes]
MODEL = "qwen3-tts-vd-2026-01-26"


@dataclass
class Service:
    """The service, with something that happens once, before or after an action is answered."""

    machine: Machine
    action: str
    happen: Callable[[], None]
    is_after: bool = False
    seen: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        action = json.loads(body)["input"]["action"]
        self.seen.append(action)
        is_first = action.startswith(self.action) and self.seen.count(action) == 1
        if is_first and not self.is_after:
            self.happen()
        reply = self.machine.sandbox.answer(method, path, headers, body)
        if is_first and self.is_after:
            self.happen()
        return reply


def lose() -> None:
    raise httpx.ReadTimeout("late")


def make_pair(root: Path, make_machine: Maker) -> tuple[Machine, Machine]:
    """Make two environments on one machine; the second deletes what belongs to nobody."""
    first = make_machine(root)
    second = make_machine(root)  # with a world of its own: the two are two processes
    second.world.time = first.world.time
    second.sandbox.close()
    second.sandbox = first.sandbox
    second.environment = replace(
        first.environment,
        name="other",
        lockfile=root / "voiceops.other.lock",
        state_dir=root / ".voiceops" / "other",
        settings=replace(first.environment.settings, orphans=Orphans.DELETE),
    )
    first.siblings = (second.environment.lockfile,)
    second.siblings = (first.environment.lockfile,)
    return first, second


def voices(machine: Machine) -> set[str]:
    return {entry.voice_id for entry in machine.lock().voices.values()}


def test_what_another_environment_makes_during_a_listing_is_its_own(
    tmp_path: Path, make_machine: Maker
) -> None:
    first, second = make_pair(tmp_path, make_machine)
    first.declare({"ann": "deep", "bob": "high"})
    second.strike(Service(second, "list", lambda: apply_whole(first)))
    apply_whole(second)
    assert len(first.sandbox.list_bills()) == 4
    assert not voices(first) & voices(second)
    assert set(first.live()) == voices(first) | voices(second)


def test_a_create_that_is_under_way_elsewhere_is_neither_taken_nor_deleted(
    tmp_path: Path, make_machine: Maker
) -> None:
    first, second = make_pair(tmp_path, make_machine)
    first.declare({"ann": "deep"})

    def hang(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        """Execute the create; from then on the network is gone."""
        if first.live():
            lose()
        reply = first.sandbox.answer(method, path, headers, body)
        if json.loads(body)["input"]["action"].startswith("create"):
            lose()
        return reply

    first.answer = hang
    first.apply(may_wait=False)
    (made,) = first.live()
    assert not voices(first)
    wait(first, second)  # so that it is not spared for its youth alone
    apply_whole(second)
    assert made in first.live()
    assert made not in voices(second)
    first.answer = None
    first.converge()
    assert voices(first) == {made}
    assert len(first.sandbox.list_bills()) == 2


def test_what_another_environment_adopts_before_a_delete_is_left_alone(
    tmp_path: Path, make_machine: Maker
) -> None:
    first, second = make_pair(tmp_path, make_machine)
    strangers = [
        second.call(
            "create",
            target_model=MODEL,
            voice_prompt=f"A {word} voice.",
            preview_text="Hello.",
            preferred_name=name,
            language="en",
        )["voice"]
        for name, word in (("ann", "odd"), ("bob", "odd"))
    ]
    wait(first, second)
    first.declare({"zoe": "high"})
    apply_whole(first)

    def adopt() -> None:
        lockfile = first.environment.lockfile
        (ours,) = voices(first)
        lockfile.write_text(lockfile.read_text("utf-8").replace(ours, strangers[1]), "utf-8")

    second.strike(Service(second, "delete", adopt, is_after=True))
    second.apply()
    assert strangers[0] not in second.live()
    assert strangers[1] in second.live()


def test_a_delete_that_was_refused_leaves_the_voice_to_be_restored(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    apply_whole(machine)
    before = voices(machine)
    machine.declare({"ann": "high"})

    def refuse(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        if json.loads(body)["input"]["action"].startswith("delete"):
            return 403, {}, b'{"code": "AccessDenied", "message": "Access denied."}'
        return machine.sandbox.answer(method, path, headers, body)

    machine.answer = refuse
    machine.apply()
    machine.answer = None
    machine.declare({"ann": "deep"})
    assert [change.action for change in machine.plan().changes] == [Action.RESTORE]
    apply_whole(machine)
    assert voices(machine) == before
    assert len(machine.sandbox.list_bills()) == 2


def test_a_lost_lockfile_costs_nothing_although_the_listing_lags(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    apply_whole(machine)
    machine.environment.lockfile.unlink()

    def lag(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        if json.loads(body)["input"]["action"].startswith("list"):
            output = {"page_index": 0, "page_size": 100, "total_count": 0, "voice_list": []}
            return 200, {}, json.dumps({"output": output, "usage": {}}).encode()
        return machine.sandbox.answer(method, path, headers, body)

    machine.answer = lag
    machine.apply()
    assert len(machine.sandbox.list_bills()) == 1
    machine.answer = None
    machine.converge()
    assert voices(machine) == set(machine.live())
    assert len(machine.sandbox.list_bills()) == 1


def test_a_create_that_a_person_settles_by_adopt_is_open_no_more(machine: Machine) -> None:
    machine.declare({"ann": "deep"})
    machine.strike(Service(machine, "create", lose))
    machine.apply(may_wait=False)
    machine.answer = None
    made = machine.call(
        "create",
        target_model=MODEL,
        voice_prompt="A rewritten voice.",
        preview_text="Hello.",
        preferred_name="ann",
        language="en",
    )["voice"]
    machine.wait(3600)
    assert [change.action for change in machine.plan().changes] == [Action.PROBLEM]
    path = machine.root / "manifests" / "voices.yaml"
    text = path.read_text(encoding="utf-8")
    prompt = text.split("voice_prompt: ")[1].split("\n")[0]
    text = text.replace(prompt, "A rewritten voice.") + f"    adopt: {made}\n"
    path.write_text(text, encoding="utf-8")
    apply_whole(machine)
    assert machine.plan().is_empty


def wait(*machines: Machine) -> None:
    for machine in machines:
        machine.wait(26 * 3600)


def apply_whole(machine: Machine) -> None:
    report = machine.apply()
    assert isinstance(report, Report), report
    assert report.exit_code == 0
