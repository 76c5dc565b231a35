"""What tests install beside Python, in pinned versions, once, into a folder that git ignores."""

from __future__ import annotations

import json
import shutil
import subprocess
import venv
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".witness"


@cache
def install_programs(*packages: str) -> Path:
    """Install Python packages into an environment of their own; gives its programs' folder."""
    folder = FOLDER / f"programs-{digest(packages)}"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *packages], check=True)
        (folder / "complete").touch()
    return folder / "bin"


def install_modules(packages: Mapping[str, str]) -> Path:
    """Install packages for node, by name and version; gives the folder that has `node_modules`."""
    folder = FOLDER / f"node-{digest(packages)}"
    if not (folder / "complete").exists():
        assert shutil.which("npm"), "these tests need node and npm: apt-get install nodejs npm"
        folder.mkdir(parents=True, exist_ok=True)
        package = {"private": True, "type": "module", "dependencies": dict(packages)}
        (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, cwd=folder, check=True)
        (folder / "complete").touch()
    return folder


def digest(wanted: object) -> str:
    """Name what is wanted, for the folder that it goes to."""
    return sha256(repr(wanted).encode()).hexdigest()[:12]
