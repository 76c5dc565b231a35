"""What git does with the project's files."""

from __future__ import annotations

import subprocess
from pathlib import Path

from voiceops.errors import GitRefused
from voiceops.files.project.git_command import run_git

TIME_LIMIT_S = 10


def is_repository(root: Path) -> bool:
    """Tell whether the project is in a git repository, as far as git can be asked here."""
    return _ask(root, "rev-parse", "--is-inside-work-tree") == "true"


def find_main_branch(root: Path) -> str:
    """Name the branch that the server has checked out, as far as this clone knows; else ours.

    Without a repository, and where no branch is checked out, that is `main`.
    """
    theirs = _ask(root, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    if theirs:
        return theirs.removeprefix("refs/remotes/origin/")
    ours = _ask(root, "symbolic-ref", "--quiet", "HEAD")
    return ours.removeprefix("refs/heads/") if ours else "main"


def is_ignored(root: Path, path: Path) -> bool:
    """Tell whether git leaves a path out."""
    return _ask(root, "check-ignore", "--", str(path)) is not None


def find_merge_driver(root: Path, path: Path) -> str:
    """Name the merge driver that the attributes ask for; empty without one."""
    answer = _ask(root, "check-attr", "merge", "--", str(path)) or ""
    driver = answer.rpartition(": ")[2]
    return "" if driver in {"unspecified", "set", "unset"} else driver


def is_merge_driver_known(root: Path, driver: str) -> bool:
    """Tell whether this clone says how the merge driver is run."""
    return bool(_ask(root, "config", "--get", f"merge.{driver}.driver"))


def is_merge_driver_ours(root: Path, driver: str) -> bool:
    """Tell whether the merge driver of this name, as this clone runs it, is that of voiceops."""
    return "lockfile-merge" in (_ask(root, "config", "--get", f"merge.{driver}.driver") or "")


def _ask(root: Path, *words: str) -> str | None:
    """Give git's answer; None if it says no, or cannot be asked."""
    try:
        ended = run_git(root, words, limit_s=TIME_LIMIT_S)
    except (OSError, subprocess.SubprocessError, GitRefused):
        return None
    return None if ended.returncode else ended.stdout.decode(errors="replace").strip()
