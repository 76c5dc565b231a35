"""Seed one bug after the other into a copy of the tree, and see that the suite kills each.

`pytest -m sweep tests/sweeps/test_seeded_bugs.py -s` prints a line for each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("voiceops", "tests", "manifests", "pyproject.toml", "README.md")
TIME_LIMIT_S = 900
pytestmark = pytest.mark.sweep


@dataclass(frozen=True)
class Bug:
    """A bug as data: `before` stands once in the file, and `after` in its stead breaks something.

    `tests` are the paths of the tests that must find it. A bug that changes no behaviour that is
    promised has its reason in `harmless`.
    """

    name: str
    breaks: str
    file: str
    before: str
    after: str
    tests: list[str]
    harmless: str = ""


def read_bugs() -> list[Bug]:
    text = Path(__file__).with_name("seeded_bugs.toml").read_text(encoding="utf-8")
    return [Bug(**bug) for bug in tomllib.loads(text)["bug"]]


def copy_tree(target: Path) -> None:
    """Copy what the tests need; the working tree itself is never changed."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(exist_ok=True)
            shutil.copy(source, target / part)


def run_tests(tree: Path, tests: list[str]) -> subprocess.CompletedProcess[str]:
    """Run tests on a tree that is not the installed one, up to the first that fails."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )


def find_killer(done: subprocess.CompletedProcess[str]) -> str:
    """Name the test that failed; empty if none did. What is no test run is an error."""
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    assert len(failed) == done.returncode
    return failed[0].split(" - ")[0] if failed else ""


def is_killed(tree: Path, tests: list[str]) -> bool:
    """Tell whether a mutated tree fails: at a test, at an import, or by not ending."""
    try:
        return run_tests(tree, tests).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def seed(bug: Bug, tree: Path) -> str:
    """Seed a bug into a copy of its own; tells by which test it was killed, or nothing."""
    copy_tree(tree)
    path = tree / bug.file
    source = path.read_text(encoding="utf-8")
    assert source.count(bug.before) == 1, f"{bug.name}: it does not fit the code any more"
    path.write_text(source.replace(bug.before, bug.after), encoding="utf-8")
    started = time.monotonic()
    try:
        killer = find_killer(run_tests(tree, bug.tests))
    except subprocess.TimeoutExpired:
        killer = f"no end within {TIME_LIMIT_S} s"
    took_s = time.monotonic() - started
    shutil.rmtree(tree)
    verdict = "killed" if killer else "SURVIVED"
    sys.stdout.write(f"{verdict} | {took_s:.0f} s | {bug.name} | {killer}\n")
    sys.stdout.flush()
    return killer


def test_without_a_bug_the_suite_passes(tmp_path: Path) -> None:
    """Otherwise every bug would seem to be killed."""
    copy_tree(tmp_path / "tree")
    tests = sorted({test for bug in read_bugs() for test in bug.tests})
    assert find_killer(run_tests(tmp_path / "tree", tests)) == ""


def test_the_suite_kills_every_bug(tmp_path: Path) -> None:
    bugs = read_bugs()
    trees = [tmp_path / str(number) for number in range(len(bugs))]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        killers = list(pool.map(seed, bugs, trees))
    survivors = {bug.name for bug, killer in zip(bugs, killers, strict=True) if not killer}
    assert survivors == {bug.name for bug in bugs if bug.harmless}
