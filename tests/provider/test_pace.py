from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_clock import VirtualTime

from voiceops.effects import System
from voiceops.provider.transport.pace import Pace


def send(count: int, pace: Pace, clock: VirtualTime) -> list[float]:
    times = []
    for _ in range(count):
        pace.wait()
        times.append(clock.elapsed_s)
    return times


def test_a_tenth_of_a_minutes_requests_go_at_once_and_then_they_are_spaced() -> None:
    clock = VirtualTime()
    times = send(21, Pace(180, effects=clock), clock)
    assert times[:18] == [0.0] * 18
    assert times[18:] == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_a_small_allowance_has_a_burst_of_one() -> None:
    clock = VirtualTime()
    assert send(3, Pace(6, effects=clock), clock) == pytest.approx([0, 10, 20])


def test_the_burst_is_paid_back_within_the_minute() -> None:
    clock = VirtualTime()
    times = send(181, Pace(180, effects=clock), clock)
    assert times[179] < 60
    assert times[180] == pytest.approx(60)


def test_a_pause_holds_everybody_back() -> None:
    clock = VirtualTime()
    pace = Pace(180, effects=clock)
    pace.wait()
    pace.pause(5)
    pace.pause(2)
    pace.wait()
    assert clock.elapsed_s == 5


def test_a_pause_holds_back_those_who_wait_already() -> None:
    clock = VirtualTime()
    pace = Pace(6, effects=clock)
    pace.wait()

    def pause_once() -> None:
        clock.while_asleep = lambda: None
        pace.pause(7)

    clock.while_asleep = pause_once
    pace.wait()
    assert clock.elapsed_s == pytest.approx(17)


@given(
    requests_per_minute=st.integers(1, 40),
    idles=st.lists(st.floats(0, 90, allow_subnormal=False), min_size=1, max_size=120),
)
def test_no_sixty_seconds_hold_more_than_a_minutes_requests(
    requests_per_minute: int, idles: list[float]
) -> None:
    clock = VirtualTime()
    pace = Pace(requests_per_minute, effects=clock)
    times = []
    for idle_s in idles:
        clock.elapsed_s += idle_s if idle_s > 45 else 0
        pace.wait()
        times.append(clock.elapsed_s)
    for first, later in zip(times, times[requests_per_minute:], strict=False):
        assert later - first >= 60 - 1e-6


def test_threads_share_the_pace() -> None:
    """Every turn is taken by one thread alone, whatever the threads do."""

    class Locked(VirtualTime):
        mutex = threading.RLock()

        def sleep(self, seconds: float, *, unless: Callable[[], bool] | None = None) -> None:
            with self.mutex:
                super().sleep(seconds, unless=unless)

    clock = Locked()
    pace = Pace(60, effects=clock)
    threads = [threading.Thread(target=send, args=(10, pace, clock)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.elapsed_s >= 80 - 6 - 1e-6


def test_a_free_pace_does_not_sleep() -> None:
    class Sleepless(System):
        def sleep(self, seconds: float, *, unless: Callable[[], bool] | None = None) -> None:
            raise AssertionError(seconds)

    Pace(180, effects=Sleepless()).wait()
