"""Clocks that jump, are wrong, or tell another zone: no second bill, and nothing young deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from machine import Machine, Maker

from voiceops.core.result import Report, Status
from voiceops.core.settings import Orphans
from voiceops.sandbox.service import Sandbox

Wire = tuple[int, Mapping[str, str], bytes]


class Slow:
    """The service, which executes a create only after so many looks; `jump` comes with it."""

    def __init__(self, machine: Machine, *, looks: int, jump: timedelta) -> None:
        self.machine, self.looks, self.jump = machine, looks, jump
        self.late: list[tuple[str, str, Mapping[str, str], bytes]] = []

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        action = json.loads(body)["input"]["action"]
        if action.startswith("create") and not self.late:
            self.late.append((method, path, headers, body))
            self.machine.world.ahead += self.jump
            raise httpx.ReadTimeout("late")
        if action.startswith("list") and self.late:
            self.looks -= 1
            if self.looks == 0:
                self.machine.sandbox.answer(*self.late[0])
        return self.machine.sandbox.answer(method, path, headers, body)


def keep_settings(machine: Machine) -> None:
    settings = replace(machine.environment.settings, orphans=Orphans.DELETE)
    machine.environment = replace(machine.environment, settings=settings)


def make_stranger(machine: Machine) -> str:
    made = machine.call(
        "create",
        target_model="qwen3-tts-vd-2026-01-26",
        voice_prompt="A strange voice.",
        preview_text="Hello.",
        preferred_name="other",
        language="en",
    )
    return str(made["voice"])


@pytest.mark.parametrize("minutes", [15, 24 * 60, -15])
@pytest.mark.parametrize("may_wait", [True, False])
@pytest.mark.parametrize("looks", [3, 4, 5])
def test_a_clock_that_jumps_after_a_sending_disproves_nothing(
    machine: Machine, minutes: int, may_wait: bool, looks: int
) -> None:
    machine.declare({"ann": "deep"})
    machine.strike(Slow(machine, looks=looks, jump=timedelta(minutes=minutes)))
    machine.apply(may_wait=may_wait)
    machine.apply()
    machine.apply()
    assert len(machine.sandbox.list_bills()) == 1
    assert machine.plan().is_empty


@pytest.mark.parametrize("may_wait", [True, False])
@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=3)])
def test_a_service_whose_clock_jumps_disproves_nothing(
    machine: Machine, may_wait: bool, ahead: timedelta
) -> None:
    """As behind a balancer, one of whose nodes has another time; each run is a process."""
    machine.declare({"ann": "deep"})
    dated = machine.strike(Dated(machine))
    dated.is_losing = True
    machine.apply(may_wait=False)
    dated.ahead = ahead
    machine.apply(may_wait=may_wait)
    machine.wait(40)
    dated.execute_late()
    machine.apply()
    machine.apply()
    assert len(machine.sandbox.list_bills()) == 1


class Dated:
    """The service with its `Date`, which may be ahead; loses creates, and executes them late."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.ahead, self.is_losing = machine, timedelta(), False
        self.late: list[tuple[str, str, Mapping[str, str], bytes]] = []

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
        if self.late and (self.machine.world.time - self.since).total_seconds() > 30:
            self.execute_late()
        if self.is_losing and json.loads(body)["input"]["action"].startswith("create"):
            self.late.append((method, path, headers, body))
            self.since = self.machine.world.time
            raise httpx.ReadTimeout("late")
        status, replied, answer = self.machine.sandbox.answer(method, path, headers, body)
        date = format_datetime(self.machine.world.time + self.ahead, usegmt=True)
        return status, {**replied, "Date": date}, answer

    def execute_late(self) -> None:
        self.is_losing = False
        for request in self.late:
            self.machine.sandbox.answer(*request)
        self.late.clear()


