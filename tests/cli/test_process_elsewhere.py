"""The lines of ci.md for CI systems without a pipeline of ours, run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import ROOT, Project, Ran
from cli_service import Service
from git_desk import git, push_to_new_origin

SHELLS = [("bash",), ("bash", "-e"), ("sh",), ("sh", "-e")]
REFUSAL = (400, {"code": "DataInspectionFailed", "message": "no"})


@pytest.fixture
def origin(remote: Project, tmp_path: Path) -> Path:
    """Give the bare repository that the project was pushed to."""
    return push_to_new_origin(remote.folder, tmp_path)


def read_lines() -> str:
    """Read the block that follows the word `Elsewhere`."""
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
    found = re.search(r"^Elsewhere, .*?^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def run_lines(project: Project, shell: tuple[str, ...]) -> Ran:
    """Run the block in a shell that finds this voiceops."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        [*shell, "-c", read_lines()],
        cwd=project.folder,
        env={**project.environment(), "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return project.check(ended.returncode, ended.stdout, ended.stderr)


def read_lock(origin: Path) -> str:
    """Read the lockfile on main; empty without one."""
    there = "voiceops.lock" in git(origin, "ls-tree", "--name-only", "main").split()
    return git(origin, "show", "main:voiceops.lock") if there else ""


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize(("refused", "code"), [("", 0), ("wetter", 4)])
def test_the_lockfile_is_pushed_and_the_job_ends_as_apply_did(
    remote: Project,
    service: Service,
    origin: Path,
    shell: tuple[str, ...],
    refused: str,
    code: int,
) -> None:
    service.refuse = lambda one: REFUSAL if one.get("preferred_name") == refused else None
    assert run_lines(remote, shell).code == code
    billed = [bill.voice for bill in service.sandbox.list_bills()]
    assert len(billed) == (2 if refused else 3)
    assert all(voice in read_lock(origin) for voice in billed)


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_nothing_is_paid_for_if_the_check_fails(
    remote: Project, service: Service, origin: Path, shell: tuple[str, ...]
) -> None:
    origin.rename(origin.with_name("gone.git"))
    assert run_lines(remote, shell).code == 1
    assert service.actions == []


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_lockfile_that_is_not_pushed_fails_the_job(
    remote: Project, service: Service, origin: Path, shell: tuple[str, ...]
) -> None:
    hook = origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    assert run_lines(remote, shell).code == 1
    assert (len(service.sandbox.list_bills()), read_lock(origin)) == (3, "")
