"""SIGKILL, for a real process against a real server: one more apply makes everything right."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from deaths import Ground, die_and_mend, find_points, make_ground

WORKERS = 2
DEATHS = 36


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Ground]]:
    """A server with an account for each worker: deaths side by side do not meet."""
    folder: Path = tmp_path_factory.mktemp("deaths")
    with ExitStack() as stack:
        yield [stack.enter_context(make_ground(folder / str(number))) for number in range(WORKERS)]


def test_after_a_kill_anywhere_one_apply_makes_it_right(grounds: list[Ground]) -> None:
    points = find_points(grounds[0])
    chosen = [points[number * len(points) // DEATHS] for number in range(DEATHS)]
    assert len(set(chosen)) == DEATHS

    def work(number: int) -> None:
        for point in chosen[number::WORKERS]:
            die_and_mend(grounds[number], point)

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
