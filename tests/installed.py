"""What tests install beside Python, in pinned versions, once, into a folder that git ignores."""

from __future__ import annotations

import json
import shutil
import subprocess
import venv
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".witness"


@cache
def install_programs(*packages: str) -> Path:
    """Install Python packages into an environment of their own; gives its programs' folder."""

    def install(folder: Path) -> None:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *packages], check=True)

    return _once(FOLDER / f"programs-{digest(packages)}", install) / "bin"


def install_modules(packages: Mapping[str, str]) -> Path:
    """Install packages for node, by name and version; gives the folder that has `node_modules`."""

    def install(folder: Path) -> None:
        if shutil.which("npm") is None:
            pytest.skip("install nodejs and npm")
        folder.mkdir(exist_ok=True)
        package = {"private": True, "type": "module", "dependencies": dict(packages)}
        (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=folder, check=True)

    return _once(FOLDER / f"node-{digest(packages)}", install)


def _once(folder: Path, install: Callable[[Path], None]) -> Path:
    """Install what is not installed yet, also if several test runs want it at the same time."""
    FOLDER.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "complete").exists():
            install(folder)
            (folder / "complete").touch()
    return folder


def digest(wanted: object) -> str:
    """Name what is wanted, for the folder that it goes to."""
    return sha256(repr(wanted).encode()).hexdigest()[:12]
