"""The command line as a real process, in a project of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import MANIFEST, Done, Run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one manifest of two voices."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "news.yaml").write_text(MANIFEST, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    """Run `voiceops` in the project; variables are added to an environment without a key."""

    def call(*words: str, **variables: str) -> Done:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DASHSCOPE_", "NO_COLOR", "FORCE_COLOR"))
        }
        return subprocess.run(
            [sys.executable, "-m", "voiceops", *words],
            cwd=project,
            env={**kept, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return call
