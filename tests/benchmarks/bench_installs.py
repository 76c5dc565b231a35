"""Environments of their own for voiceops and for each peer, kept between runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from bench_runs import BASE_ENV, BenchmarkFailed

TIME_LIMIT_S = 600
STAMP = "installed.json"


@dataclass(frozen=True)
class Install:
    """A virtual environment; `versions` are those of the packages in it, by name."""

    folder: Path
    versions: dict[str, str]

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    def tool(self, name: str) -> str:
        return str(self.folder / "bin" / name)


def install(folder: Path, packages: list[str], *, wheel: Path | None = None) -> Install:
    """Install packages into an environment, unless that was done; raises BenchmarkFailed.

    A wheel is always put there anew: its version is the same while its content changes.
    """
    stamp = folder / STAMP
    wanted = {"python": sys.version, "packages": packages}
    if not stamp.exists() or json.loads(stamp.read_text(encoding="utf-8")) != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        if packages:
            _pip(folder, "install", *packages)
        stamp.write_text(json.dumps(wanted), encoding="utf-8")
    if wheel:
        _pip(folder, "install", "--force-reinstall", "--no-deps", str(wheel))
    listed = json.loads(_pip(folder, "list", "--format=json"))
    return Install(folder, {package["name"]: package["version"] for package in listed})


def build_wheel(root: Path, folder: Path) -> Path:
    """Build voiceops' wheel from the tree, as it is now."""
    shutil.rmtree(folder, ignore_errors=True)
    builder = install(folder.with_name("builder"), [])
    _pip(builder.folder, "wheel", "--no-deps", "--wheel-dir", str(folder), str(root))
    return next(folder.glob("voiceops-*.whl"))


def _pip(folder: Path, *words: str) -> str:
    # The user's own settings for pip, and where the registry is, come with the environment.
    ended = subprocess.run(
        [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", *words],
        env={**os.environ, **BASE_ENV},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or ["no reason given"]
        raise BenchmarkFailed(f"pip {words[0]} failed: {said[-1]}")
    return ended.stdout