def test_a_machine_with_a_fast_clock_deletes_nothing_that_another_just_makes(
    tmp_path: Path, make_machine: Maker
) -> None:
    first, second = (make_machine(tmp_path / name) for name in ("first", "second"))
    for machine in (first, second):
        machine.root.mkdir()
        machine.declare({"ann": "deep"} if machine is first else {"bob": "calm"})
    second.sandbox.close()
    second.sandbox = first.sandbox
    assert isinstance(first.apply(), Report)
    (made,) = first.live()
    keep_settings(second)
    second.world.time, second.world.ahead = first.world.time, timedelta(minutes=11)
    assert isinstance(second.apply(), Report)
    assert made in first.live()
    (warning,) = second.plan().warnings
    assert str(warning) == "this machine's clock is 659 s ahead of the service's"


@pytest.mark.parametrize("is_utc", [True, False])
def test_what_is_deleted_for_its_age_is_old_enough_in_any_zone(
    machine: Machine, is_utc: bool
) -> None:
    machine.declare({"ann": "deep"})
    if is_utc:  # the stamps of the sandbox are in UTC+8, so its clock goes eight hours late
        behind = Sandbox(None, now=lambda: machine.world.time - timedelta(hours=8))
        machine.sandbox.close()
        machine.sandbox = behind

    class Dated:
        def answer(self, *request: object) -> Wire:
            status, headers, body = machine.sandbox.answer(*request)  # type: ignore[arg-type]
            date = format_datetime(machine.world.time, usegmt=True)
            return status, {**headers, "Date": date}, body

    machine.strike(Dated())
    keep_settings(machine)
    young = make_stranger(machine)
    machine.wait(30)
    machine.apply()
    assert young in machine.live()
    machine.wait(timedelta(hours=25 if is_utc else 33).total_seconds())
    machine.apply()
    assert young not in machine.live()


def test_where_the_service_tells_no_time_nothing_is_deleted_for_its_age(machine: Machine) -> None:
    machine.declare({"ann": "deep"})

    class Mute:
        def answer(self, *request: object) -> Wire:
            status, headers, body = machine.sandbox.answer(*request)  # type: ignore[arg-type]
            return status, {k: v for k, v in headers.items() if k != "Date"}, body

    machine.strike(Mute())
    keep_settings(machine)
    young = make_stranger(machine)
    machine.wait(timedelta(hours=25).total_seconds())
    machine.apply()
    assert young in machine.live()
    (warning,) = machine.plan().warnings
    assert str(warning) == "the service tells no time, so ages are in doubt by a day"


@pytest.mark.parametrize("has_told", [True, False])
def test_an_intent_stamped_a_day_ahead_is_waited_for_no_longer_than_the_setting(
    machine: Machine, has_told: bool
) -> None:
    machine.declare({"ann": "deep"})
    machine.world.ahead = timedelta(hours=24)
    machine.strike(Slow(machine, looks=-1, jump=timedelta()))
    machine.apply(may_wait=False)
    if not has_told:
        _forget_told(machine)
    machine.world.ahead = timedelta()
    began = machine.world.time
    assert isinstance(machine.apply(), Report)
    assert machine.world.time - began < timedelta(seconds=700)
    assert len(machine.sandbox.list_bills()) == 1
    assert machine.plan().is_empty


def _forget_told(machine: Machine) -> None:
    """Make the journal one of an older version, which noted its own clock alone."""
    import hashlib

    path = machine.environment.state_dir / "journal.jsonl"
    lines = []
    for line in path.read_bytes().splitlines():
        record = json.loads(line)
        record.pop("sum"), record.pop("told", None)
        body = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(body).hexdigest()[:16].encode()
        lines.append(b'{"sum":"%b",%b\n' % (digest, body[1:]))
    path.write_bytes(b"".join(lines))


def test_a_listing_that_fails_until_the_time_is_over_disproves_nothing(machine: Machine) -> None:
    class Mute:
        has_made = False

        def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Wire:
            action = json.loads(body)["input"]["action"]
            if self.has_made and action.startswith("list"):
                return 500, {}, b'{"code": "InternalError", "message": "no"}'
            reply = machine.sandbox.answer(method, path, headers, body)
            if action.startswith("create"):
                self.has_made = True
                raise httpx.ReadTimeout("lost")
            return reply

    machine.declare({"ann": "deep"})
    machine.strike(Mute())
    report = machine.apply()
    assert isinstance(report, Report)
    assert report.results[0].status is Status.UNKNOWN
    assert bool(report.perhaps) == (machine.family == "qwen")
