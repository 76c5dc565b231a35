"""The service's time: what its replies prove, whatever this machine's clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from voiceops.clock import Clock
from voiceops.core.facts import DOUBT
from voiceops.effects import System

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Machine(System):
    """A machine whose two clocks are set by hand; `true` is the service's time."""

    def __init__(self) -> None:
        super().__init__()
        self.true, self.wall_ahead, self.asleep = START, timedelta(), timedelta()

    def now(self) -> datetime:
        return self.true + self.wall_ahead

    def monotonic(self) -> float:
        return (self.true - START - self.asleep).total_seconds()

    def pass_time(self, span: timedelta) -> None:
        self.true += span


@pytest.fixture
def machine() -> Machine:
    return Machine()


def hear(clock: Clock, machine: Machine, *, took: timedelta = timedelta()) -> None:
    """Ask the service and take its reply; it tells the time when it is asked."""
    asked, date = clock.mark(), format_datetime(machine.true, usegmt=True)
    machine.pass_time(took)
    clock.hear(date, asked=asked)


def test_without_a_word_of_the_service_this_machine_is_off_by_a_day(machine: Machine) -> None:
    clock = Clock(machine)
    clock.hear("soon", asked=clock.mark())
    clock.hear("", asked=clock.mark())
    clock.hear("Mon, 01 Jan 0001 00:00:00 GMT", asked=clock.mark())
    clock.hear("Fri, 31 Dec 9999 23:59:59 GMT", asked=clock.mark())
    assert (clock.has_heard, clock.ahead, clock.latest(clock.mark())) == (False, None, None)
    assert clock.earliest(clock.mark()) == START - DOUBT


@pytest.mark.parametrize("hours", [-30, 0, 30])
def test_the_service_is_believed_and_not_this_machine(machine: Machine, hours: int) -> None:
    machine.wall_ahead = timedelta(hours=hours)
    clock = Clock(machine)
    hear(clock, machine)
    assert clock.earliest(clock.mark()) == START
    assert clock.ahead == (timedelta(hours=hours) - (SECOND if hours > 0 else timedelta()))


@pytest.mark.parametrize("jump", [timedelta(minutes=15), timedelta(minutes=-15)])
def test_a_clock_that_is_set_makes_no_age_greater(machine: Machine, jump: timedelta) -> None:
    clock = Clock(machine)
    hear(clock, machine)
    sent = clock.latest(clock.mark())
    machine.wall_ahead = jump
    machine.pass_time(timedelta(seconds=10))
    assert sent is not None
    assert clock.earliest(clock.mark()) - sent <= timedelta(seconds=10)


def test_a_machine_that_slept_does_not_date_back_what_it_sends(machine: Machine) -> None:
    """Its monotonic clock stood still, so the last reply seems to be of just now."""
    clock = Clock(machine)
    hear(clock, machine)
    machine.pass_time(timedelta(hours=1))
    machine.asleep = timedelta(hours=1)
    sent = clock.latest(clock.mark())
    assert sent is not None
    assert sent >= machine.true
    assert clock.earliest(clock.mark()) <= machine.true


def test_a_slow_reply_is_right_at_some_moment_between(machine: Machine) -> None:
    clock = Clock(machine)
    hear(clock, machine, took=timedelta(seconds=30))
    assert clock.earliest(clock.mark()) == machine.true - timedelta(seconds=30)
    assert clock.latest(clock.mark()) == machine.true + SECOND
    assert clock.ahead == timedelta()


def test_a_listing_is_as_old_as_its_oldest_page(machine: Machine) -> None:
    """One that comes from a cache tells when it was made."""
    clock = Clock(machine)
    hear(clock, machine)
    machine.pass_time(timedelta(hours=2))
    begun = clock.mark()
    clock.hear(format_datetime(START, usegmt=True), asked=clock.mark())
    hear(clock, machine)
    assert clock.earliest(begun) == START
    assert clock.earliest(clock.mark()) == START


def test_what_was_begun_before_the_first_reply_is_dated_back(machine: Machine) -> None:
    clock = Clock(machine)
    begun = clock.mark()
    machine.pass_time(timedelta(seconds=20))
    hear(clock, machine)
    assert clock.earliest(begun) == START
