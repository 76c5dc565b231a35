"""Mutation score: how many small mistakes in what decides about money the suite notices.

`SWEEP_SEED=7 SWEEP_MUTANTS=100 pytest -m sweep -s tests/sweeps/test_mutants.py` takes a sample;
without SWEEP_MUTANTS every mutant is tried.
"""

from __future__ import annotations

import os
import queue
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mutants import Mutant, make_mutants
from test_seeded_bugs import ROOT, copy_tree, is_killed

SEED = int(os.environ.get("SWEEP_SEED", "1"))
MOST = int(os.environ.get("SWEEP_MUTANTS", "0"))
SCORE = 0.9
PLANNING = ["tests/core/test_planner.py", "tests/core/test_planner_properties.py"]
SETTLING = ["tests/apply/test_http_faults.py", "tests/apply/test_histories.py"]
REPLIES = ["tests/provider", "tests/apply/test_http_faults.py"]
# What is mutated, and the tests that must notice, quick ones first.
TARGETS = {
    "voiceops/core/planner.py": PLANNING,
    "voiceops/core/decide.py": PLANNING,
    "voiceops/core/intents.py": [*PLANNING, *SETTLING],
    "voiceops/files/journal.py": ["tests/files/test_journal.py", *SETTLING],
    "voiceops/files/lockfile.py": ["tests/files/test_lockfile.py", *PLANNING],
    "voiceops/provider/replies.py": REPLIES,
    "voiceops/provider/creation.py": REPLIES,
    "voiceops/provider/meanings.py": REPLIES,
}
pytestmark = pytest.mark.sweep


def choose_mutants() -> list[tuple[str, Mutant]]:
    every = [
        (file, mutant)
        for file in TARGETS
        for mutant in make_mutants((ROOT / file).read_text(encoding="utf-8"))
    ]
    return random.Random(SEED).sample(every, MOST) if 0 < MOST < len(every) else every


def test_the_suite_notices_small_mistakes(tmp_path: Path) -> None:
    trees: queue.Queue[Path] = queue.Queue()
    workers = os.cpu_count() or 1
    for number in range(workers):
        copy_tree(tmp_path / str(number))
        trees.put(tmp_path / str(number))
    survivors: list[str] = []

    def try_one(pair: tuple[str, Mutant]) -> None:
        file, mutant = pair
        tree = trees.get()
        path = tree / file
        kept = path.read_text(encoding="utf-8")
        path.write_text(mutant.source, encoding="utf-8")
        try:
            if not is_killed(tree, TARGETS[file]):
                survivors.append(f"{file}:{mutant.line}: {mutant.change}")
                sys.stdout.write(f"SURVIVED {survivors[-1]}\n")
        finally:
            path.write_text(kept, encoding="utf-8")
            trees.put(tree)

    chosen = choose_mutants()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(try_one, chosen))
    score = 1 - len(survivors) / len(chosen)
    sys.stdout.write(f"{len(chosen)} mutants, {len(survivors)} survived: {score:.1%}\n")
    assert score >= SCORE, "\n".join(sorted(survivors))
