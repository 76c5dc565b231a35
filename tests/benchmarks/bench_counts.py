"""What a command costs in things that repeat: requests, fsyncs, files, modules, instructions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bench_data
from bench_service import Service, serving

WATCH = Path(__file__).with_name("bench_watch.py")
TIME_LIMIT_S = 120
FEW, MANY = 7, 125  # one page of a listing, and two
# Each command that is counted, with the words that call it.
COMMANDS: dict[str, list[str]] = {
    "validate": ["validate"],
    "validate --locked": ["validate", "--locked"],
    "fmt, nothing to do": ["fmt"],
    "import, nothing to do": ["import", "--all"],
    "plan": ["plan"],
    "drift": ["drift"],
    "list": ["list"],
    "resolve": ["resolve", bench_data.name_voice(0)],
    "show": ["show", "plan.json"],
    "apply, nothing to do": ["apply", "--yes"],
}
# Those whose cost does not depend on the voices, or that ask but for one of them.
START_UP: dict[str, list[str]] = {
    "--version": ["--version"],
    "--help": ["--help"],
    "schema": ["schema", "manifest"],
    "doctor": ["doctor"],
}


@dataclass(frozen=True)
class Counts:
    """What a command did; `requests` by action, `reads` and `folders` are of the project alone."""

    requests: dict[str, int]
    fsyncs: int
    reads: int
    folders: int
    connections: int
    modules: int


@dataclass(frozen=True)
class Ground:
    """A project whose voices are all made and locked, with the account behind a port."""

    folder: Path
    url: str
    service: Service

    @property
    def env(self) -> dict[str, str]:
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PYTHONHASHSEED": "0",
            "DASHSCOPE_HTTP_BASE_URL": self.url,
            "DASHSCOPE_API_KEY": "sk-x",
        }

    def run(self, words: list[str], env: Mapping[str, str] | None = None) -> str:
        """Run a command line; whatever it prints on stdout comes back."""
        ended = subprocess.run(
            words,
            cwd=self.folder,
            env={**self.env, **(env or {})},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        assert ended.returncode == 0, f"{words}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def count(self, words: list[str], env: Mapping[str, str] | None = None) -> Counts:
        """Run voiceops, and count what it does."""
        notes = self.folder / "notes.json"
        self.service.asked.clear()
        self.run([sys.executable, str(WATCH), str(notes), *words], env)
        noted = json.loads(notes.read_text(encoding="utf-8"))
        notes.unlink()
        kinds = Counter(kind for kind, _ in noted["events"])
        ours = Counter(kind for kind, path in noted["events"] if self._holds(path))
        return Counts(
            requests=dict(sorted(self.service.asked.items())),
            fsyncs=kinds["fsync"],
            reads=ours["read"],
            folders=ours["folder"],
            connections=kinds["connection"],
            modules=len(noted["modules"]),
        )

    def _holds(self, path: str) -> bool:
        return (self.folder / path).resolve().is_relative_to(self.folder.resolve())

    def copy_environment(self, count: int) -> None:
        """Make so many environments of it, each with all its voices."""
        names = [f"copy{number}" for number in range(count)]
        with (self.folder / "voiceops.yaml").open("a", encoding="utf-8") as settings:
            settings.write("environments:\n")
            settings.writelines(f"  {name}: {{}}\n" for name in names)
        for name in names:
            lockfile = self.folder / f"voiceops.{name}.lock"
            shutil.copyfile(self.folder / "voiceops.lock", lockfile)
            os.utime(lockfile, (0, 0))  # what was just written may be written again unnoticed
        (self.folder / "voiceops.lock").unlink()

    def declare_more(self, count: int) -> None:
        """Declare so many voices beside those that are there."""
        path = self.folder / "manifests" / "more.yaml"
        path.write_text(
            bench_data.write_manifest(range(MANY, MANY + count)).replace(
                f"  language: {bench_data.LANGUAGE}",
                f"  language: {bench_data.LANGUAGE}\n  response_format: pcm\n  sample_rate: 8000",
            ),
            encoding="utf-8",
        )


@contextmanager
def make_ground(folder: Path, count: int) -> Iterator[Ground]:
    """Make a project of so many voices, in which there is nothing to do."""
    project = folder / f"of-{count}"
    bench_data.write_project(project, count)
    service = Service(folder / f"of-{count}.db")
    service.fill(count)
    with serving(service) as url:
        ground = Ground(project, url, service)
        ground.run([sys.executable, "-m", "voiceops", "fmt"])
        # All are there already and are taken into the lockfile: no create has to be waited for.
        ground.run([sys.executable, "-m", "voiceops", "apply", "--yes"])
        ground.run([sys.executable, "-m", "voiceops", "plan", "-o", "plan.json"])
        yield ground


def count_instructions(
    ground: Ground, words: list[str], env: Mapping[str, str] | None = None
) -> int:
    """Count the instructions that a command line executes, under valgrind."""
    log = ground.folder / "valgrind.txt"
    valgrind = [
        "valgrind",
        "--tool=cachegrind",
        "--cache-sim=no",
        "--cachegrind-out-file=/dev/null",
        f"--log-file={log}",
    ]
    ground.run(words, env)  # once without it, so that nothing has to be compiled
    ground.run([*valgrind, *words], env)
    match = re.search(r"I\s+refs:\s+([0-9,]+)", log.read_text(encoding="utf-8"))
    assert match, log.read_text(encoding="utf-8")
    return int(match[1].replace(",", ""))


def count_system_calls(ground: Ground, words: list[str]) -> int:
    """Count all system calls of a command line and its threads, under strace."""
    log = ground.folder / "strace.txt"
    ground.run(words)
    ground.run(["strace", "-f", "-qq", "-c", "-o", str(log), *words])
    last = log.read_text(encoding="utf-8").splitlines()[-1].split()
    assert last[-1] == "total", last
    return int(last[3])


def voiceops(*words: str) -> list[str]:
    """Write the command line of the voiceops that is under test."""
    return [sys.executable, "-m", "voiceops", *words]
