"""Real processes that kill themselves at an effect, against the sandbox behind a real port."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from machine import Machine

from voiceops.files.lockfile.lockfile import dump_lock, parse_lock

BEFORE = {"old": "deep", "gone": "slow", "same": "calm"}
AFTER = {"old": "high", "new": "fast", "same": "calm"}
# Voices billed in the end: those of BEFORE, the stranger's, one new, one replaced.
BILL = 4 + 2
SETTINGS = "version: 1\nsettle_s: 2\nrequests_per_minute: 6000\nkeep_replaced_days: 0\n"
STRANGER = {
    "target_model": "qwen3-tts-vd-2026-01-26",
    "voice_prompt": "A strange voice.",
    "preview_text": "Hello.",
    "preferred_name": "stranger",
    "language": "en",
}
TIME_LIMIT_S = 60
# Runs the command line; the effect of that number is the last thing it does, or does not.
LAUNCHER = """\
import os, signal, sys, threading
from pathlib import Path
from voiceops.cli.main import main
from voiceops.effects import System

log, at, is_after = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "after"
kinds, mutex = [], threading.Lock()

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def count(kind, perform):
    def effect(self, *values, **named):
        with mutex:
            kinds.append(kind)
            is_it = len(kinds) - 1 == at
        if is_it and not is_after:
            die()
        result = perform(self, *values, **named)
        if is_it:
            die()
        return result
    return effect

for kind in [kind for kind in vars(System) if not kind.startswith("_")]:
    setattr(System, kind, count(kind, getattr(System, kind)))
sys.argv[:] = ["voiceops", *sys.argv[4:]]
try:
    main()
finally:
    log.write_text(" ".join(kinds))
"""
# A death at these leaves the world as the effect before them did.
HARMLESS = {"now", "monotonic", "sleep"}


@dataclass(frozen=True)
class Point:
    """A death: before or after the effect of that number, counted from 0."""

    at: int
    kind: str
    side: str
    parallelism: int = 1


@dataclass(frozen=True)
class Ground:
    """A folder with a project and an account as they are before the apply that dies."""

    folder: Path
    url: str

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def database(self) -> Path:
        return self.folder / "server" / ".voiceops" / "sandbox.db"

    def reset(self) -> None:
        """Put project and account back; the server keeps running on the same database."""
        shutil.rmtree(self.project, ignore_errors=True)
        shutil.copytree(self.folder / "template", self.project)
        with (
            closing(sqlite3.connect(self.folder / "template.db")) as template,
            closing(sqlite3.connect(self.database, timeout=10)) as account,
        ):
            template.backup(account)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run voiceops on the project in a process of its own."""
        return self._start("-m", "voiceops", *arguments, "-C", str(self.project))

    def run_until(self, point: Point | None, parallelism: int) -> subprocess.CompletedProcess[str]:
        """Run an apply that dies at a point, or, without one, writes down its effects."""
        launcher = self.folder / "launcher.py"
        launcher.write_text(LAUNCHER, encoding="utf-8")
        at, side = (str(point.at), point.side) if point else ("-1", "never")
        words = ("apply", "--yes", "--parallelism", str(parallelism), "-C", str(self.project))
        return self._start(str(launcher), str(self.folder / "effects"), at, side, *words)

    def _start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        key = {"DASHSCOPE_HTTP_BASE_URL": self.url, "DASHSCOPE_API_KEY": "sk-of-the-deaths"}
        return subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, **key, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )


@contextmanager
def make_ground(folder: Path) -> Iterator[Ground]:
    """Make project and account, and serve the account on a port of this machine."""
    folder.mkdir()
    _make_template(folder)
    (folder / "server").mkdir()
    command = [sys.executable, "-m", "voiceops", "sandbox", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "-C", str(folder / "server")], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield Ground(folder, server.stdout.readline().split()[-1])
        finally:
            server.terminate()


def _make_template(folder: Path) -> None:
    """Apply BEFORE an hour ago, let a stranger make a voice, and declare AFTER."""
    root = folder / "template"
    root.mkdir()
    with closing(Machine(root, folder / "template.db")) as machine:
        machine.world.time = datetime.now(UTC) - timedelta(hours=1)
        machine.declare(BEFORE)
        machine.apply()
        machine.call("create", **STRANGER)
        machine.declare(AFTER)
    (root / "voiceops.yaml").write_text(SETTINGS, encoding="utf-8")


def find_points(ground: Ground, parallelism: int = 1) -> list[Point]:
    """List a death before and after each effect of an undisturbed apply that changes anything."""
    ground.reset()
    done = ground.run_until(None, parallelism)
    assert done.returncode == 0, done.stderr
    kinds = (ground.folder / "effects").read_text(encoding="utf-8").split()
    return [
        Point(at, kind, side, parallelism)
        for at, kind in enumerate(kinds)
        if kind not in HARMLESS
        for side in ("before", "after")
    ]


def die_and_mend(ground: Ground, point: Point) -> None:
    """Kill an apply at a point, mend with another one, and ask what is guaranteed."""
    ground.reset()
    died = ground.run_until(point, point.parallelism)
    assert died.returncode == -signal.SIGKILL, (point, died)
    _check_lockfile(ground)
    mended = ground.run("apply", "--yes")
    assert mended.returncode == 0, (point, mended.stderr)
    planned = ground.run("plan", "--detailed-exitcode")
    assert planned.returncode == 0, (point, planned.stdout)
    _check_lockfile(ground)
    _check_end(ground, point)


def _check_lockfile(ground: Ground) -> None:
    data = (ground.project / "voiceops.lock").read_bytes()
    assert dump_lock(parse_lock(data, name="voiceops.lock")) == data


def _check_end(ground: Ground, point: Point) -> None:
    with closing(Machine(ground.project, ground.database)) as account:
        lock, live = account.lock(), account.live()
        strange = {voice for voice, prompt in live.items() if prompt == "A strange voice."}
        named = {entry.voice_id for entry in lock.voices.values()}
        assert len(strange) == 1, point
        assert named | strange == set(live), point
        prompts = {name: live[entry.voice_id] for name, entry in lock.voices.items()}
        assert prompts == {name: f"A {prompt} voice." for name, prompt in AFTER.items()}, point
        assert len(account.sandbox.list_bills()) == BILL, point
