"""Seed one bug after the other into a copy of the tree, and see that the suite kills each.

`pytest -m sweep tests/sweeps/test_seeded_bugs.py -s` prints a line for each; SWEEP_BUGS=lock takes
those alone that have the word in their names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("voiceops", "tests", "manifests", "pyproject.toml", "README.md")
TIME_LIMIT_S = 900
WORD = os.environ.get("SWEEP_BUGS", "")
WORKERS = int(os.environ.get("SWEEP_WORKERS", "0")) or os.cpu_count() or 1
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
    return [Bug(**bug) for bug in tomllib.loads(text)["bug"] if WORD in bug["name"]]


def copy_tree(target: Path) -> None:
    """Copy what the tests need; the working tree itself is never changed."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(exist_ok=True)
            shutil.copy(source, target / part)


def find_killer(tree: Path, tests: Sequence[str], *, limit_s: float = TIME_LIMIT_S) -> str:
    """Run tests on a tree; name the first that fails (a test, an import), or nothing.

    Tests that do not end count as failed. What is no test run at all raises.
    """
    try:
        done = _run(tree, tests, limit_s)
    except subprocess.TimeoutExpired:
        return f"no end within {limit_s:.0f} s"
    lines = done.stdout.splitlines()
    failed = [line.split(" - ")[0] for line in lines if line.startswith(("FAILED", "ERROR"))]
    assert bool(failed) == bool(done.returncode), done.stdout + done.stderr
    return failed[0] if failed else ""


def _run(tree: Path, tests: Sequence[str], limit_s: float) -> subprocess.CompletedProcess[str]:
    """Run tests on a tree that is not the installed one, up to the first that fails.

    As in CI hypothesis takes the same examples each time: what is killed is killed again. Plugins
    that no test here needs take longer to load than most bugs to be found. The folder for
    temporary files is the tree's own: others may be testing on this machine, too.
    """
    environment = {
        **os.environ,
        "CI": "true",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(tree),
    }
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider"),
            *("--basetemp", str(tree / "temporary"), *tests),
        ],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )


def seed(bug: Bug, tree: Path) -> str:
    """Seed a bug into a copy of its own; tells by which test it was killed, or nothing."""
    copy_tree(tree)
    path = tree / bug.file
    source = path.read_text(encoding="utf-8")
    assert source.count(bug.before) == 1, f"{bug.name}: it does not fit the code any more"
    path.write_text(source.replace(bug.before, bug.after), encoding="utf-8")
    started = time.monotonic()
    killer = find_killer(tree, bug.tests)
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
    assert find_killer(tmp_path / "tree", tests) == ""


def test_the_suite_kills_every_bug(tmp_path: Path) -> None:
    bugs = read_bugs()
    trees = [tmp_path / str(number) for number in range(len(bugs))]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        killers = list(pool.map(seed, bugs, trees))
    survivors = {bug.name for bug, killer in zip(bugs, killers, strict=True) if not killer}
    assert survivors == {bug.name for bug in bugs if bug.harmless}
