"""The release of this repository, run by act as far as it goes without the package index."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from action_engine import Run, run_workflow
from action_tools import FOLDER, ROOT, base_environment
from action_world import git

from voiceops.version import __version__

RELEASE = ROOT / ".github" / "workflows" / "release.yml"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give a run for a tag of what git would commit here now."""
    clone = tmp_path / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    git(clone, "init", "-q", "-b", "main")
    git(clone, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "Release")
    variables = {
        **base_environment(tmp_path),
        "STAND_IN_REMOTE": str(clone),
        "PIP_CACHE_DIR": str(FOLDER / "pip-cache"),
        **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
    }
    return Run(tmp_path, clone, "push", {}, variables, {}, {})


def set_tag(run: Run, tag: str) -> None:
    run.payload = {"ref": f"refs/tags/{tag}"}
    run.github = {"GITHUB_REF": f"refs/tags/{tag}", "GITHUB_REPOSITORY": "team/voiceops"}


def test_a_tag_builds_checks_and_tries_wheel_and_sdist(run: Run) -> None:
    set_tag(run, f"v{__version__}")
    build = run_workflow(RELEASE, run, job="build")["build"]
    assert build.conclusion == "success", build.log
    assert "No changes: 1 voice as declared." in build.log
    assert sorted(path.name for path in (run.artifacts / "dist").iterdir()) == [
        f"voices_as_code-{__version__}-py3-none-any.whl",
        f"voices_as_code-{__version__}.tar.gz",
    ]


def test_a_tag_of_another_version_builds_nothing(run: Run) -> None:
    set_tag(run, "v9.9.9")
    build = run_workflow(RELEASE, run, job="build")["build"]
    assert build.conclusion == "failure"
    assert f"the tag v9.9.9 is not that of version {__version__}" in build.log
    assert not (run.artifacts / "dist").exists()
