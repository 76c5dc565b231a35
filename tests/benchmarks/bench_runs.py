"""Run commands in turn, and compare them run by run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

RUNNER = Path(__file__).with_name("bench_runner.py")
FIGURES = ("wall_s", "cpu_s", "peak_mib")
LAST_LINES = 15


class BenchmarkFailed(Exception):
    """A command did not do what is measured, so there is nothing to measure."""


@dataclass(frozen=True)
class Command:
    """A command line that is measured: what it does must end with `exit_code`.

    `says` must be in what it prints, so that no failure is taken for speed.
    """

    words: list[str]
    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0
    says: str = ""


@dataclass(frozen=True)
class Run:
    """What one run cost."""

    wall_s: float
    cpu_s: float
    peak_mib: float


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the most of some figures."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, figures: list[float]) -> Spread:
        return cls(min(figures), median(figures), max(figures))


class Runner:
    """Runs commands through the small process that measures them."""

    def __init__(self, scratch: Path) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._log = scratch / "output.txt"
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(RUNNER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(self, command: Command) -> Run:
        """Run a command once; raises BenchmarkFailed if it did not do its work."""
        asked = {
            "words": command.words,
            "folder": str(command.folder),
            "env": {**BASE_ENV, **command.env},
            "log": str(self._log),
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        output = self._log.read_text(encoding="utf-8", errors="replace")
        if told.pop("exit") != command.exit_code or command.says not in output:
            last = "\n".join(output.splitlines()[-LAST_LINES:])
            raise BenchmarkFailed(f"{' '.join(command.words)} did not do its work:\n{last}")
        return Run(**told)

    def run_in_turn(
        self, commands: Mapping[str, Command], rounds: int, tell: Callable[[str], None]
    ) -> dict[str, list[Run]]:
        """Run all commands once to warm up, then each once a round, in turn.

        Every other round is in the reverse order, so that none always comes after the same one.
        """
        for command in commands.values():
            self.run(command)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for number in range(1, rounds + 1):
            tell(f"round {number} of {rounds}: {', '.join(commands)}")
            in_turn = list(commands) if number % 2 else list(reversed(commands))
            for name in in_turn:
                runs[name].append(self.run(commands[name]))
        return runs


def spread_of(runs: list[Run], figure: str) -> Spread:
    """Give one figure of some runs."""
    return Spread.of([getattr(run, figure) for run in runs])


def compare(runs: list[Run], others: list[Run], figure: str) -> Spread:
    """Give the ratio of the runs to those of another command in the same rounds."""
    pairs = zip(runs, others, strict=True)
    return Spread.of([getattr(a, figure) / getattr(b, figure) for a, b in pairs])


BASE_ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"}
