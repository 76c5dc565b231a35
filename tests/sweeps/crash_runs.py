"""Strike an apply, and the one that mends it, at random: what a worker of the crash sweep does.

`python crash_runs.py SEED FIRST STOP STEP` does every STEP-th run from FIRST to STOP and writes
a line every hundred runs, and one with its trace for each run that failed. A run depends on the
seed and its own number alone.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "apply")]

from crashes import VARIANTS, Strike, check_end, prepare, strike  # noqa: E402
from world import Blow, World, blows_for  # noqa: E402

from voiceops.core.settings import Options  # noqa: E402

# Longer than the trace of any apply here; a strike past the end strikes nobody.
LONGEST_TRACE = 130
PROGRESS = 100


class ChoosingWorld(World):
    """A world that chooses what strikes when it knows which effect is struck."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance
        self.struck: list[str] = []

    def _struck(self) -> Blow | None:
        if len(self.trace) - 1 != self.strike_at:
            return None
        if self.blow is None:
            kind = self.trace[-1]
            self.blow = self.chance.choice(blows_for(kind))
            self.struck.append(f"{self.blow} at {kind} {self.strike_at}")
        return self.blow


def run_one(folder: Path, seed: int, number: int) -> str:
    """Do one run; gives what went wrong, or nothing."""
    chance = random.Random(f"{seed}:{number}")
    machine = prepare(folder)
    world = ChoosingWorld(chance)
    world.time = machine.world.time
    world.adopt(machine.root)
    machine.world = world
    machine.options = Options(parallelism=chance.randint(1, 3))
    lock_before = machine.environment.lockfile.read_bytes()
    strikes = [
        Strike(chance.randrange(LONGEST_TRACE), None, chance.choice(VARIANTS)) for _ in range(2)
    ]
    try:
        for where in strikes:
            strike(machine, where, lock_before)
        machine.converge()
        check_end(machine)
    except Exception:  # noqa: BLE001 - whatever it is, it is the result of this run
        return f"run {number}: {machine.options.parallelism} side by side, {strikes}, " + (
            f"{world.struck}\n{traceback.format_exc()}"
        )
    finally:
        machine.close()
    return ""


def main(seed: int, first: int, stop: int, step: int) -> None:
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(dir=base))
    try:
        for count, number in enumerate(range(first, stop, step), start=1):
            fault = run_one(folder, seed, number)
            if fault:
                sys.stdout.write(f"FAILED {fault}\n")
            if count % PROGRESS == 0:
                sys.stdout.write(f"DONE {number}\n")
            sys.stdout.flush()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
