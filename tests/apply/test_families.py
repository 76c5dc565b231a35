"""Families side by side: reviews, refusals, a family that ends, and a move to the other one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from machine import MODELS, Machine

from voiceops.core.plan import Action
from voiceops.core.result import Report, Status
from voiceops.provider.service import Service
from voiceops.sandbox.script import Behaviour, Script
from voiceops.sandbox.service import Sandbox

Wire = tuple[int, Mapping[str, str], bytes]
GONE = b'{"code": "ModelNotFound", "message": "Model can not be found."}'


@pytest.fixture(params=["cosyvoice"])
def family(request: pytest.FixtureRequest) -> str:
    """The family that reviews new voices."""
    return str(request.param)


@pytest.fixture
def behave(machine: Machine) -> Callable[..., None]:
    """Give the machine's account another behaviour, while it is empty."""

    def change(**traits: Any) -> None:
        machine.sandbox.close()
        machine.sandbox = Sandbox(
            None, now=lambda: machine.world.time, script=Script(Behaviour(**traits))
        )

    return change


def test_an_apply_waits_until_new_voices_can_speak(
    machine: Machine, behave: Callable[..., None]
) -> None:
    behave(deploying_s=20)
    machine.declare({"ann": "deep"})
    begun = machine.world.time
    report = machine.apply()
    assert isinstance(report, Report)
    assert (report.exit_code, report.results[0].message) == (0, "")
    assert 20 <= (machine.world.time - begun).total_seconds() < 40
    assert machine.plan().is_empty


@pytest.mark.parametrize("may_wait", [True, False])
def test_a_review_that_does_not_end_is_told_and_waited_for_no_longer(
    machine: Machine, behave: Callable[..., None], may_wait: bool
) -> None:
    behave(deploying_s=3600)
    machine.declare({"ann": "deep"})
    begun = machine.world.time
    report = machine.apply(may_wait=may_wait)
    assert isinstance(report, Report)
    assert report.exit_code == 0
    assert report.results[0].message == "the service still reviews it: it cannot speak yet"
    assert (machine.world.time - begun).total_seconds() < 200
    assert machine.plan().is_empty


def test_a_refused_voice_is_told_and_never_made_again_by_itself(
    machine: Machine, behave: Callable[..., None]
) -> None:
    behave(refuse_word="deep")
    machine.declare({"ann": "deep"})
    report = machine.apply()
    assert isinstance(report, Report)
    assert (report.exit_code, report.results[0].status) == (4, Status.FAILED)
    machine.apply()
    assert len(machine.sandbox.list_bills()) == 1
    machine.declare({"ann": "high"})
    assert [change.action for change in machine.plan().changes] == [Action.REPLACE]
    machine.apply()
    machine.converge()
    assert [*machine.live().values()] == ["A high voice."]


class Union(Machine):
    """A machine whose project has voices of both families."""

    def workspace(self) -> Any:
        workspace = super().workspace()
        assert isinstance(workspace.provider, Service)
        workspace.provider.use(("qwen", "cosyvoice"))
        return workspace


class Ends:
    """The service, one of whose families answers no more."""

    def __init__(self, machine: Machine, api: str) -> None:
        self.machine, self.api, self.is_gone = machine, api, True

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        if self.is_gone and json.loads(body)["model"] == self.api:
            return 404, {}, GONE
        return self.machine.sandbox.answer(method, path, headers, body)


def declare(machine: Machine, models: Mapping[str, str]) -> None:
    """Declare voices, each for the model of a family."""
    machine.declare(dict.fromkeys(models, "deep"))
    path = machine.root / "manifests" / "voices.yaml"
    text = path.read_text(encoding="utf-8")
    for name, key in models.items():
        text = text.replace(f"  {name}:\n", f"  {name}:\n    target_model: {MODELS[key]}\n")
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def both(tmp_path: Path) -> Machine:
    machine = Union(tmp_path, family="cosyvoice")
    declare(machine, {"ann": "qwen", "bob": "cosyvoice"})
    assert isinstance(machine.apply(), Report)
    assert machine.plan().is_empty
    return machine


@pytest.mark.parametrize(
    ("api", "gone", "other"),
    [("qwen-voice-design", "ann", "bob"), ("voice-enrollment", "bob", "ann")],
)
def test_a_family_that_ends_stops_nothing_but_itself(
    both: Machine, api: str, gone: str, other: str
) -> None:
    before = both.lock()
    ends = both.strike(Ends(both, api))
    plan = both.plan()
    assert (plan.changes, plan.guards) == ((), ())
    assert [one.name for one in plan.unreachable] == [gone]
    kinds = {"ann": "qwen", "bob": "cosyvoice"}
    declare(both, {**kinds, "cat": kinds[other]})
    report = both.apply()
    assert isinstance(report, Report)
    assert report.exit_code == 0
    assert both.lock().voices[gone] == before.voices[gone]
    assert sorted(both.lock().voices) == ["ann", "bob", "cat"]
    ends.is_gone = False
    assert both.plan().is_empty
    both.close()


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_move_to_the_other_family_makes_a_voice_there_and_loses_no_name(
    both: Machine, is_gone: bool
) -> None:
    old = both.lock().voices["ann"].voice_id
    ends = both.strike(Ends(both, "qwen-voice-design"))
    ends.is_gone = is_gone
    declare(both, {"ann": "cosyvoice", "bob": "cosyvoice"})
    report = both.apply()
    assert isinstance(report, Report)
    assert report.exit_code == 0
    assert both.lock().voices["ann"].voice_id.startswith(MODELS["cosyvoice"])
    assert both.plan().is_empty
    assert len(both.sandbox.list_bills()) == 3
    assert (old in both.lock().deposed) == is_gone  # without days to wait, if it can be deleted
    ends.is_gone = False
    both.wait(3 * 24 * 3600)
    both.converge()
    assert old not in both.live()
    both.close()


def test_an_open_create_of_a_family_that_ends_is_not_disproved(both: Machine) -> None:
    late: list[tuple[Any, ...]] = []
    ends = Ends(both, "qwen-voice-design")
    ends.is_gone = False

    class Loses:
        def answer(self, *request: Any) -> Wire:
            asked = json.loads(request[3])
            if asked["input"]["action"] == "create" and not late:
                late.append(request)
                return 500, {}, b""
            return ends.answer(*request)

    both.strike(Loses())
    declare(both, {"ann": "qwen", "bob": "cosyvoice", "cat": "qwen"})
    both.apply(may_wait=False)
    ends.is_gone = True
    both.wait(3600)
    both.apply()
    both.sandbox.answer(*late[0])
    ends.is_gone = False
    both.converge()
    assert len(both.sandbox.list_bills()) == 3
    both.close()
