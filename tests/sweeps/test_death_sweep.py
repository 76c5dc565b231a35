"""Two hundred SIGKILLs of real processes, one, two or three voices side by side.

`SWEEP_SEED=7 SWEEP_DEATHS=200 pytest -m sweep -s tests/sweeps/test_death_sweep.py`
"""

from __future__ import annotations

import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from deaths import Ground, Point, die_and_mend, find_points, make_ground

SEED = int(os.environ.get("SWEEP_SEED", "1"))
DEATHS = int(os.environ.get("SWEEP_DEATHS", "200"))
WORKERS = int(os.environ.get("SWEEP_WORKERS", "0")) or os.cpu_count() or 1
pytestmark = pytest.mark.sweep


def choose_points(ground: Ground) -> list[Point]:
    """Choose deaths; side by side the number of effects varies a little, so the last are left."""
    chance = random.Random(SEED)
    pools = [find_points(ground, parallelism) for parallelism in (1, 2, 3)]
    pools = [pools[0], *(pool[: len(pool) * 9 // 10] for pool in pools[1:])]
    return [chance.choice(pools[number % len(pools)]) for number in range(DEATHS)]


def test_after_two_hundred_kills_everything_is_right(tmp_path: Path) -> None:
    with ExitStack() as stack:
        grounds = [
            stack.enter_context(make_ground(tmp_path / str(number))) for number in range(WORKERS)
        ]
        points = choose_points(grounds[0])

        def work(number: int) -> None:
            for count, point in enumerate(points[number::WORKERS], start=1):
                die_and_mend(grounds[number], point)
                sys.stdout.write(f"\rdeath {count} of worker {number}, seed {SEED} ")
                sys.stdout.flush()

        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            list(pool.map(work, range(WORKERS)))
    sys.stdout.write(f"\n{DEATHS} deaths with seed {SEED}, all mended\n")
