"""Mutation score: how many small mistakes in what decides about money the suite notices.

`SWEEP_SEED=7 SWEEP_MUTANTS=100 pytest -m sweep -s tests/sweeps/test_mutants.py` takes a sample;
without SWEEP_MUTANTS every mutant is tried, and with SWEEP_FILE=decide those of that file alone. A
sweep that was stopped goes on with SWEEP_FIRST; a survivor is tried again with its number as
SWEEP_FIRST and SWEEP_MUTANTS=1. Those that no test can notice, or need not, are listed in
survivors.toml with the reason.
"""

from __future__ import annotations

import os
import queue
import random
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mutants import Mutant, make_mutants
from test_seeded_bugs import ROOT, copy_tree, find_killer

SEED = int(os.environ.get("SWEEP_SEED", "1"))
FILE = os.environ.get("SWEEP_FILE", "")
FIRST = int(os.environ.get("SWEEP_FIRST", "0"))
MOST = int(os.environ.get("SWEEP_MUTANTS", "1000000"))
WORKERS = int(os.environ.get("SWEEP_WORKERS", "0")) or os.cpu_count() or 1
SCORE = 0.9
PROGRESS = 20
Stage = tuple[str, ...]
CASES = ("tests/core/test_planner.py", "tests/core/test_intents.py")
PROPERTIES = ("tests/core/test_planner_properties.py",)
MOVES = ("tests/cli/test_process_moves.py", "tests/apply/test_environments.py")
APPLIES = ("tests/apply/test_apply_rules.py",)
FAULTS = ("tests/apply/test_http_faults.py",)
REPLIES = ("tests/provider/test_outcomes.py", "tests/provider/test_qwen.py")
PROVIDER = ("tests/provider",)
# What is mutated, and the tests that must notice: what survives one stage goes on to the next.
TARGETS = {
    "voiceops/core/planning/planner.py": (CASES, PROPERTIES),
    "voiceops/core/planning/orphans.py": (CASES, PROPERTIES),
    "voiceops/core/planning/decide.py": (CASES, PROPERTIES),
    "voiceops/core/planning/moves.py": (CASES, PROPERTIES),
    "voiceops/core/planning/deposed.py": (CASES, PROPERTIES),
    "voiceops/core/planning/neighbours.py": (CASES, MOVES),
    "voiceops/core/planning/pending.py": (CASES, PROPERTIES),
    "voiceops/core/planning/recovery.py": (CASES, PROPERTIES),
    "voiceops/core/planning/intents.py": (CASES, APPLIES),
    "voiceops/files/state/journal.py": (("tests/files/test_journal.py",), APPLIES, FAULTS),
    "voiceops/files/lockfile/lockfile.py": (("tests/files/test_lockfile.py",), APPLIES),
    "voiceops/provider/repeatable.py": (REPLIES, PROVIDER, FAULTS),
    "voiceops/provider/create.py": (REPLIES, PROVIDER, FAULTS),
    "voiceops/provider/meanings.py": (REPLIES, PROVIDER, FAULTS),
}
pytestmark = pytest.mark.sweep


@dataclass(frozen=True)
class Trial:
    """A mutant of a file, with its number in the order of this seed."""

    number: int
    file: str
    mutant: Mutant

    @property
    def key(self) -> tuple[str, str, str]:
        """Name the mutant as survivors.toml does: lines move, words seldom."""
        return self.file, self.mutant.function, self.mutant.change

    def __str__(self) -> str:
        where = f"{self.file}:{self.mutant.line}: {self.mutant.function}"
        return f"{self.number} | {where} | {self.mutant.change}"


@dataclass
class Sweep:
    """The sweep so far: what was tried, what survived, and how long tests may take."""

    listed: set[tuple[str, str, str]]
    limits_s: dict[Stage, float]
    total: int
    started: float = field(default_factory=time.monotonic)
    tried: int = 0
    survivors: list[Trial] = field(default_factory=list)

    def note(self, trial: Trial, killer: str) -> None:
        """Count a mutant, and tell at once what became of it; now and then, how far we are."""
        self.tried += 1
        verdict = "killed"
        if not killer:
            self.survivors.append(trial)
            verdict = "survived, as listed" if trial.key in self.listed else "SURVIVED"
        sys.stdout.write(f"{verdict} | {trial} | {killer}\n")
        if self.tried % PROGRESS == 0 or self.tried == self.total:
            minutes = (time.monotonic() - self.started) / 60
            done = f"{self.tried} of {self.total} mutants in {minutes:.0f} min"
            sys.stdout.write(f"{done}, {len(self.survivors)} survived\n")
        sys.stdout.flush()


def list_trials() -> list[Trial]:
    """List every mutant, in the order of the seed."""
    every = [
        (file, mutant)
        for file in TARGETS
        for mutant in make_mutants((ROOT / file).read_text(encoding="utf-8"))
    ]
    random.Random(SEED).shuffle(every)
    return [Trial(number, *pair) for number, pair in enumerate(every)]


def read_survivors() -> dict[tuple[str, str, str], str]:
    """Map the survivors that are known to the reason why no test needs to notice them."""
    text = Path(__file__).with_name("survivors.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["survivor"]
    return {(row["file"], row["function"], row["change"]): row["why"] for row in rows}


def measure_limits(tree: Path) -> dict[Stage, float]:
    """Run every stage without a mutant: it must pass; tells how long it may take with one."""
    limits_s = {}
    for stage in {stage for stages in TARGETS.values() for stage in stages}:
        started = time.monotonic()
        assert find_killer(tree, stage) == ""
        limits_s[stage] = 60 + 10 * (time.monotonic() - started)  # the machine may be busy later
    return limits_s


def try_mutant(trial: Trial, tree: Path, limits_s: dict[Stage, float]) -> str:
    """Name what fails in a tree with a mutant, or nothing if it survives every stage."""
    path = tree / trial.file
    kept = path.read_text(encoding="utf-8")
    path.write_text(trial.mutant.source, encoding="utf-8")
    killer = ""
    try:
        for stage in TARGETS[trial.file]:
            killer = killer or find_killer(tree, stage, limit_s=limits_s[stage])
    finally:
        path.write_text(kept, encoding="utf-8")
    return killer


def test_what_is_listed_as_a_survivor_is_a_mutant() -> None:
    assert set(read_survivors()) <= {trial.key for trial in list_trials()}


def test_the_suite_notices_small_mistakes(tmp_path: Path) -> None:
    trees: queue.Queue[Path] = queue.Queue()
    for number in range(WORKERS):
        copy_tree(tmp_path / str(number))
        trees.put(tmp_path / str(number))
    left = [trial for trial in list_trials() if FILE in trial.file and trial.number >= FIRST]
    chosen = left[:MOST]
    sweep = Sweep(set(read_survivors()), measure_limits(tmp_path / "0"), len(chosen))

    def try_one(trial: Trial) -> str:
        tree = trees.get()
        try:
            return try_mutant(trial, tree, sweep.limits_s)
        finally:
            trees.put(tree)

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for trial, killer in zip(chosen, pool.map(try_one, chosen), strict=True):
            sweep.note(trial, killer)
    unlisted = [str(trial) for trial in sweep.survivors if trial.key not in sweep.listed]
    assert unlisted == []
    assert 1 - len(sweep.survivors) / len(chosen) >= SCORE
