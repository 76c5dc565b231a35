"""`lockfile-push` in real repositories: which commit it builds on, and what git is not let do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_process import Project, Ran
from git_desk import git, push_to_new_origin

AUTHOR = "Robo <robo@example.com>"
LOCK = "voiceops.sandbox.lock"


@pytest.fixture
def origin(project: Project, tmp_path: Path) -> Path:
    """Give the bare repository that the project was pushed to."""
    return push_to_new_origin(project.folder, tmp_path)


def push(project: Project, *words: str) -> Ran:
    return project.run(
        *("lockfile-push", "--env", "sandbox", "--branch", "main", "--author", AUTHOR, *words)
    )


def apply(project: Project) -> None:
    assert project.run("apply", "--env", "sandbox", "--yes").code == 0


@pytest.mark.parametrize("name", ["a/refs/heads/main", "x/main"])
def test_a_branch_whose_name_ends_like_the_one_that_is_meant_is_another(
    project: Project, origin: Path, name: str
) -> None:
    """Whoever may push a branch, and not to main, could bring what nobody reviewed onto it."""
    reviewed = git(project.folder, "rev-parse", "HEAD")
    git(project.folder, "commit", "-q", "--allow-empty", "-m", "Nobody reviewed this")
    git(project.folder, "push", "-q", "origin", f"HEAD:refs/heads/{name}")
    git(project.folder, "reset", "-q", "--hard", reviewed)
    assert push(project, "--check", "push").code == 0
    apply(project)
    assert push(project).code == 0
    assert git(origin, "log", "--format=%s", "refs/heads/main", "--").split("\n") == [
        "Record voices of sandbox",
        "Declare voices",
    ]


def test_a_branch_that_is_not_there_is_told_although_one_ends_like_it(
    project: Project, origin: Path
) -> None:
    git(project.folder, "push", "-q", "origin", "HEAD:refs/heads/a/refs/heads/release")
    ran = push(project, "--branch", "release", "--check", "tip")
    assert (ran.code, ran.err) == (
        1,
        "error: refs/heads/release: there is no such branch on the server\n",
    )


def test_a_lockfile_in_a_folder_that_is_not_there_yet_can_be_pushed(
    project: Project, origin: Path
) -> None:
    settings = "environments: {prod: {endpoint: sandbox, lockfile: state/prod.lock}}\n"
    with (project.folder / "voiceops.yaml").open("a", encoding="utf-8") as file:
        file.write(settings)
    git(project.folder, "commit", "-qam", "Name a lockfile")
    git(project.folder, "push", "-q", "origin", "main")
    words = ("lockfile-push", "--env", "prod", "--branch", "main", "--author", AUTHOR)
    assert project.run(*words, "--check", "push") == Ran(0, "", "")
    assert project.run("apply", "--env", "prod", "--yes").code == 0
    assert project.run(*words).code == 0
    assert "anchor" in git(origin, "show", "main:state/prod.lock")


def test_push_options_are_proved_with_the_push(project: Project, origin: Path) -> None:
    ran = push(project, "--push-option", "ci.skip", "--check", "push")
    assert (ran.code, "does not support push options" in ran.err) == (1, True), ran
    git(origin, "config", "receive.advertisePushOptions", "true")
    assert push(project, "--push-option", "ci.skip", "--check", "push").code == 0


def make_bare(folder: Path, origin: Path, program: str) -> None:
    """Make a folder that git takes for a repository, as a branch can bring it."""
    for name in ("objects", "refs"):
        (folder / name).mkdir()
        (folder / name / "x").touch()
    (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (folder / "config").write_text(
        f"""\
[core]
    repositoryformatversion = 0
    bare = false
    worktree = .
    fsmonitor = "{program}"
    sshCommand = "{program}"
[remote "origin"]
    url = {origin}
    uploadpack = "{program}"
    receivepack = "{program}"
""",
        encoding="utf-8",
    )


@pytest.mark.parametrize("is_below", [False, True])
def test_a_folder_that_looks_like_a_repository_runs_nothing(
    project: Project, origin: Path, tmp_path: Path, is_below: bool
) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    top = project.folder if not is_below else project.folder / "manifests"
    (project.folder / ".git").rename(tmp_path / "kept")
    make_bare(top, origin, str(program))
    folder = tmp_path / "top"
    folder.mkdir()
    project.folder.rename(folder / "voices")
    git(folder, "init", "-q")
    moved = Project(folder / "voices", project.env)
    words = ("-C", "manifests") if is_below else ()
    doctor = moved.run("doctor", "--env", "sandbox", *words)
    ran = push(moved, "--check", "tip", *words)
    assert not (tmp_path / "ran").exists(), doctor
    assert ran.code == 1
    assert "looks like a bare repository, and has settings of its own" in ran.err


def test_what_settings_name_for_the_other_side_is_not_run(
    project: Project, origin: Path, tmp_path: Path
) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    for key in ("remote.origin.uploadpack", "remote.origin.receivepack", "filter.x.clean"):
        git(project.folder, "config", key, str(program))
    (project.folder / ".git" / "info" / "attributes").write_text("* filter=x\n", encoding="utf-8")
    apply(project)
    ran = push(project)
    assert (ran.code, os.path.lexists(tmp_path / "ran")) == (0, False), ran.err
    assert LOCK in git(origin, "ls-tree", "--name-only", "main")
