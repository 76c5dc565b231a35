"""Applies on a clock that moves when nobody can do anything before it does, and their limit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from machine import Machine
from world import START

from voiceops.apply.gate import Gate
from voiceops.apply.run import Event, EventKind
from voiceops.core.settings import Options, Settings
from voiceops.effects import System
from voiceops.workflows.apply import apply

T = TypeVar("T")
LATENCIES_S = (0.05, 0.2, 1, 3, 10)
RATES = (180, 600, 6000)  # a minute
WORKERS = (1, 4, 10)


@dataclass
class Clock(System):
    """A clock that moves when nobody can do anything before it does.

    While `workers` carry out `tasks`, as many threads as there are tasks left, but no more than
    workers, either sleep or will; when all of them sleep, the clock goes on to the first who wakes.
    Each exchange takes `latency_s`.
    """

    latency_s: float
    workers: int
    tasks: int
    elapsed_s: float = 0.0
    sent_s: list[float] = field(default_factory=list)
    _is_shared: bool = False
    _ended: int = 0
    _wakes: list[float] = field(default_factory=list)
    _turn: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def time(self) -> datetime:
        return self.now()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def monotonic(self) -> float:
        return self.elapsed_s

    def exchange(self, perform: Callable[[], T]) -> T:
        with self._turn:
            if self._is_shared:
                self.sent_s.append(self.elapsed_s)
        self.sleep(self.latency_s)
        return perform()

    def sleep(self, seconds: float, *, unless: Callable[[], bool] | None = None) -> None:
        with self._turn:
            wake = self.elapsed_s + seconds
            if not self._is_shared:
                self.elapsed_s = wake
                return
            self._wakes.append(wake)
            self._move()
            assert self._turn.wait_for(lambda: self.elapsed_s >= wake, timeout=60)
            self._wakes.remove(wake)

    def hear(self, event: Event) -> None:
        """Follow how many tasks are left, from what the apply tells."""
        with self._turn:
            if event.kind is EventKind.STARTED:
                self._is_shared = True
            elif event.kind is EventKind.ENDED:
                self._ended += 1
                self._is_shared = self._ended < self.tasks
                self._move()

    def _move(self) -> None:
        asleep = [wake for wake in self._wakes if wake > self.elapsed_s]
        awake = len(self._wakes) - len(asleep)
        if asleep and not awake and len(asleep) == min(self.workers, self.tasks - self._ended):
            self.elapsed_s = min(asleep)
            self._turn.notify_all()


def find_limit(count: int, latency_s: float, rate: int, workers: int) -> float:
    """Give the least time that any client needs: a start waits for a worker and for the rate."""
    starts: list[float] = []
    for number in range(count):
        free_at = starts[number - workers] + latency_s if number >= workers else 0.0
        due_at = starts[-1] + 60 / rate if starts else 0.0
        starts.append(max(free_at, due_at))
    return starts[-1] + latency_s


def count_in_a_minute(sent_s: Sequence[float]) -> int:
    """Count the most sendings that fall into any 60 seconds."""
    return max(sum(start <= other < start + 60 for other in sent_s) for start in sent_s)


def run_on_clock(
    folder: Path, count: int, latency_s: float, rate: int, workers: int
) -> tuple[float, list[float]]:
    """Create so many voices with the real apply, its threads, its files and the sandbox.

    Gives the seconds from the first sending to the last reply, and when each create was sent.
    """
    clock = Clock(latency_s, workers, count)
    with closing(Machine(folder, world=clock)) as machine:
        machine.declare({f"voice{number}": f"number {number}" for number in range(count)})
        machine.environment = replace(
            machine.environment, settings=Settings(requests_per_minute=rate)
        )
        report = apply(
            machine.workspace(),
            Options(parallelism=workers),
            confirm=lambda plan: None,
            tell=clock.hear,
            everything=Gate(),
            may_wait=True,
        )
        assert len(machine.sandbox.list_bills()) == len(report.results) == count
    return clock.sent_s[-1] + latency_s - clock.sent_s[0], clock.sent_s
